import { setTimeout as pause } from 'node:timers/promises';
import { FLOAT, floatTensor, INT64, model, node, tensorValue } from '../src/engine/scoring/onnx-writer.js';
import { connect } from '../src/platform/database/roles.js';
import {
  type Api,
  follow,
  lockedPlan,
  openVersion,
  planContent,
  registerModel,
  runToReport,
  startRun,
  type Tenant,
  TestService,
} from './support/service.js';

interface Line {
  sequence: number;
  source: 'PLATFORM' | 'MODEL';
  line: string;
}

interface Paged {
  log: { edges: { node: Line }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
}

/** AttributeProto: name = 1, i = 3, type = 20 (INT = 2). */
const TO_INT64 = Uint8Array.from([0x0a, 2, ...Buffer.from('to'), 0x18, INT64, 0xa0, 0x01, 2]);

/** It fits rows of zeros, and fails at the first real one: ONNX Runtime says why on standard error. */
const FAILING = model({
  nodes: [node('Cast', ['x'], ['place'], [TO_INT64]), node('Gather', ['w', 'place'], ['score'])],
  initializers: [floatTensor('w', [1], [1])],
  inputs: [tensorValue('x', FLOAT, ['n', 1])],
  outputs: [tensorValue('score', FLOAT, ['n', 1])],
});

describe('the log of a run', () => {
  let service: TestService;
  let tenant: Tenant;
  let reviewer: Api;

  beforeAll(async () => {
    service = await TestService.start();
    tenant = await service.admitTenant();
    reviewer = (await service.authority()).first;
  }, 300_000);

  afterAll(() => service?.close());

  const logOf = async (api: Api, runId: string): Promise<Line[]> => {
    const { log } = await api.value<{ log: { edges: { node: Line }[] } }>(
      `query ($id: ID!) { run(id: $id) { log(first: 500) { edges { node { sequence source line } } } } }`,
      { id: runId },
    );
    return log.edges.map(({ node: line }) => line);
  };

  const subscribed = async (api: Api, runId: string): Promise<Line[]> => {
    const { values, errors } = await api.subscribe<Line>(
      `subscription ($id: ID!) { runLog(id: $id) { sequence source line } }`,
      { id: runId },
    );
    expect(errors).toEqual([]);
    return values;
  };

  /** A locked plan of a model that fails, on a split. */
  async function failingPlan(split: string): Promise<string> {
    const { api } = tenant;
    const version = await openVersion(api, await registerModel(api), FAILING);
    expect(await api.put(version.uploadUrl, FAILING)).toMatchObject({ status: 200 });
    const dataset = await service.readyDataset();
    const { id: inputBindingId } = await api.done<{ id: string }>(
      'createInputBinding',
      'ModelInputBinding',
      'id',
      {
        modelVersionId: version.id,
        datasetVersionId: dataset,
        inputs: [{ name: 'x', columns: ['payments7d'] }],
      },
    );
    const { id: planId } = await api.done<{ id: string }>('createEvaluationPlan', 'EvaluationPlan', 'id', {
      inputBindingId,
      split,
      plan: planContent(),
    });
    return (await api.done<{ id: string }>('lockEvaluationPlan', 'EvaluationPlan', 'id', { planId })).id;
  }

  test('tells each step in the platform’s words, over the socket as they come and in pages afterwards', async () => {
    const planId = await lockedPlan(service, tenant.api);
    const runId = await startRun(tenant.api, planId);
    const live = await subscribed(tenant.api, runId);
    expect(live.map(({ line }) => line)).toEqual([
      'Model and features are made ready.',
      'The model scores.',
      'Every row is scored; the scores are measured.',
      'Measured and judged; the report is written.',
      'The report is sealed.',
    ]);
    expect(await logOf(tenant.api, runId)).toEqual(live);
    // Who comes back after a cut has the rest alone.
    const { values: rest } = await tenant.api.subscribe<Line>(
      `subscription ($id: ID!, $after: Int!) { runLog(id: $id, after: $after) { sequence source line } }`,
      { id: runId, after: live[2]?.sequence },
    );
    expect(rest).toEqual(live.slice(3));
    const pages: string[] = [];
    for (let after: string | null = null; ;) {
      const { log }: Paged = await tenant.api.value<Paged>(
        `query ($id: ID!, $after: String) { run(id: $id) { log(first: 2, after: $after) {
           edges { node { line } } pageInfo { hasNextPage endCursor } } } }`,
        { id: runId, after },
      );
      pages.push(...log.edges.map(({ node: { line } }) => line));
      if (!log.pageInfo.hasNextPage) break;
      after = log.pageInfo.endCursor;
    }
    expect(pages).toEqual(live.map(({ line }) => line));
    expect(
      await tenant.api.codes(`query ($id: ID!) { run(id: $id) { log(after: "x") { edges { cursor } } } }`, {
        id: runId,
      }),
    ).toEqual(['BAD_USER_INPUT']);
  }, 300_000);

  test('on the development split shows what the model printed', async () => {
    const runId = await startRun(tenant.api, await failingPlan('DEVELOPMENT'));
    const last = (await follow(tenant.api, runId)).at(-1);
    expect(last).toMatchObject({ state: 'FAILED', reasonCode: 'MODEL_RUN_FAILED' });
    const lines = await logOf(tenant.api, runId);
    expect(lines.filter(({ source }) => source === 'MODEL').length).toBeGreaterThan(0);
    expect(lines.at(-1)).toMatchObject({ source: 'PLATFORM' });
    expect(await subscribed(tenant.api, runId)).toEqual(lines);
    const stranger = await service.admitTenant();
    expect(
      await stranger.api.codes(`query ($id: ID!) { run(id: $id) { log { edges { cursor } } } }`, {
        id: runId,
      }),
    ).toEqual(['NOT_FOUND']);
  }, 300_000);

  test('on a blind split shows a tenant, and the operator, nothing of it; an authority sees it', async () => {
    const runId = await startRun(tenant.api, await failingPlan('EVALUATION'));
    expect((await follow(tenant.api, runId)).at(-1)).toMatchObject({ state: 'FAILED' });
    const seen = await logOf(reviewer, runId);
    expect(seen.filter(({ source }) => source === 'MODEL').length).toBeGreaterThan(0);
    const own = seen.filter(({ source }) => source === 'PLATFORM');
    // Nor do numbers of lines tell how many there are.
    expect(own.map(({ sequence }) => sequence)).toEqual(own.map((_line, place) => (place + 1) * 10_000));
    for (const api of [tenant.api, service.operator]) {
      expect(await logOf(api, runId)).toEqual(own);
      expect(await subscribed(api, runId)).toEqual(own);
    }
    // The database holds it, whatever a resolver asks.
    const client = await connect(service.database.address('sandbox_api'));
    await client.query('BEGIN');
    await client.query(
      `SELECT set_config('app.scope', 'tenant', true), set_config('app.tenant_id', $1, true)`,
      [tenant.id],
    );
    const { rows } = await client.query(`SELECT DISTINCT source FROM sandbox.run_log WHERE run_id = $1`, [
      runId,
    ]);
    expect(rows).toEqual([{ source: 'PLATFORM' }]);
    await expect(
      client.query(
        `INSERT INTO sandbox.run_log (run_id, sequence, tenant_id, attempt, source, blind, line) VALUES ($1, 1, $2, 1, 'MODEL', false, 'x')`,
        [runId, tenant.id],
      ),
    ).rejects.toMatchObject({ code: '42501' });
    await client.end();
  }, 300_000);

  test('a model that fails while the database is away has failed once it is back, and is not asked again', async () => {
    const admin = await connect(service.database.admin);
    const name = service.database.admin.database;
    const runId = await startRun(tenant.api, await failingPlan('DEVELOPMENT'));
    const attempts = async (): Promise<{ attempt: number; outcome: string | null }[]> =>
      (
        await admin.query<{ attempt: number; outcome: string | null }>(
          'SELECT attempt, outcome FROM sandbox.run_attempt WHERE run_id = $1 ORDER BY attempt',
          [runId],
        )
      ).rows;
    const state = async (): Promise<string | undefined> =>
      (await admin.query<{ state: string }>('SELECT state FROM sandbox.run WHERE id = $1', [runId])).rows[0]
        ?.state;
    try {
      while (['QUEUED', 'STAGING'].includes((await state()) ?? '')) await pause(1);
      await admin.query(`ALTER DATABASE ${name} CONNECTION LIMIT 0`);
      await admin.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'sandbox_launcher' AND datname = $1`,
        [name],
      );
      expect(await state()).toBe('SCORING');
      // The jail has ended by then, and a launcher is not yet taken for lost.
      await pause(6_000);
      expect(await attempts()).toEqual([{ attempt: 1, outcome: null }]);
    } finally {
      await admin.query(`ALTER DATABASE ${name} CONNECTION LIMIT -1`);
    }
    while ((await attempts())[0]?.outcome === null) await pause(50);
    expect(await state()).toBe('FAILED');
    expect(await attempts()).toEqual([{ attempt: 1, outcome: 'FAILED' }]);
    expect((await admin.query('SELECT 1 FROM sandbox.run_fault WHERE run_id = $1', [runId])).rows).toEqual(
      [],
    );
    await admin.end();
  }, 300_000);

  test('beside it stands what the run used; faults of ours are for those who oversee the sandbox', async () => {
    const { runId } = await runToReport(tenant.api, await lockedPlan(service, tenant.api));
    const run = await tenant.api.value<{
      queuePosition: number | null;
      estimatedStartAt: string | null;
      attempts: Record<string, unknown>[];
      usage: Record<string, number>;
    }>(
      `query ($id: ID!) { run(id: $id) { queuePosition estimatedStartAt
         attempts { attempt outcome deviceClass deviceSeconds cpuSeconds peakMemoryBytes rows billable }
         usage { deviceClass deviceSeconds cpuSeconds peakMemoryBytes rows faultSeconds } } }`,
      { id: runId },
    );
    expect(run).toMatchObject({ queuePosition: null, estimatedStartAt: null, usage: { faultSeconds: 0 } });
    expect(run.attempts).toMatchObject([
      { attempt: 1, outcome: 'SCORED', deviceClass: 'cpu', billable: true },
    ]);
    expect(run.usage['deviceSeconds']).toBeGreaterThan(0);
    expect(run.usage['cpuSeconds']).toBeGreaterThan(0);
    expect(run.usage['rows']).toBeGreaterThan(100);
    const faults = `query ($id: ID!) { run(id: $id) { faults { stage fault } } }`;
    expect(await tenant.api.codes(faults, { id: runId })).toEqual(['FORBIDDEN']);
    expect(await reviewer.value(faults, { id: runId })).toEqual({ faults: [] });
  }, 300_000);
});
