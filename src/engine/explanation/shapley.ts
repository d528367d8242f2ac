import { Xoshiro128 } from '../measurement/random.js';
import { type FeatureColumn, type FeatureTable, takeRows } from '../tables/index.js';
import { STREAMS } from './choose-rows.js';
import { columnFrom, eachInFlight, type Evaluations } from './evaluations.js';
import { shuffle } from './permutation-importance.js';

export interface ShapleyOptions {
  /** Antithetic pairs of permutations for each row of the background. */
  pairs: number;
  seed: number;
  units: 'SCORE' | 'LOG_ODDS';
}

export interface RowShapley {
  /** Of the row, and expected of the background, in the units asked for. */
  score: number;
  expected: number;
  contributions: Float64Array;
  /** From the spread over permutations; 0 where all coalitions were evaluated. */
  standardErrors: Float64Array;
  exact: boolean;
}

/** Coalitions of so few differing features are all evaluated: it takes hardly more than the permutations. */
const exactUpTo = (pairs: number): number => Math.min(10, Math.floor(Math.log2(16 * pairs)));

/**
 * Interventional SHAP values (Lundberg and Lee 2017) of rows against a background, by antithetic permutation sampling
 * (Mitchell et al. 2022): features change from a background row's value to the row's, one after the other, in a random
 * order and in its reverse, and each gets the change of the score that it made. Every background row has permutations of
 * its own, so that contributions add up to f(x) − mean f(background) exactly, and features that are equal in both rows
 * take no evaluation and get exactly 0.
 *
 * A row's values depend on the row, the background, the seed and the row's number alone.
 *
 * @param rows to be explained, each with the number that its permutations are drawn by
 */
export async function shapleyValues(
  explained: FeatureTable,
  numbers: ArrayLike<number>,
  background: FeatureTable,
  model: Evaluations,
  options: ShapleyOptions,
): Promise<RowShapley[]> {
  const link = options.units === 'LOG_ODDS' ? logOdds : (score: number) => score;
  const [own, theirs] = await Promise.all([model.score(explained), model.score(background)]);
  const known = theirs.map(link);
  const expected = known.reduce((sum, value) => sum + value, 0) / known.length;
  return eachInFlight(
    Array.from({ length: explained.rows }, (_, row) => row),
    async (row) => {
      const random = new Xoshiro128(options.seed, STREAMS.shapley + (numbers[row] as number));
      const walks = planWalks(explained, row, background, options.pairs, random);
      model.spared += walks.spared;
      const scores = await model.score(mixedRows(explained, row, background, walks));
      const found = attribute(walks, scores.map(link), link(own[row] as number), known, options.pairs);
      return { score: link(own[row] as number), expected, ...found };
    },
  );
}

const LEAST = 1e-6;

function logOdds(score: number): number {
  const p = Math.min(1 - LEAST, Math.max(LEAST, score));
  return Math.log(p / (1 - p));
}

/** For each background row the features that differ, and the rows to evaluate between it and the row explained. */
interface Walks {
  features: number;
  /** Background row by background row. */
  strata: Stratum[];
  evaluations: number;
  spared: number;
}

interface Stratum {
  background: number;
  differing: number[];
  /** Place of its first evaluation. */
  from: number;
  /** Orders of the differing features, each pair an order and its reverse; null: all coalitions are evaluated, by bits. */
  orders: Int32Array[] | null;
}

function planWalks(
  explained: FeatureTable,
  row: number,
  background: FeatureTable,
  pairs: number,
  random: Xoshiro128,
): Walks {
  const features = explained.columns.length;
  const walks: Walks = { features, strata: [], evaluations: 0, spared: 0 };
  for (let b = 0; b < background.rows; b++) {
    const differing = [...explained.columns.keys()].filter(
      (place) => !Object.is(valueAt(explained.columns[place], row), valueAt(background.columns[place], b)),
    );
    const d = differing.length;
    const exact = d <= exactUpTo(pairs);
    const orders: Int32Array[] = [];
    for (let pair = 0; !exact && pair < pairs; pair++) {
      const order = Int32Array.from(differing);
      shuffle(order, random);
      orders.push(order, order.toReversed());
    }
    walks.strata.push({ background: b, differing, from: walks.evaluations, orders: exact ? null : orders });
    const taken = exact ? Math.max(0, 2 ** d - 2) : 2 * pairs * (d - 1);
    walks.evaluations += taken;
    walks.spared += Math.max(0, 2 * pairs * (features - 1) - taken);
  }
  return walks;
}

/** −0 and 0 are one value to a model's comparisons and sums, but not to its division: they count as two. */
function valueAt(column: FeatureColumn | undefined, row: number): number | bigint | string | null {
  return column?.[row] ?? null;
}

/** The rows between background rows and the row explained, in the walks' order. */
function mixedRows(
  explained: FeatureTable,
  row: number,
  background: FeatureTable,
  walks: Walks,
): FeatureTable {
  const mine = background.rows;
  const places = explained.columns.map(() => new Int32Array(walks.evaluations));
  for (const { background: b, differing, from, orders } of walks.strata) {
    const d = differing.length;
    const size = orders === null ? Math.max(0, 2 ** d - 2) : orders.length * (d - 1);
    for (const column of places) column.fill(b, from, from + size);
    if (orders === null) {
      for (let coalition = 1; coalition < 2 ** d - 1; coalition++) {
        for (let bit = 0; bit < d; bit++)
          if ((coalition >> bit) & 1)
            (places[differing[bit] as number] as Int32Array)[from + coalition - 1] = mine;
      }
    } else {
      orders.forEach((order, walk) => {
        const first = from + walk * (d - 1);
        // The k-th to come in has the row's value from the walk's place k on.
        for (let k = 0; k < d - 1; k++)
          (places[order[k] as number] as Int32Array).fill(mine, first + k, first + d - 1);
      });
    }
  }
  const together = joined(background, takeRows(explained, [row]));
  return {
    rows: walks.evaluations,
    names: explained.names,
    columns: places.map((from, place) => columnFrom(together, place, from)),
  };
}

function joined(background: FeatureTable, one: FeatureTable): FeatureTable {
  return {
    rows: background.rows + 1,
    names: background.names,
    columns: background.columns.map((column, place) => {
      const last = one.columns[place] as FeatureColumn;
      if (Array.isArray(column)) return [...column, (last as (string | null)[])[0] ?? null];
      const Kind = column.constructor as new (length: number) => Exclude<FeatureColumn, (string | null)[]>;
      const values = new Kind(column.length + 1);
      values.set(column as never);
      values[column.length] = last[0] as never;
      return values;
    }),
  };
}

function attribute(
  { features, strata }: Walks,
  scores: Float64Array,
  mine: number,
  theirs: Float64Array,
  pairs: number,
): Pick<RowShapley, 'contributions' | 'standardErrors' | 'exact'> {
  const contributions = new Float64Array(features);
  const variances = new Float64Array(features);
  let exact = true;
  // With one pair a background row, what they vary by includes what the background rows do: an upper bound.
  const firstMoments = new Float64Array(features);
  const secondMoments = new Float64Array(features);
  for (const { background, differing, from, orders } of strata) {
    const d = differing.length;
    const start = theirs[background] as number;
    if (orders === null) {
      const added = exactShares(d, (coalition) =>
        coalition === 0 ? start : coalition === 2 ** d - 1 ? mine : (scores[from + coalition - 1] as number),
      );
      differing.forEach((feature, bit) => {
        const value = added[bit] as number;
        contributions[feature] = (contributions[feature] as number) + value / strata.length;
        firstMoments[feature] = (firstMoments[feature] as number) + value;
        secondMoments[feature] = (secondMoments[feature] as number) + value * value;
      });
      continue;
    }
    exact = false;
    const sums = new Float64Array(features);
    const squares = new Float64Array(features);
    for (let pair = 0; pair < pairs; pair++) {
      const both = new Float64Array(features);
      for (let walk = 2 * pair; walk < 2 * pair + 2; walk++) {
        const order = orders[walk] as Int32Array;
        const first = from + walk * (d - 1);
        let before = start;
        for (let k = 0; k < d; k++) {
          const after = k === d - 1 ? mine : (scores[first + k] as number);
          const feature = order[k] as number;
          both[feature] = (both[feature] as number) + (after - before) / 2;
          before = after;
        }
      }
      for (const feature of differing) {
        const value = both[feature] as number;
        sums[feature] = (sums[feature] as number) + value;
        squares[feature] = (squares[feature] as number) + value * value;
      }
    }
    for (const feature of differing) {
      const mean = (sums[feature] as number) / pairs;
      contributions[feature] = (contributions[feature] as number) + mean / strata.length;
      firstMoments[feature] = (firstMoments[feature] as number) + mean;
      secondMoments[feature] = (secondMoments[feature] as number) + mean * mean;
      if (pairs < 2) continue;
      const spread = Math.max(0, (squares[feature] as number) - pairs * mean * mean) / (pairs - 1);
      variances[feature] = (variances[feature] as number) + spread / pairs / strata.length ** 2;
    }
  }
  const b = strata.length;
  const standardErrors = variances.map((variance, feature) => {
    if (exact) return 0;
    if (pairs > 1) return Math.sqrt(variance);
    const mean = (firstMoments[feature] as number) / b;
    return b < 2
      ? 0
      : Math.sqrt(Math.max(0, (secondMoments[feature] as number) - b * mean * mean) / (b - 1) / b);
  });
  return { contributions, standardErrors, exact };
}

/**
 * Shapley's values of a game of d players: Σ over coalitions |S|!(d − |S| − 1)!/d! times what a player adds; exactly 0 for
 * one who never adds anything.
 */
function exactShares(d: number, worth: (coalition: number) => number): Float64Array {
  const shares = new Float64Array(d);
  const weights = new Float64Array(d);
  // 1 / (d · (d−1 choose s))
  for (let s = 0, choose = 1; s < d; s++) {
    weights[s] = 1 / (d * choose);
    choose = (choose * (d - 1 - s)) / (s + 1);
  }
  const worths = Float64Array.from({ length: 2 ** d }, (_, coalition) => worth(coalition));
  for (let coalition = 0; coalition < worths.length; coalition++) {
    let size = 0;
    for (let bits = coalition; bits > 0; bits &= bits - 1) size++;
    for (let player = 0; player < d; player++) {
      if (((coalition >> player) & 1) === 1) continue;
      const added = (worths[coalition | (1 << player)] as number) - (worths[coalition] as number);
      shares[player] = (shares[player] as number) + (weights[size] as number) * added;
    }
  }
  return shares;
}
