import { cumulate, deriveKey, Stream } from '../random.js';
import { settleHouseholds, sizeGroup } from './households.js';
import { OTHER_BANKS, SECOND_BANKS } from './institutions.js';
import { earnLiving } from './livelihood.js';
import { foundMerchants, foundOrganisations, merchantsFor } from './organisations.js';
import {
  bytes,
  doubles,
  floats,
  wholes,
  type Accounts,
  type Organisations,
  type People,
  type Population,
  type PopulationOptions,
} from './population.js';
import { tieTogether } from './ties.js';

/** Strangers' accounts that can be paid, for each customer (a convention). */
const STRANGERS = 1.8;

/**
 * The people of a version, what they own and whom they know, from one key: about 190 bytes a person.
 *
 * Groups differ in what follows from age and household, and by `proxyStrength` in income, occupation and products:
 * a model can be skewed without ever seeing an attribute. `control` is a coin that nothing reads.
 */
export function populate(key: Uint8Array, options: PopulationOptions): Population {
  const { customers } = options;
  const people = settlePeople(key, options);
  const merchants = foundMerchants(key, options.merchants ?? merchantsFor(customers));
  const organisations = foundOrganisations(key, people, merchants);
  return {
    customers,
    salt: new Stream(deriveKey(key, 'salt')).next() | 0,
    people,
    organisations,
    merchants,
    accounts: openAccounts(key, customers, organisations, options.accounts),
    ties: tieTogether(key, people),
  };
}

/** The people of a population alone, the same as `populate` gives: without shops, accounts and acquaintances. */
export function settlePeople(
  key: Uint8Array,
  options: Pick<PopulationOptions, 'customers' | 'proxyStrength' | 'groupAttribute' | 'groupShare'>,
): People {
  const people = crowd(options.customers);
  settleHouseholds(key, people);
  sizeGroup(key, people, options.groupAttribute, options.groupShare);
  earnLiving(key, people, options.proxyStrength);
  return people;
}

function crowd(count: number): People {
  return {
    count,
    household: wholes(count),
    district: bytes(count),
    age: bytes(count),
    ageBand: bytes(count),
    sex: bytes(count),
    race: bytes(count),
    maritalStatus: bytes(count),
    familyStatus: bytes(count),
    disability: bytes(count),
    control: bytes(count),
    language: bytes(count),
    occupation: bytes(count),
    wayOfLife: bytes(count),
    income: doubles(count),
    payDay: bytes(count),
    habitualBalance: doubles(count),
    creditLimit: doubles(count),
    products: bytes(count),
    scale: floats(count),
    activity: floats(count),
  };
}

function openAccounts(
  key: Uint8Array,
  customers: number,
  organisations: Organisations,
  wanted: number | undefined,
): Accounts {
  const stream = new Stream(deriveKey(key, 'accounts'));
  const organisationStart = 2 * customers;
  const strangerStart = organisationStart + organisations.count;
  const count = Math.max(wanted ?? 0, strangerStart + Math.max(200, Math.round(STRANGERS * customers)));
  const bank = bytes(count);
  const person = wholes(count).fill(-1);
  const organisation = wholes(count).fill(-1);
  const second = cumulate(SECOND_BANKS);
  const other = cumulate(OTHER_BANKS);
  for (let a = 0; a < customers; a += 1) {
    person[a] = a;
    person[customers + a] = a;
    bank[customers + a] = stream.pick(second, 0, second.length);
  }
  for (let o = 0; o < organisations.count; o += 1) organisation[organisationStart + o] = o;
  for (let a = organisationStart; a < count; a += 1) bank[a] = stream.pick(other, 0, other.length);
  return { count, bank, person, organisation, organisationStart, strangerStart };
}
