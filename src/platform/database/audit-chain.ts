import canonicalize from 'canonicalize';
import { createHash } from 'node:crypto';

/** What `previousHash` of the first event is: 32 zero bytes, hexadecimal. */
export const AUDIT_GENESIS = '0'.repeat(64);

/** Names the form of what is hashed, so that a later form cannot be taken for this one. */
const SCHEMA = 'sandbox-audit-event/1';

export type JsonObject = Readonly<Record<string, unknown>>;

/** One event of the audit trail, as exported; JSON only. */
export interface AuditRecord {
  /** 1, 2, 3 … without gaps. */
  sequence: number;
  /** ISO 8601 in UTC with milliseconds. */
  at: string;
  actor: JsonObject;
  action: string;
  subject: string;
  details: JsonObject;
  /** `hash` of the event before, AUDIT_GENESIS for the first. */
  previousHash: string;
  /** 64 hexadecimal digits. */
  hash: string;
}

/**
 * SHA-256, hexadecimal, over the canonical JSON (RFC 8785) of the event with the hash of the one before: whoever
 * changes, drops or inserts an event must change every hash after it.
 */
export function hashAuditEvent(event: Omit<AuditRecord, 'hash'>): string {
  const { sequence, at, actor, action, subject, details, previousHash } = event;
  const canonical = canonicalize({
    schema: SCHEMA,
    ...{ sequence, at, actor, action, subject, details, previousHash },
  });
  if (canonical === undefined) throw new TypeError(`audit event ${sequence} is not JSON`);
  return createHash('sha256').update(canonical, 'utf8').digest('hex');
}

export type ChainVerification =
  | { verified: true; events: number; head: { sequence: number; hash: string } }
  | { verified: false; sequence: number; reason: string };

/**
 * Recomputes a chain and reports its first broken link. Pure: needs no database.
 *
 * @param records in the order of their sequence
 * @param anchor the event before the first record, when the records do not begin with event 1
 */
export function verifyChain(
  records: Iterable<AuditRecord>,
  anchor: { sequence: number; hash: string } = { sequence: 0, hash: AUDIT_GENESIS },
): ChainVerification {
  let head = anchor;
  for (const record of records) {
    const broken = (reason: string): ChainVerification => ({
      verified: false,
      sequence: head.sequence + 1,
      reason,
    });
    if (record.sequence !== head.sequence + 1) {
      return broken(
        // What an export states may be anything, even what cannot be made a text of.
        `event ${head.sequence + 1} is missing: event ${JSON.stringify(record.sequence)} follows ${head.sequence}`,
      );
    }
    if (record.previousHash !== head.hash) {
      return broken(`event ${record.sequence} does not name the hash of event ${head.sequence}`);
    }
    const hash = hashAuditEvent(record);
    if (record.hash !== hash) return broken(`event ${record.sequence} does not have the hash it states`);
    head = { sequence: record.sequence, hash };
  }
  return { verified: true, events: head.sequence - anchor.sequence, head };
}
