import { type ColumnSpec, type TableSpec } from '../preset.js';
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
import { KINDS, PRODUCTS } from './application.js';
import { FEATURES } from './features.js';

const KEY: ColumnSpec = {
  name: 'row_id',
  type: 'int32',
  role: 'key',
  definition: 'Number of the application in time order; the same in every table of the split',
  unit: 'number',
};
const PERSON: ColumnSpec = {
  name: 'person_id',
  type: 'int32',
  role: 'entity',
  definition: 'Person who applies',
  unit: 'number',
};
const TIME: ColumnSpec = {
  name: 'application_time',
  type: 'timestamp',
  role: 'time',
  definition: 'Time of the application by the clock in Hong Kong (UTC+8), without a zone',
  unit: 'timestamp',
};
const YES_NO = ['no', 'yes'];

function information(
  name: string,
  type: ColumnSpec['type'],
  definition: string,
  unit: string,
  more: Partial<ColumnSpec> = {},
): ColumnSpec {
  return { name, type, role: 'information', definition, unit, ...more };
}

function protectedBy(name: string, definition: string, dictionary: readonly string[]): ColumnSpec {
  return { name, type: 'string', role: 'protected', definition, unit: 'name', dictionary };
}

const DEFAULT: ColumnSpec = {
  name: 'default',
  type: 'int32',
  role: 'label',
  definition:
    '1 when three payments were in arrears (90 days past due) within the outcome window; in development as the register knew it when labels were read, otherwise the truth',
  unit: '0 or 1',
};
const KIND = information('kind', 'string', 'How the default came about, NONE without one', 'name', {
  dictionary: KINDS,
});
const MONTH = information('default_month', 'int32', 'Month on book of the default', 'months', {
  optional: true,
});

/** Every table of the preset, column by column. */
export const TABLES: readonly TableSpec[] = [
  {
    name: 'features',
    description: 'What a model is given: one row an application.',
    per: 'split',
    columns: [KEY, PERSON, TIME, ...FEATURES],
  },
  {
    name: 'labels',
    description: 'What a model is to foresee.',
    per: 'split',
    columns: [
      KEY,
      DEFAULT,
      KIND,
      MONTH,
      information(
        'matured',
        'string',
        'Whether the outcome window was over when labels were read',
        'yes or no',
        {
          dictionary: YES_NO,
        },
      ),
    ],
  },
  {
    name: 'protected',
    description: 'Attributes that no model is given.',
    per: 'split',
    columns: [
      KEY,
      protectedBy('sex', 'Sex of the applicant (Cap. 480)', SEXES),
      protectedBy('marital_status', 'Marital status of the applicant (Cap. 480)', MARITAL_STATUSES),
      protectedBy('family_status', 'Care of an immediate family member (Cap. 527)', FAMILY_STATUSES),
      protectedBy('race', 'Race of the applicant (Cap. 602), in groups of the population census', RACES),
      protectedBy('disability', 'Disability of the applicant (Cap. 487)', DISABILITIES),
      information('age_band', 'string', 'Age in bands; a matter of policy, not of statute', 'years', {
        dictionary: AGE_BANDS,
      }),
      {
        ...protectedBy(
          'control',
          'A coin tossed for each person that nothing else depends on: the negative control',
          CONTROLS,
        ),
        role: 'control',
      },
    ],
  },
  {
    name: 'applications',
    description:
      'The applications as lenders saw them when they came in: what the applicant asked for and gave, and nothing of what the register or the lender found out. In time order, ties by row_id; a model may be fed this table event by event.',
    per: 'split',
    events: true,
    columns: [
      KEY,
      PERSON,
      TIME,
      information('product', 'string', 'What was asked for', 'name', { dictionary: PRODUCTS }),
      information('virtual_bank', 'string', 'Whether the lender is a virtual bank', 'yes or no', {
        dictionary: YES_NO,
      }),
      information('amount_hkd', 'float32', 'Sum or limit asked for', 'HKD'),
      information('device_id', 'int32', 'Device that it was made from', 'number'),
      information('phone_id', 'int32', 'Telephone number given', 'number'),
      information('address_id', 'int32', 'Address given', 'number'),
    ],
  },
  {
    name: 'truth',
    description: 'What came of each application in truth: for the evaluator, and for practice.',
    per: 'split',
    hindsight: true,
    columns: [
      KEY,
      { ...DEFAULT, role: 'information', definition: '1 when it ended in default within the outcome window' },
      KIND,
      MONTH,
      information('case_id', 'int32', 'Number of the case, null for ordinary applicants', 'number', {
        optional: true,
      }),
    ],
  },
  {
    name: 'repayments',
    description:
      'How accounts were conducted, month on book by month on book, for every k-th application of the split: as many as give at most 20,000.',
    per: 'split',
    hindsight: true,
    columns: [
      KEY,
      information('month_on_book', 'int32', 'Months since the decision', 'months'),
      information('payments_in_arrears', 'int32', 'Payments missed and not made up', 'count'),
    ],
  },
  {
    name: 'persons',
    description: 'The people, without protected attributes.',
    per: 'version',
    columns: [
      PERSON,
      information('district', 'string', 'District of residence', 'name', {
        dictionary: DISTRICTS.map(([name]) => name),
      }),
      information('occupation', 'string', 'Occupation', 'name', { dictionary: OCCUPATIONS }),
      information('monthly_income_hkd', 'float64', 'Usual income', 'HKD a month'),
    ],
  },
];
