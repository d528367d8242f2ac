/** Parquet's physical types by number: boolean, 32- and 64-bit integers, float and double. */
export type PhysicalType = 0 | 1 | 2 | 4 | 5;

export interface PageCoding {
  physical: PhysicalType;
  /** 0 PLAIN, 2 and 8 indices into the dictionary. */
  encoding: number;
  /** Whether definition levels precede the values. */
  optional: boolean;
  dictionary: Float64Array | null;
}

/**
 * Decodes a data page (version 1) of numbers or booleans.
 *
 * A target of bytes is for labels: what is neither 0 nor 1 becomes 2.
 *
 * @returns false where a value is missing, a whole number is not exact as a double, or the encoding is another
 * @throws RangeError where the page ends early
 */
export function decodeInto(page: Uint8Array, coding: PageCoding, target: Float64Array | Uint8Array): boolean {
  let at = 0;
  if (coding.optional) {
    const length = new DataView(page.buffer, page.byteOffset, page.byteLength).getUint32(0, true);
    if (!allPresent(page, 4, 4 + length, target.length)) return false;
    at = 4 + length;
  }
  if (coding.encoding === 0) return decodePlain(page.subarray(at), coding.physical, target);
  if ((coding.encoding !== 2 && coding.encoding !== 8) || coding.dictionary === null) return false;
  const width = page[at];
  if (width === undefined || width > 24) throw new RangeError('a dictionary index is too wide');
  const values = target instanceof Uint8Array ? asLabels(coding.dictionary) : coding.dictionary;
  return decodeIndices(page, at + 1, width, values, target);
}

function decodePlain(bytes: Uint8Array, physical: PhysicalType, target: Float64Array | Uint8Array): boolean {
  const n = target.length;
  const width = physical === 0 ? 1 / 8 : physical === 1 || physical === 4 ? 4 : 8;
  if (bytes.length < n * width) throw new RangeError('a page ends early');
  if (physical === 0) {
    for (let i = 0; i < n; i++) target[i] = ((bytes[i >> 3] as number) >> (i & 7)) & 1;
    return true;
  }
  // Values of a page may lie at any byte; typed arrays must not.
  const size = n * width;
  const aligned = bytes.byteOffset % width === 0 ? bytes : bytes.slice(0, size);
  const { buffer, byteOffset } = aligned;
  if (physical === 5 && target instanceof Float64Array) {
    target.set(new Float64Array(buffer, byteOffset, n));
    return true;
  }
  if (physical === 2) return decodeLongs(new Int32Array(buffer, byteOffset, 2 * n), target);
  const numbers =
    physical === 5
      ? new Float64Array(buffer, byteOffset, n)
      : physical === 4
        ? new Float32Array(buffer, byteOffset, n)
        : new Int32Array(buffer, byteOffset, n);
  if (target instanceof Float64Array) target.set(numbers);
  else for (let i = 0; i < n; i++) target[i] = labelOf(numbers[i] as number);
  return true;
}

function decodeLongs(words: Int32Array, target: Float64Array | Uint8Array): boolean {
  const bytes = target instanceof Uint8Array;
  for (let i = 0; i < target.length; i++) {
    const value = (words[2 * i + 1] as number) * 4294967296 + ((words[2 * i] as number) >>> 0);
    if (!Number.isSafeInteger(value)) return false;
    target[i] = bytes ? labelOf(value) : value;
  }
  return true;
}

function labelOf(value: number): number {
  return value === 0 ? 0 : value === 1 ? 1 : 2;
}

function asLabels(dictionary: Float64Array): Uint8Array {
  return Uint8Array.from(dictionary, labelOf);
}

/** Runs of Parquet's RLE and bit-packed hybrid: `packed` bits begin at `at`, or `value` repeats. */
function walkHybrid(
  bytes: Uint8Array,
  start: number,
  width: number,
  count: number,
  run: (from: number, to: number, packedAt: number, value: number) => boolean,
): boolean {
  const wide = Math.ceil(width / 8);
  let at = start;
  for (let done = 0; done < count;) {
    let header = 0;
    for (let scale = 1; ; scale *= 128) {
      const next = bytes[at++];
      if (next === undefined || scale > 2 ** 35) throw new RangeError('a page ends early');
      header += (next & 127) * scale;
      if (next < 128) break;
    }
    const long = Math.floor(header / 2);
    if (header % 2 === 1) {
      const to = Math.min(count, done + 8 * long);
      if (at + Math.ceil(((to - done) * width) / 8) > bytes.length || long === 0)
        throw new RangeError('a page ends early');
      if (!run(done, to, at, 0)) return false;
      at += long * width;
      done = to;
    } else {
      let value = 0;
      for (let i = 0; i < wide; i++) value += (bytes[at + i] ?? 0) * 2 ** (8 * i);
      if (at + wide > bytes.length || long === 0) throw new RangeError('a page ends early');
      at += wide;
      const to = Math.min(count, done + long);
      if (!run(done, to, -1, value)) return false;
      done = to;
    }
  }
  return true;
}

function allPresent(bytes: Uint8Array, start: number, end: number, count: number): boolean {
  if (end > bytes.length) throw new RangeError('a page ends early');
  const levels = bytes.subarray(0, end);
  return walkHybrid(levels, start, 1, count, (from, to, packedAt, value) => {
    if (packedAt < 0) return value === 1;
    for (let i = 0; i < to - from; i++) {
      if (((levels[packedAt + (i >> 3)] as number) & (1 << (i & 7))) === 0) return false;
    }
    return true;
  });
}

function decodeIndices(
  bytes: Uint8Array,
  start: number,
  width: number,
  values: Float64Array | Uint8Array,
  target: Float64Array | Uint8Array,
): boolean {
  const mask = 2 ** width - 1;
  return walkHybrid(bytes, start, width, target.length, (from, to, packedAt, repeated) => {
    if (packedAt < 0) {
      const value = values[repeated];
      if (value === undefined) throw new RangeError('a dictionary index is too high');
      target.fill(value, from, to);
      return true;
    }
    let at = packedAt;
    let held = 0;
    let bits = 0;
    for (let i = from; i < to; i++) {
      while (bits < width) {
        held |= (bytes[at++] as number) << bits;
        bits += 8;
      }
      const value = values[held & mask];
      if (value === undefined) throw new RangeError('a dictionary index is too high');
      target[i] = value;
      held >>>= width;
      bits -= width;
    }
    return true;
  });
}
