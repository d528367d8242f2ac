import { type ScoreRows } from '../tables/index.js';
import { type RobustnessConfiguration } from './configuration.js';
import { type DriftResult, measureMonths, replayTrials } from './drift.js';
import { ROBUSTNESS_METRICS, type RobustnessMetric } from './influence.js';
import { type Change } from './perturbation.js';
import { sampleRows } from './sample.js';
import { Bench, planTrials, type Skipped, type TrialInput, type TrialResult } from './suite.js';
import { columnTraits, type ColumnTraits } from './traits.js';

/** Trials under way at once: while one is measured the model scores another. */
const UNDER_WAY = 4;

export interface PerturbationResult {
  id: string;
  imitates: string;
  change: Change;
  trials: TrialResult[];
}

export interface RobustnessDocument {
  /** All rows, and those that perturbed scores were asked for: every positive, and negatives that stand for several. */
  rows: number;
  sampled: { rows: number; positives: number; negativeWeight: number };
  threshold: number;
  seed: number;
  confidence: 0.95;
  /** The unit that intervals are by, and how many there are among the sampled rows. */
  resampled: 'entities' | 'rows';
  units: number;
  columns: ColumnTraits[];
  perturbations: PerturbationResult[];
  skipped: Skipped[];
  drift: DriftResult;
  /** For each metric the trial that it suffered most by; null where no trial has it. */
  worst: Record<RobustnessMetric, { id: string; target?: string; difference: number } | null>;
  limits: string[];
}

/** What these figures cannot tell. */
export const ROBUSTNESS_LIMITS = [
  'Only the perturbations listed were tried, one at a time; a model that bears them may fail by others, or by several at once.',
  'Each column is changed by itself: features that are computed from one another may then contradict each other, as no true row does.',
  'Labels are those of the rows as they were: a change that would make a fraud of an honest row is none that is tried here.',
  'Intervals hold the chance of which entities were observed; they do not hold the choice of perturbations, nor the chance of the draws within one.',
  'A replay gives columns the values of a later month and keeps their joint order: a change of how columns go together is not replayed.',
] as const;

/**
 * Measures how a model's scores and decisions change when its features arrive damaged, late or from another month.
 *
 * The document depends on the input, the configuration and the model alone, not on what is under way at once.
 *
 * @throws what `score` throws, but for failures of the model, which are results
 */
export async function measureRobustness(
  input: TrialInput,
  score: ScoreRows,
  configuration: RobustnessConfiguration,
  threshold: number,
  onProgress: (done: number, all: number) => void = () => undefined,
): Promise<RobustnessDocument> {
  const { seed, rows, perturbations: suite, columns: declared, drift: wanted } = configuration;
  const traits = columnTraits(input.features, declared);
  const { entity, days } = input;
  const history = entity !== undefined && days !== undefined ? { entity, days } : undefined;
  const { trials, skipped } = planTrials(suite, traits, history);
  const sample = sampleRows(input.labels, entity, rows, seed);
  const bench = new Bench(input, traits, sample, { seed, threshold });
  const months = wanted ? measureMonths(input, threshold) : [];
  const replays = wanted ? replayTrials(input, traits, months, { seed, threshold, rows }) : [];
  const tasks = [...trials.map((trial) => (by: ScoreRows) => bench.run(trial, by)), ...replays];
  const results = await sideBySide(tasks, (task) => task(score), onProgress);
  const ofTrials = results.slice(0, trials.length);
  const ofReplays = results.slice(trials.length);
  const positives = sample.labels.reduce((sum, label) => sum + label, 0);
  return {
    rows: input.features.rows,
    sampled: {
      rows: sample.places.length,
      positives,
      negativeWeight: sample.weights[sample.labels.indexOf(0)] ?? 1,
    },
    threshold,
    seed,
    confidence: 0.95,
    resampled: entity === undefined ? 'rows' : 'entities',
    units: sample.units,
    columns: traits,
    perturbations: suite.flatMap(({ id, imitates, change }) => {
      const own = ofTrials.filter((result) => result.id === id);
      return own.length === 0 ? [] : [{ id, imitates, change, trials: own }];
    }),
    skipped,
    drift: {
      reference: months.find(({ metrics }) => metrics !== undefined)?.month ?? null,
      months,
      replays: ofReplays,
      ...(replays.length === 0 && {
        reason: !wanted
          ? 'not asked for'
          : days === undefined
            ? 'needs a time column'
            : 'needs two months with enough rows and positives',
      }),
    },
    worst: worstOf(results),
    limits: [...ROBUSTNESS_LIMITS],
  };
}

/** A false-positive rate suffers by rising, the others by falling. */
function worstOf(results: readonly TrialResult[]): RobustnessDocument['worst'] {
  return Object.fromEntries(
    ROBUSTNESS_METRICS.map((name) => {
      const sign = name === 'falsePositiveRateAtThreshold' ? -1 : 1;
      let worst: RobustnessDocument['worst'][RobustnessMetric] = null;
      for (const { id, target, metrics } of results) {
        const difference = metrics[name].difference.value;
        if (difference === null || (worst !== null && sign * difference >= sign * worst.difference)) continue;
        worst = { id, ...(target !== undefined && { target }), difference };
      }
      return [name, worst];
    }),
  ) as RobustnessDocument['worst'];
}

/** Results in the order of the tasks, a few of which are under way at once; the first failure ends it. */
async function sideBySide<T, R>(
  tasks: readonly T[],
  run: (task: T) => Promise<R>,
  onProgress: (done: number, all: number) => void,
): Promise<R[]> {
  const results = new Array<R>(tasks.length);
  let next = 0;
  let done = 0;
  const worker = async () => {
    while (next < tasks.length) {
      const at = next++;
      try {
        results[at] = await run(tasks[at] as T);
      } catch (error) {
        next = tasks.length;
        throw error;
      }
      onProgress(++done, tasks.length);
    }
  };
  await Promise.all(Array.from({ length: UNDER_WAY }, worker));
  return results;
}
