import { InputError } from '../../input-error.js';
import { absent, type Coded, type Estimate } from '../document.js';
import { normalQuantile } from '../distributions.js';
import { Z95 } from '../intervals.js';
import { Xoshiro128 } from '../random.js';
import { association } from './association.js';
import { binned, isCoded, type Binned, type Feature } from './bins.js';
import type { FeatureProxy, JointProxy, ProxyReport, ScoreProxy } from './document.js';
import { foretell } from './ridge.js';
import { ascending, separation, type Separation } from './separation.js';

export interface ProxyInput {
  /** By name, one value a row: numbers with NaN where missing, or categories. */
  features: Readonly<Record<string, Feature>>;
  attribute: Coded;
  /** The model's scores and the labels, for what the score tells; without them that is left out. */
  scores?: Float64Array;
  labels?: Uint8Array;
}

export interface ProxyOptions {
  /** Default 1. */
  seed?: number;
  /** Default 5. */
  folds?: number;
  /** Bins of a feature, default 10; fewer where features are many. */
  bins?: number;
  /** Rows below which a group is left out, default 100. */
  minimumGroupSize?: number;
}

/** Columns that all binned features may have together, and work (rows · features²) that the sums may take. */
const MOST_COLUMNS = 1000;
const MOST_WORK = 1e9;
const FOLD_STREAM = 1;

/**
 * How well an attribute can be told without being given: from each feature, from all of them together, and from the
 * score. A model that never sees an attribute can still treat its groups apart by what stands in for it.
 *
 * Rows must be independent (see `sampleRows`). Groups of fewer rows than the minimum are left out.
 *
 * @throws InputError `LENGTH_MISMATCH`
 */
export function proxies(input: ProxyInput, options: ProxyOptions = {}): ProxyReport {
  const { seed = 1, folds = 5, bins = 10, minimumGroupSize = 100 } = options;
  check(input);
  const names = Object.keys(input.features);
  const { rows, codes, groups } = kept(input.attribute, minimumGroupSize);
  if (groups.length < 2) return nothing(rows.length, `fewer than 2 groups have ${minimumGroupSize} rows`);
  const features = names.map((name) => pick(input.features[name] as Feature, rows));
  const most = Math.max(2, Math.min(bins, Math.floor(MOST_COLUMNS / Math.max(1, names.length)) - 1));
  const tables = features.map((feature) => binned(feature, most));
  const each = names.map((feature, place): FeatureProxy => {
    const { cramersV, uncertainty } = association(tables[place] as Binned, codes, groups.length);
    return { feature, cramersV, uncertainty, auc: best(features[place] as Feature, codes, groups) };
  });
  each.sort((a, b) => (b.cramersV.value ?? -1) - (a.cramersV.value ?? -1) || order(a.feature, b.feature));
  return {
    rows: rows.length,
    groups: groups.length,
    features: each,
    jointly: jointly(tables, codes, groups, folds, seed),
    score: ofScore(input, rows, codes, groups),
  };
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function check({ features, attribute, scores, labels }: ProxyInput): void {
  const rows = attribute.codes.length;
  const lengths = Object.entries(features).map(
    ([name, feature]) => [name, isCoded(feature) ? feature.codes.length : feature.length] as const,
  );
  for (const [name, length] of [
    ...lengths,
    ['scores', scores?.length ?? rows] as const,
    ['labels', labels?.length ?? rows] as const,
  ]) {
    if (length !== rows)
      throw new InputError('LENGTH_MISMATCH', `${name}: ${length} values for ${rows} rows`);
  }
}

/** The rows of groups that are large enough, and their groups renumbered. */
function kept(
  { codes, names }: Coded,
  minimum: number,
): { rows: Int32Array; codes: Uint16Array; groups: string[] } {
  const counts = new Float64Array(names.length);
  for (const code of codes) if (code >= 0) counts[code] = (counts[code] as number) + 1;
  const own = names.map(() => -1);
  const groups: string[] = [];
  names.forEach((name, code) => {
    if ((counts[code] as number) < minimum) return;
    own[code] = groups.length;
    groups.push(name);
  });
  const rows: number[] = [];
  codes.forEach((code, row) => {
    if (code >= 0 && (own[code] as number) >= 0) rows.push(row);
  });
  return {
    rows: Int32Array.from(rows),
    codes: Uint16Array.from(rows, (row) => own[codes[row] as number] as number),
    groups,
  };
}

function pick(feature: Feature, rows: Int32Array): Feature {
  if (isCoded(feature)) {
    return { names: feature.names, codes: rows.map((row) => feature.codes[row] as number) };
  }
  return Float64Array.from(rows, (row) => feature[row] as number);
}

function nothing(rows: number, reason: string): ProxyReport {
  return {
    rows,
    groups: 0,
    reason,
    features: [],
    jointly: { auc: absent(reason), groups: {}, folds: 0, columns: 0 },
    score: [],
  };
}

/** Wald's interval of an AUC, cut to 0 … 1. */
function estimated({ auc, variance }: Pick<Separation, 'auc' | 'variance'>, critical = Z95): Estimate {
  if (Number.isNaN(auc)) return absent('no rows on one side');
  if (!(variance > 0)) return { ...absent('too few rows, or all alike, for an interval'), value: auc };
  const standardError = Math.sqrt(variance);
  return {
    value: auc,
    low: Math.max(0, auc - critical * standardError),
    high: Math.min(1, auc + critical * standardError),
    standardError,
    method: 'delong',
  };
}

/** The group that a number tells best; its interval allows for having been chosen among them (Bonferroni). */
function best(feature: Feature, codes: Uint16Array, groups: readonly string[]): FeatureProxy['auc'] {
  if (isCoded(feature)) return null;
  const rows = ascending(feature);
  // Between two groups one side is the other's mirror.
  const compared = groups.length === 2 ? groups.slice(1) : groups;
  const offset = groups.length - compared.length;
  const found = compared.map((group, place) => ({
    group,
    parts: separation(feature, rows, (row) => codes[row] === place + offset, null),
  }));
  const told = found
    .filter(({ parts }) => !Number.isNaN(parts.auc))
    .sort((a, b) => Math.abs(b.parts.auc - 0.5) - Math.abs(a.parts.auc - 0.5))[0];
  if (told === undefined) return null;
  const critical = found.length === 1 ? Z95 : normalQuantile(1 - 0.025 / found.length);
  return { ...estimated(told.parts, critical), group: told.group };
}

function jointly(
  tables: readonly Binned[],
  codes: Uint16Array,
  groups: readonly string[],
  folds: number,
  seed: number,
): JointProxy {
  const none = (reason: string): JointProxy => ({ auc: absent(reason), groups: {}, folds, columns: 0 });
  const columns = tables.reduce((sum, { count }) => sum + count, 0);
  if (tables.length === 0) return none('there are no features');
  if (columns > 2 * MOST_COLUMNS) return none(`the binned features have ${columns} columns, too many`);
  const rows = Math.min(codes.length, Math.floor(MOST_WORK / tables.length ** 2));
  const random = new Xoshiro128(seed, FOLD_STREAM);
  const foldOf = Uint8Array.from({ length: rows }, () => random.below(folds));
  const own = codes.subarray(0, rows);
  const foretold = foretell(tables, own, groups.length, foldOf, folds);
  const ofGroups = groups.map((_, group) => {
    const values = foretold[group] as Float64Array;
    const ranked = ascending(values);
    // Fold by fold: what a fold is foretold leans away from its own share of the group, and would mislead across folds.
    const parts = Array.from({ length: folds }, (_fold, fold) =>
      separation(
        values,
        ranked,
        (row) => own[row] === group,
        (row) => foldOf[row] === fold,
      ),
    );
    return {
      auc: parts.reduce((sum, { auc }) => sum + auc / folds, 0),
      variance: parts.reduce((sum, { variance }) => sum + variance / folds ** 2, 0),
    };
  });
  const shares = groups.map((_, group) => own.reduce((n, code) => n + (code === group ? 1 : 0), 0) / rows);
  // Groups share rows, so that their AUCs go together: the interval takes the worst, that they move as one.
  const overall = {
    auc: ofGroups.reduce((sum, { auc }, group) => sum + auc * (shares[group] as number), 0),
    variance:
      ofGroups.reduce(
        (sum, { variance }, group) => sum + Math.sqrt(variance) * (shares[group] as number),
        0,
      ) ** 2,
  };
  return {
    auc: estimated(overall),
    groups: Object.fromEntries(
      groups.map((name, group) => [name, estimated(ofGroups[group] as (typeof ofGroups)[number])]),
    ),
    folds,
    columns: columns + 1,
  };
}

/** What the score tells of a group: of all rows, and of rows of one label, where a fair score is to tell nothing. */
function ofScore(
  { scores, labels }: ProxyInput,
  rows: Int32Array,
  codes: Uint16Array,
  groups: readonly string[],
): ScoreProxy[] {
  if (scores === undefined || labels === undefined) return [];
  const values = Float64Array.from(rows, (row) => scores[row] as number);
  const own = Uint8Array.from(rows, (row) => labels[row] as number);
  const ranked = ascending(values);
  return groups.map((group, code) => {
    const told = (among: ((row: number) => boolean) | null): Estimate =>
      estimated(separation(values, ranked, (row) => codes[row] === code, among));
    return {
      group,
      all: told(null),
      positives: told((row) => own[row] === 1),
      negatives: told((row) => own[row] === 0),
    };
  });
}
