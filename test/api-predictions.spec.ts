import { DuckDBInstance } from '@duckdb/node-api';
import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { type Client } from 'pg';
import { TableFile } from '../src/engine/tables/index.js';
import { connect } from '../src/platform/database/roles.js';
import {
  type Api,
  draftPlan,
  follow,
  planContent,
  registerModel,
  runToReport,
  sha256,
  startRun,
  type Tenant,
  TestService,
} from './support/service.js';

interface Release {
  state: string;
  url: string | null;
  sha256: string | null;
  rows: number | null;
}

describe('predictions that are handed in', () => {
  let service: TestService;
  let admin: Client;
  let tenant: Tenant;
  let authority: Api;
  let dataset: string;
  let folder: string;
  /** row_id and score of every row of the blind split */
  let predictions: { id: number; score: number }[];

  const release = (api: Api, datasetVersionId: string): Promise<Release> =>
    api.done<Release>('releaseBlindFeatures', 'FeatureRelease', 'state url sha256 rows', {
      datasetVersionId,
      reason: 'To score outside.',
    });

  const released = async (api: Api): Promise<Release> => {
    for (;;) {
      const [found] = await api.value<Release[]>(
        `query ($id: ID!) { featureReleases(datasetVersionId: $id) { state url sha256 rows } }`,
        { id: dataset },
      );
      if (found?.state === 'RELEASED') return found;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  const upload = async (
    file: Uint8Array,
  ): Promise<{ id: string; status: number; body: Record<string, unknown> }> => {
    const created = await tenant.api.done<{ modelVersion: { id: string }; upload: { url: string } }>(
      'createModelVersion',
      'ModelVersionCreated',
      'modelVersion { id } upload { url }',
      {
        modelId: await registerModel(tenant.api),
        label: randomUUID(),
        runtime: 'PREDICTIONS',
        artefactSha256: sha256(file),
        artefactBytes: file.length,
      },
    );
    return { id: created.modelVersion.id, ...(await tenant.api.put(created.upload.url, file)) };
  };

  const bound = async (modelVersionId: string): Promise<string> =>
    (
      await tenant.api.done<{ id: string }>('createInputBinding', 'ModelInputBinding', 'id', {
        modelVersionId,
        datasetVersionId: dataset,
      })
    ).id;

  const locked = async (modelVersionId: string): Promise<string> => {
    const planId = await draftPlan(tenant.api, await bound(modelVersionId));
    await tenant.api.done('lockEvaluationPlan', 'EvaluationPlan', 'id', { planId });
    return planId;
  };

  const csv = (rows: { id: number; score: number }[]): Buffer =>
    Buffer.from(`row_id,score,comment\n${rows.map(({ id, score }) => `${id},${score},x`).join('\n')}\n`);

  beforeAll(async () => {
    service = await TestService.start();
    admin = await connect(service.database.admin);
    tenant = await service.admitTenant();
    authority = (await service.authority()).first;
    dataset = await service.readyDataset();
    folder = fs.mkdtempSync(path.join(tmpdir(), 'predictions-'));
  }, 300_000);

  afterAll(async () => {
    fs.rmSync(folder, { recursive: true, force: true });
    await admin?.end();
    await service?.close();
  });

  test('blind features go to the tenant that asks, to nobody else, and that is remembered', async () => {
    const place = `/datasets/${dataset}/evaluation/features.parquet`;
    expect((await tenant.api.get(place)).status).toBe(404);
    expect((await release(tenant.api, dataset)).state).toMatch(/REQUESTED|RELEASED/);
    const { url, sha256: digest, rows } = await released(tenant.api);
    expect(url).toBe(place);
    const bytes = await tenant.api.bytes(place);
    expect(sha256(bytes)).toBe(digest);
    fs.writeFileSync(path.join(folder, 'features.parquet'), bytes);
    const table = await TableFile.open(path.join(folder, 'features.parquet'));
    expect(table.rows).toBe(rows);
    const { columns } = await tenant.api.value<{ columns: { name: string; role: string; table: string }[] }>(
      `query ($id: ID!) { datasetVersion(id: $id) { columns { name role table } } }`,
      { id: dataset },
    );
    const blind = columns.filter(({ role }) => ['LABEL', 'PROTECTED', 'CONTROL'].includes(role));
    expect(blind.length).toBeGreaterThan(1);
    for (const { name } of blind) expect(table.columns.map((column) => column.name)).not.toContain(name);
    const ids = await table.numbers('row_id');
    table.close();
    predictions = [...ids].map((id, row) => ({ id, score: ((row * 7_919) % 1_000) / 1_000 }));

    const other = await service.admitTenant();
    expect((await other.api.get(place)).status).toBe(404);
    expect((await authority.get(place)).status).toBe(404);
    expect(
      await other.api.value(`query ($id: ID!) { featureReleases(datasetVersionId: $id) { id } }`, {
        id: dataset,
      }),
    ).toEqual([]);
    expect((await release(tenant.api, dataset)).state).toBe('RELEASED');
    const { rows: exposures } = await admin.query(
      `SELECT split, tier, what, run_id FROM sandbox.blindness_exposure WHERE tenant_id = $1`,
      [tenant.id],
    );
    expect(exposures).toEqual([{ split: 'evaluation', tier: 'D', what: 'features', run_id: null }]);
    const { rows: told } = await admin.query<{ action: string }>(
      `SELECT action FROM sandbox.audit_event WHERE subject = $1 AND action LIKE '%BlindFeatures' ORDER BY sequence`,
      [`datasetVersion:${dataset}`],
    );
    expect(told.map(({ action }) => action)).toEqual(['releaseBlindFeatures', 'handOutBlindFeatures']);
    expect(
      await tenant.api.codes(
        `mutation { releaseBlindFeatures(input: { datasetVersionId: "x", reason: "r" }) { __typename } }`,
      ),
    ).toEqual(['NOT_FOUND']);
  }, 300_000);

  test('are joined by key into a report of tier D, whatever the format and the order', async () => {
    const shuffled = predictions.toSorted((a, b) => a.score - b.score || b.id - a.id);
    const asCsv = await upload(csv(shuffled));
    expect(asCsv).toMatchObject({
      status: 200,
      body: { state: 'READY', inspection: { format: 'csv', rows: predictions.length } },
    });
    const file = path.join(folder, 'predictions.parquet');
    const instance = await DuckDBInstance.create();
    const connection = await instance.connect();
    fs.writeFileSync(`${file}.csv`, csv(shuffled));
    await connection.run(
      `COPY (SELECT row_id, score FROM read_csv('${file}.csv')) TO '${file}' (FORMAT parquet)`,
    );
    connection.closeSync();
    const asParquet = await upload(fs.readFileSync(file));
    expect(asParquet).toMatchObject({ status: 200, body: { inspection: { format: 'parquet' } } });

    const measured: unknown[] = [];
    for (const { id } of [asCsv, asParquet]) {
      const { reportId } = await runToReport(tenant.api, await locked(id));
      const { jsonUrl, htmlUrl } = await authority.value<{ jsonUrl: string; htmlUrl: string }>(
        `query ($id: ID!) { report(id: $id) { jsonUrl htmlUrl } }`,
        { id: reportId },
      );
      const { evidence } = JSON.parse((await authority.bytes(jsonUrl)).toString()) as {
        evidence: Record<string, Record<string, unknown>>;
      };
      expect(evidence['model']).toMatchObject({ runtime: 'PREDICTIONS', assuranceTier: 'D' });
      expect(evidence['environment']).toMatchObject({
        known: { 'File of predictions': expect.stringContaining(`${predictions.length} rows`) as string },
      });
      expect(evidence['environment']).not.toHaveProperty('onnxruntime');
      expect(JSON.stringify(evidence['limits'])).toContain('what made them was not seen');
      expect((await authority.bytes(htmlUrl)).toString()).toContain('File of predictions');
      measured.push(evidence['measurement']);
    }
    expect(measured[0]).toEqual(measured[1]);
    const version = await tenant.api.value<Record<string, unknown>>(
      `query ($id: ID!) { modelVersion(id: $id) { assuranceTier inspection { opset } predictions { format rows columns } } }`,
      { id: asCsv.id },
    );
    expect(version).toEqual({
      assuranceTier: 'D',
      inspection: null,
      predictions: { format: 'csv', rows: predictions.length, columns: ['row_id', 'score', 'comment'] },
    });
  }, 300_000);

  test.each<[string, string | Buffer, string, string]>([
    ['no header', '1,0.5\n2,0.5\n', 'MISSING_COLUMN', 'row_id'],
    ['no score', 'row_id,scores\n1,0.5\n', 'MISSING_COLUMN', 'score'],
    ['an id twice', 'row_id,score\n1,0.5\n2,0.4\n1,0.3\n', 'DUPLICATE_ID', 'row_id 1 '],
    ['no number', 'row_id,score\n1,high\n', 'NOT_A_NUMBER', 'row 1'],
    ['NaN', 'row_id,score\n1,0.5\n2,NaN\n', 'NOT_A_NUMBER', 'row 2'],
    ['infinity', 'row_id,score\n1,inf\n', 'NOT_A_NUMBER', 'row 1'],
    ['a missing score', 'row_id,score\n1,\n', 'NOT_A_NUMBER', 'row 1'],
    ['half an id', 'row_id,score\n1.5,0.5\n', 'NOT_AN_ID', '1.5'],
    [
      'an id that no double holds',
      'row_id,score\n9007199254740993,0.5\n',
      'NOT_AN_ID',
      'beyond 9007199254740991',
    ],
    ['rows of another shape', 'row_id,score\n1,0.5,0.6,0.7\n', 'UNREADABLE_TABLE', 'line'],
    ['no rows', 'row_id,score\n', 'EMPTY_TABLE', 'no rows'],
    [
      'broken Parquet',
      Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(200, 7), Buffer.from('PAR1')]),
      'UNREADABLE_TABLE',
      '',
    ],
    ['a model', Buffer.from([8, 7, 0, 18, 4, 0, 0]), 'UNREADABLE_TABLE', ''],
  ])('a file with %s is refused', async (_what, content, code, words) => {
    const { status, body } = await upload(Buffer.from(content));
    const error = body['error'] as { code: string; message: string };
    expect([status, error.code]).toEqual([422, code]);
    expect(error.message).toContain(words);
    expect(error.message).not.toMatch(/\/input|\/runner/);
  });

  test('that miss rows, or are for others, fail the run with counts and none of the split’s ids', async () => {
    const highest = Math.max(...predictions.map(({ id }) => id));
    const wrong: [{ id: number; score: number }[], string][] = [
      [predictions.slice(3), '3 of its rows have none, and 0 are for rows that it does not have.'],
      [
        [...predictions, { id: highest + 5, score: 0 }],
        `0 of its rows have none, and 1 are for rows that it does not have, the first of them row_id ${highest + 5}.`,
      ],
    ];
    for (const [rows, words] of wrong) {
      const runId = await startRun(tenant.api, await locked((await upload(csv(rows))).id));
      expect((await follow(tenant.api, runId)).at(-1)).toMatchObject({
        state: 'FAILED',
        reasonCode: 'PREDICTIONS_UNFIT',
      });
      const { reason } = await tenant.api.value<{ reason: string }>(
        `query ($id: ID!) { run(id: $id) { reason } }`,
        { id: runId },
      );
      expect(reason).toContain(words);
    }
  }, 300_000);

  test('bind nothing, and none can be made for a sealed split', async () => {
    const { id } = await upload(csv(predictions.slice(0, 2)));
    const input = {
      modelVersionId: id,
      datasetVersionId: dataset,
      inputs: [{ name: 'x', columns: ['amount'] }],
    };
    expect(await tenant.api.failed('createInputBinding', input)).toMatchObject({ code: 'UNKNOWN_INPUT' });
    const inputBindingId = await bound(id);
    expect(
      await tenant.api.failed('createEvaluationPlan', {
        inputBindingId,
        split: 'SEALED',
        plan: planContent(),
      }),
    ).toMatchObject({ code: 'SEALED_UNFIT' });
  });
});
