import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { generateDataset, parseParameters, type DatasetManifest } from '../src/engine/synthesis/index.js';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const PRESET = 'hk-retail-payments';
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-generate-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Asked {
  rows?: number;
  seed?: string;
  threads?: number;
  set?: Record<string, number>;
  splitKeys?: { development: Uint8Array; evaluation: Uint8Array };
}

function generate(name: string, asked: Asked = {}): Promise<DatasetManifest> {
  const { rows = 30_000, seed = 'test', threads = 1, set = {}, splitKeys } = asked;
  return generateDataset({
    preset: PRESET,
    parameters: parseParameters(PRESET, set),
    rows,
    threads,
    outDir: join(folder, name),
    ...(splitKeys === undefined ? { seed } : { splitKeys }),
  });
}

const digests = (manifest: DatasetManifest, prefix = '') =>
  Object.fromEntries(manifest.files.filter((f) => f.path.startsWith(prefix)).map((f) => [f.path, f.sha256]));

async function query(sql: string): Promise<Record<string, unknown>[]> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  return (await connection.runAndReadAll(sql)).getRowObjectsJson();
}

const table = (name: string, path: string) => `'${join(folder, name, path)}'`;

function sandbox(
  args: string[],
  env: Record<string, string> = {},
): Promise<{ code: number; stderr: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [main, ...args, '--quiet'],
      { env: { ...process.env, ...env } },
      (error, _stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stderr }),
    );
  });
}

describe('sandbox generate', () => {
  it('writes the same bytes with one thread, with two, and in another time zone and locale', async () => {
    const one = await generate('threads-1', { rows: 60_000 });
    const two = await generate('threads-2', { rows: 60_000, threads: 2 });
    expect(two).toEqual(one);
    const args = ['generate', PRESET, '--rows', '60000', '--seed', 'test', '--out', join(folder, 'zone')];
    const elsewhere = await sandbox(args, { TZ: 'America/St_Johns', LC_ALL: 'tr_TR.UTF-8' });
    expect(elsewhere).toEqual({ code: 0, stderr: '' });
    for (const file of one.files) {
      const bytes = await readFile(join(folder, 'zone', file.path));
      expect([file.path, createHash('sha256').update(bytes).digest('hex')]).toEqual([file.path, file.sha256]);
    }
    const other = await generate('other-seed', { rows: 60_000, seed: 'another' });
    expect(other.digest).not.toBe(one.digest);
  });

  it('keeps features, labels and protected attributes apart under one key', async () => {
    await generate('apart');
    for (const split of ['development', 'evaluation']) {
      const columns = async (file: string) =>
        (await query(`DESCRIBE SELECT * FROM ${table('apart', `${split}/${file}.parquet`)}`)).map(
          (row) => row['column_name'],
        );
      expect(await columns('labels')).toEqual(['row_id', 'fraud', 'typology']);
      expect(await columns('protected')).toEqual(['row_id', 'sex', 'race', 'age_band', 'control']);
      for (const file of ['features', 'events'])
        for (const hidden of ['fraud', 'typology', 'sex', 'race', 'control'])
          expect(await columns(file)).not.toContain(hidden);
      const [joined] = await query(
        `SELECT count(*)::INT AS n, count(DISTINCT row_id)::INT AS keys, sum(fraud)::INT AS frauds
         FROM ${table('apart', `${split}/features.parquet`)}
         JOIN ${table('apart', `${split}/labels.parquet`)} USING (row_id)
         JOIN ${table('apart', `${split}/protected.parquet`)} USING (row_id)`,
      );
      const rows = split === 'development' ? 18_039 : 11_961;
      expect(joined).toEqual({ n: rows, keys: rows, frauds: Math.round(rows * 0.01) });
    }
    const customers = await query(`DESCRIBE SELECT * FROM ${table('apart', 'customers.parquet')}`);
    for (const hidden of ['sex', 'race', 'control'])
      expect(customers.map((row) => row['column_name'])).not.toContain(hidden);
  });

  it('splits by time, and pays nothing that an account or a purse does not hold', async () => {
    const all = (split: string) => table('apart', `${split}/events.parquet`);
    const [times] = await query(
      `SELECT (SELECT max(event_time) FROM ${all('development')}) < TIMESTAMP '2025-10-01' AS before,
              (SELECT min(event_time) FROM ${all('evaluation')}) >= TIMESTAMP '2025-10-01' AS after,
              (SELECT max(event_time) FROM ${all('evaluation')}) < TIMESTAMP '2025-12-01' AS within`,
    );
    expect(times).toEqual({ before: true, after: true, within: true });
    const [money] = await query(
      `SELECT count(*)::INT AS bad FROM (SELECT * FROM ${all('development')} UNION ALL SELECT * FROM ${all('evaluation')})
       WHERE amount_cents < 100 OR (channel <> 'CREDIT_CARD' AND amount_cents > balance_before_cents)
          OR (channel = 'STORED_VALUE' AND balance_before_cents > 300000)
          OR (channel = 'ATM' AND amount_cents % 10000 <> 0)`,
    );
    expect(money).toEqual({ bad: 0 });
  });

  it('draws the evaluation split from its own key alone', async () => {
    const key = (byte: number) => new Uint8Array(32).fill(byte);
    const first = await generate('keys-1', { splitKeys: { development: key(1), evaluation: key(2) } });
    const second = await generate('keys-2', { splitKeys: { development: key(1), evaluation: key(3) } });
    expect(digests(second, 'development/')).toEqual(digests(first, 'development/'));
    for (const [path, sha256] of Object.entries(digests(first, 'evaluation/')))
      expect([path, digests(second)[path] === sha256]).toEqual([path, false]);
    // Who is a victim under one key says nothing of who is under the other: as many in common as chance gives.
    const victims = (name: string) =>
      `SELECT DISTINCT customer_id FROM ${table(name, 'evaluation/features.parquet')}
       JOIN ${table(name, 'evaluation/labels.parquet')} USING (row_id) WHERE fraud = 1`;
    const [found] = await query(
      `SELECT (SELECT count(*) FROM (${victims('keys-1')}))::INT AS a, (SELECT count(*) FROM (${victims('keys-2')}))::INT AS b,
              (SELECT count(*) FROM (${victims('keys-1')}) JOIN (${victims('keys-2')}) USING (customer_id))::INT AS both`,
    );
    const { a, b, both } = found as { a: number; b: number; both: number };
    const expected = (a * b) / 500;
    expect(Math.abs(both - expected)).toBeLessThan(5 * Math.sqrt(expected) + 1);
  });

  it('passes its own leak audit, and gives no group a different risk', async () => {
    const out = join(folder, 'audited');
    const args = ['generate', PRESET, '--rows', '200000', '--seed', 'test', '--out', out];
    expect(await sandbox(args)).toEqual({ code: 0, stderr: '' });
    const audit = JSON.parse(await readFile(join(folder, 'audited', 'leak-audit.json'), 'utf8')) as {
      passed: boolean;
      splits: { positives: number; constantFeatures: string[]; notFinite: number }[];
    };
    expect(audit.passed).toBe(true);
    expect(audit.splits.map((s) => [s.positives, s.constantFeatures, s.notFinite])).toEqual([
      [1_203, [], 0],
      [797, [], 0],
    ]);
    const groups = await query(
      `SELECT control, count(DISTINCT customer_id)::INT AS customers,
              count(DISTINCT CASE WHEN fraud = 1 THEN customer_id END)::INT AS victims
       FROM ${table('audited', 'development/features.parquet')}
       JOIN ${table('audited', 'development/labels.parquet')} USING (row_id)
       JOIN ${table('audited', 'development/protected.parquet')} USING (row_id) GROUP BY control ORDER BY control`,
    );
    const [a, b] = groups as { customers: number; victims: number }[];
    if (a === undefined || b === undefined) throw new Error('control has two groups');
    const rate = (a.victims + b.victims) / (a.customers + b.customers);
    const error = Math.sqrt(rate * (1 - rate) * (1 / a.customers + 1 / b.customers));
    expect(Math.abs(a.victims / a.customers - b.victims / b.customers)).toBeLessThan(4 * error);
  });

  it('reaches the published means within a tenth', async () => {
    const sheet = JSON.parse(await readFile(join(folder, 'audited', 'datasheet.json'), 'utf8')) as {
      calibration: { figures: { figure: string; target: number; reached: number }[] };
    };
    expect(sheet.calibration.figures).toHaveLength(7);
    for (const { figure, target, reached } of sheet.calibration.figures)
      expect([figure, Math.abs(reached / target - 1) < 0.1]).toEqual([figure, true]);
  });

  it.each([
    [['nowhere', '--rows', '1000'], /unknown preset "nowhere"/],
    [[PRESET, '--rows', '0'], /rows: 0/],
    [[PRESET, '--rows', '100'], /fewer than 3 fraudulent/],
    [[PRESET, '--rows', '999999999'], /rows: 999999999 is above/],
    [[PRESET, '--rows', '5000', '--set', 'prevalence=-0.1'], /prevalence: -0.1 is outside/],
    [[PRESET, '--rows', '5000', '--set', 'prevalence=2'], /prevalence: 2 is outside/],
    [[PRESET, '--rows', '5000', '--set', 'prevalence=many'], /prevalence: "many" is not a number/],
    [[PRESET, '--rows', '5000', '--set', 'developmentMonths=1.5'], /developmentMonths: "1.5" is not a whole/],
    [[PRESET, '--rows', '5000', '--set', 'shareAccountTakeover=0.9'], /shareAccountTakeover .* add up to/],
    [[PRESET, '--rows', '5000', '--set', 'startMonth=11'], /startMonth 11, .* past December/],
    [[PRESET, '--rows', '5000', '--set', 'toString=1'], /unknown parameter "toString"/],
  ])('refuses %j in one line and writes nothing', async (args, message) => {
    const out = join(folder, 'refused');
    const { code, stderr } = await sandbox(['generate', ...args, '--seed', 's', '--out', out]);
    expect([code, stderr.trimEnd().split('\n').length]).toEqual([1, 1]);
    expect(stderr).toMatch(message);
    expect((await readdir(folder)).filter((name) => name.includes('refused'))).toEqual([]);
  });

  it('leaves a folder that is not empty alone unless forced, and one that is no version even then', async () => {
    const out = join(folder, 'full');
    await mkdir(out);
    await writeFile(join(out, 'mine.txt'), 'mine');
    const args = ['generate', PRESET, '--rows', '5000', '--seed', 's', '--out', out];
    const refused = await sandbox(args);
    expect([refused.code, refused.stderr]).toEqual([1, `sandbox: ${out}: the folder is not empty\n`]);
    const forced = await sandbox([...args, '--force']);
    expect([forced.code, forced.stderr]).toEqual([
      1,
      `sandbox: ${out}: is not replaced, since it holds no version of a dataset (datasheet.json)\n`,
    ]);
    expect(await readdir(out)).toEqual(['mine.txt']);
    await writeFile(join(out, 'datasheet.json'), '{"schema":"sandbox-datasheet/1"}');
    expect(await sandbox([...args, '--force'])).toEqual({ code: 0, stderr: '' });
    expect(await readdir(out)).toContain('datasheet.json');
    expect(await readdir(out)).not.toContain('mine.txt');
  });

  it('leaves nothing behind when it is cancelled on the way', async () => {
    const cancel = new AbortController();
    const seen: string[] = [];
    const run = generateDataset({
      preset: PRESET,
      parameters: parseParameters(PRESET, {}),
      rows: 30_000,
      seed: 's',
      outDir: join(folder, 'cancelled'),
      signal: cancel.signal,
      onProgress: (_share, stage) => {
        seen.push(stage);
        if (stage === 'writing') cancel.abort(new Error('enough'));
      },
    });
    await expect(run).rejects.toThrow('enough');
    expect(seen.at(-1)).toBe('writing');
    expect((await readdir(folder)).filter((name) => name.includes('cancelled'))).toEqual([]);
  });
});
