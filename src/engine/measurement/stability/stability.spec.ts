import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { measure, type MeasurementInput } from '../index.js';
import { normalCdf, normalQuantile } from '../distributions.js';
import { Xoshiro128 } from '../random.js';
import { decileBins } from './bins.js';
import { clustersOf, driftOfPeriods } from './drift.js';
import { type BinnedDrift, type Drift, featureDrift, layOut, type Layout, monthsOf } from './index.js';
import { quantileRank, valuesAtRanks } from './order-statistics.js';
import { compareValues } from './stability.js';
import { trendOf, worstOf } from './trend.js';

interface GoldenDrift {
  edges: number[];
  reference: number[];
  current: number[];
  value: number;
  low: number;
  high: number;
  expected: number;
  point95: number;
  designEffect: number;
}

// golden.py, by NumPy 1.24, SciPy 1.10 and statsmodels 0.13
const golden = JSON.parse(readFileSync(new URL('./golden.json', import.meta.url), 'utf8')) as {
  independent: { reference: (number | null)[]; current: (number | null)[]; drift: GoldenDrift };
  clustered: {
    reference: number[];
    current: number[];
    referenceEntity: number[];
    currentEntity: number[];
    drift: GoldenDrift;
  };
  trend: { x: number[]; y: number[]; standardError: number[]; slope: number; interval: [number, number] };
};

const column = (values: readonly (number | null)[]): Float64Array =>
  Float64Array.from(values, (value) => value ?? NaN);

function layout(rows: Float64Array, reference: Float64Array, entities?: [Int32Array, Int32Array]): Layout {
  const names = entities === undefined ? [] : Array.from({ length: 1 + Math.max(...entities[0]) }, String);
  const laid = layOut(
    { scores: rows, ...(entities === undefined ? {} : { entity: { codes: entities[0], names } }) },
    { scores: reference, ...(entities === undefined ? {} : { entity: entities[1] }) },
    null,
  );
  if (typeof laid === 'string') throw new Error(laid);
  return laid;
}

function drift(
  rows: Float64Array,
  reference: Float64Array,
  entities?: [Int32Array, Int32Array],
): BinnedDrift {
  return compareValues(layout(rows, reference, entities), rows, reference, 1).whole;
}

function matches(found: BinnedDrift, expected: GoldenDrift): void {
  expect(found.value).toBeCloseTo(expected.value, 12);
  expect(found.low).toBeCloseTo(expected.low, 9);
  expect(found.high).toBeCloseTo(expected.high, 9);
  expect(found.chance?.expected).toBeCloseTo(expected.expected, 12);
  expect(found.chance?.point95).toBeCloseTo(expected.point95, 11);
  expect(found.chance?.designEffect).toBeCloseTo(expected.designEffect, 11);
  const used = expected.reference.map((n, bin) => [n, expected.current[bin] ?? 0]).filter(([n, m]) => n || m);
  expect(found.bins.map(({ referenceRows, rows }) => [referenceRows, rows])).toEqual(used);
}

test('an index of rows drawn alone, missing values among them, as NumPy and SciPy have it', () => {
  const { reference, current, drift: expected } = golden.independent;
  expect(Array.from(decileBins(column(reference)).edges)).toEqual(expected.edges);
  matches(drift(column(current), column(reference)), expected);
});

test('an index clustered by entity, some of them in both samples', () => {
  const { reference, current, referenceEntity, currentEntity, drift: expected } = golden.clustered;
  expect(expected.designEffect).toBeGreaterThan(1.5);
  const entities: [Int32Array, Int32Array] = [
    Int32Array.from(currentEntity),
    Int32Array.from(referenceEntity),
  ];
  matches(drift(column(current), column(reference), entities), expected);
});

test('several periods at once are each what they are alone', () => {
  const random = new Xoshiro128(5, 5);
  const draw = (n: number): Int32Array => Int32Array.from({ length: 900 }, () => random.below(n));
  const bins = Uint8Array.from(draw(7));
  const period = Int16Array.from(draw(4));
  const of = (periods: Int16Array, count: number) =>
    driftOfPeriods(
      { bins, binCount: 8, period: periods, periods: count, clusters: clustersOf(codes, 120) },
      1,
    );
  const codes = draw(120);
  const together = of(period, 3);
  for (const place of [1, 2, 3]) {
    const only = period.map((value) => (value === 0 ? 0 : value === place ? 1 : -1));
    const [alone] = of(only, 1);
    const { chance, ...rest } = together[place - 1] as Drift;
    expect(rest).toEqual({ ...rest, value: alone?.value, rows: alone?.rows });
    expect(chance?.designEffect).toBeCloseTo(alone?.chance?.designEffect as number, 12);
    expect(rest.high).toBeCloseTo(alone?.high as number, 10);
  }
});

test('a trend is that of statsmodels: WLS with HC3 and Student’s t', () => {
  const { x, y, standardError, slope, interval } = golden.trend;
  const months = x.map((at, i) => ({
    month: String(at),
    x: at,
    value: y[i] as number,
    standardError: standardError[i] as number,
    low: (y[i] as number) - 0.01,
    high: (y[i] as number) + 0.02,
    positives: 1,
  }));
  const trend = trendOf(months);
  expect(trend.slopePerMonth).toBeCloseTo(slope, 13);
  expect(trend.low).toBeCloseTo(interval[0], 10);
  expect(trend.high).toBeCloseTo(interval[1], 10);
  expect(trendOf(months.slice(0, 2))).toMatchObject({
    slopePerMonth: null,
    reason: expect.any(String) as string,
  });
  const worst = worstOf(months, false);
  expect(worst).toMatchObject({ value: Math.min(...y), comparisons: 7, correction: 'bonferroni' });
  // Φ⁻¹(1 − 0.025/7) / Φ⁻¹(0.975), by SciPy
  expect((worst?.value ?? 0) - (worst?.low ?? 0)).toBeCloseTo(
    0.01 * (2.690109527158815 / 1.959963984540054),
    10,
  );
});

const values = fc
  .array(fc.integer({ min: -40, max: 40 }), { minLength: 12, maxLength: 80 })
  .map((list) => Float64Array.from(list, (value) => value / 4));

test('an index does not change with the order of rows, nor under an increasing map, and is 0 of a sample with itself', () => {
  fc.assert(
    fc.property(values, values, (reference, rows) => {
      const found = drift(rows, reference);
      expect(drift(rows.toReversed(), reference.toReversed()).value).toBe(found.value);
      const map = (value: number): number => Math.exp(value / 5) * 3 - 1;
      expect(drift(rows.map(map), reference.map(map)).value).toBeCloseTo(found.value as number, 12);
      expect(drift(reference, reference)).toMatchObject({ value: 0, low: 0 });
      expect(found.value).toBeGreaterThanOrEqual(0);
      expect(found.low ?? 0).toBeLessThanOrEqual(found.value as number);
      expect(found.high ?? Infinity).toBeGreaterThanOrEqual(found.value as number);
    }),
    { numRuns: 150 },
  );
});

test('order statistics are those of sorting', () => {
  fc.assert(
    fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (list, p) => {
      const rank = quantileRank(p, list.length);
      expect(valuesAtRanks(list, [rank])[0]).toBe(list.toSorted()[rank]);
    }),
  );
});

test('a constant reference notices values below, at and above', () => {
  const constant = new Float64Array(200).fill(5);
  expect(drift(constant, constant).value).toBe(0);
  expect(drift(new Float64Array(200).fill(4), constant).value).toBeGreaterThan(1);
  expect(drift(new Float64Array(200).fill(6), constant).value).toBeGreaterThan(1);
});

// Global names are slow to reach from a test's realm.
const { cos, log, sqrt, PI } = Math;

function normal(random: Xoshiro128): number {
  return sqrt(-2 * log((random.next() + 1) / 4294967297)) * cos((2 * PI * random.next()) / 4294967296);
}

function normals(random: Xoshiro128, length: number, shift = 0): Float64Array {
  const values = new Float64Array(length);
  for (let i = 0; i < length; i++) values[i] = normal(random) + shift;
  return values;
}

/** The index of N(shift, 1) against N(0, 1) in the latter's deciles. */
function populationIndex(shift: number): number {
  let index = 0;
  let below = 0;
  for (let k = 1; k <= 10; k++) {
    const upTo = k === 10 ? 1 : normalCdf(normalQuantile(k / 10) - shift);
    index += (upTo - below - 0.1) * log((upTo - below) / 0.1);
    below = upTo;
  }
  return index;
}

describe('1,000 draws', () => {
  test.each([0.15, 0.5])('the interval covers the index of populations shifted by %s', (shift) => {
    const truth = populationIndex(shift);
    let covered = 0;
    for (let draw = 0; draw < 1000; draw++) {
      const random = new Xoshiro128(7, draw);
      const reference = normals(random, 400);
      const rows = normals(random, 300, shift);
      const { low, high } = drift(rows, reference);
      if ((low as number) <= truth && truth <= (high as number)) covered++;
    }
    expect(covered).toBeGreaterThanOrEqual(930);
    expect(covered).toBeLessThanOrEqual(970);
  });

  test('where nothing drifts, one in twenty lies beyond the chance level, with entities too', () => {
    let alone = 0;
    let clustered = 0;
    for (let draw = 0; draw < 1000; draw++) {
      const random = new Xoshiro128(8, draw);
      const reference = normals(random, 400);
      const rows = normals(random, 300);
      if (drift(rows, reference).beyondChance === true) alone++;
      const level = normals(random, 100);
      const of = (n: number): [Int32Array, Float64Array] => {
        const codes = Int32Array.from({ length: n }, () => random.below(100));
        return [codes, Float64Array.from(codes, (code) => (level[code] as number) + 0.5 * normal(random))];
      };
      const [there, before] = of(400);
      const [here, after] = of(300);
      if (drift(after, before, [here, there]).beyondChance === true) clustered++;
    }
    expect(alone / 1000).toBeGreaterThan(0.035);
    expect(alone / 1000).toBeLessThan(0.065);
    expect(clustered / 1000).toBeGreaterThan(0.02);
    expect(clustered / 1000).toBeLessThan(0.075);
  });
});

test('months are those of the calendar, leap days and years before 1970 too', () => {
  const days = ['2024-02-29', '2024-03-01', '1969-12-31', '2024-02-01'].map(
    (date) => Date.parse(`${date}T00:00:00Z`) / 86_400_000,
  );
  const months = monthsOf(Int32Array.from(days));
  expect(months.names).toEqual(['1969-12', '2024-02', '2024-03']);
  expect(Array.from(months.codes)).toEqual([1, 2, 0, 1]);
});

function sample(rows: number, months: number): MeasurementInput {
  const random = new Xoshiro128(3, 4);
  const days = Int32Array.from({ length: rows }, () => 20_089 + random.below(30 * months));
  const labels = Uint8Array.from({ length: rows }, () => (random.below(10) < 2 ? 1 : 0));
  const scores = Float64Array.from(labels, (label, row) => {
    const late = ((days[row] as number) - 20_089) / 30 / months;
    return 1 / (1 + Math.exp(1 - normal(random) - 2 * label * (1 - 0.8 * late) - late));
  });
  const codes = Int32Array.from({ length: rows }, () => random.below(3) - 1);
  return { scores, labels, days, groups: { sex: { codes, names: ['F', 'M'] } } };
}

test('the section of a model that drifts: a reference, months, segments, a trend, a worst month', () => {
  const input = sample(6000, 6);
  const { stability } = measure(input, { stability: true });
  expect(stability).toMatchObject({
    reference: { kind: 'FIRST_MONTH', month: '2025-01' },
    definition: { bins: 10, zeroFillRows: 0.5, convention: { status: 'CONVENTION' } },
  });
  expect(stability?.score?.beyondChance).toBe(true);
  expect(stability?.scoreByMonth.map(({ month }) => month)).toEqual([
    '2025-02',
    '2025-03',
    '2025-04',
    '2025-05',
    '2025-06',
  ]);
  expect(stability?.scoreByMonth.at(-1)?.value).toBeGreaterThan(
    stability?.scoreByMonth[0]?.value ?? Infinity,
  );
  expect(Object.keys(stability?.scoreBySegment['sex'] ?? {})).toEqual(['F', 'M']);
  const { trend, worst, months } = stability?.performance ?? { trend: {}, worst: {}, months: [] };
  expect(trend.rocAuc?.high).toBeLessThan(0);
  expect(['2025-05', '2025-06']).toContain(worst.rocAuc?.month);
  expect(months.map(({ rows }) => rows).reduce((a, b) => a + b)).toBe(6000);
  const { histogram, quantiles } = stability?.scoreDistribution ?? { histogram: [], quantiles: [] };
  expect(histogram.reduce((sum, { negatives, positives }) => sum + negatives + positives, 0)).toBe(6000);
  expect(histogram.reduce((sum, { positives }) => sum + positives, 0)).toBe(measure(input).positives);
  expect(quantiles.find(({ p }) => p === 0.5)?.all).toBe(input.scores.toSorted()[2999]);
});

test('what cannot be compared says why', () => {
  const { days, ...timeless } = sample(3000, 2);
  expect(measure(timeless, { stability: true }).stability).toMatchObject({
    score: null,
    reference: null,
    performance: null,
    reason: expect.stringContaining('reference') as string,
  });
  const oneMonth = { ...timeless, days: new Int32Array(3000).fill(days?.[0] ?? 0) };
  expect(measure(oneMonth, { stability: true }).stability?.reason).toMatch(/one calendar month/);
  const few = measure(timeless, { stability: true, minimumGroupSize: 200 } as const);
  expect(few).not.toHaveProperty('stability.score.value');
  const reference = { scores: timeless.scores.slice(0, 50) };
  expect(measure({ ...timeless, reference }, { stability: true }).stability?.score).toMatchObject({
    value: null,
    reason: '50 rows of the reference, fewer than 100',
  });
});

test('categories that the reference hardly knows are pooled, and what is missing stands alone', () => {
  const coded = (names: string[], codes: number[]) => ({ names, codes: Int32Array.from(codes) });
  const reference = coded(
    ['a', 'b', 'rare'],
    [...Array<number>(120).fill(0), ...Array<number>(79).fill(1), 2],
  );
  const values = coded(
    ['b', 'new'],
    [...Array<number>(100).fill(0), ...Array<number>(80).fill(1), ...Array<number>(20).fill(-1)],
  );
  const laid = layout(new Float64Array(200), new Float64Array(200));
  const found = featureDrift(laid, { kind: 'categorical', reference, values }, 100);
  expect(found.bins).toEqual([
    { category: 'a', referenceRows: 120, rows: 0 },
    { category: 'b', referenceRows: 79, rows: 100 },
    { pooled: true, referenceRows: 1, rows: 80 },
    { missing: true, referenceRows: 0, rows: 20 },
  ]);
  const term = (p: number, q: number): number => (q - p) * Math.log(q / p);
  expect(found.value).toBeCloseTo(
    term(0.6, 0.0025) + term(0.395, 0.5) + term(0.005, 0.4) + term(0.0025, 0.1),
    12,
  );
  expect(found.missingShare).toEqual({ reference: 0, rows: 0.1 });
});
