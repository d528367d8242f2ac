import { Database } from '../../../platform/database/index.js';
import { type EnrolledRunner } from './desk.js';
import { ShutOut } from './gateway-refusal.js';

interface Enrolment {
  id: string;
  tenant_id: string;
  not_before: Date;
  not_after: Date;
  revoked_at: Date | null;
}

/** Who may come in, asked of the database each time, and what was seen of them. */
export class Enrolments {
  constructor(private readonly database: Database) {}

  /** @throws ShutOut */
  async admit(fingerprint: string): Promise<EnrolledRunner> {
    const [row] = await this.database.asSystem((tx) =>
      tx.query<Enrolment[]>(
        `SELECT id, tenant_id, not_before, not_after, revoked_at FROM sandbox.runner WHERE fingerprint = $1`,
        [fingerprint],
      ),
    );
    if (row === undefined)
      throw new ShutOut('NOT_ENROLLED', `no tenant enrolled the certificate ${fingerprint}`);
    const why = shutOut(row, new Date());
    if (why !== null) throw why;
    return { id: row.id, tenantId: row.tenant_id };
  }

  /** Notes that these are here. @returns those of them that may not be any more */
  async seen(runnerIds: readonly string[]): Promise<Set<string>> {
    return this.database.asSystem(async (tx) => {
      await tx.query(`UPDATE sandbox.runner SET last_seen_at = now() WHERE id = ANY($1)`, [runnerIds]);
      const rows = await tx.query<Enrolment[]>(
        `SELECT id, tenant_id, not_before, not_after, revoked_at FROM sandbox.runner WHERE id = ANY($1)`,
        [runnerIds],
      );
      const now = new Date();
      return new Set(rows.filter((row) => shutOut(row, now) !== null).map(({ id }) => id));
    });
  }

  async introduced(runnerId: string, { version, host }: { version: string; host: string }): Promise<void> {
    await this.database.asSystem((tx) =>
      tx.query(`UPDATE sandbox.runner SET last_seen_at = now(), version = $2, host_name = $3 WHERE id = $1`, [
        runnerId,
        version,
        host,
      ]),
    );
  }

  async works(runnerId: string, runId: string | null): Promise<void> {
    await this.database.asSystem((tx) =>
      tx.query(`UPDATE sandbox.runner SET run_id = $2 WHERE id = $1`, [runnerId, runId]),
    );
  }
}

function shutOut({ not_before, not_after, revoked_at }: Enrolment, now: Date): ShutOut | null {
  if (revoked_at !== null)
    return new ShutOut('REVOKED', `this certificate was revoked on ${revoked_at.toISOString()}`);
  if (now >= not_after)
    return new ShutOut('CERTIFICATE_EXPIRED', `this certificate expired on ${not_after.toISOString()}`);
  if (now < not_before)
    return new ShutOut(
      'CERTIFICATE_NOT_YET_VALID',
      `this certificate is valid from ${not_before.toISOString()} on`,
    );
  return null;
}
