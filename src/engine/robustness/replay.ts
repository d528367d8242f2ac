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

/**
 * A column of one month as it would be with the values of another: each value goes to the one of the same rank there, so
 * that rows keep their order and the column its joint fate with the others as far as ranks carry it. Values that are tied,
 * and those that are missing, which come first, are ordered by chance among themselves (the distributional transform,
 * Rüschendorf 2009), so that shares of zeros and of missing values follow as well.
 *
 * Of text as few rows as can be change: a category keeps its rows as far as the other month has as many.
 */
export function replayedColumn(
  column: FeatureColumn,
  later: FeatureColumn,
  random: Xoshiro128,
): FeatureColumn {
  if (isTextColumn(column)) return replayedText(column, later as readonly (string | null)[], random);
  const from = numbers(column);
  const to = numbers(later).sort(byValue);
  const order = Int32Array.from(from, (_, row) => row);
  const lots = Float64Array.from(from, () => uniform(random));
  order.sort(
    (a, b) => byValue(from[a] as number, from[b] as number) || (lots[a] as number) - (lots[b] as number),
  );
  const replayed = new Float64Array(from.length);
  order.forEach((row, rank) => {
    const at = Math.floor(((rank + (lots[row] as number)) * to.length) / from.length);
    replayed[row] = to[Math.min(at, to.length - 1)] as number;
  });
  return replayed;
}

function numbers(column: FeatureColumn): Float64Array {
  return Float64Array.from(column as ArrayLike<number | bigint>, Number);
}

/** Ascending, missing values first. */
function byValue(a: number, b: number): number {
  const [absentA, absentB] = [Number.isNaN(a), Number.isNaN(b)];
  if (absentA || absentB) return Number(absentB) - Number(absentA);
  return a - b;
}

function replayedText(
  column: readonly (string | null)[],
  later: readonly (string | null)[],
  random: Xoshiro128,
): (string | null)[] {
  const [now, then] = [shares(column), shares(later)];
  const gaining = [...then]
    .map(([value, share]) => ({ value, gain: share - (now.get(value) ?? 0) }))
    .filter(({ gain }) => gain > 0)
    .sort((a, b) => ((a.value ?? '') < (b.value ?? '') ? -1 : 1));
  const gained = gaining.reduce((sum, { gain }) => sum + gain, 0);
  return column.map((value) => {
    const keep = Math.min(1, (then.get(value) ?? 0) / (now.get(value) as number));
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
