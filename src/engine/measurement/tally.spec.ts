import fc from 'fast-check';
import { tally, unitsOf, weighed } from './tally.js';

test('weighted sums by cell are those of the rows, repeated as often as their unit was drawn', () => {
  const row = fc.record({
    unit: fc.nat(4),
    cell: fc.integer({ min: -1, max: 3 }),
    value: fc.integer({ min: -9, max: 9 }),
  });
  fc.assert(
    fc.property(
      fc.array(row, { maxLength: 40 }),
      fc.array(fc.nat(3), { minLength: 40, maxLength: 40 }),
      fc.boolean(),
      fc.boolean(),
      (rows, drawn, owned, counted) => {
        const units = owned
          ? unitsOf(
              Int32Array.from(rows, ({ unit }) => unit),
              5,
            )
          : unitsOf(null, rows.length);
        const weights = Uint16Array.from(drawn.slice(0, units.count));
        const expected = [0, 0, 0, 0];
        rows.forEach(({ unit, cell, value }, at) => {
          const weight = weights[owned ? unit : at] ?? 0;
          if (cell >= 0) expected[cell] = (expected[cell] ?? 0) + weight * (counted ? 1 : value);
        });
        const cells = rows.map(({ cell }) => cell);
        const of = counted ? null : (at: number): number => rows[at]?.value ?? NaN;
        expect([...weighed(tally(units, cells, 4, of), weights)].map((sum) => sum + 0)).toEqual(
          expected.map((sum) => sum + 0),
        );
        const all = rows.reduce((sum, { unit, value }, at) => {
          return sum + (weights[owned ? unit : at] ?? 0) * (counted ? 1 : value);
        }, 0);
        expect((weighed(tally(units, null, 1, of), weights)[0] ?? NaN) + 0).toBe(all + 0);
      },
    ),
  );
});
