import { createHash, type Hash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { ThriftWriter } from './thrift.js';

/**
 * A writer of Parquet (format 2, plain and dictionary encoding, no nulls, no compression) whose bytes depend on
 * the values alone: no clock, no library version, no thread. Float columns are their memory, so that a million
 * rows cost little more than the disk.
 */
export type ParquetType = 'int32' | 'int64' | 'float32' | 'float64' | 'timestamp' | 'string';

export interface ParquetColumn {
  readonly name: string;
  readonly type: ParquetType;
  /** the values that codes stand for; for `string` only */
  readonly dictionary?: readonly string[];
}

/**
 * What one column holds in a row group: `int32` an Int32Array or any smaller integer array, `int64` whole numbers
 * in a Float64Array (up to 2^53), `timestamp` seconds since 1970 by the wall clock in a Float64Array, `string`
 * codes into the dictionary.
 */
export type ParquetValues = Float32Array | Float64Array | Int32Array | Int16Array | Uint8Array | Uint32Array;

interface Chunk {
  readonly column: number;
  readonly dataOffset: number;
  readonly dictionaryOffset: number;
  readonly bytes: number;
}

const PHYSICAL = { int32: 1, int64: 2, float32: 4, float64: 5, timestamp: 2, string: 6 } as const;
const PLAIN = 0;
const RLE = 3;
const RLE_DICTIONARY = 8;

export class ParquetWriter {
  private position = 0;
  private rowCount = 0;
  private readonly groups: { rows: number; bytes: number; chunks: Chunk[] }[] = [];
  private readonly hash: Hash = createHash('sha256');

  private constructor(
    private readonly file: FileHandle,
    private readonly columns: readonly ParquetColumn[],
  ) {}

  static async create(path: string, columns: readonly ParquetColumn[]): Promise<ParquetWriter> {
    const writer = new ParquetWriter(await open(path, 'wx'), columns);
    await writer.write([Buffer.from('PAR1')]);
    return writer;
  }

  /** Writes one row group: for each column its values, of which the first `rows` count. */
  async group(rows: number, values: readonly ParquetValues[]): Promise<void> {
    if (rows === 0) return;
    const chunks: Chunk[] = [];
    const parts: Buffer[] = [];
    const groupStart = this.position;
    let at = groupStart;
    this.columns.forEach((column, index) => {
      const start = at;
      const add = (part: Buffer) => {
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
      const page = encode(column, values[index] as ParquetValues, rows);
      const dataOffset = at;
      add(pageHeader(column.type === 'string' ? 'codes' : 'plain', rows, page.length));
      add(page);
      chunks.push({ column: index, dataOffset, dictionaryOffset, bytes: at - start });
    });
    this.groups.push({ rows, bytes: at - groupStart, chunks });
    this.rowCount += rows;
    await this.write(parts);
  }

  /** Writes the footer, flushes to the disk and closes. */
  async finish(): Promise<{ bytes: number; rows: number; sha256: string }> {
    const footer = this.footer();
    const length = Buffer.alloc(4);
    length.writeUInt32LE(footer.length);
    await this.write([footer, length, Buffer.from('PAR1')]);
    await this.file.sync();
    await this.file.close();
    return { bytes: this.position, rows: this.rowCount, sha256: this.hash.digest('hex') };
  }

  /** Closes without a footer, after a failure. */
  async abandon(): Promise<void> {
    await this.file.close().catch(() => undefined);
  }

  private async write(parts: readonly Buffer[]): Promise<void> {
    for (const part of parts) {
      this.hash.update(part);
      this.position += part.length;
    }
    let left = Buffer.concat(parts);
    while (left.length > 0) {
      const { bytesWritten } = await this.file.write(left);
      left = left.subarray(bytesWritten);
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
    const encodings = coded ? [PLAIN, RLE_DICTIONARY] : [PLAIN];
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
  thrift.i32(3, 0);
  thrift.text(4, column.name);
  if (column.type === 'string') {
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

function encode(column: ParquetColumn, values: ParquetValues, rows: number): Buffer {
  switch (column.type) {
    case 'float32':
    case 'float64':
      return Buffer.from(values.buffer as ArrayBuffer, values.byteOffset, rows * values.BYTES_PER_ELEMENT);
    case 'int32': {
      const whole = values instanceof Int32Array ? values : new Int32Array(values.subarray(0, rows));
      return Buffer.from(whole.buffer as ArrayBuffer, whole.byteOffset, rows * 4);
    }
    case 'int64':
      return wide(values, rows, 1);
    case 'timestamp':
      return wide(values, rows, 1_000_000);
    case 'string':
      return codes(values, rows, (column.dictionary ?? []).length);
  }
}

/** Whole numbers times `factor` as 64-bit integers, without a BigInt a value. */
function wide(values: ParquetValues, rows: number, factor: number): Buffer {
  const halves = new Int32Array(rows * 2);
  for (let row = 0; row < rows; row += 1) {
    const value = (values[row] ?? 0) * factor;
    halves[2 * row] = (value % 0x1_0000_0000) | 0;
    halves[2 * row + 1] = Math.floor(value / 0x1_0000_0000);
  }
  return Buffer.from(halves.buffer);
}

/** Dictionary codes as one bit-packed run, in groups of eight. */
function codes(values: ParquetValues, rows: number, words: number): Buffer {
  let width = 1;
  while (2 ** width < words) width += 1;
  const groups = Math.ceil(rows / 8);
  const head: number[] = [width];
  let run = groups * 2 + 1;
  while (run >= 128) {
    head.push((run % 128) | 128);
    run = Math.floor(run / 128);
  }
  head.push(run);
  const bytes = Buffer.alloc(head.length + groups * width);
  bytes.set(head);
  let at = head.length;
  let held = 0;
  let bits = 0;
  for (let row = 0; row < groups * 8; row += 1) {
    held |= (row < rows ? (values[row] ?? 0) : 0) << bits;
    bits += width;
    while (bits >= 8) {
      bytes[at] = held & 255;
      at += 1;
      held >>>= 8;
      bits -= 8;
    }
  }
  return bytes;
}
