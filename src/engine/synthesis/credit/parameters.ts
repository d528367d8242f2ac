import { atMonth, type ParameterSpec, type Parameters } from '../parameters.js';
import { GROUP_ATTRIBUTES, type GroupAttribute } from '../population/attributes.js';
import { MONTHS } from './months.js';
import { TYPOLOGIES } from './typologies/index.js';

/** Parameters of the preset as the generator reads them. */
export interface CreditParameters {
  readonly defaultRate: number;
  readonly crimeShare: number;
  readonly startMonth: number;
  readonly developmentMonths: number;
  readonly labelMonths: number;
  readonly evaluationMonths: number;
  readonly sealedMonths: number;
  readonly outcomeMonths: number;
  readonly applicationsPerPerson: number;
  readonly drift: number;
  readonly labelNever: number;
  readonly labelWrong: number;
  readonly missingness: number;
  readonly proxyStrength: number;
  readonly groupAttribute: GroupAttribute;
  readonly groupShare: number;
  readonly groupPrevalenceRatio: number;
  readonly groupSeparability: number;
}

function whole(
  name: string,
  description: string,
  value: number,
  minimum: number,
  maximum: number,
): ParameterSpec {
  return { name, description, type: 'integer', default: value, minimum, maximum };
}
function real(
  name: string,
  description: string,
  value: number,
  minimum: number,
  maximum: number,
): ParameterSpec {
  return { name, description, type: 'number', default: value, minimum, maximum };
}

export const PARAMETERS: readonly ParameterSpec[] = [
  real(
    'defaultRate',
    'share of the development split’s applications that end in default within the outcome window; banks charge off about 2.3% of card lending a year',
    0.06,
    0.01,
    0.3,
  ),
  real('crimeShare', 'share of the defaults that were meant from the start', 0.22, 0, 0.8),
  whole('startMonth', 'first month of the development split, 1 = January 2024', 1, 1, MONTHS),
  whole('developmentMonths', 'months of applications in the development split', 6, 1, 18),
  whole(
    'labelMonths',
    'months between the end of the development split and the day on which its labels are read; fewer than outcomeMonths leave late vintages immature',
    12,
    1,
    18,
  ),
  whole(
    'evaluationMonths',
    'months of the evaluation split, which begins when labels have been read',
    3,
    1,
    12,
  ),
  whole('sealedMonths', 'months of the sealed split, which follow', 1, 1, 6),
  whole('outcomeMonths', 'months on book within which a default counts', 12, 4, 18),
  real('applicationsPerPerson', 'mean applications of a person; sets the number of people', 2, 0.5, 20),
  ...TYPOLOGIES.map(({ name, title }): ParameterSpec => ({
    name: `weight.${name}`,
    description: `${title}: relative number of applications among those of criminals, by month`,
    type: 'series',
    default: '1',
    minimum: 0,
    maximum: 1_000,
  })),
  real('drift', 'how much harder life gets over a year: the later split is not the earlier one', 0.1, 0, 1),
  real('labelNever', 'share of defaults that the register never shows', 0.02, 0, 0.5),
  real('labelWrong', 'false defaults in the register, as a share of the defaults', 0.01, 0, 0.5),
  real(
    'missingness',
    'share of files that lack income proof, account conduct or register entries, each',
    0,
    0,
    0.5,
  ),
  real('proxyStrength', 'how far income and habits differ between groups; 0 makes them alike', 1, 0, 2),
  {
    name: 'groupAttribute',
    description:
      'attribute of the group that the three parameters below shape: women; other than Chinese; other than married; who care for family; with a disability',
    type: 'choice',
    default: 'sex',
    choices: GROUP_ATTRIBUTES,
  },
  real('groupShare', 'share of people in the group; 0 as in the census', 0, 0, 0.9),
  real(
    'groupPrevalenceRatio',
    'default rate of the group’s honest applicants, relative to others',
    1,
    0.2,
    5,
  ),
  real('groupSeparability', 'share of the group’s files that tell of somebody else’s conduct', 0, 0, 1),
];

/** How many people make a given number of rows. */
export function peopleFor(rows: number, parameters: CreditParameters): number {
  return Math.max(400, Math.round(rows / parameters.applicationsPerPerson));
}

/** Relative number of a typology's applications in a month, counted from 0. */
export function weightOf(parameters: Parameters, typology: string, month: number): number {
  return atMonth(parameters[`weight.${typology}`] ?? 1, month);
}
