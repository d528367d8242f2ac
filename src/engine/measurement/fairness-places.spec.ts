import fc from 'fast-check';
import { countPlaces, rankCounts } from './fairness-places-task.js';
import { rankGroups } from './fairness-rank-task.js';
import { orderRows } from './fairness-task.js';
import { PLACE_BITS } from './place-rows.js';

/** Rows as place and group; the distinct scores of the positives are 0, 1, …, 3. */
const DISTINCT = 4;

test('groups rank the same from counts as row by row, however rows are shared out', () => {
  const row = fc.record({
    j: fc.nat(DISTINCT - 1),
    kind: fc.nat(2),
    code: fc.integer({ min: -1, max: 2 }),
    // More than fit into one byte.
    times: fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.constant(300) }),
  });
  fc.assert(
    fc.property(
      fc.array(row, { maxLength: 40 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (drawn, share) => {
        const rows = drawn.flatMap(({ j, kind, code, times }) =>
          new Array<[number, number]>(times).fill([(j << PLACE_BITS) | kind, code]),
        );
        const placed = Uint32Array.from(rows, ([place]) => place);
        const codes = Int32Array.from(rows, ([, code]) => code);
        const below = new Uint32Array(3 * DISTINCT + 2);
        const positives = new Float64Array(3);
        const negatives = new Float64Array(3);
        for (const [place, code] of rows) {
          const after = 3 * (place >>> PLACE_BITS) + (place & 3) + 1;
          below[after] = (below[after] ?? 0) + 1;
          const counts = (place & 3) === 2 ? positives : negatives;
          if (code >= 0) counts[code] = (counts[code] ?? 0) + 1;
        }
        for (let place = 1; place < below.length; place++)
          below[place] = (below[place] ?? 0) + (below[place - 1] ?? 0);
        const order = orderRows({ placed, below, from: 0, to: below.length - 1 });
        const [walked] = rankGroups({
          order,
          below,
          columns: [{ codes, groups: 3, positives, negatives, pairs: null }],
        });
        const cut = Math.floor(share * rows.length);
        const column = { codes, groups: 3 };
        const parts = [
          [0, cut],
          [cut, rows.length],
        ] as const;
        const tables = parts.map(([from, to]) =>
          countPlaces({ placed, from, to, distinct: DISTINCT, column }),
        );
        const counted = rankCounts(tables, DISTINCT, { positives, negatives });
        expect([...counted.auc]).toEqual([...(walked?.auc ?? [])]);
        counted.variance.forEach((variance, group) => {
          const other = walked?.variance[group] ?? NaN;
          if (Number.isNaN(other)) expect(variance).toBeNaN();
          else expect(variance).toBeCloseTo(other, 12);
        });
      },
    ),
  );
});
