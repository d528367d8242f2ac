/**
 * Codes and shares of the people. Shares said to be "near the census" are rounded from the 2021 Population Census
 * (Census and Statistics Department, 2022) and approximate, since customers of a bank are adults and not all of
 * them; everything else is a convention of these presets.
 */

/** Districts of Hong Kong with their share of residents in percent, near the census. */
export const DISTRICTS: readonly (readonly [name: string, share: number])[] = [
  ['Central and Western', 3.2],
  ['Wan Chai', 2.2],
  ['Eastern', 7.1],
  ['Southern', 3.6],
  ['Yau Tsim Mong', 4.2],
  ['Sham Shui Po', 5.8],
  ['Kowloon City', 5.5],
  ['Wong Tai Sin', 5.5],
  ['Kwun Tong', 9.1],
  ['Kwai Tsing', 6.7],
  ['Tsuen Wan', 4.3],
  ['Tuen Mun', 6.8],
  ['Yuen Long', 9.0],
  ['North', 4.2],
  ['Tai Po', 4.3],
  ['Sha Tin', 9.3],
  ['Sai Kung', 6.6],
  ['Islands', 2.5],
];

export const SEXES = ['F', 'M'] as const;
export const Sex = { Female: 0, Male: 1 } as const;

/** Near the census: 91.6% Chinese, 2.7% Filipino, 1.9% Indonesian of all residents. */
export const RACES = ['CHINESE', 'FILIPINO', 'INDONESIAN', 'SOUTH_ASIAN', 'MIXED', 'WHITE', 'OTHER'] as const;
export const Race = { Chinese: 0, Filipino: 1, Indonesian: 2 } as const;
/** Of households, in percent; domestic helpers, who make most of two groups, come besides. */
export const RACE_SHARES = [95.6, 0.4, 0.2, 1.5, 0.8, 0.9, 0.6];

export const MARITAL_STATUSES = ['NEVER_MARRIED', 'MARRIED', 'WIDOWED', 'DIVORCED'] as const;
export const Marital = { Never: 0, Married: 1, Widowed: 2, Divorced: 3 } as const;

/** As Cap. 527 means it: whether somebody has the care of an immediate family member. */
export const FAMILY_STATUSES = ['NO_CARE', 'CARES_FOR_FAMILY'] as const;

/** About 7% of residents, rising steeply with age (C&SD, Special Topics Report No. 63, 2020, approximate). */
export const DISABILITIES = ['NONE', 'DISABILITY'] as const;

export const CONTROLS = ['A', 'B'] as const;

/** Not statutory in Hong Kong: policy. */
export const AGE_BANDS = ['18-24', '25-34', '35-44', '45-54', '55-64', '65+'] as const;

export function ageBandOf(age: number): number {
  return age < 25 ? 0 : Math.min(5, Math.floor((age - 15) / 10));
}

export const OCCUPATIONS = [
  'EMPLOYED',
  'SOLE_TRADER',
  'DOMESTIC_HELPER',
  'LOCAL_STUDENT',
  'MAINLAND_STUDENT',
  'RETIRED',
  'HOMEMAKER',
  'UNEMPLOYED',
] as const;
export const Occupation = {
  Employed: 0,
  SoleTrader: 1,
  DomesticHelper: 2,
  LocalStudent: 3,
  MainlandStudent: 4,
  Retired: 5,
  Homemaker: 6,
  Unemployed: 7,
} as const;

/** Bits of `People.products`. */
export const Product = {
  CreditCard: 1,
  Purse: 2,
  ECny: 4,
  VirtualAssets: 8,
  StandingOrders: 16,
  CrossBorder: 32,
} as const;

/** Attributes of which one can be chosen to make a group that is treated differently, and who is in that group. */
export const GROUP_ATTRIBUTES = ['sex', 'race', 'marital_status', 'family_status', 'disability'] as const;
export type GroupAttribute = (typeof GROUP_ATTRIBUTES)[number];
