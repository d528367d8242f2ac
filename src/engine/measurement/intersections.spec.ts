import { goldenInput } from './fairness.fixture.js';
import { combinations } from './intersections.js';
import { measure } from './measure.js';

const golden = goldenInput('rows');
const sex = {
  codes: Int32Array.from(golden.labels, (_, i) => (i % 17 === 0 ? -1 : i % 2)),
  names: ['F', 'M'],
};
const groups = { ...golden.groups, sex };

test('an intersection is a column of its own: the combinations that occur, small ones shown and not judged', () => {
  const input = { ...golden, groups };
  const { fairness } = measure(input, { intersections: [['sex', 'g']], minimumGroupSize: 390 });
  expect(Object.keys(fairness)).toEqual(['g', 'sex', 'sex × g']);
  const crossed = fairness['sex × g'];
  const names = ['F', 'M'].flatMap((own) => ['a', 'b', 'c', 'd'].map((g) => `${own} × ${g}`));
  // Every tenth row is of group d, and all of those are odd.
  expect(Object.keys(crossed?.groups ?? {})).toEqual(names.filter((name) => name !== 'F × d'));
  // The same rows, joined by hand.
  const g = golden.groups?.['g'] as typeof sex;
  const codes = sex.codes.map((code, row) => {
    const other = g.codes[row] as number;
    return code < 0 || other < 0 ? -1 : 4 * code + other;
  });
  const byHand = measure({ ...golden, groups: { byHand: { codes, names } } }, { minimumGroupSize: 390 });
  expect(crossed).toEqual(byHand.fairness['byHand']);
  const rows = Object.values(crossed?.groups ?? {}).reduce((sum, { n }) => sum + n, crossed?.missing ?? 0);
  expect(rows).toBe(4000);
  expect(crossed?.groups['M × d']).toMatchObject({
    judged: false,
    reason: expect.stringMatching(/fewer than 390/) as string,
  });
});

test('combinations of two, and of up to three', () => {
  expect(combinations(['a', 'b', 'c'], 1)).toEqual([]);
  expect(combinations(['a', 'b', 'c'], 2)).toEqual([
    ['a', 'b'],
    ['a', 'c'],
    ['b', 'c'],
  ]);
  expect(combinations(['a', 'b', 'c'], 3)).toContainEqual(['a', 'b', 'c']);
});

test('what cannot be crossed is refused by name', () => {
  const input = { ...golden, groups };
  expect(() => measure(input, { intersections: [['sex', 'age']] })).toThrow('no group column "age"');
  expect(() => measure(input, { intersections: [['sex', 'sex']] })).toThrow('two columns or more');
  const many = {
    codes: Int32Array.from(golden.labels, (_, i) => i),
    names: golden.labels.length > 0 ? [...golden.labels].map((_, i) => `${i}`) : [],
  };
  expect(() =>
    measure({ ...golden, groups: { many, ...groups } }, { intersections: [['many', 'g']] }),
  ).toThrow('many × g has 16000 combinations, more than 10000');
});
