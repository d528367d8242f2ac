import { open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InputError } from '../input-error.js';
import { closest, EXPRESSIONS, isInteger, isNumeric, type ColumnInfo, type ColumnKind } from './columns.js';
import { briefly, chunks, openDatabase, query, quoteName, quoteText, type Database } from './database.js';

/** A column as codes into its distinct names. */
export interface CategoricalColumn {
  /** One code a row, -1 where the value is missing. */
  codes: Int32Array;
  /** Distinct values as text, ascending: numbers by value, everything else by code point. */
  names: string[];
}

export interface ColumnRequest {
  readonly column: string;
  readonly as: ColumnKind;
  /** Only for `numbers`: missing and non-finite values become NaN instead of an error. */
  readonly allowMissing?: boolean;
}

interface KindResult {
  numbers: Float64Array;
  labels: Uint8Array;
  categories: CategoricalColumn;
  days: Int32Array;
}

export type ReadResult<R extends Record<string, ColumnRequest>> = { [K in keyof R]: KindResult[R[K]['as']] };

export interface ColumnBatch {
  readonly rows: number;
  /** FLOAT as Float32Array, other numbers and booleans as Float64Array (missing: NaN), the rest as text. */
  readonly columns: (Float32Array | Float64Array | string[])[];
}

/** DuckDB's own threads; the sorting and measuring that follow have theirs. */
const THREADS = 2;

/**
 * A Parquet or CSV file read column by column into typed arrays, in the file's row order.
 *
 * Arrays lie on SharedArrayBuffers, so that worker threads take them without a copy. Row numbers in errors count
 * data rows from 1. A CSV file needs a header; its values are read as text and converted exactly.
 */
export class TableFile {
  private constructor(
    readonly path: string,
    readonly rows: number,
    readonly columns: readonly ColumnInfo[],
    private readonly source: string,
    private readonly text: boolean,
    private readonly database: Database,
  ) {}

  /** @throws InputError `FILE_NOT_FOUND`, `EMPTY_TABLE`, `UNREADABLE_TABLE`, each naming the file */
  static async open(path: string): Promise<TableFile> {
    const full = resolve(path);
    const parquet = await hasParquetMagic(full, path);
    const database = await openDatabase(full, THREADS);
    try {
      const file = quoteText(full);
      const csv = (options: string): string =>
        `read_csv(${file}, header = true, compression = 'none'${options})`;
      const source = parquet ? `read_parquet([${file}])` : csv(', all_varchar = true');
      const described = parquet ? source : csv(', sample_size = -1');
      const columns: ColumnInfo[] = [];
      for await (const chunk of chunks(await query(database, path, `DESCRIBE FROM ${described}`), path)) {
        const names = chunk.texts(0);
        const types = chunk.texts(1);
        names.forEach((name, i) => columns.push({ name, type: types[i] ?? '' }));
      }
      const counted = await query(database, path, `SELECT CAST(count(*) AS DOUBLE) FROM ${source}`);
      let rows = 0;
      for await (const chunk of chunks(counted, path)) rows = chunk.raw(0)[0] ?? 0;
      if (rows === 0) throw new InputError('EMPTY_TABLE', `${path}: holds no rows`);
      return new TableFile(path, rows, columns, source, !parquet, database);
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /**
   * Any numeric or boolean column.
   *
   * @throws InputError `MISSING_COLUMN`; `NOT_A_NUMBER` naming the column and the first such row
   */
  async numbers(column: string, options: { allowMissing?: boolean } = {}): Promise<Float64Array> {
    return (await this.read({ it: { column, as: 'numbers', ...options } })).it;
  }

  /** @throws InputError `MISSING_COLUMN`; `NOT_A_LABEL` naming the first row that is neither 0 nor 1 */
  async labels(column: string): Promise<Uint8Array> {
    return (await this.read({ it: { column, as: 'labels' } })).it;
  }

  async categories(column: string): Promise<CategoricalColumn> {
    return (await this.read({ it: { column, as: 'categories' } })).it;
  }

  /** Calendar days since 1970-01-01. @throws InputError `NOT_A_TIME` naming the column and the first such row */
  async days(column: string): Promise<Int32Array> {
    return (await this.read({ it: { column, as: 'days' } })).it;
  }

  /** Several columns in one pass over the file. */
  async read<const R extends Record<string, ColumnRequest>>(requests: R): Promise<ReadResult<R>> {
    const keys = Object.keys(requests);
    const wanted = keys.map((key) => {
      const request = requests[key] as ColumnRequest;
      return { key, request, column: this.column(request.column) };
    });
    const expressions: string[] = [];
    const targets: (Float64Array | Uint8Array | Int32Array)[] = [];
    const result: Record<string, unknown> = {};
    for (const { key, request, column } of wanted) {
      if (request.as === 'categories') {
        const { names, expression } = await this.enumerate(column);
        const codes = new Int32Array(new SharedArrayBuffer(4 * this.rows));
        expressions.push(expression);
        targets.push(codes);
        result[key] = { codes, names } satisfies CategoricalColumn;
      } else {
        expressions.push(EXPRESSIONS[request.as](column, this.text));
        const target =
          request.as === 'numbers'
            ? new Float64Array(new SharedArrayBuffer(8 * this.rows))
            : request.as === 'labels'
              ? new Uint8Array(new SharedArrayBuffer(this.rows))
              : new Int32Array(new SharedArrayBuffer(4 * this.rows));
        targets.push(target);
        result[key] = target;
      }
    }
    const sql = `SELECT ${expressions.join(', ')} FROM ${this.source}`;
    let at = 0;
    for await (const chunk of chunks(await query(this.database, this.path, sql), this.path)) {
      if (at + chunk.rows > this.rows) throw this.changed();
      for (let i = 0; i < targets.length; i++) targets[i]?.set(chunk.raw(i), at);
      at += chunk.rows;
    }
    if (at !== this.rows) throw this.changed();
    for (let i = 0; i < wanted.length; i++) {
      const { request, column } = wanted[i] as (typeof wanted)[number];
      await this.refuse(request, column, targets[i] as Float64Array);
    }
    return result as ReadResult<R>;
  }

  /**
   * The columns in batches of a fixed number of rows (the last may be shorter), in the file's order; memory is
   * bounded by the batch, not by the file.
   */
  async *batches(names: readonly string[], rowsPerBatch: number): AsyncGenerator<ColumnBatch> {
    const columns = names.map((name) => this.column(name));
    const kinds = columns.map(({ type }) =>
      type === 'FLOAT' && !this.text ? 'float' : isNumeric(type) || type === 'BOOLEAN' ? 'double' : 'text',
    );
    const expressions = columns.map((column, i) => {
      if (kinds[i] === 'text') return `CAST(${quoteName(column.name)} AS VARCHAR)`;
      if (kinds[i] === 'float') return `coalesce(${quoteName(column.name)}, CAST('nan' AS FLOAT))`;
      return EXPRESSIONS.numbers(column, this.text);
    });
    const fresh = (): (Float32Array | Float64Array | string[])[] =>
      kinds.map((kind) =>
        kind === 'text'
          ? new Array<string>(rowsPerBatch)
          : kind === 'float'
            ? new Float32Array(rowsPerBatch)
            : new Float64Array(rowsPerBatch),
      );
    const sql = `SELECT ${expressions.length > 0 ? expressions.join(', ') : '0'} FROM ${this.source}`;
    let batch = fresh();
    let filled = 0;
    for await (const chunk of chunks(await query(this.database, this.path, sql), this.path)) {
      for (let from = 0; from < chunk.rows;) {
        const take = Math.min(chunk.rows - from, rowsPerBatch - filled);
        batch.forEach((target, i) => {
          if (Array.isArray(target)) {
            const texts = chunk.texts(i);
            for (let row = 0; row < take; row++) target[filled + row] = texts[from + row] ?? '';
          } else {
            target.set(chunk.raw(i).subarray(from, from + take), filled);
          }
        });
        from += take;
        filled += take;
        if (filled === rowsPerBatch) {
          yield { rows: filled, columns: batch };
          batch = fresh();
          filled = 0;
        }
      }
    }
    if (filled > 0) yield { rows: filled, columns: batch.map((column) => column.slice(0, filled)) };
  }

  close(): void {
    this.database.close();
  }

  private column(name: string): ColumnInfo {
    const found = this.columns.find((column) => column.name === name);
    if (found !== undefined) return found;
    const near = closest(
      name,
      this.columns.map((column) => column.name),
    );
    const listed = near.slice(0, 8).join(', ') + (near.length > 8 ? ', …' : '');
    throw new InputError('MISSING_COLUMN', `${this.path}: has no column "${name}"; it has ${listed}`);
  }

  /** A DuckDB ENUM of the distinct values in order: its codes are the codes of the categorical column. */
  private async enumerate(column: ColumnInfo): Promise<{ names: string[]; expression: string }> {
    const value = `CAST(${quoteName(column.name)} AS VARCHAR)`;
    const order = isNumeric(column.type) ? 'TRY_CAST(v AS DOUBLE), v' : 'v';
    const distinct = `SELECT v FROM (SELECT DISTINCT ${value} AS v FROM ${this.source}) WHERE v IS NOT NULL ORDER BY ${isInteger(column.type) ? 'TRY_CAST(v AS HUGEINT), v' : order}`;
    const names: string[] = [];
    for await (const chunk of chunks(await query(this.database, this.path, distinct), this.path)) {
      for (const name of chunk.texts(0)) names.push(name);
    }
    if (names.length === 0) return { names, expression: 'CAST(-1 AS INTEGER)' };
    const type = `category_${this.columns.indexOf(column)}`;
    await this.database.connection.run(`DROP TYPE IF EXISTS ${type}`);
    await this.database.connection.run(`CREATE TYPE ${type} AS ENUM (${distinct})`);
    return {
      names,
      expression: `CAST(coalesce(CAST(enum_code(CAST(${value} AS ${type})) AS INTEGER), -1) AS INTEGER)`,
    };
  }

  /** Looks for the first value that a request does not admit, and says what stands there. */
  private async refuse(
    request: ColumnRequest,
    column: ColumnInfo,
    values: Float64Array | Uint8Array | Int32Array,
  ): Promise<void> {
    if (request.as === 'categories') return;
    if (request.as === 'numbers') {
      if (!this.text && !isNumeric(column.type) && column.type !== 'BOOLEAN') {
        throw new InputError(
          'NOT_A_NUMBER',
          `${this.path}: column "${column.name}" is ${column.type}, not a number`,
        );
      }
      if (request.allowMissing === true) {
        for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) values[i] = NaN;
        return;
      }
    }
    let bad = -1;
    for (let i = 0; i < values.length && bad < 0; i++) {
      const value = values[i] as number;
      if (
        request.as === 'numbers'
          ? value - value !== 0
          : request.as === 'labels'
            ? value > 1
            : value === -2147483648
      )
        bad = i;
    }
    if (bad < 0) return;
    const shown = await this.shown(column, bad);
    const where = `${this.path}: column "${column.name}", row ${bad + 1}: `;
    if (request.as === 'numbers')
      throw new InputError('NOT_A_NUMBER', `${where}${shown} is not a finite number`);
    if (request.as === 'labels') throw new InputError('NOT_A_LABEL', `${where}label is ${shown}, not 0 or 1`);
    throw new InputError('NOT_A_TIME', `${where}${shown} is not a date or time`);
  }

  /** The value at a row as a reader would write it, shortened. */
  private async shown(column: ColumnInfo, row: number): Promise<string> {
    const sql = `SELECT coalesce('"' || CAST(${quoteName(column.name)} AS VARCHAR) || '"', 'a missing value') FROM ${this.source} LIMIT 1 OFFSET ${row}`;
    for await (const chunk of chunks(await query(this.database, this.path, sql), this.path)) {
      // eslint-disable-next-line no-control-regex -- a stranger's text must not break the one line
      return (chunk.texts(0)[0] ?? '').replace(/[\x00-\x1f\x7f]/g, '?').slice(0, 60);
    }
    return 'a value';
  }

  private changed(): InputError {
    return new InputError('UNREADABLE_TABLE', `${this.path}: changed while it was being read`);
  }
}

async function hasParquetMagic(full: string, path: string): Promise<boolean> {
  let size: number;
  try {
    const about = await stat(full);
    if (!about.isFile()) throw new InputError('UNREADABLE_TABLE', `${path}: is not a file`);
    size = about.size;
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError('FILE_NOT_FOUND', `${path}: no such file`);
  }
  if (size === 0) throw new InputError('EMPTY_TABLE', `${path}: is empty`);
  try {
    const handle = await open(full, 'r');
    try {
      const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0);
      return buffer.toString('latin1') === 'PAR1';
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new InputError('UNREADABLE_TABLE', `${path}: cannot be read: ${briefly(error)}`);
  }
}
