import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InputError } from '../input-error.js';
import { closest, EXPRESSIONS, isInteger, isNumeric, type ColumnInfo, type ColumnKind } from './columns.js';
import { batchReader, copyChunk, type WantedColumn } from './batch-column.js';
import { briefly, chunks, openDatabase, query, quoteName, quoteText, type Database } from './database.js';
import { csvLayout, csvSource, csvTypes, HEADER_BYTES, type CsvLayout } from './csv.js';
import { readColumns, readFooter, type ParquetFile } from './parquet.js';

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
  instants: Float64Array;
}

export type ReadResult<R extends Record<string, ColumnRequest>> = { [K in keyof R]: KindResult[R[K]['as']] };

export interface ColumnBatch {
  readonly rows: number;
  /**
   * FLOAT as Float32Array, other numbers and booleans as Float64Array (missing: NaN), the rest as text (missing: empty);
   * what was asked for by type as that type, text then with null where it is missing.
   */
  readonly columns: BatchColumn[];
}

export type BatchColumn = Float32Array | Float64Array | BigInt64Array | (string | null)[];

/** DuckDB's own threads; the sorting and measuring that follow have theirs. */
const THREADS = 2;

/**
 * A Parquet or CSV file read column by column into typed arrays, in the file's row order.
 *
 * Arrays lie on SharedArrayBuffers, so that worker threads take them without a copy. Row numbers in errors count
 * data rows from 1. A CSV file needs a header; its values are read as text and converted exactly.
 */
export class TableFile {
  private database: Promise<Database> | undefined;

  private constructor(
    readonly path: string,
    readonly rows: number,
    readonly columns: readonly ColumnInfo[],
    readonly format: 'parquet' | 'csv',
    private readonly parquet: ParquetFile | null,
    private readonly layout: CsvLayout | null,
  ) {}

  /** @throws InputError `FILE_NOT_FOUND`, `EMPTY_TABLE`, `UNREADABLE_TABLE`, each naming the file */
  static async open(path: string): Promise<TableFile> {
    const { format, parquet, layout } = await recognise(resolve(path), path);
    const known = parquet !== null && parquet.columns.every(({ type }) => type !== '');
    if (known)
      return new TableFile(path, someRows(parquet.rows, path), parquet.columns, format, parquet, layout);
    const table = new TableFile(path, 0, [], format, parquet, layout);
    try {
      const { columns, rows } = await table.describe();
      const whole = new TableFile(path, someRows(rows, path), columns, format, parquet, layout);
      whole.database = table.database;
      return whole;
    } catch (error) {
      table.close();
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

  /**
   * Milliseconds since 1970-01-01 by Hong Kong's clock.
   *
   * @throws InputError `NOT_A_TIME` naming the column and the first such row
   */
  async instants(column: string): Promise<Float64Array> {
    return (await this.read({ it: { column, as: 'instants' } })).it;
  }

  /** Several columns at once: in one pass over the file, or column by column where they lie plain in Parquet. */
  async read<const R extends Record<string, ColumnRequest>>(requests: R): Promise<ReadResult<R>> {
    const keys = Object.keys(requests);
    const wanted = keys.map((key) => {
      const request = requests[key] as ColumnRequest;
      return { key, request, column: this.column(request.column) };
    });
    const expressions: string[] = [];
    const targets: (Float64Array | Uint8Array | Int32Array)[] = [];
    const checked: {
      request: ColumnRequest;
      column: ColumnInfo;
      target: Float64Array | Uint8Array | Int32Array;
    }[] = [];
    const result: Record<string, unknown> = {};
    for (const { key, request, column } of wanted) {
      const decoded = await this.decode(request, column);
      if (decoded !== null) {
        checked.push({ request, column, target: decoded });
        result[key] = decoded;
      } else if (request.as === 'categories') {
        const { names, expression } = await this.enumerate(column);
        const codes = new Int32Array(new SharedArrayBuffer(4 * this.rows));
        expressions.push(expression);
        targets.push(codes);
        result[key] = { codes, names } satisfies CategoricalColumn;
      } else {
        expressions.push(EXPRESSIONS[request.as](column, this.text));
        const target =
          request.as === 'numbers' || request.as === 'instants'
            ? new Float64Array(new SharedArrayBuffer(8 * this.rows))
            : request.as === 'labels'
              ? new Uint8Array(new SharedArrayBuffer(this.rows))
              : new Int32Array(new SharedArrayBuffer(4 * this.rows));
        targets.push(target);
        checked.push({ request, column, target });
        result[key] = target;
      }
    }
    if (targets.length > 0) await this.fill(expressions, targets);
    for (const { request, column, target } of checked) await this.refuse(request, column, target);
    return result as ReadResult<R>;
  }

  /** Reads a column of plain numbers without DuckDB; null where that takes DuckDB. */
  private async decode(
    request: ColumnRequest,
    column: ColumnInfo,
  ): Promise<Float64Array | Uint8Array | null> {
    if (this.parquet === null || (request.as !== 'numbers' && request.as !== 'labels')) return null;
    const target =
      request.as === 'numbers'
        ? new Float64Array(new SharedArrayBuffer(8 * this.rows))
        : new Uint8Array(new SharedArrayBuffer(this.rows));
    const file = await openFile(resolve(this.path), this.path);
    try {
      return (await readColumns(file, this.parquet, [{ name: column.name, target }])) ? target : null;
    } finally {
      await file.close();
    }
  }

  /** Fills typed arrays with the results of SQL expressions, in the file's order. */
  private async fill(
    expressions: readonly string[],
    targets: readonly (Float64Array | Uint8Array | Int32Array)[],
  ): Promise<void> {
    const sql = `SELECT ${expressions.join(', ')} FROM ${this.source}`;
    let at = 0;
    for await (const chunk of this.chunks(sql)) {
      if (at + chunk.rows > this.rows) throw this.changed();
      for (let i = 0; i < targets.length; i++) targets[i]?.set(chunk.raw(i), at);
      at += chunk.rows;
    }
    if (at !== this.rows) throw this.changed();
  }

  /**
   * The columns in batches of a fixed number of rows (the last may be shorter), in the file's order; memory is
   * bounded by the batch, not by the file.
   *
   * @param wanted names, or names with the type to read them as
   * @throws InputError `MISSING_COLUMN`; `COLUMN_UNFIT` naming column and row of a value that is no whole number where
   *   `int64` was asked for
   */
  async *batches(
    wanted: readonly (string | WantedColumn)[],
    rowsPerBatch: number,
  ): AsyncGenerator<ColumnBatch> {
    const readers = wanted.map((one) => {
      const { name, type } = typeof one === 'string' ? { name: one } : one;
      return batchReader(this.column(name), this.text, type);
    });
    const sql = `SELECT ${readers.length > 0 ? readers.map(({ sql: read }) => read).join(', ') : '0'} FROM ${this.source}`;
    const fresh = () => readers.map(({ room }) => room(rowsPerBatch));
    let batch = fresh();
    let filled = 0;
    let done = 0;
    const checked = (rows: number): BatchColumn[] => {
      batch.forEach((column, i) => readers[i]?.check(column, rows, done, this.path));
      done += rows;
      return batch;
    };
    for await (const chunk of this.chunks(sql)) {
      for (let from = 0; from < chunk.rows;) {
        const take = Math.min(chunk.rows - from, rowsPerBatch - filled);
        batch.forEach((target, i) => copyChunk(target, chunk, { column: i, from, take, at: filled }));
        from += take;
        filled += take;
        if (filled === rowsPerBatch) {
          yield { rows: filled, columns: checked(filled) };
          batch = fresh();
          filled = 0;
        }
      }
    }
    if (filled > 0) yield { rows: filled, columns: checked(filled).map((column) => column.slice(0, filled)) };
  }

  close(): void {
    // A database that never opened has told its error to whoever asked for it.
    this.database?.then(
      (database) => database.close(),
      () => undefined,
    );
    this.database = undefined;
  }

  private async describe(): Promise<{ columns: ColumnInfo[]; rows: number }> {
    const columns: ColumnInfo[] = [];
    let rows = 0;
    if (this.layout !== null) {
      for await (const chunk of this.chunks(csvTypes(this.layout, this.source))) {
        rows = chunk.raw(0)[0] ?? 0;
        this.layout.names.forEach((name, i) => columns.push({ name, type: chunk.texts(i + 1)[0] ?? '' }));
      }
      return { columns, rows };
    }
    for await (const chunk of this.chunks(`DESCRIBE FROM ${this.source}`)) {
      const types = chunk.texts(1);
      chunk.texts(0).forEach((name, i) => columns.push({ name, type: types[i] ?? '' }));
    }
    for await (const chunk of this.chunks(`SELECT CAST(count(*) AS DOUBLE) FROM ${this.source}`)) {
      rows = chunk.raw(0)[0] ?? 0;
    }
    return { columns, rows };
  }

  private get source(): string {
    const full = resolve(this.path);
    return this.layout === null ? `read_parquet([${quoteText(full)}])` : csvSource(full, this.layout);
  }

  private get text(): boolean {
    return this.format === 'csv';
  }

  private async connection(): Promise<Database> {
    return (this.database ??= openDatabase(resolve(this.path), THREADS));
  }

  private async *chunks(sql: string): ReturnType<typeof chunks> {
    yield* chunks(await query(await this.connection(), this.path, sql), this.path);
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
    for await (const chunk of this.chunks(distinct)) {
      for (const name of chunk.texts(0)) names.push(name);
    }
    if (names.length === 0) return { names, expression: 'CAST(-1 AS INTEGER)' };
    const database = await this.connection();
    const type = `category_${this.columns.indexOf(column)}`;
    await database.connection.run(`DROP TYPE IF EXISTS ${type}`);
    await database.connection.run(`CREATE TYPE ${type} AS ENUM (${distinct})`);
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
    const bad = firstRefused(request.as, values);
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
    for await (const chunk of this.chunks(sql)) {
      // eslint-disable-next-line no-control-regex -- a stranger's text must not break the one line
      return (chunk.texts(0)[0] ?? '').replace(/[\x00-\x1f\x7f]/g, '?').slice(0, 60);
    }
    return 'a value';
  }

  private changed(): InputError {
    return new InputError('UNREADABLE_TABLE', `${this.path}: changed while it was being read`);
  }
}

/** The first place whose value marks something not admitted; −1: none. A quick sweep first, since that is the rule. */
function firstRefused(as: ColumnKind, values: Float64Array | Uint8Array | Int32Array): number {
  if (values instanceof Float64Array) {
    let poison = 0;
    for (let i = 0; i < values.length; i++) poison += (values[i] as number) - (values[i] as number);
    return poison === 0 ? -1 : values.findIndex((value) => !Number.isFinite(value));
  }
  if (values instanceof Uint8Array) {
    let bits = 0;
    for (let i = 0; i < values.length; i++) bits |= values[i] as number;
    return bits <= 1 ? -1 : values.findIndex((value) => value > 1);
  }
  return as === 'days' ? values.indexOf(-2147483648) : -1;
}

function someRows(rows: number, path: string): number {
  if (rows === 0) throw new InputError('EMPTY_TABLE', `${path}: holds no rows`);
  return rows;
}

async function openFile(full: string, path: string): Promise<FileHandle> {
  try {
    // A pipe without a writer would let opening wait for ever; it is refused as no file a moment later.
    return await open(full, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new InputError('FILE_NOT_FOUND', `${path}: no such file`);
    throw new InputError('UNREADABLE_TABLE', `${path}: cannot be read: ${briefly(error)}`);
  }
}

interface Recognised {
  format: 'parquet' | 'csv';
  parquet: ParquetFile | null;
  layout: CsvLayout | null;
}

/** Tells Parquet by its first four bytes; everything else is taken for CSV. */
async function recognise(full: string, path: string): Promise<Recognised> {
  const file = await openFile(full, path);
  try {
    const about = await file.stat();
    if (!about.isFile()) throw new InputError('UNREADABLE_TABLE', `${path}: is not a file`);
    if (about.size === 0) throw new InputError('EMPTY_TABLE', `${path}: is empty`);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    const start = buffer.subarray(0, bytesRead);
    if (start.toString('latin1', 0, 4) === 'PAR1') {
      return { format: 'parquet', parquet: await readFooter(file, about.size), layout: null };
    }
    return { format: 'csv', parquet: null, layout: csvLayout(start, path) };
  } finally {
    await file.close();
  }
}
