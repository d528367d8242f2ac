import { wilson, Z95 } from '../measurement/intervals.js';
import {
  type Influenced,
  influences,
  ROBUSTNESS_METRICS,
  type RobustnessMetric,
  type WeightedRows,
} from './influence.js';

/** Rows with the unit that errors are summed over: the entity where there is one, otherwise the row. */
export interface PairedRows extends WeightedRows {
  /** The unit of each row, 0 … units − 1. */
  unit: Int32Array;
  units: number;
}

/** A value with its 95% interval; what does not exist is null, and `reason` says why. */
export interface Interval95 {
  value: number | null;
  low: number | null;
  high: number | null;
  standardError: number | null;
  reason?: string;
}

/** A metric before and after, on the same rows, and the difference after less before. */
export interface PairedChange {
  before: number | null;
  after: number | null;
  difference: Interval95;
}

/** What changed between two score vectors over the same rows. */
export interface ScoreChange {
  /** Rows that have both scores; metrics and flips are theirs. */
  rows: number;
  metrics: Record<RobustnessMetric, PairedChange>;
  /** Share of rows, as weighted, whose decision at the threshold is another, and both ways. */
  flips: Interval95 & { toNegative: number | null; toPositive: number | null };
  /** Of the rows that have both scores. */
  meanAbsoluteScoreChange: number | null;
}

/**
 * Compares scores before and after a change of the same rows. Differences are paired: variances are those of the rows'
 * differences of influence, summed by unit (infinitesimal jackknife), so that what the two have in common cancels.
 *
 * @param after rows whose score is not finite are left out on both sides
 */
export function comparePaired(
  before: Float64Array,
  after: Float64Array,
  rows: PairedRows,
  threshold: number,
): ScoreChange {
  const kept: number[] = [];
  for (let row = 0; row < after.length; row++)
    if (Number.isFinite(after[row]) && Number.isFinite(before[row])) kept.push(row);
  const all = kept.length === after.length;
  const part = all ? rows : pickRows(rows, kept);
  const [first, second] = all ? [before, after] : [pick(before, kept), pick(after, kept)];
  return {
    rows: kept.length,
    metrics: compareMetrics(first, second, part, threshold),
    flips: compareDecisions(first, second, part, threshold),
    meanAbsoluteScoreChange: meanAbsolute(first, second, part.weights),
  };
}

function compareMetrics(
  before: Float64Array,
  after: Float64Array,
  rows: PairedRows,
  threshold: number,
): Record<RobustnessMetric, PairedChange> {
  const [first, second] = [influences(before, rows, threshold), influences(after, rows, threshold)];
  const changed = before.some((score, row) => score !== after[row]);
  return Object.fromEntries(
    ROBUSTNESS_METRICS.map((name): [RobustnessMetric, PairedChange] => {
      const reason = 'rows of both classes with a score are needed';
      if (first === null || second === null)
        return [name, { before: null, after: null, difference: none(reason) }];
      const difference = pairedDifference(first[name], second[name], rows);
      return [
        name,
        {
          before: first[name].value,
          after: second[name].value,
          difference: bounded(name, difference, rows, changed),
        },
      ];
    }),
  ) as Record<RobustnessMetric, PairedChange>;
}

function pairedDifference(first: Influenced, second: Influenced, rows: PairedRows): Interval95 {
  const value = second.value - first.value;
  const error = standardError(
    (row) => (second.contributions[row] as number) - (first.contributions[row] as number),
    rows,
  );
  if (error === null) return { ...none('an interval needs two entities or more'), value };
  return { value, low: value - Z95 * error, high: value + Z95 * error, standardError: error };
}

/** Cuts an interval to what a difference can be, and gives one without width what the number of rows allows to say. */
function bounded(
  name: RobustnessMetric,
  difference: Interval95,
  rows: PairedRows,
  changed: boolean,
): Interval95 {
  const { value, low, high, standardError: error } = difference;
  if (value === null || low === null || high === null) return difference;
  if (error !== 0) return { ...difference, low: Math.max(-1, low), high: Math.min(1, high) };
  if (name === 'recallAtThreshold' || name === 'falsePositiveRateAtThreshold') {
    const label = name === 'recallAtThreshold' ? 1 : 0;
    const units = new Set(rows.unit.filter((_, row) => rows.labels[row] === label)).size;
    const most = wilson(0, units).high;
    const reason = `no decision differs among ${units} entities: the interval is Wilson's for none of them`;
    return { value, low: -most, high: most, standardError: 0, reason };
  }
  const reason = changed ? 'the order of the rows is the same' : 'no score changed';
  return { value, low: null, high: null, standardError: null, reason };
}

/**
 * The difference of a metric between two sets of rows that have units in common, which count once.
 *
 * @param unit the unit of every row of the whole that `rows` are places in; null: each is its own
 */
export function differenceByUnit(
  first: Influenced & { rows: Int32Array },
  second: Influenced & { rows: Int32Array },
  unit: Int32Array | null,
): Interval95 {
  const value = second.value - first.value;
  const sums = new Map<number, number>();
  const add = ({ rows, contributions }: typeof first, sign: number) =>
    rows.forEach((row, at) => {
      // A row without an entity is a unit of its own.
      const own = unit === null || (unit[row] as number) < 0 ? -1 - row : (unit[row] as number);
      sums.set(own, (sums.get(own) ?? 0) + sign * (contributions[at] as number));
    });
  add(first, -1);
  add(second, 1);
  const count = sums.size;
  if (count < 2) return { ...none('an interval needs two entities or more'), value };
  let squares = 0;
  for (const sum of sums.values()) squares += sum * sum;
  const error = Math.sqrt((squares * count) / (count - 1));
  return {
    value,
    low: Math.max(-1, value - Z95 * error),
    high: Math.min(1, value + Z95 * error),
    standardError: error,
  };
}

/** Root of the sum over units of their squared summed contributions, u/(u − 1) of it; null for fewer than two units. */
function standardError(contribution: (row: number) => number, rows: PairedRows): number | null {
  const sums = new Float64Array(rows.units);
  const seen = new Uint8Array(rows.units);
  for (let row = 0; row < rows.unit.length; row++) {
    const unit = rows.unit[row] as number;
    sums[unit] = (sums[unit] as number) + contribution(row);
    seen[unit] = 1;
  }
  const count = seen.reduce((total, flag) => total + flag, 0);
  if (count < 2) return null;
  let squares = 0;
  for (const sum of sums) squares += sum * sum;
  return Math.sqrt((squares * count) / (count - 1));
}

function compareDecisions(
  before: Float64Array,
  after: Float64Array,
  rows: PairedRows,
  threshold: number,
): ScoreChange['flips'] {
  let [total, toNegative, toPositive] = [0, 0, 0];
  const flipped = new Uint8Array(before.length);
  for (let row = 0; row < before.length; row++) {
    const weight = rows.weights[row] as number;
    total += weight;
    const [was, is] = [(before[row] as number) >= threshold, (after[row] as number) >= threshold];
    if (was === is) continue;
    flipped[row] = 1;
    if (was) toNegative += weight;
    else toPositive += weight;
  }
  if (total === 0) return { ...none('no row has a score'), toNegative: null, toPositive: null };
  const value = (toNegative + toPositive) / total;
  const shares = { toNegative: toNegative / total, toPositive: toPositive / total };
  const error = standardError(
    (row) => ((rows.weights[row] as number) * ((flipped[row] as number) - value)) / total,
    rows,
  );
  if (error === null) return { ...none('an interval needs two entities or more'), value, ...shares };
  const { low, high } = clusteredWilson(value, error, new Set(rows.unit).size);
  return { value, low, high, standardError: error, ...shares };
}

/** Wilson's interval of a rate whose rows come in units: with as many trials as would give its standard error. */
export function clusteredWilson(rate: number, error: number, units: number): { low: number; high: number } {
  const trials = error > 0 ? (rate * (1 - rate)) / (error * error) : units;
  const { low, high } = wilson(rate, trials);
  return { low, high };
}

function meanAbsolute(before: Float64Array, after: Float64Array, weights: Float64Array): number | null {
  let [sum, total] = [0, 0];
  for (let row = 0; row < before.length; row++) {
    const weight = weights[row] as number;
    total += weight;
    sum += weight * Math.abs((after[row] as number) - (before[row] as number));
  }
  return total === 0 ? null : sum / total;
}

export function none(reason: string): Interval95 {
  return { value: null, low: null, high: null, standardError: null, reason };
}

export function pick(values: Float64Array, places: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: places.length }, (_, at) => values[places[at] as number] as number);
}

export function pickRows(rows: PairedRows, places: ArrayLike<number>): PairedRows {
  return {
    labels: Uint8Array.from(
      { length: places.length },
      (_, at) => rows.labels[places[at] as number] as number,
    ),
    weights: pick(rows.weights, places),
    unit: Int32Array.from({ length: places.length }, (_, at) => rows.unit[places[at] as number] as number),
    units: rows.units,
  };
}
