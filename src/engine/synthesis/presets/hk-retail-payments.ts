import { InputError } from '../../input-error.js';
import { FEATURES } from '../features.js';
import { type ColumnSpec, type Preset } from './preset.js';

const KEY: Omit<ColumnSpec, 'table'> = {
  name: 'row_id',
  type: 'int32',
  role: 'key',
  definition: 'Number of the payment in time order; the same in every table of the split',
  unit: 'number',
};

const COLUMNS: readonly ColumnSpec[] = [
  { ...KEY, table: 'features' },
  {
    name: 'customer_id',
    type: 'int32',
    table: 'features',
    role: 'entity',
    definition: 'Customer who pays',
    unit: 'number',
  },
  {
    name: 'event_time',
    type: 'timestamp',
    table: 'features',
    role: 'time',
    definition: 'Time of the payment by the clock in Hong Kong (UTC+8), without a zone',
    unit: 'timestamp',
  },
  ...FEATURES.map((feature) => ({
    ...feature,
    type: 'float32' as const,
    table: 'features' as const,
    role: 'feature' as const,
  })),
  { ...KEY, table: 'labels' },
  {
    name: 'fraud',
    type: 'int32',
    table: 'labels',
    role: 'label',
    definition: '1 when the payment is part of a fraud',
    unit: '0 or 1',
  },
  {
    name: 'typology',
    type: 'string',
    table: 'labels',
    role: 'information',
    definition: 'Typology of the fraud, NONE for honest payments',
    unit: 'name',
  },
  { ...KEY, table: 'protected' },
  {
    name: 'sex',
    type: 'string',
    table: 'protected',
    role: 'protected',
    definition: 'Sex of the customer (Cap. 480)',
    unit: 'name',
  },
  {
    name: 'race',
    type: 'string',
    table: 'protected',
    role: 'protected',
    definition: 'Race of the customer (Cap. 602), in groups of the population census',
    unit: 'name',
  },
  {
    name: 'age_band',
    type: 'string',
    table: 'protected',
    role: 'information',
    definition: 'Age of the customer in bands; a matter of policy, not of statute',
    unit: 'years',
  },
  {
    name: 'control',
    type: 'string',
    table: 'protected',
    role: 'control',
    definition: 'A coin tossed for each customer that nothing else depends on: the negative control',
    unit: 'name',
  },
];

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
  columns: COLUMNS,
  check(parameters) {
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
  },
};
