import { cumulate, deriveKey, Stream, tie } from '../random.js';
import { Occupation } from '../population/attributes.js';
import {
  bytes,
  doubles,
  floats,
  OrganisationKind,
  SECTORS,
  wholes,
  type Population,
} from '../population/population.js';
import { BANK_SHARES, INSTITUTIONS, NETWORK_BANKS, SECOND_BANK_SHARES } from './institutions.js';

/** Who holds an account, and which of the holder's it is. */
export const ROLES = [
  'INSTITUTION',
  'PERSON',
  'PERSON_SECOND',
  'SOLE_TRADER',
  'COMPANY',
  'COMPANY_SECOND',
  'SHELL_COMPANY',
  'MONEY_SERVICE',
] as const;
export const Role = {
  Institution: 0,
  Person: 1,
  PersonSecond: 2,
  Trader: 3,
  Company: 4,
  CompanySecond: 5,
  Shell: 6,
  MoneyService: 7,
} as const;

/** Second accounts: shares of persons and companies that have one, a convention of this preset. */
const PERSONS_WITH_SECOND = 0.26;
const COMPANIES_WITH_SECOND = 0.4;
/** Accounts for each person, those of organisations included: see population/organisations.ts. */
const ACCOUNTS_A_PERSON = 1.6;
const MONEY_SERVICES = SECTORS.indexOf('MONEY_SERVICE');
/** HKD a month of a firm in the middle, by which sizes of firms are measured. */
export const TYPICAL_TURNOVER = 480_000;
/** What institutions hold at the start, in cents: more than can ever leave them. */
const INSTITUTION_CENTS = 1e14;

/**
 * The accounts of the network as columns in shared memory. Institutions come first, then each person's first
 * account, then each organisation's, then the second accounts.
 */
export interface Parties {
  readonly accounts: number;
  readonly institutions: number;
  readonly persons: number;
  readonly organisations: number;
  /** index into ROLES */
  readonly role: Uint8Array;
  /** index into BANKS */
  readonly bank: Uint8Array;
  /** person p is holder p, organisation o is holder `persons + o`, institutions have −1 */
  readonly holder: Int32Array;
  /** the holder's other account, or −1 */
  readonly second: Int32Array;
  /** first day of the account, counted from the first of the reference year: mostly below zero */
  readonly opened: Int32Array;
  /** HKD that come in during a month, by habit */
  readonly monthly: Float64Array;
  /** how many transfers the account begins, relative */
  readonly activity: Float32Array;
  /** cents at the start */
  readonly opening: Float64Array;
  /** a person's: account of the employer, or −1; day of the month of wages; way of life */
  readonly employer: Int32Array;
  readonly payDay: Uint8Array;
  readonly wayOfLife: Uint8Array;
  /** a person's contacts: persons `contact[contactStart[p] … contactStart[p + 1])` */
  readonly contactStart: Int32Array;
  readonly contact: Int32Array;
  /** an organisation's owner by its first account: a person's or an organisation's, or −1 */
  readonly ownerAccount: Int32Array;
  /** how many organisations stand between an organisation and a person */
  readonly depth: Uint8Array;
  /** chance of an organisation to be somebody's supplier or shop, cumulative: heavy-tailed by turnover */
  readonly trade: Float64Array;
  /** organisations that are money services */
  readonly moneyServices: Int32Array;
  /** public number of each account, a keyed permutation that tells nothing */
  readonly id: Int32Array;
  /** protected attributes' group of a person: 1 in the group of the bias parameters */
  readonly group: Uint8Array;
  /** for `tie`: lasting relations that need no storage */
  readonly salt: number;
}

/** How many persons make about so many accounts. */
export function personsFor(accounts: number): number {
  return Math.max(60, Math.round(accounts / ACCOUNTS_A_PERSON));
}

export const firstOfPerson = (parties: Parties, person: number) => parties.institutions + person;
export const firstOfOrganisation = (parties: Parties, organisation: number) =>
  parties.institutions + parties.persons + organisation;

/** An organisation by the chances of trade. */
export function tradedWith(parties: Parties, u: number): number {
  let low = 0;
  let high = parties.organisations - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (u >= (parties.trade[middle] ?? 1)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Opens accounts for a population.
 *
 * @param key of the development split: who holds what is given out with it
 * @param group 1 for the persons whom the bias parameters speak of
 */
export function openAccounts(population: Population, key: Uint8Array, group: Uint8Array): Parties {
  const { people, organisations: o } = population;
  const institutions = INSTITUTIONS.length;
  const persons = people.count;
  const organisations = o.count;
  const stream = new Stream(deriveKey(key, 'accounts'));
  const seconds: number[] = [];
  for (let p = 0; p < persons; p += 1) if (stream.chance(PERSONS_WITH_SECOND)) seconds.push(institutions + p);
  for (let c = 0; c < organisations; c += 1)
    if (o.kind[c] === OrganisationKind.Company && stream.chance(COMPANIES_WITH_SECOND))
      seconds.push(institutions + persons + c);
  const firsts = institutions + persons + organisations;
  const accounts = firsts + seconds.length;
  const parties: Parties = {
    accounts,
    institutions,
    persons,
    organisations,
    role: bytes(accounts),
    bank: bytes(accounts),
    holder: wholes(accounts),
    second: wholes(accounts).fill(-1),
    opened: wholes(accounts),
    monthly: doubles(accounts),
    activity: floats(accounts),
    opening: doubles(accounts),
    employer: wholes(persons).fill(-1),
    payDay: bytes(persons),
    wayOfLife: bytes(persons),
    contactStart: wholes(persons + 1),
    contact: wholes(population.ties.contact.length),
    ownerAccount: wholes(organisations).fill(-1),
    depth: bytes(organisations),
    trade: doubles(organisations),
    moneyServices: licensed(population),
    id: wholes(accounts),
    group: bytes(persons),
    salt: population.salt,
  };
  parties.group.set(group);
  parties.payDay.set(people.payDay);
  parties.wayOfLife.set(people.wayOfLife);
  parties.contactStart.set(population.ties.start);
  parties.contact.set(population.ties.contact);
  INSTITUTIONS.forEach((institution, account) => {
    parties.holder[account] = -1;
    parties.bank[account] = institution.bank;
    parties.opened[account] = -7_300;
    parties.opening[account] = INSTITUTION_CENTS;
  });
  fillOrganisations(parties, population, stream);
  fillPersons(parties, population, stream);
  const shares = cumulate(SECOND_BANK_SHARES);
  seconds.forEach((first, place) => {
    const account = firsts + place;
    const ofPerson = (parties.holder[first] ?? 0) < persons;
    parties.role[account] = ofPerson ? Role.PersonSecond : Role.CompanySecond;
    parties.holder[account] = parties.holder[first] ?? 0;
    parties.bank[account] = stream.pick(shares, 0, NETWORK_BANKS);
    parties.second[first] = account;
    parties.second[account] = first;
    parties.opened[account] = Math.max(
      (parties.opened[first] ?? 0) + 1,
      -1 - Math.floor(stream.exponential(900)),
    );
    parties.monthly[account] = (parties.monthly[first] ?? 0) * 0.4;
    // Kept for savings or for later: most of them rest for weeks and then move a lot at once.
    parties.activity[account] = (parties.activity[first] ?? 1) * stream.lognormal(0.35, 1);
    parties.opening[account] = Math.floor((parties.opening[first] ?? 0) * stream.lognormal(1.5, 1.2));
  });
  permute(parties.id, new Stream(deriveKey(key, 'ids')));
  return parties;
}

function fillOrganisations(parties: Parties, population: Population, stream: Stream): void {
  const o = population.organisations;
  const shares = cumulate(BANK_SHARES);
  let running = 0;
  for (let c = 0; c < o.count; c += 1) {
    const account = firstOfOrganisation(parties, c);
    const kind = o.kind[c] ?? OrganisationKind.Company;
    const turnover = Math.max(5_000, o.turnover[c] ?? 0);
    parties.role[account] =
      kind === OrganisationKind.SoleTrader
        ? Role.Trader
        : kind === OrganisationKind.Shell
          ? Role.Shell
          : Role.Company;
    parties.holder[account] = parties.persons + c;
    parties.bank[account] = stream.pick(shares, 0, NETWORK_BANKS);
    parties.opened[account] = -Math.max(1, Math.floor((o.ageDays[c] ?? 1) * stream.between(0.3, 1)));
    parties.monthly[account] = turnover;
    // Large firms pay larger sums as well as more of them: see Pen.means.
    const size = Math.sqrt(turnover / TYPICAL_TURNOVER);
    parties.activity[account] =
      (kind === OrganisationKind.Shell ? 0.6 : Math.min(60, 0.5 + 1.6 * size)) * stream.lognormal(1, 0.5);
    parties.opening[account] = Math.floor(turnover * 100 * stream.lognormal(0.9, 0.9));
    const parent = o.parent[c] ?? -1;
    const owner = o.owner[c] ?? -1;
    parties.ownerAccount[c] =
      parent >= 0 ? firstOfOrganisation(parties, parent) : owner >= 0 ? firstOfPerson(parties, owner) : -1;
    let depth = 0;
    for (let up = parent; up >= 0 && depth < 8; up = o.parent[up] ?? -1) depth += 1;
    parties.depth[c] = depth;
    // Whoever is large is known to more than its turnover says.
    running += kind === OrganisationKind.Shell ? 0 : turnover * Math.sqrt(size);
    parties.trade[c] = running;
  }
  for (let c = 0; c < o.count; c += 1) parties.trade[c] = (parties.trade[c] ?? 0) / running;
  for (const c of parties.moneyServices) {
    const account = firstOfOrganisation(parties, c);
    parties.role[account] = Role.MoneyService;
    parties.monthly[account] = Math.max(parties.monthly[account] ?? 0, stream.lognormal(3_000_000, 0.7));
    parties.activity[account] = stream.lognormal(14, 0.5);
    parties.opening[account] = Math.floor((parties.monthly[account] ?? 0) * 100);
  }
}

/** Companies that change or remit money for others; at least one. */
function licensed({ organisations: o }: Population): Int32Array {
  const found: number[] = [];
  for (let c = 0; c < o.count; c += 1)
    if (o.sector[c] === MONEY_SERVICES && o.kind[c] === OrganisationKind.Company) found.push(c);
  if (found.length === 0) found.push(Math.max(0, o.kind.indexOf(OrganisationKind.Company)));
  const shared = wholes(found.length);
  shared.set(found);
  return shared;
}

function fillPersons(parties: Parties, population: Population, stream: Stream): void {
  const { people } = population;
  const shares = cumulate(BANK_SHARES);
  for (let p = 0; p < people.count; p += 1) {
    const account = firstOfPerson(parties, p);
    const income = Math.max(3_000, people.income[p] ?? 0);
    parties.role[account] = Role.Person;
    parties.holder[account] = p;
    parties.bank[account] = stream.pick(shares, 0, NETWORK_BANKS);
    const adult = Math.max(1, (people.age[p] ?? 40) - 17) * 365;
    parties.opened[account] = -1 - Math.floor(Math.min(adult, stream.exponential(3_200)));
    parties.monthly[account] = income;
    parties.activity[account] = Math.max(0.05, people.activity[p] ?? 1);
    parties.opening[account] = Math.floor(income * 100 * stream.lognormal(2.2, 1.1));
    // Students, retired people and homemakers live on what they are sent; sole traders on what they take.
    const occupation = people.occupation[p] ?? Occupation.Employed;
    if (occupation === Occupation.Employed) {
      const employer = firstOfOrganisation(parties, tradedWith(parties, stream.uniform()));
      if (parties.role[employer] !== Role.Shell) parties.employer[p] = employer;
    } else if (occupation === Occupation.DomesticHelper) {
      let head = p;
      while (head > 0 && people.household[head - 1] === people.household[p]) head -= 1;
      if (head !== p) parties.employer[p] = firstOfPerson(parties, head);
    }
  }
}

/** Fisher and Yates. */
function permute(id: Int32Array, stream: Stream): void {
  for (let i = 0; i < id.length; i += 1) id[i] = i;
  for (let i = id.length - 1; i > 0; i -= 1) {
    const j = stream.below(i + 1);
    const held = id[i] ?? 0;
    id[i] = id[j] ?? 0;
    id[j] = held;
  }
}

/**
 * The k-th of an account's lasting counterparties: the same supplier, shop or landlord every time, without a table.
 */
export function lasting(parties: Parties, account: number, k: number, salt: number): number {
  return firstOfOrganisation(parties, tradedWith(parties, tie(account, k, parties.salt + salt)));
}
