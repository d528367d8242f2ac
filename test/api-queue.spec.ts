import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Client } from 'pg';
import type { Database } from '../src/platform/database/index.js';
import { connect } from '../src/platform/database/roles.js';
import { endAttempt, faulted, MOST_TRIES } from '../src/modules/runs/queue/attempts.js';
import { placesOf } from '../src/modules/runs/queue/positions.js';
import { type Claim, claimNext, enqueue, releaseHeld } from '../src/modules/runs/queue/run-queue.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { follow, lockedPlan, startRun, TestService } from './support/service.js';

describe('the queue of runs', () => {
  let clone: TestDatabase;
  let admin: Client;
  let database: Database;
  let api: Database;

  beforeAll(async () => {
    clone = await createTestDatabase();
    admin = await connect(clone.admin);
    // Runs alone are what this is about, not the case that leads to each.
    await admin.query('SET session_replication_role = replica');
    database = await clone.database('sandbox_launcher');
    api = await clone.database('sandbox_api');
  });

  afterAll(async () => {
    await admin?.end();
    await clone?.close();
  });

  beforeEach(() =>
    admin.query('TRUNCATE sandbox.run_queue, sandbox.run_attempt, sandbox.run_fault, sandbox.run_log'),
  );

  /** A tenant with so many runs that wait, the first the oldest. */
  async function waiting(count: number, priority = 0): Promise<string> {
    const tenant = randomUUID();
    await admin.query(
      `INSERT INTO sandbox.organisation (id, tenant_id, kind, name) VALUES ($1::uuid, $1::uuid, 'TENANT', $1::uuid::text)`,
      [tenant],
    );
    await admin.query(
      `WITH made AS (
         INSERT INTO sandbox.run (id, tenant_id, plan_id, model_version_id, dataset_version_id, started_by, state, created_at)
         SELECT gen_random_uuid(), $1, $3, $3, $3, $3, 'QUEUED', now() + n * interval '1 ms' FROM generate_series(1, $2) n
         RETURNING id, tenant_id, created_at
       )
       INSERT INTO sandbox.run_queue (run_id, tenant_id, lane, priority, queued_at)
       SELECT id, tenant_id, 'jail', $4, created_at FROM made`,
      [tenant, count, randomUUID(), priority],
    );
    return tenant;
  }

  const claim = (tenantSlots = 1_000): Promise<Claim | null> =>
    database.asSystem((tx) => claimNext(tx, 'jail', randomUUID(), tenantSlots));

  const finish = ({ runId, attempt }: Claim): Promise<void> =>
    database.asSystem((tx) => endAttempt(tx, runId, attempt, 'SCORED'));

  test('gives tenants turns however many runs one of them has, the one served longest ago first', async () => {
    const busy = await waiting(1_000);
    const first = await claim();
    expect(first?.tenantId).toBe(busy);
    const late = await waiting(3);
    const served: string[] = [];
    let before = first;
    for (let turn = 0; turn < 8; turn += 1) {
      if (before !== null) await finish(before);
      before = await claim();
      served.push(before?.tenantId === busy ? 'busy' : before?.tenantId === late ? 'late' : 'nobody');
    }
    expect(served).toEqual(['late', 'busy', 'late', 'busy', 'late', 'busy', 'busy', 'busy']);
  });

  test('gives a slot to the tenant with the fewest at work, in the order of its runs, and none beyond its cap', async () => {
    const one = await waiting(5);
    const two = await waiting(2);
    const claims: Claim[] = [];
    for (let next = await claim(3); next !== null; next = await claim(3)) claims.push(next);
    expect(claims.map(({ tenantId }) => tenantId).sort()).toEqual([one, one, one, two, two].sort());
    expect(claims.slice(0, 4).filter(({ tenantId }) => tenantId === one)).toHaveLength(2);
    const { rows } = await admin.query<{ id: string }>(
      'SELECT id FROM sandbox.run WHERE tenant_id = $1 ORDER BY created_at',
      [one],
    );
    const order = rows.map(({ id }) => id);
    expect(claims.filter(({ tenantId }) => tenantId === one).map(({ runId }) => runId)).toEqual(
      order.slice(0, 3),
    );
  });

  test('takes sealed runs first', async () => {
    await waiting(10);
    const sealed = await waiting(1, 1);
    expect((await claim())?.tenantId).toBe(sealed);
  });

  test('is as fair to claims made at once, from several launchers, and gives no run twice', async () => {
    const tenants = [await waiting(100), await waiting(100), await waiting(100)];
    const claims = (await Promise.all(Array.from({ length: 60 }, () => claim()))).filter(
      (each) => each !== null,
    );
    expect(new Set(claims.map(({ runId }) => runId)).size).toBe(60);
    for (const tenant of tenants)
      expect(claims.filter(({ tenantId }) => tenantId === tenant)).toHaveLength(20);
  });

  test('tells each run that waits its place in the order in which they are taken', async () => {
    await waiting(7);
    await waiting(2);
    await waiting(2, 1);
    await waiting(4);
    const before = await claim();
    if (before !== null) await finish(before);
    const { rows } = await admin.query<{ run_id: string }>('SELECT run_id FROM sandbox.run_queue');
    const places = await api.asSystem((tx) =>
      placesOf(
        tx,
        rows.map(({ run_id }) => run_id),
      ),
    );
    const told = places.sort((a, b) => a.position - b.position).map(({ runId }) => runId);
    expect(places.map(({ position }) => position)).toEqual(rows.map((_row, place) => place + 1));
    const taken: string[] = [];
    for (let next = await claim(); next !== null; next = await claim()) {
      taken.push(next.runId);
      await finish(next);
    }
    expect(told).toEqual(taken);
    // Without a launcher at work nobody knows when.
    expect(places.map(({ estimatedStartAt }) => estimatedStartAt)).toEqual(rows.map(() => null));
  });

  test('a run cancelled while it waits is passed over', async () => {
    const tenant = await waiting(2);
    const { rows } = await admin.query<{ id: string }>(
      'SELECT id FROM sandbox.run WHERE tenant_id = $1 ORDER BY created_at',
      [tenant],
    );
    await admin.query(`UPDATE sandbox.run SET state = 'CANCELLED', finished_at = now() WHERE id = $1`, [
      rows[0]?.id,
    ]);
    expect((await claim())?.runId).toBe(rows[1]?.id);
    expect(await claim()).toBeNull();
  });

  test('a fault of ours is tried again after a while, ahead of the younger runs, and not for ever', async () => {
    const tenant = await waiting(3);
    await admin.query(
      `INSERT INTO sandbox.model_version (id, tenant_id, model_id, label, runtime, artefact_sha256, artefact_bytes, state)
       SELECT DISTINCT model_version_id, tenant_id, model_version_id, 'one', 'ONNX', repeat('a', 64), 1, 'READY'
       FROM sandbox.run WHERE tenant_id = $1`,
      [tenant],
    );
    await admin.query(
      `INSERT INTO sandbox.evaluation_plan (id, tenant_id, input_binding_id, model_version_id, dataset_version_id, split, title, document)
       SELECT DISTINCT plan_id, tenant_id, plan_id, plan_id, plan_id, 'evaluation', 'one', '{}'::jsonb
       FROM sandbox.run WHERE tenant_id = $1`,
      [tenant],
    );
    const first = await claim();
    if (first === null) throw new Error('nothing was claimed');
    const { runId } = first;
    for (let attempt = 1; attempt <= MOST_TRIES; attempt += 1) {
      const fault = (): Promise<boolean> =>
        database.asSystem((tx) => faulted(tx, runId, attempt, 'FAULT', 'a disk broke'));
      expect(await fault()).toBe(true);
      // Told twice, it is one fault.
      expect(await fault()).toBe(false);
      await database.asSystem((tx) => releaseHeld(tx));
      if (attempt === MOST_TRIES) break;
      const { rows } = await admin.query<{ held: number }>(
        `SELECT extract(epoch FROM held_until - clock_timestamp())::float8 AS held FROM sandbox.run_queue WHERE run_id = $1`,
        [runId],
      );
      expect(rows[0]?.held).toBeGreaterThan(2 * 4 ** (attempt - 1) - 1);
      expect(rows[0]?.held).toBeLessThanOrEqual(2 * 4 ** (attempt - 1));
      await admin.query(`UPDATE sandbox.run_queue SET held_until = now() WHERE run_id = $1`, [runId]);
      await database.asSystem((tx) => releaseHeld(tx));
      expect(await claim()).toMatchObject({ runId, attempt: attempt + 1 });
    }
    const { rows } = await admin.query(`SELECT state, reason_code FROM sandbox.run WHERE id = $1`, [runId]);
    expect(rows).toEqual([{ state: 'ERRORED', reason_code: 'SCORING_FAULT' }]);
    const faults = await admin.query<{ fault: string }>(
      'SELECT fault FROM sandbox.run_fault WHERE run_id = $1',
      [runId],
    );
    expect(faults.rows).toEqual(Array.from({ length: MOST_TRIES }, () => ({ fault: 'a disk broke' })));
    await database.asSystem((tx) => enqueue(tx, runId));
    expect((await claim())?.runId).not.toBe(runId);
  });

  test('a hundred thousand runs slow no claim', async () => {
    const median = async (): Promise<number> => {
      await admin.query('ANALYZE sandbox.run_queue, sandbox.run_attempt');
      const times: number[] = [];
      for (let turn = 0; turn < 101; turn += 1) {
        const began = performance.now();
        const claimed = await claim();
        times.push(performance.now() - began);
        if (claimed !== null) await finish(claimed);
      }
      return times.sort((a, b) => a - b)[50] ?? Infinity;
    };
    for (let tenants = 0; tenants < 20; tenants += 1) await waiting(10);
    const few = await median();
    for (let tenants = 0; tenants < 20; tenants += 1) await waiting(5_000);
    const many = await median();
    expect(many).toBeLessThan(50);
    expect(many / few).toBeLessThan(3);
  }, 300_000);
});

describe('runs that wait', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await TestService.start({ configuration: { slots: 1 } });
  }, 300_000);

  afterAll(() => service?.close());

  test('a tenant that comes after twenty runs of another waits for no more than the one under way', async () => {
    const busy = await service.admitTenant();
    const late = await service.admitTenant();
    const plan = await lockedPlan(service, busy.api);
    const other = await lockedPlan(service, late.api);
    const runs = await Promise.all(Array.from({ length: 20 }, () => startRun(busy.api, plan)));
    const own = await startRun(late.api, other);
    const place = await late.api.value<{ queuePosition: number; estimatedStartAt: string | null }>(
      `query ($id: ID!) { run(id: $id) { queuePosition estimatedStartAt } }`,
      { id: own },
    );
    // Null where it has begun by now: one of the other tenant's at most goes before.
    expect(place.queuePosition ?? 1).toBeLessThanOrEqual(2);
    expect((await follow(late.api, own)).at(-1)?.state).toBe('SUCCEEDED');
    for (const run of runs) expect((await follow(busy.api, run)).at(-1)?.state).toBe('SUCCEEDED');
    const admin = await connect(service.database.admin);
    const { rows } = await admin.query<{ ahead: number }>(
      `SELECT count(*)::int AS ahead FROM sandbox.run_attempt a, sandbox.run r
       WHERE r.id = $1 AND a.tenant_id = $2 AND a.started_at > r.created_at
         AND a.started_at < (SELECT started_at FROM sandbox.run_attempt WHERE run_id = $1)`,
      [own, busy.id],
    );
    await admin.end();
    expect(rows[0]?.ahead).toBeLessThanOrEqual(1);
  }, 300_000);

  test('what a launcher that fell silent had is taken up by another, as the next attempt', async () => {
    const { api } = await service.admitTenant();
    const plan = await lockedPlan(service, api);
    const admin = await connect(service.database.admin);
    const database = await service.database.database('sandbox_launcher');
    // A launcher that says nothing more, with a run of its own: the one of the service is kept from taking it.
    const silent = randomUUID();
    await admin.query(`INSERT INTO sandbox.launcher (id, host, lane, slots) VALUES ($1, 'gone', 'jail', 1)`, [
      silent,
    ]);
    await admin.query(
      `CREATE FUNCTION public.hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.held_until = now() + interval '1 hour'; RETURN NEW; END $$`,
    );
    await admin.query(
      'CREATE TRIGGER hold BEFORE INSERT ON sandbox.run_queue FOR EACH ROW EXECUTE FUNCTION public.hold()',
    );
    const runId = await startRun(api, plan);
    await admin.query('DROP TRIGGER hold ON sandbox.run_queue');
    await admin.query('ALTER TABLE sandbox.run_queue DISABLE TRIGGER run_queue_told');
    for (let claimed: Claim | null = null; claimed?.runId !== runId;) {
      await admin.query('UPDATE sandbox.run_queue SET held_until = NULL');
      claimed = await database.asSystem((tx) => claimNext(tx, 'jail', silent, 1_000));
      if (claimed === null) break;
    }
    await admin.query('ALTER TABLE sandbox.run_queue ENABLE TRIGGER run_queue_told');
    expect((await follow(api, runId)).at(-1)?.state).toBe('SUCCEEDED');
    const { rows } = await admin.query<{ attempt: number; outcome: string }>(
      'SELECT attempt, outcome FROM sandbox.run_attempt WHERE run_id = $1 ORDER BY attempt',
      [runId],
    );
    expect(rows).toEqual([
      { attempt: 1, outcome: 'LOST' },
      { attempt: 2, outcome: 'SCORED' },
    ]);
    expect(
      (await admin.query('SELECT 1 FROM sandbox.run_score WHERE run_id = $1', [runId])).rows,
    ).toHaveLength(1);
    expect((await admin.query('SELECT 1 FROM sandbox.launcher WHERE id = $1', [silent])).rows).toEqual([]);
    await admin.end();
  }, 300_000);
});
