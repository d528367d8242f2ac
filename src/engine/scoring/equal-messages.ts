import {
  type ArrowColumn,
  type ArrowField,
  type ArrowType,
  batchInPlace,
  encodeBatch,
  newNumbers,
  type NumberColumn,
} from './arrow-message.js';
import { isText } from './arrow-text.js';

export interface FeatureBatch {
  rows: number;
  /**
   * In the order of the columns that were announced, each as its type asks: floats of either width for `float32` and
   * `float64`, `Int32Array` for `int32`, `BigInt64Array` for `int64` and `timestamp` (microseconds since 1970, UTC), strings
   * or null for `utf8`.
   */
  columns: readonly ArrowColumn[];
}

type Kept = NumberColumn | (string | null)[];

/**
 * Features as record batches of equal rows, but for the last, whatever the batches were cut like. Each message is good
 * until the next is asked for.
 *
 * @throws Error when the batches are not of the columns and rows that were announced; ArrowError for text longer than a
 *   message may be; what `batches` throws
 */
export async function* equalMessages(
  fields: readonly ArrowField[],
  batches: AsyncIterable<FeatureBatch>,
  { rows, messageRows }: { rows: number; messageRows: number },
): AsyncGenerator<Uint8Array> {
  const room = new MessageRoom(fields, messageRows);
  let total = 0;
  for await (const batch of batches) {
    checkColumns(fields, batch.columns);
    for (let from = 0; from < batch.rows;) {
      const count = room.put(batch, from);
      from += count;
      total += count;
      if (room.free === 0) yield room.take();
    }
  }
  if (room.filled > 0) yield room.take();
  if (total !== rows) throw new Error(`${total} rows came where ${rows} were announced`);
}

/** Where a message is put together: numbers alone lie in it from the start, text makes every message one of its own. */
export class MessageRoom {
  filled = 0;
  private readonly columns: readonly Kept[];
  private readonly whole: () => Uint8Array;

  constructor(
    fields: readonly ArrowField[],
    private readonly rows: number,
  ) {
    const types = fields.flatMap(({ type }) => (type === 'utf8' ? [] : [type]));
    if (types.length === fields.length) {
      const { bytes, columns } = batchInPlace(types, rows);
      this.columns = columns;
      this.whole = () => bytes;
    } else {
      const columns = fields.map(({ type }): Kept =>
        type === 'utf8' ? new Array<string | null>(rows).fill('') : newNumbers(type, rows),
      );
      this.columns = columns;
      this.whole = () => encodeBatch(rows, columns);
    }
  }

  get free(): number {
    return this.rows - this.filled;
  }

  /** Copies as many rows as there is room for, from that row on. @returns how many */
  put(batch: FeatureBatch, from: number): number {
    const count = Math.min(batch.rows - from, this.free);
    this.columns.forEach((into, index) =>
      copy(into, batch.columns[index] as ArrowColumn, from, count, this.filled),
    );
    this.filled += count;
    return count;
  }

  /** The message, good until rows are put in again. */
  take(): Uint8Array {
    const message = this.free === 0 ? this.whole() : encodeBatch(this.filled, this.columns);
    this.filled = 0;
    return message;
  }
}

function copy(into: Kept, column: ArrowColumn, from: number, count: number, at: number): void {
  if (isText(column)) {
    for (let row = 0; row < count; row += 1)
      (into as (string | null)[])[at + row] = column[from + row] ?? null;
  } else if (column instanceof BigInt64Array) {
    (into as BigInt64Array).set(column.subarray(from, from + count), at);
  } else {
    (into as Float64Array).set(column.subarray(from, from + count), at);
  }
}

const FITTING: Readonly<Record<ArrowType, (column: ArrowColumn) => boolean>> = {
  float32: isFloats,
  float64: isFloats,
  int32: (column) => column instanceof Int32Array,
  int64: (column) => column instanceof BigInt64Array,
  timestamp: (column) => column instanceof BigInt64Array,
  utf8: isText,
};

function isFloats(column: ArrowColumn): boolean {
  return column instanceof Float32Array || column instanceof Float64Array;
}

/** @throws Error for columns that are not those that were announced */
export function checkColumns(fields: readonly ArrowField[], columns: readonly ArrowColumn[]): void {
  fields.forEach((field, index) => check(field, columns[index]));
}

function check({ name, type }: ArrowField, column: ArrowColumn | undefined): void {
  if (column === undefined) throw new Error(`batches lack the column "${name}"`);
  if (!FITTING[type](column)) {
    throw new Error(`batches hold ${column.constructor.name} for the column "${name}" of type ${type}`);
  }
}
