import { InputError } from '../input-error.js';
import type { Estimate, FairnessMeasure, MeasurementDocument, MetricName } from '../measurement/document.js';
import { isFairness, type Criterion, type Plan } from './plan.js';
import type { Translated } from './language.js';
import { type Grounds, verdictSentences } from './verdict-sentence.js';
import { METRIC_WORDS } from './words/metrics.js';

export const VERDICTS = ['PASS', 'FAIL', 'INCONCLUSIVE', 'ERROR'] as const;
export type Verdict = (typeof VERDICTS)[number];

export interface CriterionVerdict extends Criterion {
  verdict: Verdict;
  value: number | null;
  low: number | null;
  high: number | null;
  /** In plain words, made from the numbers: the English of `sentences`. */
  sentence: string;
  sentences: Translated;
}

/** The names of metrics in running text. */
export const METRIC_TITLES = Object.fromEntries(
  Object.entries(METRIC_WORDS).map(([name, { title }]) => [name, title.en]),
) as Record<MetricName | FairnessMeasure, string>;

/**
 * Judges each criterion by the whole 95% interval, never by the point.
 *
 * PASS when all of the interval satisfies it, FAIL when none of it does, INCONCLUSIVE when the interval straddles the
 * threshold, has no bounds, or the group is too small to be judged; ERROR when the metric does not exist.
 *
 * @throws InputError `PLAN_MISMATCH` when the document was measured at another threshold or group size
 */
export function assess(plan: Plan, document: MeasurementDocument): CriterionVerdict[] {
  const { threshold, minimumGroupSize } = document.options;
  if (threshold !== plan.threshold) {
    throw new InputError(
      'PLAN_MISMATCH',
      `measured at threshold ${threshold}, the plan says ${plan.threshold}`,
    );
  }
  if (minimumGroupSize !== plan.minimumGroupSize) {
    throw new InputError(
      'PLAN_MISMATCH',
      `measured with a minimum group size of ${minimumGroupSize}, the plan says ${plan.minimumGroupSize}`,
    );
  }
  return plan.criteria.map((criterion) => judge(criterion, document));
}

function judge(criterion: Criterion, document: MeasurementDocument): CriterionVerdict {
  const found = findEstimate(criterion, document);
  const grounds = groundsOf(criterion, found);
  const leftOut = 'leftOut' in found && grounds.kind === 'INTERVAL' ? { leftOut: found.leftOut } : {};
  const sentences = verdictSentences({ ...criterion, ...leftOut }, grounds);
  const estimate = 'estimate' in found && grounds.kind !== 'ABSENT' ? found.estimate : undefined;
  return {
    ...criterion,
    verdict: verdictOf(grounds),
    value: estimate?.value ?? null,
    low: estimate?.low ?? null,
    high: estimate?.high ?? null,
    sentence: sentences.en,
    sentences,
  };
}

function verdictOf(grounds: Grounds): Verdict {
  if (grounds.kind === 'INTERVAL') return grounds.verdict;
  return grounds.kind === 'ABSENT' || grounds.kind === 'UNMEASURED' ? 'ERROR' : 'INCONCLUSIVE';
}

function groundsOf({ comparator, threshold }: Criterion, found: Found): Grounds {
  if (!('estimate' in found)) return { kind: 'UNMEASURED', reason: found.unmeasured };
  const { estimate, small } = found;
  const { value, low, high } = estimate;
  const reason: Said = (phrases) => estimate.reason ?? phrases.reasons.none;
  if (small !== undefined) return { kind: 'TOO_SMALL', value, reason: small };
  if (value === null) return { kind: 'ABSENT', reason };
  if (low === null || high === null) return { kind: 'NO_INTERVAL', value, reason };
  return { kind: 'INTERVAL', verdict: byInterval(low, high, comparator, threshold), value, low, high };
}

/** PASS where all of the interval satisfies the criterion, FAIL where none of it does. */
export function byInterval(
  low: number,
  high: number,
  comparator: Criterion['comparator'],
  threshold: number,
): 'PASS' | 'FAIL' | 'INCONCLUSIVE' {
  const atLeast = comparator === '>=';
  if (atLeast ? low >= threshold : high <= threshold) return 'PASS';
  if (atLeast ? high < threshold : low > threshold) return 'FAIL';
  return 'INCONCLUSIVE';
}

type Said = Extract<Grounds, { reason: unknown }>['reason'];

type Found =
  | { unmeasured: Said }
  | {
      estimate: Estimate;
      /** Set where the rows are too few to judge by. */
      small?: Said;
      /** Groups that a comparison leaves out. */
      leftOut?: { name: string; rows: number }[];
    };

/** The estimate that a criterion is about, or why there is none. */
export function findEstimate(criterion: Criterion, document: MeasurementDocument): Found {
  const { metric, slice } = criterion;
  if (isFairness(metric)) return findBetween(metric, criterion, document);
  if (slice === undefined) return { estimate: document.metrics[metric] };
  const least = document.options.minimumGroupSize;
  const groups = document.slices[slice.column];
  const measured =
    groups !== undefined && Object.hasOwn(groups, slice.group) ? groups[slice.group] : undefined;
  if (measured === undefined) return { unmeasured: ({ reasons }) => reasons.groupNotMeasured };
  const none: Estimate = {
    value: null,
    low: null,
    high: null,
    standardError: null,
    ...(measured.reason === undefined ? {} : { reason: measured.reason }),
  };
  return {
    estimate: measured.metrics?.[metric] ?? none,
    ...(measured.rows < least ? { small: ({ reasons }) => reasons.smallGroup(measured.rows, least) } : {}),
  };
}

function findBetween(metric: FairnessMeasure, { fairness }: Criterion, document: MeasurementDocument): Found {
  const column = fairness?.column ?? '';
  const measured = Object.hasOwn(document.fairness, column) ? document.fairness[column] : undefined;
  if (measured === undefined) return { unmeasured: ({ reasons }) => reasons.columnNotMeasured(column) };
  const groups = Object.entries(measured.groups);
  const leftOut = groups
    .filter(([, group]) => !group.judged)
    .map(([name, group]) => ({ name, rows: group.n }));
  const estimate = measured[metric];
  const few = groups.length - leftOut.length < 2 || (estimate.reason ?? '').startsWith('fewer than 2 groups');
  const least = document.options.minimumGroupSize;
  return {
    estimate,
    ...(estimate.value === null && few
      ? { small: (phrases) => estimate.reason ?? phrases.reasons.fewGroups(least) }
      : {}),
    ...(leftOut.length > 0 ? { leftOut } : {}),
  };
}
