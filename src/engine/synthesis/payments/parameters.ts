import { GROUP_ATTRIBUTES } from '../population/attributes.js';
import { type NumberSpec, type ParameterSpec, type Parameters } from '../parameters.js';
import { TYPOLOGIES } from './typologies/index.js';
import { type Layout } from './weeks.js';

/** Parameters of the preset as the generator reads them; the weights of typologies come besides. */
export interface PaymentParameters extends Layout {
  readonly prevalence: number;
  readonly paymentsPerMonth: number;
  readonly drift: number;
  readonly care: number;
  readonly lookAlikes: number;
  readonly labelDelayDays: number;
  readonly labelNever: number;
  readonly labelWrong: number;
  readonly missingness: number;
  readonly proxyStrength: number;
  readonly warningIgnored: number;
  readonly groupAttribute: (typeof GROUP_ATTRIBUTES)[number];
  readonly groupShare: number;
  readonly groupPrevalenceRatio: number;
  readonly groupSeparability: number;
}

const WEIGHT = 'weight.';

/** The series of a typology's weight: cases relative to those of the others, by month. */
export function weightOf(parameters: Parameters, typology: string): number | string {
  return parameters[WEIGHT + typology] ?? 0;
}

function number(
  name: keyof PaymentParameters,
  value: number,
  minimum: number,
  maximum: number,
  description: string,
): NumberSpec {
  return { name, description, type: 'number', default: value, minimum, maximum };
}

function months(
  name: keyof PaymentParameters,
  value: number,
  minimum: number,
  maximum: number,
  description: string,
): NumberSpec {
  return { name, description, type: 'integer', default: value, minimum, maximum };
}

export const PARAMETERS: readonly ParameterSpec[] = [
  number(
    'prevalence',
    0.01,
    0.0005,
    0.2,
    'share of payments that are fraudulent; enriched far above what banks see',
  ),
  months('startMonth', 7, 1, 12, 'first month of 2025 (1 to 12) of the development split'),
  months('developmentMonths', 3, 1, 10, 'months of the development split'),
  months('evaluationMonths', 2, 1, 10, 'months of the evaluation split, which follow'),
  months('sealedMonths', 1, 1, 10, 'months of the sealed split, which follow those'),
  number(
    'paymentsPerMonth',
    12,
    2,
    200,
    'mean payments of a customer in a month; sets the number of customers',
  ),
  ...TYPOLOGIES.map(({ name, title, cases }): ParameterSpec => ({
    name: WEIGHT + name,
    description: `${title}: number of cases relative to the other typologies, or one a month of the version; the default is near the cited yearly count where there is one`,
    type: 'series',
    default: String(cases),
    minimum: 0,
    maximum: 1e6,
  })),
  number(
    'drift',
    0.5,
    0,
    1,
    'how far fraudsters learn month by month to look like the customer: 0 not at all, 1 all that care leaves',
  ),
  number('care', 0.65, 0, 1, 'how much fraudsters take care to look like the customer, 0 to 1'),
  number('lookAlikes', 0.045, 0, 0.2, 'chance that an honest payment opens conduct that looks like fraud'),
  number('labelDelayDays', 10, 0, 120, 'mean days from the last payment of a case to its report'),
  number('labelNever', 0.2, 0, 0.95, 'share of cases that are never reported'),
  number(
    'labelWrong',
    0.02,
    0,
    0.5,
    'honest payments wrongly reported as fraud, as a share of the fraudulent payments that are reported',
  ),
  number(
    'missingness',
    0,
    0,
    0.5,
    'share of payments for which a source system fails and its feature values are lost (device, payee bank, location)',
  ),
  number('proxyStrength', 1, 0, 2, 'how far habits and means differ between groups; 0 makes them alike'),
  number('warningIgnored', 0.55, 0, 1, 'share of payers who go on after a Suspicious Account Alert'),
  {
    name: 'groupAttribute',
    description: 'attribute whose disadvantaged group the other group parameters speak of',
    type: 'choice',
    default: 'sex',
    choices: [...GROUP_ATTRIBUTES],
  },
  number(
    'groupShare',
    0,
    0,
    0.9,
    'share of that group among the customers; 0 leaves it as the census has it',
  ),
  number('groupPrevalenceRatio', 1, 0.1, 10, 'risk of its members to become victims, relative to the others'),
  number('groupSeparability', 0, 0, 1, 'how much less the frauds on its members stand out, 0 to 1'),
];
/** How many customers make a given number of payments. */
export function customersFor(rows: number, layout: Layout & { readonly paymentsPerMonth: number }): number {
  const months = layout.developmentMonths + layout.evaluationMonths;
  return Math.max(50, Math.round(rows / months / layout.paymentsPerMonth));
}
