import type { Explanation } from '../explanation/index.js';
import type { Stability } from '../measurement/index.js';
import type { Multiplicity } from '../assessment/index.js';

/**
 * The report document `sandbox-report/1`. `evidence` is a function of model, data, plan and environment alone: the
 * same inputs give the same bytes. What differs from run to run stands in `execution`.
 *
 * Shapes of other rooms (a binding, a plan, a measurement) are held as they come; canonical JSON refuses in them what
 * JSON cannot say. Digests are SHA-256 in 64 lower-case hexadecimal digits; times are ISO 8601 in UTC.
 */
export const REPORT_SCHEMA = 'sandbox-report/1';

/** A: ran in the jail here. B: an endpoint was called. C: ran at the tenant's site. D: scores were handed in. */
export type AssuranceTier = 'A' | 'B' | 'C' | 'D';
export type Verdict = 'PASS' | 'FAIL' | 'INCONCLUSIVE' | 'ERROR';
export type StatementStatus = 'TESTED' | 'DECLARED' | 'NOT_ASSESSED';

export interface ModelEvidence {
  name: string;
  version: string;
  artefactSha256: string;
  /** for example `ONNX` */
  runtime: string;
  assuranceTier: AssuranceTier;
  /** which dataset columns went into which input, in order */
  binding: object;
  /** what reading the artefact told: opset, inputs, outputs, operators */
  inspection: object;
  /** the accountable owner as the applicant named them; null where nobody was named */
  accountableOwner: string | null;
  /** the model card as declared; null where none was handed in */
  card: object | null;
}

export interface DatasetEvidence {
  /** name of the generator's preset, or `imported` */
  preset: string;
  generatorVersion: string;
  parameters: object;
  /** identity of the dataset version */
  versionDigest: string;
  split: string;
  rows: number;
  /** commitment to the secret that a blind split was drawn from; null where the split is open */
  keyCommitment: string | null;
  schemaDigest: string;
}

export interface PlanEvidence {
  /** SHA-256 over the canonical JSON of `document` */
  digest: string;
  document: object;
}

/** What is known of where the scores were made; what is not known is left out. */
export interface EnvironmentEvidence {
  node?: string;
  onnxruntime?: string;
  arrow?: string;
  /** rows a batch, the tail padded */
  batch?: number;
  /** intra-operator threads of a session */
  threads?: number;
  /** class of machine for which equal bits are promised, for example `x86_64/avx2` */
  cpuClass?: string;
  cpuFeatures: readonly string[];
  /** the container image that scored, where one did */
  image?: ImageEvidence;
  /** what else is known, by name, where the model ran elsewhere or was not seen at all */
  known?: Readonly<Record<string, string>>;
}

/** A container image as it ran: digests are `sha256:` and 64 digits, but for the root's. */
export interface ImageEvidence {
  /** of the manifest: what a registry would name the image by */
  digest: string;
  configDigest: string;
  /** SHA-256 over paths, modes, links and contents of the root folder that it ran in */
  rootSha256: string;
  entrypoint: readonly string[];
  workingDirectory: string;
  architecture: string;
  /** layers of isolation that were in force */
  isolation: readonly string[];
}

/** How the model was fed: what it could know of later rows when it scored one. */
export type FeedEvidence =
  | { kind: 'BATCH'; couldSeeLaterRows: true }
  | {
      kind: 'EVENTS';
      /** but for the events of its own window, see `laterEventsAtMost` */
      couldSeeLaterRows: false;
      /** events of a window; the last may have fewer */
      windowRows: number;
      windows: number;
      laterEventsAtMost: number;
    };

/** A number with its doubt; null, and a reason, where it does not exist. */
export interface Measured {
  readonly value: number | null;
  readonly low?: number | null;
  readonly high?: number | null;
  readonly standardError?: number | null;
  readonly reason?: string;
}

/** The measurement document, as far as a report needs to look into it. */
export interface MeasurementEvidence {
  readonly rows: number;
  readonly positives: number;
  readonly metrics: Readonly<Record<string, Measured>>;
  readonly confusion?: object | null;
  /** ROC, precision–recall and gains as they are drawn */
  readonly curves?: object | null;
  /** by column: `groups` by name, and the fairness measures by name */
  readonly fairness?: Readonly<Record<string, object>>;
  /** by column and group: the metrics of that group alone */
  readonly slices?: Readonly<Record<string, Readonly<Record<string, { readonly rows: number }>>>>;
  /** drift from a reference, and performance by month */
  readonly stability?: Stability;
  /** what the model makes of its features; single rows are the authority's alone */
  readonly explanation?: Explanation | { readonly reason: string };
}

export interface VerdictEvidence {
  /** the criterion's id in the plan */
  id: string;
  metric: string;
  /** group a criterion is limited to */
  slice?: { column: string; group: string };
  /** column of a fairness criterion */
  fairness?: { column: string };
  comparator: '>=' | '<=';
  threshold: number;
  source: { title: string; status: string; url?: string };
  declaredBy?: string;
  verdict: Verdict;
  value: number | null;
  low: number | null;
  high: number | null;
  /** the verdict in plain English, with its numbers */
  sentence: string;
  /** the same in English, Traditional and Simplified Chinese; reports sealed before there were three have none */
  sentences?: Readonly<Record<'en' | 'zh-Hant' | 'zh-Hans', string>>;
}

export interface Statement {
  subject: string;
  status: StatementStatus;
  text: string;
  /** the expectation that the subject answers, with its source */
  expectation: string;
}

/** A reference model on the same rows. */
export interface ComparedModel {
  name: string;
  artefactSha256: string;
  measurement: MeasurementEvidence;
}

/** What models that everybody knows reach on the same draw of a sealed split. */
export interface ComparisonEvidence {
  /** what the comparison is, and what it is not */
  note: string;
  models: readonly ComparedModel[];
}

export interface Evidence {
  model: ModelEvidence;
  dataset: DatasetEvidence;
  plan: PlanEvidence;
  environment: EnvironmentEvidence;
  feed: FeedEvidence;
  measurement: MeasurementEvidence;
  verdicts: readonly VerdictEvidence[];
  /** what judging many criteria at once does to each, as information */
  multiplicity?: Multiplicity;
  /** of a sealed split */
  comparison?: ComparisonEvidence;
  statements: readonly Statement[];
  /** what a reader must know before leaning on the numbers */
  limits: readonly string[];
}

/** Whether the split was blind to its tenant when the run started: for the same case this differs from run to run. */
export interface Blindness {
  /** false for the development split, which is open */
  blind: boolean;
  /** how often rows of the split had been sent outside for this tenant, this run's own sending not counted */
  exposures: number;
  /** the first of them; null where there is none */
  first: { at: string; tier: AssuranceTier; runId: string | null; what: string } | null;
}

/** A run whose result was measured on a blind split. */
export interface Look {
  runId: string;
  split: string;
  model: string;
  version: string;
  artefactSha256: string;
  planDigest: string;
  at: string;
}

/** Looks of the applicant's whole organisation at the blind splits of a dataset version, this run's own included. */
export interface Looks {
  total: number;
  /** the newest first, so many as a page bears */
  listed: readonly Look[];
  omitted: number;
  /** leaves of authorities for another sealed run of the model */
  grants: readonly { authority: string; reason: string; at: string }[];
}

export interface Execution {
  runId: string;
  tenant: string;
  attempt: number;
  startedAt: string;
  finishedAt: string;
  /** seconds by stage, for example `{"staging":0.4,"scoring":2.1}` */
  durations: Readonly<Record<string, number>>;
  rowsPerSecond: number | null;
  jail: {
    /** null, like what follows, where nothing of the model ran here */
    wallSeconds: number | null;
    cpuSeconds: number | null;
    peakMemoryBytes: number | null;
    /** layers of isolation that were in force */
    layers: readonly string[];
    hostClass: string;
  };
  /** how many runs this tenant has had on this split up to and with this one: each one overfits it a little */
  runsOnSplit: number;
  /** every look at what was blind of the dataset version; reports sealed before looks were kept have none */
  looks?: Looks;
  blindness: Blindness;
  /** digest of the build of this service */
  buildDigest: string;
}

export interface Report {
  schema: typeof REPORT_SCHEMA;
  evidence: Evidence;
  execution: Execution;
}
