import type { EntityManager } from 'typeorm';
import { AUDIT_GENESIS, type AuditRecord, hashAuditEvent, type JsonObject } from './audit-chain.js';
import { SCHEMA } from './roles.js';

export * from './audit-chain.js';

const AUDIT_LOCK = 'sandbox audit trail';

export interface AuditEntry {
  /** Who did it: an actor, or what of the service, for example `{ system: 'start' }`. JSON; no secrets. */
  actor: object;
  /** A verb of the domain, for example `lockEvaluationPlan`. */
  action: string;
  /** What it was done to, for example `plan:6f…`. */
  subject: string;
  /** JSON; no secrets. */
  details: object;
}

interface AuditRow {
  sequence: string;
  at: Date;
  actor: JsonObject;
  action: string;
  subject: string;
  details: JsonObject;
  previous_hash: Buffer;
  hash: Buffer;
}

/**
 * Appends an event in the caller's transaction: it stands if and only if what it tells of stands.
 *
 * One transaction at a time can append, until it ends, so that the chain has no forks: make this the last
 * statement of the work. Needs READ COMMITTED, the default; a snapshot taken earlier would miss the newest
 * event, which the unique sequence then refuses.
 */
export async function appendAudit(
  tx: EntityManager,
  entry: AuditEntry,
): Promise<{ sequence: number; hash: string }> {
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [AUDIT_LOCK]);
  // A statement of its own: one that waited for the lock would still see the trail as it was before.
  const rows: { at: Date; sequence: string | null; hash: Buffer | null }[] = await tx.query(
    `SELECT date_trunc('milliseconds', clock_timestamp()) AS at, last.sequence, last.hash
       FROM (SELECT 1) AS one
       LEFT JOIN (SELECT sequence, hash FROM ${SCHEMA}.audit_event ORDER BY sequence DESC LIMIT 1) AS last ON true`,
  );
  const last = rows[0];
  if (last === undefined) throw new Error('the audit trail gave no answer');
  const event = {
    sequence: last.sequence === null ? 1 : Number(last.sequence) + 1,
    at: last.at.toISOString(),
    actor: asJson(entry.actor),
    action: entry.action,
    subject: entry.subject,
    details: asJson(entry.details),
    previousHash: last.hash === null ? AUDIT_GENESIS : last.hash.toString('hex'),
  };
  const hash = hashAuditEvent(event);
  await tx.query(
    `INSERT INTO ${SCHEMA}.audit_event (sequence, at, actor, action, subject, details, previous_hash, hash)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      event.sequence,
      event.at,
      JSON.stringify(event.actor),
      event.action,
      event.subject,
      JSON.stringify(event.details),
      Buffer.from(event.previousHash, 'hex'),
      Buffer.from(hash, 'hex'),
    ],
  );
  return { sequence: event.sequence, hash };
}

/** The trail in order, a page at a time: for an export, and for `verifyChain`. */
export async function* readAudit(
  tx: EntityManager,
  after = 0,
  pageSize = 1_000,
): AsyncGenerator<AuditRecord> {
  for (let last = after; ;) {
    const rows: AuditRow[] = await tx.query(
      `SELECT sequence, at, actor, action, subject, details, previous_hash, hash
         FROM ${SCHEMA}.audit_event WHERE sequence > $1 ORDER BY sequence LIMIT $2`,
      [last, pageSize],
    );
    for (const row of rows) {
      const { action, subject, actor, details } = row;
      last = Number(row.sequence);
      yield {
        sequence: last,
        at: row.at.toISOString(),
        actor,
        action,
        subject,
        details,
        previousHash: row.previous_hash.toString('hex'),
        hash: row.hash.toString('hex'),
      };
    }
    if (rows.length < pageSize) return;
  }
}

/** As the database will give it back: no undefined, no dates, no classes. */
function asJson(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}
