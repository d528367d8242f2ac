import * as fc from 'fast-check';
import { byInterval, multiplicity } from './index.js';

const judged = (
  id: string,
  value: number,
  half: number,
  threshold: number,
  comparator: '>=' | '<=' = '>=',
) => ({
  id,
  comparator,
  threshold,
  value,
  low: value - half,
  high: value + half,
});

test('Holm multiplies the smallest by all, the next by one fewer, and never falls back', () => {
  // By hand: 3 × 0.01, 4 × 0.0001, 2 × 0.03, 0.2.
  const p = [0.01, 0.0001, 0.03, 0.2];
  const z = [2.3263478740408408, 3.719016485455709, 1.8807936081512509, 0.8416212335729143];
  const { adjusted, criteria } = multiplicity([
    ...z.map((distance, i) => judged(`c${i}`, 0.5 + distance, 1.959963984540054, 0.5)),
    { id: 'none', comparator: '>=' as const, threshold: 0.5, value: 0.7, low: null, high: null },
  ]);
  expect(criteria).toBe(4);
  p.forEach((expected, i) => expect(adjusted[i]?.p).toBeCloseTo(expected, 12));
  [0.03, 0.0004, 0.06, 0.2].forEach((expected, i) => expect(adjusted[i]?.adjusted).toBeCloseTo(expected, 12));
  expect(adjusted.map(({ stands }) => stands)).toEqual([false, true, false, false, null]);
});

test('a P value at or below 2.5% is a PASS, whatever the interval, the side and the threshold', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -1, max: 1, noNaN: true }),
      fc.double({ min: 1e-3, max: 1, noNaN: true }),
      fc.double({ min: 1e-3, max: 1, noNaN: true }),
      fc.double({ min: -2, max: 2, noNaN: true }),
      fc.constantFrom('>=' as const, '<=' as const),
      (value, below, above, threshold, comparator) => {
        const [low, high] = [value - below, value + above];
        fc.pre([low, high].every((bound) => Math.abs(bound - threshold) > 1e-9));
        const [only] = multiplicity([{ id: 'c', comparator, threshold, value, low, high }]).adjusted;
        expect((only?.p ?? 1) <= 0.025).toBe(byInterval(low, high, comparator, threshold) === 'PASS');
        expect(only?.stands).toBe(byInterval(low, high, comparator, threshold) === 'PASS');
      },
    ),
  );
});

test('a single criterion is judged as without its family', () => {
  expect(multiplicity([judged('c', 0.8, 0.1, 0.75)]).adjusted[0]).toMatchObject({ stands: false });
  expect(multiplicity([judged('c', 0.8, 0.04, 0.75)]).adjusted[0]).toMatchObject({ stands: true });
  expect(multiplicity([]).adjusted).toEqual([]);
});
