import {
  AGE_BANDS,
  CONTROLS,
  DISABILITIES,
  FAMILY_STATUSES,
  MARITAL_STATUSES,
  RACES,
  SEXES,
  DISTRICTS,
} from '../population/attributes.js';
import { ORGANISATION_KINDS, SECTORS, type People } from '../population/population.js';
import { type ColumnSpec, type TableSpec } from '../preset.js';
import { SCRIPTS } from './crime/scripts.js';
import { FEATURES, SOURCES } from './feature-specs.js';
import { BANKS } from './institutions.js';
import { ROLES } from './parties.js';
import { CURRENCIES, FORMATS, PURPOSES } from './transfers.js';

/** Word for the attributes of those who are no person. */
const ORGANISATION = 'ORGANISATION';

function column(
  name: string,
  type: ColumnSpec['type'],
  definition: string,
  unit: string,
  more: Partial<ColumnSpec> = {},
): ColumnSpec {
  return { name, type, role: 'information', definition, unit, ...more };
}

const words = (name: string, definition: string, dictionary: readonly string[]) =>
  column(name, 'string', definition, 'name', { dictionary });

const KEY = column(
  'row_id',
  'int32',
  'Number of the transfer in time order; the same in every table of the split',
  'number',
  {
    role: 'key',
  },
);
const TIME = column(
  'event_time',
  'timestamp',
  'Time of the transfer by the clock in Hong Kong (UTC+8), without a zone',
  'timestamp',
  { role: 'time' },
);
const PATTERN = words('pattern', 'Script of the laundering, NONE otherwise or where it is not known', [
  'NONE',
  ...SCRIPTS.map(({ name }) => name),
]);
const CASE = column('case_id', 'int32', 'Number of the case in the split, −1 without one', 'number');

/** The attributes of `protected`, each with its codes and how a person has it. */
export const ATTRIBUTES: readonly {
  readonly column: ColumnSpec;
  /** code of what is no person */
  readonly none: number;
  readonly of: (people: People) => Uint8Array;
}[] = [
  attribute('sex', 'Sex (Cap. 480)', SEXES, (people) => people.sex),
  attribute(
    'marital_status',
    'Marital status (Cap. 480)',
    MARITAL_STATUSES,
    (people) => people.maritalStatus,
  ),
  attribute('family_status', 'Family status (Cap. 527)', FAMILY_STATUSES, (people) => people.familyStatus),
  attribute('race', 'Race (Cap. 602), in groups of the population census', RACES, (people) => people.race),
  attribute('disability', 'Disability (Cap. 487)', DISABILITIES, (people) => people.disability),
  attribute(
    'age_band',
    'Age in bands; a matter of policy, not of statute',
    AGE_BANDS,
    (people) => people.ageBand,
    'information',
  ),
  attribute(
    'control',
    'A coin tossed for each person that nothing else depends on: the negative control',
    CONTROLS,
    (people) => people.control,
    'control',
  ),
];

function attribute(
  name: string,
  definition: string,
  dictionary: readonly string[],
  of: (people: People) => Uint8Array,
  role: ColumnSpec['role'] = 'protected',
) {
  const full = `${definition} of the person who sends; ${ORGANISATION} where no person does`;
  return {
    column: column(name, 'string', full, 'name', { dictionary: [...dictionary, ORGANISATION], role }),
    none: dictionary.length,
    of,
  };
}

/** Features that may be lost, see `missingness`. */
const LOST = new Set(SOURCES.flat());

/** Every table of the preset, column by column. */
export const TABLES: readonly TableSpec[] = [
  {
    name: 'features',
    description: 'What a model is given: one row a transfer, seen over the whole network.',
    per: 'split',
    columns: [
      KEY,
      column('account_id', 'int32', 'Account that sends', 'number', { role: 'entity' }),
      TIME,
      ...FEATURES.map((feature, place): ColumnSpec => ({
        ...feature,
        type: 'float32',
        role: 'feature',
        ...(LOST.has(place) ? { optional: true } : {}),
      })),
    ],
  },
  {
    name: 'labels',
    description:
      'What a model is to find: as known at its end in the development split, the truth in the others.',
    per: 'split',
    columns: [
      KEY,
      column('laundering', 'int32', '1 when the transfer is part of a laundering case', '0 or 1', {
        role: 'label',
      }),
      PATTERN,
      CASE,
      column('reported_at', 'timestamp', 'When it was reported, if by the end of the split', 'timestamp', {
        optional: true,
      }),
    ],
  },
  {
    name: 'protected',
    description: 'Attributes that no model is given.',
    per: 'split',
    columns: [KEY, ...ATTRIBUTES.map(({ column: spec }) => spec)],
  },
  {
    name: 'transfers',
    description:
      'The transfers as they were settled: with ownership, the edges of the graph of accounts. Each was known when the transfer was settled: balances are those just before it. In time order, ties by row_id; a model may be fed this table event by event.',
    per: 'split',
    events: true,
    columns: [
      KEY,
      TIME,
      column('from_account', 'int32', 'Account that sends', 'number'),
      column('to_account', 'int32', 'Account that receives', 'number'),
      words('from_bank', 'Bank of the account that sends', BANKS),
      words('to_bank', 'Bank of the account that receives', BANKS),
      column('amount_cents', 'int64', 'Amount', 'cents of a Hong Kong dollar'),
      words('currency', 'Currency of the instruction', CURRENCIES),
      words('format', 'How it was carried out', FORMATS),
      words('purpose', 'What the instruction says that it is for', PURPOSES),
      column('from_balance_before_cents', 'int64', 'What the sender held just before', 'cents'),
      column('to_balance_before_cents', 'int64', 'What the receiver held just before', 'cents'),
    ],
  },
  {
    name: 'truth',
    hindsight: true,
    description: 'What every transfer truly is.',
    per: 'split',
    columns: [
      KEY,
      column('laundering', 'int32', '1 when the transfer is part of a laundering case', '0 or 1'),
      PATTERN,
      CASE,
    ],
  },
  {
    name: 'cases',
    hindsight: true,
    description: 'The laundering cases, one line each.',
    per: 'split',
    columns: [
      column('case_id', 'int32', 'Number of the case in the split', 'number'),
      words(
        'pattern',
        'Script of its core; placement and integration are free-form',
        SCRIPTS.map(({ name }) => name),
      ),
      column('first_time', 'timestamp', 'Time of its first transfer', 'timestamp'),
      column('transfers', 'int32', 'Transfers, placement and integration included', 'count'),
      column('reported_at', 'timestamp', 'When it was or will be reported; null if never', 'timestamp', {
        optional: true,
      }),
    ],
  },
  {
    name: 'accounts',
    description: 'The accounts: the vertices of the graph.',
    per: 'version',
    columns: [
      column('account_id', 'int32', 'Number of the account', 'number', { role: 'key' }),
      words('holder', 'Who holds it, and which of the holder’s it is', ROLES),
      column('holder_id', 'int32', 'Number of the holder’s first account', 'number'),
      words('bank', 'Bank that keeps it', BANKS),
      column('opened_day', 'int32', 'Day it was opened, 1 January 2025 being 0', 'days'),
    ],
  },
  {
    name: 'organisations',
    description: 'Sole traders, companies and shell companies.',
    per: 'version',
    columns: [
      column('holder_id', 'int32', 'Number of the organisation’s first account', 'number', { role: 'key' }),
      words('kind', 'Kind of organisation', ORGANISATION_KINDS),
      words('sector', 'What it does', SECTORS),
      words(
        'district',
        'District of its seat',
        DISTRICTS.map(([name]) => name),
      ),
      column('age_days', 'int32', 'Days before 1 January 2025 on which it was founded', 'days'),
    ],
  },
  {
    name: 'ownership',
    description: 'Who owns which organisation: the further edges of the graph.',
    per: 'version',
    columns: [
      column(
        'owner_id',
        'int32',
        'Number of the first account of the person or organisation that owns',
        'number',
      ),
      column('holder_id', 'int32', 'Number of the first account of the organisation that is owned', 'number'),
      words('owner', 'Who owns', ROLES),
    ],
  },
];
