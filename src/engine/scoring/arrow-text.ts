import { ArrowError } from './arrow-error.js';

/** Text, null where a value is missing. */
export type TextColumn = readonly (string | null)[];

/** A column of text as it lies in a message's body: one bit a row, `rows` + 1 offsets of 32 bits, UTF-8. */
export interface TextParts {
  nulls: number;
  /** Empty where nothing is missing. */
  validity: Uint8Array;
  offsets: Uint8Array;
  bytes: Uint8Array;
}

/** Offsets are 32 bits wide, and a message is held whole. */
const MAX_TEXT_BYTES = 1 << 28;

/** What text takes at most: a UTF-16 unit is up to three bytes of UTF-8. */
const BYTES_PER_UNIT = 3;

export function isText(column: object): column is TextColumn {
  return Array.isArray(column);
}

/** @throws ArrowError for more text than one message may hold */
export function encodeText(values: TextColumn, rows: number): TextParts {
  let units = 0;
  let nulls = 0;
  for (let row = 0; row < rows; row += 1) {
    const value = values[row];
    if (value == null) nulls += 1;
    else units += value.length;
  }
  if (units > MAX_TEXT_BYTES) {
    throw new ArrowError(`${rows} rows of one column hold more than ${MAX_TEXT_BYTES} bytes of text`);
  }
  const bytes = Buffer.allocUnsafe(BYTES_PER_UNIT * units);
  const offsets = new Int32Array(rows + 1);
  const validity = new Uint8Array(nulls === 0 ? 0 : (rows + 7) >> 3);
  let at = 0;
  for (let row = 0; row < rows; row += 1) {
    const value = values[row];
    if (value != null) {
      at += bytes.write(value, at, 'utf8');
      if (nulls > 0) validity[row >> 3] = (validity[row >> 3] ?? 0) | (1 << (row & 7));
    }
    offsets[row + 1] = at;
  }
  return { nulls, validity, offsets: new Uint8Array(offsets.buffer), bytes: bytes.subarray(0, at) };
}

/** @throws ArrowError for offsets that leave the text */
export function decodeText(parts: TextParts, rows: number, name: string): TextColumn {
  const { nulls, validity } = parts;
  const fail = (why: string): never => {
    throw new ArrowError(`column "${name.slice(0, 64)}" ${why}`);
  };
  if (parts.offsets.length < 4 * (rows + 1)) fail('is too short');
  if (nulls > 0 && validity.length * 8 < rows) fail('does not say which values are missing');
  const offsets = new DataView(parts.offsets.buffer, parts.offsets.byteOffset, parts.offsets.length);
  const bytes = Buffer.from(parts.bytes.buffer, parts.bytes.byteOffset, parts.bytes.length);
  const values = new Array<string | null>(rows);
  let from = offsets.getInt32(0, true);
  if (from < 0) fail('leaves the body');
  for (let row = 0; row < rows; row += 1) {
    const to = offsets.getInt32(4 * row + 4, true);
    if (to < from || to > bytes.length) fail('leaves the body');
    const missing = nulls > 0 && ((validity[row >> 3] ?? 0) & (1 << (row & 7))) === 0;
    values[row] = missing ? null : bytes.toString('utf8', from, to);
    from = to;
  }
  return values;
}
