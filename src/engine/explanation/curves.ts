import { type FeatureColumn, type FeatureTable, isTextColumn } from '../tables/index.js';
import type { AccumulatedEffects, PartialDependence } from './document.js';
import { eachInFlight, type Evaluations, withPlaces } from './evaluations.js';
import { bounded, spread } from './replicates.js';
import { Z95 } from '../measurement/intervals.js';

/** Points of a partial dependence, and intervals of accumulated effects. */
export const CURVE_POINTS = 20;
const MOST_CATEGORIES = 10;

const printed = (column: FeatureColumn, place: number): number | string => {
  const value = column[place];
  return typeof value === 'string' ? value : value == null ? '' : Number(value);
};

/** Places of the known values, ascending. */
function ascending(column: Exclude<FeatureColumn, (string | null)[]>): Int32Array {
  const known: number[] = [];
  for (let row = 0; row < column.length; row++) if (!Number.isNaN(column[row])) known.push(row);
  return Int32Array.from(known).sort((a, b) => {
    const [x, y] = [column[a] as number, column[b] as number];
    return x < y ? -1 : x > y ? 1 : 0;
  });
}

/** Places whose values are the quantiles at k / `parts`, k = 0 … parts, without interpolation, each value once. */
function quantilePlaces(column: Exclude<FeatureColumn, (string | null)[]>, parts: number): number[] {
  const order = ascending(column);
  const n = order.length;
  const places: number[] = [];
  for (let k = 0; k <= parts && n > 0; k++) {
    const place = order[Math.max(0, Math.ceil((n * k) / parts) - 1)] as number;
    const last = places.at(-1);
    if (last === undefined || column[place] !== column[last]) places.push(place);
  }
  return places;
}

/** Places of the most frequent categories, in the order of their names. */
function categoryPlaces(column: readonly (string | null)[]): number[] {
  const found = new Map<string, { place: number; count: number }>();
  column.forEach((value, place) => {
    if (value === null) return;
    const known = found.get(value);
    if (known === undefined) found.set(value, { place, count: 1 });
    else known.count++;
  });
  return [...found.entries()]
    .sort(([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1))
    .slice(0, MOST_CATEGORIES)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { place }]) => place);
}

/**
 * Partial dependence and individual conditional expectations at quantiles of the values (of text, at its most frequent
 * categories). The means' interval is about the rows.
 */
export async function partialDependence(
  table: FeatureTable,
  weights: Float64Array,
  feature: number,
  model: Evaluations,
): Promise<PartialDependence> {
  const column = table.columns[feature] as FeatureColumn;
  const grid = isTextColumn(column) ? categoryPlaces(column) : quantilePlaces(column, CURVE_POINTS - 1);
  const curves = await eachInFlight(grid, (place) =>
    model.score(withPlaces(table, [feature], new Int32Array(table.rows).fill(place))),
  );
  const level = new Float64Array(table.rows);
  for (const scores of curves)
    scores.forEach((score, row) => (level[row] = (level[row] as number) + score / curves.length));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const points = curves.map((scores, point) => {
    const mean = scores.reduce((sum, score, row) => sum + score * (weights[row] as number), 0) / total;
    const squares = scores.reduce(
      (sum, score, row) => sum + ((weights[row] as number) * (score - mean)) ** 2,
      0,
    );
    const centred = scores.map((score, row) => score - (level[row] as number));
    return {
      at: printed(column, grid[point] as number),
      mean: bounded(mean, Math.sqrt(squares) / total),
      centred: weightedQuantiles(centred, weights, total),
    };
  });
  const means = points.map(({ mean }) => mean.value);
  return {
    feature: table.names[feature] as string,
    rows: table.rows,
    points,
    range: points.length === 0 ? 0 : Math.max(...means) - Math.min(...means),
  };
}

function weightedQuantiles(
  values: Float64Array,
  weights: Float64Array,
  total: number,
): { p10: number; p50: number; p90: number } {
  const order = Int32Array.from(values.keys()).sort((a, b) => (values[a] as number) - (values[b] as number));
  const at = (p: number): number => {
    let below = 0;
    for (const row of order) {
      below += weights[row] as number;
      if (below >= p * total) return values[row] as number;
    }
    return values[order[order.length - 1] as number] as number;
  };
  return { p10: at(0.1), p50: at(0.5), p90: at(0.9) };
}

/**
 * Accumulated local effects of first order (Apley and Zhu 2020): within each interval between quantiles, the mean change
 * of the score from its lower to its upper end over the rows that lie in it, summed up, less the mean over the rows (of
 * each interval the mean of its two ends, as in the authors' ALEPlot). Rows where the value is missing are left out.
 * The interval of each point is normal, its standard error that of bootstrap replicates.
 */
export async function accumulatedEffects(
  table: FeatureTable,
  weights: Float64Array,
  replicates: readonly Float64Array[],
  feature: number,
  model: Evaluations,
): Promise<AccumulatedEffects> {
  const name = table.names[feature] as string;
  const column = table.columns[feature] as FeatureColumn;
  const none = { feature: name, rows: 0, points: [], range: 0 };
  if (isTextColumn(column)) return { ...none, reason: 'categories have no order to accumulate along' };
  const edges = quantilePlaces(column, CURVE_POINTS);
  if (edges.length < 2) return { ...none, reason: 'the rows have fewer than two values' };
  const bins = new Int32Array(table.rows).fill(-1);
  const lower = Int32Array.from({ length: table.rows }, (_, row) => row);
  const upper = lower.slice();
  let rows = 0;
  for (let row = 0; row < table.rows; row++) {
    const value = column[row] as number;
    if (Number.isNaN(value)) continue;
    let bin = 0;
    while (bin < edges.length - 2 && value > (column[edges[bin + 1] as number] as number)) bin++;
    bins[row] = bin;
    lower[row] = edges[bin] as number;
    upper[row] = edges[bin + 1] as number;
    rows++;
  }
  const [below, above] = await Promise.all([
    model.score(withPlaces(table, [feature], lower)),
    model.score(withPlaces(table, [feature], upper)),
  ]);
  const steps = above.map((score, row) => score - (below[row] as number));
  const curve = accumulate(steps, bins, edges.length - 1, weights);
  const drawn = replicates.map((replicate) => accumulate(steps, bins, edges.length - 1, replicate));
  const points = edges.map((place, point) => {
    const effect = curve[point] as number;
    const half = Z95 * spread(drawn.map((one) => one[point] as number));
    return { at: Number(column[place]), effect, low: effect - half, high: effect + half };
  });
  return { feature: name, rows, points, range: Math.max(...curve) - Math.min(...curve) };
}

function accumulate(
  steps: Float64Array,
  bins: Int32Array,
  count: number,
  weights: Float64Array,
): Float64Array {
  const sums = new Float64Array(count);
  const mass = new Float64Array(count);
  for (let row = 0; row < steps.length; row++) {
    const bin = bins[row] as number;
    if (bin < 0) continue;
    const weight = weights[row] as number;
    sums[bin] = (sums[bin] as number) + weight * (steps[row] as number);
    mass[bin] = (mass[bin] as number) + weight;
  }
  const curve = new Float64Array(count + 1);
  let centre = 0;
  let total = 0;
  for (let bin = 0; bin < count; bin++) {
    const w = mass[bin] as number;
    // A replicate may hold no row of an interval: it tells of no change there.
    curve[bin + 1] = (curve[bin] as number) + (w > 0 ? (sums[bin] as number) / w : 0);
    centre += (w * ((curve[bin] as number) + (curve[bin + 1] as number))) / 2;
    total += w;
  }
  return curve.map((value) => value - centre / total);
}
