import { tableFromIPC } from 'apache-arrow';
import { readFileSync, writeFileSync } from 'node:fs';
import * as net from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { encodeBatch, encodeSchema, END_OF_STREAM } from '../src/engine/scoring/index.js';
import { TableFile } from '../src/engine/tables/index.js';
import { type RunningPower, startPower } from '../src/service/power.js';
import {
  answers,
  ask,
  Eavesdropper,
  type Gateway,
  gatewayOf,
  leaseRequest,
  PROGRAM,
  remotePlan,
  Site,
} from './support/remote.js';
import {
  type Api,
  baseline,
  bind,
  draftPlan,
  follow,
  planContent,
  readyVersion,
  runToReport,
  startRun,
  type Tenant,
  TestService,
} from './support/service.js';

interface Evidence {
  evidence: {
    measurement: unknown;
    model: { assuranceTier: string; runtime: string };
    dataset: { rows: number };
    limits: string[];
  };
}

const BATCH_ROWS = 100;
const NODE = process.execPath;
const { bytes: MODEL, features: COLUMNS } = baseline('weak');

const scoresStream = (scores: Float64Array): Buffer =>
  Buffer.concat([
    encodeSchema([{ name: 'score', type: 'float64' }]),
    encodeBatch(scores.length, [scores]),
    END_OF_STREAM,
  ]);

const freePort = async (): Promise<number> => {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

describe('a runner at a tenant’s site', () => {
  let service: TestService;
  let launcher: RunningPower;
  let tenant: Tenant;
  let authority: Api;
  let site: Site;
  let gateway: Gateway;
  let planId: string;

  const startLauncher = (): Promise<RunningPower> =>
    startPower('launcher', service.powerSettings('sandbox_launcher'), pino({ level: 'silent' }));

  const stateOf = (runId: string): Promise<{ state: string; reasonCode: string | null; progress: number }> =>
    tenant.api.value(`query ($id: ID!) { run(id: $id) { state reasonCode progress } }`, { id: runId });

  const until = async (runId: string, state: string): Promise<void> => {
    while ((await stateOf(runId)).state !== state) await new Promise((resolve) => setTimeout(resolve, 50));
  };

  const end = async (runId: string): Promise<{ state: string; reasonCode: string | null }> => {
    const last = (await follow(tenant.api, runId)).at(-1);
    return { state: last?.state ?? '', reasonCode: last?.reasonCode ?? null };
  };

  const reportOf = async (runId: string): Promise<Evidence> => {
    const { report } = await authority.value<{ report: { jsonUrl: string } }>(
      `query ($id: ID!) { run(id: $id) { report { jsonUrl } } }`,
      { id: runId },
    );
    return JSON.parse((await authority.bytes(report.jsonUrl)).toString()) as Evidence;
  };

  beforeAll(async () => {
    service = await TestService.start({
      powers: ['evaluator', 'signer', 'api'],
      configuration: { runnerPort: await freePort(), runnerBatchRows: BATCH_ROWS, runnerAbsentSeconds: 60 },
    });
    launcher = await startLauncher();
    tenant = await service.admitTenant();
    authority = (await service.authority()).first;
    site = await Site.make();
    await site.enrol(tenant.api);
    gateway = await gatewayOf(tenant.api);
    planId = await remotePlan(service, tenant.api, COLUMNS, MODEL);
  }, 300_000);

  afterAll(async () => {
    site?.remove();
    await launcher?.stop();
    await service?.close();
  });

  test('its model gets the scores that it would get here, and no label and nothing of the model crosses', async () => {
    const ear = await Eavesdropper.between(gateway, site);
    const modelFile = `${site.folder}/model.onnx`;
    writeFileSync(modelFile, MODEL);
    const runner = site.run(ear.gateway, ['--once', '--model', modelFile]);
    const { runId } = await runToReport(tenant.api, planId);
    expect(await runner.exit).toBe(0);
    const remote = await reportOf(runId);

    const here = await draftPlan(
      tenant.api,
      await bind(tenant.api, await readyVersion(tenant.api), await service.readyDataset()),
    );
    await tenant.api.done('lockEvaluationPlan', 'EvaluationPlan', 'id', { planId: here });
    const local = await reportOf((await runToReport(tenant.api, here)).runId);
    expect(remote.evidence.measurement).toEqual(local.evidence.measurement);
    expect(remote.evidence.model).toMatchObject({ assuranceTier: 'C', runtime: 'REMOTE_RUNNER' });
    expect(local.evidence.model.assuranceTier).toBe('A');
    expect(JSON.stringify(remote.evidence.limits)).toContain('applicant’s word');

    const sent = Buffer.concat(ear.toRunner);
    const streams = [
      ...sent.toString('latin1').matchAll(/content-type: application\/vnd\.apache\.arrow\.stream/gi),
    ];
    expect(streams.length).toBe(Math.ceil(remote.evidence.dataset.rows / BATCH_ROWS));
    const columns = await service.operator.value<{ columns: { name: string; role: string }[] }>(
      `query ($id: ID!) { datasetVersion(id: $id) { columns { name role } } }`,
      { id: await service.readyDataset() },
    );
    const others = columns.columns.filter(({ name }) => !COLUMNS.includes(name));
    expect(others.map(({ role }) => role)).toEqual(expect.arrayContaining(['LABEL', 'PROTECTED', 'KEY']));
    for (const { name } of others) expect({ name, at: sent.indexOf(`"${name}"`) }).toEqual({ name, at: -1 });
    let rows = 0;
    for (const body of answers(sent)) {
      const table = tableFromIPC(body);
      expect(table.schema.fields.map(({ name }) => name)).toEqual(COLUMNS);
      // Nothing between the columns either: the message is as long as its values, their padding and its metadata.
      const values = COLUMNS.length * table.numRows * 8;
      expect(body.length).toBeLessThan(values + COLUMNS.length * 256 + 1_024);
      rows += table.numRows;
    }
    expect(rows).toBe(remote.evidence.dataset.rows);
    const got = Buffer.concat(ear.toGateway);
    for (let at = 0; at + 48 <= MODEL.length; at += 48)
      expect(got.indexOf(MODEL.subarray(at, at + 48))).toBe(-1);
    expect(got.length).toBeLessThan(rows * 8 + streams.length * 2_000 + 20_000);
    await ear.close();

    const { edges } = await tenant.api.value<{ edges: { node: Record<string, unknown> }[] }>(
      `{ runners(first: 1) { edges { node { state lastSeenAt version hostName currentRunId } } } }`,
    );
    expect(edges[0]?.node).toMatchObject({
      state: 'ENROLLED',
      lastSeenAt: expect.any(String) as string,
      version: expect.stringMatching(/^\d/) as string,
      hostName: expect.any(String) as string,
      currentRunId: null,
    });
  }, 300_000);

  test('killed in the middle and started again it goes on where it stood; so it does after a cut', async () => {
    const ear = await Eavesdropper.between(gateway, site);
    const first = site.run(ear.gateway, ['--once', '--', NODE, PROGRAM, 'slow', '150']);
    const runId = await startRun(tenant.api, planId);
    const { batches } = (await first.until(({ event }) => event === 'leased')) as unknown as {
      batches: number;
    };
    expect(batches).toBeGreaterThan(6);
    const { rows } = await first.until(({ event, rows }) => event === 'scored' && (rows as number) >= 200);
    await first.kill();
    expect((await stateOf(runId)).state).toBe('SCORING');
    const second = site.run(ear.gateway, ['--once', '--', NODE, PROGRAM, 'slow', '150']);
    const { next } = (await second.until(({ event }) => event === 'leased')) as unknown as { next: number };
    expect(next).toBeGreaterThanOrEqual((rows as number) / BATCH_ROWS);
    await second.until(({ event }) => event === 'scored');
    expect(ear.cut(1_000)).toBeGreaterThan(0);
    expect(await second.exit).toBe(0);
    expect(second.events.map(({ event }) => event)).toContain('retrying');
    expect(await end(runId)).toMatchObject({ state: 'SUCCEEDED' });
    // Each batch of scores arrived once; only one that was under way when the connection broke may have come twice.
    const puts = ear.requests().filter((line) => line.startsWith('PUT'));
    expect(puts.length).toBeGreaterThanOrEqual(batches);
    expect(puts.length).toBeLessThanOrEqual(batches + 2);
    await ear.close();
  }, 300_000);

  test('a launcher that is started again goes on with the scores that it has', async () => {
    const runner = site.run(gateway, ['--', NODE, PROGRAM, 'slow', '150']);
    const runId = await startRun(tenant.api, planId);
    await runner.until(({ event, rows }) => event === 'scored' && (rows as number) >= 200);
    await launcher.stop();
    launcher = await startLauncher();
    await runner.until(({ event }) => event === 'done');
    expect(await end(runId)).toMatchObject({ state: 'SUCCEEDED' });
    const leases = runner.events.filter(({ event }) => event === 'leased') as unknown as {
      next: number;
      attempt: number;
    }[];
    expect(leases.length).toBe(2);
    expect(leases[1]?.next).toBeGreaterThanOrEqual(2);
    expect(leases[1]?.attempt).toBeGreaterThan(leases[0]?.attempt ?? 0);
    await runner.kill('SIGTERM');
    expect(runner.child.exitCode).toBe(0);
  }, 300_000);

  test('who is not enrolled, was revoked, has expired or is pinned wrongly is told so, and gets nothing', async () => {
    const work = ['--once', '--', NODE, PROGRAM];
    const stranger = await Site.make();
    const unknown = stranger.run(gateway, work);
    expect(await unknown.exit).toBe(1);
    expect(unknown.words).toContain('enrol this certificate');

    const id = await stranger.enrol(tenant.api);
    const waiting = stranger.run(gateway, work);
    await waiting.until(({ event }) => event === 'waiting');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const began = Date.now();
    await tenant.api.done('revokeRunner', 'Runner', 'state', { runnerId: id });
    expect(await waiting.exit).toBe(1);
    expect(waiting.words).toContain('revoked');
    expect(Date.now() - began).toBeLessThan(6_000);
    expect(await tenant.api.failed('revokeRunner', { runnerId: id })).toMatchObject({
      code: 'RUNNER_ALREADY_REVOKED',
    });
    const again = { name: 'Again', certificate: stranger.identity.certificate };
    expect(await tenant.api.failed('enrolRunner', again)).toMatchObject({ code: 'CERTIFICATE_TAKEN' });

    const pinned = site.run({ ...gateway, fingerprint: 'ab'.repeat(32) }, work);
    expect(await pinned.exit).toBe(1);
    expect(pinned.words).toContain('not the pinned abab');

    const old = await Site.make(1, new Date(Date.now() - 86_400_000 + 2_000));
    await old.enrol(tenant.api);
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    const expired = old.run(gateway, work);
    expect(await expired.exit).toBe(1);
    expect(expired.words).toContain('expired');

    await expect(ask(gateway, null, 'POST', '/v1/lease', leaseRequest())).rejects.toThrow();
    for (const one of [stranger, old]) one.remove();
  }, 300_000);

  test('what is no certificate of a runner is not enrolled', async () => {
    const { identity } = site;
    const bad: [string, string][] = [
      [identity.key, 'private key'],
      [identity.certificate + identity.key, 'private key'],
      ['hello', 'exactly one certificate'],
      ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', 'no X.509'],
      [(await Site.make(1, new Date(Date.now() - 3 * 86_400_000))).identity.certificate, 'expired'],
    ];
    for (const [certificate, words] of bad) {
      const failure = await tenant.api.failed('enrolRunner', { name: 'Bad', certificate });
      expect(failure.code).toBe('CERTIFICATE_INVALID');
      expect(failure.message).toContain(words);
    }
  });

  test.each([
    ['nan', 'SCORE_NOT_FINITE'],
    ['short', 'SCORES_MALFORMED'],
    ['garbage', 'SCORES_MALFORMED'],
    ['crash', 'MODEL_CRASHED'],
  ])('a program that is %s ends its run as it would in our jail: %s', async (mode, code) => {
    const runner = site.run(gateway, ['--once', '--', NODE, PROGRAM, mode]);
    const runId = await startRun(tenant.api, planId);
    expect(await end(runId)).toEqual({ state: 'FAILED', reasonCode: code });
    expect(await runner.exit).toBe(1);
  });

  test('hostile scores end the run, whatever the runner says of itself', async () => {
    const { identity } = site;
    const lease = async (): Promise<{ runId: string; to: string }> => {
      const runId = await startRun(tenant.api, planId);
      const got = (await ask(gateway, identity, 'POST', '/v1/lease', leaseRequest())).json();
      expect(got).toMatchObject({ run: runId, next: 0, batchRows: BATCH_ROWS });
      return { runId, to: `/v1/leases/${got['lease'] as string}` };
    };
    const good = new Float64Array(BATCH_ROWS).fill(0.5);
    const bad: [Uint8Array, string][] = [
      [scoresStream(good.map((score, row) => (row === 7 ? Number.NaN : score))), 'SCORE_NOT_FINITE'],
      [scoresStream(good.slice(1)), 'SCORES_MALFORMED'],
      [scoresStream(new Float64Array(BATCH_ROWS + 1)), 'SCORES_MALFORMED'],
      [Buffer.from('garbage that is longer than a prefix'), 'SCORES_MALFORMED'],
      [Buffer.alloc(0), 'SCORES_MALFORMED'],
      [Buffer.concat([scoresStream(good), Buffer.from('x')]), 'SCORES_MALFORMED'],
    ];
    for (const [body, code] of bad) {
      const { runId, to } = await lease();
      const answer = await ask(gateway, identity, 'PUT', `${to}/batches/0`, body);
      expect([answer.status, answer.json()['code']]).toEqual([422, code]);
      expect(await end(runId)).toEqual({ state: 'FAILED', reasonCode: code });
    }

    const { runId, to } = await lease();
    const put = async (n: number, scores: Float64Array): Promise<[number, unknown]> => {
      const answer = await ask(gateway, identity, 'PUT', `${to}/batches/${n}`, scoresStream(scores));
      return [answer.status, answer.json()['code'] ?? answer.json()['next']];
    };
    expect(await put(1, good)).toEqual([409, 'OUT_OF_ORDER']);
    expect(await put(0, good)).toEqual([200, 1]);
    expect(await put(0, good)).toEqual([200, 1]);
    expect(await put(0, new Float64Array(BATCH_ROWS).fill(0.4))).toEqual([409, 'ALREADY_TAKEN']);
    const huge = await ask(gateway, identity, 'PUT', `${to}/batches/1`, Buffer.alloc(2_000_000)).catch(
      () => null,
    );
    expect(huge === null || huge.status === 413).toBe(true);
    for (const place of ['/v1/leases/other/batches/0', `${to}/batches/99999`, '/', `${to}/../../etc/passwd`])
      expect([404, 410]).toContain((await ask(gateway, identity, 'GET', place)).status);
    expect((await ask(gateway, identity, 'POST', '/v1/lease', '{')).status).toBe(400);
    expect(
      (
        await ask(
          gateway,
          identity,
          'POST',
          '/v1/lease',
          '{"protocol":9,"runner":{"version":"a","host":"b"},"models":null}',
        )
      ).json(),
    ).toMatchObject({ code: 'PROTOCOL_UNKNOWN' });

    // Another tenant's runner gets neither the run nor anything by the lease of another.
    const other = await service.admitTenant();
    const elsewhere = await Site.make();
    await elsewhere.enrol(other.api);
    expect((await ask(gateway, elsewhere.identity, 'GET', `${to}/batches/0`)).status).toBe(410);
    elsewhere.remove();
    await tenant.api.done('cancelRun', 'Run', 'state', { runId });
    expect(await end(runId)).toMatchObject({ state: 'CANCELLED' });
    let status = 200;
    for (let tries = 0; status === 200 && tries < 40; tries += 1) {
      status = (await ask(gateway, identity, 'POST', `${to}/alive`)).status;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(status).toBe(410);
  }, 300_000);

  test('a run is cancelled while it waits for a runner, and while one scores it', async () => {
    const waiting = await startRun(tenant.api, planId);
    await until(waiting, 'SCORING');
    await tenant.api.done('cancelRun', 'Run', 'state', { runId: waiting });
    expect(await end(waiting)).toEqual({ state: 'CANCELLED', reasonCode: 'CANCELLED_BY_TENANT' });

    const runner = site.run(gateway, ['--', NODE, PROGRAM, 'slow', '300']);
    const runId = await startRun(tenant.api, planId);
    await runner.until(({ event }) => event === 'scored');
    await tenant.api.done('cancelRun', 'Run', 'state', { runId });
    const over = await runner.until(({ event }) => event === 'over');
    expect(over).toMatchObject({ run: runId, code: 'LEASE_OVER' });
    expect(over['message']).toContain('cancelled');
    await runner.kill('SIGTERM');
    expect(runner.child.exitCode).toBe(0);
  }, 300_000);

  test('events go out window by window, each only after the scores of the one before, as their own types', async () => {
    const windowRows = 64;
    const own = await service.admitTenant();
    const place = await Site.make();
    await place.enrol(own.api);
    const plan = await remotePlan(
      service,
      own.api,
      COLUMNS,
      MODEL,
      undefined,
      planContent({ feed: 'EVENTS', windowRows }),
    );
    const ear = await Eavesdropper.between(gateway, place);
    const client = new pg.Client(service.database.admin);
    await client.connect();
    try {
      const runner = place.run(ear.gateway, ['--once', '--', NODE, PROGRAM]);
      const { runId } = await runToReport(own.api, plan);
      expect(await runner.exit).toBe(0);
      const {
        rows: [found],
      } = await client.query<{ scores: string; features: string; rows: string; runs: string[] }>(
        `SELECT s.sha256 AS scores, o.sha256 AS features, s.rows,
           array(SELECT run_id || ' ' || what FROM sandbox.blindness_exposure WHERE tenant_id = r.tenant_id) AS runs
         FROM sandbox.run r JOIN sandbox.run_score s ON s.run_id = r.id
         JOIN sandbox.dataset_object o ON o.dataset_version_id = r.dataset_version_id
           AND o.split = 'evaluation' AND o.part = 'features' WHERE r.id = $1`,
        [runId],
      );
      const rows = Number(found?.rows);
      const windows = Math.ceil(rows / windowRows);

      // Every window was asked for once, after the scores of the one before had been handed over.
      const asked = ear.requests().filter((request) => request.includes('/batches/'));
      expect(asked.map((request) => request.replace(/\/v1.*\//, ''))).toEqual(
        Array.from({ length: windows }, (_, n) => [`GET ${n}`, `PUT ${n}`]).flat(),
      );
      const fed = answers(Buffer.concat(ear.toRunner)).map((body) => tableFromIPC(body));
      expect(fed.map(({ numRows }) => numRows).slice(0, -1)).toEqual(
        new Array<number>(windows - 1).fill(windowRows),
      );
      expect(fed[0]?.schema.fields.slice(0, 4).map(({ name, type }) => `${name} ${String(type)}`)).toEqual([
        'row_id Int32',
        'customer_id Int32',
        'event_time Timestamp<MICROSECOND, UTC>',
        'channel Utf8',
      ]);

      // The program scores a row by its first column, which is its key: each score is where its row is.
      const object = (store: string, digest = ''): string =>
        join(service.data, 'objects', store, digest.slice(0, 2), digest.slice(2));
      const features = await TableFile.open(object('features', found?.features));
      const keys = await features.numbers('row_id');
      features.close();
      const bytes = readFileSync(object('scores', found?.scores));
      const scores = new Float64Array(new Uint8Array(bytes).buffer);
      expect([...scores]).toEqual(Array.from(keys, (key) => 1 / (1 + Math.exp(-key / 1e6))));

      expect(found?.runs).toEqual([`${runId} events`]);
      expect(
        await own.api.value(
          `query ($id: ID!) { run(id: $id) { assuranceTier blind couldSeeLaterRows plan { exposures { what tier runId } warnings { code } } } }`,
          { id: runId },
        ),
      ).toEqual({
        assuranceTier: 'C',
        blind: true,
        couldSeeLaterRows: false,
        plan: {
          exposures: [{ what: 'EVENTS', tier: 'C', runId }],
          warnings: [{ code: 'NO_LONGER_BLIND' }, { code: 'SENDS_ROWS_OUTSIDE' }],
        },
      });
      const { evidence } = await reportOf(runId);
      expect(evidence).toMatchObject({
        feed: { kind: 'EVENTS', couldSeeLaterRows: false, windowRows, windows, laterEventsAtMost: 63 },
      });
      expect(evidence.limits).toContain(
        `Fed in time order (ties by row_id), ${windows} windows of at most 64 events, each released after the scores of the one before had arrived: could see at most 63 later events.`,
      );
    } finally {
      await client.end();
      await ear.close();
      place.remove();
    }
  }, 300_000);

  test('what was sent outside is remembered, once a run, and only where rows were sent', async () => {
    const { edges } = await authority.value<{ edges: { node: { id: string } }[] }>(
      `{ runs(first: 100) { edges { node { id } } } }`,
    );
    const client = new pg.Client(service.database.admin);
    await client.connect();
    const { rows } = await client.query<{ run_id: string; tier: string; what: string }>(
      `SELECT run_id, tier, what FROM sandbox.blindness_exposure WHERE tenant_id = $1`,
      [tenant.id],
    );
    await client.end();
    expect(rows.length).toBeGreaterThan(3);
    expect(new Set(rows.map(({ run_id }) => run_id)).size).toBe(rows.length);
    expect(rows.every(({ tier, what }) => tier === 'C' && what === 'features')).toBe(true);
    expect(edges.length).toBeGreaterThan(rows.length);
  });
});

describe('a run that no runner comes for', () => {
  test('fails by its tenant’s doing', async () => {
    const service = await TestService.start({ configuration: { runnerPort: 0, runnerAbsentSeconds: 1 } });
    try {
      const { api } = await service.admitTenant();
      const runId = await startRun(api, await remotePlan(service, api, COLUMNS, MODEL));
      expect((await follow(api, runId)).at(-1)).toMatchObject({
        state: 'FAILED',
        reasonCode: 'RUNNER_ABSENT',
      });
    } finally {
      await service.close();
    }
  }, 300_000);
});
