import { createHash, type Hash } from 'node:crypto';
import { DirectFile, Staging } from './direct-file.js';
import { Arenas, encode } from './encode.js';
import { ThriftWriter } from './thrift.js';

/**
 * A writer of Parquet (format 2, plain and dictionary encoding, no compression) whose bytes depend on the values
 * alone: no clock, no library version, no thread. Float columns are their memory, so that a million rows cost little
 * more than the disk.
 *
 * `string` is one of the words of a dictionary, `text` is any string of its own.
 */
export type ParquetType = 'int32' | 'int64' | 'float32' | 'float64' | 'timestamp' | 'string' | 'text';

export interface ParquetColumn {
  readonly name: string;
  readonly type: ParquetType;
  /** the values that codes stand for; for `string` only */
  readonly dictionary?: readonly string[];
  /** may be null; columns that are not refuse the nulls of `int64`, `timestamp`, `string` and `text` */
  readonly optional?: boolean;
}

/**
 * What one column holds in a row group, and how an optional column gives a null:
 *
 * | type | values | null |
 * |---|---|---|
 * | `int32` | Int32Array or any smaller integer array | −2147483648 |
 * | `int64` | whole numbers up to 2^53 in a Float64Array | NaN |
 * | `float32`, `float64` | Float32Array, Float64Array | NaN |
 * | `timestamp` | seconds since 1970 by the wall clock in a Float64Array | NaN |
 * | `string` | codes into the dictionary, in any integer array | 255 in a Uint8Array (up to 255 words), −1 in others |
 * | `text` | an array of strings | null |
 */
export type ParquetValues =
  | Float32Array
  | Float64Array
  | Int32Array
  | Int16Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | readonly (string | null)[];

interface Chunk {
  readonly column: number;
  readonly dataOffset: number;
  readonly dictionaryOffset: number;
  readonly bytes: number;
}

const PHYSICAL = { int32: 1, int64: 2, float32: 4, float64: 5, timestamp: 2, string: 6, text: 6 } as const;
const PLAIN = 0;
const RLE = 3;
const RLE_DICTIONARY = 8;

export class ParquetWriter {
  private position = 0;
  private rowCount = 0;
  private readonly groups: { rows: number; bytes: number; chunks: Chunk[] }[] = [];
  private readonly hash: Hash = createHash('sha256');

  private constructor(
    private readonly file: DirectFile,
    private readonly columns: readonly ParquetColumn[],
    private readonly arenas: Arenas,
  ) {}

  /** @param staging, arenas of the files that are written side by side with this one */
  static async create(
    path: string,
    columns: readonly ParquetColumn[],
    staging = new Staging(),
    arenas = new Arenas(),
  ): Promise<ParquetWriter> {
    const writer = new ParquetWriter(await DirectFile.create(path, staging), columns, arenas);
    await writer.write([Buffer.from('PAR1')]);
    return writer;
  }

  /**
   * Writes one row group: for each column its values, of which the first `rows` count. The arrays are read until the
   * promise resolves; groups are written one after the other.
   */
  async group(rows: number, values: readonly ParquetValues[]): Promise<void> {
    if (rows === 0) return;
    const chunks: Chunk[] = [];
    const parts: Uint8Array[] = [];
    const arena = this.arenas.take(this.columns);
    const groupStart = this.position;
    let at = groupStart;
    this.columns.forEach((column, index) => {
      const start = at;
      const add = (part: Uint8Array) => {
        parts.push(part);
        at += part.length;
      };
      let dictionaryOffset = -1;
      if (column.type === 'string') {
        dictionaryOffset = at;
        const words = dictionaryPage(column.dictionary ?? []);
        add(pageHeader('dictionary', (column.dictionary ?? []).length, words.length));
        add(words);
      }
      const page = encode(column, values[index] as ParquetValues, rows, arena);
      const dataOffset = at;
      add(pageHeader(column.type === 'string' ? 'codes' : 'plain', rows, page.bytes));
      page.parts.forEach(add);
      chunks.push({ column: index, dataOffset, dictionaryOffset, bytes: at - start });
    });
    this.groups.push({ rows, bytes: at - groupStart, chunks });
    this.rowCount += rows;
    await this.write(parts);
    this.arenas.giveBack(this.columns, arena);
  }

  /** Writes the footer, flushes to the disk and closes. */
  async finish(): Promise<{ bytes: number; rows: number; sha256: string }> {
    const footer = this.footer();
    const length = Buffer.alloc(4);
    length.writeUInt32LE(footer.length);
    await this.write([footer, length, Buffer.from('PAR1')]);
    await this.file.finish();
    return { bytes: this.position, rows: this.rowCount, sha256: this.hash.digest('hex') };
  }

  /** Closes without a footer, after a failure. */
  async abandon(): Promise<void> {
    await this.file.abandon();
  }

  private async write(parts: readonly Uint8Array[]): Promise<void> {
    for (const part of parts) {
      this.hash.update(part);
      this.position += part.length;
      await this.file.append(part);
    }
  }

  private footer(): Buffer {
    const thrift = new ThriftWriter();
    thrift.struct(() => {
      thrift.i32(1, 2);
      thrift.list(2, 'struct', this.columns.length + 1, (index) => {
        thrift.struct(() => schemaElement(thrift, this.columns, index - 1));
      });
      thrift.i64(3, this.rowCount);
      thrift.list(4, 'struct', this.groups.length, (index) => {
        const group = this.groups[index];
        if (group === undefined) return;
        thrift.struct(() => {
          thrift.list(1, 'struct', group.chunks.length, (place) => {
            const chunk = group.chunks[place];
            if (chunk !== undefined) thrift.struct(() => this.chunk(thrift, chunk, group.rows));
          });
          thrift.i64(2, group.bytes);
          thrift.i64(3, group.rows);
        });
      });
      thrift.text(6, 'hk-finance-ai-sandbox');
    });
    return thrift.finish();
  }

  private chunk(thrift: ThriftWriter, chunk: Chunk, rows: number): void {
    const column = this.columns[chunk.column];
    if (column === undefined) return;
    const coded = column.type === 'string';
    const encodings = [PLAIN, ...(coded ? [RLE_DICTIONARY] : []), ...(column.optional === true ? [RLE] : [])];
    thrift.i64(2, 0);
    thrift.nested(3, () => {
      thrift.i32(1, PHYSICAL[column.type]);
      thrift.list(2, 'i32', encodings.length, (index) => thrift.zigzag(encodings[index] ?? 0));
      thrift.list(3, 'text', 1, () => thrift.string(column.name));
      thrift.i32(4, 0);
      thrift.i64(5, rows);
      thrift.i64(6, chunk.bytes);
      thrift.i64(7, chunk.bytes);
      thrift.i64(9, chunk.dataOffset);
      if (coded) thrift.i64(11, chunk.dictionaryOffset);
    });
  }
}

function schemaElement(thrift: ThriftWriter, columns: readonly ParquetColumn[], index: number): void {
  const column = columns[index];
  if (column === undefined) {
    thrift.text(4, 'schema');
    thrift.i32(5, columns.length);
    return;
  }
  thrift.i32(1, PHYSICAL[column.type]);
  thrift.i32(3, column.optional === true ? 1 : 0);
  thrift.text(4, column.name);
  if (column.type === 'string' || column.type === 'text') {
    thrift.i32(6, 0);
    thrift.nested(10, () => thrift.nested(1, () => undefined));
  }
  if (column.type === 'timestamp') {
    // A local time without a zone: isAdjustedToUTC is false, unit microseconds.
    thrift.nested(10, () =>
      thrift.nested(8, () => {
        thrift.bool(1, false);
        thrift.nested(2, () => thrift.nested(2, () => undefined));
      }),
    );
  }
}

function pageHeader(kind: 'plain' | 'codes' | 'dictionary', values: number, bytes: number): Buffer {
  const thrift = new ThriftWriter();
  thrift.struct(() => {
    thrift.i32(1, kind === 'dictionary' ? 2 : 0);
    thrift.i32(2, bytes);
    thrift.i32(3, bytes);
    if (kind === 'dictionary') {
      thrift.nested(7, () => {
        thrift.i32(1, values);
        thrift.i32(2, PLAIN);
      });
    } else {
      thrift.nested(5, () => {
        thrift.i32(1, values);
        thrift.i32(2, kind === 'codes' ? RLE_DICTIONARY : PLAIN);
        thrift.i32(3, RLE);
        thrift.i32(4, RLE);
      });
    }
  });
  return thrift.finish();
}

function dictionaryPage(words: readonly string[]): Buffer {
  return Buffer.concat(
    words.flatMap((word) => {
      const text = Buffer.from(word, 'utf8');
      const length = Buffer.alloc(4);
      length.writeUInt32LE(text.length);
      return [length, text];
    }),
  );
}
