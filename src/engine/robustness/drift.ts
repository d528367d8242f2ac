import { featureColumn, type ScoreRows, takeRows } from '../tables/index.js';
import { type Influenced, influences, ROBUSTNESS_METRICS, type RobustnessMetric } from './influence.js';
import { differenceByUnit, type Interval95, none } from './paired.js';
import { type Marginal, marginal, replayedColumn, rowsByMonth } from './replay.js';
import { generatorFor } from './changes.js';
import { sampleRows } from './sample.js';
import { Bench, type TrialInput, type TrialResult } from './suite.js';
import { type ColumnTraits } from './traits.js';

/** Fewer rows, or positives, of a month are not measured. */
const LEAST_ROWS = 100;
const LEAST_POSITIVES = 10;

export const REPLAY = 'drift-replay';
export const REPLAY_EACH = 'drift-replay-each';

/** A month as it was, beside the first: entities that are in both count once in the interval. */
export interface MonthMeasurement {
  month: string;
  rows: number;
  positives: number;
  metrics?: Record<RobustnessMetric, { value: number; differenceFromFirst: Interval95 }>;
  reason?: string;
}

export interface DriftResult {
  /** The month that others are set beside, and whose rows are replayed. */
  reference: string | null;
  months: MonthMeasurement[];
  /** The reference month's rows with every column's values as in a later month, and one column at a time of the last. */
  replays: TrialResult[];
  reason?: string;
}

/** What stays the same while drift is measured. */
export interface DriftOptions {
  seed: number;
  threshold: number;
  /** Rows of the reference month that are replayed, as in {@link sampleRows}. */
  rows: number;
}

/** Measures every calendar month again by the scores that are there. */
export function measureMonths(input: TrialInput, threshold: number): MonthMeasurement[] {
  if (input.days === undefined) return [];
  const months = [...rowsByMonth(input.days)];
  const units = input.entity?.codes ?? null;
  let first: { rows: Int32Array; measured: Record<RobustnessMetric, Influenced> } | undefined;
  return months.map(([month, rows]): MonthMeasurement => {
    const labels = Uint8Array.from(rows, (row) => input.labels[row] as number);
    const positives = labels.reduce((sum, label) => sum + label, 0);
    const about = { month, rows: rows.length, positives };
    const scores = Float64Array.from(rows, (row) => input.scores[row] as number);
    const enough = rows.length >= LEAST_ROWS && positives >= LEAST_POSITIVES;
    const measured = enough
      ? influences(scores, { labels, weights: new Float64Array(rows.length).fill(1) }, threshold)
      : null;
    if (measured === null)
      return { ...about, reason: `fewer than ${LEAST_ROWS} rows, or ${LEAST_POSITIVES} positives` };
    first ??= { rows, measured };
    const reference = first;
    return {
      ...about,
      metrics: Object.fromEntries(
        ROBUSTNESS_METRICS.map((name) => [
          name,
          {
            value: measured[name].value,
            differenceFromFirst:
              reference.rows === rows
                ? none('it is the first month')
                : differenceByUnit(
                    { rows: reference.rows, ...reference.measured[name] },
                    { rows, ...measured[name] },
                    units,
                  ),
          },
        ]),
      ) as NonNullable<MonthMeasurement['metrics']>,
    };
  });
}

/** The trials of a drift replay, to be run one by one or side by side. */
export function replayTrials(
  input: TrialInput,
  traits: readonly ColumnTraits[],
  months: readonly MonthMeasurement[],
  options: DriftOptions,
): ((score: ScoreRows) => Promise<TrialResult>)[] {
  const [first, ...later] = months.filter(({ metrics }) => metrics !== undefined);
  const last = later.at(-1);
  if (first === undefined || last === undefined || input.days === undefined) return [];
  const byMonth = rowsByMonth(input.days);
  const rowsOf = (month: string) => byMonth.get(month) ?? new Int32Array(0);
  const sample = sampleRows(input.labels, input.entity, options.rows, options.seed, rowsOf(first.month));
  const bench = new Bench(input, traits, sample, options);
  const reference = takeRows(input.features, sample.places);
  const { names } = input.features;
  const known = new Map<string, Marginal>();
  const ofMonth = (month: string, name: string) => {
    const key = `${month} ${name}`;
    const one = { ...input.features, names: [name], columns: [featureColumn(input.features, name)] };
    const found = known.get(key) ?? marginal(featureColumn(takeRows(one, rowsOf(month)), name));
    // Of the month that all others are set beside; another is needed once.
    if (month === first.month) known.set(key, found);
    return found;
  };
  const trial =
    (id: string, target: string, month: string, columns: readonly string[]) =>
    async (score: ScoreRows): Promise<TrialResult> => {
      const replayed = new Map(
        columns.map((name) => [
          name,
          replayedColumn(
            featureColumn(reference, name),
            ofMonth(first.month, name),
            ofMonth(month, name),
            generatorFor(options.seed, REPLAY, month, name),
          ),
        ]),
      );
      return bench.measure({ perturbation: { id }, columns, target }, replayed, score);
    };
  return [
    ...later.map(({ month }) => trial(REPLAY, month, month, names)),
    ...names.map((name) => trial(REPLAY_EACH, name, last.month, [name])),
  ];
}
