import type { MetricName } from '../document.js';

/** The share of a row that an empty bin counts as: the logarithm of nothing does not exist. */
export const ZERO_FILL_ROWS = 0.5;

/** Bins of the reference: deciles. */
export const STABILITY_BINS = 10;

/** What practice reads into a population stability index. No authority in Hong Kong sets these. */
export const DRIFT_CONVENTION = {
  moderate: 0.1,
  large: 0.25,
  status: 'CONVENTION',
  note: 'below 0.10 little change, from 0.25 a large one: a rule of thumb of credit scoring, whatever the rows; compare the chance level',
} as const;

/** A bin of the reference: values above `above` up to and with `upTo`; a category; or the missing values. */
export interface DriftBin {
  above?: number | null;
  upTo?: number | null;
  category?: string;
  missing?: true;
  /** Categories too rare in the reference to stand alone, and those that it does not know. */
  pooled?: true;
  referenceRows: number;
  rows: number;
}

/** A population (or characteristic) stability index of some rows against the reference, with its doubt. */
export interface Drift {
  value: number | null;
  low: number | null;
  high: number | null;
  method?: 'noncentral-chi-square';
  reason?: string;
  rows: number;
  referenceRows: number;
  /** What an index is where nothing drifts: it is never 0, since both samples are finite. */
  chance?: {
    expected: number;
    /** Exceeded by one in twenty such indices. */
    point95: number;
    degreesOfFreedom: number;
    /** How much wider rows of the same entity make the shares vary than rows drawn alone (Rao and Scott 1981). */
    designEffect: number;
  };
  beyondChance?: boolean;
  band?: 'BELOW_0.10' | 'FROM_0.10_TO_0.25' | 'FROM_0.25';
}

export interface BinnedDrift extends Drift {
  bins: DriftBin[];
}

export interface MonthDrift extends Drift {
  /** For example `2025-03`. */
  month: string;
}

export interface FeatureDrift extends BinnedDrift {
  kind: 'numeric' | 'categorical';
  missingShare: { reference: number; rows: number };
  byMonth?: MonthDrift[];
}

export interface ScoreDistribution {
  /** Rows by score, in bins of equal width; the last holds its upper end too. */
  histogram: { from: number; to: number; negatives: number; positives: number }[];
  /** Order statistics at rank ⌈n·p⌉, no interpolation. */
  quantiles: { p: number; all: number; negatives: number; positives: number }[];
}

export interface PerformanceMonth {
  month: string;
  rows: number;
  positives: number;
  /** Present unless the month holds one class only; then `reason`. */
  metrics?: Partial<
    Record<PerformanceMetric, { value: number | null; low: number | null; high: number | null }>
  >;
  reason?: string;
}

export const PERFORMANCE_METRICS = [
  'rocAuc',
  'averagePrecision',
  'logLoss',
  'brier',
  'tprAtFpr5',
] as const satisfies readonly MetricName[];

export type PerformanceMetric = (typeof PERFORMANCE_METRICS)[number];

/** Change a month, by weighted least squares. */
export interface Trend {
  slopePerMonth: number | null;
  low: number | null;
  high: number | null;
  months: number;
  weights?: 'inverse-variance' | 'positives';
  reason?: string;
}

/** The worst of the months; its interval is widened for having been picked out. */
export interface WorstMonth {
  month: string;
  value: number;
  low: number | null;
  high: number | null;
  correction: 'bonferroni';
  comparisons: number;
}

export interface OutOfTime {
  months: PerformanceMonth[];
  trend: Partial<Record<PerformanceMetric, Trend>>;
  worst: Partial<Record<PerformanceMetric, WorstMonth>>;
}

/** What the rows are compared with. */
export type StabilityReference =
  { kind: 'FILE'; rows: number } | { kind: 'FIRST_MONTH'; month: string; rows: number };

export interface Stability {
  reference: StabilityReference | null;
  definition: {
    bins: number;
    zeroFillRows: number;
    /** Months and segments of fewer rows are shown and not judged. */
    minimumRows: number;
    convention: typeof DRIFT_CONVENTION;
  };
  scoreDistribution: ScoreDistribution;
  /** Null with a reason where there is nothing to compare with. */
  score: BinnedDrift | null;
  reason?: string;
  scoreByMonth: MonthDrift[];
  scoreBySegment: Record<string, Record<string, Drift>>;
  performance: OutOfTime | null;
  features?: Record<string, FeatureDrift>;
}
