import type { Explanation } from '../explanation/index.js';
import type { Drift, Stability } from '../measurement/index.js';
import type { Measured, MeasurementEvidence } from './evidence.js';

/** What all features together tell of the model; nothing of single rows, whose labels would be told with them. */
export interface TenantExplanation {
  shapley: {
    units: string;
    method: string;
    backgroundRows: number;
    explainedRows: number;
    features: { feature: string; meanAbsolute: Measured }[];
  };
  permutationImportance: { features: string[]; rocAucDrop: Measured | null }[];
  partialDependence: { feature: string; points: { at: number | string; mean: number }[] }[];
  agreement: { between: readonly [string, string]; kendallTau: number | null; rankBiasedOverlap: number }[];
  limits: readonly { code: string; text: string }[];
}

/** How far scores and features moved; performance by month and scores by label are the authority's. */
export interface TenantStability {
  score: Measured | null;
  scoreByMonth: { month: string; index: Measured }[];
  features: Record<string, Measured>;
}

const thousandth = (value: number): number => Math.round(value * 1000) / 1000 + 0;

const rounded = ({ value, low, high }: { value: number; low: number; high: number }): Measured => ({
  value: thousandth(value),
  low: thousandth(low),
  high: thousandth(high),
});

/**
 * Built up from an allow-list, as the rest of a tenant's view is. Contributions can be of the size of a rare event's
 * scores, so they are given as shares of the largest, to three decimals.
 */
export function tenantExplanation(
  explanation: MeasurementEvidence['explanation'],
): TenantExplanation | undefined {
  if (explanation === undefined || !('shapley' in explanation)) return undefined;
  const { shapley, permutationImportance, partialDependence, agreement, limits } =
    explanation satisfies Explanation;
  const largest = Math.max(0, ...shapley.features.map(({ meanAbsolute }) => meanAbsolute.value)) || 1;
  return {
    shapley: {
      units: 'SHARE_OF_LARGEST',
      method: shapley.method,
      backgroundRows: shapley.background.rows,
      explainedRows: shapley.explainedRows,
      features: shapley.features.map(({ feature, meanAbsolute: { value, low, high } }) => ({
        feature,
        meanAbsolute: rounded({ value: value / largest, low: low / largest, high: high / largest }),
      })),
    },
    permutationImportance: permutationImportance.features.map(({ features, drops }) => ({
      features,
      rocAucDrop: drops.rocAuc === null ? null : rounded(drops.rocAuc),
    })),
    partialDependence: partialDependence.map(({ feature, points }) => ({
      feature,
      points: points.map(({ at, mean }) => ({
        // The grid holds values of single rows, the least and the largest among them.
        at: typeof at === 'number' ? Number(at.toPrecision(2)) : at,
        mean: thousandth(mean.value),
      })),
    })),
    agreement: agreement.map(({ between, kendallTau, rankBiasedOverlap }) => ({
      between,
      kendallTau: kendallTau === null ? null : thousandth(kendallTau),
      rankBiasedOverlap: thousandth(rankBiasedOverlap),
    })),
    limits,
  };
}

export function tenantStability(stability: Stability | undefined): TenantStability | undefined {
  if (stability === undefined) return undefined;
  return {
    score: stability.score === null ? null : index(stability.score),
    scoreByMonth: stability.scoreByMonth.map((drift) => ({ month: drift.month, index: index(drift) })),
    features: Object.fromEntries(
      Object.entries(stability.features ?? {}).map(([name, drift]) => [name, index(drift)]),
    ),
  };
}

function index({ value, low, high, reason }: Drift): Measured {
  return value === null || low === null || high === null
    ? { value: null, low: null, high: null, reason: reason ?? 'the full report says why' }
    : rounded({ value, low, high });
}
