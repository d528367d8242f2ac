import { GROUP_ATTRIBUTES, type GroupAttribute } from '../population/attributes.js';
import { type ParameterSpec } from '../parameters.js';
import { FREE, PATTERNS, SCRIPTS } from './crime/scripts.js';

/** Parameters of the preset as the generator reads them. */
export interface NetworkParameters {
  readonly oneIn: number;
  readonly enrichment: number;
  readonly startMonth: number;
  readonly developmentMonths: number;
  readonly evaluationMonths: number;
  readonly sealedMonths: number;
  readonly transfersPerMonth: number;
  readonly drift: number;
  readonly care: number;
  readonly lookAlikes: number;
  readonly labelDelayDays: number;
  readonly labelNever: number;
  readonly labelWrong: number;
  readonly missingness: number;
  readonly proxyStrength: number;
  readonly groupAttribute: GroupAttribute;
  readonly groupShare: number;
  readonly groupPrevalenceRatio: number;
  readonly groupSeparability: number;
  readonly [weight: `weight.${string}`]: number | string;
}

/** Share of transfers that launder. */
export const prevalence = (parameters: NetworkParameters) => parameters.enrichment / parameters.oneIn;

/**
 * Default relative weights. Of the laundering rows of the AMLworld data 81% follow none of the eight patterns; here
 * the eight make 19% alike, the typologies of Hong Kong 28% and free form the rest (the division of the 81% is a
 * convention of this preset).
 */
function defaultWeight(script: number): number {
  if (script === FREE) return 53;
  return script < PATTERNS.length ? 19 / PATTERNS.length : 4;
}

export const PARAMETERS: readonly ParameterSpec[] = [
  integer('oneIn', 'one transfer in so many launders, before enrichment', 1_000, 800, 2_000),
  number(
    'enrichment',
    'times as many laundering transfers as oneIn says: 1 is as it is, more for small data sets; precision and calibration do not carry over',
    1,
    1,
    100,
  ),
  integer('startMonth', 'first month of 2025 (1 to 12) of the development split', 7, 1, 12),
  integer('developmentMonths', 'months of the development split', 3, 1, 10),
  integer('evaluationMonths', 'months of the evaluation split, which follow', 2, 1, 10),
  integer('sealedMonths', 'months of the sealed split, which follow', 1, 1, 10),
  number(
    'transfersPerMonth',
    'mean transfers that an account begins in a month; sets the number of accounts',
    10,
    4,
    200,
  ),
  ...SCRIPTS.map(({ name, title }, script): ParameterSpec => ({
    name: `weight.${name}`,
    description:
      script === FREE
        ? `${title}: relative number of its transfers, by month; those that place and integrate the money of other patterns count here, so that some remain at 0`
        : `${title}: relative number of its transfers, by month`,
    type: 'series',
    default: String(defaultWeight(script)),
    minimum: 0,
    maximum: 1_000,
  })),
  number(
    'drift',
    'how far launderers adapt from month to month (slower, smaller, other ways out)',
    0.3,
    0,
    1,
  ),
  number('care', 'how much launderers avoid what monitoring looks for', 0.45, 0, 1),
  number('lookAlikes', 'chance that an honest account’s next conduct looks like laundering', 0.04, 0, 0.3),
  number('labelDelayDays', 'mean days from the last transfer of a case to its report', 21, 0, 365),
  number('labelNever', 'share of cases that are never reported; in reality most are not', 0.5, 0, 0.95),
  number('labelWrong', 'false reports as a share of the reported transfers', 0.05, 0, 1),
  number('missingness', 'share of feature values that are lost, by source system', 0.02, 0, 0.5),
  number('proxyStrength', 'how far means and habits differ between groups; 0 makes them alike', 1, 0, 2),
  {
    name: 'groupAttribute',
    description: 'the protected attribute whose disadvantaged group the next three speak of',
    type: 'choice',
    default: 'sex',
    choices: [...GROUP_ATTRIBUTES],
  },
  number('groupShare', 'size of that group as a share of people; 0 leaves it as the census', 0, 0, 0.9),
  number(
    'groupPrevalenceRatio',
    'chance of the group’s accounts to be drawn into laundering, relative to others',
    1,
    0.1,
    10,
  ),
  number('groupSeparability', 'how much less the cases of the group stand out', 0, 0, 1),
];

function number(
  name: string,
  description: string,
  standard: number,
  minimum: number,
  maximum: number,
): ParameterSpec {
  return { name, description, type: 'number', default: standard, minimum, maximum };
}

function integer(
  name: string,
  description: string,
  standard: number,
  minimum: number,
  maximum: number,
): ParameterSpec {
  return { name, description, type: 'integer', default: standard, minimum, maximum };
}
