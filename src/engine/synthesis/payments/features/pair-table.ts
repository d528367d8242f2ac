import { InputError } from '../../../input-error.js';

const SEGMENTS = 64;
const MOST_LEFT = 1 << 24;
const MOST_RIGHT = 1 << 26;
const FIRST_CAPACITY = 64;
/** Above this share of full slots a segment grows by half, so that a pair takes 10 to 15 bytes. */
const FULL = 0.8;

/**
 * The hour in which a pair of numbers (customer and payee, customer and device) was first seen: open addressing in
 * slots of 8 bytes, which hold 24 + 26 bits of the pair and 14 of the hour. It is made of 64 segments, each growing
 * by itself, so growing never takes much more memory than there is.
 */
export class PairTable {
  private readonly segments: Int32Array[] = [];
  private readonly used = new Int32Array(SEGMENTS);

  /** @param expected pairs, about: room for them is taken at once, which saves moving them as they come */
  constructor(expected = 0) {
    const capacity = Math.max(FIRST_CAPACITY, Math.ceil((1.02 * expected) / SEGMENTS / FULL));
    for (let segment = 0; segment < SEGMENTS; segment += 1) this.segments.push(new Int32Array(2 * capacity));
  }

  /** Bytes of all slots. */
  get bytes(): number {
    return this.segments.reduce((sum, slots) => sum + slots.byteLength, 0);
  }

  get pairs(): number {
    return this.used.reduce((sum, used) => sum + used, 0);
  }

  /** Reads where the pair is or would be, and nothing more: so that the processor fetches it. */
  touch(left: number, right: number): number {
    const hash = mix(right | (left << 26), left >>> 6);
    const slots = this.segments[hash >>> 26] as Int32Array;
    return slots[2 * position(hash, slots.length >>> 1)] ?? 0;
  }

  /**
   * The hour at which the pair was first seen, or −1, in which case it is now.
   *
   * @param left below 2^24
   * @param right below 2^26
   * @param hour 0 … 16,382
   */
  firstSeen(left: number, right: number, hour: number): number {
    const low = right | (left << 26);
    const high = left >>> 6;
    const hash = mix(low, high);
    const segment = hash >>> 26;
    const slots = this.segments[segment] as Int32Array;
    const capacity = slots.length >>> 1;
    let slot = position(hash, capacity);
    for (;;) {
      const held = slots[2 * slot + 1] ?? 0;
      if (held === 0) break;
      if (slots[2 * slot] === low && (held & 0x3ffff) === high) return (held >>> 18) - 1;
      slot += 1;
      if (slot === capacity) slot = 0;
    }
    slots[2 * slot] = low;
    slots[2 * slot + 1] = high | ((hour + 1) << 18);
    const used = (this.used[segment] ?? 0) + 1;
    this.used[segment] = used;
    if (used > capacity * FULL) this.segments[segment] = grown(slots);
    return -1;
  }
}

/** @throws InputError `TOO_MANY_PAIRS` where numbers would not fit their bits */
export function checkPairs(lefts: number, rights: number): void {
  if (lefts > MOST_LEFT || rights > MOST_RIGHT)
    throw new InputError(
      'TOO_MANY_PAIRS',
      `${lefts} customers and ${rights} payees exceed ${MOST_LEFT} and ${MOST_RIGHT}`,
    );
}

function mix(low: number, high: number): number {
  let h = Math.imul(low ^ (low >>> 15), 0x2c1b3c6d) ^ Math.imul(high + 0x5bd1e995, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  return (h ^ (h >>> 14)) >>> 0;
}

/** The 26 bits that did not choose the segment, scaled to the capacity. */
function position(hash: number, capacity: number): number {
  return Math.floor(((hash & 0x3ffffff) * capacity) / 0x4000000);
}

function grown(slots: Int32Array): Int32Array {
  const capacity = Math.ceil((slots.length >>> 1) * 1.5);
  const larger = new Int32Array(2 * capacity);
  for (let from = 0; from < slots.length; from += 2) {
    const low = slots[from] ?? 0;
    const held = slots[from + 1] ?? 0;
    if (held === 0) continue;
    let slot = position(mix(low, held & 0x3ffff), capacity);
    while (larger[2 * slot + 1] !== 0) {
      slot += 1;
      if (slot === capacity) slot = 0;
    }
    larger[2 * slot] = low;
    larger[2 * slot + 1] = held;
  }
  return larger;
}
