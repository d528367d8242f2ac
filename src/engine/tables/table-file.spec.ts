import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { snappyDecompress } from './snappy.js';
import { TableFile } from './table-file.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tables-'));
});
afterAll(async () => rm(folder, { recursive: true }));

async function sql(statement: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
}

async function csv(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

const ROWS = 5000;
const COLUMNS = `
  CAST(i AS DOUBLE) / 37 - 100 AS d, CAST(i % 7 AS FLOAT) / 8 AS f, CAST(i % 2 AS INTEGER) AS y, i % 3 = 0 AS b,
  CAST(i AS BIGINT) * 1000003 - 7 AS l, CAST(i % 100 AS TINYINT) - 50 AS t, CAST(i % 60000 AS USMALLINT) AS u,
  'name ' || (i % 12) AS s, DATE '2024-02-28' + CAST(i % 4 AS INTEGER) AS day`;

describe.each(['uncompressed', 'snappy', 'gzip', 'zstd', 'brotli', 'lz4_raw'])('Parquet, %s', (codec) => {
  test.each(['V1', 'V2'])('%s: every column as it was written', async (version) => {
    const path = join(folder, `${codec}-${version}.parquet`);
    await sql(
      `COPY (SELECT ${COLUMNS} FROM range(${ROWS}) AS r(i)) TO '${path}'
       (FORMAT parquet, CODEC '${codec}', PARQUET_VERSION ${version}, ROW_GROUP_SIZE 2048)`,
    );
    const table = await TableFile.open(path);
    expect(table.rows).toBe(ROWS);
    const each = (value: (i: number) => number): Float64Array =>
      Float64Array.from({ length: ROWS }, (_, i) => value(i));
    expect(await table.numbers('d')).toEqual(each((i) => i / 37 - 100));
    expect(await table.numbers('f')).toEqual(each((i) => (i % 7) / 8));
    expect(await table.numbers('b')).toEqual(each((i) => (i % 3 === 0 ? 1 : 0)));
    expect(await table.numbers('l')).toEqual(each((i) => i * 1000003 - 7));
    expect(await table.numbers('t')).toEqual(each((i) => (i % 100) - 50));
    expect(await table.numbers('u')).toEqual(each((i) => i));
    const read = await table.read({
      y: { column: 'y', as: 'labels' },
      b: { column: 'b', as: 'labels' },
      s: { column: 's', as: 'categories' },
      day: { column: 'day', as: 'days' },
    });
    table.close();
    expect(read.y).toEqual(Uint8Array.from({ length: ROWS }, (_, i) => i % 2));
    expect(read.b).toEqual(Uint8Array.from({ length: ROWS }, (_, i) => (i % 3 === 0 ? 1 : 0)));
    expect(read.s.names).toEqual([0, 1, 10, 11, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `name ${n}`));
    expect(Array.from(read.s.codes.subarray(0, 11))).toEqual([0, 1, 4, 5, 6, 7, 8, 9, 10, 11, 2]);
    expect(Array.from(read.day.subarray(0, 5))).toEqual([19781, 19782, 19783, 19784, 19781]);
  });
});

test('missing values: named, or NaN when allowed', async () => {
  const path = join(folder, 'missing.parquet');
  await sql(
    `COPY (SELECT CASE WHEN i = 3000 THEN NULL WHEN i = 3001 THEN CAST('nan' AS DOUBLE) ELSE i END AS x,
       CASE WHEN i = 17 THEN NULL ELSE 'a' END AS s FROM range(4000) AS r(i)) TO '${path}' (FORMAT parquet)`,
  );
  const table = await TableFile.open(path);
  await expect(table.numbers('x')).rejects.toThrow(
    'column "x", row 3001: a missing value is not a finite number',
  );
  const allowed = await table.numbers('x', { allowMissing: true });
  expect([allowed[2999], allowed[3000], allowed[3001], allowed[3002]]).toEqual([2999, NaN, NaN, 3002]);
  expect((await table.categories('s')).codes.indexOf(-1)).toBe(17);
  await expect(table.numbers('s')).rejects.toThrow('column "s" is VARCHAR, not a number');
  table.close();
});

test('a damaged or truncated Parquet file is one clear error, never wrong numbers', async () => {
  const path = join(folder, 'whole.parquet');
  await sql(`COPY (SELECT i * 0.5 AS x FROM range(5000) AS r(i)) TO '${path}' (FORMAT parquet)`);
  const bytes = await readFile(path);
  const short = join(folder, 'short.parquet');
  await writeFile(short, bytes.subarray(0, bytes.length - 20));
  await expect(TableFile.open(short)).rejects.toMatchObject({ code: 'UNREADABLE_TABLE' });
  const torn = Buffer.from(bytes);
  // The first page's header says what follows; its length no longer fits.
  torn.fill(0xff, 4, 40);
  const damaged = join(folder, 'damaged.parquet');
  await writeFile(damaged, torn);
  const table = await TableFile.open(damaged);
  await expect(table.numbers('x')).rejects.toMatchObject({ code: 'UNREADABLE_TABLE' });
  table.close();
});

test('CSV: exact numbers, odd names, quoted text', async () => {
  const table = await TableFile.open(
    await csv(
      "it's.csv",
      'score,"a ""b""",when\n0.1,x,2024-02-29\n1e-300,"y,z",2024-02-29T23:30:00\n-0.30000000000000004,x,2024-02-29T17:00:00Z\n',
    ),
  );
  expect(await table.numbers('score')).toEqual(Float64Array.of(0.1, 1e-300, -0.30000000000000004));
  expect(await table.categories('a "b"')).toEqual({ codes: Int32Array.of(0, 1, 0), names: ['x', 'y,z'] });
  // 17:00 UTC is the next day in Hong Kong.
  expect(await table.days('when')).toEqual(Int32Array.of(19782, 19782, 19783));
  const day = 86_400_000;
  expect(await table.instants('when')).toEqual(
    Float64Array.of(19782 * day, 19782 * day + 23.5 * 3_600_000, 19783 * day + 3_600_000),
  );
  table.close();
});

test('CSV: separators, types told by all values, a byte order mark', async () => {
  const table = await TableFile.open(
    await csv(
      'types.csv',
      '\uFEFFi;d;b;day;at;s;none\r\n1;1.5;true;2024-01-01;2024-01-01 10:00:00;x;\r\n-2;2;false;2024-01-02;2024-01-02;7;\r\n',
    ),
  );
  expect(table.columns.map(({ type }) => type)).toEqual([
    'BIGINT',
    'DOUBLE',
    'BOOLEAN',
    'DATE',
    'TIMESTAMP',
    'VARCHAR',
    'VARCHAR',
  ]);
  expect(await table.numbers('d')).toEqual(Float64Array.of(1.5, 2));
  expect(await table.labels('b')).toEqual(Uint8Array.of(1, 0));
  await expect(table.numbers('s')).rejects.toThrow('column "s", row 1: "x" is not a finite number');
  table.close();
});

test.each([
  ['a row of another shape', 'a,b\n1,2\n1,2,3,4\n', 'line 3: Expected Number of Columns: 2'],
  ['an open quote', 'a,b\n1,"2\n3,4\n', 'line 2: Value with unterminated quote found'],
  ['a name twice', 'a,b,A\n1,2,3\n', 'names the column "A" twice'],
  ['a nameless column', 'a,,c\n1,2,3\n', 'column 2 of its header has no name'],
  ['no text', 'a,b\0\n', 'neither Parquet nor text'],
])('CSV with %s is one line of error', async (_, text, message) => {
  const opened = TableFile.open(await csv('shape.csv', text)).then((table) => table.numbers('a'));
  await expect(opened).rejects.toMatchObject({
    code: 'UNREADABLE_TABLE',
    message: expect.stringContaining(message) as string,
  });
  await expect(opened).rejects.not.toMatchObject({ message: expect.stringContaining('\n') as string });
});

test('categories of numbers ascend by value', async () => {
  const table = await TableFile.open(await csv('numbers.csv', 'n\n10\n9\n-1\n9\n'));
  expect(await table.categories('n')).toEqual({ codes: Int32Array.of(2, 1, 0, 1), names: ['-1', '9', '10'] });
  table.close();
});

test('batches keep the order and the bound', async () => {
  const path = join(folder, 'batches.parquet');
  await sql(
    `COPY (SELECT i AS x, CAST(i AS FLOAT) AS f, 's' || i AS s FROM range(10000) AS r(i)) TO '${path}' (FORMAT parquet)`,
  );
  const table = await TableFile.open(path);
  const sizes: number[] = [];
  let at = 0;
  for await (const { rows, columns } of table.batches(['x', 'f', 's'], 3000)) {
    const [x, f, s] = columns as [Float64Array, Float32Array, string[]];
    expect([x, f, s].map(({ constructor, length }) => [constructor.name, length])).toEqual([
      ['Float64Array', rows],
      ['Float32Array', rows],
      ['Array', rows],
    ]);
    for (let i = 0; i < rows; i += 499) expect([x[i], f[i], s[i]]).toEqual([at + i, at + i, `s${at + i}`]);
    sizes.push(rows);
    at += rows;
  }
  expect(sizes).toEqual([3000, 3000, 3000, 1000]);
  table.close();
});

test.each([
  ['score', 'x', 'column "x", row 2: "bad" is not a finite number', 'x\n1\nbad\n'],
  ['label', 'y', 'column "y", row 3: label is "2", not 0 or 1', 'y\n1\n0\n2\n'],
  ['time', 't', 'column "t", row 1: "soon" is not a date or time', 't\nsoon\n'],
  ['column', 'scoer', 'has no column "scoer"; it has score, id', 'id,score\n1,2\n'],
])('a bad %s is named', async (kind, column, message, text) => {
  const table = await TableFile.open(await csv('bad.csv', text));
  const read =
    kind === 'label' ? table.labels(column) : kind === 'time' ? table.days(column) : table.numbers(column);
  await expect(read).rejects.toThrow(message);
  table.close();
});

test.each([
  ['absent', undefined, 'FILE_NOT_FOUND'],
  ['empty', '', 'EMPTY_TABLE'],
  ['a header alone', 'a,b\n', 'EMPTY_TABLE'],
])('%s', async (name, text, code) => {
  const path = text === undefined ? join(folder, 'absent') : await csv(`${name}.csv`, text);
  await expect(TableFile.open(path)).rejects.toMatchObject({ code });
});

test('Snappy: copies that overlap, and damage', () => {
  // 'ab' as a literal, then a copy of 8 bytes from 2 back.
  expect(Buffer.from(snappyDecompress(Uint8Array.of(10, 4, 97, 98, 0b10001, 2), 10)).toString()).toBe(
    'ababababab',
  );
  expect(() => snappyDecompress(Uint8Array.of(10, 4, 97, 98, 0b10001, 3), 10)).toThrow(RangeError);
  expect(() => snappyDecompress(Uint8Array.of(10, 4, 97, 98), 10)).toThrow(RangeError);
  expect(() => snappyDecompress(Uint8Array.of(9, 4, 97, 98), 10)).toThrow(RangeError);
});
