import {
  absent,
  type Coded,
  type Estimate,
  type Fairness,
  type FairnessGroup,
  type FairnessMeasure,
} from './document.js';
import { withBootstrap } from './estimates.js';
import { wilson, Z95 } from './intervals.js';

/** Rows of a group by prediction and label: place 0 true negatives, 1 missed positives, 2 false alarms, 3 hits. */
const CELLS = 4;

/** For every row 4·group + 2·predicted + label, or −1 where its group is missing. */
export function cellOfRow(
  scores: Float64Array,
  labels: Uint8Array,
  group: Coded,
  threshold: number,
): Int32Array<SharedArrayBuffer> {
  const cells = new Int32Array(new SharedArrayBuffer(4 * labels.length));
  for (let i = 0; i < labels.length; i++) {
    const code = group.codes[i] as number;
    cells[i] =
      code < 0 ? -1 : CELLS * code + ((scores[i] as number) >= threshold ? 2 : 0) + (labels[i] as number);
  }
  return cells;
}

/** Which groups count, by the rows that there are. */
export interface Judged {
  /** For selection rates: big enough. */
  selection: number[];
  /** For true-positive rates: big enough, with enough positives. */
  tpr: number[];
  /** For false-positive rates: big enough, with enough negatives. */
  fpr: number[];
}

interface Rate {
  rate: number;
  n: number;
}

const selectionOf = (counts: ArrayLike<number>, group: number): Rate => {
  const at = CELLS * group;
  const selected = (counts[at + 2] as number) + (counts[at + 3] as number);
  const n = (counts[at] as number) + (counts[at + 1] as number) + selected;
  return { rate: selected / n, n };
};
const tprOf = (counts: ArrayLike<number>, group: number): Rate => {
  const hits = counts[CELLS * group + 3] as number;
  const n = hits + (counts[CELLS * group + 1] as number);
  return { rate: hits / n, n };
};
const fprOf = (counts: ArrayLike<number>, group: number): Rate => {
  const alarms = counts[CELLS * group + 2] as number;
  const n = alarms + (counts[CELLS * group] as number);
  return { rate: alarms / n, n };
};

function extremes(rates: readonly Rate[]): { least: Rate; most: Rate } | null {
  const [first, ...rest] = rates;
  if (first === undefined || rest.length === 0) return null;
  let least = first;
  let most = first;
  for (const rate of rest) {
    if (rate.rate < least.rate) least = rate;
    if (rate.rate > most.rate) most = rate;
  }
  return { least, most };
}

/** The five measures of the judged groups, in the order of FAIRNESS_MEASURES; NaN where one does not exist. */
export function fairnessMeasures(
  counts: ArrayLike<number>,
  judged: Judged,
): [number, number, number, number, number] {
  const selection = extremes(judged.selection.map((group) => selectionOf(counts, group)).filter(exists));
  const tpr = extremes(judged.tpr.map((group) => tprOf(counts, group)).filter(exists));
  const fpr = extremes(judged.fpr.map((group) => fprOf(counts, group)).filter(exists));
  const gap = (pair: { least: Rate; most: Rate } | null): number =>
    pair === null ? NaN : pair.most.rate - pair.least.rate;
  return [
    gap(selection),
    selection === null || selection.most.rate === 0 ? NaN : selection.least.rate / selection.most.rate,
    gap(tpr),
    gap(fpr),
    Math.max(gap(tpr), gap(fpr)),
  ];
}

function exists({ n }: Rate): boolean {
  return n > 0;
}

export interface FairnessLimits {
  minimumGroupSize: number;
  minimumGroupPositives: number;
}

/** Which groups are judged, and the table of all of them. */
export function judgeGroups(
  counts: ArrayLike<number>,
  names: readonly string[],
  limits: FairnessLimits,
): { judged: Judged; groups: Record<string, FairnessGroup> } {
  const judged: Judged = { selection: [], tpr: [], fpr: [] };
  const groups: [string, FairnessGroup][] = [];
  names.forEach((name, group) => {
    const selection = selectionOf(counts, group);
    const tpr = tprOf(counts, group);
    const fpr = fprOf(counts, group);
    if (selection.n === 0) return;
    const reasons: string[] = [];
    const big = selection.n >= limits.minimumGroupSize;
    if (big) judged.selection.push(group);
    else reasons.push(`${selection.n} rows, fewer than ${limits.minimumGroupSize}`);
    if (big && tpr.n >= limits.minimumGroupPositives) judged.tpr.push(group);
    else if (big)
      reasons.push(
        `${tpr.n} positives, fewer than ${limits.minimumGroupPositives}: not in true-positive gaps`,
      );
    if (big && fpr.n >= limits.minimumGroupPositives) judged.fpr.push(group);
    else if (big)
      reasons.push(
        `${fpr.n} negatives, fewer than ${limits.minimumGroupPositives}: not in false-positive gaps`,
      );
    groups.push([
      name,
      {
        n: selection.n,
        positives: tpr.n,
        selectionRate: selection.rate,
        tpr: tpr.n > 0 ? tpr.rate : null,
        fpr: fpr.n > 0 ? fpr.rate : null,
        judged: big,
        ...(reasons.length > 0 ? { reason: reasons.join('; ') } : {}),
      },
    ]);
  });
  return { judged, groups: Object.fromEntries(groups) };
}

/** Newcombe's hybrid score interval of a difference of two rates (1998, method 10): holds at rates of 0 and 1. */
function difference({ least, most }: { least: Rate; most: Rate }): Estimate {
  const value = most.rate - least.rate;
  const a = wilson(most.rate, most.n);
  const b = wilson(least.rate, least.n);
  const low = value - Math.hypot(most.rate - a.low, b.high - least.rate);
  const high = value + Math.hypot(a.high - most.rate, least.rate - b.low);
  return {
    value,
    low: Math.max(0, low),
    high: Math.min(1, high),
    standardError: Math.hypot(a.standardError, b.standardError),
    method: 'newcombe',
  };
}

/** Interval of a ratio of two rates by the delta method on its logarithm (Katz et al. 1978). */
function ratio({ least, most }: { least: Rate; most: Rate }): Estimate {
  if (most.rate === 0) return absent('no row of a judged group is predicted positive');
  const value = least.rate / most.rate;
  if (least.rate === 0) {
    const high = Math.min(1, wilson(0, least.n).high / wilson(most.rate, most.n).low);
    return { value, low: 0, high, standardError: null, method: 'log-ratio' };
  }
  const spread = Math.sqrt(
    (1 - least.rate) / (least.rate * least.n) + (1 - most.rate) / (most.rate * most.n),
  );
  return {
    value,
    low: value * Math.exp(-Z95 * spread),
    high: Math.min(1, value * Math.exp(Z95 * spread)),
    standardError: value * spread,
    method: 'log-ratio',
  };
}

/**
 * The five measures as fairlearn defines them: the largest less the smallest rate over the groups (selection rate,
 * true-positive rate, false-positive rate), the smallest over the largest selection rate, and for equalised odds the
 * larger of the true- and the false-positive gap.
 *
 * @param replicates one array a measure, of bootstrap values; none: analytic intervals between the two extreme groups
 */
export function fairness(
  counts: ArrayLike<number>,
  missing: number,
  names: readonly string[],
  limits: FairnessLimits,
  replicates: readonly Float64Array[] | null,
): Fairness {
  const { judged, groups } = judgeGroups(counts, names, limits);
  const selection = extremes(judged.selection.map((group) => selectionOf(counts, group)));
  const tpr = extremes(judged.tpr.map((group) => tprOf(counts, group)));
  const fpr = extremes(judged.fpr.map((group) => fprOf(counts, group)));
  const few = (what: string): Estimate => absent(`fewer than 2 groups have ${what}`);
  const rows = `${limits.minimumGroupSize} rows`;
  const selectionNeed = few(rows);
  const tprNeed = few(`${rows} and ${limits.minimumGroupPositives} positives`);
  const fprNeed = few(`${rows} and ${limits.minimumGroupPositives} negatives`);
  const tprGap = tpr === null ? tprNeed : difference(tpr);
  const fprGap = fpr === null ? fprNeed : difference(fpr);
  const measures: Record<FairnessMeasure, Estimate> = {
    demographicParityDifference: selection === null ? selectionNeed : difference(selection),
    disparateImpactRatio: selection === null ? selectionNeed : ratio(selection),
    equalOpportunityDifference: tprGap,
    predictiveEqualityDifference: fprGap,
    equalizedOddsDifference: { ...larger(tprGap, fprGap) },
  };
  const all = Object.entries(measures) as [FairnessMeasure, Estimate][];
  all.forEach(([name, estimate], place) => {
    const sample = replicates?.[place];
    if (sample !== undefined) measures[name] = withBootstrap(estimate, { values: sample });
  });
  return { groups, missing, ...measures };
}

function larger(a: Estimate, b: Estimate): Estimate {
  if (a.value === null) return a;
  if (b.value === null) return b;
  return a.value >= b.value ? a : b;
}
