import { DuckDBInstance } from '@duckdb/node-api';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ParquetWriter, type ParquetColumn } from './parquet.js';

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

  it('never overwrites a file', async () => {
    const path = join(folder, 'once.parquet');
    await (await ParquetWriter.create(path, COLUMNS)).finish();
    await expect(ParquetWriter.create(path, COLUMNS)).rejects.toThrow('EEXIST');
  });
});
