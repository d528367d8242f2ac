import { DuckDBInstance } from '@duckdb/node-api';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TypedTable, type TypedColumn } from './typed-table.js';

describe('a table, each column as its own type', () => {
  const folder = mkdtempSync(join(tmpdir(), 'typed-table-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  async function parquet(name: string, sql: string): Promise<string> {
    const path = join(folder, `${name}.parquet`);
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await connection.run(`COPY (${sql}) TO '${path}' (FORMAT parquet)`);
    connection.closeSync();
    instance.closeSync();
    return path;
  }

  test('keeps numbers exact, marks what is missing, and tells times as instants, in the file’s order', async () => {
    // DuckDB writes every column as one that may be missing.
    const path = await parquet(
      'all',
      `SELECT CAST(i AS INTEGER) AS whole, CAST(9007199254740993 + i AS BIGINT) AS large, CAST(i / 3.0 AS FLOAT) AS single,
         i / 7.0 AS double, CASE WHEN i % 2 = 0 THEN 'é ' || i END AS word FROM range(5000) t(i) ORDER BY i`,
    );
    const table = await TypedTable.open(path);
    try {
      expect(table.fields).toEqual([
        { name: 'whole', type: 'float64' },
        { name: 'large', type: 'float64' },
        { name: 'single', type: 'float32' },
        { name: 'double', type: 'float64' },
        { name: 'word', type: 'utf8' },
      ]);
      const columns: TypedColumn[][] = [];
      let rows = 0;
      for await (const batch of table.batches()) {
        columns.push(batch.columns);
        rows += batch.rows;
        for (const column of batch.columns) expect(column).toHaveLength(batch.rows);
      }
      expect(rows).toBe(5_000);
      const all = (index: number) => columns.flatMap((batch) => [...(batch[index] ?? [])]);
      expect(all(0)).toEqual(Array.from({ length: 5_000 }, (_, i) => i));
      expect(all(2)[10]).toBe(Math.fround(10 / 3));
      expect(all(4).slice(0, 3)).toEqual(['é 0', null, 'é 2']);
    } finally {
      table.close();
    }
  });

  test('refuses what no model could be fed, by name', async () => {
    const path = await parquet('odd', `SELECT [1, 2] AS list`);
    await expect(TypedTable.open(path)).rejects.toThrow('column "list" is an optional INTEGER[]');
    await expect(TypedTable.open(join(folder, 'none.parquet'))).rejects.toThrow('none.parquet');
  });
});
