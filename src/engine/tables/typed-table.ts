import { resolve } from 'node:path';
import { isInteger } from './columns.js';
import { chunks, openDatabase, query, quoteName, quoteText, type Database } from './database.js';
import { InputError } from '../input-error.js';

/** Types of Arrow's that a table's columns are read as; see the scoring protocol. */
export type FieldType = 'float32' | 'float64' | 'int32' | 'int64' | 'timestamp' | 'utf8';

export interface TypedField {
  readonly name: string;
  readonly type: FieldType;
}

export type TypedColumn = Float32Array | Float64Array | Int32Array | BigInt64Array | (string | null)[];

export interface TypedBatch {
  readonly rows: number;
  readonly columns: TypedColumn[];
}

const THREADS = 1;
const NARROW = /^(U?TINYINT|U?SMALLINT|INTEGER)$/;
/** Hong Kong's clock is ahead of UTC by this, without daylight saving since 1979. */
const AHEAD_MICROSECONDS = 8 * 3_600_000_000;

/**
 * A Parquet file of ours, read whole, in its order, each column as its own type: what a model is fed that makes its own
 * features. Types follow what the file declares, never what its rows hold, so that they tell nothing of later rows.
 *
 * | declared | read as |
 * |---|---|
 * | whole numbers up to 32 bits, 64 bits | `int32`, `int64` |
 * | whole numbers that may be missing | `float64`, NaN where missing |
 * | FLOAT, DOUBLE | `float32`, `float64`, NaN where missing |
 * | a time by the clock in Hong Kong | `timestamp`: that instant, microseconds since 1970 in UTC |
 * | text | `utf8`, null where missing |
 */
export class TypedTable {
  private constructor(
    private readonly path: string,
    private readonly database: Database,
    readonly fields: readonly TypedField[],
    private readonly expressions: readonly string[],
  ) {}

  /** @throws InputError `UNREADABLE_TABLE`, naming the file and where it applies the column */
  static async open(path: string): Promise<TypedTable> {
    const file = quoteText(resolve(path));
    const database = await openDatabase(resolve(path), THREADS);
    try {
      const optional = new Set<string>();
      const declared = `SELECT name FROM parquet_schema(${file}) WHERE repetition_type = 'OPTIONAL'`;
      for await (const chunk of chunks(await query(database, path, declared), path))
        for (const name of chunk.texts(0)) optional.add(name);
      const columns: (TypedField & { expression: string })[] = [];
      for await (const chunk of chunks(await query(database, path, `DESCRIBE FROM ${read(file)}`), path)) {
        const types = chunk.texts(1);
        chunk.texts(0).forEach((name, index) => {
          columns.push({ name, ...typed(path, name, types[index] ?? '', optional.has(name)) });
        });
      }
      return new TypedTable(
        path,
        database,
        columns.map(({ name, type }) => ({ name, type })),
        columns.map(({ expression }) => expression),
      );
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /** The rows in the file's order; memory does not grow with them. */
  async *batches(): AsyncGenerator<TypedBatch> {
    const sql = `SELECT ${this.expressions.join(', ')} FROM ${read(quoteText(resolve(this.path)))}`;
    for await (const chunk of chunks(await query(this.database, this.path, sql), this.path)) {
      yield {
        rows: chunk.rows,
        columns: this.fields.map(({ type }, index) =>
          type === 'utf8' ? chunk.words(index) : chunk.raw(index).slice(0, chunk.rows),
        ) as TypedColumn[],
      };
    }
  }

  close(): void {
    this.database.close();
  }
}

const read = (file: string): string => `read_parquet([${file}])`;

/** What a column is read as, and the SQL that reads it so. */
function typed(
  path: string,
  column: string,
  type: string,
  optional: boolean,
): { type: FieldType; expression: string } {
  const name = quoteName(column);
  if (type === 'VARCHAR') return { type: 'utf8', expression: name };
  if (type === 'FLOAT') return { type: 'float32', expression: `coalesce(${name}, CAST('nan' AS FLOAT))` };
  if (type === 'DOUBLE' || (isInteger(type) && optional))
    return { type: 'float64', expression: `coalesce(CAST(${name} AS DOUBLE), CAST('nan' AS DOUBLE))` };
  if (NARROW.test(type)) return { type: 'int32', expression: `CAST(${name} AS INTEGER)` };
  if (isInteger(type)) return { type: 'int64', expression: `CAST(${name} AS BIGINT)` };
  if (type === 'TIMESTAMP' && !optional)
    return { type: 'timestamp', expression: `epoch_us(${name}) - ${AHEAD_MICROSECONDS}` };
  throw new InputError(
    'UNREADABLE_TABLE',
    `${path}: column "${column}" is ${optional ? 'an optional ' : ''}${type}, which no model can be fed`,
  );
}
