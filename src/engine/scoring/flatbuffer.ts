/**
 * The part of FlatBuffers that Arrow's messages need. Reading goes through DataView, so an offset that leaves the
 * buffer is a RangeError and never a read of something else; nothing is allocated by a length found in the data.
 */
export class TableReader {
  private readonly vtable: number;
  private readonly vtableSize: number;

  constructor(
    private readonly view: DataView,
    private readonly position: number,
  ) {
    this.vtable = position - view.getInt32(position, true);
    this.vtableSize = view.getUint16(this.vtable, true);
  }

  /** The root table of a buffer. */
  static root(bytes: Uint8Array): TableReader {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return new TableReader(view, view.getUint32(0, true));
  }

  uint8(field: number): number {
    const at = this.at(field);
    return at === 0 ? 0 : this.view.getUint8(at);
  }

  int16(field: number): number {
    const at = this.at(field);
    return at === 0 ? 0 : this.view.getInt16(at, true);
  }

  int32(field: number): number {
    const at = this.at(field);
    return at === 0 ? 0 : this.view.getInt32(at, true);
  }

  /** A 64-bit integer that must be exact as a number. */
  int64(field: number): number {
    const at = this.at(field);
    return at === 0 ? 0 : exact(this.view.getBigInt64(at, true));
  }

  string(field: number): string | undefined {
    const at = this.at(field);
    if (at === 0) return undefined;
    const start = at + this.view.getUint32(at, true);
    const length = this.view.getUint32(start, true);
    if (start + 4 + length > this.view.byteLength) throw new RangeError('a string leaves the buffer');
    return new TextDecoder().decode(
      new Uint8Array(this.view.buffer, this.view.byteOffset + start + 4, length),
    );
  }

  table(field: number): TableReader | undefined {
    const at = this.at(field);
    return at === 0 ? undefined : new TableReader(this.view, at + this.view.getUint32(at, true));
  }

  has(field: number): boolean {
    return this.at(field) !== 0;
  }

  /** A vector of tables; more than `limit` is refused before any is looked at. */
  tables(field: number, limit: number): TableReader[] {
    const { start, length } = this.vector(field, limit);
    return Array.from({ length }, (_, index) => {
      const at = start + 4 * index;
      return new TableReader(this.view, at + this.view.getUint32(at, true));
    });
  }

  /** A vector of structs that are pairs of 64-bit integers: Arrow's FieldNode and Buffer. */
  pairs(field: number, limit: number): (readonly [number, number])[] {
    const { start, length } = this.vector(field, limit);
    return Array.from({ length }, (_, index) => {
      const at = start + 16 * index;
      return [exact(this.view.getBigInt64(at, true)), exact(this.view.getBigInt64(at + 8, true))] as const;
    });
  }

  private vector(field: number, limit: number): { start: number; length: number } {
    const at = this.at(field);
    if (at === 0) return { start: 0, length: 0 };
    const start = at + this.view.getUint32(at, true);
    const length = this.view.getUint32(start, true);
    if (length > limit) throw new RangeError(`a vector of ${length} where at most ${limit} may be`);
    return { start: start + 4, length };
  }

  private at(field: number): number {
    const slot = 4 + 2 * field;
    if (slot + 2 > this.vtableSize) return 0;
    const offset = this.view.getUint16(this.vtable + slot, true);
    return offset === 0 ? 0 : this.position + offset;
  }
}

function exact(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 0) throw new RangeError(`${value} is no length`);
  return number;
}

/** Where something lies, counted from the end of the buffer: it stays true while the buffer grows at its front. */
export type Offset = number;

type Field =
  | { index: number; kind: 'uint8' | 'int16' | 'int32' | 'int64'; value: number }
  | { index: number; kind: 'offset'; value: Offset };

/** Builds a buffer from its end to its front, as FlatBuffers does: children first. */
export class FlatBuilder {
  private bytes = new Uint8Array(1024);
  private view = new DataView(this.bytes.buffer);
  private used = 0;

  string(text: string): Offset {
    const encoded = new TextEncoder().encode(text);
    this.align(4, encoded.length + 1);
    this.reserve(1);
    // Reserving may replace the bytes: never in one expression with their use.
    const at = this.reserve(encoded.length);
    this.bytes.set(encoded, at);
    return this.uint32(encoded.length);
  }

  offsets(values: readonly Offset[]): Offset {
    this.align(4, 4 * values.length);
    for (const value of values.toReversed()) this.relative(value);
    return this.uint32(values.length);
  }

  /** A vector of structs of two 64-bit integers. */
  pairs(values: readonly (readonly [number, number])[]): Offset {
    this.align(8, 16 * values.length);
    for (const [first, second] of values.toReversed()) {
      this.int64(second);
      this.int64(first);
    }
    return this.uint32(values.length);
  }

  table(fields: readonly Field[]): Offset {
    const places = new Map<number, Offset>();
    const start = this.used;
    for (const field of fields) {
      if (field.kind === 'offset') {
        this.align(4, 4);
        this.relative(field.value);
      } else if (field.kind === 'int64') {
        this.align(8, 8);
        this.int64(field.value);
      } else if (field.kind === 'int32') {
        this.align(4, 4);
        const at = this.reserve(4);
        this.view.setInt32(at, field.value, true);
      } else if (field.kind === 'int16') {
        this.align(2, 2);
        const at = this.reserve(2);
        this.view.setInt16(at, field.value, true);
      } else {
        const at = this.reserve(1);
        this.view.setUint8(at, field.value);
      }
      places.set(field.index, this.used);
    }
    this.align(4, 4);
    this.reserve(4);
    const table = this.used;
    const count = Math.max(-1, ...places.keys()) + 1;
    for (let index = count - 1; index >= 0; index -= 1) {
      const place = places.get(index);
      this.uint16(place === undefined ? 0 : table - place);
    }
    this.uint16(table - start);
    this.uint16(4 + 2 * count);
    // Growing may have moved the bytes: the table's place is taken from its end again.
    const place = this.bytes.length - table;
    this.view.setInt32(place, this.used - table, true);
    return table;
  }

  /** @returns the finished buffer, its length a multiple of 8 */
  finish(root: Offset): Uint8Array {
    this.align(8, 4);
    this.relative(root);
    return this.bytes.slice(this.bytes.length - this.used);
  }

  private relative(target: Offset): void {
    const at = this.reserve(4);
    this.view.setUint32(at, this.used - target, true);
  }

  private uint32(value: number): Offset {
    const at = this.reserve(4);
    this.view.setUint32(at, value, true);
    return this.used;
  }

  private uint16(value: number): void {
    const at = this.reserve(2);
    this.view.setUint16(at, value, true);
  }

  private int64(value: number): void {
    const at = this.reserve(8);
    this.view.setBigInt64(at, BigInt(value), true);
  }

  /** Pads so that after `bytes` more the front lies on a multiple of `size`, seen from the end. */
  private align(size: number, bytes: number): void {
    while ((this.used + bytes) % size !== 0) this.reserve(1);
  }

  private reserve(count: number): number {
    if (this.used + count > this.bytes.length) {
      const grown = new Uint8Array(Math.max(2 * this.bytes.length, this.used + count));
      grown.set(this.bytes, grown.length - this.bytes.length);
      this.bytes = grown;
      this.view = new DataView(grown.buffer);
    }
    this.used += count;
    return this.bytes.length - this.used;
  }
}
