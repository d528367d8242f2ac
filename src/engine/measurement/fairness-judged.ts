import type { FairnessGroup } from './document.js';
import { GROUP_RATES, sumOf, type GroupRateName } from './fairness-groups.js';
import type { Kind } from './fairness-values.js';

export interface FairnessLimits {
  minimumGroupSize: number;
  minimumGroupPositives: number;
}

/** For each kind of value the groups that count, by the rows that there are. */
export type Judged = Readonly<Record<Kind, readonly number[]>>;

/** What the groups left out of a kind of value are told. */
const LEFT_OUT: readonly (readonly [GroupRateName, string])[] = [
  ['tpr', 'true-positive gaps'],
  ['fpr', 'false-positive gaps'],
  ['ppv', 'predictive-parity gaps'],
  ['missedShare', 'treatment equality'],
];

/**
 * Which groups are judged: those of `minimumGroupSize` rows, and for a rate among some of the rows (positives,
 * negatives, rows predicted positive …) those that hold `minimumGroupPositives` of them.
 */
export function judge(
  counts: ArrayLike<number>,
  groups: number,
  limits: FairnessLimits,
): { judged: Judged; standing: ReadonlyMap<number, Pick<FairnessGroup, 'judged' | 'reason'>> } {
  const { minimumGroupSize, minimumGroupPositives } = limits;
  const judged: Record<Kind, number[]> = {
    selectionRate: [],
    baseRate: [],
    tpr: [],
    fpr: [],
    ppv: [],
    npv: [],
    missedShare: [],
    missesPerFalseAlarm: [],
    rocAuc: [],
    calibration: [],
    benefit: [],
  };
  const standing = new Map<number, Pick<FairnessGroup, 'judged' | 'reason'>>();
  for (let group = 0; group < groups; group++) {
    const n = sumOf(counts, group, GROUP_RATES.selectionRate.among);
    if (n === 0) continue;
    if (n < minimumGroupSize) {
      standing.set(group, { judged: false, reason: `${n} rows, fewer than ${minimumGroupSize}` });
      continue;
    }
    const among = (name: GroupRateName): number => sumOf(counts, group, GROUP_RATES[name].among);
    for (const name of Object.keys(GROUP_RATES) as GroupRateName[]) {
      const whole = GROUP_RATES[name].rows === 'rows';
      if (whole || among(name) >= minimumGroupPositives) judged[name].push(group);
    }
    judged.calibration.push(group);
    judged.benefit.push(group);
    if (among('missedShare') >= minimumGroupPositives) judged.missesPerFalseAlarm.push(group);
    if (Math.min(among('tpr'), among('fpr')) >= minimumGroupPositives) judged.rocAuc.push(group);
    const reasons = LEFT_OUT.filter(([name]) => among(name) < minimumGroupPositives).map(
      ([name, gaps]) =>
        `${among(name)} ${GROUP_RATES[name].rows}, fewer than ${minimumGroupPositives}: not in ${gaps}`,
    );
    standing.set(group, { judged: true, ...(reasons.length > 0 ? { reason: reasons.join('; ') } : {}) });
  }
  return { judged, standing };
}
