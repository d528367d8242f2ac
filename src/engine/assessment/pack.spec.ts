import * as fc from 'fast-check';
import {
  diffPlans,
  packProblems,
  parsePack,
  parsePlan,
  SUITES,
  withPack,
  type CriteriaPack,
  type Plan,
} from './index.js';

const source = { title: 'Criteria of the authority', status: 'IN_FORCE' } as const;
const criterion = { source, declaredBy: 'Authority' };

const pack = parsePack({
  schema: 'sandbox-criteria-pack/1',
  title: 'Fraud, first cohort',
  useCase: 'FRAUD',
  minimumGroupSizeAtMost: 500,
  replicatesAtLeast: 300,
  criteria: [
    { ...criterion, id: 'ranking', metric: 'rocAuc', comparator: '>=', threshold: 0.8 },
    {
      ...criterion,
      id: 'sex',
      metric: 'equalOpportunityDifference',
      fairness: { column: 'sex' },
      comparator: '<=',
      threshold: 0.1,
    },
  ],
});

function plan(auc: number, gap: number | null, more: object = {}): Plan {
  return parsePlan({
    schema: 'sandbox-plan/1',
    title: 'Ours',
    ...more,
    criteria: [
      { ...criterion, id: 'a', metric: 'rocAuc', comparator: '>=', threshold: auc },
      ...(gap === null
        ? []
        : [
            {
              ...criterion,
              id: 'b',
              metric: 'equalOpportunityDifference',
              fairness: { column: 'sex' },
              comparator: '<=',
              threshold: gap,
            },
          ]),
    ],
  });
}

test('a plan may tighten what a pack requires, and never loosen or leave it out', () => {
  expect(packProblems(plan(0.8, 0.1), pack)).toEqual([]);
  expect(packProblems(plan(0.9, 0.05), pack)).toEqual([]);
  expect(packProblems(plan(0.79, 0.11), pack)).toEqual([
    'ranking (rocAuc >= 0.8) is loosened to 0.79',
    'sex (equalOpportunityDifference between groups of sex <= 0.1) is loosened to 0.11',
  ]);
  expect(packProblems(plan(0.8, null), pack)[0]).toContain('is missing');
  expect(packProblems(plan(0.8, 0.1, { minimumGroupSize: 501, replicates: 299 }), pack)).toEqual([
    "minimumGroupSize is 501, above the pack's 500",
    "replicates is 299, below the pack's 300",
  ]);
});

test('the same metric on another group, or the other side, is no substitute', () => {
  const other = parsePlan({
    ...plan(0.8, null),
    criteria: [
      { ...criterion, id: 'a', metric: 'rocAuc', comparator: '<=', threshold: 0.8 },
      {
        ...criterion,
        id: 'b',
        metric: 'rocAuc',
        comparator: '>=',
        threshold: 0.9,
        slice: { column: 'sex', group: 'F' },
      },
    ],
  });
  expect(packProblems(other, pack)).toHaveLength(2);
});

test('a plan completed from a pack satisfies it, keeps what was tighter, and is a sound plan', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
      fc.integer({ min: 1, max: 1000 }),
      (auc, gap, minimumGroupSize) => {
        const ours = plan(auc, gap, { minimumGroupSize });
        const completed = withPack(ours, pack);
        expect(packProblems(completed, pack)).toEqual([]);
        expect(parsePlan(completed)).toEqual(completed);
        const ranking = completed.criteria.find(({ metric }) => metric === 'rocAuc');
        expect(ranking?.threshold).toBe(Math.max(auc, 0.8));
        if (packProblems(ours, pack).length === 0) expect(diffPlans(ours, completed)).toEqual([]);
      },
    ),
  );
  const clash: CriteriaPack = {
    ...pack,
    criteria: pack.criteria.map((entry) => ({ ...entry, id: 'a' })).slice(1),
  };
  expect(withPack(plan(0.8, null), clash).criteria.map(({ id }) => id)).toEqual(['a', 'a-2']);
});

test('a pack that does not hold together says everything that is wrong with it', () => {
  expect(() =>
    parsePack({ schema: 'sandbox-criteria-pack/1', title: 'x', useCase: 'LOANS', criteria: [] }),
  ).toThrow('criteria pack: useCase is "LOANS", not one of FRAUD, LAUNDERING, CREDIT; criteria is empty');
});

test('a diff tells what became tighter, looser, new and gone', () => {
  const changes = diffPlans(plan(0.8, 0.1, { seed: 1 }), plan(0.7, null, { seed: 2 }));
  expect(changes).toEqual([
    { path: 'seed', kind: 'CHANGED', before: '1', after: '2', effect: 'OTHER' },
    { path: 'criteria.a.threshold', kind: 'CHANGED', before: '0.8', after: '0.7', effect: 'LOOSER' },
    expect.objectContaining({ path: 'criteria.b', kind: 'REMOVED', effect: 'LOOSER' }),
  ]);
  expect(diffPlans(plan(0.7, 0.2), plan(0.8, 0.1)).map(({ effect }) => effect)).toEqual([
    'TIGHTER',
    'TIGHTER',
  ]);
});

test('every suite is a sound plan whose thresholds say that they are conventions', () => {
  for (const { plan: suite } of Object.values(SUITES)) {
    expect(parsePlan(JSON.stringify(suite))).toEqual(suite);
    for (const { source: from } of suite.criteria) expect(from.status).toBe('CONVENTION');
  }
});
