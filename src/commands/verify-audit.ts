import { InputError } from '../engine/input-error.js';
import { parseStrictJson, type Check, type JsonObject } from '../engine/reporting/index.js';
import { AUDIT_GENESIS, verifyChain, type AuditRecord } from '../platform/database/audit-chain.js';

const MEMBERS = ['sequence', 'at', 'actor', 'action', 'subject', 'details', 'previousHash', 'hash'];

/**
 * Checks an export of audit events, one JSON object a line: every hash is computed again, each event names
 * the hash of the one before, and no number is left out.
 *
 * A chain shows that nothing inside was changed, dropped or put in. It cannot show that its end was not cut off, nor
 * that the whole was not written anew: for that its last hash is printed, to compare with a checkpoint kept elsewhere.
 */
export function verifyAuditExport(bytes: Uint8Array, what: string): { verified: boolean; checks: Check[] } {
  const failed = (name: string, sentence: string): { verified: boolean; checks: Check[] } => ({
    verified: false,
    checks: [{ name, ok: false, sentence: `${sentence}.` }],
  });
  try {
    const [first] = records(bytes, what);
    if (first === undefined) return failed('format', `${what}: no events`);
    const chain = verifyChain(records(bytes, what), {
      sequence: first.sequence - 1,
      hash: first.sequence === 1 ? AUDIT_GENESIS : first.previousHash,
    });
    if (!chain.verified) return failed('chain', `${what}: ${chain.reason}`);
    return {
      verified: true,
      checks: [
        { name: 'format', ok: true, sentence: `Audit events, one a line: ${chain.events}.` },
        {
          name: 'chain',
          ok: true,
          sentence: `Events ${first.sequence} to ${chain.head.sequence} each name the hash of the one before; the last is ${chain.head.hash}, to compare with a checkpoint.`,
        },
        {
          name: 'start',
          ok: true,
          sentence:
            first.sequence === 1
              ? 'The chain starts with the first event.'
              : `The export starts at event ${first.sequence}; the events before it were not given.`,
        },
      ],
    };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return failed('format', error.message);
  }
}

function* records(bytes: Uint8Array, what: string): Generator<AuditRecord> {
  let line = 0;
  for (const text of lines(bytes)) yield readRecord(text, `${what}: line ${++line}`);
}

function readRecord(text: Uint8Array, what: string): AuditRecord {
  const document = parseStrictJson(text, what);
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    throw new InputError('NOT_AN_EVENT', `${what}: not an object`);
  const members = document as JsonObject;
  const missing = MEMBERS.find((name) => !Object.hasOwn(members, name));
  if (missing !== undefined) throw new InputError('NOT_AN_EVENT', `${what}: ${missing} is missing`);
  const foreign = Object.keys(members).find((name) => !MEMBERS.includes(name));
  if (foreign !== undefined)
    throw new InputError('NOT_AN_EVENT', `${what}: ${JSON.stringify(foreign)} belongs to no event`);
  const { sequence, at, actor, action, subject, details, previousHash, hash } = members;
  if (typeof sequence !== 'number' || !Number.isSafeInteger(sequence) || sequence < 1)
    throw new InputError('NOT_AN_EVENT', `${what}: sequence is not a number from 1`);
  for (const value of [previousHash, hash])
    if (typeof value !== 'string' || !/^[0-9a-f]{64}$/.test(value))
      throw new InputError('NOT_AN_EVENT', `${what}: a hash is not a SHA-256 in hexadecimal`);
  for (const [name, value] of Object.entries({ at, action, subject }))
    if (typeof value !== 'string') throw new InputError('NOT_AN_EVENT', `${what}: ${name} is not text`);
  for (const [name, value] of Object.entries({ actor, details }))
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new InputError('NOT_AN_EVENT', `${what}: ${name} is not an object`);
  return members as unknown as AuditRecord;
}

function* lines(bytes: Uint8Array): Generator<Uint8Array> {
  let from = 0;
  while (from < bytes.length) {
    const end = bytes.indexOf(0x0a, from);
    const to = end === -1 ? bytes.length : end;
    yield bytes.subarray(from, to);
    from = to + 1;
  }
}
