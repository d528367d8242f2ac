import {
  absent,
  type ComparedValue,
  type Estimate,
  type Fairness,
  type FairnessMeasure,
  type GroupPairs,
  type IntervalMethod,
} from './document.js';
import type { Sample } from './bootstrap.js';
import type { CriticalValues } from './critical-values.js';
import { bootstrapComparison } from './fairness-bootstrap.js';
import { entropyEstimate } from './fairness-entropy.js';
import { GROUP_RATES, type Family, type GroupTally } from './fairness-groups.js';
import { judge, type FairnessLimits, type Judged } from './fairness-judged.js';
import { differences, gap, leastRatio, ratios, type Pair } from './fairness-pairs.js';
import { describeGroup } from './fairness-table.js';
import { familyOf, type Kind } from './fairness-values.js';

/** Each of two families of intervals at this level holds with the other in 95% (Šidák 1967). */
export const JOINT = Math.sqrt(0.95);

/** Judged groups up to which all pairs are listed. */
const MOST_LISTED = 8;

const UNBOUNDED = 'a score lies outside 0 and 1, so it is no probability';

/**
 * Fairness between the groups of a column.
 *
 * As fairlearn defines them: the largest less the smallest rate over the groups (selection rate, true-positive rate,
 * false-positive rate), the smallest over the largest selection rate, and for equalised odds the larger of the true- and
 * the false-positive gap. Between two groups they are the magnitudes of Veritas' parities, whose sign (privileged less
 * unprivileged) `pairs` keeps. Predictive parity (Veritas' `ppv_parity`) and AUC (its `auc_parity`) follow the same
 * rule; treatment equality is the gap in missed positives over false alarms (Berk et al. 2021), calibration that in mean
 * score less share of positives, generalised entropy that of Speicher et al. (2018).
 *
 * Intervals are those of all pairs of judged groups at once, at a critical value of the studentised range; a gap's is
 * derived from its pairs'. Between two groups that is the ordinary 95% interval.
 *
 * @param sample the groups' counts in each bootstrap replicate; null: analytic intervals
 */
export function fairness(
  tally: GroupTally,
  limits: FairnessLimits,
  criticals: CriticalValues,
  sample: Sample | null,
): Fairness {
  const { names, missing } = tally;
  const { judged, standing } = judge(tally.counts, names.length, limits);
  const analytic = compareGroups(tally, judged, limits, criticals);
  const { measures, compared } = sample === null ? analytic : bootstrapComparison(analytic, judged, sample);
  return {
    groups: Object.fromEntries(
      [...standing].map(([group, state]) => [names[group] as string, describeGroup(tally, group, state)]),
    ),
    missing,
    ...measures,
    pairs: Object.fromEntries(
      Object.entries(compared).map(([name, pairs]) => [name, listPairs(pairs, names, criticals)]),
    ),
  };
}

export interface Comparison {
  measures: Record<FairnessMeasure, Estimate>;
  compared: Partial<Record<ComparedValue, readonly Pair[]>>;
}

/** The measures, and the pairs of groups that they come from. */
export function compareGroups(
  tally: GroupTally,
  judged: Judged,
  limits: FairnessLimits,
  criticals: CriticalValues,
): Comparison {
  const compared: Comparison['compared'] = {};
  const { minimumGroupSize, minimumGroupPositives } = limits;
  const few = (also: string): Estimate => absent(`fewer than 2 groups have ${minimumGroupSize} rows${also}`);
  const fewOf = (rows: string): Estimate => few(` and ${minimumGroupPositives} ${rows}`);
  const family = (kind: Kind): Family => familyOf(kind, tally, judged[kind]);
  const pairsOf = ({ values, covariance }: Family, confidence?: number): Pair[] =>
    values.length < 2 ? [] : differences(values, criticals.of(values.length, confidence), covariance);
  const measure = (kind: Kind & ComparedValue, most: number, otherwise: Estimate): Estimate => {
    const pairs = pairsOf(family(kind));
    if (pairs.length === 0) return otherwise;
    compared[kind] = pairs;
    return gap(pairs, most, METHODS[kind]);
  };

  const tpr = measure('tpr', 1, fewOf('positives'));
  const fpr = measure('fpr', 1, fewOf('negatives'));
  const joint = (kind: Kind): Pair[] => pairsOf(family(kind), JOINT);
  const [unknown] = [tpr, fpr].filter(({ value }) => value === null);
  const endless = judged.missesPerFalseAlarm.find((group) => tally.counts[4 * group + 2] === 0);
  const measures: Record<FairnessMeasure, Estimate> = {
    demographicParityDifference: measure('selectionRate', 1, few('')),
    disparateImpactRatio: few(''),
    equalOpportunityDifference: tpr,
    predictiveEqualityDifference: fpr,
    equalizedOddsDifference: unknown ?? gap([...joint('tpr'), ...joint('fpr')], 1, METHODS.tpr),
    predictiveParityDifference: measure('ppv', 1, fewOf(GROUP_RATES.ppv.rows)),
    treatmentEqualityDifference:
      endless === undefined
        ? measure('missesPerFalseAlarm', Infinity, fewOf('errors'))
        : absent(`the group ${tally.names[endless] as string} has no false alarm: its ratio does not exist`),
    aucDifference: measure('rocAuc', 1, fewOf('positives and negatives')),
    calibrationDifference: measure('calibration', 2, tally.misses === null ? absent(UNBOUNDED) : few('')),
    generalizedEntropyIndex: entropyEstimate(
      tally.counts,
      tally.names.length,
      tally.clusters,
      pairsOf(family('benefit')),
    ),
  };
  const selection = family('selectionRate');
  if (selection.values.length > 1) {
    if (selection.values.every(({ value }) => value === 0)) {
      measures.disparateImpactRatio = absent('no row of a judged group is predicted positive');
    } else {
      const critical = criticals.of(selection.values.length);
      compared.selectionRateRatio = ratios(selection.values, critical, selection.covariance);
      measures.disparateImpactRatio = leastRatio(compared.selectionRateRatio);
    }
  }
  return { measures, compared };
}

const METHODS: Readonly<Record<Kind & ComparedValue, IntervalMethod>> = {
  selectionRate: 'newcombe',
  tpr: 'newcombe',
  fpr: 'newcombe',
  ppv: 'newcombe',
  missesPerFalseAlarm: 'newcombe',
  rocAuc: 'delong',
  calibration: 'wald',
};

/** Of many groups only the pairs with the lowest or the highest: those that the gap is between. */
function listPairs(pairs: readonly Pair[], names: readonly string[], criticals: CriticalValues): GroupPairs {
  const groups = new Set(pairs.flatMap(({ a, b }) => [a, b]));
  const all = groups.size <= MOST_LISTED;
  const widest = pairs.reduce((most, pair) => (Math.abs(pair.value) > Math.abs(most.value) ? pair : most));
  const ends = new Set([widest.a, widest.b]);
  const shown = (value: number): number | null => (Number.isFinite(value) ? value : null);
  return {
    judged: groups.size,
    criticalValue: criticals.of(groups.size),
    listed: all ? 'all' : 'extremes',
    pairs: pairs
      .filter(({ a, b }) => all || ends.has(a) || ends.has(b))
      .map(({ a, b, value, low, high }) => ({
        groups: [names[a] as string, names[b] as string],
        value: shown(value),
        low: shown(low),
        high: shown(high),
      })),
  };
}
