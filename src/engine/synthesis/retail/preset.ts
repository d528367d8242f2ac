import { InputError } from '../../input-error.js';
import { type Preset } from '../preset.js';
import { play } from './play.js';
import { customersFor } from './simulate.js';
import { TABLES } from './tables.js';

/** Parameters of the preset as the generator reads them. */
export interface RetailParameters {
  readonly prevalence: number;
  readonly startMonth: number;
  readonly developmentMonths: number;
  readonly evaluationMonths: number;
  readonly paymentsPerMonth: number;
  readonly shareAuthorisedPushPayment: number;
  readonly shareAccountTakeover: number;
  readonly shareCardNotPresent: number;
  readonly lookAlikes: number;
  readonly care: number;
  readonly proxyStrength: number;
  readonly sexPrevalenceRatio: number;
}

export const HK_RETAIL_PAYMENTS: Preset = {
  name: 'hk-retail-payments',
  title: 'Retail payments in Hong Kong, with fraud',
  description:
    'One row a payment of a retail bank’s customers over FPS, cards, stored value and cash machines in 2025; the label says whether it is part of a fraud.',
  row: 'payment',
  tables: TABLES,
  bytesPerRow: 300,
  mostRows: 60_000_000,
  play,
  parameters: [
    {
      name: 'prevalence',
      description: 'share of payments that are fraudulent; enriched far above what banks see',
      type: 'number',
      default: 0.01,
      minimum: 0.0005,
      maximum: 0.2,
    },
    {
      name: 'startMonth',
      description: 'first month of 2025 (1 to 12) of the development split',
      type: 'integer',
      default: 7,
      minimum: 1,
      maximum: 12,
    },
    {
      name: 'developmentMonths',
      description: 'months of the development split',
      type: 'integer',
      default: 3,
      minimum: 1,
      maximum: 11,
    },
    {
      name: 'evaluationMonths',
      description: 'months of the evaluation split, which follow',
      type: 'integer',
      default: 2,
      minimum: 1,
      maximum: 11,
    },
    {
      name: 'paymentsPerMonth',
      description: 'mean payments of a customer in a month; sets the number of customers',
      type: 'number',
      default: 12,
      minimum: 2,
      maximum: 200,
    },
    {
      name: 'shareAuthorisedPushPayment',
      description:
        'share of fraudulent payments that are authorised push payment scams; the three shares add up to 1',
      type: 'number',
      default: 0.45,
      minimum: 0,
      maximum: 1,
    },
    {
      name: 'shareAccountTakeover',
      description: 'share of fraudulent payments that follow an account takeover',
      type: 'number',
      default: 0.25,
      minimum: 0,
      maximum: 1,
    },
    {
      name: 'shareCardNotPresent',
      description: 'share of fraudulent payments made with stolen card details',
      type: 'number',
      default: 0.3,
      minimum: 0,
      maximum: 1,
    },
    {
      name: 'lookAlikes',
      description: 'chance that an honest payment opens conduct that looks like fraud',
      type: 'number',
      default: 0.045,
      minimum: 0,
      maximum: 0.2,
    },
    {
      name: 'care',
      description: 'how much fraudsters take care to look like the customer, 0 to 1',
      type: 'number',
      default: 0.65,
      minimum: 0,
      maximum: 1,
    },
    {
      name: 'proxyStrength',
      description: 'how far habits differ between groups; 0 makes them alike',
      type: 'number',
      default: 1,
      minimum: 0,
      maximum: 2,
    },
    {
      name: 'sexPrevalenceRatio',
      description: 'risk of women to become victims, relative to men',
      type: 'number',
      default: 1,
      minimum: 0.1,
      maximum: 10,
    },
  ],
  check(parameters, rows) {
    const p = parameters as unknown as RetailParameters;
    const shares = p.shareAuthorisedPushPayment + p.shareAccountTakeover + p.shareCardNotPresent;
    if (Math.abs(shares - 1) > 1e-9)
      throw new InputError(
        'BAD_PARAMETER',
        `parameters shareAuthorisedPushPayment, shareAccountTakeover and shareCardNotPresent add up to ${Number(shares.toFixed(9))}, not 1`,
      );
    if (p.startMonth + p.developmentMonths + p.evaluationMonths > 13)
      throw new InputError(
        'BAD_PARAMETER',
        `parameters startMonth ${p.startMonth}, developmentMonths ${p.developmentMonths} and evaluationMonths ${p.evaluationMonths} go past December`,
      );
    const months = p.developmentMonths + p.evaluationMonths;
    const smaller = Math.min(p.developmentMonths, p.evaluationMonths) / months;
    if (rows * smaller * p.prevalence < 3 || rows < customersFor(rows, p))
      throw new InputError(
        'BAD_ROWS',
        `rows: ${rows} at prevalence ${p.prevalence} leaves a split fewer than 3 fraudulent payments; raise rows or prevalence`,
      );
  },
};
