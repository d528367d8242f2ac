import { absent, type Estimate, type FairnessGroup, type GroupEstimate } from './document.js';
import { GROUP_RATES, rateIn, sumOf, type GroupTally } from './fairness-groups.js';
import { valueOf, type Kind } from './fairness-values.js';
import { Z95 } from './intervals.js';

const UNBOUNDED = 'a score lies outside 0 and 1, so it is no probability';

/** One group of the table, judged or not, each value with the 95% interval of this group alone. */
export function describeGroup(
  tally: GroupTally,
  group: number,
  state: Pick<FairnessGroup, 'judged' | 'reason'>,
): FairnessGroup {
  const { counts } = tally;
  const rate = (name: 'tpr' | 'fpr'): number | null => {
    const value = rateIn(counts, group, name);
    return Number.isNaN(value) ? null : value;
  };
  return {
    n: sumOf(counts, group, GROUP_RATES.selectionRate.among),
    positives: sumOf(counts, group, GROUP_RATES.tpr.among),
    selectionRate: rateIn(counts, group, 'selectionRate'),
    tpr: rate('tpr'),
    fpr: rate('fpr'),
    ...state,
    estimates: estimatesOf(tally, group),
  };
}

function estimatesOf(tally: GroupTally, group: number): Record<GroupEstimate, Estimate> {
  const one = (
    kind: Kind & GroupEstimate,
    method: NonNullable<Estimate['method']>,
    missing: string,
  ): Estimate => {
    const found = valueOf(kind, tally, group);
    if (found === null) return absent(missing);
    if (!Number.isFinite(found.standardError)) {
      const why = 'its rows are too few, or too much alike, for an interval';
      return { ...absent(why), value: found.value };
    }
    const { low, high } = found.bounds(Z95);
    return { value: found.value, low, high, standardError: found.standardError, method };
  };
  const none = (name: keyof typeof GROUP_RATES): string => `the group has no ${GROUP_RATES[name].rows}`;
  return {
    selectionRate: one('selectionRate', 'wilson', none('selectionRate')),
    baseRate: one('baseRate', 'wilson', none('baseRate')),
    tpr: one('tpr', 'wilson', none('tpr')),
    fpr: one('fpr', 'wilson', none('fpr')),
    ppv: one('ppv', 'wilson', none('ppv')),
    npv: one('npv', 'wilson', none('npv')),
    missesPerFalseAlarm: one('missesPerFalseAlarm', 'wilson', 'the group has no false alarm'),
    rocAuc: one('rocAuc', 'delong', 'the group lacks a class'),
    calibration: one('calibration', 'wald', UNBOUNDED),
    expectedCalibrationError: calibrationError(tally, group),
  };
}

/** Expected calibration error of the group's rows over the bins of the whole sample, so that groups compare. */
function calibrationError({ bins, counts }: GroupTally, group: number): Estimate {
  if (bins === null) return absent(UNBOUNDED);
  const n = sumOf(counts, group, [0, 1, 2, 3]);
  let sum = 0;
  const kept: NonNullable<Estimate['bins']> = [];
  for (let bin = 0; bin < bins.count; bin++) {
    const at = bins.count * group + bin;
    const [rows, positives, scores] = [bins.rows[at], bins.positives[at], bins.scores[at]] as [
      number,
      number,
      number,
    ];
    if (rows === 0) continue;
    sum += Math.abs(positives - scores);
    kept.push({ rows, positives, meanScore: scores / rows });
  }
  const reason = 'no interval: the error is not smooth where a bin is well calibrated';
  return { ...absent(reason), value: sum / n, bins: kept };
}
