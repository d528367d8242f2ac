import { Xoshiro128 } from '../measurement/random.js';
import { type FeatureTable } from '../tables/index.js';
import { STREAMS } from './choose-rows.js';
import { CORRELATED, correlatedClusters } from './correlated.js';
import {
  type Importance,
  IMPORTANCE_METRICS,
  type ImportanceMetric,
  type PermutationImportance,
} from './document.js';
import { eachInFlight, type Evaluations, withPlaces } from './evaluations.js';
import { bounded, spread } from './replicates.js';
import { logLosses, type Ranked, ranked, weightedMean, weightedRanking } from './weighted-metrics.js';

export interface ImportanceSample {
  table: FeatureTable;
  labels: Uint8Array;
  /** How many rows of the data each stands for. */
  weights: Float64Array;
  /** Bootstrap weights of the rows, one array a replicate. */
  replicates: readonly Float64Array[];
  resampled: 'entities' | 'rows';
  /** Rows are shuffled among those of the same block only; null: among all. */
  blocks: Int32Array | null;
}

/**
 * Permutation importance (Breiman 2001; Fisher, Rudin and Dominici 2019): how much worse a metric is, on average over
 * repeated seeded shuffles, when the values of a feature are dealt out anew among the rows. Features that are correlated
 * beyond |ρ| = 0.9 are shuffled together as well, by the same deal.
 *
 * The standard error joins the spread over bootstrap replicates of the rows, the shuffled scores being as they are, and
 * that of the mean over shuffles.
 */
export async function permutationImportance(
  sample: ImportanceSample,
  model: Evaluations,
  { repeats, seed }: { repeats: number; seed: number },
): Promise<PermutationImportance> {
  const { table, labels, weights, replicates, blocks } = sample;
  const scores = await model.score(table);
  const probabilities = scores.every((score) => score >= 0 && score <= 1);
  const measureAll = (these: Float64Array): Measured => measured(these, sample, probabilities);
  const base = measureAll(scores);
  const clusters = correlatedClusters(table);
  const asked = [...table.columns.map((_, place) => [place]), ...clusters.map(({ places }) => places)];
  const runs = asked.flatMap((places) =>
    Array.from({ length: repeats }, (_, repeat) => ({ places, repeat })),
  );
  const shuffled = await eachInFlight(runs, async ({ places, repeat }) =>
    measureAll(
      await model.score(
        withPlaces(table, places, deal(table.rows, blocks, places[0] as number, repeat, seed)),
      ),
    ),
  );
  const importances = asked.map((places, index): Importance => {
    const own = shuffled.slice(index * repeats, (index + 1) * repeats);
    const drop = (metric: ImportanceMetric): Importance['drops'][ImportanceMetric] => {
      if (Number.isNaN(base.values[metric])) return null;
      const sign = metric === 'logLoss' ? -1 : 1;
      const each = own.map(({ values }) => sign * (base.values[metric] - values[metric]));
      const mean = each.reduce((sum, value) => sum + value, 0) / repeats;
      const redrawn = replicates.map((_, r) => {
        const of = (one: Measured): number => one.replicates[metric][r] as number;
        return sign * (of(base) - own.reduce((sum, one) => sum + of(one), 0) / repeats);
      });
      const overRepeats = spread(each);
      return {
        ...bounded(mean, Math.hypot(spread(redrawn), overRepeats / Math.sqrt(repeats))),
        spreadOfRepeats: overRepeats,
      };
    };
    return {
      features: places.map((place) => table.names[place] as string),
      drops: { rocAuc: drop('rocAuc'), averagePrecision: drop('averagePrecision'), logLoss: drop('logLoss') },
    };
  });
  const value = (metric: ImportanceMetric): number | null =>
    Number.isNaN(base.values[metric]) ? null : base.values[metric];
  return {
    rows: table.rows,
    positives: labels.reduce((sum, label) => sum + label, 0),
    repeats,
    within: blocks === null ? 'ALL' : 'BLOCK',
    replicates: replicates.length,
    resampled: sample.resampled,
    base: {
      rocAuc: value('rocAuc'),
      averagePrecision: value('averagePrecision'),
      logLoss: value('logLoss'),
    },
    features: importances.slice(0, table.columns.length),
    correlated: {
      threshold: CORRELATED,
      clusters: clusters.map(({ places, strongest }) => ({
        features: places.map((place) => table.names[place] as string),
        strongest,
      })),
      together: importances.slice(table.columns.length),
    },
  };

  function measured(these: Float64Array, of: ImportanceSample, bounds: boolean): Measured {
    const order = ranked(these);
    const losses = bounds ? logLosses(these, of.labels) : null;
    const result: Measured = {
      values: metricsOf(order, losses, of.labels, weights),
      replicates: { rocAuc: [], averagePrecision: [], logLoss: [] },
    };
    for (const replicate of of.replicates) {
      const drawn = metricsOf(order, losses, of.labels, replicate);
      for (const metric of IMPORTANCE_METRICS) result.replicates[metric].push(drawn[metric]);
    }
    return result;
  }
}

interface Measured {
  values: Record<ImportanceMetric, number>;
  replicates: Record<ImportanceMetric, number[]>;
}

function metricsOf(
  order: Ranked,
  losses: Float64Array | null,
  labels: Uint8Array,
  weights: Float64Array,
): Record<ImportanceMetric, number> {
  return {
    ...weightedRanking(order, labels, weights),
    logLoss: losses === null ? NaN : weightedMean(losses, weights),
  };
}

/** Which row's value each row gets: a shuffle of all rows, or of the rows of each block among themselves. */
function deal(
  rows: number,
  blocks: Int32Array | null,
  feature: number,
  repeat: number,
  seed: number,
): Int32Array {
  const random = new Xoshiro128(seed, STREAMS.shuffles + 1000 * feature + repeat);
  const places = Int32Array.from({ length: rows }, (_, row) => row);
  if (blocks === null) {
    shuffle(places, random);
    return places;
  }
  const ofBlock = new Map<number, number[]>();
  blocks.forEach((block, row) => {
    const members = ofBlock.get(block);
    if (members === undefined) ofBlock.set(block, [row]);
    else members.push(row);
  });
  for (const members of ofBlock.values()) {
    const dealt = Int32Array.from(members);
    shuffle(dealt, random);
    members.forEach((row, at) => (places[row] = dealt[at] as number));
  }
  return places;
}

/** Fisher and Yates. */
export function shuffle(values: Int32Array, random: Xoshiro128): void {
  for (let i = values.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const kept = values[i] as number;
    values[i] = values[j] as number;
    values[j] = kept;
  }
}
