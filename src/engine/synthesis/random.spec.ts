import { deriveKey, keyOfSeed, Stream } from './random.js';

describe('streams of chance', () => {
  it('repeat for the same key and index, and differ otherwise', () => {
    const key = keyOfSeed('one');
    const draw = (stream: Stream) => Array.from({ length: 4 }, () => stream.next());
    expect(draw(new Stream(key, 3))).toEqual(draw(new Stream(key, 3)));
    expect(draw(new Stream(key, 3))).not.toEqual(draw(new Stream(key, 4)));
    expect(draw(new Stream(key, 3))).not.toEqual(draw(new Stream(deriveKey(key, 'other'), 3)));
  });

  it('follows the reference algorithm of xoshiro128** from a known state', () => {
    // State 1, 2, 3, 4: the reference C code (prng.di.unimi.it/xoshiro128starstar.c) gives these first outputs.
    const stream = new Stream(new Uint8Array(32));
    Object.assign(stream, { a: 1, b: 2, c: 3, d: 4 });
    expect([stream.next(), stream.next(), stream.next()]).toEqual(REFERENCE);
  });

  it('has the mean and spread of its distributions', () => {
    const stream = new Stream(keyOfSeed('moments'));
    const n = 200_000;
    const mean = (draw: () => number) => {
      let sum = 0;
      for (let i = 0; i < n; i += 1) sum += draw();
      return sum / n;
    };
    expect(mean(() => stream.uniform())).toBeCloseTo(0.5, 2);
    expect(mean(() => stream.normal())).toBeCloseTo(0, 1);
    expect(mean(() => stream.normal() ** 2)).toBeCloseTo(1, 1);
    expect(mean(() => stream.exponential(3))).toBeCloseTo(3, 1);
    expect(mean(() => stream.lognormal(10, 0.5)) / 10).toBeCloseTo(1, 1);
  });
});

/** From a transcription into Python of the reference code, run once with arbitrary-precision integers. */
const REFERENCE = [11520, 0, 5927040];
