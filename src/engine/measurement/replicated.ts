import { bootstrap, column, type Replicates, type Sample } from './bootstrap.js';
import { binOfRows, type Calibration, type RankPlan } from './calibration.js';
import { cardDays } from './card-days.js';
import type { Curve, CurvePoints } from './curve.js';
import type { Distinct } from './distinct.js';
import type { MeasurementInput, MetricName } from './document.js';
import { ksPlace } from './ks.js';
import { rowLoss } from './locate-task.js';
import type { StatisticRequest } from './statistics.js';
import { tally, unitsOf, type Units } from './tally.js';
import type { Team } from './team.js';

/** A request with the metrics that its values are, in order; null: a value that is no metric of the document. */
export interface MetricRequest {
  request: StatisticRequest;
  metrics: readonly (MetricName | null)[];
}

/** What requests are made of: one sample and what is known of it by then. */
export interface Measured {
  input: MeasurementInput;
  /** The place of each row on the curve: see `PLACE_BITS`. */
  placed: Uint32Array;
  curve: Curve;
  points: CurvePoints;
  plan: RankPlan;
  open: Distinct;
  /** Null where a score lies outside 0 and 1, so that there are no losses either. */
  calibrated: Calibration | null;
  binCount: number;
}

/** Every metric of the document that the bootstrap replicates. */
function metricRequests(measured: Measured, units: Units): MetricRequest[] {
  const { input, plan, open, calibrated, binCount } = measured;
  const { scores, labels, entity, days } = input;
  const requests: MetricRequest[] = [
    {
      request: { statistic: 'ranking', tallies: [], parameters: null },
      metrics: ['rocAuc', 'gini', 'averagePrecision', 'ks', 'tprAtFpr1', 'tprAtFpr5', 'precisionAt100'],
    },
  ];
  if (calibrated !== null) {
    const score = (row: number): number => scores[row] as number;
    const label = (row: number): number => labels[row] as number;
    const losses = (['logLoss', 'brier'] as const).map((loss) =>
      tally(units, null, 1, (row) => rowLoss(score(row), label(row))[loss]),
    );
    const bins = binOfRows(scores, plan, open, calibrated);
    const gaps = tally(units, bins, binCount, (row) => label(row) - score(row));
    requests.push(
      { request: { statistic: 'means', tallies: losses, parameters: null }, metrics: ['logLoss', 'brier'] },
      {
        request: { statistic: 'calibrationError', tallies: [gaps], parameters: null },
        metrics: ['expectedCalibrationError'],
      },
    );
  }
  if (entity !== undefined && days !== undefined) {
    const parameters = cardDays(100, scores, labels, entity, days);
    requests.push({
      request: { statistic: 'cardPrecision', tallies: [], parameters },
      metrics: ['cardPrecisionAt100'],
    });
  }
  return requests;
}

export interface Replicated {
  metrics: ReadonlyMap<MetricName, Replicates>;
  /** For each fairness column the counts of every cell, as drawn: rates and gaps are made of these by `derived`. */
  cells: readonly Sample[];
  /** See `ksBand`. */
  ksDeviation: Sample;
  /** Replicates that held both classes. */
  used: number;
  /** How many entities, or rows where each is its own, there were to draw. */
  units: number;
  jackknifeGroups: number;
}

/**
 * Replicates every metric of the document and the counts behind every measure of fairness by the same draws.
 *
 * @param columns for each fairness column the cell of each row, −1 for none, and how many cells there are
 */
export function replicateAll(
  measured: Measured,
  columns: readonly { cells: Int32Array; count: number }[],
  options: { replicates: number; seed: number },
  team: Team,
): Replicated {
  const { scores, entity } = measured.input;
  const units = unitsOf(entity?.codes ?? null, entity?.names.length ?? scores.length);
  const ofMetrics = metricRequests(measured, units);
  const place = ksPlace(measured.curve, measured.points);
  const requests: StatisticRequest[] = [
    { statistic: 'ksDeviation', tallies: [], parameters: place },
    ...ofMetrics.map(({ request }) => request),
    ...columns.map(({ cells, count }) => ({
      statistic: 'cells' as const,
      tallies: [tally(units, cells, count, null)],
      parameters: null,
    })),
  ];
  const { placed, curve } = measured;
  const setup = { placed, distinct: curve.positives.length, units, seed: options.seed, requests };
  const samples = bootstrap(setup, options.replicates, team);
  const metrics = new Map<MetricName, Replicates>();
  ofMetrics.forEach(({ metrics: names }, request) =>
    names.forEach((name, place) => {
      if (name !== null) metrics.set(name, column(samples[1 + request] as Sample, place));
    }),
  );
  const used = metrics.get('rocAuc')?.values.filter((value) => !Number.isNaN(value)).length ?? 0;
  const jackknifeGroups = metrics.get('rocAuc')?.jackknife.length ?? 0;
  return {
    ksDeviation: samples[0] as Sample,
    metrics,
    cells: samples.slice(1 + ofMetrics.length),
    used,
    units: units.count,
    jackknifeGroups,
  };
}
