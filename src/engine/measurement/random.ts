/**
 * xoshiro128** (Blackman and Vigna 2018) seeded by SplitMix32-style mixing of a seed and a stream number: the same
 * two give the same numbers on every machine and thread.
 */
export class Xoshiro128 {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  /**
   * @param seed any safe integer
   * @param stream for example the replicate's number
   */
  constructor(seed: number, stream: number) {
    let state =
      mix(mix(seed >>> 0) ^ mix((Math.floor(seed / 4294967296) ^ 0x9e3779b9) >>> 0)) ^ mix(stream + 1);
    const next = (): number => {
      state = (state + 0x9e3779b9) | 0;
      return mix(state);
    };
    this.a = next();
    this.b = next();
    this.c = next();
    this.d = next() | 1;
  }

  /** A uniform 32-bit unsigned integer. */
  next(): number {
    const five = Math.imul(this.b, 5);
    const result = Math.imul((five << 7) | (five >>> 25), 9);
    const t = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= t;
    this.d = (this.d << 11) | (this.d >>> 21);
    return result >>> 0;
  }

  /** Uniform over 0 … n − 1, to one part in 2^32. */
  below(n: number): number {
    return Math.floor((this.next() * n) / 4294967296);
  }
}

function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return x ^ (x >>> 15);
}
