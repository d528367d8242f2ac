import { absent, type Costs, type Estimate } from './document.js';
import { inner, type Moments, type Weights } from './moments.js';
import { byCorners, byDelta, NEGATIVES, NO_AMOUNTS, ROWS } from './threshold-estimates.js';

const NO_COSTS = 'needs a cost ratio, or costs';

/** Cost of the errors, of alerting all rows, and of alerting none, as weights of the columns. */
export interface Policies {
  model: Weights;
  allAlert: Weights;
  noAlert: Weights;
}

export function policiesOf({ falseNegative, falsePositive }: Costs): Policies {
  const false1 = falsePositive;
  const [row, missed] = falseNegative === 'AMOUNT' ? [0, 1] : [falseNegative, 0];
  return {
    model: [0, row, false1, 0, missed, 0],
    allAlert: [false1, 0, false1, 0, 0, 0],
    noAlert: [0, row, 0, row, missed, missed],
  };
}

/**
 * Expected cost is what the errors cost, a row. Cost savings are the share saved of what the cheaper of alerting all
 * rows and alerting none would cost (Bahnsen et al. 2014): 1 at best, 0 where the model is worth nothing, below where
 * it does harm.
 */
export function costMetrics(
  moments: Moments,
  costs: Costs | null,
  amounts: boolean,
  [recall, money, falsePositiveRate]: readonly [Estimate, Estimate, Estimate],
): Record<'expectedCost' | 'costSavings', Estimate> {
  const known = policies(costs, amounts);
  if (typeof known === 'string' || costs === null) {
    const none = (): Estimate => absent(typeof known === 'string' ? known : NO_COSTS);
    return { expectedCost: none(), costSavings: none() };
  }
  const { model, allAlert, noAlert } = known;
  const { totals } = moments;
  const [all, none, cost, rows] = [allAlert, noAlert, model, ROWS].map((of) => inner(of, totals)) as [
    number,
    number,
    number,
    number,
  ];
  const [base, reference] = all < none ? [all, allAlert] : [none, noAlert];
  const nothing = absent('alerting nobody costs nothing: there is nothing to save');
  if (cost === 0) {
    // No error was seen; how many there may be follows from the limits of the rates.
    const { low } = costs.falseNegative === 'AMOUNT' ? money : recall;
    const { high } = falsePositiveRate;
    const most =
      low === null || high === null
        ? null
        : (1 - low) * none + high * inner(NEGATIVES, totals) * costs.falsePositive;
    return {
      expectedCost: {
        ...byCorners(0, most === null ? null : 0, most === null ? null : most / rows),
        unit: costs.unit,
      },
      costSavings:
        base === 0 ? nothing : byCorners(1, most === null ? null : 1 - most / base, most === null ? null : 1),
    };
  }
  const expectedCost = { ...perRow(model, moments, 0), unit: costs.unit };
  if (base === 0) return { expectedCost, costSavings: nothing };
  const ratio = cost / base;
  const gradient = model.map(
    (weight, i) => (ratio * reference[i as 0] - weight) / base,
  ) as unknown as Weights;
  return { expectedCost, costSavings: byDelta(1 - ratio, gradient, moments, 'plain', [-Infinity, 1]) };
}

function policies(costs: Costs | null, amounts: boolean): Policies | string {
  if (costs === null) return NO_COSTS;
  return costs.falseNegative === 'AMOUNT' && !amounts ? NO_AMOUNTS : policiesOf(costs);
}

/** What a row is cheaper by under the model than under alerting all rows, and none. */
export function savings(
  moments: Moments,
  costs: Costs | null,
  amounts: boolean,
): { againstAllAlert: Estimate; againstNoAlert: Estimate } {
  const known = policies(costs, amounts);
  if (typeof known === 'string') return { againstAllAlert: absent(known), againstNoAlert: absent(known) };
  const against = (policy: Weights): Estimate => ({
    ...perRow(policy.map((weight, i) => weight - known.model[i as 0]) as unknown as Weights, moments),
    unit: (costs as Costs).unit,
  });
  return { againstAllAlert: against(known.allAlert), againstNoAlert: against(known.noAlert) };
}

/** A weighted total, a row. */
function perRow(weights: Weights, moments: Moments, least = -Infinity): Estimate {
  const rows = inner(ROWS, moments.totals);
  const value = inner(weights, moments.totals) / rows;
  const gradient = weights.map((weight, i) => (weight - value * ROWS[i as 0]) / rows) as unknown as Weights;
  return byDelta(value, gradient, moments, 'plain', [least, Infinity]);
}
