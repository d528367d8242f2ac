/** All chance of a chaos test, from its seed: Mulberry32, good enough to shuffle and far from good enough to hide. */
export class Chance {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** In [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  between(low: number, high: number): number {
    return low + this.next() * (high - low);
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.next() * list.length)] as T;
  }

  shuffled<T>(list: readonly T[]): T[] {
    const result = [...list];
    for (let last = result.length - 1; last > 0; last -= 1) {
      const other = Math.floor(this.next() * (last + 1));
      [result[last], result[other]] = [result[other] as T, result[last] as T];
    }
    return result;
  }

  /** As many of each as its weight asks for, in chance's order: no draw leaves a kind out, as draws one by one would. */
  dealt<T extends string>(count: number, weights: Readonly<Record<T, number>>): T[] {
    const kinds = Object.keys(weights) as T[];
    const total = kinds.reduce((sum, kind) => sum + weights[kind], 0);
    const dealt: T[] = [];
    let owed = 0;
    for (const kind of kinds) {
      owed += (weights[kind] / total) * count;
      while (dealt.length < Math.round(owed)) dealt.push(kind);
    }
    return this.shuffled(dealt);
  }
}
