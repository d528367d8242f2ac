import { createHash, createHmac } from 'node:crypto';

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

/**
 * A stream of chance: xoshiro128** (Blackman and Vigna, 2018) whose 128 bits of state come from
 * SHA-256(key ‖ index). Each customer and each fraud episode draws from a stream of its own, so the draws do not
 * depend on the order, or on the thread, in which they are made.
 */
export class Stream {
  private a = 0;
  private b = 0;
  private c = 0;
  private d = 0;
  private spare = Number.NaN;

  constructor(key: Uint8Array, index = 0) {
    const message = Buffer.allocUnsafe(40);
    message.set(key.subarray(0, 32), 0);
    message.writeUInt32LE(index >>> 0, 32);
    message.writeUInt32LE(Math.floor(index / 0x1_0000_0000), 36);
    const state = createHash('sha256').update(message).digest();
    this.a = state.readInt32LE(0);
    this.b = state.readInt32LE(4);
    this.c = state.readInt32LE(8);
    this.d = state.readInt32LE(12) | 1; // an all-zero state would never leave zero
  }

  /** Uniform over the 2^32 integers, unsigned. */
  next(): number {
    const product = Math.imul(this.b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= shifted;
    this.d = (this.d << 11) | (this.d >>> 21);
    return result;
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    return this.next() * 2.3283064365386963e-10;
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
    return -mean * Math.log(1 - this.uniform());
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
        const factor = Math.sqrt((-2 * Math.log(square)) / square);
        this.spare = y * factor;
        return x * factor;
      }
    }
  }

  /** Log-normal with the given mean (not median) and standard deviation of the logarithm. */
  lognormal(mean: number, sigma: number): number {
    return mean * Math.exp(sigma * this.normal() - 0.5 * sigma * sigma);
  }

  /** Index into ascending cumulative weights `table[from … from + count)`, the last of which is 1. */
  pick(table: ArrayLike<number>, from: number, count: number): number {
    const u = this.uniform();
    let index = 0;
    while (index < count - 1 && u >= (table[from + index] ?? 1)) index += 1;
    return index;
  }
}

/** A fixed scramble of two integers, for lifelong ties (a customer's favourite merchants) that need no storage. */
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
