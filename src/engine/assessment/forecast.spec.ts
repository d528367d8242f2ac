import { measure, type MeasurementDocument } from '../measurement/index.js';
import { byInterval, forecast, parsePlan, planOptions, type Plan } from './index.js';

const source = { title: 'Declared by the tenant', status: 'CONVENTION' } as const;

function planOf(threshold: number, comparator: '>=' | '<=' = '>='): Plan {
  return parsePlan({
    schema: 'sandbox-plan/1',
    title: 'Test',
    replicates: 0,
    criteria: [{ id: 'auc', metric: 'rocAuc', comparator, threshold, source, declaredBy: 'Tenant' }],
  });
}

/** Normal scores whose positives lie `apart` standard deviations higher: ROC AUC is Φ(apart/√2). */
function world(rows: number, random: () => number, apart = 1): MeasurementDocument {
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const labels = Uint8Array.from({ length: rows }, (_, i) => Number(i % 5 === 0));
  const scores = Float64Array.from(labels, (label) => 1 / (1 + Math.exp(-(normal() + apart * label))));
  return measure({ scores, labels }, planOptions(planOf(0.5)));
}

/** Mulberry32. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

test('over many models and data, verdicts come as often as was told', () => {
  const random = chance(20261128);
  const plan = planOf(0.75);
  const told = { PASS: 0, FAIL: 0, INCONCLUSIVE: 0 };
  const came = { PASS: 0, FAIL: 0, INCONCLUSIVE: 0 };
  const trials = 200;
  for (let trial = 0; trial < trials; trial++) {
    // ROC AUC from 0.64 to 0.84: nothing is known of the model beforehand.
    const apart = 0.5 + 0.9 * random();
    const [expected] = forecast(plan, world(400, random, apart), { rows: 800 });
    told.PASS += expected?.pass ?? NaN;
    told.FAIL += expected?.fail ?? NaN;
    told.INCONCLUSIVE += expected?.inconclusive ?? NaN;
    const { low, high } = world(800, random, apart).metrics.rocAuc;
    came[byInterval(low ?? NaN, high ?? NaN, '>=', 0.75)]++;
  }
  // Two standard errors of a share of 200 are 0.07.
  for (const verdict of ['PASS', 'FAIL', 'INCONCLUSIVE'] as const)
    expect(Math.abs(told[verdict] - came[verdict]) / trials).toBeLessThan(0.07);
  expect(told.PASS + told.FAIL + told.INCONCLUSIVE).toBeCloseTo(trials, 6);
});

test('a threshold far away is sure, one at the value is open, and more rows help', () => {
  const document = world(2000, chance(1));
  const at = (threshold: number, rows: number, comparator: '>=' | '<=' = '>=') =>
    forecast(planOf(threshold, comparator), document, { rows })[0];
  const value = document.metrics.rocAuc.value ?? NaN;
  expect(at(0.5, 2000)?.pass).toBeGreaterThan(0.999);
  expect(at(0.99, 2000)?.fail).toBeGreaterThan(0.999);
  expect(at(0.99, 2000, '<=')?.pass).toBeGreaterThan(0.999);
  expect(at(value, 2000)?.inconclusive).toBeGreaterThan(0.6);
  expect(at(value - 0.03, 20_000)?.inconclusive).toBeLessThan(at(value - 0.03, 2000)?.inconclusive ?? 0);
});

test('what has no interval on the development data has no forecast, and says why', () => {
  const plan = parsePlan({
    ...planOf(0.5),
    criteria: [
      {
        id: 'ap',
        metric: 'cardPrecisionAt100',
        comparator: '>=',
        threshold: 0.1,
        source,
        declaredBy: 'Tenant',
      },
      {
        id: 'gap',
        metric: 'equalOpportunityDifference',
        fairness: { column: 'sex' },
        comparator: '<=',
        threshold: 0.1,
        source,
        declaredBy: 'Tenant',
      },
    ],
  });
  for (const entry of forecast(plan, world(200, chance(2)), { rows: 100 })) {
    expect(entry).toMatchObject({ pass: null, fail: null, inconclusive: null });
    expect(entry.reason).not.toBe('');
  }
});
