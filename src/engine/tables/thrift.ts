/** A struct of Thrift's compact protocol: values by field number. */
export type ThriftStruct = ReadonlyMap<number, ThriftValue>;
export type ThriftValue = number | boolean | Uint8Array | ThriftStruct | readonly ThriftValue[];

const MOST_DEPTH = 16;
const MOST_ITEMS = 1_000_000;

/**
 * Reads one struct of Thrift's compact protocol, in which Parquet writes its footer and page headers.
 *
 * @returns the struct and the place after it
 * @throws RangeError where the bytes end early or make no sense
 */
export function readThrift(bytes: Uint8Array, start: number): { struct: ThriftStruct; end: number } {
  let at = start;
  const byte = (): number => {
    const value = bytes[at++];
    if (value === undefined) throw new RangeError('the metadata ends early');
    return value;
  };
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const next = byte();
      value += (next & 127) * scale;
      if (next < 128) break;
      if (scale > 2 ** 63) throw new RangeError('a number is too long');
    }
    return value;
  };
  // Whole up to 2^53: beyond it no count or offset of a file lies.
  const zigzag = (): number => {
    const value = varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  };
  const value = (type: number, depth: number): ThriftValue => {
    switch (type) {
      case 1:
        return true;
      case 2:
        return false;
      case 3:
        return (byte() << 24) >> 24;
      case 4:
      case 5:
      case 6:
        return zigzag();
      case 7:
        at += 8;
        return NaN;
      case 8: {
        const length = varint();
        if (at + length > bytes.length) throw new RangeError('text ends early');
        at += length;
        return bytes.subarray(at - length, at);
      }
      case 9:
      case 10: {
        const head = byte();
        const length = head >> 4 === 15 ? varint() : head >> 4;
        if (length > MOST_ITEMS) throw new RangeError('a list is too long');
        const kind = head & 15;
        const items: ThriftValue[] = [];
        for (let i = 0; i < length; i++) items.push(kind <= 2 ? byte() === 1 : value(kind, depth + 1));
        return items;
      }
      case 12:
        return struct(depth + 1);
      default:
        throw new RangeError('an unknown kind of value');
    }
  };
  const struct = (depth: number): ThriftStruct => {
    if (depth > MOST_DEPTH) throw new RangeError('the metadata is nested too deeply');
    const fields = new Map<number, ThriftValue>();
    for (let id = 0; ;) {
      const head = byte();
      if (head === 0) return fields;
      id = head >> 4 === 0 ? zigzag() : id + (head >> 4);
      fields.set(id, value(head & 15, depth));
    }
  };
  const read = struct(0);
  return { struct: read, end: at };
}
