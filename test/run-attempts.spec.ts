import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import { pino } from 'pino';
import { ENTITIES } from '../src/app.module.js';
import type { Actor, IdentityService } from '../src/modules/identity/index.js';
import { settleErrored, Sweeper } from '../src/modules/runs/index.js';
import { EngineMetrics } from '../src/modules/runs/metrics/engine-metrics.js';
import { endAttempt, recordFault } from '../src/modules/runs/queue/attempts.js';
import { BEAT_SECONDS, LauncherPresence } from '../src/modules/runs/queue/launchers.js';
import type { Lane } from '../src/modules/runs/queue/lanes.js';
import { placesOf } from '../src/modules/runs/queue/positions.js';
import { RunAttemptService, usageOf } from '../src/modules/runs/queue/run-attempt.service.js';
import { type Claim, claimNext, enqueue } from '../src/modules/runs/queue/run-queue.js';
import { RunChanges } from '../src/modules/runs/run.changes.js';
import { RunService } from '../src/modules/runs/run.service.js';
import type { Database } from '../src/platform/database/index.js';
import { ChangeListener } from '../src/platform/database/change-listener.js';
import { connect } from '../src/platform/database/roles.js';
import { JobQueue } from '../src/platform/jobs/index.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';

const MIB = 1024 * 1024;
const silent = pino({ level: 'silent' });

describe('attempts and those who make them', () => {
  let clone: TestDatabase;
  let admin: Client;
  let database: Database;
  let api: Database;
  let jobs: JobQueue;

  beforeAll(async () => {
    clone = await createTestDatabase();
    admin = await connect(clone.admin);
    // Runs alone are what this is about, not the case that leads to each.
    await admin.query('SET session_replication_role = replica');
    database = await clone.database('sandbox_launcher');
    api = await clone.database('sandbox_api', ENTITIES);
    jobs = await JobQueue.start(clone.address('sandbox_jobs'), { supervise: false });
  });

  afterAll(async () => {
    await jobs?.stop(0);
    await admin?.end();
    await clone?.close();
  });

  beforeEach(() =>
    admin.query('TRUNCATE sandbox.run_queue, sandbox.run_attempt, sandbox.run_fault, sandbox.launcher'),
  );

  interface Waiting {
    actor: Actor;
    planId: string;
    runs: string[];
  }

  /** A tenant with a plan, and so many runs of it that wait. */
  async function waiting(
    count: number,
    { split = 'evaluation', lane = 'jail' }: { split?: string; lane?: Lane } = {},
  ): Promise<Waiting> {
    const [tenant, id] = [randomUUID(), randomUUID()];
    await admin.query(
      `INSERT INTO sandbox.organisation (id, tenant_id, kind, name) VALUES ($1::uuid, $1::uuid, 'TENANT', $1::uuid::text)`,
      [tenant],
    );
    await admin.query(
      `INSERT INTO sandbox.model_version (id, tenant_id, model_id, label, runtime, artefact_sha256, artefact_bytes, state)
       VALUES ($1::uuid, $2, $1::uuid, 'one', 'ONNX', encode(sha256($1::uuid::text::bytea), 'hex'), 1, 'READY')`,
      [id, tenant],
    );
    const planId = await plan(tenant, id, split);
    const { rows } = await admin.query<{ id: string }>(
      `WITH made AS (
         INSERT INTO sandbox.run (id, tenant_id, plan_id, model_version_id, dataset_version_id, started_by, state, created_at)
         SELECT gen_random_uuid(), $1, $3, $4, $4, $4, 'QUEUED', now() + n * interval '1 ms' FROM generate_series(1, $2) n
         RETURNING id, tenant_id, created_at
       ), queued AS (
         INSERT INTO sandbox.run_queue (run_id, tenant_id, lane, priority, queued_at)
         SELECT id, tenant_id, $5, 0, created_at FROM made
       )
       SELECT id FROM made ORDER BY created_at`,
      [tenant, count, planId, id, lane],
    );
    const actor = {
      ...{ personId: id, organisationId: tenant, organisationName: 'Tenant', scope: 'tenant' },
    } as unknown as Actor;
    return { actor, planId, runs: rows.map((row) => row.id) };
  }

  async function plan(tenant: string, version: string, split: string): Promise<string> {
    const id = randomUUID();
    await admin.query(
      `INSERT INTO sandbox.evaluation_plan (id, tenant_id, input_binding_id, model_version_id, dataset_version_id, split, title, document, state, digest, locked_at)
       VALUES ($1, $2, $3, $3, $3, $4, 'one', '{}'::jsonb, 'LOCKED', repeat('a', 64), now())`,
      [id, tenant, version, split],
    );
    return id;
  }

  const claim = async (lane: Lane = 'jail', launcher: string = randomUUID()): Promise<Claim> => {
    const claimed = await database.asSystem((tx) => claimNext(tx, lane, launcher, 1_000));
    if (claimed === null) throw new Error('nothing was claimed');
    return claimed;
  };

  const state = async (runId: string): Promise<string | undefined> =>
    (await admin.query<{ state: string }>('SELECT state FROM sandbox.run WHERE id = $1', [runId])).rows[0]
      ?.state;

  test('a run that we spoilt after its scoring is billed to nobody, though the attempt came through', async () => {
    const { actor } = await waiting(1);
    const { runId, attempt } = await claim();
    await database.asSystem((tx) =>
      endAttempt(tx, runId, attempt, 'SCORED', { cpuSeconds: 3.2, peakMemoryBytes: 100 * MIB, rows: 7 }),
    );
    const attempts = new RunAttemptService(api);
    const used = async () => usageOf((await attempts.attempts(actor, [runId])).get(runId) ?? []);
    // On a blind split a model could spell rows out in what it takes: its tenant is told whole steps.
    expect(await used()).toMatchObject({
      cpuSeconds: 4,
      peakMemoryBytes: 128 * MIB,
      rows: 7,
      faultSeconds: 0,
    });
    await admin.query(`UPDATE sandbox.run SET state = 'MEASURING' WHERE id = $1`, [runId]);
    await settleErrored(database, runId, 'measure', 'launcher', attempt);
    expect(await state(runId)).toBe('ERRORED');
    const after = await used();
    expect(after).toMatchObject({ deviceSeconds: 0, cpuSeconds: null, rows: 0 });
    expect(after?.faultSeconds).toBeGreaterThan(0);
  });

  test('what a model takes on the development split is told exactly', async () => {
    const { actor } = await waiting(1, { split: 'development' });
    const { runId, attempt } = await claim();
    const used = { cpuSeconds: 3.2, peakMemoryBytes: 100 * MIB, rows: 7 };
    await database.asSystem((tx) => endAttempt(tx, runId, attempt, 'SCORED', used));
    const attempts = await new RunAttemptService(api).attempts(actor, [runId]);
    expect(attempts.get(runId)).toMatchObject([used]);
  });

  test('a run that waits for a site of its tenant’s holds no device of ours', async () => {
    const { actor } = await waiting(1, { lane: 'remote' });
    const { runId } = await claim('remote');
    const attempts = await new RunAttemptService(api).attempts(actor, [runId]);
    expect(attempts.get(runId)).toMatchObject([{ deviceClass: 'remote' }]);
  });

  test('a job given up at a stage that its run has left behind ends nothing', async () => {
    await waiting(1);
    const { runId, attempt } = await claim();
    await admin.query(`UPDATE sandbox.run SET state = 'SEALING' WHERE id = $1`, [runId]);
    await settleErrored(database, runId, 'measure', 'launcher', attempt);
    expect(await state(runId)).toBe('SEALING');
    await settleErrored(database, runId, 'seal', 'launcher', attempt);
    expect(await state(runId)).toBe('ERRORED');
  });

  test('the estimate knows how many runs a tenant may have at a time', async () => {
    const before = await waiting(1);
    const done = await claim();
    await database.asSystem((tx) => endAttempt(tx, done.runId, done.attempt, 'SCORED'));
    await admin.query(`UPDATE sandbox.run_attempt SET started_at = ended_at - interval '100 s'`);
    expect(before.runs).toEqual([done.runId]);
    await new LauncherPresence(database, 'jail', 4, 2).beat();
    const { runs } = await waiting(6);
    const places = await api.asSystem((tx) => placesOf(tx, runs));
    const hundreds = (at: Date | null | undefined): number =>
      Math.max(0, Math.round((Number(at) - Date.now()) / 5e4) / 2);
    const told = runs.map((id) => places.find(({ runId }) => runId === id));
    expect(told.map((place) => place?.position)).toEqual([1, 2, 3, 4, 5, 6]);
    // Two at a time, although four slots are free.
    expect(told.map((place) => hundreds(place?.estimatedStartAt))).toEqual([0, 0, 0.5, 1, 1.5, 2]);
  });

  test('a launcher that was silent because the database was away loses nothing, however often one looks at once', async () => {
    await waiting(1);
    const presence = new LauncherPresence(database, 'jail', 1, 1);
    await presence.beat();
    const { runId } = await claim('jail', presence.id);
    const ended = async () =>
      (
        await admin.query<{ outcome: string | null }>(
          'SELECT outcome FROM sandbox.run_attempt WHERE run_id = $1',
          [runId],
        )
      ).rows[0]?.outcome;
    const sweeper = new Sweeper(database, jobs, 60, silent);
    await admin.query(`UPDATE sandbox.launcher SET seen_at = now() - interval '1 minute'`);
    await sweeper.lostLaunchers();
    await sweeper.lostLaunchers();
    expect(await ended()).toBeNull();
    // It says that it is alive as soon as it can.
    await presence.beat();
    await sweeper.lostLaunchers();
    expect(await ended()).toBeNull();
    await admin.query(`UPDATE sandbox.launcher SET seen_at = now() - interval '1 minute'`);
    await sweeper.lostLaunchers();
    await pause(BEAT_SECONDS * 1_000 + 50);
    await sweeper.lostLaunchers();
    expect(await ended()).toBe('LOST');
  });

  test('the operator’s metrics count slots, what waits, and how attempts ended', async () => {
    await admin.query('DELETE FROM sandbox.run');
    await new LauncherPresence(database, 'jail', 3, 1).beat();
    await waiting(5);
    const done = await claim();
    await claim();
    await database.asSystem((tx) => endAttempt(tx, done.runId, done.attempt, 'FAULT'));
    await database.asSystem((tx) => recordFault(tx, done.runId, 'score', 1, 'a disk broke'));
    await admin.query(
      `UPDATE sandbox.run_queue SET held_until = now() + interval '1 minute', queued_at = now() - interval '90 s'
       WHERE run_id = (SELECT run_id FROM sandbox.run_queue LIMIT 1)`,
    );
    const operator = { personId: '', organisationId: '', scope: 'operator' } as unknown as Actor;
    const lines = (await new EngineMetrics(api, jobs).text(operator)).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        '# TYPE sandbox_slots gauge',
        'sandbox_slots{lane="jail"} 3',
        'sandbox_slots_busy{lane="jail"} 1',
        'sandbox_runs_waiting{lane="jail",held="false"} 2',
        'sandbox_runs_waiting{lane="jail",held="true"} 1',
        'sandbox_runs{state="QUEUED"} 3',
        'sandbox_runs{state="STAGING"} 2',
        'sandbox_attempts_total{lane="jail",outcome="FAULT"} 1',
        'sandbox_faults_total{stage="score"} 1',
        'sandbox_jobs{queue="measure",state="waiting"} 0',
      ]),
    );
    expect(lines.find((line) => line.startsWith('sandbox_wait_seconds{lane="jail"} '))).toMatch(/ 9\d\.?/);
  });

  test('one sealed run of a tenant at a time goes before all others, so that many of them starve nobody', async () => {
    const { runs } = await waiting(4, { split: 'sealed' });
    await admin.query('TRUNCATE sandbox.run_queue');
    const priorities = async (): Promise<number[]> =>
      (
        await admin.query<{ priority: number }>('SELECT priority FROM sandbox.run_queue ORDER BY queued_at')
      ).rows.map(({ priority }) => priority);
    const line = (from: number, to: number): Promise<void> =>
      database.asSystem(async (tx) => {
        for (const id of runs.slice(from, to)) await enqueue(tx, id);
      });
    await line(0, 3);
    expect(await priorities()).toEqual([1, 0, 0]);
    // While one of them is at work, none of them goes first.
    const first = await claim();
    expect(first.runId).toBe(runs[0]);
    await line(3, 4);
    expect(await priorities()).toEqual([0, 0, 0]);
    const other = await waiting(1);
    await database.asSystem((tx) => endAttempt(tx, first.runId, first.attempt, 'SCORED'));
    expect((await claim()).runId).toBe(other.runs[0]);
    const next = await waiting(1, { split: 'sealed' });
    await admin.query('DELETE FROM sandbox.run_queue WHERE run_id = $1', [next.runs[0]]);
    await database.asSystem((tx) => enqueue(tx, next.runs[0] ?? ''));
    expect((await claim()).runId).toBe(next.runs[0]);
  });

  test('tenants take turns at having their sealed splits drawn', async () => {
    const quota = { runQuota: async () => 100 } as unknown as IdentityService;
    const runs = new RunService(api, quota, jobs);
    const start = async ({ actor, planId }: Waiting): Promise<string> => {
      const run = await runs.start(actor, { planId });
      return 'id' in run ? run.id : run.code;
    };
    const busy: Waiting[] = [];
    for (let model = 0; model < 3; model += 1) busy.push(await waiting(0, { split: 'sealed' }));
    const [first] = busy;
    if (first === undefined) throw new Error('no tenant');
    // Three models of one tenant.
    const { organisationId } = first.actor;
    for (const { planId, actor } of busy.slice(1)) {
      for (const table of ['evaluation_plan', 'model_version'])
        await admin.query(`UPDATE sandbox.${table} SET tenant_id = $1 WHERE tenant_id = $2`, [
          organisationId,
          actor.organisationId,
        ]);
      Object.assign(actor, { organisationId });
      expect(planId).not.toBe(first.planId);
    }
    await admin.query('ALTER TABLE sandbox.run DISABLE TRIGGER ALL');
    const ids: string[] = [];
    for (const one of busy) ids.push(await start(one));
    ids.push(await start(await waiting(0, { split: 'sealed' })));
    const { rows } = await admin.query<{ run: string }>(
      `SELECT data->>'runId' AS run FROM pgboss.job WHERE name = 'draw' ORDER BY priority DESC, created_on, id`,
    );
    expect(rows.map(({ run }) => run)).toEqual([ids[0], ids[3], ids[1], ids[2]]);
  });

  test('whoever follows a run looks again once its changes are heard again', async () => {
    const listener = new ChangeListener(clone.address('sandbox_api'), silent);
    const changes = new RunChanges(listener);
    await changes.onModuleInit();
    const followed = [changes.of('a run'), changes.linesOf('a run')];
    const told = Promise.all(followed.map((each) => each.next()));
    await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'sandbox listener' AND datname = current_database()`,
    );
    expect(await told).toMatchObject([{ done: false }, { done: false }]);
    await changes.onModuleDestroy();
  });
});
