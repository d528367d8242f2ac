/**
 * The people, organisations and accounts of a play, as columns in shared memory. Protected attributes and age are
 * columns of their own that no feature reads.
 */
export interface Population {
  readonly customers: number;
  readonly people: People;
  readonly organisations: Organisations;
  /** merchants are the organisations that sell to people; payees are numbered merchants first, then accounts */
  readonly merchants: Merchants;
  readonly accounts: Accounts;
  readonly ties: Ties;
}

/** One entry a person; person i is customer i. */
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
  /** index into OCCUPATIONS: employed, sole trader, domestic helper, local student, mainland student, retired, homemaker … */
  readonly occupation: Uint8Array;
  /** index into the calendar's ways of life */
  readonly wayOfLife: Uint8Array;
  /** HKD a month */
  readonly income: Float64Array;
  readonly payDay: Uint8Array;
  /** cents that the account holds after pay day, by habit */
  readonly habitualBalance: Float64Array;
  /** cents of card credit; 0 without a card */
  readonly creditLimit: Float64Array;
  /** bits: credit card, purse, e-CNY wallet, virtual asset account, standing orders, cross-border */
  readonly products: Uint8Array;
  /** multiplies amounts; mean about 1 */
  readonly scale: Float32Array;
  /** payments, relative; mean about 1 */
  readonly activity: Float32Array;
}

export interface Organisations {
  readonly count: number;
  /** index into ORGANISATION_KINDS: sole trader, company, shell company */
  readonly kind: Uint8Array;
  /** index into SECTORS */
  readonly sector: Uint8Array;
  readonly district: Uint8Array;
  /** person who owns it, or −1 where another organisation does */
  readonly owner: Int32Array;
  /** organisation that owns it, or −1 */
  readonly parent: Int32Array;
  /** HKD a month */
  readonly turnover: Float64Array;
  /** days before the reference year that it was founded */
  readonly ageDays: Int32Array;
}

export interface Merchants {
  readonly count: number;
  /** index into payments' CATEGORIES; merchants of a category stand together, the most visited first */
  readonly category: Uint8Array;
  readonly district: Uint8Array;
  /** first merchant of each category, and one past the last */
  readonly categoryStart: Int32Array;
}

export interface Accounts {
  readonly count: number;
  /** index into BANKS */
  readonly bank: Uint8Array;
  /** holder: person or organisation by its number, or −1 for somebody who is no part of the play */
  readonly person: Int32Array;
  readonly organisation: Int32Array;
}

/** The social graph among people, both directions stored; degrees have a heavy tail. */
export interface Ties {
  /** contacts of person i: `contact[start[i] … start[i + 1])` */
  readonly start: Int32Array;
  readonly contact: Int32Array;
}
