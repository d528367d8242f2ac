import type { ExplanationLimit } from './limits.js';

/** A value with its 95% interval. */
export interface Bounded {
  value: number;
  low: number;
  high: number;
  standardError: number;
}

export const IMPORTANCE_METRICS = ['rocAuc', 'averagePrecision', 'logLoss'] as const;

export type ImportanceMetric = (typeof IMPORTANCE_METRICS)[number];

/** How much worse each metric is when the values of some features are shuffled; above 0 means that they matter. */
export interface Importance {
  /** One name, or those of features so alike that they are shuffled together. */
  features: string[];
  /** Falls of ROC AUC and of average precision, rise of the log loss; log loss is null unless scores are probabilities. */
  drops: Record<ImportanceMetric, (Bounded & { spreadOfRepeats: number }) | null>;
}

export interface PermutationImportance {
  rows: number;
  positives: number;
  repeats: number;
  /** Rows are shuffled among all rows, or only among rows of the same block. */
  within: 'ALL' | 'BLOCK';
  replicates: number;
  resampled: 'entities' | 'rows';
  base: Record<ImportanceMetric, number | null>;
  features: Importance[];
  /** Features whose ranks are correlated beyond `threshold`: shuffling one leaves the other to tell the model the same. */
  correlated: {
    threshold: number;
    clusters: { features: string[]; strongest: number }[];
    together: Importance[];
  };
}

/** The mean score when a feature is set to a value in every row, the others being as they are (Friedman 2001). */
export interface PartialDependence {
  feature: string;
  rows: number;
  points: {
    at: number | string;
    mean: Bounded;
    /** Of the single rows' curves, each less its own mean (Goldstein et al. 2015). */
    centred: { p10: number; p50: number; p90: number };
  }[];
  /** The largest less the smallest mean. */
  range: number;
}

/** Accumulated local effects of first order (Apley and Zhu 2020), centred to mean 0 over the rows. */
export interface AccumulatedEffects {
  feature: string;
  rows: number;
  points: { at: number; effect: number; low: number; high: number }[];
  range: number;
  reason?: string;
}

export interface Contribution {
  feature: string;
  value: number | string | null;
  contribution: number;
  standardError: number;
}

/** One row's score as a sum: what is expected of the background, and what each of its values adds. */
export interface LocalExplanation {
  /** From 1, in the order of the data. */
  row: number;
  kind: 'MISSED_POSITIVE' | 'FALSE_ALARM' | 'SAMPLED';
  label: number;
  score: number;
  expected: number;
  /** Largest first; the rest summed up. */
  contributions: Contribution[];
  rest: { features: number; contribution: number };
}

export interface ShapleySummary {
  units: 'SCORE' | 'LOG_ODDS';
  method: 'EXACT' | 'ANTITHETIC_PERMUTATIONS';
  /** The rows that stand for a feature that is not known: which, drawn from `seed`, is fixed by the digest of their values. */
  background: { rows: number; sha256: string; expected: number };
  explainedRows: number;
  pairsPerBackgroundRow: number | null;
  /** The largest and the median standard error of a contribution, from the spread over permutations. */
  standardError: { largest: number; median: number };
  features: { feature: string; meanAbsolute: Bounded; mean: number }[];
  /** The largest |Σ contributions − (f(x) − E f(background))|: rounding alone. */
  additivityError: number;
}

/** How alike two methods order the features. */
export interface Agreement {
  between: [string, string];
  /** τ-b over all features. */
  kendallTau: number | null;
  /** Weighs the first places most: p = 0.9 (Webber, Moffat and Zobel 2010), extrapolated. */
  rankBiasedOverlap: number;
  features: number;
}

export interface Explanation {
  definition: {
    seed: number;
    rows: { of: number; taken: number; positivesTaken: number; weighted: boolean };
    modelEvaluations: number;
    /** Evaluations spared because a row was the same as the one before but for nothing. */
    evaluationsSpared: number;
  };
  permutationImportance: PermutationImportance;
  partialDependence: PartialDependence[];
  accumulatedEffects: AccumulatedEffects[];
  shapley: ShapleySummary;
  agreement: Agreement[];
  limits: readonly ExplanationLimit[];
  /** Rows one by one: never for who may not see the split's labels. */
  local: LocalExplanation[];
}
