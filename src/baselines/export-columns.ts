/**
 * Writes columns of a Parquet file as raw little-endian arrays for the training script, whose Python has no reader
 * of Parquet: `node src/baselines/export-columns.ts FILE OUTDIR`. Numbers become float32, times and whole numbers
 * float64, text float32 codes with the words in `columns.json`.
 */
import { DuckDBInstance } from '@duckdb/node-api';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [file, outDir] = process.argv.slice(2);
if (file === undefined || outDir === undefined) throw new Error('usage: export-columns.ts FILE OUTDIR');
const connection = await (await DuckDBInstance.create(':memory:')).connect();
const source = `read_parquet('${file.replaceAll("'", "''")}')`;
const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${source}`);
const columns: Record<string, { type: string; words?: string[] }> = {};
const orNaN = (value: number | null) => value ?? Number.NaN;
for (const [name, kind] of described.getRows() as [string, string][]) {
  const quoted = `"${name}"`;
  const expression = kind === 'TIMESTAMP' ? `epoch(${quoted})` : quoted;
  const reader = await connection.runAndReadAll(
    kind === 'VARCHAR'
      ? `SELECT ${quoted} FROM ${source}`
      : `SELECT CAST(${expression} AS DOUBLE) FROM ${source}`,
  );
  const values = reader.getColumns()[0] ?? [];
  if (kind === 'VARCHAR') {
    const words = [...new Set(values as (string | null)[])].map((word) => word ?? '').sort();
    const places = new Map(words.map((word, place) => [word, place]));
    const codes = Float32Array.from(values as (string | null)[], (word) => places.get(word ?? '') ?? -1);
    writeFileSync(join(outDir, `${name}.bin`), codes);
    columns[name] = { type: 'float32', words };
  } else {
    const exact =
      kind === 'FLOAT'
        ? Float32Array.from(values as (number | null)[], orNaN)
        : Float64Array.from(values as (number | null)[], orNaN);
    writeFileSync(join(outDir, `${name}.bin`), exact);
    columns[name] = { type: kind === 'FLOAT' ? 'float32' : 'float64' };
  }
}
writeFileSync(join(outDir, 'columns.json'), JSON.stringify(columns));
