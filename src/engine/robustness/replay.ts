import { type Xoshiro128 } from '../measurement/random.js';
import { type FeatureColumn, isTextColumn } from '../tables/index.js';
import { uniform } from './changes.js';

/** Calendar months, as 2025-03, of day numbers since 1970-01-01, and the rows of each, ascending. */
export function rowsByMonth(days: Int32Array): Map<string, Int32Array> {
  const names = new Map<number, string>();
  const rows = new Map<string, number[]>();
  days.forEach((day, row) => {
    const month = names.get(day) ?? new Date(day * 86_400_000).toISOString().slice(0, 7);
    names.set(day, month);
    const known = rows.get(month);
    if (known === undefined) rows.set(month, [row]);
    else known.push(row);
  });
  return new Map(
    [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([month, places]) => [month, Int32Array.from(places)]),
  );
}

/** A column's values in a whole month, to set others against: missing ones are counted, the rest ascend. */
export interface Marginal {
  missing: number;
  ascending: Float64Array;
  /** Of text, the share of each value. */
  shares: ReadonlyMap<string | null, number> | null;
}

export function marginal(column: FeatureColumn): Marginal {
  if (isTextColumn(column)) return { missing: 0, ascending: new Float64Array(0), shares: shares(column) };
  const known = Float64Array.from(column as ArrayLike<number | bigint>, Number)
    .filter((value) => !Number.isNaN(value))
    .sort();
  return { missing: column.length - known.length, ascending: known, shares: null };
}

/**
 * Values of one month as they would be in another: each goes to the one of the same rank there, so that rows keep their
 * order and the column its joint fate with the others as far as ranks carry it. Values that are tied, and those that are
 * missing, which come first, are ordered by chance among themselves (the distributional transform, Rüschendorf 2009), so
 * that shares of zeros and of missing values follow as well.
 *
 * Of text as few rows as can be change: a category keeps its rows as far as the other month has as many.
 *
 * @param column rows of the month, all or some
 * @param now of the whole month that the rows are of
 */
export function replayedColumn(
  column: FeatureColumn,
  now: Marginal,
  then: Marginal,
  random: Xoshiro128,
): FeatureColumn {
  if (isTextColumn(column)) return replayedText(column, now.shares, then.shares, random);
  const [before, after] = [now.ascending.length + now.missing, then.ascending.length + then.missing];
  return Float64Array.from(column as ArrayLike<number | bigint>, (each) => {
    const value = Number(each);
    const absent = Number.isNaN(value);
    const first = absent ? 0 : now.missing + below(now.ascending, value, false);
    const last = absent ? now.missing : now.missing + below(now.ascending, value, true);
    const rank = ((first + uniform(random) * (last - first)) * after) / before;
    const at = Math.min(Math.floor(rank), after - 1) - then.missing;
    return at < 0 ? NaN : (then.ascending[at] as number);
  });
}

/** How many of the ascending values are below, or else at or below, a value. */
function below(ascending: Float64Array, value: number, orEqual: boolean): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const found = ascending[middle] as number;
    if (found < value || (orEqual && found === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function replayedText(
  column: readonly (string | null)[],
  now: Marginal['shares'],
  then: Marginal['shares'],
  random: Xoshiro128,
): (string | null)[] {
  if (now === null || then === null) throw new Error('text is set against text');
  const gaining = [...then]
    .map(([value, share]) => ({ value, gain: share - (now.get(value) ?? 0) }))
    .filter(({ gain }) => gain > 0)
    .sort((a, b) => ((a.value ?? '') < (b.value ?? '') ? -1 : 1));
  const gained = gaining.reduce((sum, { gain }) => sum + gain, 0);
  return column.map((value) => {
    const keep = Math.min(1, (then.get(value) ?? 0) / (now.get(value) ?? 1));
    if (uniform(random) < keep || gained === 0) return value;
    let left = uniform(random) * gained;
    for (const other of gaining) {
      left -= other.gain;
      if (left <= 0) return other.value;
    }
    return gaining.at(-1)?.value ?? value;
  });
}

function shares(column: readonly (string | null)[]): Map<string | null, number> {
  const found = new Map<string | null, number>();
  for (const value of column) found.set(value, (found.get(value) ?? 0) + 1 / column.length);
  return found;
}
