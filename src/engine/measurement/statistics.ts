import { cardPrecisionDrawn, type CardDays } from './card-days.js';
import { precisionAt, type Curve, type CurvePoints } from './curve.js';
import { ksDrawn, type KsPlace } from './ks.js';
import type { Tally } from './tally.js';

/** What a replicate's statistics are functions of: the rows weighing what their units were drawn. */
export interface Drawn {
  curve: Curve;
  points: CurvePoints;
  /** The weight of all rows. */
  rows: number;
  /** Of each tally of the request the weighted sum of each cell. */
  sums: readonly Float64Array[];
  /** How often each unit was drawn. */
  weights: Uint16Array;
}

/**
 * Statistics that the bootstrap replicates, by name since functions do not cross threads. Each is a pure function of
 * what was drawn and of its parameters and gives the same number of values each time, NaN where one does not exist.
 *
 * Another statistic is another entry here and a request of it (`replicated.ts`); the loop over replicates stays as it is.
 */
export const STATISTICS = {
  /** Of the weighted curve alone: AUC, Gini, average precision, KS, recall at 1% and 5%, precision at 100. */
  ranking: ({ curve, points, rows }: Drawn): number[] => [
    points.rocAuc,
    2 * points.rocAuc - 1,
    points.averagePrecision,
    points.ks,
    points.tprAtFpr1,
    points.tprAtFpr5,
    rows < 100 ? NaN : precisionAt(100, curve).value,
  ],
  /** The mean over rows of what each tally, of one cell, sums. */
  means: ({ sums, rows }: Drawn): number[] => sums.map((sum) => (sum[0] as number) / rows),
  /** Σ |cell| / rows, the cells holding label less score by calibration bin as cut in the whole sample. */
  calibrationError: ({ sums, rows }: Drawn): number[] => {
    let total = 0;
    for (const gap of sums[0] as Float64Array) total += Math.abs(gap);
    return [total / rows];
  },
  /** The weighted sum of every cell of the first tally: counts by group, of which the caller makes rates and gaps. */
  cells: ({ sums }: Drawn): Float64Array => sums[0] as Float64Array,
  /** How far the curve rises above the sample's, and its height where the sample's KS is reached. */
  ksDeviation: ({ curve, points }: Drawn, place: KsPlace): number[] => ksDrawn(curve, points, place),
  cardPrecision: ({ weights }: Drawn, days: CardDays): number[] => [cardPrecisionDrawn(days, weights)],
} satisfies Record<string, (drawn: Drawn, parameters: never) => ArrayLike<number>>;

export type StatisticName = keyof typeof STATISTICS;

type ParametersOf<N extends StatisticName> = Parameters<(typeof STATISTICS)[N]>[1];

/** One statistic asked for. */
export type StatisticRequest = {
  [N in StatisticName]: {
    statistic: N;
    tallies: readonly Tally[];
    /** Plain data; arrays on shared memory. */
    parameters: undefined extends ParametersOf<N> ? null : ParametersOf<N>;
  };
}[StatisticName];

export function statistic(
  { statistic: name, parameters }: StatisticRequest,
  drawn: Drawn,
): ArrayLike<number> {
  return (STATISTICS[name] as (drawn: Drawn, parameters: unknown) => ArrayLike<number>)(drawn, parameters);
}
