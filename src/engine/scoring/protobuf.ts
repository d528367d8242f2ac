/** Bytes that are not a protobuf message; the message says why, in words fit for one line. */
export class ProtobufError extends Error {}

type WireType = 'varint' | 'fixed64' | 'bytes' | 'fixed32';

const WIRE_TYPES: Readonly<Record<number, WireType>> = {
  0: 'varint',
  1: 'fixed64',
  2: 'bytes',
  5: 'fixed32',
};
const EMPTY = new Uint8Array(0);
const MAX_TEXT_BYTES = 4096;

/** One field of a message: its number, how it is written, and its value. */
export class ProtobufField {
  constructor(
    readonly id: number,
    private readonly wire: WireType,
    /** A view into the message, for length-delimited fields. */
    readonly bytes: Uint8Array,
    private readonly value: bigint,
    /** A view of the field as it is written, its number and length included. */
    readonly whole: Uint8Array,
  ) {}

  is(id: number, wire: WireType): boolean {
    return this.id === id && this.wire === wire;
  }

  /** @throws ProtobufError when it is no exact number */
  number(): number {
    const number = Number(BigInt.asIntN(64, this.value));
    if (!Number.isSafeInteger(number)) throw new ProtobufError(`field ${this.id} is out of range`);
    return number;
  }

  /** @throws ProtobufError when it is not UTF-8, or longer than a name may be */
  text(): string {
    if (this.bytes.length > MAX_TEXT_BYTES) throw new ProtobufError(`a name of ${this.bytes.length} bytes`);
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(this.bytes);
    } catch {
      throw new ProtobufError(`field ${this.id} is not UTF-8`);
    }
  }
}

/** Walks over a message's fields in the order written. Views only: nothing is copied, nothing allocated by length. */
export function* readFields(message: Uint8Array): Generator<ProtobufField> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[at++];
      if (byte === undefined) throw new ProtobufError('it ends in the middle of a number');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new ProtobufError('a number longer than ten bytes');
  };
  const take = (count: number): Uint8Array => {
    if (count > message.length - at) throw new ProtobufError('it ends in the middle of a field');
    at += count;
    return message.subarray(at - count, at);
  };
  while (at < message.length) {
    const from = at;
    const tag = varint();
    const id = Number(tag >> 3n);
    const wire = WIRE_TYPES[Number(tag & 7n)];
    if (wire === undefined || id === 0 || id > 0x1fffffff)
      throw new ProtobufError('the bytes are no protobuf message');
    const bytes =
      wire === 'varint' ? EMPTY : take(wire === 'bytes' ? Number(varint()) : wire === 'fixed64' ? 8 : 4);
    const value = wire === 'varint' ? varint() : 0n;
    yield new ProtobufField(id, wire, bytes, value, message.subarray(from, at));
  }
}

/** Bytes as a length-delimited field, for messages that are put together anew. */
export function delimited(id: number, bytes: Uint8Array): Uint8Array[] {
  return [varintBytes((id << 3) | 2), varintBytes(bytes.length), bytes];
}

function varintBytes(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Uint8Array.from([...bytes, rest]);
}
