import { InputError } from '../input-error.js';
import type { MeasurementOptions } from './document.js';
import type { OperatingOptions } from './operating-points.js';

const MOST_THRESHOLDS = 50;

/** Fills in what thresholds, costs and deployment were given. @throws InputError `BAD_OPTION` */
export function settleDecisions(options: MeasurementOptions): OperatingOptions {
  const { costs, deployment, thresholds = [], alertBudget = null, beta = 1 } = options;
  const demand = (sound: boolean, what: string): void => {
    if (!sound) throw new InputError('BAD_OPTION', what);
  };
  const positive = (name: string, value: number): void =>
    demand(Number.isFinite(value) && value > 0, `${name} is ${value}, not a number above 0`);
  demand(
    thresholds.length <= MOST_THRESHOLDS,
    `thresholds are ${thresholds.length}, more than ${MOST_THRESHOLDS}`,
  );
  for (const threshold of thresholds)
    demand(Number.isFinite(threshold), `thresholds: ${threshold} is not a finite number`);
  positive('beta', beta);
  if (alertBudget !== null) positive('alertBudget', alertBudget);
  if (costs !== undefined) {
    positive('costs.falsePositive', costs.falsePositive);
    if (costs.falseNegative !== 'AMOUNT') positive('costs.falseNegative', costs.falseNegative);
    demand(
      costs.falseNegative !== 'AMOUNT' || costs.unit === 'HKD',
      'costs: where a missed positive costs its amount, the unit is HKD',
    );
  }
  if (deployment !== undefined) {
    const { prevalence, source, rowsPerDay } = deployment;
    demand(
      prevalence > 0 && prevalence < 1,
      `deployment.prevalence is ${prevalence}, not a share between 0 and 1`,
    );
    demand(source.trim() !== '', 'deployment.source is empty: a prevalence needs its source');
    if (rowsPerDay !== undefined) positive('deployment.rowsPerDay', rowsPerDay);
  }
  return {
    thresholds: [...thresholds],
    beta,
    costs: costs ?? null,
    alertBudget,
    deployment: deployment ?? null,
  };
}
