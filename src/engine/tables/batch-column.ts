import { InputError } from '../input-error.js';
import { type ColumnInfo, EXPRESSIONS, isInteger, isNumeric } from './columns.js';
import { type Chunk, quoteName } from './database.js';
import { type BatchColumn } from './table-file.js';

/** A column to read as a type of the scoring protocol's; left out: as what it is. */
export interface WantedColumn {
  readonly name: string;
  readonly type?: string;
}

/** How a column of a file becomes a column of batches. */
export interface BatchReader {
  sql: string;
  room: (rows: number) => BatchColumn;
  /** @throws InputError `COLUMN_UNFIT` for a value that the type does not hold; rows count from `before` */
  check: (column: BatchColumn, rows: number, before: number, path: string) => void;
}

/** Stands for a value that is missing or no whole number: the one of 64 bits that no data is likely to hold. */
const UNFIT = -(2n ** 63n);

const anything = (): void => undefined;

export function batchReader(column: ColumnInfo, text: boolean, type: string | undefined): BatchReader {
  const name = quoteName(column.name);
  switch (type) {
    case 'utf8':
      return { sql: `CAST(${name} AS VARCHAR)`, room: texts, check: anything };
    case 'int64':
      return {
        sql: `coalesce(${asWhole(column, text)}, CAST(${UNFIT} AS BIGINT))`,
        room: (rows) => new BigInt64Array(rows),
        check: (values, rows, before, path) =>
          checkWhole(column, (values as BigInt64Array).subarray(0, rows), before, path),
      };
    case 'float32':
    case 'float64':
    case undefined:
      return asItIs(column, text, type !== undefined);
    default:
      throw new InputError('COLUMN_UNFIT', `column "${column.name}" cannot be read as ${type}`);
  }
}

const texts = (rows: number): (string | null)[] => new Array<string | null>(rows).fill('');

function asItIs(column: ColumnInfo, text: boolean, number: boolean): BatchReader {
  const name = quoteName(column.name);
  if (column.type === 'FLOAT' && !text) {
    const sql = `coalesce(${name}, CAST('nan' AS FLOAT))`;
    return { sql, room: (rows) => new Float32Array(rows), check: anything };
  }
  if (number || isNumeric(column.type) || column.type === 'BOOLEAN') {
    return {
      sql: EXPRESSIONS.numbers(column, text),
      room: (rows) => new Float64Array(rows),
      check: anything,
    };
  }
  return { sql: `coalesce(CAST(${name} AS VARCHAR), '')`, room: texts, check: anything };
}

/** A whole number exactly, NULL for anything else. A text of digits does not go through a double. */
function asWhole(column: ColumnInfo, text: boolean): string {
  const name = quoteName(column.name);
  if (!text && isInteger(column.type)) return `TRY_CAST(${name} AS BIGINT)`;
  const value = EXPRESSIONS.numbers(column, text);
  const whole = `CASE WHEN ${value} = trunc(${value}) THEN TRY_CAST(${value} AS BIGINT) END`;
  if (!text) return whole;
  return `CASE WHEN regexp_full_match(trim(${name}), '[+-]?[0-9]{1,19}') THEN TRY_CAST(${name} AS BIGINT) ELSE ${whole} END`;
}

function checkWhole(column: ColumnInfo, values: BigInt64Array, before: number, path: string): void {
  const bad = values.indexOf(UNFIT);
  if (bad < 0) return;
  throw new InputError(
    'COLUMN_UNFIT',
    `${path}: column "${column.name}", row ${before + bad + 1}: a missing value, or no whole number of 64 bits, as the model's input takes; fill it in the data, or export the model with a float input`,
  );
}

/** Copies a part of a chunk's column to a place in a batch's. */
export function copyChunk(
  target: BatchColumn,
  chunk: Chunk,
  { column, from, take, at }: { column: number; from: number; take: number; at: number },
): void {
  if (Array.isArray(target)) {
    const values = chunk.words(column);
    for (let row = 0; row < take; row++) target[at + row] = values[from + row] ?? null;
  } else if (target instanceof BigInt64Array) {
    target.set((chunk.raw(column) as unknown as BigInt64Array).subarray(from, from + take), at);
  } else {
    target.set(chunk.raw(column).subarray(from, from + take), at);
  }
}
