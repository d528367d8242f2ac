import type { EntityManager } from 'typeorm';
import { SILENCE_SECONDS } from './launchers.js';

/** Where a run that waits stands. */
export interface Place {
  runId: string;
  /** 1: the next to begin */
  position: number;
  /** null where nothing is known yet to estimate from */
  estimatedStartAt: Date | null;
}

/** Runs whose durations an estimate goes by. */
const RECENT = 50;

/**
 * In the order of `claimNext`, were nothing to come or to end meanwhile. Before a tenant's k-th run go those of a higher
 * priority, its own k, and of each other tenant as many as bring that tenant level with it. The cost is one walk along
 * an index, whatever the number of runs asked for.
 */
const PLACES = `
  WITH asked AS (
    SELECT lane, tenant_id, run_id FROM sandbox.run_queue WHERE run_id = ANY ($1) AND held_until IS NULL
  ), ordered AS (
    SELECT q.lane, q.tenant_id, q.run_id, q.priority,
      row_number() OVER (PARTITION BY q.lane, q.tenant_id, q.priority ORDER BY q.queued_at, q.run_id) - 1 AS ahead
    FROM sandbox.run_queue q
    WHERE q.held_until IS NULL AND (q.lane, q.tenant_id) IN (SELECT lane, tenant_id FROM asked)
  ), tenant AS (
    SELECT w.*,
      (SELECT count(*) FROM sandbox.run_attempt a
       WHERE a.lane = w.lane AND a.tenant_id = w.tenant_id AND a.ended_at IS NULL) AS running,
      -- Whoever has runs of a higher priority is served by those before.
      CASE WHEN w.priority < max(w.priority) OVER (PARTITION BY w.lane, w.tenant_id) THEN 'infinity' ELSE
        coalesce((SELECT a.started_at FROM sandbox.run_attempt a
          WHERE a.lane = w.lane AND a.tenant_id = w.tenant_id ORDER BY a.started_at DESC LIMIT 1), '-infinity')
      END AS served
    FROM (
      SELECT lane, tenant_id, priority, count(*) AS runs, min(queued_at) AS oldest
      FROM sandbox.run_queue WHERE held_until IS NULL AND lane IN (SELECT lane FROM asked) GROUP BY lane, tenant_id, priority
    ) w
  ), placed AS (
    SELECT o.run_id, o.lane, t.running, o.ahead + coalesce(sum(
      CASE WHEN u.tenant_id = o.tenant_id AND u.priority > o.priority THEN u.runs END
    ), 0) AS own, 1 + o.ahead + coalesce(sum(
      CASE WHEN u.priority > o.priority THEN u.runs
           WHEN u.priority < o.priority OR u.tenant_id = o.tenant_id THEN 0
           ELSE least(u.runs, greatest(0, t.running + o.ahead - u.running
             + CASE WHEN (u.served, u.oldest, u.tenant_id) < (t.served, t.oldest, t.tenant_id) THEN 1 ELSE 0 END))
      END
    ), 0) AS position
    FROM ordered o
    JOIN asked ON asked.run_id = o.run_id
    JOIN tenant t ON t.lane = o.lane AND t.tenant_id = o.tenant_id AND t.priority = o.priority
    JOIN tenant u ON u.lane = o.lane
    GROUP BY o.run_id, o.lane, o.ahead, t.running
  )
  SELECT p.run_id, p.position::int AS position, (p.own + p.running)::int AS own, slots.count::int AS slots,
    slots.tenant::int AS tenant_slots, busy.count::int AS busy, recent.seconds
  FROM placed p
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(l.slots), 0) AS count, max(l.tenant_slots) AS tenant FROM sandbox.launcher l
    WHERE l.lane = p.lane AND NOT l.draining AND l.seen_at > clock_timestamp() - make_interval(secs => $2)
  ) slots
  CROSS JOIN LATERAL (
    SELECT count(*) AS count FROM sandbox.run_attempt a WHERE a.lane = p.lane AND a.ended_at IS NULL
  ) busy
  CROSS JOIN LATERAL (
    SELECT avg(extract(epoch FROM ended_at - started_at))::float8 AS seconds FROM (
      SELECT a.started_at, a.ended_at FROM sandbox.run_attempt a
      WHERE a.lane = p.lane AND a.outcome = 'SCORED' ORDER BY a.ended_at DESC LIMIT ${RECENT}
    ) ended
  ) recent`;

/**
 * Where runs stand in the queue, in one statement; those that do not wait for a slot are left out. It counts the runs of
 * all tenants and tells of none of them: to be asked as the system, for runs that the caller may see.
 */
export async function placesOf(tx: EntityManager, runIds: readonly string[]): Promise<Place[]> {
  const rows = await tx.query<PlacedRow[]>(PLACES, [runIds, SILENCE_SECONDS]);
  return rows.map((row) => ({
    runId: row.run_id,
    position: row.position,
    estimatedStartAt: row.slots === 0 || row.seconds === null ? null : startOf(row, row.seconds),
  }));
}

interface PlacedRow {
  run_id: string;
  position: number;
  /** runs of the same tenant that go before or are at work */
  own: number;
  slots: number;
  /** null where launchers have not told */
  tenant_slots: number | null;
  busy: number;
  seconds: number | null;
}

/**
 * A slot frees every `seconds / slots`, one of the tenant's own every `seconds` by what it may hold at a time; those that
 * are free begin at once.
 */
function startOf({ position, own, slots, tenant_slots, busy }: PlacedRow, seconds: number): Date {
  const most = Math.min(slots, tenant_slots ?? slots);
  const turns = Math.max(0, position - Math.max(0, slots - busy));
  const ownTurns = Math.max(0, own + 1 - most);
  return new Date(Date.now() + Math.max(turns / slots, ownTurns / most) * seconds * 1_000);
}
