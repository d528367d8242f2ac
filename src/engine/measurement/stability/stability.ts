import type { Coded, MeasurementInput, SliceMeasurement } from '../document.js';
import { binNumbers, decileBins, type Binning } from './bins.js';
import {
  type BinnedDrift,
  type Drift,
  DRIFT_CONVENTION,
  type DriftBin,
  type MonthDrift,
  type Stability,
  STABILITY_BINS,
  ZERO_FILL_ROWS,
} from './document.js';
import { type Clusters, clustersOf, countBins, driftOfPeriods } from './drift.js';
import { MOST_MONTHS, monthsOf } from './months.js';
import { outOfTime } from './out-of-time.js';
import { scoreDistribution } from './score-distribution.js';

/** Scores to compare with, where they come from a file of their own. */
export interface ReferenceScores {
  scores: Float64Array;
  /** Codes of the measured rows' entities; those that only the reference has follow after them. */
  entity?: Int32Array;
  /** Columns as in `groups` of what is measured. */
  groups?: Readonly<Record<string, Coded>>;
}

/** Measures months on their own, as `measureSlices` does. */
export type MeasureMonths = (months: Coded) => Record<string, SliceMeasurement>;

/**
 * Stability of the score: its distribution, its index against a reference as a whole, by calendar month and by group,
 * and the metrics from month to month.
 *
 * The reference is the one given, or else the first calendar month; without either there is nothing to compare with.
 */
export function stability(
  input: MeasurementInput,
  reference: ReferenceScores | undefined,
  minimumRows: number,
  measureMonths: MeasureMonths,
): Stability {
  const { scores, labels, days } = input;
  const found: Stability = {
    reference: null,
    definition: {
      bins: STABILITY_BINS,
      zeroFillRows: ZERO_FILL_ROWS,
      minimumRows,
      convention: DRIFT_CONVENTION,
    },
    scoreDistribution: scoreDistribution(scores, labels),
    score: null,
    scoreByMonth: [],
    scoreBySegment: {},
    performance: null,
  };
  const months = days === undefined ? null : monthsOf(days);
  if (months !== null && months.names.length > MOST_MONTHS) {
    return { ...found, reason: `the rows span ${months.names.length} months, more than ${MOST_MONTHS}` };
  }
  const performance = months === null ? null : outOfTime(measureMonths(months));
  const layout = layOut(input, reference, months);
  if (typeof layout === 'string') return { ...found, performance, reason: layout };
  const all = compareValues(layout, scores, reference?.scores, minimumRows);
  return {
    ...found,
    reference: layout.reference,
    score: all.whole,
    scoreByMonth: all.byMonth,
    scoreBySegment: bySegment(layout, input, reference, minimumRows),
    performance,
  };
}

/** Where the rows of the reference and of each month are, whatever is compared. The reference's own file comes first. */
export interface Layout {
  reference: NonNullable<Stability['reference']>;
  /** Rows of the reference's file; 0 where the reference is a month of the rows themselves. */
  before: number;
  /** 0 the reference, 1 everything compared with it. */
  whole: Int16Array;
  /** 0 the reference, 1 … the months; null: no time is known. */
  monthly: Int16Array | null;
  months: readonly string[];
  clusters: Clusters | null;
}

/** Lays rows out for comparing; a text says why there is nothing to compare. */
export function layOut(
  { scores, entity }: Pick<MeasurementInput, 'scores' | 'entity'>,
  reference: Omit<ReferenceScores, 'groups'> | undefined,
  months: Coded | null,
): Layout | string {
  const rows = scores.length;
  const before = reference?.scores.length ?? 0;
  if (reference === undefined) {
    if (months === null) return 'needs a reference, or a time column whose first month is one';
    if (months.names.length < 2)
      return 'all rows lie in one calendar month, which cannot be its own reference';
  }
  const whole = new Int16Array(before + rows).fill(1);
  whole.fill(0, 0, before);
  const monthly = months === null ? null : new Int16Array(before + rows);
  let first = 0;
  if (months !== null && monthly !== null) {
    const shift = reference === undefined ? 0 : 1;
    for (let row = 0; row < rows; row++) {
      const code = months.codes[row] as number;
      monthly[before + row] = code + shift;
      if (reference === undefined && code === 0) {
        whole[row] = 0;
        first++;
      }
    }
  }
  return {
    reference:
      reference === undefined
        ? { kind: 'FIRST_MONTH', month: months?.names[0] ?? '', rows: first }
        : { kind: 'FILE', rows: before },
    before,
    whole,
    monthly,
    months: (months?.names ?? []).slice(reference === undefined ? 1 : 0),
    clusters: entity === undefined ? null : clusters(entity, rows, before, reference?.entity),
  };
}

/** Rows of the reference whose entities are not told apart count as drawn alone. */
function clusters(
  entity: Coded,
  rows: number,
  before: number,
  ofReference: Int32Array | undefined,
): Clusters {
  const codes = new Int32Array(before + rows);
  let most = entity.names.length;
  for (let row = 0; row < before; row++) {
    const code = ofReference?.[row] ?? entity.names.length + row;
    codes[row] = code;
    if (code >= most) most = code + 1;
  }
  codes.set(entity.codes, before);
  return clustersOf(codes, most);
}

/** Compares numbers laid out so. @param values of the rows; @param reference of the reference's own file */
export function compareValues(
  layout: Layout,
  values: Float64Array,
  reference: Float64Array | undefined,
  minimumRows: number,
): { whole: BinnedDrift; byMonth: MonthDrift[]; missing: { reference: number; rows: number } } {
  const binning = decileBins(reference ?? referenceRows(layout, values));
  const bins = new Uint8Array(layout.before + values.length);
  if (reference !== undefined) binNumbers(reference, binning, bins, 0);
  binNumbers(values, binning, bins, layout.before);
  return compareBins(layout, bins, binning, minimumRows);
}

function referenceRows({ whole, reference }: Layout, values: Float64Array): Float64Array {
  const found = new Float64Array(reference.rows);
  for (let row = 0, at = 0; row < values.length; row++)
    if (whole[row] === 0) found[at++] = values[row] as number;
  return found;
}

export function compareBins(
  layout: Layout,
  bins: Uint8Array,
  binning: Binning,
  minimumRows: number,
): { whole: BinnedDrift; byMonth: MonthDrift[]; missing: { reference: number; rows: number } } {
  const { whole, monthly, months, clusters: ofEntities } = layout;
  const rows = { bins, binCount: binning.count, clusters: ofEntities };
  const together = { ...rows, period: whole, periods: 1 };
  const counts = countBins(together);
  const [drift] = driftOfPeriods(together, minimumRows);
  const described = Array.from({ length: binning.count }, (_, bin): DriftBin => ({
    ...binning.describe(bin),
    referenceRows: counts[bin] as number,
    rows: counts[binning.count + bin] as number,
  }));
  const last = described[binning.count - 1] as DriftBin;
  const { referenceRows: n, rows: m } = drift as Drift;
  const byMonth =
    monthly === null ? [] : driftOfPeriods({ ...rows, period: monthly, periods: months.length }, minimumRows);
  return {
    whole: {
      ...(drift as Drift),
      bins: described.filter((bin) => bin.referenceRows > 0 || bin.rows > 0),
    },
    byMonth: byMonth.map((one, place) => ({ month: months[place] as string, ...one })),
    missing: { reference: n === 0 ? 0 : last.referenceRows / n, rows: m === 0 ? 0 : last.rows / m },
  };
}

/** Each group against the same group in the reference, in its own deciles. */
function bySegment(
  layout: Layout,
  input: MeasurementInput,
  reference: ReferenceScores | undefined,
  minimumRows: number,
): Record<string, Record<string, Drift>> {
  const result: Record<string, Record<string, Drift>> = {};
  for (const [column, coded] of Object.entries(input.groups ?? {})) {
    const there = reference?.groups?.[column];
    if (reference !== undefined && there === undefined) continue;
    const of: [string, Drift][] = [];
    coded.names.forEach((name, code) => {
      const codeThere = there?.names.indexOf(name) ?? -1;
      const drift = ofGroup(layout, input, code, coded.codes, {
        scores: reference?.scores,
        codes: there?.codes,
        code: codeThere,
        minimumRows,
      });
      if (drift !== null) of.push([name, drift]);
    });
    result[column] = Object.fromEntries(of);
  }
  return result;
}

function ofGroup(
  layout: Layout,
  { scores }: MeasurementInput,
  code: number,
  codes: Int32Array,
  reference: {
    scores: Float64Array | undefined;
    codes: Int32Array | undefined;
    code: number;
    minimumRows: number;
  },
): Drift | null {
  const { before, whole } = layout;
  const period = new Int16Array(whole.length).fill(-1);
  let n = 0;
  let rows = 0;
  for (let row = 0; row < before; row++) {
    if (reference.codes?.[row] !== reference.code || reference.code < 0) continue;
    period[row] = 0;
    n++;
  }
  for (let row = 0; row < scores.length; row++) {
    if (codes[row] !== code) continue;
    const own = whole[before + row] as number;
    period[before + row] = own;
    rows++;
    if (own === 0) n++;
  }
  if (rows === 0) return null;
  const sample = new Float64Array(n);
  for (let row = 0, at = 0; row < period.length; row++) {
    if (period[row] !== 0) continue;
    sample[at++] = (row < before ? reference.scores?.[row] : scores[row - before]) as number;
  }
  const binning = decileBins(sample);
  const bins = new Uint8Array(whole.length);
  if (reference.scores !== undefined) binNumbers(reference.scores, binning, bins, 0);
  binNumbers(scores, binning, bins, before);
  const [drift] = driftOfPeriods(
    { bins, binCount: binning.count, period, periods: 1, clusters: layout.clusters },
    reference.minimumRows,
  );
  return drift ?? null;
}
