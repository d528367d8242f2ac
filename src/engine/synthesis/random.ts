import { createHash, createHmac } from 'node:crypto';
import { exp, log } from './arithmetic.js';

/**
 * A key of 32 bytes derived from another by HMAC-SHA-256 over a label. Two labels give keys that say nothing of
 * each other, which is what lets one split be published while another stays secret.
 */
export function deriveKey(key: Uint8Array, label: string): Uint8Array {
  return createHmac('sha256', key).update(label).digest();
}

/** The root key of a public seed. */
export function keyOfSeed(seed: string): Uint8Array {
  return createHash('sha256').update(`sandbox-synthesis/1\n${seed}`).digest();
}

/** "expand 32-byte k", the constants of ChaCha. */
const CONSTANTS = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574];
const WORDS = 16;

/**
 * A stream of chance: ChaCha with 8 rounds (Bernstein, 2008) in counter mode, key of 32 bytes, nonce (index, part).
 * Each customer's week and each fraud episode draws from a stream of its own, so the draws do not depend on the
 * order, or on the thread, in which they are made; and as it is a cipher, what was drawn and is seen tells nothing
 * of the key, nor of what else it gave.
 */
export class Stream {
  private readonly state = new Int32Array(WORDS);
  private readonly block = new Int32Array(WORDS);
  private place = WORDS;
  private spare = Number.NaN;

  /**
   * @param index whole number from 0 to 2^53 − 1
   * @param part whole number from 0 to 2^32 − 1: a second coordinate (a week, a purpose)
   */
  constructor(key: Uint8Array, index = 0, part = 0) {
    const words = new DataView(key.buffer, key.byteOffset, 32);
    this.state.set(CONSTANTS);
    for (let word = 0; word < 8; word += 1) this.state[4 + word] = words.getInt32(4 * word, true);
    this.rekey(index, part);
  }

  /** Starts the stream (index, part) of the same key; costs nothing until the first draw. */
  rekey(index: number, part = 0): void {
    this.state[12] = 0;
    this.state[13] = index | 0;
    this.state[14] = Math.floor(index / 0x1_0000_0000);
    this.state[15] = part | 0;
    this.place = WORDS;
    this.spare = Number.NaN;
  }

  /** Uniform over the 2^32 integers, unsigned. */
  next(): number {
    if (this.place === WORDS) this.refill();
    const word = this.block[this.place] ?? 0;
    this.place += 1;
    return word >>> 0;
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    if (this.place === WORDS) this.refill();
    const word = this.block[this.place] ?? 0;
    this.place += 1;
    return (word >>> 0) * 2.3283064365386963e-10;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** A whole number in [0, count). */
  below(count: number): number {
    return Math.floor(this.uniform() * count);
  }

  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  exponential(mean: number): number {
    return -mean * log(1 - this.uniform());
  }

  /** Standard normal by the polar method (Marsaglia); every second draw is kept from the first. */
  normal(): number {
    if (this.spare === this.spare) {
      const kept = this.spare;
      this.spare = Number.NaN;
      return kept;
    }
    for (;;) {
      const x = 2 * this.uniform() - 1;
      const y = 2 * this.uniform() - 1;
      const square = x * x + y * y;
      if (square > 0 && square < 1) {
        const factor = Math.sqrt((-2 * log(square)) / square);
        this.spare = y * factor;
        return x * factor;
      }
    }
  }

  /** Log-normal with the given mean (not median) and standard deviation of the logarithm. */
  lognormal(mean: number, sigma: number): number {
    return mean * exp(sigma * this.normal() - 0.5 * sigma * sigma);
  }

  /** Index into ascending cumulative weights `table[from … from + count)`, the last of which is 1. */
  pick(table: ArrayLike<number>, from: number, count: number): number {
    const u = this.uniform();
    let index = 0;
    while (index < count - 1 && u >= (table[from + index] ?? 1)) index += 1;
    return index;
  }

  /** The next block of 16 words, in locals throughout: an array or a call in here makes it several times slower. */
  private refill(): void {
    const { state, block } = this;
    let x0 = state[0] ?? 0;
    let x1 = state[1] ?? 0;
    let x2 = state[2] ?? 0;
    let x3 = state[3] ?? 0;
    let x4 = state[4] ?? 0;
    let x5 = state[5] ?? 0;
    let x6 = state[6] ?? 0;
    let x7 = state[7] ?? 0;
    let x8 = state[8] ?? 0;
    let x9 = state[9] ?? 0;
    let x10 = state[10] ?? 0;
    let x11 = state[11] ?? 0;
    let x12 = state[12] ?? 0;
    let x13 = state[13] ?? 0;
    let x14 = state[14] ?? 0;
    let x15 = state[15] ?? 0;
    for (let round = 0; round < 8; round += 2) {
      x0 = (x0 + x4) | 0;
      x12 ^= x0;
      x12 = (x12 << 16) | (x12 >>> 16);
      x8 = (x8 + x12) | 0;
      x4 ^= x8;
      x4 = (x4 << 12) | (x4 >>> 20);
      x0 = (x0 + x4) | 0;
      x12 ^= x0;
      x12 = (x12 << 8) | (x12 >>> 24);
      x8 = (x8 + x12) | 0;
      x4 ^= x8;
      x4 = (x4 << 7) | (x4 >>> 25);
      x1 = (x1 + x5) | 0;
      x13 ^= x1;
      x13 = (x13 << 16) | (x13 >>> 16);
      x9 = (x9 + x13) | 0;
      x5 ^= x9;
      x5 = (x5 << 12) | (x5 >>> 20);
      x1 = (x1 + x5) | 0;
      x13 ^= x1;
      x13 = (x13 << 8) | (x13 >>> 24);
      x9 = (x9 + x13) | 0;
      x5 ^= x9;
      x5 = (x5 << 7) | (x5 >>> 25);
      x2 = (x2 + x6) | 0;
      x14 ^= x2;
      x14 = (x14 << 16) | (x14 >>> 16);
      x10 = (x10 + x14) | 0;
      x6 ^= x10;
      x6 = (x6 << 12) | (x6 >>> 20);
      x2 = (x2 + x6) | 0;
      x14 ^= x2;
      x14 = (x14 << 8) | (x14 >>> 24);
      x10 = (x10 + x14) | 0;
      x6 ^= x10;
      x6 = (x6 << 7) | (x6 >>> 25);
      x3 = (x3 + x7) | 0;
      x15 ^= x3;
      x15 = (x15 << 16) | (x15 >>> 16);
      x11 = (x11 + x15) | 0;
      x7 ^= x11;
      x7 = (x7 << 12) | (x7 >>> 20);
      x3 = (x3 + x7) | 0;
      x15 ^= x3;
      x15 = (x15 << 8) | (x15 >>> 24);
      x11 = (x11 + x15) | 0;
      x7 ^= x11;
      x7 = (x7 << 7) | (x7 >>> 25);
      x0 = (x0 + x5) | 0;
      x15 ^= x0;
      x15 = (x15 << 16) | (x15 >>> 16);
      x10 = (x10 + x15) | 0;
      x5 ^= x10;
      x5 = (x5 << 12) | (x5 >>> 20);
      x0 = (x0 + x5) | 0;
      x15 ^= x0;
      x15 = (x15 << 8) | (x15 >>> 24);
      x10 = (x10 + x15) | 0;
      x5 ^= x10;
      x5 = (x5 << 7) | (x5 >>> 25);
      x1 = (x1 + x6) | 0;
      x12 ^= x1;
      x12 = (x12 << 16) | (x12 >>> 16);
      x11 = (x11 + x12) | 0;
      x6 ^= x11;
      x6 = (x6 << 12) | (x6 >>> 20);
      x1 = (x1 + x6) | 0;
      x12 ^= x1;
      x12 = (x12 << 8) | (x12 >>> 24);
      x11 = (x11 + x12) | 0;
      x6 ^= x11;
      x6 = (x6 << 7) | (x6 >>> 25);
      x2 = (x2 + x7) | 0;
      x13 ^= x2;
      x13 = (x13 << 16) | (x13 >>> 16);
      x8 = (x8 + x13) | 0;
      x7 ^= x8;
      x7 = (x7 << 12) | (x7 >>> 20);
      x2 = (x2 + x7) | 0;
      x13 ^= x2;
      x13 = (x13 << 8) | (x13 >>> 24);
      x8 = (x8 + x13) | 0;
      x7 ^= x8;
      x7 = (x7 << 7) | (x7 >>> 25);
      x3 = (x3 + x4) | 0;
      x14 ^= x3;
      x14 = (x14 << 16) | (x14 >>> 16);
      x9 = (x9 + x14) | 0;
      x4 ^= x9;
      x4 = (x4 << 12) | (x4 >>> 20);
      x3 = (x3 + x4) | 0;
      x14 ^= x3;
      x14 = (x14 << 8) | (x14 >>> 24);
      x9 = (x9 + x14) | 0;
      x4 ^= x9;
      x4 = (x4 << 7) | (x4 >>> 25);
    }
    block[0] = x0 + (state[0] ?? 0);
    block[1] = x1 + (state[1] ?? 0);
    block[2] = x2 + (state[2] ?? 0);
    block[3] = x3 + (state[3] ?? 0);
    block[4] = x4 + (state[4] ?? 0);
    block[5] = x5 + (state[5] ?? 0);
    block[6] = x6 + (state[6] ?? 0);
    block[7] = x7 + (state[7] ?? 0);
    block[8] = x8 + (state[8] ?? 0);
    block[9] = x9 + (state[9] ?? 0);
    block[10] = x10 + (state[10] ?? 0);
    block[11] = x11 + (state[11] ?? 0);
    block[12] = x12 + (state[12] ?? 0);
    block[13] = x13 + (state[13] ?? 0);
    block[14] = x14 + (state[14] ?? 0);
    block[15] = x15 + (state[15] ?? 0);
    state[12] = (state[12] ?? 0) + 1;
    this.place = 0;
  }
}

/**
 * A fixed scramble of two integers, for lifelong ties (a customer's favourite merchants) that need no storage.
 *
 * @param salt derived from the population's key, so that ties of one version tell nothing of another's
 */
export function tie(left: number, right: number, salt: number): number {
  let h = Math.imul(left ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(right + salt, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return ((h ^ (h >>> 15)) >>> 0) * 2.3283064365386963e-10;
}

/** Cumulative weights, the last forced to exactly 1. */
export function cumulate(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let running = 0;
  const table = weights.map((weight) => (running += weight) / total);
  table[table.length - 1] = 1;
  return table;
}
