/**
 * Decompresses a raw Snappy block (format description of google/snappy), Parquet's usual codec.
 *
 * @param size what it must decompress to, in bytes
 * @throws RangeError where the block is damaged
 */
export function snappyDecompress(block: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  let at = 0;
  let stated = 0;
  for (let shift = 0; ; shift += 7) {
    const next = block[at++];
    if (next === undefined || shift > 28) throw new RangeError('damaged Snappy block');
    stated += (next & 127) * 2 ** shift;
    if (next < 128) break;
  }
  if (stated !== size) throw new RangeError('damaged Snappy block');
  const out = new Uint8Array(size);
  let to = 0;
  while (at < block.length) {
    const tag = block[at++] as number;
    const kind = tag & 3;
    let length = (tag >> 2) + 1;
    if (kind === 0) {
      if (length > 60) {
        const extra = length - 60;
        length = 1;
        for (let i = 0; i < extra; i++) length += (block[at + i] ?? 0) * 2 ** (8 * i);
        at += extra;
      }
      if (at + length > block.length || to + length > size) throw new RangeError('damaged Snappy block');
      if (length > 24) out.set(block.subarray(at, at + length), to);
      else for (let i = 0; i < length; i++) out[to + i] = block[at + i] as number;
      at += length;
      to += length;
      continue;
    }
    let offset: number;
    if (kind === 1) {
      length = ((tag >> 2) & 7) + 4;
      offset = ((tag >> 5) << 8) | (block[at] ?? 0);
      at += 1;
    } else if (kind === 2) {
      offset = (block[at] ?? 0) | ((block[at + 1] ?? 0) << 8);
      at += 2;
    } else {
      offset =
        ((block[at] ?? 0) | ((block[at + 1] ?? 0) << 8) | ((block[at + 2] ?? 0) << 16)) +
        (block[at + 3] ?? 0) * 2 ** 24;
      at += 4;
    }
    if (offset === 0 || offset > to || to + length > size) throw new RangeError('damaged Snappy block');
    for (let i = 0; i < length; i++) out[to + i] = out[to - offset + i] as number;
    to += length;
  }
  if (to !== size) throw new RangeError('damaged Snappy block');
  return out;
}
