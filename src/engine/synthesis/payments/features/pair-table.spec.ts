import fc from 'fast-check';
import { checkPairs, PairTable } from './pair-table.js';

describe('pair table', () => {
  it('remembers the first hour of every pair, as a map of all of them does', () => {
    const pairs = fc.array(
      fc.tuple(
        fc.oneof(fc.nat(5), fc.nat(2 ** 24 - 1)),
        fc.oneof(fc.nat(5), fc.nat(2 ** 26 - 1)),
        fc.nat(16_382),
      ),
      { maxLength: 2_000, size: 'max' },
    );
    fc.assert(
      fc.property(pairs, (rows) => {
        const table = new PairTable();
        const map = new Map<string, number>();
        for (const [left, right, hour] of rows) {
          expect(table.firstSeen(left, right, hour)).toBe(map.get(`${left} ${right}`) ?? -1);
          if (!map.has(`${left} ${right}`)) map.set(`${left} ${right}`, hour);
        }
        expect(table.pairs).toBe(map.size);
      }),
      { numRuns: 30 },
    );
  });

  it('takes 10 to 16 bytes a pair once it has grown', () => {
    const table = new PairTable();
    for (let pair = 1; pair <= 300_000; pair += 1) {
      table.firstSeen(pair >>> 4, (pair & 15) * 1_000, 1);
      if (pair >= 20_000 && pair % 10_000 === 0) {
        expect(table.bytes / pair).toBeGreaterThan(9.9);
        expect(table.bytes / pair).toBeLessThan(16);
      }
    }
    for (let pair = 1; pair <= 300_000; pair += 1)
      if (table.firstSeen(pair >>> 4, (pair & 15) * 1_000, 2) !== 1) throw new Error(`${pair} was lost`);
  });

  it('refuses numbers that do not fit', () => {
    expect(() => checkPairs(2 ** 24, 2 ** 26)).not.toThrow();
    expect(() => checkPairs(2 ** 24 + 1, 10)).toThrow('16777217 customers and 10 payees exceed');
  });
});
