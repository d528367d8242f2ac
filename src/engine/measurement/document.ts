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
  'precision',
  'recall',
  'falsePositiveRate',
  'alertRate',
  'fBeta',
  'matthewsCorrelation',
  'lift',
  'alertsPerDay',
  'expectedCost',
  'costSavings',
  'valueRecall',
  'caseRecall',
  'detectionDelayDays',
  'amountLostBeforeAlert',
  'precisionAtDeployment',
  'alertsPerDayAtDeployment',
  'maximumCalibrationError',
  'calibrationSlope',
  'calibrationIntercept',
  'brierSkill',
] as const;

export type MetricName = (typeof METRICS)[number];

/** Metrics that a threshold, rows and money settle. */
export const THRESHOLD_METRICS = [
  'precision',
  'recall',
  'falsePositiveRate',
  'alertRate',
  'fBeta',
  'matthewsCorrelation',
  'lift',
  'alertsPerDay',
  'expectedCost',
  'costSavings',
  'valueRecall',
  'precisionAtDeployment',
  'alertsPerDayAtDeployment',
] as const satisfies readonly MetricName[];

export type ThresholdMetric = (typeof THRESHOLD_METRICS)[number];

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

/** How an interval was found; `bootstrap` is that of percentiles. */
export type IntervalMethod =
  | 'delong'
  /** The delta method by what each row adds. */
  | 'influence'
  | 'wilson'
  /** Wilson's at the sample size that the spread between entities, or of the money, is worth. */
  | 'wilson-effective'
  | 'wald'
  | 'mean'
  | 'days'
  | 'cases'
  | 'newcombe'
  | 'log-ratio'
  /** The delta method: as it stands, on the logit, on the logarithm, on Fisher's z. */
  | 'delta'
  | 'delta-logit'
  | 'delta-log'
  | 'delta-z'
  /** Limits of several rates put together so that they hold at once: wider than 95% would need. */
  | 'bonferroni'
  /** Limits of independent rates added by their squares (Zou and Donner 2008). */
  | 'mover'
  /** Of a logistic regression, robust to entities whose rows hang together. */
  | 'sandwich'
  /** Cramér's V by inverting the non-central χ² of Pearson's statistic. */
  | 'noncentral-chi-square'
  | 'bootstrap'
  | 'bca'
  /** KS: by Massart's inequality, and by the bootstrap of the whole curve. */
  | 'dkw'
  | 'band';

/** A value with its 95% interval; what does not exist is null, and `reason` says why. */
export interface Estimate {
  value: number | null;
  low: number | null;
  high: number | null;
  standardError: number | null;
  method?: IntervalMethod;
  reason?: string;
  /** Over how many entities the analytic interval adds up errors; absent where rows are taken as independent. */
  clusters?: number;
  /** The interval known without resampling, kept beside the bootstrap's. */
  analytic?: {
    low: number;
    high: number;
    standardError: number;
    method: IntervalMethod;
    clusters?: number;
    reason?: string;
  };
  /** The bootstrap's intervals and standard error, whichever interval is shown. */
  bootstrap?: BootstrapIntervals;
  /** Recall at a false-positive rate: the rate reached, and the score above which all rows count as positive. */
  fprReached?: number;
  above?: number;
  /** Precision at k: rows (card precision: entities, over all days) that share the score at a cut where not all fit. */
  tied?: number;
  /** Card precision, alerts a day: days averaged over. */
  days?: number;
  /** Costs: what they are counted in. */
  unit?: Costs['unit'];
  /** Calibration: the bins used, lowest scores first. */
  bins?: CalibrationBin[];
  /** Generalised entropy: its part within groups, and the part between them. */
  within?: number;
  between?: { value: number; low: number | null; high: number | null };
}

export interface BootstrapIntervals {
  standardError: number;
  percentile: { low: number; high: number };
  /** Null, with the reason, where bias or acceleration cannot be told. */
  bca?: { low: number; high: number } | { low: null; high: null; reason: string };
}

export interface CalibrationBin {
  rows: number;
  positives: number;
  meanScore: number;
}

/** A curve as it is drawn: from the left. */
export interface DrawnCurve {
  x: number[];
  y: number[];
  /** 0: exactly the curve. Otherwise no point of the curve lies further than this from the line that is drawn. */
  error: number;
}

export interface Curves {
  /** x: false-positive rate, y: true-positive rate. */
  roc: DrawnCurve;
  /** x: recall, y: precision; where the two fall together, the upper point comes first. */
  precisionRecall: DrawnCurve;
  /** x: share of rows alerted, highest scores first, y: share of the positives among them. Lift is y over x. */
  gains: DrawnCurve;
  /** Lift and recall of the rows with the highest scores; of scores tied at the cut, the expected part. */
  lift: { share: number; recall: number; lift: number }[];
}

/** One threshold, and what it costs and finds. Names as of the metrics. */
export interface OperatingPoint {
  /** Null: no row is alerted. */
  threshold: number | null;
  tp: number;
  fp: number;
  tn: number;
  fn: number;
  metrics: Record<ThresholdMetric, Estimate>;
  /** What a row is cheaper by than under the other policy; negative where it is dearer. */
  savings: { againstAllAlert: Estimate; againstNoAlert: Estimate };
}

/** A threshold found on these rows, so that its values flatter; null, and why, where none was asked for. */
export interface ChosenPoint {
  point: OperatingPoint | null;
  reason?: string;
}

export interface OperatingPoints {
  atThresholds: OperatingPoint[];
  /** Least expected cost; of equal ones that with the fewest alerts. */
  leastCost: ChosenPoint;
  /** Largest recall whose alerts a day, on these rows, keep to the budget. */
  withinBudget: ChosenPoint;
  /** The same at the declared prevalence and volume. */
  withinBudgetAtDeployment: ChosenPoint;
  /** What is to be known of the thresholds that were chosen here. */
  note: string;
}

export interface CalibrationReport {
  bins: (CalibrationBin & { low: number; high: number })[];
  expectedCalibrationError: {
    value: number;
    /** The bias of small bins taken off (see `debiasedCalibrationError`). */
    debiased: number;
    note: string;
  };
  /** Logit of what is observed less that of what is said, both over all rows: the offset with a slope of 1. */
  inTheLarge: Estimate;
  /** Sum of the scores, and of the positives, each over all rows. */
  meanScore: number;
  prevalence: number;
  /** Information, never a gate: at many rows the least departure is significant, at few none is. */
  hosmerLemeshow: { chiSquared: number; degreesOfFreedom: number; p: number; note: string } | Absent;
}

export interface Absent {
  value: null;
  reason: string;
}

/** Fraud cases, from their first fraudulent row to their first alert. */
export interface Detection {
  cases: number;
  detected: number;
  /** Positives that belong to no case, and negatives that name one: both are left out here. */
  positivesWithoutCase: number;
  negativesWithCase: number;
  /** Whether delays are known to the instant, or by calendar days only. */
  resolution: 'instant' | 'day';
  /** Days until the alert that half the cases have had by then; undetected cases count as never. */
  medianDelayDays: number | Absent;
  /** Of all money of the cases, the share lost before the first alert. */
  shareLost: Estimate;
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
  curves: Curves;
  operatingPoints: OperatingPoints;
  /** Null, and why, where the scores are no probabilities. */
  calibration: CalibrationReport | Absent;
  /** Null, and why, where no cases were given. */
  detection: Detection | Absent;
  fairness: Record<string, Fairness>;
  slices: Record<string, Record<string, SliceMeasurement>>;
  /** Only when asked for. */
  stability?: Stability;
  options: {
    threshold: number;
    beta: number;
    costs: Costs | null;
    /** Alerts a day. */
    alertBudget: number | null;
    deployment: Deployment | null;
    calibrationBins: number;
    minimumGroupSize: number;
    minimumGroupPositives: number;
    confidence: number;
    bootstrap: null | {
      replicates: number;
      /** Replicates that held both classes. */
      used: number;
      seed: number;
      /** Groups of units left out in turn for the acceleration of BCa. */
      jackknifeGroups: number;
      interval: 'best' | 'bca' | 'percentile';
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
  /** Instant of each row, milliseconds since 1970, finite: for detection delay, which falls back on days. */
  times?: Float64Array;
  /** What is lost where a row is fraud and nobody notices, HKD, 0 or more. */
  amounts?: Float64Array;
  /** The fraud case that a positive row belongs to; what a negative row says is counted and left out. */
  cases?: Coded;
  groups?: Readonly<Record<string, Coded>>;
  /** What stability compares with; none: the first calendar month. */
  reference?: ReferenceScores;
}

/**
 * What errors cost. A hit and a quiet negative cost nothing: what handling an alert costs belongs to both kinds of
 * alert only where it is put into the false ones too.
 */
export interface Costs {
  /** Of a missed positive; `AMOUNT`: what the row itself loses. */
  falseNegative: number | 'AMOUNT';
  /** Of a false alert, above 0. */
  falsePositive: number;
  /** `FALSE_ALERTS`: costs are multiples of a false alert's. */
  unit: 'HKD' | 'FALSE_ALERTS';
}

/** Where the model is meant to work, as its tenant declares it. */
export interface Deployment {
  /** Share of positives, above 0 and below 1. */
  prevalence: number;
  /** Where the figure comes from. */
  source: string;
  /** Rows a day. */
  rowsPerDay?: number;
}

export interface MeasurementOptions {
  /** Default 0.5. */
  threshold?: number;
  /** Further thresholds to show, at most 50. */
  thresholds?: readonly number[];
  /** Weight of recall in F-beta, above 0; default 1. */
  beta?: number;
  /** Without it no cost is known. */
  costs?: Costs;
  /** Alerts a day that can be worked through, above 0. */
  alertBudget?: number;
  deployment?: Deployment;
  /** Bootstrap replicates; 0, the default, leaves the analytic intervals. */
  replicates?: number;
  /** Default 1. */
  seed?: number;
  /**
   * Which interval is shown where there are replicates: `best`, the default, is the one that covers best in simulations;
   * the others stand beside it.
   */
  interval?: 'best' | 'bca' | 'percentile';
  /** Equal-mass bins of the calibration error, default 10. */
  calibrationBins?: number;
  /** Rows below which a group is shown but not judged, default 100. */
  minimumGroupSize?: number;
  /** Positives below which a group is not judged, default 10. */
  minimumGroupPositives?: number;
  /** Columns of {@link MeasurementInput.groups} to cross, each as a further column such as `sex × age_band`. */
  intersections?: readonly (readonly string[])[];
  /** Draws of random groups, for the share that is flagged where nothing is; default 200 (fewer of many groups), 0 none. */
  controlDraws?: number;
  /** Groups of {@link MeasurementInput.groups} to measure on their own. */
  slices?: readonly { column: string; group: string }[];
  /** Whether to compare scores with a reference, and months with each other. Default false. */
  stability?: boolean;
}

/** A value that does not exist. */
export function absent(reason: string): Estimate {
  return { value: null, low: null, high: null, standardError: null, reason };
}
