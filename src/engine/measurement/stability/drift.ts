import { chiSquareQuantile, noncentralityInterval } from '../distributions.js';
import { DRIFT_CONVENTION, type Drift, ZERO_FILL_ROWS } from './document.js';

/** Rows in bins and periods, the reference's rows among them. */
export interface BinnedRows {
  bins: Uint8Array;
  binCount: number;
  /** Period of each row: 0 the reference, 1 … `periods` those compared with it, −1 none. */
  period: Int16Array;
  periods: number;
  /** Rows grouped by entity, where rows of an entity are no independent draws; null: each row is. */
  clusters: Clusters | null;
}

export interface Clusters {
  /** Rows in the order of their entities. */
  order: Int32Array;
  /** Where each entity's rows begin in it; one more at the end. */
  starts: Int32Array;
}

/** Groups rows by the codes of their entities (a counting sort). @param codes from 0 to entities − 1 */
export function clustersOf(codes: Int32Array, entities: number): Clusters {
  const starts = new Int32Array(entities + 1);
  for (const code of codes) starts[code + 1] = (starts[code + 1] as number) + 1;
  for (let e = 0; e < entities; e++) starts[e + 1] = (starts[e + 1] as number) + (starts[e] as number);
  const next = starts.slice();
  const order = new Int32Array(codes.length);
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row] as number;
    order[next[code] as number] = row;
    next[code] = (next[code] as number) + 1;
  }
  return { order, starts };
}

/** Counts by period (0 the reference) and bin. */
export function countBins({ bins, binCount, period, periods }: BinnedRows): Float64Array {
  const counts = new Float64Array((periods + 1) * binCount);
  for (let row = 0; row < bins.length; row++) {
    const at = period[row] as number;
    if (at < 0) continue;
    const cell = at * binCount + (bins[row] as number);
    counts[cell] = (counts[cell] as number) + 1;
  }
  return counts;
}

/**
 * The population stability index Σ (q − p)·ln(q / p) of each period against the reference, p and q being shares of the
 * reference's and the period's rows in a bin, an empty bin counting as {@link ZERO_FILL_ROWS}. Bins without a row in
 * either are left out.
 *
 * Where nothing drifts, the index of independent rows is distributed as (1/n + 1/m)·χ² with one degree of freedom less
 * than there are bins (Yurdakul 2018), which gives the chance level; with entities, times the mean design effect of the
 * shares (Rao and Scott 1981). The interval inverts the non-central χ² that holds near no drift, scaled so that its
 * variance is the one of the linearised index, clustered by entity where there are some.
 */
export function driftOfPeriods(rows: BinnedRows, minimumRows: number): Drift[] {
  const counts = countBins(rows);
  const { binCount, periods } = rows;
  const compared = Array.from({ length: periods }, (_, place) =>
    compare(counts.subarray(0, binCount), counts.subarray((place + 1) * binCount, (place + 2) * binCount)),
  );
  const spreads =
    rows.clusters === null
      ? compared.map(independentSpread)
      : clusteredSpreads(rows, rows.clusters, compared);
  return compared.map((one, place) => judged(one, spreads[place] as Spread, minimumRows));
}

interface Compared {
  value: number;
  rows: number;
  referenceRows: number;
  freedom: number;
  /** Shares, zeros filled; 0 where neither has a row. */
  p: Float64Array;
  q: Float64Array;
  /** The reference's rows by bin, and the bins that only the other has. */
  there: Float64Array;
  emptyThere: number[];
  /** The index's derivative by each share, less its mean: what one row adds. */
  byReference: Float64Array;
  byCurrent: Float64Array;
}

function compare(reference: Float64Array, current: Float64Array): Compared {
  const total = (counts: Float64Array): number => counts.reduce((sum, count) => sum + count, 0);
  const n = total(reference);
  const m = total(current);
  const p = reference.map((count) => Math.max(count, ZERO_FILL_ROWS) / n);
  const q = current.map((count) => Math.max(count, ZERO_FILL_ROWS) / m);
  let value = 0;
  let filled = 0;
  const byReference = new Float64Array(p.length);
  const byCurrent = new Float64Array(p.length);
  for (let b = 0; b < p.length; b++) {
    if (reference[b] === 0 && current[b] === 0) {
      p[b] = q[b] = 0;
      continue;
    }
    filled++;
    const [pb, qb] = [p[b] as number, q[b] as number];
    value += (qb - pb) * Math.log(qb / pb);
    byCurrent[b] = Math.log(qb / pb) + 1 - pb / qb;
    byReference[b] = Math.log(pb / qb) + 1 - qb / pb;
  }
  centre(byReference, reference, n);
  centre(byCurrent, current, m);
  const emptyThere = [...reference.keys()].filter((b) => reference[b] === 0 && (current[b] as number) > 0);
  return {
    ...{ value, rows: m, referenceRows: n, freedom: filled - 1, p, q },
    ...{ there: reference, emptyThere, byReference, byCurrent },
  };
}

function centre(gradient: Float64Array, counts: Float64Array, rows: number): void {
  let mean = 0;
  for (let b = 0; b < gradient.length; b++) mean += ((gradient[b] as number) * (counts[b] as number)) / rows;
  for (let b = 0; b < gradient.length; b++) gradient[b] = (gradient[b] as number) - mean;
}

/** The linearised index's variance, and the mean design effect of the shares. */
interface Spread {
  variance: number;
  designEffect: number;
}

function independentSpread({ p, q, byReference, byCurrent, rows, referenceRows }: Compared): Spread {
  let variance = 0;
  for (let b = 0; b < p.length; b++) {
    variance +=
      ((p[b] as number) * (byReference[b] as number) ** 2) / referenceRows +
      ((q[b] as number) * (byCurrent[b] as number) ** 2) / rows;
  }
  return { variance, designEffect: 1 };
}

/**
 * One walk over the rows in the order of their entities; what an entity has in both samples counts together. Periods in
 * which an entity has no row cost no more than its rows in the reference.
 */
function clusteredSpreads(
  { bins, binCount, period, periods }: BinnedRows,
  { order, starts }: Clusters,
  compared: readonly Compared[],
): Spread[] {
  const variance = new Float64Array(periods);
  const trace = new Float64Array(periods);
  const entities = new Float64Array(periods);
  const counts = new Float64Array((periods + 1) * binCount);
  const totals = new Float64Array(periods + 1);
  const own = new Int32Array(binCount);
  const n = compared[0]?.referenceRows ?? 0;
  // Of a reference without a row in a bin, what the filled share adds to the trace.
  const filled = compared.map(({ p, emptyThere }) =>
    emptyThere.reduce((sum, b) => sum + (p[b] as number), 0),
  );
  for (let entity = 0; entity + 1 < starts.length; entity++) {
    const from = starts[entity] as number;
    const to = starts[entity + 1] as number;
    for (let at = from; at < to; at++) {
      const row = order[at] as number;
      const within = period[row] as number;
      if (within < 0) continue;
      const cell = within * binCount + (bins[row] as number);
      counts[cell] = (counts[cell] as number) + 1;
      totals[within] = (totals[within] as number) + 1;
    }
    const inReference = totals[0] as number;
    let touched = 0;
    let alone = 0;
    if (inReference > 0) {
      const { p } = compared[0] as Compared;
      for (let b = 0; b < binCount; b++) {
        const there = counts[b] as number;
        if (there > 0) own[touched++] = b;
        const pb = p[b] as number;
        if (pb > 0 && (compared[0] as Compared).there[b] !== 0)
          alone += (there / n - (inReference / n) * pb) ** 2 / pb;
      }
    }
    for (let place = 0; place < periods; place++) {
      const inPeriod = totals[place + 1] as number;
      if (inReference === 0 && inPeriod === 0) continue;
      const one = compared[place] as Compared;
      entities[place] = (entities[place] as number) + 1;
      let influence = 0;
      for (let i = 0; i < touched; i++) {
        const b = own[i] as number;
        influence += ((one.byReference[b] as number) * (counts[b] as number)) / n;
      }
      let squares = alone + (inReference / n) ** 2 * (filled[place] as number);
      if (inPeriod > 0) {
        squares = 0;
        const current = (place + 1) * binCount;
        for (let b = 0; b < binCount; b++) {
          const pb = one.p[b] as number;
          const here = (counts[current + b] as number) / one.rows;
          influence += (one.byCurrent[b] as number) * here;
          const moved =
            here -
            (inPeriod / one.rows) * (one.q[b] as number) -
            ((counts[b] as number) - inReference * pb) / n;
          if (pb > 0) squares += (moved * moved) / pb;
        }
      }
      variance[place] = (variance[place] as number) + influence * influence;
      trace[place] = (trace[place] as number) + squares;
    }
    for (let at = from; at < to; at++) {
      const row = order[at] as number;
      const within = period[row] as number;
      if (within < 0) continue;
      counts[within * binCount + (bins[row] as number)] = 0;
      totals[within] = 0;
    }
  }
  return compared.map(({ freedom, rows, referenceRows }, place) => {
    const e = entities[place] as number;
    const small = e > 1 ? e / (e - 1) : 1;
    return {
      variance: small * (variance[place] as number),
      designEffect: (small * (trace[place] as number)) / (freedom * (1 / rows + 1 / referenceRows)),
    };
  });
}

function judged(one: Compared, { variance, designEffect }: Spread, minimumRows: number): Drift {
  const { value, rows, referenceRows, freedom } = one;
  const none = { value: null, low: null, high: null, rows, referenceRows };
  const few = Math.min(rows, referenceRows);
  if (few < minimumRows) {
    const which = rows < minimumRows ? 'rows' : 'rows of the reference';
    return { ...none, reason: `${few} ${which}, fewer than ${minimumRows}` };
  }
  if (freedom < 1) {
    return { value: 0, low: null, high: null, rows, referenceRows, reason: 'all rows lie in one bin' };
  }
  const scale = (1 / rows + 1 / referenceRows) * designEffect;
  // Of the scaled non-central χ² the variance is 4·scale·index to first order; so is the linearised one.
  const own = value > 0 && variance > 0 ? variance / (4 * value) : scale;
  const { low, high } = noncentralityInterval(value / own, freedom);
  const expected = freedom * scale;
  const point95 = chiSquareQuantile(0.95, freedom) * scale;
  return {
    value,
    low: Math.min(value, low * own),
    high: Math.max(value, high * own),
    method: 'noncentral-chi-square',
    rows,
    referenceRows,
    chance: { expected, point95, degreesOfFreedom: freedom, designEffect },
    beyondChance: value > point95,
    band:
      value >= DRIFT_CONVENTION.large
        ? 'FROM_0.25'
        : value >= DRIFT_CONVENTION.moderate
          ? 'FROM_0.10_TO_0.25'
          : 'BELOW_0.10',
  };
}
