import { InputError } from '../input-error.js';
import { PAYLOAD_TYPE, PREDICATE_TYPE, STATEMENT_TYPE, subjectsOf, testLists } from './attestation.js';
import { canonicalJson, digest, documentDigest, type JsonObject, type JsonValue } from './canonical-json.js';
import { parseEnvelope, signedBy, type TrustedKey } from './dsse.js';
import { REPORT_SCHEMA, type Report } from './evidence.js';
import { evidenceDigest } from './report.js';
import { reportShapeProblem } from './report-shape.js';
import { isObject, parseStrictJson } from './strict-json.js';
import { verdictProblem } from './verdict-consistency.js';

export interface Check {
  name: string;
  ok: boolean;
  /** what was found, one sentence */
  sentence: string;
}

export interface Verification {
  /** true only when every check was made and held */
  verified: boolean;
  checks: readonly Check[];
  /** the trusted key that signed; null until its signature held */
  keyId: string | null;
  /** canonical SHA-256 of the report inside; null until it was established */
  reportSha256: string | null;
  report: Report | null;
}

/**
 * Checks a sealed report offline. Nothing inside is looked at before a trusted key's signature over it holds, and no
 * key is ever taken from the envelope. The checks stop at the first on which all later ones stand.
 */
export function verifyEnvelope(
  bytes: Uint8Array,
  trusted: readonly TrustedKey[],
  what = 'envelope',
): Verification {
  const checks: Check[] = [];
  const found: { keyId: string | null; reportSha256: string | null; report: Report | null } = {
    keyId: null,
    reportSha256: null,
    report: null,
  };
  const done = (complete: boolean): Verification => ({
    verified: complete && checks.every(({ ok }) => ok),
    checks,
    ...found,
  });
  const check = (name: string, ok: boolean, held: string, broken: string): boolean => {
    checks.push({ name, ok, sentence: ok ? held : broken });
    return ok;
  };
  try {
    const envelope = parseEnvelope(bytes, what);
    check('envelope', true, `A DSSE envelope with ${count(envelope.signatures.length, 'signature')}.`, '');
    const key = signedBy(envelope, trusted);
    const claimed = envelope.signatures.map(({ keyid }) => keyid ?? '(unnamed)').join(', ');
    if (
      !check(
        'signature',
        key !== null,
        `Signed by trusted key ${key?.keyId ?? ''}.`,
        `No signature by a trusted key holds: the envelope names ${claimed}; trusted: ${trusted.map(({ keyId }) => keyId).join(', ') || 'none'}.`,
      )
    )
      return done(false);
    found.keyId = key?.keyId ?? null;
    if (
      !check(
        'payload type',
        envelope.payloadType === PAYLOAD_TYPE,
        `The payload is ${PAYLOAD_TYPE}.`,
        `The payload is ${JSON.stringify(envelope.payloadType.slice(0, 100))}, not ${PAYLOAD_TYPE}.`,
      )
    )
      return done(false);
    const statement = parseStrictJson(envelope.payload, `${what}: payload`);
    if (
      !check(
        'canonical',
        Buffer.from(canonicalJson(statement)).equals(envelope.payload),
        'The payload is canonical JSON (RFC 8785).',
        'The payload is not canonical JSON (RFC 8785).',
      )
    )
      return done(false);
    return done(checkStatement(statement, check, found));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    check('format', false, '', error.message.endsWith('.') ? error.message : `${error.message}.`);
    return done(false);
  }
}

type CheckFunction = (name: string, ok: boolean, held: string, broken: string) => boolean;

/** @returns whether every check was reached */
function checkStatement(
  statement: JsonValue,
  check: CheckFunction,
  found: { reportSha256: string | null; report: Report | null },
): boolean {
  const predicate = isObject(statement) && isObject(statement['predicate']) ? statement['predicate'] : null;
  const types = isObject(statement) && [statement['_type'], statement['predicateType']];
  if (
    !check(
      'statement',
      predicate !== null && types !== false && types[0] === STATEMENT_TYPE && types[1] === PREDICATE_TYPE,
      'An in-toto Statement v1 with a test-result predicate.',
      `Not an in-toto Statement v1 with predicate ${PREDICATE_TYPE}.`,
    )
  )
    return false;
  const problem = reportShapeProblem(predicate?.['report']);
  if (
    !check(
      'report',
      problem === null,
      `The report is a ${REPORT_SCHEMA}.`,
      `The report inside is unsound: ${problem}.`,
    )
  )
    return false;
  const report = predicate?.['report'] as unknown as Report;
  const reportSha256 = digest(canonicalJson(report));
  found.report = report;
  found.reportSha256 = reportSha256;
  const { evidence } = report;
  check(
    'subjects',
    same((statement as JsonObject)['subject'], subjectsOf(report, reportSha256)),
    `The subjects are this report (${reportSha256}), its model, dataset version and plan.`,
    `The subjects are not the digests of the report inside (${reportSha256}) and of its model, dataset version and plan.`,
  );
  check(
    'evidence',
    predicate?.['evidenceSha256'] === evidenceDigest(report),
    `The evidence has digest ${evidenceDigest(report)}.`,
    `The evidence has digest ${evidenceDigest(report)}, but the statement says otherwise.`,
  );
  check(
    'plan',
    documentDigest(evidence.plan.document) === evidence.plan.digest,
    `The plan inside has digest ${evidence.plan.digest}.`,
    `The plan inside has digest ${documentDigest(evidence.plan.document)}, not ${evidence.plan.digest}.`,
  );
  const inconsistent = verdictProblem(evidence);
  check(
    'verdicts',
    inconsistent === null,
    `${count(evidence.verdicts.length, 'verdict')} agree with their intervals and with the plan's criteria.`,
    `A verdict does not follow from the evidence: ${inconsistent}.`,
  );
  const lists = testLists(evidence.verdicts);
  check(
    'result',
    predicate !== null &&
      same(predicate['passedTests'], lists.passedTests) &&
      same(predicate['warnedTests'], lists.warnedTests) &&
      same(predicate['failedTests'], lists.failedTests) &&
      predicate['result'] === (lists.failedTests.length > 0 ? 'FAILED' : 'WARNED'),
    `${lists.passedTests.length} passed, ${lists.warnedTests.length} undecided, ${lists.failedTests.length} failed, as the statement says.`,
    'The statement counts criteria otherwise than the verdicts do.',
  );
  return true;
}

function same(found: JsonValue | undefined, expected: unknown): boolean {
  return found !== undefined && Buffer.from(canonicalJson(found)).equals(canonicalJson(expected));
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
