import fc from 'fast-check';
import { ByteRing } from './byte-ring.js';

const unreachable = () => {
  throw new Error('nothing was there to take');
};

/** A source that gives at most so many bytes a time, each the low byte of its place. */
function source(total: number, chunk: number) {
  let sent = 0;
  return (space: Uint8Array) => {
    const count = Math.min(space.length, chunk, total - sent);
    for (let at = 0; at < count; at += 1) space[at] = (sent + at) & 0xff;
    sent += count;
    return count;
  };
}

describe('ByteRing', () => {
  it('gives every byte once and in order, whatever is put and taken at a time', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 50 }),
        (size, counts, chunk) => {
          const taken = counts.map((count) => Math.min(count, size));
          const total = taken.reduce((sum, count) => sum + count, 0);
          const writer = ByteRing.ofSize(size);
          const reader = new ByteRing(writer.memory);
          const read = source(total, chunk);
          let at = 0;
          for (const count of taken) {
            // What was taken last is let go of with the next call.
            reader.take(0, unreachable);
            while ((new Int32Array(writer.memory.state)[1] ?? 0) < count) writer.put(read);
            expect([...reader.take(count, unreachable)]).toEqual(
              Array.from({ length: count }, (_, index) => (at + index) & 0xff),
            );
            at += count;
          }
        },
      ),
    );
  });

  it('hands out bytes where they lie, and a copy where they go round the end', () => {
    const ring = ByteRing.ofSize(8);
    const reader = new ByteRing(ring.memory);
    const read = source(12, 6);
    ring.put(read);
    const first = reader.take(6, unreachable);
    expect(first.buffer).toBe(ring.memory.bytes);
    ring.put(read);
    expect([...first]).toEqual([0, 1, 2, 3, 4, 5]);
    reader.take(0, unreachable);
    ring.put(read);
    const round = reader.take(6, unreachable);
    expect([...round]).toEqual([6, 7, 8, 9, 10, 11]);
    expect(round.buffer).not.toBe(ring.memory.bytes);
  });

  it('gives fewer only at the end, and then nothing', () => {
    const ring = ByteRing.ofSize(16);
    const reader = new ByteRing(ring.memory);
    const read = source(5, 16);
    expect([ring.put(read), ring.put(read)]).toEqual([true, false]);
    expect([...reader.take(8, unreachable)]).toEqual([0, 1, 2, 3, 4]);
    expect(reader.take(8, unreachable)).toHaveLength(0);
  });

  it('gives more than it holds as a copy, while the rest is being put', () => {
    const ring = ByteRing.ofSize(8);
    const reader = new ByteRing(ring.memory);
    const read = source(30, 5);
    const fill = () => {
      while ((new Int32Array(ring.memory.state)[1] ?? 0) < 8 && ring.put(read));
    };
    expect([...reader.take(28, fill)]).toEqual(Array.from({ length: 28 }, (_, at) => at));
    expect([...reader.take(20, fill)]).toEqual([28, 29]);
  });
});
