import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { hostname } from 'node:os';
import * as path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { pino } from 'pino';
import { Scratch } from '../src/modules/datasets/index.js';
import { projectRoot } from '../src/platform/database/index.js';
import { connect } from '../src/platform/database/roles.js';
import { type RunningPower, startPower } from '../src/service/power.js';
import { TestService } from './support/service.js';

interface Version {
  state: string;
  progress: number;
  stage: string | null;
  failure: { code: string; message: string } | null;
  files: { path: string }[];
}

const MANY = 400_000;

async function start(service: TestService, rows: number): Promise<string> {
  const { id } = await service.operator.done<{ id: string }>('generateDataset', 'DatasetVersion', 'id', {
    name: 'Test',
    preset: 'hk-retail-payments',
    rows,
    parameters: { prevalence: 0.05 },
  });
  return id;
}

const version = (service: TestService, id: string): Promise<Version> =>
  service.operator.value<Version>(
    `query ($id: ID!) { datasetVersion(id: $id) { state progress stage failure { code message } files { path } } }`,
    { id },
  );

async function until<T>(ask: () => Promise<T>, met: (value: T) => boolean, seconds: number): Promise<T> {
  for (const end = Date.now() + seconds * 1_000; ; await pause(20)) {
    const value = await ask();
    if (met(value)) return value;
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${JSON.stringify(value)}`);
  }
}

/** Every object of every store, and what interrupted writing left. */
const objects = (service: TestService): string[] =>
  fs
    .readdirSync(path.join(service.data, 'objects'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();

const scratch = (service: TestService): string[] => fs.readdirSync(path.join(service.data, 'scratch'));

const cancel = (service: TestService, datasetVersionId: string): Promise<Version> =>
  service.operator.done<Version>('cancelDatasetGeneration', 'DatasetVersion', 'state stage', {
    datasetVersionId,
  });

describe('generating as a job', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await TestService.start({ powers: ['evaluator', 'api'] });
  }, 300_000);

  afterAll(async () => service?.close());

  test('says how far it is and with what; cancelled, it ends soon and leaves nothing', async () => {
    const ready = await service.readyDataset();
    const before = objects(service);
    const id = await start(service, MANY);
    const running = await until(
      () => version(service, id),
      ({ progress }) => progress > 0,
      30,
    );
    expect(running).toMatchObject({ state: 'PREPARING', failure: null, files: [] });
    expect(running.progress).toBeLessThan(1);
    expect(running.stage).toMatch(/^[a-z]+/);
    expect(scratch(service)).toHaveLength(1);

    expect(await cancel(service, id)).toMatchObject({ state: 'CANCELLED', stage: null });
    await until(
      async () => scratch(service),
      (left) => left.length === 0,
      5,
    );
    expect(await version(service, id)).toMatchObject({ state: 'CANCELLED', failure: null, files: [] });
    expect(objects(service)).toEqual(before);
    // The evaluator goes on with the next.
    await service.prepared(await start(service, 3_000));
    expect(await version(service, ready)).toMatchObject({ state: 'READY' });
  }, 300_000);

  test('cancelled while its files go to their stores, none of them stays', async () => {
    const before = objects(service);
    const id = await start(service, 60_000);
    await until(
      async () => objects(service).length,
      (count) => count > before.length,
      30,
    );
    const settled = await service.operator.tried<{ __typename: string }>(
      'cancelDatasetGeneration',
      'DatasetVersion',
      'state',
      { datasetVersionId: id },
    );
    await until(
      async () => scratch(service),
      (left) => left.length === 0,
      10,
    );
    const { state, files } = await version(service, id);
    // Whoever was first: cancelled without a trace, or ready and whole.
    if (settled.__typename === 'DatasetVersion') {
      expect([state, files]).toEqual(['CANCELLED', []]);
      expect(objects(service)).toEqual(before);
    } else expect([state, files.length > 5]).toEqual(['READY', true]);
  }, 300_000);

  test('what is settled, imported or unknown is not cancelled, nor does a tenant cancel', async () => {
    const ready = await service.readyDataset();
    expect(
      await service.operator.failed('cancelDatasetGeneration', { datasetVersionId: ready }),
    ).toMatchObject({ __typename: 'GenerationNotRunning', code: 'GENERATION_NOT_RUNNING' });
    expect(await version(service, ready)).toMatchObject({ state: 'READY' });
    const { datasetVersion } = await service.operator.done<{ datasetVersion: { id: string } }>(
      'importDataset',
      'DatasetImportOpened',
      'datasetVersion { id }',
      {
        name: 'Import',
        sha256: 'a'.repeat(64),
        sizeBytes: 10,
        columns: [
          { name: 'y', role: 'LABEL', definition: 'Label' },
          { name: 'x', role: 'FEATURE', definition: 'Feature' },
        ],
      },
    );
    expect(
      (await service.operator.failed('cancelDatasetGeneration', { datasetVersionId: datasetVersion.id }))
        .message,
    ).toContain('import');
    const { api } = await service.admitTenant();
    const mutation = `mutation { cancelDatasetGeneration(input: { datasetVersionId: "${ready}" }) { __typename } }`;
    expect(await api.codes(mutation)).toEqual(['FORBIDDEN']);
    expect(await service.client(null).codes(mutation)).toEqual(['UNAUTHENTICATED']);
  });
});

describe('generating without an evaluator at first', () => {
  let service: TestService;
  let evaluator: RunningPower | undefined;

  beforeAll(async () => {
    service = await TestService.start({ powers: ['api'] });
  }, 300_000);

  afterAll(async () => {
    await evaluator?.stop();
    await service?.close();
  });

  test('a queued generation is cancelled at once, and one that a crash cut short is made by the next', async () => {
    const queued = await start(service, 3_000);
    expect(await cancel(service, queued)).toMatchObject({ state: 'CANCELLED' });
    // As if a limit had been narrowed since it was asked for.
    const outdated = await start(service, 3_000);
    const admin = await connect(service.database.admin);
    await admin.query(
      `UPDATE sandbox.dataset_version SET parameters = jsonb_set(parameters, '{set,prevalence}', '7') WHERE id = $1`,
      [outdated],
    );
    await admin.end();
    const cut = await start(service, 200_000);

    // An evaluator in a process of its own, killed in the middle.
    const built = (...name: string[]): string =>
      JSON.stringify(pathToFileURL(path.join(projectRoot(), 'dist', ...name)).href);
    const script = path.join(service.data, 'evaluator.mjs');
    fs.writeFileSync(
      script,
      `import { startPower } from ${built('service', 'power.js')};
       import { createLogger } from ${built('platform', 'logging', 'index.js')};
       const settings = ${JSON.stringify(service.powerSettings('sandbox_evaluator'))};
       await startPower('evaluator', settings, createLogger({ level: 'error', process: 'evaluator' }));`,
    );
    const child = spawn(process.execPath, [script], { stdio: ['ignore', 'ignore', 'inherit'] });
    try {
      await until(
        () => version(service, cut),
        ({ progress }) => progress > 0,
        30,
      );
      expect(scratch(service)).toHaveLength(1);
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    expect(scratch(service)).toHaveLength(1);
    expect(await version(service, queued)).toMatchObject({ state: 'CANCELLED', progress: 0 });
    const refused = await version(service, outdated);
    expect(refused).toMatchObject({ state: 'FAILED', failure: { code: 'BAD_PARAMETER' }, files: [] });
    expect(refused.failure?.message).toContain('prevalence');

    evaluator = await startPower(
      'evaluator',
      service.powerSettings('sandbox_evaluator'),
      pino({ level: 'silent' }),
    );
    // What is there from now on is its own.
    expect(scratch(service).filter((name) => name.includes(`.${child.pid}.`))).toEqual([]);
    const made = await until(
      () => version(service, cut),
      ({ state }) => state !== 'PREPARING',
      60,
    );
    expect(made).toMatchObject({ state: 'READY', failure: null });
    await until(
      async () => scratch(service),
      (left) => left.length === 0,
      5,
    );
  }, 300_000);

  test('another evaluator’s work is left alone at a start', async () => {
    const root = path.join(service.data, 'own-scratch');
    const neighbour = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)']);
    try {
      fs.mkdirSync(path.join(root, `${hostname()}.${neighbour.pid}.abc`), { recursive: true });
      fs.mkdirSync(path.join(root, 'another-host.1.abc'));
      fs.mkdirSync(path.join(root, 'another-host.2.abc'));
      const long = new Date(Date.now() - 48 * 60 * 60 * 1_000);
      fs.utimesSync(path.join(root, 'another-host.2.abc'), long, long);
      await Scratch.open(root);
      expect(fs.readdirSync(root).sort()).toEqual(
        ['another-host.1.abc', `${hostname()}.${neighbour.pid}.abc`].sort(),
      );
    } finally {
      neighbour.kill('SIGKILL');
    }
    await once(neighbour, 'exit');
    await Scratch.open(root);
    expect(fs.readdirSync(root)).toEqual(['another-host.1.abc']);
  });
});
