import { canonicalJson, digest } from './canonical-json.js';
import { sealEnvelope, type Signer } from './dsse.js';
import { type Report, type Verdict, type VerdictEvidence } from './evidence.js';
import { evidenceDigest } from './report.js';

export const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
export const PREDICATE_TYPE = 'https://in-toto.io/attestation/test-result/v0.1';

export interface Subject {
  name: 'report' | 'model' | 'dataset' | 'plan';
  digest: { sha256: string };
}

/** in-toto Statement v1 with the test-result predicate, and the whole report in it so that one file verifies offline. */
export interface TestResultStatement {
  _type: typeof STATEMENT_TYPE;
  subject: readonly Subject[];
  predicateType: typeof PREDICATE_TYPE;
  predicate: {
    result: 'WARNED' | 'FAILED';
    resultNote: string;
    configuration: readonly { name: string; digest: { sha256: string } }[];
    passedTests: readonly string[];
    warnedTests: readonly string[];
    failedTests: readonly string[];
    evidenceSha256: string;
    report: Report;
  };
}

export const RESULT_NOTE =
  'The predicate requires one word. FAILED says that a criterion of the plan failed, WARNED that none did: ' +
  'a reader must still weigh each criterion, and an authority decides. PASSED is never issued.';

/** Criteria by how the predicate files them: one that could not be decided, or not be computed, is a warning. */
export function testLists(verdicts: readonly Pick<VerdictEvidence, 'id' | 'verdict'>[]): {
  passedTests: string[];
  warnedTests: string[];
  failedTests: string[];
} {
  const ids = (...of: Verdict[]): string[] =>
    verdicts.filter(({ verdict }) => of.includes(verdict)).map(({ id }) => id);
  return { passedTests: ids('PASS'), warnedTests: ids('INCONCLUSIVE', 'ERROR'), failedTests: ids('FAIL') };
}

export function subjectsOf(report: Report, reportSha256: string): Subject[] {
  const { model, dataset, plan } = report.evidence;
  return [
    { name: 'report', digest: { sha256: reportSha256 } },
    { name: 'model', digest: { sha256: model.artefactSha256 } },
    { name: 'dataset', digest: { sha256: dataset.versionDigest } },
    { name: 'plan', digest: { sha256: plan.digest } },
  ];
}

export function testResultStatement(report: Report): TestResultStatement {
  const lists = testLists(report.evidence.verdicts);
  return {
    _type: STATEMENT_TYPE,
    subject: subjectsOf(report, digest(canonicalJson(report))),
    predicateType: PREDICATE_TYPE,
    predicate: {
      result: lists.failedTests.length > 0 ? 'FAILED' : 'WARNED',
      resultNote: RESULT_NOTE,
      configuration: [{ name: 'plan', digest: { sha256: report.evidence.plan.digest } }],
      ...lists,
      evidenceSha256: evidenceDigest(report),
      report,
    },
  };
}

/** Seals a report: a DSSE envelope over its test-result statement. */
export async function sealReport(report: Report, signer: Signer): Promise<Uint8Array> {
  return sealEnvelope(PAYLOAD_TYPE, canonicalJson(testResultStatement(report)), signer);
}
