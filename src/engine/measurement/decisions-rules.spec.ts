import fc from 'fast-check';
import { curvePoints } from './curve.js';
import { drawCurves, MOST_POINTS } from './drawing.js';
import {
  measure,
  METRICS,
  THRESHOLD_METRICS,
  type Detection,
  type MeasurementInput,
  type MeasurementOptions,
} from './index.js';
import { addOdds, ODDS_SIZE, oddsOf, quadrature, type WeightedOdds } from './odds.js';
import { Xoshiro128 } from './random.js';

const COSTS = { falseNegative: 'AMOUNT', falsePositive: 3, unit: 'HKD' } as const;
const ALL: MeasurementOptions = {
  threshold: 0.5,
  thresholds: [0.25],
  costs: COSTS,
  alertBudget: 4,
  deployment: { prevalence: 0.01, source: 'a test', rowsPerDay: 1000 },
};

interface Row {
  score: number;
  label: number;
  day: number;
  amount: number;
  case: number;
}

const inputOf = (rows: readonly Row[]): MeasurementInput => ({
  scores: Float64Array.from(rows, ({ score }) => score),
  labels: Uint8Array.from(rows, ({ label }) => label),
  days: Int32Array.from(rows, ({ day }) => day),
  amounts: Float64Array.from(rows, ({ amount }) => amount),
  cases: { codes: Int32Array.from(rows, (row) => (row.label === 1 ? row.case : -1)), names: ['a', 'b', 'c'] },
});

/** Rows on a grid of scores, so that ties abound, with both classes. */
const rows = fc
  .array(
    fc.record({
      score: fc.nat(8).map((step) => step / 8),
      label: fc.nat(1),
      day: fc.nat(3),
      amount: fc.nat(50),
      case: fc.nat(2),
    }),
    { minLength: 2, maxLength: 40 },
  )
  .map((drawn): Row[] => [
    ...drawn,
    { score: 0.25, label: 1, day: 0, amount: 5, case: 0 },
    { score: 0.75, label: 0, day: 1, amount: 5, case: 0 },
  ]);

const valuesOf = (input: MeasurementInput): (number | null)[] => {
  const { metrics, operatingPoints } = measure(input, ALL);
  const points = [
    operatingPoints.leastCost,
    operatingPoints.withinBudget,
    operatingPoints.withinBudgetAtDeployment,
  ];
  return [
    ...METRICS.map((name) => metrics[name].value),
    ...points.map(({ point }) => point?.threshold ?? null),
  ];
};

test('the order of rows changes nothing', () => {
  fc.assert(
    fc.property(rows, (drawn) => {
      const [one, other] = [drawn, [...drawn].reverse()].map((some) => valuesOf(inputOf(some)));
      one?.forEach((value, i) => {
        if (value === null) expect(other?.[i]).toBeNull();
        else expect(other?.[i]).toBeCloseTo(value, 10);
      });
    }),
    { numRuns: 50 },
  );
});

test('every row twice changes no rate, and narrows its interval', () => {
  fc.assert(
    fc.property(rows, (drawn) => {
      const one = measure(inputOf(drawn), ALL).metrics;
      const two = measure(inputOf([...drawn, ...drawn]), ALL).metrics;
      for (const name of THRESHOLD_METRICS) {
        const [before, after] = [one[name], two[name]];
        if (name.startsWith('alertsPerDay') || before.value === null) continue;
        expect(after.value).toBeCloseTo(before.value, 10);
        if (before.low === null || before.high === null || after.low === null || after.high === null)
          continue;
        expect(after.high - after.low).toBeLessThanOrEqual(before.high - before.low + 1e-12);
      }
    }),
    { numRuns: 50 },
  );
});

test('values lie within their limits, and both within what can be', () => {
  const bounds: Partial<Record<(typeof METRICS)[number], [number, number]>> = {
    matthewsCorrelation: [-1, 1],
    lift: [0, Infinity],
    alertsPerDay: [0, Infinity],
    expectedCost: [0, Infinity],
    costSavings: [-Infinity, 1],
    alertsPerDayAtDeployment: [0, 1001],
  };
  fc.assert(
    fc.property(rows, fc.constantFrom(0, 0.3, 0.5, 0.9, 2), (drawn, threshold) => {
      const { metrics, calibration } = measure(inputOf(drawn), { ...ALL, threshold });
      for (const name of THRESHOLD_METRICS) {
        const { value, low, high, reason } = metrics[name];
        if (value === null) {
          expect(reason).not.toBe('');
          continue;
        }
        const [least, most] = bounds[name] ?? [0, 1];
        expect(value).toBeGreaterThanOrEqual(least);
        expect(value).toBeLessThanOrEqual(most);
        if (low === null || high === null) {
          expect(reason).toBeDefined();
          continue;
        }
        expect(low).toBeGreaterThanOrEqual(least);
        expect(low).toBeLessThanOrEqual(value);
        expect(high).toBeGreaterThanOrEqual(value);
        expect(high).toBeLessThanOrEqual(most * 1.5);
      }
      if (!('bins' in calibration)) throw new Error('there is no calibration');
      const { value, debiased } = calibration.expectedCalibrationError;
      expect(debiased).toBeLessThanOrEqual(value + 1e-12);
      expect(metrics.maximumCalibrationError.value).toBeGreaterThanOrEqual(value - 1e-12);
    }),
    { numRuns: 100 },
  );
});

test('curves and thresholds survive a strictly increasing map of the scores', () => {
  fc.assert(
    fc.property(rows, (drawn) => {
      const mapped = drawn.map((row) => ({ ...row, score: row.score ** 3 / 2 - 7 }));
      const [one, other] = [drawn, mapped].map((some) => measure(inputOf(some), { ...ALL, threshold: 100 }));
      expect(other?.curves).toEqual(one?.curves);
      const found = [one, other].map((document) => document?.operatingPoints.leastCost.point);
      expect(found[1]?.tp).toBe(found[0]?.tp);
      expect(found[1]?.fp).toBe(found[0]?.fp);
    }),
    { numRuns: 50 },
  );
});

test('the cheapest threshold and the widest within the budget are so among all', () => {
  fc.assert(
    fc.property(rows, (drawn) => {
      const input = inputOf(drawn);
      const { operatingPoints } = measure(input, ALL);
      const days = new Set(drawn.map(({ day }) => day)).size;
      const tried = [...new Set(drawn.map(({ score }) => score)), Infinity].map((threshold) => {
        const alerts = drawn.filter(({ score }) => score >= threshold);
        const missed = drawn.filter(({ score, label }) => label === 1 && score < threshold);
        const fp = alerts.filter(({ label }) => label === 0).length;
        const cost = missed.reduce((sum, { amount }) => sum + amount, 0) + 3 * fp;
        return { cost, tp: alerts.length - fp, perDay: alerts.length / days };
      });
      const { point } = operatingPoints.leastCost;
      const least = Math.min(...tried.map(({ cost }) => cost));
      expect(point?.metrics.expectedCost.value).toBeCloseTo(least / drawn.length, 10);
      const most = Math.max(...tried.filter(({ perDay }) => perDay <= 4).map(({ tp }) => tp));
      expect(operatingPoints.withinBudget.point?.tp ?? 0).toBe(most);
    }),
    { numRuns: 100 },
  );
});

test('at the prevalence of the sample itself, precision is that of the sample', () => {
  fc.assert(
    fc.property(rows, (drawn) => {
      const input = inputOf(drawn);
      const prevalence = drawn.filter(({ label }) => label === 1).length / drawn.length;
      const { metrics } = measure(input, {
        deployment: { prevalence, source: 'the sample', rowsPerDay: drawn.length },
      });
      if (metrics.precision.value === null) expect(metrics.precisionAtDeployment.value).toBeNull();
      else expect(metrics.precisionAtDeployment.value).toBeCloseTo(metrics.precision.value, 10);
      const alerts = (metrics.alertRate.value ?? NaN) * drawn.length;
      expect(metrics.alertsPerDayAtDeployment.value).toBeCloseTo(alerts, 8);
    }),
    { numRuns: 50 },
  );
});

describe('edges', () => {
  const few = (
    scores: number[],
    labels: number[],
    more: Partial<MeasurementInput> = {},
  ): MeasurementInput => ({
    scores: Float64Array.from(scores),
    labels: Uint8Array.from(labels),
    ...more,
  });

  test('no alert, and nothing but alerts', () => {
    const none = measure(few([0.1, 0.2, 0.3], [0, 1, 0]), { threshold: 0.9 }).metrics;
    expect(none.precision).toMatchObject({
      value: null,
      reason: expect.stringMatching(/no row is alerted/) as string,
    });
    expect(none.matthewsCorrelation.reason).toMatch(/margin is 0.*scikit-learn says 0/);
    expect(none.fBeta).toMatchObject({ value: 0, low: 0 });
    expect(none.fBeta.high).toBeGreaterThan(0.5);
    expect(none.recall).toMatchObject({ value: 0, low: 0 });
    const all = measure(few([0.1, 0.2, 0.3], [0, 1, 0]), { threshold: 0 }).metrics;
    expect(all.matthewsCorrelation.reason).toMatch(/every row is alerted/);
    expect(all.lift.value).toBe(1);
  });

  test('no error was seen', () => {
    const options = { costs: { falseNegative: 10, falsePositive: 1, unit: 'HKD' as const } };
    const { metrics } = measure(few([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1]), options);
    expect(metrics.expectedCost).toMatchObject({ value: 0, low: 0, unit: 'HKD' });
    expect(metrics.expectedCost.high).toBeGreaterThan(1);
    expect(metrics.costSavings.value).toBe(1);
    expect(metrics.costSavings.low).toBeLessThan(1);
    expect(metrics.matthewsCorrelation).toMatchObject({ value: 1, low: null });
    for (const name of ['calibrationSlope', 'calibrationIntercept'] as const)
      expect(metrics[name]).toMatchObject({
        value: null,
        reason: expect.stringMatching(/separate/) as string,
      });
  });

  test('all scores tie', () => {
    const document = measure(few([0.5, 0.5, 0.5, 0.5], [0, 1, 0, 1]));
    expect(document.metrics.calibrationSlope.reason).toMatch(/all scores are equal/);
    expect(document.curves.roc).toEqual({ x: [0, 1], y: [0, 1], error: 0 });
    expect(document.metrics.brierSkill).toMatchObject({ value: 0, low: null });
  });

  test('scores that are no probabilities are not calibrated, but drawn and counted', () => {
    const document = measure(few([-3, 2, 1, 9], [0, 1, 0, 1]));
    expect(document.calibration).toMatchObject({
      value: null,
      reason: expect.stringMatching(/no probability/) as string,
    });
    for (const name of ['calibrationSlope', 'brierSkill', 'maximumCalibrationError'] as const)
      expect(document.metrics[name].value).toBeNull();
    expect(document.metrics.recall.value).toBe(1);
  });

  test.each([
    [
      'a negative amount',
      { amounts: Float64Array.of(1, -2, 3) },
      'amount, row 2: -2 is not a finite number from 0',
    ],
    [
      'no amount',
      { amounts: Float64Array.of(1, 2, NaN) },
      'amount, row 3: NaN is not a finite number from 0',
    ],
    ['an endless amount', { amounts: Float64Array.of(Infinity, 2, 3) }, 'amount, row 1: Infinity'],
    ['no time', { times: Float64Array.of(1, NaN, 3) }, 'time, row 2: NaN is not a finite number'],
    ['few amounts', { amounts: Float64Array.of(1) }, 'amount: 1 values for 3 scores'],
    ['few cases', { cases: { codes: Int32Array.of(0), names: ['a'] } }, 'case: 1 values for 3 scores'],
  ])('%s is refused', (_, more, message) => {
    expect(() => measure(few([0.1, 0.2, 0.3], [0, 1, 0], more))).toThrow(message);
  });

  test.each([
    [{ beta: 0 }, 'beta is 0'],
    [{ thresholds: [NaN] }, 'NaN is not a finite number'],
    [{ thresholds: Array.from({ length: 51 }, () => 0.5) }, 'more than 50'],
    [{ alertBudget: -1 }, 'alertBudget is -1'],
    [{ costs: { falseNegative: 1, falsePositive: 0, unit: 'HKD' as const } }, 'costs.falsePositive is 0'],
    [
      { costs: { falseNegative: 'AMOUNT' as const, falsePositive: 1, unit: 'FALSE_ALERTS' as const } },
      'unit is HKD',
    ],
    [{ deployment: { prevalence: 1, source: 'x' } }, 'deployment.prevalence is 1'],
    [{ deployment: { prevalence: 0.1, source: ' ' } }, 'needs its source'],
  ])('%j is refused', (options, message) => {
    expect(() => measure(few([0.1, 0.2], [0, 1]), options)).toThrow(message);
  });

  test('what is missing is named', () => {
    const { metrics, operatingPoints, detection } = measure(few([0.1, 0.7, 0.3], [0, 1, 0]), {
      costs: COSTS,
    });
    expect(metrics.valueRecall.reason).toMatch(/amount/);
    expect(metrics.expectedCost.reason).toMatch(/amount/);
    expect(metrics.alertsPerDay.reason).toMatch(/time/);
    expect(metrics.caseRecall.reason).toMatch(/case/);
    expect(metrics.precisionAtDeployment.reason).toMatch(/prevalence/);
    expect(operatingPoints.leastCost.reason).toMatch(/amount/);
    expect(operatingPoints.withinBudget.reason).toMatch(/budget/);
    expect(detection).toMatchObject({ value: null });
  });
});

test('cases: first alert, what was lost before it, and what does not belong', () => {
  const hour = 3_600_000;
  // Case a: three payments, the second alerted. Case b: never alerted. Case c: alerted at once.
  const rowsOfCases = [
    { of: 0, label: 1, score: 0.2, at: 0, amount: 100 },
    { of: 0, label: 1, score: 0.9, at: 12 * hour, amount: 400 },
    { of: 0, label: 1, score: 0.1, at: 12 * hour, amount: 50 },
    { of: 0, label: 1, score: 0.1, at: 30 * hour, amount: 70 },
    { of: 1, label: 1, score: 0.3, at: 5 * hour, amount: 1000 },
    { of: 2, label: 1, score: 0.6, at: 7 * hour, amount: 30 },
    { of: -1, label: 1, score: 0.6, at: 7 * hour, amount: 9 },
    { of: 1, label: 0, score: 0.9, at: hour, amount: 9 },
    { of: -1, label: 0, score: 0.1, at: hour, amount: 9 },
  ];
  const input: MeasurementInput = {
    scores: Float64Array.from(rowsOfCases, ({ score }) => score),
    labels: Uint8Array.from(rowsOfCases, ({ label }) => label),
    amounts: Float64Array.from(rowsOfCases, ({ amount }) => amount),
    times: Float64Array.from(rowsOfCases, ({ at }) => at),
    cases: { codes: Int32Array.from(rowsOfCases, ({ of }) => of), names: ['a', 'b', 'c'] },
  };
  const { metrics, detection } = measure(input);
  expect(metrics.caseRecall.value).toBeCloseTo(2 / 3, 12);
  expect(metrics.detectionDelayDays.value).toBeCloseTo(0.25, 12);
  expect(metrics.amountLostBeforeAlert.value).toBeCloseTo(1100 / 3, 9);
  expect(detection).toMatchObject({
    cases: 3,
    detected: 2,
    positivesWithoutCase: 1,
    negativesWithCase: 1,
    resolution: 'instant',
    medianDelayDays: 0.5,
  });
  expect((detection as Detection).shareLost.value).toBeCloseTo(1100 / 1650, 12);
  const { times: _, ...untimed } = input;
  expect(measure(untimed).metrics.caseRecall.reason).toMatch(/time/);
});

test('a long curve is thinned to within what it says', () => {
  const random = new Xoshiro128(3, 0);
  const distinct = 8_000;
  const curve = {
    positives: Uint32Array.from({ length: distinct }, () => 1 + random.below(2)),
    ties: Uint32Array.from({ length: distinct }, () => (random.below(5) === 0 ? 1 : 0)),
    gaps: Uint32Array.from({ length: distinct + 1 }, (_, j) => random.below(Math.ceil(4e5 / (j + 100)))),
  };
  const points = curvePoints(curve);
  const { roc, precisionRecall, gains } = drawCurves(curve, points);
  const { totalPositives: p, totalNegatives: n } = points;
  const lines = [
    { drawn: roc, at: (tp: number, fp: number) => [fp / n, tp / p] as const },
    { drawn: precisionRecall, at: (tp: number, fp: number) => [tp / p, tp / (tp + fp)] as const },
    { drawn: gains, at: (tp: number, fp: number) => [(tp + fp) / (p + n), tp / p] as const },
  ];
  for (const { drawn, at } of lines) {
    expect(drawn.x.length).toBeLessThanOrEqual(MOST_POINTS);
    expect(drawn.error).toBeGreaterThan(0);
    expect(drawn.error).toBeLessThan(0.005);
    let [tp, fp, segment] = [0, 0, 1];
    const check = (): void => {
      const [x, y] = at(tp, fp);
      // Points come in the order of the line: none lies on a segment before that of the last one.
      let least = Infinity;
      for (let i = Math.max(1, segment - 3); i < Math.min(drawn.x.length, segment + 8); i++) {
        const far = toSegment(x, y, [drawn.x[i - 1], drawn.y[i - 1], drawn.x[i], drawn.y[i]] as number[]);
        if (far < least) [least, segment] = [far, i];
      }
      if (least > drawn.error) throw new Error(`(${x}, ${y}) lies ${least} off, said ${drawn.error}`);
    };
    for (let j = distinct; j >= 0; j--) {
      fp += curve.gaps[j] ?? 0;
      if (tp + fp > 0) check();
      if (j === 0) break;
      tp += curve.positives[j - 1] ?? 0;
      fp += curve.ties[j - 1] ?? 0;
      check();
    }
    expect(segment).toBe(drawn.x.length - 1);
  }
});

function toSegment(x: number, y: number, [ax = 0, ay = 0, bx = 0, by = 0]: number[]): number {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length));
  return Math.hypot(x - ax - along * dx, y - ay - along * dy);
}

test('sums over the odds of rows come out of their buckets', () => {
  const random = new Xoshiro128(5, 0);
  const scores = Float64Array.from({ length: 30_000 }, (_, i) => {
    const u = random.below(2 ** 30) / 2 ** 30;
    return [u, u ** 6, 1 - u ** 6, Math.round(20 * u) / 20, i % 2][i % 5] ?? 0;
  });
  const sums = new Float64Array(ODDS_SIZE);
  addOdds(scores, 0, scores.length, sums);
  const over = ({ odds, weights }: WeightedOdds, of: (x: number) => number): number =>
    odds.reduce((sum, x, i) => sum + (weights[i] ?? 0) * of(x), 0);
  const [exact, held] = [oddsOf(scores), quadrature(sums)];
  for (const of of [
    () => 1,
    (x: number) => x,
    (x: number) => 1 / (1 + Math.exp(-x)),
    (x: number) => 1 / (1 + Math.exp(2 - 0.7 * x)),
    (x: number) => x / (1 + Math.exp(-1.5 * x)),
  ]) {
    const expected = over(exact, of);
    expect(Math.abs(over(held, of) - expected) / Math.max(1, Math.abs(expected))).toBeLessThan(1e-9);
  }
});
