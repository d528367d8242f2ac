import type { Criterion } from './plan.js';
import { normalCdf } from '../measurement/distributions.js';

/** What judging many criteria at once does to each, as information: no verdict depends on it. */
export interface Multiplicity {
  method: 'Holm';
  /** Criteria that a P value exists for. */
  criteria: number;
  /** In the plan's order. */
  adjusted: {
    id: string;
    /** One-sided, of "the requirement is not met": small where the data speak for its being met. Null: no interval. */
    p: number | null;
    adjusted: number | null;
    /** Whether a PASS would stand at 2.5%, one-sided, with the error of the whole family held: Holm's step-down. */
    stands: boolean | null;
  }[];
  note: string;
}

interface JudgedCriterion extends Pick<Criterion, 'id' | 'comparator' | 'threshold'> {
  value: number | null;
  low: number | null;
  high: number | null;
}

/** What a 95% interval leaves out on one side. */
const LEVEL = 0.025;
const Z95 = 1.959963984540054;

/**
 * Holm's step-down adjustment (Holm 1979) of the criteria of one plan. It needs no independence.
 *
 * Each P value is read off the criterion's own interval: the distance of the value from the threshold, in units of the
 * interval's half towards the threshold over 1.96, on the normal scale. P at or below 2.5% is the same as a PASS, but
 * where an interval has no width.
 */
export function multiplicity(criteria: readonly JudgedCriterion[]): Multiplicity {
  const raw = criteria.map(pValue);
  const order = raw
    .map((p, place) => ({ p, place }))
    .filter((entry): entry is { p: number; place: number } => entry.p !== null)
    .sort((a, b) => a.p - b.p || a.place - b.place);
  const adjusted = new Map<number, number>();
  let running = 0;
  order.forEach(({ p, place }, rank) => {
    running = Math.max(running, Math.min(1, p * (order.length - rank)));
    adjusted.set(place, running);
  });
  return {
    method: 'Holm',
    criteria: order.length,
    adjusted: criteria.map(({ id }, place) => {
      const held = adjusted.get(place);
      return {
        id,
        p: raw[place] ?? null,
        adjusted: held ?? null,
        stands: held === undefined ? null : held <= LEVEL,
      };
    }),
    note: `Each criterion is judged by its own 95% interval. Of ${order.length} judged at once, some may pass by luck: the adjusted P values hold the chance of any such PASS at 2.5% for all of them together.`,
  };
}

function pValue({ comparator, threshold, value, low, high }: JudgedCriterion): number | null {
  if (value === null || low === null || high === null) return null;
  const atLeast = comparator === '>=';
  const distance = atLeast ? value - threshold : threshold - value;
  // The half of the interval that lies between the value and the threshold.
  const half = distance >= 0 === atLeast ? value - low : high - value;
  if (half <= 0) return distance >= 0 ? 0 : 1;
  return normalCdf((-distance * Z95) / half);
}
