import { DuckDBInstance } from '@duckdb/node-api';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ParquetWriter, type ParquetColumn, type ParquetValues } from './parquet.js';

const COLUMNS: readonly ParquetColumn[] = [
  { name: 'key', type: 'int32' },
  { name: 'money', type: 'int64' },
  { name: 'single', type: 'float32' },
  { name: 'double', type: 'float64' },
  { name: 'moment', type: 'timestamp' },
  { name: 'one word', type: 'string', dictionary: ['always'] },
  { name: 'word', type: 'string', dictionary: ['零', 'one', 'two "2"', '', 'four'] },
];

describe('ParquetWriter', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sandbox-parquet-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('writes what DuckDB reads back, over several row groups and lengths', async () => {
    const path = join(folder, 'table.parquet');
    const writer = await ParquetWriter.create(path, COLUMNS);
    const expected: unknown[][] = [];
    for (const rows of [1, 8, 13, 300]) {
      const from = expected.length;
      const at = Array.from({ length: rows }, (_, i) => from + i);
      const money = at.map((i) => [0, -1, 2 ** 32 - 1, 2 ** 52, -(2 ** 40) - 7][i % 5] ?? 0);
      await writer.group(rows, [
        Int32Array.from(at, (i) => i - 5),
        Float64Array.from(money),
        Float32Array.from(at, (i) => i / 3),
        Float64Array.from(at, (i) => -i / 7),
        Float64Array.from(at, (i) => 1_751_328_000 + 61 * i),
        new Uint8Array(rows),
        Uint8Array.from(at, (i) => i % 5),
      ]);
      for (const i of at) {
        const time = new Date((1_751_328_000 + 61 * i) * 1000).toISOString().slice(0, 19).replace('T', ' ');
        const word = COLUMNS[6]?.dictionary?.[i % 5];
        expected.push([i - 5, String(money[i - from]), Math.fround(i / 3), -i / 7 + 0, time, 'always', word]);
      }
    }
    const { rows, sha256 } = await writer.finish();
    expect(rows).toBe(322);
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    const found = await connection.runAndReadAll(
      `SELECT * REPLACE (moment::VARCHAR AS moment) FROM '${path}'`,
    );
    expect(found.columnTypes().map(String)).toEqual([
      'INTEGER',
      'BIGINT',
      'FLOAT',
      'DOUBLE',
      'VARCHAR',
      'VARCHAR',
      'VARCHAR',
    ]);
    const rowsRead = found
      .getRows()
      .map((row) => [row[0], String(row[1]), row[2], Number(row[3]) + 0, ...row.slice(4)]);
    expect(rowsRead).toEqual(expected);
    const kind = await connection.runAndReadAll(`SELECT typeof(moment) FROM '${path}' LIMIT 1`);
    expect(kind.getRows()).toEqual([['TIMESTAMP']]);
  });

  const OPTIONAL: readonly ParquetColumn[] = [
    { name: 'key', type: 'int32', optional: true },
    { name: 'money', type: 'int64', optional: true },
    { name: 'single', type: 'float32', optional: true },
    { name: 'double', type: 'float64', optional: true },
    { name: 'moment', type: 'timestamp', optional: true },
    { name: 'word', type: 'string', dictionary: ['零', 'one', ''], optional: true },
    {
      name: 'wide',
      type: 'string',
      dictionary: Array.from({ length: 300 }, (_, i) => `w${i}`),
      optional: true,
    },
    { name: 'said', type: 'text', optional: true },
  ];

  /** Rows of the optional columns, each value null where `absent` says so. */
  function optionalRows(rows: number, absent: (row: number, column: number) => boolean): unknown[][] {
    return Array.from({ length: rows }, (_, row) =>
      [
        row * 3 - 7,
        -row * 2 ** 33,
        row / 3,
        -(row + 1) / 7,
        1_751_328_000 + 61 * row,
        row % 3,
        (row * 7) % 300,
        row % 4 === 0 ? '' : `第 ${row} 筆轉賬「測試」🙂`,
      ].map((value, column) => (absent(row, column) ? null : value)),
    );
  }

  function valuesOf(rows: readonly unknown[][]): ParquetValues[] {
    const numbers = (column: number, none: number) =>
      rows.map((row) => (row[column] === null ? none : Number(row[column])));
    return [
      Int32Array.from(numbers(0, -0x8000_0000)),
      Float64Array.from(numbers(1, Number.NaN)),
      Float32Array.from(numbers(2, Number.NaN)),
      Float64Array.from(numbers(3, Number.NaN)),
      Float64Array.from(numbers(4, Number.NaN)),
      Uint8Array.from(numbers(5, 255)),
      Int16Array.from(numbers(6, -1)),
      rows.map((row) => row[7] as string | null),
    ];
  }

  it('gives back nulls and texts as DuckDB reads them: none, some, all, and no rows at all', async () => {
    const path = join(folder, 'optional.parquet');
    const writer = await ParquetWriter.create(path, OPTIONAL);
    const groups = [
      optionalRows(9, () => false),
      optionalRows(8, () => true),
      optionalRows(130, (row, column) => (row * 5 + column * 3) % 4 === 0),
      optionalRows(1, (_, column) => column % 2 === 0),
      optionalRows(3_000, (row, column) => row < 1_000 || (row + column) % 11 === 0),
    ];
    for (const rows of groups) await writer.group(rows.length, valuesOf(rows));
    await writer.group(0, valuesOf([]));
    await writer.finish();
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    const found = await connection.runAndReadAll(
      `SELECT key, money::DOUBLE, single, "double", epoch(moment), word, wide, said FROM '${path}'`,
    );
    const expected = groups
      .flat()
      .map((row) => [
        ...row.slice(0, 2),
        row[2] === null ? null : Math.fround(Number(row[2])),
        ...row.slice(3, 5),
        row[5] === null ? null : OPTIONAL[5]?.dictionary?.[Number(row[5])],
        row[6] === null ? null : `w${Number(row[6])}`,
        row[7],
      ]);
    expect(found.getRows().map((row) => row.map((value) => (value === 0 ? 0 : value)))).toEqual(
      expected.map((row) => row.map((value) => (value === 0 ? 0 : value))),
    );

    const empty = join(folder, 'empty.parquet');
    const { rows, bytes } = await (await ParquetWriter.create(empty, OPTIONAL)).finish();
    expect([rows, (await stat(empty)).size]).toEqual([0, bytes]);
    const none = await connection.runAndReadAll(`SELECT * FROM '${empty}'`);
    expect([none.getRows(), none.columnNames()]).toEqual([[], OPTIONAL.map(({ name }) => name)]);
  });

  it('tells the digest of the file, however the rows are held in memory', async () => {
    const rows = optionalRows(500, (row, column) => (row + column) % 5 === 0);
    const digests: string[] = [];
    for (const shared of [false, true]) {
      const path = join(folder, `digest-${shared}.parquet`);
      const writer = await ParquetWriter.create(path, OPTIONAL);
      const values = valuesOf(rows).map((column) => {
        if (!shared || !(column instanceof Float32Array)) return column;
        // A view into the middle of shared memory that is longer than the group.
        const view = new Float32Array(new SharedArrayBuffer(4 * 1_000), 16, 700);
        view.set(column);
        return view;
      });
      await writer.group(rows.length, values);
      const { sha256 } = await writer.finish();
      expect(
        createHash('sha256')
          .update(await readFile(path))
          .digest('hex'),
      ).toBe(sha256);
      digests.push(sha256);
    }
    expect(digests[1]).toBe(digests[0]);
  });

  it.each<[ParquetColumn, ParquetValues, RegExp]>([
    [{ name: 'a', type: 'int64' }, Float64Array.of(1, Number.NaN), /column a: row 1 is null/],
    [{ name: 'b', type: 'text' }, ['x', null], /column b: row 1 is null/],
    [
      { name: 'c', type: 'string', dictionary: ['x', 'y'] },
      Uint8Array.of(0, 2),
      /no word has the code 2 of row 1/,
    ],
    [
      { name: 'd', type: 'string', dictionary: ['x', 'y'] },
      Uint8Array.of(0, 255),
      /no word has the code 255/,
    ],
    [{ name: 'e', type: 'float32' }, Float64Array.of(1, 2), /column e: not a Float32Array/],
    [{ name: 'f', type: 'text' }, Uint8Array.of(1, 2), /column f: texts were expected/],
  ])('refuses what would be written wrongly: %j', async (column, values, message) => {
    const writer = await ParquetWriter.create(join(folder, `wrong-${column.name}.parquet`), [column]);
    await expect(writer.group(2, [values])).rejects.toThrow(message);
    await writer.abandon();
  });

  it('never overwrites a file', async () => {
    const path = join(folder, 'once.parquet');
    await (await ParquetWriter.create(path, COLUMNS)).finish();
    await expect(ParquetWriter.create(path, COLUMNS)).rejects.toThrow('EEXIST');
  });
});
