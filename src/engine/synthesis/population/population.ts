import { type GroupAttribute } from './attributes.js';

/**
 * The people, organisations and accounts of a play, as columns in shared memory, so that threads read them without
 * a copy. Protected attributes and age are columns of their own that no feature reads.
 */
export interface Population {
  readonly customers: number;
  /** for `tie`: lifelong habits that need no storage; derived from the population's key */
  readonly salt: number;
  readonly people: People;
  readonly organisations: Organisations;
  /** organisations that sell to people: merchant m is organisation m */
  readonly merchants: Merchants;
  readonly accounts: Accounts;
  readonly ties: Ties;
}

export interface PopulationOptions {
  /** people, every one a customer */
  readonly customers: number;
  /** how far incomes, occupations and products differ between the groups of statutory attributes: 0 … 2, 1 as found */
  readonly proxyStrength: number;
  /** the attribute whose disadvantaged group gets `groupShare` of the people, and that share: 0 as the census */
  readonly groupAttribute: GroupAttribute;
  readonly groupShare: number;
  /** by default one merchant for six customers, and four accounts a customer */
  readonly merchants?: number;
  readonly accounts?: number;
}

/** One entry a person; person i is customer i. Members of a household stand together, the head first. */
export interface People {
  readonly count: number;
  readonly household: Int32Array;
  readonly district: Uint8Array;
  readonly age: Uint8Array;
  readonly ageBand: Uint8Array;
  readonly sex: Uint8Array;
  readonly race: Uint8Array;
  readonly maritalStatus: Uint8Array;
  readonly familyStatus: Uint8Array;
  readonly disability: Uint8Array;
  /** a coin that nothing reads: the negative control */
  readonly control: Uint8Array;
  /** index into messages' LANGUAGES */
  readonly language: Uint8Array;
  /** index into OCCUPATIONS */
  readonly occupation: Uint8Array;
  /** index into the calendar's ways of life */
  readonly wayOfLife: Uint8Array;
  /** HKD a month */
  readonly income: Float64Array;
  /** usual day of the month on which income arrives */
  readonly payDay: Uint8Array;
  /** cents that the account holds after pay day, by habit */
  readonly habitualBalance: Float64Array;
  /** cents of card credit; 0 without a card */
  readonly creditLimit: Float64Array;
  /** bits of Product */
  readonly products: Uint8Array;
  /** multiplies amounts; mean 1 over the people, weighted by activity */
  readonly scale: Float32Array;
  /** payments, relative; mean about 1 */
  readonly activity: Float32Array;
}

export const ORGANISATION_KINDS = ['SOLE_TRADER', 'COMPANY', 'SHELL_COMPANY'] as const;
export const OrganisationKind = { SoleTrader: 0, Company: 1, Shell: 2 } as const;
export const SECTORS = [
  'RETAIL',
  'CATERING',
  'TRANSPORT',
  'ONLINE_SERVICES',
  'HEALTH_EDUCATION',
  'IMPORT_EXPORT',
  'CONSTRUCTION',
  'PROFESSIONAL',
  'MONEY_SERVICE',
  'HOLDING',
] as const;

/** One entry an organisation: merchants first, then other companies, shell companies last. */
export interface Organisations {
  readonly count: number;
  /** index into ORGANISATION_KINDS */
  readonly kind: Uint8Array;
  /** index into SECTORS */
  readonly sector: Uint8Array;
  readonly district: Uint8Array;
  /** person who owns it, or −1 where another organisation does */
  readonly owner: Int32Array;
  /** organisation that owns it, or −1; chains of parents end at a person */
  readonly parent: Int32Array;
  /** HKD a month */
  readonly turnover: Float64Array;
  /** days before the reference year that it was founded */
  readonly ageDays: Int32Array;
  /** first shell company; they go on to `count` */
  readonly shells: number;
}

export interface Merchants {
  readonly count: number;
  /** index into payments' CATEGORIES; merchants of a category stand together, the most visited first */
  readonly category: Uint8Array;
  readonly district: Uint8Array;
  /** first merchant of each category, and one past the last */
  readonly categoryStart: Int32Array;
}

/**
 * With n customers: account i < n is customer i's own at this bank; n + i is customer i's at another bank or wallet;
 * then one account an organisation, from `organisationStart`; then those of strangers, from `strangerStart`.
 */
export interface Accounts {
  readonly count: number;
  /** index into BANKS */
  readonly bank: Uint8Array;
  /** holder: person or organisation by its number, or −1 for somebody who is no part of the play */
  readonly person: Int32Array;
  readonly organisation: Int32Array;
  readonly organisationStart: number;
  readonly strangerStart: number;
}

/** The social graph among people, both directions stored, nobody twice; degrees have a heavy tail. */
export interface Ties {
  /** contacts of person i: `contact[start[i] … start[i + 1])`, household first */
  readonly start: Int32Array;
  readonly contact: Int32Array;
}

export function bytes(length: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(length));
}
export function wholes(length: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * length));
}
export function floats(length: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(4 * length));
}
export function doubles(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(8 * length));
}
