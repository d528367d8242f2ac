import { type Draft } from './events.js';

/** Words of 32 bits that a payment takes in a packed week. */
const WORDS = 8;
const TIME = 0;
const CUSTOMER = 1;
const PAYEE = 2;
const AMOUNT = 3;
const DEVICE = 4;
/** channel, category and flags, a byte each */
const CODES = 5;
const INTENT = 6;
const ORIGIN = 7;

/**
 * The intended payments of one week in shared memory, each in 32 bytes that stand together: they are written by
 * customer and read by time, and a read in random order costs one cache line a payment instead of ten.
 */
export class WeekDraft {
  readonly words: Int32Array;
  private readonly reals: Float32Array;

  constructor(memory: SharedArrayBuffer) {
    this.words = new Int32Array(memory);
    this.reals = new Float32Array(memory);
  }

  static memory(rows: number): SharedArrayBuffer {
    return new SharedArrayBuffer(rows * WORDS * 4);
  }

  /** Puts rows `from … to` of a draft at rows `at …` of the week. */
  pack(draft: Draft, from: number, to: number, at: number): void {
    const { words, reals } = this;
    for (let row = from, base = at * WORDS; row < to; row += 1, base += WORDS) {
      words[base + TIME] = draft.time[row] ?? 0;
      words[base + CUSTOMER] = draft.customer[row] ?? 0;
      words[base + PAYEE] = draft.payee[row] ?? 0;
      words[base + AMOUNT] = draft.amount[row] ?? 0;
      words[base + DEVICE] = draft.device[row] ?? 0;
      words[base + CODES] =
        (draft.channel[row] ?? 0) | ((draft.category[row] ?? 0) << 8) | ((draft.flags[row] ?? 0) << 16);
      reals[base + INTENT] = draft.intent[row] ?? 0;
      words[base + ORIGIN] = draft.origin[row] ?? 0;
    }
  }

  /** Customer of a row. */
  customer(row: number): number {
    return this.words[row * WORDS + CUSTOMER] ?? 0;
  }

  /** Reads row `row` into an object that its owner uses again and again. */
  read(row: number, into: Intended): void {
    const base = row * WORDS;
    const { words } = this;
    const codes = words[base + CODES] ?? 0;
    into.time = words[base + TIME] ?? 0;
    into.customer = words[base + CUSTOMER] ?? 0;
    into.payee = words[base + PAYEE] ?? 0;
    into.amount = words[base + AMOUNT] ?? 0;
    into.device = words[base + DEVICE] ?? 0;
    into.channel = codes & 255;
    into.category = (codes >> 8) & 255;
    into.flags = (codes >> 16) & 255;
    into.intent = this.reals[base + INTENT] ?? 0;
    into.origin = words[base + ORIGIN] ?? 0;
  }

  /**
   * The first `rows` rows by time. Payments of the same second are ordered by a keyed scramble, so that the place in
   * the table tells nothing of how a payment came to be.
   *
   * @param start first second of the week; no time lies before it, nor `seconds` or more after it
   * @param key two words that nobody who sees the data knows
   * @param out room for `rows` places
   */
  order(
    rows: number,
    start: number,
    seconds: number,
    key: readonly [number, number],
    out: Uint32Array,
  ): void {
    const { words } = this;
    const first = new Uint32Array(seconds + 1);
    for (let row = 0, base = TIME; row < rows; row += 1, base += WORDS) {
      const second = (words[base] ?? 0) - start;
      if (second < 0 || second >= seconds)
        throw new RangeError(`a payment at second ${second} of a week that has ${seconds}`);
      first[second + 1] = (first[second + 1] ?? 0) + 1;
    }
    for (let second = 0; second < seconds; second += 1)
      first[second + 1] = (first[second + 1] ?? 0) + (first[second] ?? 0);
    for (let row = 0, base = TIME; row < rows; row += 1, base += WORDS) {
      const second = (words[base] ?? 0) - start;
      const begin = first[second] ?? 0;
      out[begin] = row;
      first[second] = begin + 1;
    }
    // Now first[s] is where second s ends; the few payments of a second are put in their order by insertion.
    const [left, right] = key;
    for (let second = 0, from = 0; second < seconds; second += 1) {
      const to = first[second] ?? 0;
      for (let place = from + 1; place < to; place += 1) {
        const row = out[place] ?? 0;
        const rank = scramble(row, left, right);
        let free = place;
        while (free > from) {
          const other = out[free - 1] ?? 0;
          const rankOfOther = scramble(other, left, right);
          if (rankOfOther < rank || (rankOfOther === rank && other < row)) break;
          out[free] = other;
          free -= 1;
        }
        out[free] = row;
      }
      from = to;
    }
  }
}

/** A payment as read from a week. */
export interface Intended {
  time: number;
  customer: number;
  payee: number;
  amount: number;
  device: number;
  channel: number;
  category: number;
  flags: number;
  intent: number;
  origin: number;
}

function scramble(row: number, left: number, right: number): number {
  let h = Math.imul(row ^ left, 0x85ebca6b);
  h = Math.imul((h ^ (h >>> 15)) + right, 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 13), 0x297a2d39);
  return (h ^ (h >>> 16)) >>> 0;
}
