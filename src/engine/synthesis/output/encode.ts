import { type ParquetColumn, type ParquetValues } from './parquet.js';

/** What a page of a column holds after its header. */
export interface Page {
  /** bytes in order; definition levels first where the column is optional */
  readonly parts: readonly Uint8Array[];
  readonly bytes: number;
}

const WORD = 0x1_0000_0000;
const NULL_INT32 = -0x8000_0000;
const NULL_CODE = 255;

/**
 * Memory that the pages of one row group are laid out in and that the next group uses again, so that a long table
 * costs no more garbage than a short one.
 */
export class Arena {
  private block = new ArrayBuffer(0);
  private used = 0;
  private wanted = 0;

  /** Forgets what was taken. */
  reset(): void {
    if (this.wanted > this.block.byteLength) this.block = new ArrayBuffer(this.wanted);
    this.used = 0;
    this.wanted = 0;
  }

  /** Room that holds anything until it is written, beginning at a multiple of eight. */
  take(bytes: number): { readonly buffer: ArrayBuffer; readonly offset: number } {
    const room = (bytes + 7) & ~7;
    this.wanted += room;
    if (this.used + room > this.block.byteLength) return { buffer: new ArrayBuffer(room), offset: 0 };
    const offset = this.used;
    this.used += room;
    return { buffer: this.block, offset };
  }

  bytes(count: number): Uint8Array {
    const { buffer, offset } = this.take(count);
    return new Uint8Array(buffer, offset, count);
  }

  int32(count: number): Int32Array {
    const { buffer, offset } = this.take(count * 4);
    return new Int32Array(buffer, offset, count);
  }

  float32(count: number): Float32Array {
    const { buffer, offset } = this.take(count * 4);
    return new Float32Array(buffer, offset, count);
  }

  float64(count: number): Float64Array {
    const { buffer, offset } = this.take(count * 8);
    return new Float64Array(buffer, offset, count);
  }
}

/** Arenas by the columns that they have held, so that the same table of the next split finds one of its size. */
export class Arenas {
  private readonly spare = new Map<readonly ParquetColumn[], Arena[]>();

  take(columns: readonly ParquetColumn[]): Arena {
    const arena = this.spare.get(columns)?.pop() ?? new Arena();
    arena.reset();
    return arena;
  }

  giveBack(columns: readonly ParquetColumn[], arena: Arena): void {
    const spare = this.spare.get(columns);
    if (spare === undefined) this.spare.set(columns, [arena]);
    else spare.push(arena);
  }
}

/** The values of one column of a row group as a data page: plain, or codes of the dictionary. */
export function encode(column: ParquetColumn, values: ParquetValues, rows: number, arena: Arena): Page {
  if (column.optional !== true) return pageOf([payload(column, values, rows, arena)]);
  const levels = arena.bytes((rows + 7) >> 3);
  const { present, dense } = compact(column, values, rows, levels, arena);
  const definition = levelRun(rows, present === rows ? undefined : levels);
  return pageOf([definition, payload(column, dense, present, arena)]);
}

function pageOf(parts: readonly Uint8Array[]): Page {
  return { parts, bytes: parts.reduce((sum, part) => sum + part.length, 0) };
}

/** Definition levels with their length before them: one run of ones, or the bits as they stand. */
function levelRun(rows: number, bits: Uint8Array | undefined): Uint8Array {
  const head: number[] = [];
  let run = bits === undefined ? rows * 2 : bits.length * 2 + 1;
  while (run >= 128) {
    head.push((run % 128) | 128);
    run = Math.floor(run / 128);
  }
  head.push(run);
  const body = bits ?? Uint8Array.of(1);
  const bytes = Buffer.alloc(4 + head.length + body.length);
  bytes.writeUInt32LE(head.length + body.length);
  bytes.set(head, 4);
  bytes.set(body, 4 + head.length);
  return bytes;
}

/** Marks what is present in `levels`, a bit a row, and gives those values without gaps. */
function compact(
  column: ParquetColumn,
  values: ParquetValues,
  rows: number,
  levels: Uint8Array,
  arena: Arena,
): { present: number; dense: ParquetValues } {
  levels.fill(0);
  if (column.type === 'text') {
    const words = texts(column, values);
    const dense: (string | null)[] = [];
    for (let row = 0; row < rows; row += 1) {
      const word = words[row] ?? null;
      if (word === null) continue;
      mark(levels, row);
      dense.push(word);
    }
    return { present: dense.length, dense };
  }
  const numbers = numeric(column, values);
  let present: number;
  let dense: ParquetValues;
  if (column.type === 'string') {
    dense = codesOf(column, numbers, rows, arena);
    present = keepCodes(dense, rows, levels);
  } else if ((numbers instanceof Float32Array || numbers instanceof Float64Array) && !hasNaN(numbers, rows)) {
    return { present: rows, dense: values };
  } else if (numbers instanceof Float32Array) {
    dense = arena.float32(rows);
    present = keepFloat32(numbers, rows, levels, dense);
  } else if (numbers instanceof Float64Array) {
    dense = arena.float64(rows);
    present = keepFloat64(numbers, rows, levels, dense);
  } else {
    dense = arena.int32(rows);
    dense.set(numbers.length === rows ? numbers : numbers.subarray(0, rows));
    present = keepInt32(dense, rows, levels);
  }
  return { present, dense: present === rows ? values : dense };
}

function hasNaN(values: Float32Array | Float64Array, rows: number): boolean {
  // A sum of numbers is not a number when one of them is not, or when infinities cancel: then look again.
  let sum = 0;
  for (let row = 0; row < rows; row += 1) sum += values[row] as number;
  if (sum === sum) return false;
  for (let row = 0; row < rows; row += 1) if (values[row] !== values[row]) return true;
  return false;
}

function mark(levels: Uint8Array, row: number): void {
  levels[row >> 3] = (levels[row >> 3] as number) | (1 << (row & 7));
}

function keepFloat32(values: Float32Array, rows: number, levels: Uint8Array, dense: Float32Array): number {
  let present = 0;
  for (let row = 0; row < rows; row += 1) {
    const value = values[row] as number;
    if (value !== value) continue;
    mark(levels, row);
    dense[present] = value;
    present += 1;
  }
  return present;
}

function keepFloat64(values: Float64Array, rows: number, levels: Uint8Array, dense: Float64Array): number {
  let present = 0;
  for (let row = 0; row < rows; row += 1) {
    const value = values[row] as number;
    if (value !== value) continue;
    mark(levels, row);
    dense[present] = value;
    present += 1;
  }
  return present;
}

function keepInt32(dense: Int32Array, rows: number, levels: Uint8Array): number {
  let present = 0;
  for (let row = 0; row < rows; row += 1) {
    const value = dense[row] as number;
    if (value === NULL_INT32) continue;
    mark(levels, row);
    dense[present] = value;
    present += 1;
  }
  return present;
}

/** In place: what is kept never runs ahead of what is read. */
function keepCodes(codes: Uint8Array | Int32Array, rows: number, levels: Uint8Array): number {
  const none = codes instanceof Uint8Array ? NULL_CODE : -1;
  let present = 0;
  for (let row = 0; row < rows; row += 1) {
    const code = codes[row] as number;
    if (code === none) continue;
    mark(levels, row);
    codes[present] = code;
    present += 1;
  }
  return present;
}

type Numbers = Exclude<ParquetValues, readonly (string | null)[]>;

function numeric(column: ParquetColumn, values: ParquetValues): Numbers {
  if (!ArrayBuffer.isView(values)) throw new Error(`column ${column.name}: numbers were expected`);
  return values;
}

function texts(column: ParquetColumn, values: ParquetValues): readonly (string | null)[] {
  if (ArrayBuffer.isView(values)) throw new Error(`column ${column.name}: texts were expected`);
  return values;
}

function payload(column: ParquetColumn, values: ParquetValues, rows: number, arena: Arena): Uint8Array {
  switch (column.type) {
    case 'text':
      return plainTexts(column, texts(column, values), rows, arena);
    case 'float32':
    case 'float64': {
      const floats = numeric(column, values);
      const kind = column.type === 'float32' ? Float32Array : Float64Array;
      if (!(floats instanceof kind)) throw new Error(`column ${column.name}: not a ${kind.name}`);
      return memoryOf(floats, rows);
    }
    case 'int32': {
      const whole = numeric(column, values);
      if (whole instanceof Int32Array) return memoryOf(whole, rows);
      const wider = arena.int32(rows);
      wider.set(whole.subarray(0, rows));
      return memoryOf(wider, rows);
    }
    case 'int64':
    case 'timestamp': {
      const wide = numeric(column, values);
      const floats = wide instanceof Float64Array ? wide : Float64Array.from(wide.subarray(0, rows));
      return longs(column, floats, rows, column.type === 'timestamp' ? 1_000_000 : 1, arena);
    }
    case 'string':
      return packed(
        column,
        codesOf(column, numeric(column, values), rows, arena),
        rows,
        (column.dictionary ?? []).length,
        arena,
      );
  }
}

function memoryOf(values: Numbers, rows: number): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, rows * values.BYTES_PER_ELEMENT);
}

/** Whole numbers times `factor` as 64-bit integers, without a BigInt a value. */
function longs(
  column: ParquetColumn,
  values: Float64Array,
  rows: number,
  factor: number,
  arena: Arena,
): Uint8Array {
  const halves = arena.int32(rows * 2);
  for (let row = 0; row < rows; row += 1) {
    const value = (values[row] as number) * factor;
    const high = Math.floor(value / WORD);
    if (value !== value)
      throw new Error(`column ${column.name}: row ${row} is null, and the column is not optional`);
    halves[2 * row] = (value - high * WORD) | 0;
    halves[2 * row + 1] = high;
  }
  return memoryOf(halves, rows * 2);
}

/** Codes in memory of our own: bytes where the dictionary leaves one value for null. */
function codesOf(
  column: ParquetColumn,
  values: Numbers,
  rows: number,
  arena: Arena,
): Uint8Array | Int32Array {
  const small = (column.dictionary ?? []).length <= NULL_CODE;
  const own = small ? arena.bytes(rows) : arena.int32(rows);
  own.set(values.length === rows ? values : values.subarray(0, rows));
  return own;
}

/** Dictionary codes as one bit-packed run, in groups of eight. */
function packed(
  column: ParquetColumn,
  codes: Uint8Array | Int32Array,
  rows: number,
  words: number,
  arena: Arena,
): Uint8Array {
  let width = 1;
  while (2 ** width < words) width += 1;
  const groups = (rows + 7) >> 3;
  const head: number[] = [width];
  let run = groups * 2 + 1;
  while (run >= 128) {
    head.push((run % 128) | 128);
    run = Math.floor(run / 128);
  }
  head.push(run);
  const bytes = arena.bytes(head.length + groups * width);
  bytes.set(head);
  let at = head.length;
  let held = 0;
  let bits = 0;
  for (let row = 0; row < groups * 8; row += 1) {
    const code = row < rows ? (codes[row] as number) : 0;
    if (code < 0 || (code >= words && row < rows))
      throw new Error(`column ${column.name}: no word has the code ${code} of row ${row}`);
    held |= code << bits;
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

function plainTexts(
  column: ParquetColumn,
  words: readonly (string | null)[],
  rows: number,
  arena: Arena,
): Uint8Array {
  const lengths = arena.int32(rows);
  let total = 0;
  for (let row = 0; row < rows; row += 1) {
    const word = words[row] ?? null;
    if (word === null)
      throw new Error(`column ${column.name}: row ${row} is null, and the column is not optional`);
    lengths[row] = Buffer.byteLength(word, 'utf8');
    total += 4 + (lengths[row] as number);
  }
  const bytes = Buffer.allocUnsafe(total);
  let at = 0;
  for (let row = 0; row < rows; row += 1) {
    at = bytes.writeInt32LE(lengths[row] as number, at);
    at += bytes.write(words[row] as string, at, 'utf8');
  }
  return bytes;
}
