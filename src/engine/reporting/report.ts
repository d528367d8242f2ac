import { canonicalJson, digest, documentDigest } from './canonical-json.js';
import {
  REPORT_SCHEMA,
  type ComparisonEvidence,
  type DatasetEvidence,
  type EnvironmentEvidence,
  type Execution,
  type FeedEvidence,
  type MeasurementEvidence,
  type ModelEvidence,
  type Report,
  type Statement,
  type VerdictEvidence,
} from './evidence.js';
import type { Multiplicity } from '../assessment/index.js';
import { InputError } from '../input-error.js';
import { commonLimits, expectationStatements } from './statements.js';

export interface ReportInput {
  model: ModelEvidence;
  dataset: DatasetEvidence;
  /** the locked plan as a document; its digest is computed here */
  plan: object;
  environment: EnvironmentEvidence;
  feed: FeedEvidence;
  measurement: MeasurementEvidence;
  verdicts: readonly VerdictEvidence[];
  multiplicity?: Multiplicity;
  comparison?: ComparisonEvidence;
  /** statements beside those on the supervisor's expectations */
  statements?: readonly Statement[];
  /** limits beside those that hold for every report */
  limits?: readonly string[];
  execution: Execution;
}

/** A report with its bytes. `sha256`, of the canonical bytes, is its name. */
export interface BuiltReport {
  report: Report;
  bytes: Uint8Array;
  sha256: string;
  /** SHA-256 of the evidence alone: equal for two runs of the same case */
  evidenceSha256: string;
}

/**
 * Builds the report document and its canonical bytes. Nothing is read from a clock or the machine: the caller hands in
 * what it measured.
 *
 * @throws InputError NOT_CANONICAL where a value is not JSON (NaN, undefined, …), BAD_DIGEST where a digest is none
 */
export function buildReport(input: ReportInput): BuiltReport {
  const facts = {
    model: input.model,
    feed: input.feed,
    dataset: input.dataset,
    measurement: input.measurement,
    verdicts: input.verdicts,
  };
  assertDigest('model.artefactSha256', input.model.artefactSha256);
  assertDigest('dataset.versionDigest', input.dataset.versionDigest);
  const report: Report = {
    schema: REPORT_SCHEMA,
    evidence: {
      ...facts,
      ...(input.multiplicity === undefined ? {} : { multiplicity: input.multiplicity }),
      ...(input.comparison === undefined ? {} : { comparison: input.comparison }),
      environment: { ...input.environment, cpuFeatures: [...input.environment.cpuFeatures].sort() },
      plan: { digest: documentDigest(input.plan), document: input.plan },
      statements: [...expectationStatements(facts), ...(input.statements ?? [])],
      limits: [...commonLimits(facts), ...(input.limits ?? [])],
    },
    execution: input.execution,
  };
  const bytes = canonicalJson(report);
  return { report, bytes, sha256: digest(bytes), evidenceSha256: evidenceDigest(report) };
}

/** SHA-256 over the canonical JSON of the evidence part. */
export function evidenceDigest(report: Pick<Report, 'evidence'>): string {
  return documentDigest(report.evidence);
}

function assertDigest(name: string, value: string): void {
  if (!/^[0-9a-f]{64}$/.test(value))
    throw new InputError(
      'BAD_DIGEST',
      `report: ${name} is not a SHA-256 in 64 lower-case hexadecimal digits`,
    );
}
