import { measure, type MeasurementDocument } from '../measurement/index.js';
import { InputError } from '../input-error.js';
import { assess, parsePlan, planOptions, requirements, type Plan } from './index.js';

const source = { title: 'Declared by the tenant', status: 'CONVENTION' } as const;

function planOf(criteria: readonly Record<string, unknown>[], more: Record<string, unknown> = {}): Plan {
  return parsePlan({
    schema: 'sandbox-plan/1',
    title: 'Test',
    ...more,
    criteria: criteria.map((criterion, i) => ({ id: `c${i}`, source, declaredBy: 'Tenant', ...criterion })),
  });
}

/** 4,000 rows; a model that finds positives of group a better than those of b; c has nine rows. */
function document(plan: Plan): MeasurementDocument {
  const rows = 4000;
  const codes = Int32Array.from({ length: rows }, (_, i) => (i < 9 ? 2 : i % 2));
  const labels = Uint8Array.from({ length: rows }, (_, i) => ((i * 7919) % 11 === 0 ? 1 : 0));
  const scores = Float64Array.from({ length: rows }, (_, i) => {
    const noise = ((i * 48271) % 65537) / 65537;
    return labels[i] === 1 ? 0.3 + 0.7 * noise * (codes[i] === 0 ? 1 : 0.5) : 0.5 * noise;
  });
  return measure({ scores, labels, groups: { g: { codes, names: ['a', 'b', 'c'] } } }, planOptions(plan));
}

test('the interval decides, not the point', () => {
  const plan = planOf(
    [
      { metric: 'rocAuc', comparator: '>=', threshold: 0.5 },
      { metric: 'rocAuc', comparator: '<=', threshold: 0.5 },
      { metric: 'rocAuc', comparator: '>=', threshold: 0.99 },
    ],
    { replicates: 100 },
  );
  const measured = document(plan);
  const { value, low, high } = measured.metrics.rocAuc as { value: number; low: number; high: number };
  const at = (threshold: number, comparator: string): string =>
    assess(planOf([{ metric: 'rocAuc', comparator, threshold }], { replicates: 100 }), measured)[0]
      ?.verdict ?? '';
  expect(assess(plan, measured).map(({ verdict }) => verdict)).toEqual(['PASS', 'FAIL', 'FAIL']);
  expect(at(value, '>=')).toBe('INCONCLUSIVE');
  expect(at(low, '>=')).toBe('PASS');
  expect(at(low + 1e-9, '>=')).toBe('INCONCLUSIVE');
  expect(at(high, '>=')).toBe('INCONCLUSIVE');
  expect(at(high + 1e-9, '>=')).toBe('FAIL');
  expect(at(high, '<=')).toBe('PASS');
  expect(at(low, '<=')).toBe('INCONCLUSIVE');
  expect(at(low - 1e-9, '<=')).toBe('FAIL');
});

test('a sentence states the numbers and tells them from the threshold', () => {
  const plan = planOf([{ metric: 'rocAuc', comparator: '>=', threshold: 0.5 }], { replicates: 0 });
  const measured = document(plan);
  measured.metrics.rocAuc = { value: 0.7, low: 0.64999999, high: 0.75, standardError: 0.01 };
  const near = planOf([{ metric: 'rocAuc', comparator: '>=', threshold: 0.65 }]);
  expect(assess(near, measured)[0]?.sentence).toBe(
    'The ROC AUC (the chance that a true case is scored above another row) is 0.7. With 95% confidence it lies between 0.64999999 and 0.75, a range with values on both sides of what is required: at least 0.65. These data cannot tell whether it is met.',
  );
});

test('small groups are inconclusive, absent metrics are errors', () => {
  const plan = planOf(
    [
      { metric: 'rocAuc', comparator: '>=', threshold: 0.5, slice: { column: 'g', group: 'a' } },
      { metric: 'rocAuc', comparator: '>=', threshold: 0.5, slice: { column: 'g', group: 'c' } },
      { metric: 'equalOpportunityDifference', comparator: '<=', threshold: 0.05, fairness: { column: 'g' } },
      { metric: 'cardPrecisionAt100', comparator: '>=', threshold: 0.1 },
      { metric: 'disparateImpactRatio', comparator: '>=', threshold: 0.8, fairness: { column: 'absent' } },
    ],
    { replicates: 100 },
  );
  const verdicts = assess(plan, document(plan));
  expect(verdicts.map(({ verdict }) => verdict)).toEqual(['PASS', 'INCONCLUSIVE', 'FAIL', 'ERROR', 'ERROR']);
  expect(verdicts[1]?.sentence).toContain('9 rows, fewer than the 100');
  expect(verdicts[2]?.sentence).toContain('Too small to be judged: c (9 rows)');
  const strict = planOf(
    [{ metric: 'equalOpportunityDifference', comparator: '<=', threshold: 0.1, fairness: { column: 'g' } }],
    { minimumGroupSize: 10_000 },
  );
  expect(assess(strict, document(strict))[0]).toMatchObject({
    verdict: 'INCONCLUSIVE',
    value: null,
    low: null,
  });
});

test('without an interval nothing is decided', () => {
  const plan = planOf([{ metric: 'expectedCalibrationError', comparator: '<=', threshold: 0.9 }], {
    replicates: 0,
  });
  expect(assess(plan, document(plan))[0]).toMatchObject({ verdict: 'INCONCLUSIVE', low: null, high: null });
});

test('a document measured otherwise is refused', () => {
  const plan = planOf([{ metric: 'rocAuc', comparator: '>=', threshold: 0.5 }], { replicates: 0 });
  const measured = document(plan);
  expect(() => assess({ ...plan, threshold: 0.4 }, measured)).toThrow('measured at threshold 0.5');
  expect(() => assess({ ...plan, minimumGroupSize: 5 }, measured)).toThrow('minimum group size');
});

test('a plan in YAML and in JSON is the same plan, with defaults', () => {
  const yaml = [
    'schema: sandbox-plan/1',
    'title: Cards',
    'criteria:',
    '  - id: auc',
    '    metric: rocAuc',
    "    comparator: '>='",
    '    threshold: 0.85',
    '    source: { title: Internal policy, status: CONVENTION }',
    '    declaredBy: Tenant',
  ].join('\n');
  const plan = parsePlan(yaml);
  expect(plan).toMatchObject({ threshold: 0.5, replicates: 500, seed: 1, minimumGroupSize: 100 });
  expect(parsePlan(JSON.stringify(plan))).toEqual(plan);
  expect(parsePlan(plan)).toEqual(plan);
});

test('every problem of a plan is listed in one line', () => {
  let message = '';
  try {
    planOf([
      { metric: 'rocAuc', comparator: '>', threshold: '0.5' },
      {
        metric: 'accuracy',
        comparator: '>=',
        threshold: 0.5,
        weight: 2,
        source: { title: '', status: 'OLD' },
      },
    ]);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    message = (error as Error).message;
  }
  for (const part of [
    'criteria[0].comparator is ">"',
    'criteria[0].threshold must be a number, not "0.5"',
    'criteria[1].metric is "accuracy"',
    'criteria[1] has the unknown key "weight"',
    'criteria[1].source.title is empty',
    'criteria[1].source.status is "OLD"',
  ]) {
    expect(message).toContain(part);
  }
  expect(message).not.toContain('\n');
});

test.each([
  ['nothing', 'must be a mapping'],
  ['[', 'neither YAML nor JSON'],
  ['{}', 'criteria is missing'],
])('%s is refused', (text, why) => {
  expect(() => parsePlan(text)).toThrow(why);
});

test('what does not go together is refused', () => {
  const criterion = { comparator: '>=', threshold: 0.5 };
  expect(() => planOf([{ ...criterion, metric: 'rocAuc', fairness: { column: 'g' } }])).toThrow(
    'does not go with',
  );
  expect(() => planOf([{ ...criterion, metric: 'disparateImpactRatio' }])).toThrow('fairness is missing');
  expect(() =>
    planOf([
      { ...criterion, id: 'x', metric: 'ks' },
      { ...criterion, id: 'x', metric: 'gini' },
    ]),
  ).toThrow('used twice');
});

test('requirements name the columns once', () => {
  const criterion = { comparator: '>=', threshold: 0.5 };
  const slice = { column: 'race', group: 'x' };
  const plan = planOf([
    { ...criterion, metric: 'cardPrecisionAt100' },
    { ...criterion, metric: 'ks', slice },
    { ...criterion, metric: 'gini', slice },
    { ...criterion, metric: 'disparateImpactRatio', fairness: { column: 'sex' } },
  ]);
  expect(requirements(plan)).toEqual({ groups: ['race', 'sex'], slices: [slice], entity: true, time: true });
});
