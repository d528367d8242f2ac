import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import {
  generateDataset,
  parseParameters,
  presetOf,
  type DatasetManifest,
  type Split,
} from '../src/engine/synthesis/index.js';

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
  env?: Record<string, string>;
  splits?: Split[];
  splitKeys?: Partial<Record<Split, Uint8Array>>;
}

/** Generates by the command line, as others do. */
async function generate(name: string, asked: Asked = {}): Promise<DatasetManifest> {
  const {
    rows = 30_000,
    seed = 'test',
    threads = 1,
    splits = ['development', 'evaluation'],
    splitKeys,
  } = asked;
  const keys = Object.entries(splitKeys ?? {}).map(
    ([split, key]) => `${split}=${Buffer.from(key).toString('hex')}`,
  );
  const { code, stdout, stderr } = await sandbox(
    [
      'generate',
      PRESET,
      '--rows',
      String(rows),
      '--threads',
      String(threads),
      '--splits',
      splits.join(','),
      '--json',
    ]
      .concat(splitKeys === undefined ? ['--seed', seed] : ['--split-key', keys.join(',')])
      .concat(['--out', join(folder, name)]),
    asked.env,
  );
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as DatasetManifest;
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
  under: readonly string[] = [],
): Promise<{ code: number; stdout: string; stderr: string }> {
  const [program = '', ...rest] = [...under, process.execPath, main, ...args, '--quiet'];
  return new Promise((resolve) => {
    execFile(
      program,
      rest,
      { env: { ...process.env, ...env }, maxBuffer: 2 ** 26 },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

/** Every typology out of play. */
const NO_FRAUD = presetOf(PRESET)
  .parameters.filter(({ name }) => name.startsWith('weight.'))
  .flatMap(({ name }) => ['--set', `${name}=0`]);

describe('sandbox generate', () => {
  it('writes the same bytes with one thread, with two or three, and in another time zone and locale', async () => {
    const one = await generate('threads-1', { rows: 60_000 });
    const two = await generate('threads-2', { rows: 60_000, threads: 2 });
    expect(two).toEqual(one);
    const env = { TZ: 'America/St_Johns', LC_ALL: 'tr_TR.UTF-8' };
    expect(await generate('zone', { rows: 60_000, threads: 3, env })).toEqual(one);
    for (const file of one.files) {
      const bytes = await readFile(join(folder, 'zone', file.path));
      expect([file.path, createHash('sha256').update(bytes).digest('hex')]).toEqual([file.path, file.sha256]);
    }
    const other = await generate('other-seed', { rows: 60_000, seed: 'another' });
    expect(other.digest).not.toBe(one.digest);
  });

  it('keeps features, labels and protected attributes apart under one key', async () => {
    await generate('apart', { splits: ['development', 'evaluation', 'sealed'] });
    const columns = async (path: string) =>
      (await query(`DESCRIBE SELECT * FROM ${table('apart', path)}`)).map((row) => row['column_name']);
    const hidden = ['sex', 'marital_status', 'family_status', 'race', 'disability', 'age_band', 'control'];
    const told = ['fraud', 'typology', 'role', 'episode'];
    const rows = { development: 18_039, evaluation: 11_961, sealed: 6_000 };
    let first = 0;
    for (const [split, count] of Object.entries(rows)) {
      expect(await columns(`${split}/labels.parquet`)).toEqual(['row_id', ...told, 'reported_at']);
      expect(await columns(`${split}/truth.parquet`)).toEqual(['row_id', ...told]);
      expect(await columns(`${split}/protected.parquet`)).toEqual(['row_id', ...hidden]);
      for (const file of ['features', 'events', 'inflows'])
        for (const name of [...hidden, ...told])
          expect(await columns(`${split}/${file}.parquet`)).not.toContain(name);
      const [joined] = await query(
        `SELECT count(*)::INT AS n, min(row_id) AS first, max(row_id) AS last, sum(truth.fraud)::INT AS frauds
         FROM ${['features', 'labels', 'protected', 'events', 'truth']
           .map((file) => `${table('apart', `${split}/${file}.parquet`)} AS ${file}`)
           .join(' JOIN ')
           .replaceAll(/ JOIN (\S+ AS \w+)/g, ' JOIN $1 USING (row_id)')}`,
      );
      const frauds = Math.round(count * 0.01);
      expect(joined).toEqual({ n: count, first, last: first + count - 1, frauds });
      first += count;
    }
    for (const file of ['customers', 'accounts', 'merchants', 'organisations'])
      for (const name of hidden) expect(await columns(`${file}.parquet`)).not.toContain(name);
  });

  it('labels development by what is known at its end, and the others by the truth', async () => {
    const compared = async (split: string) => {
      const [found] = await query(
        `SELECT count_if(truth.fraud = 1)::INT AS frauds, count_if(truth.fraud = 1 AND labels.fraud = 1)::INT AS known,
                count_if(truth.fraud = 0 AND labels.fraud = 1)::INT AS wrong,
                count_if(labels.fraud = 1 AND (reported_at IS NULL OR reported_at < event_time))::INT AS unreported,
                count_if(labels.fraud = 0 AND (labels.typology IS NOT NULL OR reported_at IS NOT NULL))::INT AS loose,
                count_if(reported_at >= TIMESTAMP '2025-10-01')::INT AS late
         FROM ${table('apart', `${split}/labels.parquet`)} AS labels
         JOIN ${table('apart', `${split}/truth.parquet`)} AS truth USING (row_id)
         JOIN ${table('apart', `${split}/features.parquet`)} USING (row_id)`,
      );
      return found as Record<'frauds' | 'known' | 'wrong' | 'unreported' | 'loose' | 'late', number>;
    };
    const { frauds, known, wrong, unreported, loose, late } = await compared('development');
    expect(known).toBeGreaterThan(0.5 * frauds);
    expect(known).toBeLessThan(0.9 * frauds);
    expect(wrong).toBeGreaterThan(0);
    expect(wrong).toBeLessThan(0.1 * frauds);
    expect({ unreported, loose, late }).toEqual({ unreported: 0, loose: 0, late: 0 });
    const blind = await compared('evaluation');
    expect([blind.known, blind.wrong, blind.loose]).toEqual([blind.frauds, 0, 0]);
  });

  it('splits by time, and accounts for every cent of every pocket over all splits', async () => {
    const all = (file: string) =>
      ['development', 'evaluation', 'sealed']
        .map((split) => `SELECT * FROM ${table('apart', `${split}/${file}.parquet`)}`)
        .join(' UNION ALL ');
    const [times] = await query(
      `SELECT bool_and(event_time >= before) AS ordered,
              count_if((row_id < 18039) <> (event_time < TIMESTAMP '2025-10-01'))::INT AS late,
              count_if((row_id < 30000) <> (event_time < TIMESTAMP '2025-12-01'))::INT AS later,
              max(event_time) < TIMESTAMP '2026-01-01' AS within
       FROM (SELECT *, lag(event_time, 1, TIMESTAMP '2025-07-01') OVER (ORDER BY row_id) AS before FROM (${all('events')}))`,
    );
    expect(times).toEqual({ ordered: true, late: 0, later: 0, within: true });
    const pocket = `CASE WHEN category = 'TOP_UP' THEN 'ACCOUNT' WHEN channel = 'STORED_VALUE' THEN 'PURSE' WHEN channel = 'E_CNY' THEN 'E_CNY' WHEN channel = 'CREDIT_CARD' THEN 'CREDIT' ELSE 'ACCOUNT' END`;
    const openings = ['ACCOUNT', 'PURSE', 'E_CNY', 'CREDIT']
      .map(
        (name) =>
          `SELECT customer_id, '${name}' AS pocket, -1.0 AS place, opening_${name.toLowerCase()}_cents AS amount, NULL AS held FROM ${table('apart', 'customers.parquet')}`,
      )
      .join(' UNION ALL ');
    const [money] = await query(
      `WITH movements AS (
         ${openings}
         UNION ALL SELECT customer_id, pocket, before_row - 0.5, amount_cents, NULL FROM (${all('inflows')})
         UNION ALL SELECT customer_id, ${pocket}, row_id, -amount_cents, balance_before_cents FROM (${all('events')})),
       replayed AS (
         SELECT *, sum(amount) OVER (PARTITION BY customer_id, pocket ORDER BY place) - amount AS expected FROM movements)
       SELECT count(held)::INT AS payments, count_if(held <> expected)::INT AS wrong,
              count_if(held + amount < 0)::INT AS below FROM replayed`,
    );
    expect(money).toEqual({ payments: 36_000, wrong: 0, below: 0 });
  });

  it('draws each split from its own key alone, and none from a later one', async () => {
    const key = (byte: number) => new Uint8Array(32).fill(byte);
    const first = await generate('keys-1', { splitKeys: { development: key(1), evaluation: key(2) } });
    const second = await generate('keys-2', {
      splitKeys: { development: key(1), evaluation: key(3), sealed: key(4) },
      splits: ['development', 'evaluation', 'sealed'],
    });
    expect(digests(second, 'development/')).toEqual(digests(first, 'development/'));
    for (const path of ['accounts', 'customers', 'merchants', 'organisations'].map(
      (name) => `${name}.parquet`,
    ))
      expect(digests(second)[path]).toBe(digests(first)[path]);
    for (const [path, sha256] of Object.entries(digests(first, 'evaluation/')))
      expect([path, digests(second)[path] === sha256]).toEqual([path, false]);
    const alone = await generate('sealed-alone', {
      splitKeys: { development: key(1), evaluation: key(3), sealed: key(4) },
      splits: ['sealed'],
      threads: 2,
    });
    expect(digests(alone, 'sealed/')).toEqual(digests(second, 'sealed/'));
    expect(Object.keys(digests(alone, 'development/'))).toEqual([]);
    const unsealed = await generate('unsealed', { splitKeys: { development: key(1), evaluation: key(3) } });
    expect(digests(unsealed, 'evaluation/')).toEqual(digests(second, 'evaluation/'));
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

  it('passes its own leak audit at 200,000 rows, reaches the cited figures, and gives no group a different risk', async () => {
    const out = join(folder, 'audited');
    const args = ['generate', PRESET, '--rows', '200000', '--seed', 'test', '--out', out];
    expect(await sandbox(args)).toMatchObject({ code: 0, stderr: '' });
    const audit = JSON.parse(await readFile(join(out, 'leak-audit.json'), 'utf8')) as {
      passed: boolean;
      splits: { positives: number; constantFeatures: string[] }[];
    };
    expect(audit.passed).toBe(true);
    expect(audit.splits.map((s) => [s.positives, s.constantFeatures])).toEqual([
      [1_203, []],
      [797, []],
    ]);
    const sheet = JSON.parse(await readFile(join(out, 'datasheet.json'), 'utf8')) as {
      calibration: {
        figures: { figure: string; target: number; reached: number | null; tolerance?: number }[];
      };
    };
    expect(sheet.calibration.figures.length).toBeGreaterThan(20);
    for (const { figure, target, reached, tolerance = 0.1 } of sheet.calibration.figures)
      if (reached !== null)
        expect([figure, Math.abs(reached / target - 1) <= tolerance]).toEqual([figure, true]);
    const groups = await query(
      `SELECT control, count(DISTINCT customer_id)::INT AS customers,
              count(DISTINCT CASE WHEN fraud = 1 THEN customer_id END)::INT AS victims
       FROM ${table('audited', 'development/features.parquet')}
       JOIN ${table('audited', 'development/truth.parquet')} USING (row_id)
       JOIN ${table('audited', 'development/protected.parquet')} USING (row_id) GROUP BY control ORDER BY control`,
    );
    const [a, b] = groups as { customers: number; victims: number }[];
    if (a === undefined || b === undefined) throw new Error('control has two groups');
    const rate = (a.victims + b.victims) / (a.customers + b.customers);
    const error = Math.sqrt(rate * (1 - rate) * (1 / a.customers + 1 / b.customers));
    expect(Math.abs(a.victims / a.customers - b.victims / b.customers)).toBeLessThan(4 * error);
  });

  it('gives public numbers that tell neither popularity nor honesty', async () => {
    const events = table('audited', 'development/events.parquet');
    const [told] = await query(
      `WITH paid AS (SELECT payee_id, count(*) AS n FROM ${events} GROUP BY payee_id),
            used AS (SELECT device_id, count(DISTINCT customer_id) AS n FROM ${events} WHERE device_id IS NOT NULL GROUP BY device_id)
       SELECT (SELECT corr(payee_id, ln(n)) * sqrt(count(*)) FROM paid) AS payees,
              (SELECT corr(device_id, n) * sqrt(count(*)) FROM used) AS devices,
              (SELECT corr(customer_id, device_id) * sqrt(count(*)) FROM (SELECT DISTINCT customer_id, device_id FROM ${events} WHERE device_id IS NOT NULL)) AS owners`,
    );
    for (const z of Object.values(told as Record<string, number>)) expect(Math.abs(z)).toBeLessThan(5);
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
    [[PRESET, '--rows', '5000', '--set', 'sealedMonths=2'], /sealedMonths 2 go past December/],
    [[PRESET, '--rows', '5000', '--set', 'weight.MULE=-1'], /weight.MULE: -1 is outside/],
    [[PRESET, '--rows', '5000', '--set', 'weight.MULE=1/2/x'], /weight.MULE: "x" is not a number/],
    [[PRESET, '--rows', '5000', ...NO_FRAUD], /weight.SHOPPING, .* are all 0 in month 1/],
    [[PRESET, '--rows', '5000', '--set', 'groupAttribute=age'], /groupAttribute: "age" is none of sex/],
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
    expect(await sandbox([...args, '--force'])).toMatchObject({ code: 0, stderr: '' });
    expect(await readdir(out)).toContain('datasheet.json');
    expect(await readdir(out)).not.toContain('mine.txt');
  });

  it.each([
    [1, 'people'],
    [1, 'payments'],
    [2, 'payments'],
    [2, 'messages'],
  ])(
    'leaves nothing behind when it is cancelled on the way, with %i threads at %s',
    async (threads, stage) => {
      const cancel = new AbortController();
      const seen: string[] = [];
      const run = generateDataset({
        preset: PRESET,
        parameters: parseParameters(PRESET, {}),
        rows: 60_000,
        seed: 's',
        threads,
        outDir: join(folder, 'cancelled'),
        signal: cancel.signal,
        onProgress: (_share, now) => {
          seen.push(now);
          if (now === stage) cancel.abort(new Error('enough'));
        },
      });
      await expect(run).rejects.toThrow('enough');
      expect(seen.at(-1)).toBe(stage);
      expect((await readdir(folder)).filter((name) => name.includes('cancelled'))).toEqual([]);
    },
  );

  it('says so in one line when the disk is full on the way, and leaves nothing behind', async () => {
    // No file may grow beyond 4 MB: the kernel then refuses to write as a full disk does.
    const out = join(folder, 'overfull');
    const args = ['generate', PRESET, '--rows', '60000', '--seed', 's', '--out', out];
    const { code, stderr } = await sandbox(args, {}, ['prlimit', '--fsize=4000000', '--']);
    expect([code, stderr.trimEnd().split('\n').length]).toEqual([1, 1]);
    expect(stderr).toMatch(/overfull/);
    expect((await readdir(folder)).filter((name) => name.includes('overfull'))).toEqual([]);
  });
});
