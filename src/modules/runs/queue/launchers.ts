import { hostname } from 'node:os';
import { v7 as uuid } from 'uuid';
import type { Database } from '../../../platform/database/index.js';
import type { Lane } from './lanes.js';

/** A launcher says this often that it is alive. */
export const BEAT_SECONDS = 2.5;
/** A launcher that has been silent for this long has lost its attempts to others. */
export const SILENCE_SECONDS = 10;

/** A launcher's sign of life for the slots of one lane: what it works on is its own as long as it gives it. */
export class LauncherPresence {
  readonly id = uuid();

  constructor(
    private readonly database: Database,
    readonly lane: Lane,
    private readonly slots: number,
    /** most runs of one tenant at a time, over all launchers */
    private readonly tenantSlots: number,
  ) {}

  /**
   * Says that it is alive, also after it was held for dead.
   *
   * @returns the attempts that are still its own, by run
   */
  async beat(draining = false): Promise<Map<string, number>> {
    const rows = await this.database.asSystem(async (tx) => {
      await tx.query(
        `INSERT INTO sandbox.launcher (id, host, lane, slots, draining, tenant_slots) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (id) DO UPDATE SET seen_at = clock_timestamp(), draining = excluded.draining`,
        [this.id, hostname(), this.lane, this.slots, draining, this.tenantSlots],
      );
      return tx.query<{ run_id: string; attempt: number }[]>(
        'SELECT run_id, attempt FROM sandbox.run_attempt WHERE launcher_id = $1 AND ended_at IS NULL',
        [this.id],
      );
    });
    return new Map(rows.map(({ run_id, attempt }) => [run_id, attempt]));
  }

  /** Leaves: its slots count no more. What it could not give back is found like a lost launcher's. */
  async leave(): Promise<void> {
    await this.database.asSystem((tx) => tx.query('DELETE FROM sandbox.launcher WHERE id = $1', [this.id]));
  }
}
