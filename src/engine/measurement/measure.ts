import { InputError } from '../input-error.js';
import { laneOf, ranges } from './blocks.js';
import { bucketOf, chooseBuckets, lotOf, lotsOf, type Buckets } from './buckets.js';
import { calibration, planRanks } from './calibration.js';
import { calibrationReport, uncalibrated } from './calibration-report.js';
import { checkLengths, checkRows } from './checks.js';
import { ClusteredErrors } from './clustered.js';
import { curvePoints, type Curve, type CurvePoints } from './curve.js';
import { settleDecisions } from './decision-options.js';
import { detection } from './detection.js';
import { mergeDistinct } from './distinct.js';
import type {
  Coded,
  Confusion,
  Estimate,
  Fairness,
  MeasurementDocument,
  MeasurementInput,
  MeasurementOptions,
  MetricName,
  SliceMeasurement,
} from './document.js';
import { drawCurves } from './drawing.js';
import { preferenceFor, withBootstrap, withKsBand } from './estimates.js';
import { cellOfRow, judgeColumns } from './fairness-columns.js';
import {
  cards,
  lossMetrics,
  lossTotal,
  mostWithin,
  rankingMetrics,
  recallAt,
  recallCut,
  topPrecision,
  UNBOUNDED,
  type RecallCut,
} from './headline.js';
import { aucSpread, averagePrecisionSpread, influence } from './influence.js';
import { withIntersections } from './intersections.js';
import { metricsAtThreshold, operatingPoints, type OperatingOptions } from './operating-points.js';
import { replicateAll, type Replicated } from './replicated.js';
import { measureSlice, measureSlices } from './slices.js';
import { stability } from './stability/index.js';
import { SOLO, type Team } from './team.js';

export type SettledOptions = Required<
  Omit<MeasurementOptions, 'slices' | 'intersections' | 'stability' | keyof OperatingOptions>
> &
  OperatingOptions;

/** Fills in the defaults. @throws InputError `BAD_OPTION` */
export function settle(options: MeasurementOptions): SettledOptions {
  const settled = {
    ...settleDecisions(options),
    threshold: options.threshold ?? 0.5,
    replicates: options.replicates ?? 0,
    seed: options.seed ?? 1,
    interval: options.interval ?? 'best',
    calibrationBins: options.calibrationBins ?? 10,
    minimumGroupSize: options.minimumGroupSize ?? 100,
    minimumGroupPositives: options.minimumGroupPositives ?? 10,
    controlDraws: options.controlDraws ?? 200,
  };
  const refuse = (what: string): never => {
    throw new InputError('BAD_OPTION', what);
  };
  const whole = (name: string, value: number, least: number, most: number): void => {
    if (!Number.isInteger(value) || value < least || value > most) {
      refuse(`${name} is ${value}, not a whole number from ${least} to ${most}`);
    }
  };
  if (!Number.isFinite(settled.threshold)) refuse(`threshold is ${settled.threshold}, not a finite number`);
  if (!['best', 'bca', 'percentile'].includes(settled.interval))
    refuse(`interval is ${settled.interval}, not best, bca or percentile`);
  whole('replicates', settled.replicates, 0, 100_000);
  whole('seed', settled.seed, 0, Number.MAX_SAFE_INTEGER);
  whole('calibrationBins', settled.calibrationBins, 2, 100);
  whole('minimumGroupSize', settled.minimumGroupSize, 1, Number.MAX_SAFE_INTEGER);
  whole('controlDraws', settled.controlDraws, 0, 100_000);
  whole('minimumGroupPositives', settled.minimumGroupPositives, 1, Number.MAX_SAFE_INTEGER);
  return settled;
}

/**
 * Measures scores against labels: ranking, calibration and decision metrics, each with its 95% interval, and fairness
 * between groups. Definitions stand with the functions that compute them; docs of the fields with their types.
 *
 * The numbers depend on the input and the options alone, not on the team's size. Blocks its thread: see
 * `measureInThreads` for one that does not.
 *
 * @throws InputError `BAD_SCORE`, `BAD_LABEL` naming the first such row (from 1); `ONE_CLASS`; `EMPTY_TABLE`;
 *   `BAD_OPTION`; `LENGTH_MISMATCH`
 */
export function measure(
  input: MeasurementInput,
  options: MeasurementOptions = {},
  team: Team = SOLO,
): MeasurementDocument {
  const settled = settle(options);
  checkLengths(input);
  const core = measureCore(withIntersections(input, options.intersections ?? []), settled, team);
  const { replicates, seed, threshold, calibrationBins, minimumGroupSize, minimumGroupPositives } = settled;
  const { beta, costs, alertBudget, deployment } = settled;
  return {
    rows: input.scores.length,
    positives: core.points.totalPositives,
    metrics: core.metrics,
    confusion: core.confusion,
    curves: drawCurves(core.curve, core.points),
    operatingPoints: operatingPoints(input, core.curve, core.values, settled),
    calibration: core.calibration,
    detection: core.detection,
    fairness: core.fairness,
    slices: measureSlices(input, options.slices ?? [], settled, team, measureCore),
    ...(options.stability === true
      ? {
          stability: stability(input, input.reference, settled.minimumGroupSize, (months) =>
            measureMonths(input, months, settled, team),
          ),
        }
      : {}),
    options: {
      threshold,
      beta,
      costs,
      alertBudget,
      deployment,
      calibrationBins,
      minimumGroupSize,
      minimumGroupPositives,
      confidence: 0.95,
      bootstrap:
        core.drawn === null
          ? null
          : {
              replicates,
              used: core.drawn.used,
              seed,
              jackknifeGroups: core.drawn.jackknifeGroups,
              interval: settled.interval,
              resampled: input.entity === undefined ? 'rows' : 'entities',
              units: core.drawn.units,
            },
    },
  };
}

/**
 * Each calendar month on its own, with analytic intervals: replicates of every month would cost those of the whole
 * again. The rows are laid out month by month first.
 */
function measureMonths(
  { scores, labels }: MeasurementInput,
  { codes, names }: Coded,
  settled: SettledOptions,
  team: Team,
): Record<string, SliceMeasurement> {
  const starts = new Float64Array(names.length + 1);
  for (const code of codes) starts[code + 1] = (starts[code + 1] as number) + 1;
  for (let m = 0; m < names.length; m++) starts[m + 1] = (starts[m + 1] as number) + (starts[m] as number);
  const next = starts.slice();
  const sorted = new Float64Array(new SharedArrayBuffer(8 * scores.length));
  const theirs = new Uint8Array(new SharedArrayBuffer(scores.length));
  for (let row = 0; row < scores.length; row++) {
    const code = codes[row] as number;
    const at = next[code] as number;
    sorted[at] = scores[row] as number;
    theirs[at] = labels[row] as number;
    next[code] = at + 1;
  }
  const measured = names.map((month, code) => {
    const range = [starts[code] as number, starts[code + 1] as number] as const;
    const rows = { scores: sorted.subarray(...range), labels: theirs.subarray(...range) };
    return [month, measureSlice(rows, { ...settled, replicates: 0 }, team, measureCore)] as const;
  });
  return Object.fromEntries(measured);
}

export interface Core {
  points: CurvePoints;
  curve: Curve;
  /** The positives' distinct scores, ascending. */
  values: Float64Array;
  calibration: MeasurementDocument['calibration'];
  detection: MeasurementDocument['detection'];
  metrics: Record<MetricName, Estimate>;
  confusion: Confusion;
  fairness: Record<string, Fairness>;
  /** Null without a bootstrap. */
  drawn: Replicated | null;
}

/** The metrics of one set of rows. */
export function measureCore(input: MeasurementInput, options: SettledOptions, team: Team): Core {
  const { scores, labels } = input;
  const rows = scores.length;
  const { threshold, calibrationBins: binCount } = options;
  const shares = ranges(rows, team.size).map((range) => ({ scores, labels, ...range }));
  const collected = team.run('collect', shares);
  checkRows(collected, scores, labels);
  const { values: distinct, counts } = mergeDistinct(
    collected.map((part) => ({ values: part.values, counts: [part.counts] })),
  );
  const values = new Float64Array(new SharedArrayBuffer(8 * (distinct.length + 1)));
  values.set(distinct);
  values[distinct.length] = Infinity;
  const lowest = collected.reduce((least, part) => Math.min(least, part.lowest), Infinity);
  const highest = collected.reduce((most, part) => Math.max(most, part.highest), -Infinity);
  const bounded = lowest >= 0 && highest <= 1;
  const wanted = Math.min(2 ** 22, 2 ** (11 + Math.ceil(Math.log2(1 + distinct.length / 1024))));
  const buckets = chooseBuckets(lowest, highest, distinct, scores, wanted);
  const starts = bucketStarts(distinct, buckets);
  const lane = laneOf(rows);
  const columns = Object.entries(input.groups ?? {});
  // Who asks for single rows later, beside the whole, finds their places noted down.
  const placed =
    columns.length > 0 || input.entity !== undefined || options.replicates > 0
      ? new Uint32Array(new SharedArrayBuffer(4 * rows))
      : null;
  const located = team.run(
    'locate',
    shares.map((share) => ({ ...share, lane, values, buckets, starts, threshold, bounded, placed })),
  );
  const curve = curveOf(counts[0] as Uint32Array, added(located.map((part) => part.places)));
  const points = curvePoints(curve);
  const { totalNegatives: negatives } = points;

  const targets = [0.01, 0.05];
  const plan = planRanks(
    buckets,
    added(located.map((part) => part.negatives)),
    positivesByLot(distinct, counts[0] as Uint32Array, buckets),
    binCount,
    targets.map((target) => negatives - 1 - mostWithin(target, negatives)),
  );
  const open = mergeDistinct(
    team.run(
      'openLots',
      shares.map((share) => ({ ...share, buckets, open: plan.open })),
    ),
  );
  const scoreSums = located.flatMap((part) => part.scoreSums);
  const cuts = targets.map((target) => recallCut(target, negatives, plan, open));
  const table = influence(curve, points);
  const clustered =
    input.entity === undefined || placed === null
      ? null
      : ClusteredErrors.of(
          {
            scores,

            codes: input.entity.codes,
            placed,
            influence: table,
            cuts: cuts.map(({ above }) => above),
            bounded,
          },
          input.entity.names.length,
          team,
        );
  const spreads =
    clustered === null
      ? { auc: aucSpread(curve, table), averagePrecision: averagePrecisionSpread(curve, table) }
      : {
          auc: clustered.auc(),
          averagePrecision: clustered.averagePrecision(),
          clusters: clustered.entities,
        };
  const calibrated = bounded ? calibration(plan, scoreSums, open, binCount) : null;

  const codings = columns.map(([, coded]) => coded);
  const replicated =
    options.replicates === 0 || placed === null
      ? null
      : replicateAll(
          { input, placed, curve, points, plan, open, calibrated, binCount },
          codings.map((coded) => ({
            cells: cellOfRow(scores, labels, coded, threshold),
            count: 4 * coded.names.length,
          })),
          options,
          team,
        );

  const tp = located.reduce((total, part) => total + part.tp, 0);
  const fp = located.reduce((total, part) => total + part.fp, 0);
  const confusion = { threshold, tp, fp, tn: negatives - fp, fn: points.totalPositives - tp };
  const found = detection(input, threshold);
  const report =
    calibrated === null
      ? uncalibrated(UNBOUNDED)
      : calibrationReport({
          input,
          curve,
          positives: { values: distinct, counts: counts[0] as Uint32Array },
          calibrated,
          odds: located.flatMap((part) => part.odds),
          squaredError: lossTotal(located, 2),
          squaredErrorSquared: lossTotal(located, 3),
        });
  const metrics: Record<MetricName, Estimate> = {
    ...rankingMetrics(points, spreads),
    ...lossMetrics(located, rows, bounded, calibrated, clustered),
    ...metricsAtThreshold(input, confusion, options),
    ...found.metrics,
    ...report.metrics,
    tprAtFpr1: recallAt(points.tprAtFpr1, 0, cuts[0] as RecallCut, curve, points, clustered),
    tprAtFpr5: recallAt(points.tprAtFpr5, 1, cuts[1] as RecallCut, curve, points, clustered),
    precisionAt100: topPrecision(curve, rows),
    cardPrecisionAt100: cards(input),
  };
  for (const [name, replicates] of replicated?.metrics ?? [])
    metrics[name] = withBootstrap(metrics[name], replicates, preferenceFor(name, options.interval));
  if (replicated !== null) metrics.ks = withKsBand(metrics.ks, replicated.ksDeviation, options.interval);
  return {
    points,
    curve,
    values: distinct,
    calibration: report.calibration,
    detection: found.detection,
    metrics,
    confusion,
    fairness: Object.fromEntries(
      (placed === null
        ? []
        : judgeColumns(
            { input, threshold, values, placed, curve, plan, open, calibrated, binCount },
            codings,
            options,
            replicated?.cells ?? null,
            team,
          )
      ).map((judged, place) => [columns[place]?.[0] as string, judged]),
    ),
    drawn: replicated,
  };
}

/** Separates the negatives between the positives' scores from those at them. */
function curveOf(positives: Uint32Array, places: Uint32Array): Curve {
  const distinct = positives.length;
  const ties = new Uint32Array(distinct);
  const gaps = new Uint32Array(distinct + 1);
  for (let j = 0; j < distinct; j++) {
    gaps[j] = places[2 * j] as number;
    ties[j] = places[2 * j + 1] as number;
  }
  gaps[distinct] = places[2 * distinct] as number;
  return { positives, ties, gaps };
}

/** Where each bucket begins among the positives' distinct scores; one more at the end. */
function bucketStarts(values: Float64Array, buckets: Buckets): Int32Array<SharedArrayBuffer> {
  const starts = new Int32Array(new SharedArrayBuffer(4 * (buckets.count + 1)));
  for (let j = 0; j < values.length; j++) {
    const bucket = bucketOf(values[j] as number, buckets);
    starts[bucket + 1] = (starts[bucket + 1] as number) + 1;
  }
  for (let b = 0; b < buckets.count; b++) starts[b + 1] = (starts[b + 1] as number) + (starts[b] as number);
  return starts;
}

function positivesByLot(values: Float64Array, counts: Uint32Array, buckets: Buckets): Uint32Array {
  const positives = new Uint32Array(lotsOf(buckets));
  for (let j = 0; j < values.length; j++) {
    const lot = lotOf(values[j] as number, buckets);
    positives[lot] = (positives[lot] as number) + (counts[j] as number);
  }
  return positives;
}

function added(parts: readonly Uint32Array[]): Uint32Array {
  const [first, ...rest] = parts;
  const total = first as Uint32Array;
  for (const part of rest) {
    for (let i = 0; i < total.length; i++) total[i] = (total[i] as number) + (part[i] as number);
  }
  return total;
}
