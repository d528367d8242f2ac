import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import { pino } from 'pino';
import { FLOAT, floatTensor, model, node, tensorValue } from '../src/engine/scoring/onnx-writer.js';
import { connect } from '../src/platform/database/roles.js';
import { type RunningPower, startPower } from '../src/service/power.js';
import {
  type Api,
  bind,
  draftPlan,
  follow,
  lockedPlan,
  openVersion,
  planContent,
  readyVersion,
  registerModel,
  runToReport,
  startRun,
  TestService,
} from './support/service.js';

const WIDTH = 1_000;
const LAYERS = 40;

/** Seconds of arithmetic for a batch, in few bytes: the same square matrix again and again. */
const SLOW = model({
  nodes: [
    node('MatMul', ['x', 'in'], ['h0']),
    ...Array.from({ length: LAYERS }, (_layer, at) => node('MatMul', [`h${at}`, 'w'], [`h${at + 1}`])),
    node('MatMul', [`h${LAYERS}`, 'out'], ['score']),
  ],
  initializers: [
    floatTensor('in', new Array<number>(WIDTH).fill(0.001), [1, WIDTH]),
    floatTensor('w', new Array<number>(WIDTH * WIDTH).fill(1 / WIDTH), [WIDTH, WIDTH]),
    floatTensor('out', new Array<number>(WIDTH).fill(0.001), [WIDTH, 1]),
  ],
  inputs: [tensorValue('x', FLOAT, ['n', 1])],
  outputs: [tensorValue('score', FLOAT, ['n', 1])],
});

describe('work that is to end', () => {
  let service: TestService;
  let admin: Client;
  let api: Api;
  let planId: string;
  let launcher: RunningPower;

  const launch = (drainSeconds: number): Promise<RunningPower> => {
    const settings = service.powerSettings('sandbox_launcher');
    const configuration = { ...settings.configuration, drainSeconds };
    return startPower('launcher', { ...settings, configuration }, pino({ level: 'silent' }));
  };

  beforeAll(async () => {
    service = await TestService.start({ powers: ['evaluator', 'signer', 'api'] });
    admin = await connect(service.database.admin);
    launcher = await launch(0);
    ({ api } = await service.admitTenant());
    const dataset = await service.readyDataset();
    const version = await openVersion(api, await registerModel(api), SLOW);
    // Slow to inspect, too.
    await api.put(version.uploadUrl, SLOW);
    for (let state = ''; state !== 'READY'; await pause(50)) {
      if (state === 'REFUSED') throw new Error('the slow model was refused');
      ({ state } = await api.value<{ state: string }>(
        `query ($id: ID!) { modelVersion(id: $id) { state } }`,
        { id: version.id },
      ));
    }
    const { id } = await api.done<{ id: string }>('createInputBinding', 'ModelInputBinding', 'id', {
      modelVersionId: version.id,
      datasetVersionId: dataset,
      inputs: [{ name: 'x', columns: ['payments7d'] }],
    });
    planId = await draftPlan(api, id);
    await api.done('lockEvaluationPlan', 'EvaluationPlan', 'id', { planId });
  }, 300_000);

  afterAll(async () => {
    await admin?.end();
    await launcher?.stop();
    await service?.close();
  }, 300_000);

  interface Attempt {
    attempt: number;
    outcome: string | null;
    open: boolean;
  }

  const attempts = async (runId: string): Promise<Attempt[]> =>
    (
      await admin.query<Attempt>(
        'SELECT attempt, outcome, ended_at IS NULL AS open FROM sandbox.run_attempt WHERE run_id = $1 ORDER BY attempt',
        [runId],
      )
    ).rows;

  async function reaches(runId: string, wanted: string): Promise<void> {
    for (let state = ''; state !== wanted; await pause(20))
      ({ state } = await api.value<{ state: string }>(`query ($id: ID!) { run(id: $id) { state } }`, {
        id: runId,
      }));
  }

  /** A run whose model is at work. */
  async function scoring(): Promise<string> {
    const runId = await startRun(api, planId);
    await reaches(runId, 'SCORING');
    // The jail starts within this.
    await pause(500);
    return runId;
  }

  test('a cancelled run leaves its slot, every process of its jail dead, within seconds', async () => {
    const runId = await scoring();
    const began = performance.now();
    await api.done('cancelRun', 'Run', 'state', { runId });
    // An attempt ends when its jail has: every process in it is dead by then.
    while ((await attempts(runId))[0]?.open === true) await pause(5);
    expect(performance.now() - began).toBeLessThan(3_000);
    expect(await attempts(runId)).toEqual([{ attempt: 1, outcome: 'CANCELLED', open: false }]);
    const run = await api.value<{ state: string; usage: { cpuSeconds: number }; report: null }>(
      `query ($id: ID!) { run(id: $id) { state usage { cpuSeconds } report { id } } }`,
      { id: runId },
    );
    // What it used until then is counted.
    expect(run).toMatchObject({ state: 'CANCELLED', report: null });
    expect(run.usage.cpuSeconds).toBeGreaterThan(0);
    expect((await follow(api, runId)).map(({ state }) => state)).toEqual(['CANCELLED']);
  }, 300_000);

  test('a cancelled run is measured no longer', async () => {
    const binding = await bind(api, await readyVersion(api), await service.readyDataset());
    const plan = planContent({ replicates: 10_000 });
    const { id: measured } = await api.done<{ id: string }>('lockEvaluationPlan', 'EvaluationPlan', 'id', {
      planId: await draftPlan(api, binding, plan),
    });
    const runId = await startRun(api, measured);
    await reaches(runId, 'MEASURING');
    await pause(500);
    const began = performance.now();
    await api.done('cancelRun', 'Run', 'state', { runId });
    const job = async (): Promise<string | undefined> =>
      (
        await admin.query<{ state: string }>(
          `SELECT state FROM pgboss.job WHERE name = 'measure' AND data->>'runId' = $1`,
          [runId],
        )
      ).rows[0]?.state;
    while ((await job()) !== 'completed') await pause(5);
    expect(performance.now() - began).toBeLessThan(3_000);
    expect((await admin.query('SELECT 1 FROM sandbox.run_fault WHERE run_id = $1', [runId])).rows).toEqual(
      [],
    );
    // Its threads are gone with it: the next run has others.
    await runToReport(api, await lockedPlan(service, api));
  }, 300_000);

  test('a launcher that is stopped gives back what its grace does not suffice for, and nobody is charged', async () => {
    const runId = await scoring();
    await launcher.stop();
    expect(await attempts(runId)).toEqual([{ attempt: 1, outcome: 'GIVEN_BACK', open: false }]);
    const waiting = await api.value<{
      state: string;
      queuePosition: number;
      usage: { deviceSeconds: number };
    }>(`query ($id: ID!) { run(id: $id) { state queuePosition usage { deviceSeconds } } }`, { id: runId });
    expect(waiting).toMatchObject({ state: 'QUEUED', queuePosition: 1, usage: { deviceSeconds: 0 } });
    expect((await admin.query('SELECT 1 FROM sandbox.launcher')).rows).toEqual([]);
    launcher = await launch(600);
    for (let all = await attempts(runId); all.length < 2; all = await attempts(runId)) await pause(20);
    // Told to hurry while it waits, it gives back at once.
    const stopped = launcher.stop();
    await pause(200);
    await launcher.stop(true);
    await stopped;
    expect((await attempts(runId)).map(({ outcome }) => outcome)).toEqual(['GIVEN_BACK', 'GIVEN_BACK']);
    await api.done('cancelRun', 'Run', 'state', { runId });
    expect((await admin.query('SELECT 1 FROM sandbox.run_queue')).rows).toEqual([]);
    launcher = await launch(0);
  }, 300_000);
});
