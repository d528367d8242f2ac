import type { FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, zstdDecompress } from 'node:zlib';
import type { ColumnInfo } from './columns.js';
import { decodeInto, type PhysicalType } from './parquet-page.js';
import { snappyDecompress } from './snappy.js';
import { readThrift, type ThriftStruct, type ThriftValue } from './thrift.js';

interface Chunk {
  codec: number;
  offset: number;
  bytes: number;
  values: number;
}

interface Leaf extends ColumnInfo {
  physical: number;
  optional: boolean;
  /** Whether its values are plain numbers or booleans, which this reader decodes. */
  plain: boolean;
}

export interface ParquetFile {
  rows: number;
  columns: readonly Leaf[];
  groups: readonly { rows: number; chunks: readonly Chunk[] }[];
}

const MOST_FOOTER = 2 ** 26;
const MOST_PAGE = 2 ** 28;

/**
 * Reads the footer of a flat Parquet file.
 *
 * @returns null for what this reader leaves to DuckDB: nested, encrypted, or of types it does not know
 */
export async function readFooter(file: FileHandle, size: number): Promise<ParquetFile | null> {
  try {
    const tail = await bytesAt(file, size - 8, 8);
    const length = new DataView(tail.buffer).getUint32(0, true);
    if (tail.subarray(4).toString('latin1') !== 'PAR1' || length > Math.min(MOST_FOOTER, size - 12))
      return null;
    return understand(readThrift(await bytesAt(file, size - 8 - length, length), 0).struct, size);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function understand(footer: ThriftStruct, size: number): ParquetFile | null {
  const [root, ...leaves] = structs(footer.get(2));
  if (root === undefined || number(root, 5) !== leaves.length) return null;
  const columns: Leaf[] = [];
  for (const leaf of leaves) {
    const type = typeOf(leaf);
    const repetition = number(leaf, 3);
    const name = leaf.get(4);
    if (repetition > 1 || !(name instanceof Uint8Array) || leaf.has(5)) return null;
    const text = Buffer.from(name).toString('utf8');
    columns.push({ name: text, ...type, physical: number(leaf, 1), optional: repetition === 1 });
  }
  const groups = structs(footer.get(4)).map((group) => ({
    rows: number(group, 3),
    chunks: structs(group.get(1)).map((column): Chunk => {
      const about = column.get(3);
      if (!(about instanceof Map) || column.has(1)) throw new RangeError('column elsewhere');
      const data = number(about as ThriftStruct, 9);
      const dictionary = (about as ThriftStruct).has(11) ? number(about as ThriftStruct, 11) : data;
      const offset = dictionary > 0 && dictionary < data ? dictionary : data;
      const bytes = number(about as ThriftStruct, 7);
      if (offset < 4 || bytes < 0 || offset + bytes > size)
        throw new RangeError('column outside of the file');
      return {
        codec: number(about as ThriftStruct, 4),
        offset,
        bytes,
        values: number(about as ThriftStruct, 5),
      };
    }),
  }));
  const rows = number(footer, 3);
  const whole = groups.every(
    (group) =>
      group.chunks.length === columns.length && group.chunks.every((chunk) => chunk.values === group.rows),
  );
  const total = groups.reduce((sum, group) => sum + group.rows, 0);
  if (
    !whole ||
    total !== rows ||
    rows > 2 ** 31 ||
    new Set(columns.map(({ name }) => name)).size !== columns.length
  )
    return null;
  return { rows, columns, groups };
}

/** The DuckDB name of a leaf's type; empty where DuckDB should say. */
function typeOf(leaf: ThriftStruct): { type: string; plain: boolean } {
  const physical = number(leaf, 1);
  const converted = leaf.get(6);
  const logical = leaf.get(10);
  const integers: Record<number, string> = {
    11: 'UTINYINT',
    12: 'USMALLINT',
    13: 'UINTEGER',
    15: 'TINYINT',
    16: 'SMALLINT',
    17: 'INTEGER',
    18: 'BIGINT',
  };
  const of = (type: string | undefined, plain: boolean): { type: string; plain: boolean } =>
    type === undefined ? { type: '', plain: false } : { type, plain };
  if (converted === undefined && logical === undefined) {
    const plain: Record<number, string> = {
      0: 'BOOLEAN',
      1: 'INTEGER',
      2: 'BIGINT',
      4: 'FLOAT',
      5: 'DOUBLE',
    };
    return of(plain[physical], true);
  }
  if (physical === 6 && converted === 0) return of('VARCHAR', false);
  if (physical === 1 && converted === 6) return of('DATE', false);
  if ((physical === 1 || physical === 2) && typeof converted === 'number') {
    // Unsigned 32-bit values would need another reading of the same bits.
    return of(integers[converted], converted !== 13);
  }
  return { type: '', plain: false };
}

/**
 * Decodes numeric or boolean columns into typed arrays, in file order.
 *
 * @returns false for what this reader leaves to DuckDB: another encoding or codec, a missing value, damage
 */
export async function readColumns(
  file: FileHandle,
  parquet: ParquetFile,
  wanted: readonly { name: string; target: Float64Array | Uint8Array }[],
): Promise<boolean> {
  try {
    const parts: { leaf: Leaf; chunk: Chunk; target: Float64Array | Uint8Array }[] = [];
    for (const { name, target } of wanted) {
      const place = parquet.columns.findIndex((column) => column.name === name);
      const leaf = parquet.columns[place];
      if (leaf?.plain !== true) return false;
      let row = 0;
      for (const group of parquet.groups) {
        const chunk = group.chunks[place];
        if (chunk === undefined) return false;
        parts.push({ leaf, chunk, target: target.subarray(row, row + group.rows) });
        row += group.rows;
      }
    }
    // The next chunk is being read while one is decoded.
    const readAhead = (part: { chunk: Chunk } | undefined): Promise<Buffer> | undefined => {
      const ahead = part === undefined ? undefined : bytesAt(file, part.chunk.offset, part.chunk.bytes);
      ahead?.catch(() => undefined);
      return ahead;
    };
    let next = readAhead(parts[0]);
    for (const [i, { leaf, chunk, target }] of parts.entries()) {
      const bytes = await next;
      next = readAhead(parts[i + 1]);
      if (bytes === undefined || !(await readChunk(bytes, chunk, leaf, target))) {
        await next?.catch(() => undefined);
        return false;
      }
    }
    return true;
  } catch (error) {
    if (error instanceof RangeError || isDamage(error)) return false;
    throw error;
  }
}

async function readChunk(
  bytes: Buffer,
  chunk: Chunk,
  leaf: Leaf,
  target: Float64Array | Uint8Array,
): Promise<boolean> {
  let dictionary: Float64Array | null = null;
  let filled = 0;
  for (let at = 0; filled < chunk.values;) {
    const { struct: header, end } = readThrift(bytes, at);
    const kind = number(header, 1);
    const size = number(header, 2);
    const stored = number(header, 3);
    if (size < 0 || size > MOST_PAGE || stored < 0 || end + stored > bytes.length) return false;
    const body = bytes.subarray(end, end + stored);
    at = end + stored;
    const physical = leaf.physical as PhysicalType;
    if (kind === 2) {
      const about = header.get(7);
      if (!(about instanceof Map)) return false;
      const values = number(about as ThriftStruct, 1);
      const page = await decompress(body, chunk.codec, size);
      if (page === null || values > size) return false;
      dictionary = new Float64Array(values);
      if (!decodeInto(page, { physical, encoding: 0, optional: false, dictionary: null }, dictionary))
        return false;
    } else if (kind === 0) {
      const about = header.get(5);
      if (!(about instanceof Map)) return false;
      const values = number(about as ThriftStruct, 1);
      const encoding = number(about as ThriftStruct, 2);
      if (leaf.optional && number(about as ThriftStruct, 3) !== 3) return false;
      const page = await decompress(body, chunk.codec, size);
      if (page === null || values < 0 || filled + values > chunk.values) return false;
      const part = target.subarray(filled, filled + values);
      if (!decodeInto(page, { physical, encoding, optional: leaf.optional, dictionary }, part)) return false;
      filled += values;
    } else {
      return false;
    }
  }
  return true;
}

async function decompress(body: Buffer, codec: number, size: number): Promise<Uint8Array | null> {
  const limit = { maxOutputLength: Math.max(1, size) };
  let page: Uint8Array;
  if (codec === 0) page = body;
  else if (codec === 1) page = snappyDecompress(body, size);
  else if (codec === 2) page = await promisify(gunzip)(body, limit);
  else if (codec === 4) page = await promisify(brotliDecompress)(body, limit);
  else if (codec === 6) page = await promisify(zstdDecompress)(body, limit);
  else return null;
  return page.length === size ? page : null;
}

/** Errors of zlib carry a code; they mean damage, which DuckDB is left to report. */
function isDamage(error: unknown): boolean {
  return /^(Z_|ERR_|ZSTD_|BROTLI)/.test(String((error as NodeJS.ErrnoException).code));
}

async function bytesAt(file: FileHandle, offset: number, length: number): Promise<Buffer<ArrayBuffer>> {
  if (offset < 0) throw new RangeError('outside of the file');
  const buffer = Buffer.from(new ArrayBuffer(length));
  for (let at = 0; at < length;) {
    const { bytesRead } = await file.read(buffer, at, length - at, offset + at);
    if (bytesRead === 0) throw new RangeError('the file ends early');
    at += bytesRead;
  }
  return buffer;
}

function number(struct: ThriftStruct, id: number): number {
  const value = struct.get(id);
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new RangeError('a number is missing');
  return value;
}

function structs(value: ThriftValue | undefined): ThriftStruct[] {
  if (!Array.isArray(value)) throw new RangeError('a list is missing');
  return (value as readonly ThriftValue[]).map((item) => {
    if (!(item instanceof Map)) throw new RangeError('a struct is missing');
    return item as ThriftStruct;
  });
}
