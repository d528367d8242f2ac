import { type ColumnSpec, type TableSpec } from '../preset.js';
import { CATEGORIES, CHANNELS } from './events.js';
import { FEATURES } from './features.js';
import { AGE_BANDS, CONTROLS, DISTRICTS, RACES, SEXES } from './population.js';
import { TYPOLOGIES } from './typologies/index.js';

const KEY: ColumnSpec = {
  name: 'row_id',
  type: 'int32',
  role: 'key',
  definition: 'Number of the payment in time order; the same in every table of the split',
  unit: 'number',
};
const CUSTOMER: ColumnSpec = {
  name: 'customer_id',
  type: 'int32',
  role: 'entity',
  definition: 'Customer who pays',
  unit: 'number',
};
const TIME: ColumnSpec = {
  name: 'event_time',
  type: 'timestamp',
  role: 'time',
  definition: 'Time of the payment by the clock in Hong Kong (UTC+8), without a zone',
  unit: 'timestamp',
};
const information = (
  name: string,
  type: ColumnSpec['type'],
  definition: string,
  unit: string,
  dictionary?: readonly string[],
): ColumnSpec => ({
  name,
  type,
  role: 'information',
  definition,
  unit,
  ...(dictionary === undefined ? {} : { dictionary }),
});
const YES_NO = ['no', 'yes'];

/** Every table of the preset, column by column. */
export const TABLES: readonly TableSpec[] = [
  {
    name: 'features',
    description: 'What a model is given: one row a payment.',
    per: 'split',
    columns: [
      KEY,
      CUSTOMER,
      TIME,
      ...FEATURES.map((feature): ColumnSpec => ({ ...feature, type: 'float32', role: 'feature' })),
    ],
  },
  {
    name: 'labels',
    description: 'What a model is to find.',
    per: 'split',
    columns: [
      KEY,
      {
        name: 'fraud',
        type: 'int32',
        role: 'label',
        definition: '1 when the payment is part of a fraud',
        unit: '0 or 1',
      },
      information('typology', 'string', 'Typology of the fraud, NONE for honest payments', 'name', [
        'NONE',
        ...TYPOLOGIES.map(({ name }) => name),
      ]),
    ],
  },
  {
    name: 'protected',
    description: 'Attributes that no model is given.',
    per: 'split',
    columns: [
      KEY,
      {
        name: 'sex',
        type: 'string',
        role: 'protected',
        definition: 'Sex of the customer (Cap. 480)',
        unit: 'name',
        dictionary: SEXES,
      },
      {
        name: 'race',
        type: 'string',
        role: 'protected',
        definition: 'Race of the customer (Cap. 602), in groups of the population census',
        unit: 'name',
        dictionary: RACES.map(([name]) => name),
      },
      information(
        'age_band',
        'string',
        'Age of the customer in bands; a matter of policy, not of statute',
        'years',
        AGE_BANDS,
      ),
      {
        name: 'control',
        type: 'string',
        role: 'control',
        definition: 'A coin tossed for each customer that nothing else depends on: the negative control',
        unit: 'name',
        dictionary: CONTROLS,
      },
    ],
  },
  {
    name: 'events',
    description: 'The payments as the bank saw them, from which the features are computed.',
    per: 'split',
    columns: [
      KEY,
      CUSTOMER,
      TIME,
      information('channel', 'string', 'How it was paid', 'name', CHANNELS),
      information('category', 'string', 'What it was for', 'name', CATEGORIES),
      information('payee_id', 'int32', 'Merchant or account that is paid', 'number'),
      information('amount_cents', 'int64', 'Amount', 'cents of a Hong Kong dollar'),
      information('balance_before_cents', 'int64', 'What the account or purse held just before', 'cents'),
      information('device', 'int32', 'Number of the device among the customer’s, −1 without one', 'number'),
      information('remote', 'string', 'Made on line or in the app', 'yes or no', YES_NO),
      information('overseas', 'string', 'Merchant or machine outside Hong Kong', 'yes or no', YES_NO),
    ],
  },
  {
    name: 'customers',
    description: 'The customers, without protected attributes.',
    per: 'version',
    columns: [
      CUSTOMER,
      information(
        'district',
        'string',
        'District of residence',
        'name',
        DISTRICTS.map(([name]) => name),
      ),
      information('age_band', 'string', 'Age in bands', 'years', AGE_BANDS),
      information('monthly_income_hkd', 'float64', 'Income', 'HKD a month'),
      information('pay_day', 'int32', 'Usual day of the month of wages', 'day'),
      information(
        'habitual_balance_cents',
        'int64',
        'What the account holds after pay day, by habit',
        'cents',
      ),
      information('way_of_life', 'string', 'Hours of activity', 'name', [
        'OFFICE_HOURS',
        'LATE_SHIFTS',
        'AT_HOME',
      ]),
    ],
  },
  {
    name: 'merchants',
    description: 'The merchants.',
    per: 'version',
    columns: [
      { ...CUSTOMER, name: 'payee_id', definition: 'Merchant that is paid' },
      information('category', 'string', 'What it sells', 'name', CATEGORIES),
      information(
        'district',
        'string',
        'District of the shop',
        'name',
        DISTRICTS.map(([name]) => name),
      ),
    ],
  },
];
