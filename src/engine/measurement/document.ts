import type { ReferenceScores, Stability } from './stability/index.js';

/**
 * The measurement document. Every number carries its doubt, and where a value does not exist it is `null` with a
 * `reason`, never 0 or NaN in its stead. Intervals are at 95%.
 */
export const METRICS = [
  'rocAuc',
  'gini',
  'averagePrecision',
  'ks',
  'logLoss',
  'brier',
  'expectedCalibrationError',
  'tprAtFpr1',
  'tprAtFpr5',
  'precisionAt100',
  'cardPrecisionAt100',
] as const;

export type MetricName = (typeof METRICS)[number];

export const FAIRNESS_MEASURES = [
  'demographicParityDifference',
  'disparateImpactRatio',
  'equalOpportunityDifference',
  'predictiveEqualityDifference',
  'equalizedOddsDifference',
  'predictiveParityDifference',
  'treatmentEqualityDifference',
  'aucDifference',
  'calibrationDifference',
  'generalizedEntropyIndex',
] as const;

export type FairnessMeasure = (typeof FAIRNESS_MEASURES)[number];

/** How an interval was found. */
export type IntervalMethod =
  'delong' | 'wilson' | 'wald' | 'mean' | 'days' | 'newcombe' | 'log-ratio' | 'bootstrap';

/** A value with its 95% interval; what does not exist is null, and `reason` says why. */
export interface Estimate {
  value: number | null;
  low: number | null;
  high: number | null;
  standardError: number | null;
  method?: IntervalMethod;
  reason?: string;
  /** The interval known without resampling, kept beside the bootstrap's. */
  analytic?: { low: number; high: number; standardError: number; method: IntervalMethod; reason?: string };
  /** Recall at a false-positive rate: the rate reached, and the score above which all rows count as positive. */
  fprReached?: number;
  above?: number;
  /** Precision at k: rows (card precision: entities, over all days) that share the score at a cut where not all fit. */
  tied?: number;
  /** Card precision: days averaged over. */
  days?: number;
  /** Calibration: the bins used, lowest scores first. */
  bins?: CalibrationBin[];
  /** Generalised entropy: its part within groups, and the part between them. */
  within?: number;
  between?: { value: number; low: number | null; high: number | null };
}

export interface CalibrationBin {
  rows: number;
  positives: number;
  meanScore: number;
}

/** Rows by prediction and label; predicted positive at `score >= threshold`. */
export interface Confusion {
  threshold: number;
  tp: number;
  fp: number;
  tn: number;
  fn: number;
}

/** What is known of a group beside its size. */
export const GROUP_ESTIMATES = [
  'selectionRate',
  'baseRate',
  'tpr',
  'fpr',
  'ppv',
  'npv',
  'missesPerFalseAlarm',
  'rocAuc',
  'calibration',
  'expectedCalibrationError',
] as const;

export type GroupEstimate = (typeof GROUP_ESTIMATES)[number];

export interface FairnessGroup {
  n: number;
  positives: number;
  selectionRate: number;
  /** Null where the group has no positive (`tpr`) or no negative (`fpr`). */
  tpr: number | null;
  fpr: number | null;
  /**
   * The same and more with 95% intervals, each for its own group alone: `ppv` and `npv` the shares of predicted
   * positives and negatives that are right, `missesPerFalseAlarm` missed positives over false alarms, `calibration`
   * the mean score less the share of positives.
   */
  estimates: Record<GroupEstimate, Estimate>;
  /** False where the group is too small to be judged; it is shown and left out of the measures. */
  judged: boolean;
  reason?: string;
}

/** What pairs of groups are compared by. */
export const COMPARED = [
  'selectionRate',
  'selectionRateRatio',
  'tpr',
  'fpr',
  'ppv',
  'missesPerFalseAlarm',
  'rocAuc',
  'calibration',
] as const;

export type ComparedValue = (typeof COMPARED)[number];

/** The first group's value less the second's, or over it. */
export interface GroupPair {
  groups: [string, string];
  value: number | null;
  low: number | null;
  high: number | null;
}

/** All pairs of judged groups, with intervals that hold all at once in 95% of samples. */
export interface GroupPairs {
  /** Groups compared. */
  judged: number;
  /** In place of 1.96, so that all pairs hold together. */
  criticalValue: number;
  /** `extremes`: too many groups to list all pairs; those with the lowest and the highest group are listed. */
  listed: 'all' | 'extremes';
  pairs: GroupPair[];
}

/** How often random groups of the same sizes would be said to differ: a check of the intervals, about 0.05 each. */
export interface NegativeControl {
  draws: number;
  seed: number;
  /** What was dealt out anew among the groups. */
  shuffled: 'rows' | 'entities';
  /** Share of draws whose interval left out equality; null where the measure does not exist in any. */
  flagged: Partial<Record<FairnessMeasure, number | null>>;
}

export type Fairness = Record<FairnessMeasure, Estimate> & {
  groups: Record<string, FairnessGroup>;
  /** Rows whose group is missing; they belong to no group. */
  missing: number;
  /** Signed differences between judged groups. Absent where fewer than two are judged. */
  pairs: Partial<Record<ComparedValue, GroupPairs>>;
  control?: NegativeControl;
};

/** The metrics of a subset of the rows: those of one group. */
export interface SliceMeasurement {
  rows: number;
  positives: number;
  metrics?: Record<MetricName, Estimate>;
  confusion?: Confusion;
  reason?: string;
}

export interface MeasurementDocument {
  rows: number;
  positives: number;
  metrics: Record<MetricName, Estimate>;
  confusion: Confusion;
  fairness: Record<string, Fairness>;
  slices: Record<string, Record<string, SliceMeasurement>>;
  /** Only when asked for. */
  stability?: Stability;
  options: {
    threshold: number;
    calibrationBins: number;
    minimumGroupSize: number;
    minimumGroupPositives: number;
    confidence: number;
    bootstrap: null | {
      replicates: number;
      /** Replicates that held both classes. */
      used: number;
      seed: number;
      resampled: 'entities' | 'rows';
      units: number;
    };
  };
}

/** A categorical column: a code a row (-1 missing) into its names, ascending. */
export interface Coded {
  codes: Int32Array;
  names: readonly string[];
}

/** What is measured. All arrays have one entry a row; put them on SharedArrayBuffers to spare threads a copy. */
export interface MeasurementInput {
  /** Finite; predicted positive from the threshold upwards. */
  scores: Float64Array;
  /** 0 or 1, both present. */
  labels: Uint8Array;
  /** The card, customer or account that a row belongs to: the unit of the bootstrap and of card precision. */
  entity?: Coded;
  /** Calendar day number of each row. */
  days?: Int32Array;
  groups?: Readonly<Record<string, Coded>>;
  /** What stability compares with; none: the first calendar month. */
  reference?: ReferenceScores;
}

export interface MeasurementOptions {
  /** Default 0.5. */
  threshold?: number;
  /** Bootstrap replicates; 0, the default, leaves the analytic intervals. */
  replicates?: number;
  /** Default 1. */
  seed?: number;
  /** Equal-mass bins of the calibration error, default 10. */
  calibrationBins?: number;
  /** Rows below which a group is shown but not judged, default 100. */
  minimumGroupSize?: number;
  /** Positives below which a group is not judged, default 10. */
  minimumGroupPositives?: number;
  /** Groups of {@link MeasurementInput.groups} to measure on their own. */
  slices?: readonly { column: string; group: string }[];
  /** Whether to compare scores with a reference, and months with each other. Default false. */
  stability?: boolean;
}

/** A value that does not exist. */
export function absent(reason: string): Estimate {
  return { value: null, low: null, high: null, standardError: null, reason };
}
