import fc from 'fast-check';
import { CASES, GOLDEN, type Golden } from './golden.fixture.js';
import {
  measure,
  measureInThreads,
  type MeasurementInput,
  type MetricName,
  StandingThreads,
} from './index.js';

const inputOf = (scores: readonly number[], labels: readonly number[]): MeasurementInput => ({
  scores: Float64Array.from(scores),
  labels: Uint8Array.from(labels),
});

describe.each(Object.keys(CASES))('%s', (name) => {
  const { scores, labels } = CASES[name] as { scores: number[]; labels: number[] };
  const golden = GOLDEN[name] as Golden;
  const { metrics, confusion } = measure(inputOf(scores, labels));

  test.each([
    'rocAuc',
    'averagePrecision',
    'ks',
    'tprAtFpr1',
    'tprAtFpr5',
    'precisionAt100',
    'brier',
    'logLoss',
    'expectedCalibrationError',
  ] as const)('%s', (metric: MetricName) => {
    const expected = golden[metric as keyof Golden] as number | undefined;
    if (expected === undefined) {
      expect(metrics[metric]).toMatchObject({ value: null, low: null, high: null, standardError: null });
      expect(metrics[metric].reason).toMatch(/outside 0 and 1/);
    } else {
      expect(Math.abs((metrics[metric].value ?? NaN) - expected)).toBeLessThan(1e-12);
    }
  });

  test('confusion, rates reached, DeLong', () => {
    expect([confusion.tp, confusion.fp, confusion.tn, confusion.fn]).toEqual(golden.confusion);
    expect(metrics.tprAtFpr1.fprReached).toBeCloseTo(golden.fprReached[0] ?? NaN, 14);
    expect(metrics.tprAtFpr5.fprReached).toBeCloseTo(golden.fprReached[1] ?? NaN, 14);
    if (golden.delong === null) {
      expect(metrics.rocAuc).toMatchObject({ low: null, high: null, standardError: null });
      expect(metrics.rocAuc.reason).toMatch(/needs two rows of each class/);
    } else {
      expect(metrics.rocAuc.standardError).toBeCloseTo(golden.delong, 13);
      expect(metrics.rocAuc.low).toBeLessThan(golden.rocAuc);
      expect(metrics.rocAuc.high).toBeGreaterThan(golden.rocAuc);
    }
    expect(metrics.gini.value).toBeCloseTo(2 * golden.rocAuc - 1, 13);
  });
});

test('both zeros are one score', () => {
  const { metrics } = measure(inputOf([-0, 0, -0, 0], [1, 0, 0, 1]));
  expect(metrics.rocAuc.value).toBe(0.5);
});

/** Scores on a grid (ties), of any size, or spread over all doubles; at least one label of each class. */
const sample = fc
  .tuple(
    fc.constantFrom('grid', 'unit', 'any'),
    fc.array(fc.tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.nat(7), fc.boolean()), {
      maxLength: 60,
    }),
  )
  .map(([kind, drawn]) => {
    const score = (wide: number, step: number): number =>
      kind === 'grid' ? step / 7 : kind === 'unit' ? Math.abs(wide % 1) : wide;
    return {
      scores: [...drawn.map(([wide, step]) => score(wide, step)), 0.25, 0.75],
      labels: [...drawn.map(([, , positive]) => (positive ? 1 : 0)), 1, 0],
    };
  });

test('curves equal their definitions over all pairs and all thresholds', () => {
  fc.assert(
    fc.property(sample, ({ scores, labels }) => {
      const { metrics } = measure(inputOf(scores, labels));
      const rows = scores.map((score, i) => ({ score, positive: labels[i] === 1 }));
      const positives = rows.filter(({ positive }) => positive);
      const negatives = rows.filter(({ positive }) => !positive);
      let wins = 0;
      for (const a of positives) {
        for (const b of negatives) wins += a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0;
      }
      let average = 0;
      let before = 0;
      let ks = 0;
      let recall = 0;
      for (const cut of [...new Set(scores)].sort((a, b) => b - a)) {
        const tp = positives.filter(({ score }) => score >= cut).length;
        const fp = negatives.filter(({ score }) => score >= cut).length;
        average += ((tp - before) / positives.length) * (tp / (tp + fp));
        before = tp;
        ks = Math.max(ks, Math.abs(tp / positives.length - fp / negatives.length));
        if (fp / negatives.length <= 0.05) recall = tp / positives.length;
      }
      expect(metrics.rocAuc.value).toBeCloseTo(wins / positives.length / negatives.length, 12);
      expect(metrics.averagePrecision.value).toBeCloseTo(average, 12);
      expect(metrics.ks.value).toBeCloseTo(ks, 12);
      expect(metrics.tprAtFpr5.value).toBe(recall);
    }),
  );
});

test('ranking metrics survive a strictly increasing map of the scores', () => {
  fc.assert(
    fc.property(sample, fc.integer({ min: -30, max: 30 }), ({ scores, labels }, power) => {
      const small = scores.map((score) => Math.fround(score % 1));
      const mapped = small.map((score) => score * 2 ** power - 4);
      fc.pre(new Set(mapped).size === new Set(small.map((score) => score + 0)).size);
      const before = measure(inputOf(small, labels)).metrics;
      const after = measure(inputOf(mapped, labels)).metrics;
      for (const name of ['rocAuc', 'averagePrecision', 'ks', 'tprAtFpr1', 'tprAtFpr5'] as const) {
        expect(after[name].value).toBe(before[name].value);
      }
    }),
  );
});

test('the order of rows does not change ranks, nor ties at the top', () => {
  fc.assert(
    fc.property(sample, ({ scores, labels }) => {
      const wide = Array.from({ length: 120 }, (_, i) => i % scores.length);
      const of = (order: readonly number[]): MeasurementInput =>
        inputOf(
          order.map((i) => scores[i] ?? 0),
          order.map((i) => labels[i] ?? 0),
        );
      const all = [...wide, scores.length - 1, scores.length - 2];
      const one = measure(of(all)).metrics;
      const other = measure(of([...all].reverse())).metrics;
      for (const name of ['rocAuc', 'averagePrecision', 'precisionAt100', 'ks'] as const) {
        expect(other[name].value).toBe(one[name].value);
      }
    }),
  );
});

describe('on threads', () => {
  const rows = 150_000;
  const input: MeasurementInput = {
    scores: Float64Array.from({ length: rows }, (_, i) => (((i * 48271) % 65537) / 65537) ** 3),
    labels: Uint8Array.from({ length: rows }, (_, i) => ((i * 7919) % 97 < 5 ? 1 : 0)),
    entity: {
      codes: Int32Array.from({ length: rows }, (_, i) => (i * 31) % 997),
      names: Array.from({ length: 997 }, (_, i) => `card ${i}`),
    },
    days: Int32Array.from({ length: rows }, (_, i) => Math.floor(i / 15_000)),
    groups: {
      sex: {
        codes: Int32Array.from({ length: rows }, (_, i) => (i % 50 === 0 ? -1 : i % 2)),
        names: ['F', 'M'],
      },
    },
  };
  const options = { replicates: 24, seed: 7, slices: [{ column: 'sex', group: 'F' }] };

  test('the bytes do not depend on the number of threads', async () => {
    const [one, two, three] = await Promise.all([1, 2, 3].map((n) => measureInThreads(input, options, n)));
    expect(JSON.stringify(two)).toBe(JSON.stringify(one));
    expect(JSON.stringify(three)).toBe(JSON.stringify(one));
    expect(one?.options.bootstrap).toEqual({
      replicates: 24,
      used: 24,
      seed: 7,
      jackknifeGroups: 200,
      interval: 'best',
      resampled: 'entities',
      units: 997,
    });
    expect(one?.fairness['sex']?.missing).toBe(3000);
    expect(one?.metrics.rocAuc).toMatchObject({ method: 'delong', clusters: 997 });
    expect(one?.metrics.rocAuc.bootstrap?.percentile.low).toBeLessThan(one?.metrics.rocAuc.value ?? NaN);
    expect(one?.metrics.brier).toMatchObject({ analytic: { method: 'mean', clusters: 997 } });
    expect(one?.metrics.ks.method).toBe('band');
  });

  test('another seed draws other replicates of the same values', async () => {
    const [one, other] = await Promise.all(
      [7, 8].map((seed) => measureInThreads(input, { ...options, seed })),
    );
    expect(other?.metrics.rocAuc.value).toBe(one?.metrics.rocAuc.value);
    expect(other?.metrics.rocAuc.bootstrap?.percentile.low).not.toBe(
      one?.metrics.rocAuc.bootstrap?.percentile.low,
    );
  });

  test('threads that stay give the same bytes each time, after a refusal and asked at once as well', async () => {
    const expected = JSON.stringify(await measureInThreads(input, options, 2));
    const standing = new StandingThreads(2);
    try {
      const bad = standing.measure({ ...input, labels: input.labels.map(() => 3) });
      const good = [standing.measure(input, options), standing.measure(input, options)];
      await expect(bad).rejects.toMatchObject({ code: 'BAD_LABEL' });
      for (const document of good) expect(JSON.stringify(await document)).toBe(expected);
      await standing.close();
      expect(JSON.stringify(await standing.measure(input, options))).toBe(expected);
    } finally {
      await standing.close();
    }
  });

  test('a refusal comes back as it was thrown', async () => {
    const labels = input.labels.slice();
    labels[123_456] = 3;
    await expect(measureInThreads({ ...input, labels })).rejects.toMatchObject({
      code: 'BAD_LABEL',
      message: 'label, row 123457: 3 is not 0 or 1',
    });
  });
});

test.each([
  ['NaN', [0.1, NaN, 0.3], [0, 1, 1], 'score, row 2: NaN is not a finite number'],
  ['an infinity', [0.1, 0.2, -Infinity], [0, 1, 1], 'score, row 3: -Infinity is not a finite number'],
  ['another label', [0.1, 0.2, 0.3], [0, 1, 2], 'label, row 3: 2 is not 0 or 1'],
  ['only 0', [0.1, 0.2], [0, 0], 'label: every row is 0; measuring needs both classes'],
  ['only 1', [0.1, 0.2], [1, 1], 'label: every row is 1; measuring needs both classes'],
  ['no rows', [], [], 'there are no rows to measure'],
  ['a short column', [0.1, 0.2], [1], 'labels: 1 values for 2 scores'],
])('%s is refused', (_, scores, labels, message) => {
  expect(() => measure(inputOf(scores, labels))).toThrow(message);
});

test.each([
  [{ threshold: NaN }, 'threshold is NaN'],
  [{ replicates: 1.5 }, 'replicates is 1.5'],
  [{ slices: [{ column: 'x', group: 'y' }] }, 'no group column "x"'],
])('%p is refused', (options, message) => {
  expect(() => measure(inputOf([0.1, 0.2], [0, 1]), options)).toThrow(message);
});
