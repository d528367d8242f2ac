import { type Events, type Inflows } from './events.js';

/** Rows of a row group: DuckDB's own default, and a thread's unit of work when it reads. */
export const BLOCK_ROWS = 122_880;
/** Most money movements of a block: one with more of them ends early. */
export const BLOCK_INFLOWS = 262_144;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The next payments in time order, settled, with the money that moved meanwhile; in shared memory. */
export interface Block {
  /** number of the split among those that are played */
  part: number;
  readonly events: Mutable<Events>;
  /** place of a fraudulent payment in the split's Frauds, −1 for an honest one */
  readonly origin: Int32Array;
  readonly inflows: Mutable<Inflows>;
  /** the columns of the customer features */
  readonly features: readonly Float32Array[];
}

/** What one block takes, to be laid out by every thread alike. */
export function blockMemory(features: number): SharedArrayBuffer {
  return new SharedArrayBuffer(BLOCK_ROWS * (8 + 4 * (6 + features) + 3) + BLOCK_INFLOWS * (8 + 3 * 4 + 2));
}

export function blockOf(memory: SharedArrayBuffer, features: number): Block {
  let at = 0;
  const place = (bytes: number): number => (at += bytes) - bytes;
  // Eight-byte columns first, so that every column begins where its type may.
  const balance = new Float64Array(memory, place(8 * BLOCK_ROWS), BLOCK_ROWS);
  const moved = new Float64Array(memory, place(8 * BLOCK_INFLOWS), BLOCK_INFLOWS);
  const whole = (rows: number) => new Int32Array(memory, place(4 * rows), rows);
  const events = {
    rows: 0,
    balance,
    customer: whole(BLOCK_ROWS),
    time: whole(BLOCK_ROWS),
    payee: whole(BLOCK_ROWS),
    amount: whole(BLOCK_ROWS),
    device: whole(BLOCK_ROWS),
  };
  const origin = whole(BLOCK_ROWS);
  const inflows = {
    rows: 0,
    amount: moved,
    customer: whole(BLOCK_INFLOWS),
    time: whole(BLOCK_INFLOWS),
    before: whole(BLOCK_INFLOWS),
  };
  const columns = Array.from(
    { length: features },
    () => new Float32Array(memory, place(4 * BLOCK_ROWS), BLOCK_ROWS),
  );
  const small = (rows: number) => new Uint8Array(memory, place(rows), rows);
  return {
    part: 0,
    events: {
      ...events,
      channel: small(BLOCK_ROWS),
      category: small(BLOCK_ROWS),
      flags: small(BLOCK_ROWS),
    },
    origin,
    inflows: { ...inflows, kind: small(BLOCK_INFLOWS), pocket: small(BLOCK_INFLOWS) },
    features: columns,
  };
}
