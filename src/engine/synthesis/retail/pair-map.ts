/** When a pair was first seen: an open-addressing hash table in typed arrays. */
export class PairMap {
  private readonly keys: Float64Array;
  private readonly times: Int32Array;
  private readonly mask: number;

  constructor(rows: number) {
    let capacity = 1024;
    // At most two pairs a row (customer with payee, customer with device), so a free slot always remains.
    while (capacity < rows * 2 + 512) capacity *= 2;
    this.keys = new Float64Array(capacity).fill(-1);
    this.times = new Int32Array(capacity);
    this.mask = capacity - 1;
  }

  /** The time at which `key` (a whole number from 0) was first seen, or −1, in which case it is now. */
  firstSeen(key: number, now: number): number {
    let slot =
      Math.imul(key % 0x1_0000_0000, 0x9e3779b1) ^ Math.imul(Math.floor(key / 0x1_0000_0000), 0x85ebca6b);
    slot = (slot ^ (slot >>> 15)) & this.mask;
    for (;;) {
      const held = this.keys[slot] ?? -1;
      if (held === key) return this.times[slot] ?? 0;
      if (held === -1) {
        this.keys[slot] = key;
        this.times[slot] = now;
        return -1;
      }
      slot = (slot + 1) & this.mask;
    }
  }
}
