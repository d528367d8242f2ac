import type { Sample } from './bootstrap.js';
import type { Estimate, FairnessMeasure } from './document.js';
import { entropyOf } from './fairness-entropy.js';
import { rateIn, type GroupRateName } from './fairness-groups.js';
import type { Judged } from './fairness-judged.js';
import { gap, leastRatio, type Pair } from './fairness-pairs.js';
import type { Comparison } from './fairness.js';
import { percentile, quantile } from './intervals.js';

/** What is replicated: a value of a group in the counts of one replicate. NaN or infinite where it does not exist. */
type Drawn = (counts: Float64Array, group: number) => number;

const odds: Drawn = (counts, group) => (counts[4 * group + 1] as number) / (counts[4 * group + 2] as number);
const rate =
  (name: GroupRateName): Drawn =>
  (counts, group) =>
    rateIn(counts, group, name);

/** Share of replicates that must hold a value of every judged group. */
const LEAST_SHARE = 0.95;
const LEAST_REPLICATES = 20;

/**
 * The measures with intervals from bootstrap replicates of the groups' counts: simultaneous sup-t bands over all pairs
 * (Montiel Olea and Plagborg-Møller 2019): each pair's difference ± c standard deviations of its replicates, c the 95th
 * percentile of the largest |replicate − value| / deviation over the pairs. Gaps follow from the pairs as without a
 * bootstrap; percentiles of a gap itself would lie above 0 wherever groups are alike. The analytic interval is kept
 * beside.
 */
export function bootstrapComparison(analytic: Comparison, judged: Judged, sample: Sample): Comparison {
  const measures = { ...analytic.measures };
  const compared = { ...analytic.compared };
  const put = (name: FairnessMeasure, estimate: Estimate | null): void => {
    measures[name] = beside(measures[name], estimate);
  };
  const direct = [
    ['demographicParityDifference', 'selectionRate', rate('selectionRate'), 1],
    ['equalOpportunityDifference', 'tpr', rate('tpr'), 1],
    ['predictiveEqualityDifference', 'fpr', rate('fpr'), 1],
    ['predictiveParityDifference', 'ppv', rate('ppv'), 1],
    ['treatmentEqualityDifference', 'missesPerFalseAlarm', odds, Infinity],
  ] as const;
  for (const [measure, kind, drawn, most] of direct) {
    const pairs = analytic.compared[kind];
    if (pairs === undefined) continue;
    const banded = band([{ pairs, groups: judged[kind], drawn }], sample);
    if (banded !== null) compared[kind] = banded;
    put(measure, banded === null ? null : gap(banded, most, 'bootstrap'));
  }
  const { tpr, fpr, selectionRateRatio: ratios } = analytic.compared;
  if (tpr !== undefined && fpr !== undefined) {
    const both = [
      { pairs: tpr, groups: judged.tpr, drawn: rate('tpr') },
      { pairs: fpr, groups: judged.fpr, drawn: rate('fpr') },
    ];
    const banded = band(both, sample);
    put('equalizedOddsDifference', banded === null ? null : gap(banded, 1, 'bootstrap'));
  }
  if (ratios !== undefined) {
    const logs = ratios.map((pair) => ({ ...pair, value: Math.log(pair.value) }));
    const log: Drawn = (counts, group) => Math.log(rateIn(counts, group, 'selectionRate'));
    const banded = band([{ pairs: logs, groups: judged.selectionRate, drawn: log }], sample);
    const back = banded?.map(({ value, low, high, standardError, ...pair }) => ({
      ...pair,
      value: Math.exp(value),
      low: Math.exp(low),
      high: Math.exp(high),
      standardError: standardError * Math.exp(value),
    }));
    if (back !== undefined) compared.selectionRateRatio = back;
    put('disparateImpactRatio', back === undefined ? null : { ...leastRatio(back), method: 'bootstrap' });
  }
  const groups = sample.width / 4;
  const entropy = percentile(each(sample, (counts) => entropyOf(counts, groups)?.value ?? NaN));
  const { generalizedEntropyIndex: index } = measures;
  if (index.value !== null && entropy !== null) {
    const { low, high, standardError } = entropy;
    put('generalizedEntropyIndex', { ...index, low, high, standardError, method: 'bootstrap' });
  }
  return { measures, compared };
}

interface BandFamily {
  pairs: readonly Pair[];
  groups: readonly number[];
  drawn: Drawn;
}

/** All families' pairs with one band; null where too few replicates hold all their values, or a value never varies. */
function band(families: readonly BandFamily[], sample: Sample): Pair[] | null {
  const replicates = sample.replicates.length / sample.width;
  const pairs = families.flatMap((family) => family.pairs);
  const differences = pairs.map(() => new Float64Array(replicates));
  let used = 0;
  const values = new Map<number, number>();
  // A rate of 0 or 1 stays so in every replicate: what it could be is not in the sample.
  const fixed = families.map(({ groups }) => new Map(groups.map((group) => [group, NaN])));
  for (let i = 0; i < replicates; i++) {
    const counts = sample.replicates.subarray(i * sample.width, (i + 1) * sample.width);
    let place = 0;
    let whole = true;
    families.forEach(({ pairs: own, groups, drawn }, family) => {
      for (const group of groups) {
        const value = drawn(counts, group);
        const first = fixed[family]?.get(group);
        if (first !== undefined && Number.isNaN(first)) fixed[family]?.set(group, value);
        else if (first !== value) fixed[family]?.delete(group);
        values.set(group, value);
      }
      for (const { a, b } of own) {
        const difference = (values.get(a) ?? NaN) - (values.get(b) ?? NaN);
        whole &&= Number.isFinite(difference);
        (differences[place++] as Float64Array)[used] = difference;
      }
    });
    if (whole) used++;
  }
  if (used < LEAST_REPLICATES || used < LEAST_SHARE * replicates) return null;
  if (fixed.some(({ size }) => size > 0)) return null;
  const deviations = differences.map((drawn) => deviation(drawn.subarray(0, used)));
  if (!deviations.every((each) => each > 0)) return null;
  const largest = new Float64Array(used);
  differences.forEach((drawn, place) => {
    const { value } = pairs[place] as Pair;
    for (let i = 0; i < used; i++) {
      const t = Math.abs((drawn[i] as number) - value) / (deviations[place] as number);
      if (t > (largest[i] as number)) largest[i] = t;
    }
  });
  const critical = quantile(largest.sort(), 0.95);
  return pairs.map((pair, place) => {
    const standardError = deviations[place] as number;
    const half = critical * standardError;
    return { ...pair, low: pair.value - half, high: pair.value + half, standardError };
  });
}

function deviation(values: Float64Array): number {
  let mean = 0;
  for (const value of values) mean += value / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return Math.sqrt(squares / (values.length - 1));
}

function each({ replicates, width }: Sample, of: (counts: Float64Array) => number): Float64Array {
  return Float64Array.from({ length: replicates.length / width }, (_, i) =>
    of(replicates.subarray(i * width, (i + 1) * width)),
  );
}

/** The bootstrap's estimate with the analytic interval beside it, or the analytic one and why there is no other. */
function beside(analytic: Estimate, drawn: Estimate | null): Estimate {
  if (analytic.value === null) return analytic;
  if (drawn === null) {
    const reason = 'too few bootstrap replicates hold what it needs: the interval is analytic';
    return { ...analytic, reason };
  }
  const { low, high, standardError, method } = analytic;
  const kept =
    low === null || high === null || standardError === null || method === undefined
      ? {}
      : { analytic: { low, high, standardError, method } };
  return { ...drawn, ...kept };
}
