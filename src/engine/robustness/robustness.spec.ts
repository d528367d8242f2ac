import { ScoringError } from '../scoring/scoring-error.js';
import { featureColumn, type FeatureTable, featureTable } from '../tables/index.js';
import { generatorFor, gaussian, uniform } from './changes.js';
import { parseRobustness } from './configuration.js';
import { measureRobustness } from './robustness.js';
import { type TrialInput } from './suite.js';

const ROWS = 6000;

/** Payments over three months: fraud is large and late, in the last month less large. */
function payments(): TrialInput {
  const random = generatorFor(11, 'payments');
  const column = () => new Float64Array(ROWS);
  const [amount, hour, noise, labels, days] = [
    column(),
    column(),
    column(),
    new Uint8Array(ROWS),
    new Int32Array(ROWS),
  ];
  const codes = new Int32Array(ROWS);
  const channel: string[] = [];
  for (let row = 0; row < ROWS; row++) {
    labels[row] = uniform(random) < 0.08 ? 1 : 0;
    const month = Math.floor((3 * row) / ROWS);
    days[row] = 20_089 + Math.floor((90 * row) / ROWS);
    codes[row] = random.below(1500);
    amount[row] =
      Math.round(100 * Math.exp(5 + gaussian(random) + (labels[row] ?? 0) * (month === 2 ? 0.3 : 1.5))) / 100;
    hour[row] = (24 + (labels[row] === 1 ? 2 : 14) + 3 * gaussian(random)) % 24;
    noise[row] = gaussian(random);
    channel.push(uniform(random) < 0.5 ? 'fps' : 'card');
  }
  const features = featureTable({ amount, hour, noise, channel });
  return {
    features,
    labels,
    scores: scoreNow(features),
    days,
    entity: { codes, names: Array.from({ length: 1500 }, (_, entity) => `e${entity}`) },
  };
}

function scoreNow(table: FeatureTable): Float64Array {
  const [amount, hour] = ['amount', 'hour'].map((name) => featureColumn(table, name) as Float64Array);
  const channel = featureColumn(table, 'channel') as string[];
  return Float64Array.from({ length: table.rows }, (_, row) => {
    const from = Math.min(Math.abs((hour?.[row] ?? 0) - 2), 24 - Math.abs((hour?.[row] ?? 0) - 2));
    const z = Math.log1p(amount?.[row] ?? NaN) - 6 + (6 - from) / 2;
    if (channel[row] === 'never seen before') return NaN;
    return 1 / (1 + Math.exp(-z));
  });
}

const score = async (table: FeatureTable) => scoreNow(table);
const configuration = parseRobustness({ schema: 'sandbox-robustness/1', rows: 2000 });

describe('a robustness suite', () => {
  it('tells what a model depends on, and by how much, with what was not tried', async () => {
    const document = await measureRobustness(payments(), score, configuration, 0.5);
    const trials = new Map(
      document.perturbations.flatMap(({ trials: own }) =>
        own.map((trial) => [`${trial.id} ${trial.target ?? ''}`.trim(), trial] as const),
      ),
    );
    const difference = (trial: string, metric: 'rocAuc' | 'recallAtThreshold' = 'rocAuc') =>
      trials.get(trial)?.metrics[metric].difference;
    // A column that the model does not read changes rows and no score.
    expect(trials.get('missing-each noise')?.rowsChanged).toBe(2000);
    expect(difference('missing-each noise')).toMatchObject({ value: 0, reason: 'no score changed' });
    // A clock in UTC turns night into afternoon.
    expect(difference('clock-behind-8h')?.high).toBeLessThan(-0.05);
    expect(difference('unit-cents', 'recallAtThreshold')?.low).toBeGreaterThan(0);
    expect(trials.get('unit-cents')?.flips.toPositive).toBeGreaterThan(0.3);
    expect(Math.abs(difference('noise-relative-1')?.value ?? NaN)).toBeLessThan(0.005);
    // Scores that are no numbers are a class of their own.
    expect(trials.get('missing-each amount')?.refused).toEqual({ rows: 2000, share: 1 });
    expect(trials.get('missing-each amount')?.metrics.rocAuc.difference.value).toBeNull();
    expect(trials.get('unseen-category channel')?.refused.share).toBe(1);
    expect(document.skipped).toEqual([
      { id: 'missing-source', reason: 'no source of a column was declared' },
      { id: 'locale-day-month', reason: 'no column is of that kind' },
    ]);
    expect(document.worst.falsePositiveRateAtThreshold?.difference).toBeGreaterThan(0);
    expect(document.resampled).toBe('entities');
  });

  it('replays months, and finds the column that drifted', async () => {
    const { drift } = await measureRobustness(payments(), score, configuration, 0.5);
    expect(drift.months.map(({ month }) => month)).toEqual(['2025-01', '2025-02', '2025-03']);
    expect(drift.reference).toBe('2025-01');
    const [, second, third] = drift.months.map(({ metrics }) => metrics?.rocAuc.differenceFromFirst);
    expect(third?.high).toBeLessThan(0);
    expect((second?.low ?? 1) * (second?.high ?? 1)).toBeLessThan(0);
    expect(drift.replays.map(({ id, target }) => `${id} ${target ?? ''}`)).toEqual([
      'drift-replay 2025-02',
      'drift-replay 2025-03',
      ...['amount', 'hour', 'noise', 'channel'].map((name) => `drift-replay-each ${name}`),
    ]);
  });

  it('gives the same bytes for a seed, whatever order the model answers in', async () => {
    const input = payments();
    const first = JSON.stringify(await measureRobustness(input, score, configuration, 0.5));
    const late = async (table: FeatureTable) => {
      await new Promise((resolve) => setTimeout(resolve, table.rows % 7));
      return scoreNow(table);
    };
    expect(JSON.stringify(await measureRobustness(input, late, configuration, 0.5))).toBe(first);
    const other = { ...configuration, seed: 2 };
    expect(JSON.stringify(await measureRobustness(input, score, other, 0.5))).not.toBe(first);
    // What a perturbation draws does not depend on which others run.
    const alone = parseRobustness({ schema: 'sandbox-robustness/1', rows: 2000, only: ['noise-jitter-50'] });
    const document = await measureRobustness(input, score, alone, 0.5);
    expect(first).toContain(JSON.stringify(document.perturbations[0]));
  });

  it('takes a model that fails as a result, and any other failure as one of its own', async () => {
    const about = { kind: 'cancelled', usage: {} } as never;
    const failing = (blame: 'model' | 'limit') => async (table: FeatureTable) => {
      if ((featureColumn(table, 'amount')[0] as number) > 1000)
        throw new ScoringError('MODEL_RUN_FAILED', 'x', blame, about);
      return scoreNow(table);
    };
    const only = { ...configuration, drift: false };
    const { perturbations } = await measureRobustness(payments(), failing('model'), only, 0.5);
    const trial = perturbations.find(({ id }) => id === 'unit-cents')?.trials[0];
    expect([trial?.failed, trial?.refused.share, trial?.metrics.rocAuc.after]).toEqual([
      'MODEL_RUN_FAILED',
      1,
      null,
    ]);
    await expect(measureRobustness(payments(), failing('limit'), only, 0.5)).rejects.toThrow(ScoringError);
  });
});

describe('a configuration', () => {
  it('adds to the default suite, or takes a part of it', () => {
    const own = {
      id: 'income-monthly',
      imitates: 'a yearly income for a monthly one',
      apply: 'together',
      columns: { names: ['income'] },
      change: { change: 'scale', factor: 12 },
    };
    const parsed = parseRobustness({
      schema: 'sandbox-robustness/1',
      only: ['unit-cents'],
      perturbations: [own],
    });
    expect(parsed.perturbations.map(({ id, change }) => [id, change])).toEqual([
      ['unit-cents', { change: 'scale', factor: 100, rate: 1 }],
      ['income-monthly', { change: 'scale', factor: 12, rate: 1 }],
    ]);
  });

  it.each([
    [{ only: ['nothing'] }, 'only: there is no perturbation nothing'],
    [
      { perturbations: [{ id: 'a', imitates: 'b', apply: 'each', change: { change: 'scale' } }] },
      'needs factor',
    ],
    [
      { perturbations: [{ id: 'a', imitates: 'b', apply: 'each', change: { change: 'missing', days: 2 } }] },
      'missing has no days',
    ],
    [
      { perturbations: [{ id: 'unit-cents', imitates: 'b', apply: 'each', change: { change: 'missing' } }] },
      'is taken',
    ],
    [{ rows: 1 }, 'rows'],
    [{ rowss: 1 }, 'rowss'],
  ])('is refused with its place: %j', (wrong, words) => {
    expect(() => parseRobustness({ schema: 'sandbox-robustness/1', ...wrong })).toThrow(words);
  });
});
