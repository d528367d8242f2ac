import type { EntityManager } from 'typeorm';
import { move } from '../run.lifecycle.js';
import { DEVICE_OF_LANE, type Lane, LANE_OF_RUNTIME } from './lanes.js';

/** A run that has a slot now, as its next attempt. */
export interface Claim {
  runId: string;
  attempt: number;
  tenantId: string;
}

/**
 * Lets a run that is QUEUED wait for a slot, in the lane of its runtime, as old as it is; one that waits already stays
 * where it is. A sealed run goes before all others, since a decision waits for it, but one of a tenant at a time: further
 * ones take its tenant's turns, or a tenant with many models would let nobody else begin.
 *
 * @param heldSeconds not before so long
 */
export async function enqueue(tx: EntityManager, runId: string, heldSeconds = 0): Promise<void> {
  await tx.query(
    `INSERT INTO sandbox.run_queue (run_id, tenant_id, lane, priority, queued_at, held_until)
     SELECT r.id, r.tenant_id, ($2::jsonb)->>v.runtime, CASE WHEN p.split = 'sealed' AND NOT EXISTS (
         SELECT 1 FROM sandbox.run_queue q WHERE q.tenant_id = r.tenant_id AND q.priority = 1
       ) AND NOT EXISTS (
         SELECT 1 FROM sandbox.run_attempt a JOIN sandbox.run s ON s.id = a.run_id
         JOIN sandbox.evaluation_plan t ON t.id = s.plan_id
         WHERE a.tenant_id = r.tenant_id AND a.ended_at IS NULL AND t.split = 'sealed'
       ) THEN 1 ELSE 0 END, r.created_at,
       CASE WHEN $3::integer > 0 THEN clock_timestamp() + make_interval(secs => $3::integer) END
     FROM sandbox.run r
     JOIN sandbox.model_version v ON v.id = r.model_version_id
     JOIN sandbox.evaluation_plan p ON p.id = r.plan_id
     WHERE r.id = $1
     ON CONFLICT DO NOTHING`,
    [runId, JSON.stringify(LANE_OF_RUNTIME), heldSeconds],
  );
}

/**
 * Each tenant's next run, found by walking the index from tenant to tenant: what it costs grows with the tenants that
 * wait and not with the runs.
 */
const HEADS = `
  WITH RECURSIVE tenant AS (
    (SELECT tenant_id FROM sandbox.run_queue WHERE lane = $1 AND held_until IS NULL ORDER BY tenant_id LIMIT 1)
    UNION ALL
    SELECT (SELECT q.tenant_id FROM sandbox.run_queue q
            WHERE q.lane = $1 AND q.held_until IS NULL AND q.tenant_id > t.tenant_id ORDER BY q.tenant_id LIMIT 1)
    FROM tenant t WHERE t.tenant_id IS NOT NULL
  )
  SELECT head.run_id
  FROM tenant t
  CROSS JOIN LATERAL (
    SELECT q.run_id, q.priority, q.queued_at FROM sandbox.run_queue q
    WHERE q.lane = $1 AND q.tenant_id = t.tenant_id AND q.held_until IS NULL
    ORDER BY q.priority DESC, q.queued_at, q.run_id LIMIT 1
  ) head
  CROSS JOIN LATERAL (
    SELECT count(*) AS running FROM sandbox.run_attempt a
    WHERE a.lane = $1 AND a.tenant_id = t.tenant_id AND a.ended_at IS NULL
  ) now_running
  LEFT JOIN LATERAL (
    SELECT a.started_at AS served FROM sandbox.run_attempt a
    WHERE a.lane = $1 AND a.tenant_id = t.tenant_id ORDER BY a.started_at DESC LIMIT 1
  ) before ON true
  WHERE now_running.running < $2
  ORDER BY head.priority DESC, now_running.running, before.served NULLS FIRST, head.queued_at, head.run_id
  LIMIT 1`;

/**
 * Takes the run whose turn it is: a sealed one with priority first; then of the tenant with the fewest runs at work, of those the one
 * served longest ago; of that tenant's, the oldest. Claims take turns over all launchers, so that two that are made at
 * once are as fair as two in a row.
 *
 * @param launcherId who will score it, alive as long as it says so
 * @param tenantSlots most runs of one tenant at a time, over all launchers
 * @returns null where no run waits that may begin
 */
export async function claimNext(
  tx: EntityManager,
  lane: Lane,
  launcherId: string,
  tenantSlots: number,
): Promise<Claim | null> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('run dispatch ' || $1, 0))`, [lane]);
  for (;;) {
    const [next] = await tx.query<{ run_id: string }[]>(HEADS, [lane, tenantSlots]);
    if (next === undefined) return null;
    const runId = next.run_id;
    const moved = await move(tx, runId, { to: 'STAGING', begins: true, progress: 1, power: 'launcher' });
    // One that is not to be begun any more, cancelled a moment ago, leaves the queue all the same.
    await tx.query('DELETE FROM sandbox.run_queue WHERE run_id = $1', [runId]);
    if (moved === null) continue;
    await tx.query(
      `INSERT INTO sandbox.run_attempt (run_id, attempt, tenant_id, lane, launcher_id, device_class)
       VALUES ($1, $2, $3, $4, $5, $6)`,
      [runId, moved.attempt, moved.tenantId, lane, launcherId, DEVICE_OF_LANE[lane]],
    );
    return { runId, ...moved };
  }
}

/** Lets runs whose back-off is over take their turn. */
export async function releaseHeld(tx: EntityManager): Promise<void> {
  await tx.query(
    'UPDATE sandbox.run_queue SET held_until = NULL WHERE held_until IS NOT NULL AND held_until <= clock_timestamp()',
  );
}
