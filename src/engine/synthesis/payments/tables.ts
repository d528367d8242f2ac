import { LANGUAGES, MEDIA } from '../messages/index.js';
import {
  AGE_BANDS,
  CONTROLS,
  DISABILITIES,
  DISTRICTS,
  FAMILY_STATUSES,
  MARITAL_STATUSES,
  OCCUPATIONS,
  RACES,
  SEXES,
} from '../population/attributes.js';
import { BANKS } from '../population/institutions.js';
import { ORGANISATION_KINDS, SECTORS } from '../population/population.js';
import { type ColumnSpec, type TableSpec } from '../preset.js';
import { CATEGORIES, CHANNELS, INFLOW_KINDS, POCKETS } from './events.js';
import { FEATURES } from './features/index.js';
import { CONTROL_KINDS, OUTCOMES, ROLES } from './frauds.js';
import { TYPOLOGIES } from './typologies/index.js';

function column(
  name: string,
  type: ColumnSpec['type'],
  definition: string,
  unit: string,
  more: Partial<ColumnSpec> = {},
): ColumnSpec {
  return { name, type, role: 'information', definition, unit, ...more };
}

/** One of some words. */
const word = (
  name: string,
  definition: string,
  dictionary: readonly string[],
  more: Partial<ColumnSpec> = {},
): ColumnSpec => column(name, 'string', definition, 'name', { dictionary, ...more });

const yesNo = (name: string, definition: string): ColumnSpec =>
  column(name, 'string', definition, 'yes or no', { dictionary: ['no', 'yes'] });
const cents = (name: string, definition: string): ColumnSpec =>
  column(name, 'int64', definition, 'cents of a Hong Kong dollar');
const number = (name: string, definition: string, more: Partial<ColumnSpec> = {}): ColumnSpec =>
  column(name, 'int32', definition, 'number', more);
const time = (name: string, definition: string, more: Partial<ColumnSpec> = {}): ColumnSpec =>
  column(
    name,
    'timestamp',
    `${definition}, by the clock in Hong Kong (UTC+8), without a zone`,
    'timestamp',
    more,
  );

const ROW = number(
  'row_id',
  'Number of the payment in time order, counted on over the splits; the same in every table',
  { role: 'key' },
);
const CUSTOMER = number('customer_id', 'Customer who pays; numbers say nothing', { role: 'entity' });
const TIME = time('event_time', 'Time of the payment', { role: 'time' });
const PAYEE = number('payee_id', 'Merchant or account that is paid; numbers say nothing');
const district = (definition: string): ColumnSpec =>
  word(
    'district',
    definition,
    DISTRICTS.map(([name]) => name),
  );
const protectedWord = (name: string, definition: string, dictionary: readonly string[]): ColumnSpec =>
  word(name, definition, dictionary, { role: 'protected' });

const FRAUD: ColumnSpec = {
  name: 'fraud',
  type: 'int32',
  role: 'label',
  definition: '1 when the payment is part of a fraud',
  unit: '0 or 1',
};
const NULLABLE = { optional: true } as const;
const WHAT_IT_IS: readonly ColumnSpec[] = [
  word(
    'typology',
    'Typology of the fraud, null for honest payments',
    TYPOLOGIES.map(({ name }) => name),
    NULLABLE,
  ),
  word('role', 'What the payment is in the trace of its case, null for honest ones', ROLES, NULLABLE),
  number('episode', 'Case that the payment belongs to, null for honest ones', NULLABLE),
];

const PER_SPLIT: readonly Omit<TableSpec, 'per'>[] = [
  {
    name: 'features',
    description: 'What a model is given: one row a payment.',
    columns: [
      ROW,
      CUSTOMER,
      TIME,
      ...FEATURES.map(({ name, definition, unit, window, source }): ColumnSpec => ({
        name,
        definition,
        unit,
        window,
        type: 'float32',
        role: 'feature',
        ...(source === undefined ? {} : NULLABLE),
      })),
    ],
  },
  {
    name: 'labels',
    description:
      'What a model is to find. In the development split as it is known at the end of that split: late reports are missing, and a few reports are wrong. In the others the truth.',
    columns: [
      ROW,
      { ...FRAUD, definition: '1 when the payment is held for part of a fraud' },
      ...WHAT_IT_IS,
      time('reported_at', 'When the bank learned of it; null when it has not', NULLABLE),
    ],
  },
  {
    name: 'truth',
    hindsight: true,
    description: 'What the payments are, whoever knows it.',
    columns: [ROW, { ...FRAUD, role: 'information' }, ...WHAT_IT_IS],
  },
  {
    name: 'protected',
    description: 'Attributes of the customer that no model is given.',
    columns: [
      ROW,
      protectedWord('sex', 'Sex (Cap. 480)', SEXES),
      protectedWord('marital_status', 'Marital status (Cap. 480)', MARITAL_STATUSES),
      protectedWord('family_status', 'Care of an immediate family member (Cap. 527)', FAMILY_STATUSES),
      protectedWord('race', 'Race (Cap. 602), in groups of the population census', RACES),
      protectedWord('disability', 'Disability (Cap. 487)', DISABILITIES),
      word('age_band', 'Age in years, in bands; a matter of policy, not of statute', AGE_BANDS),
      word('control', 'A coin tossed for each customer that nothing else depends on', CONTROLS, {
        role: 'control',
      }),
    ],
  },
  {
    name: 'events',
    events: true,
    description:
      'The payments as the bank saw them, from which the features are computed. Each was known when the payment was made: balances just before it, and the alert that the payer was shown before going on. In time order, ties by row_id; a model may be fed this table event by event.',
    columns: [
      ROW,
      CUSTOMER,
      TIME,
      word('channel', 'How it was paid', CHANNELS),
      word('category', 'What it was for', CATEGORIES),
      PAYEE,
      column('amount_cents', 'int32', 'Amount', 'cents of a Hong Kong dollar'),
      cents(
        'balance_before_cents',
        'What the pocket held just before: the purse for stored value (the account for TOP_UP, which fills the purse), the wallet for e-CNY, the credit still open for credit cards, otherwise the account',
      ),
      number(
        'device_id',
        'Device it was made with, null without one of the customer’s; numbers say nothing',
        NULLABLE,
      ),
      yesNo('remote', 'Made on line or in the app'),
      yesNo('overseas', 'Merchant or machine outside Hong Kong'),
      yesNo('alerted', 'The payer was shown the Suspicious Account Alert and went on'),
    ],
  },
  {
    name: 'inflows',
    description:
      'Money that reaches or leaves customers without being a payment of theirs. With the payments it accounts for every cent: balance before = opening balance − payments before + what is booked before.',
    columns: [
      { ...CUSTOMER, definition: 'Customer whose pocket changes' },
      time('booked_at', 'When it is booked'),
      number('before_row', 'First row_id that is settled after it'),
      word('kind', 'What it is', INFLOW_KINDS),
      word('pocket', 'Where it is booked', POCKETS),
      cents('amount_cents', 'Amount, below zero for what leaves'),
    ],
  },
  {
    name: 'episodes',
    hindsight: true,
    description: 'The cases of fraud: who, how it began and what came of it.',
    columns: [
      number('episode', 'Number of the case, as in the labels'),
      word(
        'typology',
        'Typology',
        TYPOLOGIES.map(({ name }) => name),
      ),
      { ...CUSTOMER, definition: 'Victim, or holder of the mule account' },
      time('onset', 'When it began'),
      time('reported_at', 'When the bank learns of it; null for never', NULLABLE),
      number('payments', 'Payments of the case in this split'),
      yesNo('complete', 'The split shows the case to its end'),
    ],
  },
  {
    name: 'controls',
    description: 'What the bank’s controls did, attempts that came to nothing included.',
    columns: [
      time('control_time', 'When'),
      { ...CUSTOMER, definition: 'Customer who was stopped, warned or given money back' },
      PAYEE,
      cents('amount_cents', 'Amount'),
      word('kind', 'Which control', CONTROL_KINDS),
      word('outcome', 'What came of it', OUTCOMES),
    ],
  },
  {
    name: 'messages',
    hindsight: true,
    description:
      'Messages and call scripts with which scams begin, and honest ones that resemble them, from templates of our own. At most 100,000 cases a split, and as many honest messages.',
    columns: [
      number('message_id', 'Number of the message in the split'),
      number('episode', 'Case that it begins, null for an honest one', NULLABLE),
      time('sent_at', 'When it was sent or said'),
      word('medium', 'Medium', MEDIA),
      column(
        'sender',
        'text',
        'Who it claims to be from; # marks a registered sender of the SMS scheme',
        'text',
      ),
      word('language', 'Language of the recipient', LANGUAGES),
      column('text', 'text', 'What it says', 'text'),
      { ...FRAUD, role: 'information', definition: '1 when it begins a fraud' },
    ],
  },
];

const PER_VERSION: readonly Omit<TableSpec, 'per'>[] = [
  {
    name: 'customers',
    description: 'The customers, without protected attributes.',
    columns: [
      { ...CUSTOMER, definition: 'Customer' },
      district('District of residence'),
      word('occupation', 'Occupation', OCCUPATIONS),
      word('way_of_life', 'Hours of activity', ['OFFICE_HOURS', 'LATE_SHIFTS', 'AT_HOME']),
      column('monthly_income_hkd', 'float64', 'Income', 'HKD a month'),
      column('pay_day', 'int32', 'Usual day of the month on which it arrives', 'day'),
      cents('habitual_balance_cents', 'What the account holds after pay day, by habit'),
      cents('credit_limit_cents', 'Credit limit of the card, 0 without one'),
      ...POCKETS.map((pocket) =>
        cents(
          `opening_${pocket.toLowerCase()}_cents`,
          `What ${pocket} holds before the first row${pocket === 'CREDIT' ? ' (credit still open)' : ''}`,
        ),
      ),
    ],
  },
  {
    name: 'merchants',
    description: 'The merchants.',
    columns: [
      { ...PAYEE, definition: 'Merchant' },
      number('organisation_id', 'Organisation that it belongs to'),
      word('category', 'What it sells', CATEGORIES),
      district('District of the shop'),
    ],
  },
  {
    name: 'accounts',
    description: 'The accounts that can be paid, with what the bank knows of their holders.',
    columns: [
      { ...PAYEE, definition: 'Account' },
      word(
        'bank',
        'Bank or wallet that keeps it; names are invented',
        BANKS.map(([name]) => name),
      ),
      number('customer_id', 'Holder, where it is at the bank whose customers are played', NULLABLE),
      number('organisation_id', 'Organisation that holds it', NULLABLE),
    ],
  },
  {
    name: 'organisations',
    description: 'Sole traders, companies and shell companies, and who owns them.',
    columns: [
      number('organisation_id', 'Organisation; numbers say nothing'),
      word('kind', 'Legal form', ORGANISATION_KINDS),
      word('sector', 'Sector', SECTORS),
      district('District of its address'),
      number('owner_customer_id', 'Customer who owns it, null where another organisation does', NULLABLE),
      number('parent_organisation_id', 'Organisation that owns it', NULLABLE),
      column('turnover_hkd', 'float64', 'Turnover', 'HKD a month'),
      column('age_days', 'int32', 'Days before 2025 that it was founded', 'days'),
    ],
  },
];

/** Every table of the preset, column by column. */
export const TABLES: readonly TableSpec[] = [
  ...PER_SPLIT.map((table) => ({ ...table, per: 'split' as const })),
  ...PER_VERSION.map((table) => ({ ...table, per: 'version' as const })),
];
