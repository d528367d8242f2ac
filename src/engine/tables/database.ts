import type { DuckDBConnection, DuckDBResult } from '@duckdb/node-api';
import { InputError } from '../input-error.js';

/** Text as an SQL literal: the only way a path or a value reaches a statement. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A column's name as an SQL identifier. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** What the files of {@link openDatabase} are read with. */
export interface Database {
  readonly connection: DuckDBConnection;
  close(): void;
}

/**
 * An in-memory DuckDB that can read the one file named and nothing else: no other path, no network, no extension
 * that is not built in, no temporary file.
 *
 * @param path file that may be read
 * @param threads upper bound of DuckDB's own threads
 */
export async function openDatabase(path: string, threads: number): Promise<Database> {
  // Loaded only where it is needed: the library is large, and plain Parquet is read without it.
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(threads),
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    preserve_insertion_order: 'true',
    allow_community_extensions: 'false',
    temp_directory: '',
  });
  const connection = await instance.connect();
  await connection.run(`SET allowed_paths = [${quoteText(path)}]`);
  await connection.run('SET enable_external_access = false');
  return {
    connection,
    close(): void {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** The first line of DuckDB's message, without its class prefix, for an error of one line. */
export function briefly(error: unknown): string {
  const { message } = error as { message?: unknown };
  const text = typeof message === 'string' ? message : String(error);
  const lines = text.split('\n').map((line) => line.replace(/^[A-Z][A-Za-z ]* Error: /, '').trim());
  const place = /^CSV Error on Line: (\d+)/.exec(lines[0] ?? '');
  if (place === null) return lines[0] ?? text;
  // What follows quotes the line, says what is wrong with it, and advises.
  const why = lines.find((line) => /^(Expected|Value with|Maximum|Invalid|Error when)/.test(line));
  return `line ${place[1] ?? ''}: ${(why ?? 'the line is malformed').replace(/\.$/, '')}`;
}

/**
 * Starts a query whose chunks are fetched one after the other, in the file's order.
 *
 * @throws InputError `UNREADABLE_TABLE` naming the file
 */
export async function query(database: Database, path: string, sql: string): Promise<DuckDBResult> {
  try {
    return await database.connection.stream(sql);
  } catch (error) {
    throw new InputError('UNREADABLE_TABLE', `${path}: cannot be read: ${briefly(error)}`);
  }
}

/** A vector's values as DuckDB holds them, without an object a value. */
export type RawItems =
  Float64Array | Float32Array | Int32Array | Uint8Array | Int8Array | Int16Array | Uint16Array | Uint32Array;

/** Some rows of a running query, with readers of one column's values. */
export interface Chunk {
  readonly rows: number;
  raw(column: number): RawItems;
  /** empty where missing */
  texts(column: number): string[];
  /** null where missing */
  words(column: number): (string | null)[];
}

/** The chunks of a running query. */
export async function* chunks(result: DuckDBResult, path: string): AsyncGenerator<Chunk> {
  for (;;) {
    let chunk;
    try {
      chunk = await result.fetchChunk();
    } catch (error) {
      throw new InputError('UNREADABLE_TABLE', `${path}: cannot be read: ${briefly(error)}`);
    }
    if (chunk === null || chunk.rowCount === 0) return;
    const held = chunk;
    yield {
      rows: held.rowCount,
      raw: (column) => (held.getColumnVector(column) as unknown as { items: RawItems }).items,
      texts: (column) => held.getColumnValues(column).map((value) => (value === null ? '' : String(value))),
      words: (column) => held.getColumnValues(column) as (string | null)[],
    };
  }
}
