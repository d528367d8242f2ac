import { type LeakAudit } from './leak-audit.js';

/** A limit that a version must keep, and what it reached. */
export interface Gate {
  readonly name: string;
  readonly limit: number;
  readonly reached: number;
  readonly passed: boolean;
  /** what is compared, and what was found */
  readonly sentence: string;
}

/** Limits are conventions of this generator; those of ROC AUC and average precision are its specification's. */
export const LIMITS = {
  singleFeature: 0.9,
  shallowTree: 0.5,
  baselineAtLeast: 0.8,
  baselineAtMost: 0.97,
  /** rows of a split from which on the baseline is taken at its word */
  rowsOfCertainty: 50_000,
  /** ROC AUC of an id, or of being missing, less three of its standard errors */
  id: 0.6,
  missing: 0.65,
  /** standard errors by which groups of the random attribute may differ */
  control: 4,
  /** positives that a month without any would have had at the split's rate */
  expectedInMonth: 20,
} as const;

const CAUTION = 3;

/** The gates that the findings answer; one that a split can't answer (no positive, one class only) is left out. */
export function gatesOf(audit: Omit<LeakAudit, 'gates'>): Gate[] {
  const gates: Gate[] = [];
  const below = (name: string, reached: number, limit: number, sentence: string) =>
    gates.push({ name, limit, reached, passed: reached < limit, sentence });
  const none = (name: string, found: readonly string[], sentence: string) =>
    gates.push({
      name,
      limit: 0,
      reached: found.length,
      passed: found.length === 0,
      sentence: found.length === 0 ? `${sentence}: none` : `${sentence}: ${found.join(', ')}`,
    });

  const best = audit.singleFeatureAuc[0];
  if (best !== undefined)
    below(
      'best single feature ROC AUC',
      best.auc,
      LIMITS.singleFeature,
      `${best.flipped ? 'Low' : 'High'} ${best.feature} alone ranks positives with ROC AUC ${figure(best.auc)}`,
    );
  const tree = audit.depth2Tree;
  if (tree !== null)
    below(
      'depth-2 tree average precision',
      tree.averagePrecision,
      LIMITS.shallowTree,
      `Two questions reach average precision ${figure(tree.averagePrecision)}: ${tree.rules.join('; ')}`,
    );
  const { baseline } = audit;
  if (baseline !== null) {
    const said = `${baseline.trees} boosted trees grown on ${baseline.grownOn} reach ROC AUC ${figure(baseline.auc)} ± ${figure(baseline.standardError)}`;
    // In a small split it may be the trees that are weak, and not what there is to find: there, doubt is allowed for.
    const doubt = audit.rows < LIMITS.rowsOfCertainty ? CAUTION * baseline.standardError : 0;
    gates.push({
      name: 'baseline ROC AUC, at least',
      limit: LIMITS.baselineAtLeast,
      reached: baseline.auc,
      passed: baseline.auc + doubt >= LIMITS.baselineAtLeast,
      sentence: `${said}; below ${LIMITS.baselineAtLeast}${doubt > 0 ? ` by more than ${CAUTION} standard errors` : ''} there would be too little to find`,
    });
    gates.push({
      name: 'baseline ROC AUC, at most',
      limit: LIMITS.baselineAtMost,
      reached: baseline.auc,
      passed: baseline.auc <= LIMITS.baselineAtMost,
      sentence: `${said}; above ${LIMITS.baselineAtMost} it would be too easy`,
    });
  }
  const ids = audit.ids.map(({ name, auc, standardError }) => ({
    name,
    auc,
    sure: auc - CAUTION * standardError,
  }));
  const worstId = ids.sort((left, right) => right.sure - left.sure)[0];
  if (worstId !== undefined)
    below(
      'ids say nothing',
      worstId.sure,
      LIMITS.id,
      `${worstId.name} read as a number has ROC AUC ${figure(worstId.auc)}; counted less ${CAUTION} standard errors`,
    );
  const missing = audit.missing.map((one) => ({ ...one, sure: one.auc - CAUTION * one.standardError }));
  const worstMissing = missing.sort((left, right) => right.sure - left.sure)[0];
  if (worstMissing !== undefined)
    below(
      'missing values say little',
      worstMissing.sure,
      LIMITS.missing,
      `That ${worstMissing.feature} is missing has ROC AUC ${figure(worstMissing.auc)}; counted less ${CAUTION} standard errors`,
    );
  none('no feature is the label', audit.labelDuplicates, 'Features equal to the label or its opposite');
  gates.push({
    name: 'values that are not finite',
    limit: 0,
    reached: audit.notFinite,
    passed: audit.notFinite === 0,
    sentence: `Infinite values, and missing ones where none are declared: ${audit.notFinite}`,
  });
  const rate = audit.positives / Math.max(1, audit.rows);
  none(
    'no month without a positive',
    audit.months
      .filter(({ rows, positives }) => positives === 0 && rows * rate >= LIMITS.expectedInMonth)
      .map(({ month }) => `month ${month}`),
    `Months without a positive where ${LIMITS.expectedInMonth} or more would be expected`,
  );
  none(
    'no feature turns over between eras',
    audit.eraFlips.map(
      ({ feature, first, second }) => `${feature} (ROC AUC ${figure(first)}, then ${figure(second)})`,
    ),
    'Features that point the other way in the second half',
  );
  for (const [what, disparity] of [
    ['label', audit.control?.labelRate],
    ['baseline score', audit.control?.baselineScore],
  ] as const) {
    if (disparity == null) continue;
    const { groups, difference, standardError } = disparity;
    const errors = difference === 0 ? 0 : Math.abs(difference) / standardError;
    below(
      `random attribute, ${what}`,
      errors,
      LIMITS.control,
      `Means of the ${what} by the random attribute are ${figure(groups[0].mean)} and ${figure(groups[1].mean)}, ${figure(errors)} standard errors apart`,
    );
  }
  return gates;
}

function figure(value: number): string {
  return String(Number(value.toPrecision(4)));
}
