import { DuckDBInstance } from '@duckdb/node-api';
import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../src/platform/database/index.js';
import {
  type Api,
  baseline,
  bind,
  draftPlan,
  planContent,
  readyVersion,
  runToReport,
  sha256,
  TestService,
} from './support/service.js';

const ROWS = 1_200;
const run = promisify(execFile);

describe('datasets', () => {
  let service: TestService;
  let tenant: Api;
  let reviewer: Api;
  let folder: string;
  const { features, bytes: model } = baseline('weak');

  beforeAll(async () => {
    service = await TestService.start();
    tenant = (await service.admitTenant()).api;
    reviewer = (await service.authority()).first;
    folder = fs.mkdtempSync(path.join(service.data, 'files-'));
    await writeTables();
  }, 300_000);

  afterAll(async () => service?.close());

  /** The same table as Parquet and as CSV: the columns that the weak model reads, a time, a label, two groups. */
  async function writeTables(): Promise<void> {
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const columns = features.map(
      (name, place) => `round(((i * ${7 + place * 4}) % 97) / 9.7, 3) AS "${name}"`,
    );
    await connection.run(
      `CREATE TABLE t AS SELECT ${columns.join(', ')},
         TIMESTAMP '2026-01-01' + INTERVAL (i) HOUR AS at,
         ((i * 31) % 11 = 0)::INTEGER AS fraud,
         CASE WHEN i % 3 = 0 THEN 'F' ELSE 'M' END AS sex,
         i * 2 AS left_out
       FROM range(${ROWS}) r(i)`,
    );
    for (const [name, format] of [
      ['t.parquet', 'parquet'],
      ['t.csv', 'csv, HEADER true'],
    ]) {
      await connection.run(`COPY t TO '${path.join(folder, name ?? '')}' (FORMAT ${format})`);
    }
    connection.closeSync();
    instance.closeSync();
  }

  const columns = (): Record<string, unknown>[] => [
    ...features.map((name) => ({ name, role: 'FEATURE', definition: 'A feature.' })),
    { name: 'at', role: 'TIME', definition: 'When.' },
    { name: 'fraud', role: 'LABEL', definition: 'Whether it was fraud.' },
    { name: 'sex', role: 'PROTECTED', definition: 'Sex.' },
  ];

  /** Row 400 is the first of the evaluation split. */
  const EVALUATION_FROM = new Date(Date.UTC(2026, 0, 1) + 400 * 3_600_000).toISOString();

  async function importFile(
    bytes: Buffer,
    changes: Record<string, unknown> = {},
  ): Promise<{
    id: string;
    status: number;
    body: { state?: string; error?: { code: string; message: string } };
  }> {
    const { datasetVersion, upload } = await service.operator.done<{
      datasetVersion: { id: string };
      upload: { url: string };
    }>('importDataset', 'DatasetImportOpened', 'datasetVersion { id } upload { url }', {
      name: 'Import',
      sha256: sha256(bytes),
      sizeBytes: bytes.length,
      columns: columns(),
      evaluationFrom: EVALUATION_FROM,
      ...changes,
    });
    const { status, body } = await service.operator.put(upload.url, bytes);
    return { id: datasetVersion.id, status, body };
  }

  test.each(['t.parquet', 't.csv'])(
    '%s imported, split by time, is measured as the same file is by hand',
    async (name) => {
      const { id, status } = await importFile(fs.readFileSync(path.join(folder, name)));
      expect(status).toBe(200);
      const version = await tenant.value<{
        state: string;
        digest: string;
        columns: { name: string; role: string }[];
        developmentFiles: { name: string; url: string; rows: number; sha256: string }[];
      }>(
        `query ($id: ID!) { datasetVersion(id: $id) { state digest columns { name role } developmentFiles { name url rows sha256 } } }`,
        { id },
      );
      expect(version.state).toBe('READY');
      expect(version.digest).toMatch(/^[0-9a-f]{64}$/);
      expect(version.columns.map((column) => column.name)).toContain('sex');
      expect(version.columns.map((column) => column.name)).not.toContain('left_out');
      expect(version.developmentFiles.map((file) => [file.name, file.rows])).toEqual([
        ['features.parquet', 400],
        ['labels.parquet', 400],
        ['protected.parquet', 400],
      ]);

      const plan = await draftPlan(tenant, await bind(tenant, await readyVersion(tenant), id), planContent());
      await tenant.done('lockEvaluationPlan', 'EvaluationPlan', 'id', { planId: plan });
      const { reportId } = await runToReport(tenant, plan);
      const report = JSON.parse((await reviewer.bytes(`/reports/${reportId}/report.json`)).toString()) as {
        evidence: { dataset: { rows: number }; measurement: Record<string, unknown> };
      };
      expect(report.evidence.dataset.rows).toBe(ROWS - 400);
      const byHand = await evaluatedByHand();
      const measured = metrics(report.evidence);
      for (const metric of ['rocAuc', 'averagePrecision', 'brier', 'ks', 'logLoss'] as const) {
        expect([metric, measured[metric]]).toEqual([metric, byHand[metric]]);
      }
    },
    60_000,
  );

  /** The values of a measurement document, wherever it lies in what is given. */
  function metrics(document: unknown): Record<string, number | null> {
    const { metrics: found } = find(document, 'metrics') as {
      metrics: Record<string, { value: number | null }>;
    };
    return Object.fromEntries(Object.entries(found).map(([name, { value }]) => [name, value]));
  }

  function find(document: unknown, key: string): unknown {
    if (typeof document !== 'object' || document === null) return undefined;
    if (Object.hasOwn(document, key)) return document;
    return Object.values(document)
      .map((value) => find(value, key))
      .find((value) => value !== undefined);
  }

  let known: Promise<Record<string, number | null>> | undefined;

  /** The command line on the evaluation rows of the same file. */
  function evaluatedByHand(): Promise<Record<string, number | null>> {
    known ??= (async () => {
      const instance = await DuckDBInstance.create(':memory:');
      const connection = await instance.connect();
      const late = path.join(folder, 'late.parquet');
      await connection.run(
        `COPY (SELECT * FROM '${path.join(folder, 't.parquet')}' WHERE "at" >= '${EVALUATION_FROM.replace('Z', '')}'::TIMESTAMP) TO '${late}' (FORMAT parquet)`,
      );
      connection.closeSync();
      instance.closeSync();
      const modelFile = path.join(folder, 'weak.onnx');
      fs.writeFileSync(modelFile, model);
      const out = path.join(folder, 'out.json');
      const args = [
        'evaluate',
        '--model',
        modelFile,
        '--data',
        late,
        '--label',
        'fraud',
        '--features',
        features.join(','),
        '--out',
        out,
      ];
      await run(process.execPath, [path.join(projectRoot(), 'dist', 'main.js'), ...args]);
      return metrics(JSON.parse(fs.readFileSync(out, 'utf8')));
    })();
    return known;
  }

  test('without a moment to split at, all is evaluation and nothing is given out', async () => {
    const { id, status } = await importFile(fs.readFileSync(path.join(folder, 't.csv')), {
      evaluationFrom: null,
    });
    expect(status).toBe(200);
    expect(
      await tenant.value(`query ($id: ID!) { datasetVersion(id: $id) { developmentFiles { name } } }`, {
        id,
      }),
    ).toEqual({ developmentFiles: [] });
  });

  const csv = (rows: string[]): Buffer => Buffer.from(`x,y\n${rows.join('\n')}\n`);
  const XY = [
    { name: 'x', role: 'FEATURE', definition: 'A feature.' },
    { name: 'y', role: 'LABEL', definition: 'The label.' },
  ];

  test.each([
    ['a label that is not 0 or 1', csv(['1,0', '2,1', '3,2']), XY, 'NOT_A_LABEL'],
    ['labels of one class', csv(['1,0', '2,0']), XY, 'ONE_CLASS'],
    [
      'a column that is not there',
      csv(['1,0', '2,1']),
      [...XY, { name: 'z', role: 'FEATURE', definition: 'No.' }],
      'MISSING_COLUMN',
    ],
    ['a file that is no table', Buffer.from('\x00\x01\x02 PAR1', 'latin1'), XY, undefined],
    ['no rows', Buffer.from('x,y\n'), XY, undefined],
  ])('%s fails the import, with a code', async (_what, bytes, declared, code) => {
    const { id, status, body } = await importFile(bytes, { columns: declared, evaluationFrom: null });
    expect(status).toBe(422);
    expect(body).toMatchObject({ state: 'FAILED' });
    if (code !== undefined) expect(body.error?.code).toBe(code);
    expect(body.error?.code).toMatch(/^[A-Z_]+$/);
    expect(body.error?.message).not.toMatch(/objects|\/tmp|scratch|[0-9a-f]{40}/);
    expect(
      await service.operator.value(
        `query ($id: ID!) { datasetVersion(id: $id) { state failure { code } } }`,
        { id },
      ),
    ).toEqual({ state: 'FAILED', failure: { code: body.error?.code } });
    expect(fs.readdirSync(path.join(service.data, 'scratch'))).toEqual([]);
  });

  test('a declaration that does not hold together is refused before any byte is sent', async () => {
    const column = (name: string, role: string): Record<string, unknown> => ({
      name,
      role,
      definition: 'D.',
    });
    const cases: [columns: unknown[], more: Record<string, unknown>, words: string][] = [
      [[column('x', 'FEATURE')], {}, 'LABEL'],
      [[...XY, column('z', 'LABEL')], {}, 'LABEL'],
      [[column('y', 'LABEL')], {}, 'FEATURE'],
      [[...XY, column('x', 'PROTECTED')], {}, 'twice'],
      [[...XY, column('a', 'TIME'), column('b', 'TIME')], {}, 'TIME'],
      [XY, { evaluationFrom: EVALUATION_FROM }, 'TIME'],
    ];
    for (const [declared, more, words] of cases) {
      const failure = await service.operator.failed('importDataset', {
        name: 'Bad',
        sha256: 'a'.repeat(64),
        sizeBytes: 10,
        columns: declared,
        ...more,
      });
      expect([failure.__typename, failure.message.includes(words)]).toEqual(['DeclarationInvalid', true]);
    }
  });

  test('a preset or parameter that does not exist is refused, by name', async () => {
    const generate = (changes: Record<string, unknown>): Promise<{ code: string; message: string }> =>
      service.operator.failed('generateDataset', {
        name: 'Bad',
        preset: 'hk-retail-payments',
        rows: 3_000,
        ...changes,
      });
    expect(await generate({ preset: 'nothing' })).toMatchObject({ code: 'UNKNOWN_PRESET' });
    expect((await generate({ preset: 'constructor' })).code).toBe('UNKNOWN_PRESET');
    expect((await generate({ parameters: { magic: 1 } })).message).toContain('magic');
    expect((await generate({ parameters: { prevalence: 2 } })).message).toContain('prevalence');
    expect((await generate({ parameters: { prevalence: 'much' } })).message).toContain('prevalence');
    const mutation =
      'mutation ($input: GenerateDatasetInput!) { generateDataset(input: $input) { __typename } }';
    for (const rows of [999, 100_000_001, 1.5, -1]) {
      expect(
        await service.operator.codes(mutation, {
          input: { name: 'Bad', preset: 'hk-retail-payments', rows },
        }),
      ).toEqual(['BAD_USER_INPUT']);
    }
  });
});
