/**
 * A small assembler for classic BPF, the language of seccomp filters: labels in, bytes out.
 * One instruction is `struct sock_filter {u16 code; u8 jt; u8 jf; u32 k}`, little endian, 8 bytes.
 */
export type Instruction =
  /** Load the 32-bit word at `offset` of `struct seccomp_data`. */
  | { op: 'load'; offset: number }
  | { op: 'and'; mask: number }
  /** Go to `yes` when the accumulator equals, is at least, or shares bits with `value`; otherwise go on. */
  | { op: 'jeq' | 'jge' | 'jset'; value: number; yes: string }
  | { op: 'jump'; to: string }
  | { op: 'return'; value: number }
  | { op: 'label'; name: string };

/** Where the fields of `struct seccomp_data` lie; arguments are 64 bits wide, the low word first. */
export const SECCOMP_DATA = { nr: 0, arch: 4, argument: (index: number) => 16 + 8 * index } as const;

const CODE = { load: 0x20, and: 0x54, jump: 0x05, jeq: 0x15, jge: 0x35, jset: 0x45, return: 0x06 } as const;

/** The longest program the kernel takes (BPF_MAXINSNS). */
const MAX_INSTRUCTIONS = 4096;

/**
 * A conditional jump reaches 255 instructions only, so each is written as a test over an unconditional jump, whose
 * reach is 32 bits: `jeq v, 0, 1; jump yes`. Labels lie ahead always, as the kernel demands.
 *
 * @throws Error for an unknown label, a jump backwards or a program too long: a defect of the caller
 */
export function assemble(program: readonly Instruction[]): Uint8Array {
  const width = (instruction: Instruction) =>
    instruction.op === 'label'
      ? 0
      : instruction.op === 'jeq' || instruction.op === 'jge' || instruction.op === 'jset'
        ? 2
        : 1;
  const places = new Map<string, number>();
  let length = 0;
  for (const instruction of program) {
    if (instruction.op === 'label') places.set(instruction.name, length);
    length += width(instruction);
  }
  if (length > MAX_INSTRUCTIONS) throw new Error(`a filter of ${length} instructions is too long`);
  const view = new DataView(new ArrayBuffer(length * 8));
  let at = 0;
  const emit = (code: number, jt: number, jf: number, k: number) => {
    view.setUint16(at * 8, code, true);
    view.setUint8(at * 8 + 2, jt);
    view.setUint8(at * 8 + 3, jf);
    view.setUint32(at * 8 + 4, k >>> 0, true);
    at += 1;
  };
  const distance = (label: string) => {
    const place = places.get(label);
    if (place === undefined) throw new Error(`no label ${label}`);
    if (place <= at) throw new Error(`a jump backwards to ${label}`);
    return place - at - 1;
  };
  for (const instruction of program) {
    switch (instruction.op) {
      case 'label':
        break;
      case 'load':
        emit(CODE.load, 0, 0, instruction.offset);
        break;
      case 'and':
        emit(CODE.and, 0, 0, instruction.mask);
        break;
      case 'return':
        emit(CODE.return, 0, 0, instruction.value);
        break;
      case 'jump':
        emit(CODE.jump, 0, 0, distance(instruction.to));
        break;
      default:
        emit(CODE[instruction.op], 0, 1, instruction.value);
        emit(CODE.jump, 0, 0, distance(instruction.yes));
    }
  }
  return new Uint8Array(view.buffer);
}

/** What the kernel hands to a filter: the call's number, the architecture's mark, the arguments' low words. */
export interface SeccompData {
  nr: number;
  arch: number;
  arguments?: readonly number[];
}

/**
 * Runs a filter as the kernel would, so that a test may ask what it answers to every call there is.
 *
 * @returns the filter's 32-bit verdict (`SECCOMP_RET_*` and its data)
 */
export function simulate(filter: Uint8Array, data: SeccompData): number {
  const view = new DataView(filter.buffer, filter.byteOffset, filter.byteLength);
  const word = (offset: number): number => {
    if (offset === SECCOMP_DATA.nr) return data.nr >>> 0;
    if (offset === SECCOMP_DATA.arch) return data.arch >>> 0;
    const index = (offset - 16) / 8;
    return Number.isInteger(index) ? (data.arguments?.[index] ?? 0) >>> 0 : 0;
  };
  let accumulator = 0;
  for (let at = 0; at < filter.length / 8; at += 1) {
    const k = view.getUint32(at * 8 + 4, true);
    const skip = (holds: boolean) => view.getUint8(at * 8 + (holds ? 2 : 3));
    switch (view.getUint16(at * 8, true)) {
      case CODE.load:
        accumulator = word(k);
        break;
      case CODE.and:
        accumulator = (accumulator & k) >>> 0;
        break;
      case CODE.jump:
        at += k;
        break;
      case CODE.jeq:
        at += skip(accumulator === k);
        break;
      case CODE.jge:
        at += skip(accumulator >= k);
        break;
      case CODE.jset:
        at += skip((accumulator & k) !== 0);
        break;
      case CODE.return:
        return k;
      default:
        throw new Error(`instruction ${at} is not one of ours`);
    }
  }
  throw new Error('the filter ran past its end');
}
