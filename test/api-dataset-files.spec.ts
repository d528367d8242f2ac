import * as fs from 'node:fs';
import * as path from 'node:path';
import { PRESETS } from '../src/engine/synthesis/index.js';
import { connect } from '../src/platform/database/roles.js';
import { type Api, sha256, TestService } from './support/service.js';

interface OpenFile {
  path: string;
  url: string;
  split: string | null;
  table: string;
  mediaType: string;
  sha256: string;
  sizeBytes: number;
  rows: number | null;
}

describe('what a dataset version shows of itself', () => {
  let service: TestService;
  let tenant: Api;
  let reviewer: Api;
  let id: string;
  let files: OpenFile[];

  beforeAll(async () => {
    service = await TestService.start({ powers: ['evaluator', 'api'] });
    tenant = (await service.admitTenant()).api;
    reviewer = (await service.authority()).first;
    id = await service.readyDataset();
    ({ files } = await tenant.value<{ files: OpenFile[] }>(
      `query ($id: ID!) { datasetVersion(id: $id) { files { path url split table mediaType sha256 sizeBytes rows } } }`,
      { id },
    ));
  }, 300_000);

  afterAll(async () => service?.close());

  test('the catalogue describes every preset: its row, its parameters, each column of each table', async () => {
    interface Column {
      name: string;
      table: string;
      type: string;
      definition: string;
      unit: string;
      values: string[] | null;
    }
    const presets = await tenant.value<
      {
        name: string;
        title: string;
        description: string;
        row: string;
        maximumRows: number;
        parameters: {
          name: string;
          type: string;
          description: string;
          default: string | number;
          minimum: number | null;
          maximum: number | null;
          choices: string[] | null;
        }[];
        tables: { name: string; description: string; perSplit: boolean; columns: Column[] }[];
      }[]
    >(
      `{ datasetPresets { name title description row maximumRows
           parameters { name type description default minimum maximum choices }
           tables { name description perSplit columns { name table type definition unit window values } } } }`,
    );
    expect(presets.map(({ name }) => name)).toEqual(Object.keys(PRESETS));
    for (const preset of presets) {
      const engine = PRESETS[preset.name];
      for (const text of [preset.title, preset.description, preset.row]) expect(text).toMatch(/\w/);
      expect(preset.maximumRows).toBeGreaterThan(100_000);
      expect(preset.parameters.map(({ name }) => name)).toEqual(engine?.parameters.map(({ name }) => name));
      for (const parameter of preset.parameters) {
        expect(parameter.description).toMatch(/\w/);
        if (parameter.type === 'CHOICE') {
          expect(parameter.choices).toContain(parameter.default);
          expect([parameter.minimum, parameter.maximum]).toEqual([null, null]);
        } else {
          expect(parameter.choices).toBeNull();
          const first = Number(String(parameter.default).split('/')[0]);
          expect(first).toBeGreaterThanOrEqual(parameter.minimum ?? Infinity);
          expect(first).toBeLessThanOrEqual(parameter.maximum ?? -Infinity);
        }
      }
      expect(preset.tables.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['features', 'labels', 'protected']),
      );
      for (const table of preset.tables) {
        expect(table.description).toMatch(/\w/);
        for (const column of table.columns) {
          expect(column.table).toBe(table.name);
          expect([column.name, column.definition]).toEqual([column.name, expect.stringMatching(/\w/)]);
        }
      }
    }
  });

  test('a version carries its datasheet, realism report and leak audit, as fields and as files', async () => {
    const version = await tenant.value<Record<string, unknown>>(
      `query ($id: ID!) { datasetVersion(id: $id) { datasheet realismReport leakAudit stage progress } }`,
      { id },
    );
    expect(version).toMatchObject({ stage: null, progress: 1 });
    for (const [field, name] of [
      ['datasheet', 'datasheet.json'],
      ['realismReport', 'realism.json'],
      ['leakAudit', 'leak-audit.json'],
    ] as const) {
      const file = files.find((each) => each.path === name);
      expect([name, file?.split, file?.rows, file?.mediaType]).toEqual([
        name,
        null,
        null,
        'application/json; charset=utf-8',
      ]);
      expect(JSON.parse((await tenant.bytes(file?.url ?? '')).toString())).toEqual(version[field]);
    }
  });

  test('every table of the development split is there, and is what its digest says', async () => {
    const tables = PRESETS['hk-retail-payments']?.tables.filter(({ per }) => per === 'split') ?? [];
    expect(files.filter(({ split }) => split !== null).map(({ table }) => table)).toEqual(
      tables
        // What tells of cases that nobody had reported by the cut-off stays with the evaluator.
        .filter(({ hindsight }) => hindsight !== true)
        .map(({ name }) => name)
        .sort(),
    );
    for (const file of files) {
      const response = await tenant.get(file.url);
      expect([file.path, response.status, response.headers.get('content-type')]).toEqual([
        file.path,
        200,
        file.mediaType,
      ]);
      const bytes = Buffer.from(await response.arrayBuffer());
      expect([bytes.length, sha256(bytes)]).toEqual([file.sizeBytes, file.sha256]);
      if (file.path.endsWith('.parquet')) expect(bytes.subarray(0, 4).toString()).toBe('PAR1');
    }
    const { developmentFiles } = await tenant.value<{ developmentFiles: { url: string }[] }>(
      `query ($id: ID!) { datasetVersion(id: $id) { developmentFiles { url } } }`,
      { id },
    );
    expect(developmentFiles.map(({ url }) => url)).toEqual(
      files.filter(({ split }) => split === 'DEVELOPMENT').map(({ url }) => url),
    );
  });

  test.each(Object.keys(PRESETS))(
    '%s is made as every other, its truth kept with the evaluator',
    async (preset) => {
      const made = await service.operator.done<{ id: string }>('generateDataset', 'DatasetVersion', 'id', {
        name: preset,
        preset,
        rows: 20_000,
      });
      await service.prepared(made.id);
      const version = await tenant.value<{
        columns: { role: string; table: string }[];
        commitments: unknown[];
        files: OpenFile[];
      }>(
        `query ($id: ID!) { datasetVersion(id: $id) { columns { role table } commitments { split } files { path url split table } } }`,
        { id: made.id },
      );
      for (const role of ['KEY', 'LABEL', 'CONTROL'])
        expect([role, new Set(version.columns.filter((column) => column.role === role)).size > 0]).toEqual([
          role,
          true,
        ]);
      expect(version.commitments).toHaveLength(2);
      expect(
        version.files
          .filter(({ path: name }) => name.endsWith('.parquet'))
          .map(({ table }) => table)
          .sort(),
      ).toEqual(
        (PRESETS[preset]?.tables ?? [])
          .filter(({ hindsight }) => hindsight !== true)
          .map(({ name }) => name)
          .sort(),
      );
      expect(version.files.map(({ path: name }) => name)).toEqual(
        expect.arrayContaining([
          'datasheet.md',
          'datasheet.html',
          expect.stringMatching(/^pictures\/.+\.svg$/),
        ]),
      );
      const admin = await connect(service.database.admin);
      const { rows } = await admin.query<{ object: string }>(
        `SELECT split || '/' || part AS object FROM sandbox.blind_object WHERE dataset_version_id = $1 ORDER BY 1`,
        [made.id],
      );
      await admin.end();
      expect(rows.map(({ object }) => object)).toEqual(
        ['development', 'evaluation'].flatMap((split) =>
          ['labels', 'protected', 'truth'].map((part) => `${split}/${part}`),
        ),
      );
    },
    60_000,
  );

  const features = (): OpenFile => {
    const file = files.find((each) => each.path === 'development/features.parquet');
    if (file === undefined) throw new Error('there are no development features');
    return file;
  };

  test('a download can be taken in parts and resumed where it broke off', async () => {
    const { url, sizeBytes, sha256: digest } = features();
    const whole = await tenant.bytes(url);
    const part = async (range: string, more: Record<string, string> = {}): Promise<Response> =>
      tenant.get(url, { ...tenant.headers, range, ...more });
    const cuts = [0, 1, 4_096, Math.floor(sizeBytes / 2), sizeBytes - 1];
    const parts: Buffer[] = [];
    for (const [place, start] of cuts.entries()) {
      const end = (cuts[place + 1] ?? sizeBytes) - 1;
      const response = await part(place === cuts.length - 1 ? `bytes=${start}-` : `bytes=${start}-${end}`);
      expect(response.status).toBe(206);
      expect(response.headers.get('content-range')).toBe(`bytes ${start}-${end}/${sizeBytes}`);
      expect(response.headers.get('content-length')).toBe(String(end - start + 1));
      parts.push(Buffer.from(await response.arrayBuffer()));
    }
    expect(Buffer.concat(parts).equals(whole)).toBe(true);
    const tail = await part('bytes=-8');
    expect([tail.status, tail.headers.get('content-range')]).toEqual([
      206,
      `bytes ${sizeBytes - 8}-${sizeBytes - 1}/${sizeBytes}`,
    ]);
    expect(Buffer.from(await tail.arrayBuffer())).toEqual(whole.subarray(-8));

    const beyond = await part(`bytes=${sizeBytes}-`);
    expect([beyond.status, beyond.headers.get('content-range'), await beyond.text()]).toEqual([
      416,
      `bytes */${sizeBytes}`,
      '',
    ]);
    const several = await part('bytes=0-1,5-6');
    expect([several.status, Number(several.headers.get('content-length'))]).toEqual([200, sizeBytes]);
    await several.body?.cancel();
    const same = await part('bytes=0-9', { 'if-range': `"${digest}"` });
    expect([same.status, (await same.arrayBuffer()).byteLength]).toEqual([206, 10]);
    const changed = await part('bytes=0-9', { 'if-range': `"${'0'.repeat(64)}"` });
    expect([changed.status, (await changed.arrayBuffer()).byteLength]).toEqual([200, sizeBytes]);
    const known = await part('bytes=0-9', { 'if-none-match': `"${digest}"` });
    expect([known.status, known.headers.get('etag'), await known.text()]).toEqual([304, `"${digest}"`, '']);
  });

  test('HEAD tells size, digest and that ranges are taken, and sends no byte', async () => {
    const { url, sizeBytes, sha256: digest } = features();
    for (const headers of [tenant.headers, { ...tenant.headers, range: 'bytes=0-9' }]) {
      const response = await fetch(service.url + url, { method: 'HEAD', headers });
      expect(response.status).toBe(200);
      expect(response.headers.get('content-length')).toBe(String(sizeBytes));
      expect(response.headers.get('accept-ranges')).toBe('bytes');
      expect(response.headers.get('etag')).toBe(`"${digest}"`);
      expect((await response.arrayBuffer()).byteLength).toBe(0);
    }
    expect((await fetch(service.url + url, { method: 'HEAD' })).status).toBe(401);
  });

  test('a reader that goes away in the middle leaves the service as it was', async () => {
    const { url } = features();
    for (let time = 0; time < 5; time += 1) {
      const cut = new AbortController();
      const response = await fetch(service.url + url, { headers: tenant.headers, signal: cut.signal });
      await response.body?.getReader().read();
      cut.abort();
    }
    expect(sha256(await tenant.bytes(url))).toBe(features().sha256);
  });

  test('no path leads to a blind object, whoever asks', async () => {
    const root = path.join(service.data, 'objects');
    const open = new Set(files.map((file) => file.sha256));
    const blind = ['labels', 'protected', 'features'].flatMap((store) =>
      fs
        .readdirSync(path.join(root, store), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => ({ store, digest: path.basename(entry.parentPath) + entry.name }))
        .filter(({ digest }) => !open.has(digest)),
    );
    expect(blind.map(({ store }) => store)).toEqual(
      expect.arrayContaining(['labels', 'protected', 'features']),
    );
    const callers = [tenant, service.operator, reviewer];
    for (const caller of callers) {
      for (const { store, digest } of blind) {
        for (const place of [
          `/datasets/${id}/development/${digest}`,
          `/datasets/${id}/development/truth.parquet`,
          `/datasets/${id}/development/episodes.parquet`,
          `/datasets/${id}/development/messages.parquet`,
          `/datasets/${id}/evaluation/${store}.parquet`,
          `/datasets/${id}/sealed/${store}.parquet`,
          `/datasets/${id}/development/../evaluation/${store}.parquet`,
          `/datasets/${id}/development/..%2fevaluation%2f${store}.parquet`,
          `/datasets/${id}/development/..%2f..%2f${store}%2f${digest.slice(0, 2)}%2f${digest.slice(2)}`,
          `/datasets/${id}/`,
          `/objects/${store}/${digest.slice(0, 2)}/${digest.slice(2)}`,
          `/datasets/${digest}/development/labels.parquet`,
          `/datasets/no-uuid/development/labels.parquet`,
        ]) {
          expect([place, (await caller.get(place)).status]).toEqual([place, 404]);
          const ranged = await caller.get(place, { ...caller.headers, range: 'bytes=0-9' });
          expect([place, ranged.status]).toEqual([place, 404]);
        }
      }
    }
    for (const file of files) expect((await service.client(null).get(file.url)).status).toBe(401);
    // Every field of a version, as the schema has them: none tells a digest that could be asked for.
    const { fields } = await tenant.value<{ fields: { name: string }[] }>(
      '{ __type(name: "DatasetVersion") { fields { name } } }',
    );
    const asked = `id name preset parameters state progress stage digest commitment datasheet realismReport leakAudit createdAt revealedAt
      failure { code } columns { name } commitments { split commitment } files { path sha256 } developmentFiles { name sha256 }
      exposures { id at tier split what tenantId runId sentence } looks { split looks }`;
    expect(fields.map(({ name }) => name).filter((name) => !new RegExp(`\\b${name}\\b`).test(asked))).toEqual(
      [],
    );
    for (const caller of callers) {
      const { text } = await caller.ask(`query ($id: ID!) { datasetVersion(id: $id) { ${asked} } }`, { id });
      for (const { digest } of blind) expect(text).not.toContain(digest);
      expect(text).not.toMatch(/"seed"|splitKey|"\/datasets\/[^"]*(evaluation|sealed)\//);
    }
  });
});
