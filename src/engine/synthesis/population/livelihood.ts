import { exp, log } from '../arithmetic.js';
import { cumulate, deriveKey, Stream } from '../random.js';
import { Marital, Occupation, Product, Race, Sex } from './attributes.js';
import { type People } from './population.js';

/**
 * Median income in HKD a month by occupation, near what the Labour Department and C&SD publish (a domestic helper's
 * minimum allowable wage was HK$4,990 until 29 September 2025, HK$5,100 from then on) or a convention (money from
 * home of students, pensions and savings of the retired).
 */
const INCOMES = [22_500, 20_000, 5_100, 5_500, 13_000, 9_500, 10_000, 6_500];
const INCOME_SIGMAS = [0.52, 0.75, 0.06, 0.4, 0.45, 0.55, 0.5, 0.45];
/** Of the employed, by age band. */
const BY_AGE = [0.66, 0.95, 1.15, 1.1, 0.95, 0.75];
/** Share of people with each product, by occupation: card, purse, e-CNY, virtual assets, standing orders, abroad. */
const HOLDINGS: readonly (readonly number[])[] = [
  [0.86, 0.95, 0.05, 0.07, 0.6, 0.2],
  [0.84, 0.95, 0.07, 0.09, 0.5, 0.32],
  [0.12, 0.9, 0.01, 0.02, 0.05, 0.85],
  [0.45, 0.97, 0.04, 0.07, 0.08, 0.12],
  [0.4, 0.95, 0.35, 0.09, 0.1, 0.6],
  [0.58, 0.95, 0.03, 0.01, 0.45, 0.14],
  [0.62, 0.96, 0.04, 0.02, 0.5, 0.18],
  [0.5, 0.95, 0.04, 0.06, 0.25, 0.12],
];
/** Usual pay days and their weights: wages mostly at the end of the month or on the seventh (a convention). */
const PAY_DAYS = [1, 5, 7, 15, 25, 28, 31];
const PAY_DAY_TABLE = cumulate([8, 6, 16, 6, 12, 22, 30]);
const SPREAD_OF_ACTIVITY = 0.55;

/** Fills occupation, income, products and habits of size, after households and groups are settled. */
export function earnLiving(key: Uint8Array, people: People, proxyStrength: number): void {
  const stream = new Stream(deriveKey(key, 'livelihood'));
  const coin = new Stream(deriveKey(key, 'control'));
  let weighted = 0;
  let weights = 0;
  for (let i = 0; i < people.count; i += 1) {
    const occupation = occupationOf(people, i, stream, proxyStrength);
    people.occupation[i] = occupation;
    people.control[i] = coin.next() & 1;
    people.language[i] = languageOf(people, i, stream.uniform());
    const age = people.age[i] ?? 40;
    const late = stream.uniform();
    people.wayOfLife[i] =
      occupation === Occupation.Retired ||
      occupation === Occupation.Homemaker ||
      occupation === Occupation.DomesticHelper
        ? 2
        : late < (age < 30 ? 0.24 : 0.13)
          ? 1
          : late < 0.94
            ? 0
            : 2;
    const habit = proxyStrength * leaning(people, i);
    const median =
      (INCOMES[occupation] ?? 10_000) * (occupation <= 1 ? (BY_AGE[people.ageBand[i] ?? 2] ?? 1) : 1);
    const income = Math.floor(
      median * exp((INCOME_SIGMAS[occupation] ?? 0.5) * stream.normal() + 0.1 * habit),
    );
    people.income[i] = income;
    people.payDay[i] = PAY_DAYS[stream.pick(PAY_DAY_TABLE, 0, PAY_DAYS.length)] ?? 28;
    const months = 2.2 * exp(0.85 * stream.normal()) * (age > 54 ? 1.9 : age < 30 ? 0.6 : 1);
    people.habitualBalance[i] = 100 * Math.max(2_000, Math.floor(income * months));
    people.products[i] = productsOf(occupation, stream, habit);
    people.creditLimit[i] =
      ((people.products[i] ?? 0) & Product.CreditCard) !== 0
        ? 100_000 * Math.max(20, Math.floor((income * stream.between(2, 6)) / 1_000))
        : 0;
    const activity = exp(
      SPREAD_OF_ACTIVITY * stream.normal() - 0.5 * SPREAD_OF_ACTIVITY * SPREAD_OF_ACTIVITY,
    );
    people.activity[i] = activity;
    const scale = exp(0.32 * (log(income) - 9.8) + 0.22 * stream.normal());
    people.scale[i] = scale;
    weighted += activity * scale;
    weights += activity;
  }
  const mean = weighted / weights;
  for (let i = 0; i < people.count; i += 1) people.scale[i] = (people.scale[i] ?? 1) / mean;
}

/** How a statutory group's means and habits lean by default, in standard steps: a convention, see proxyStrength. */
export function leaning(people: People, i: number): number {
  return (
    (people.sex[i] === Sex.Female ? -0.5 : 0.5) +
    (people.race[i] === Race.Chinese ? 0 : -0.4) +
    (people.maritalStatus[i] === Marital.Married ? 0.4 : -0.3) +
    (people.familyStatus[i] === 1 ? -0.4 : 0.1) +
    (people.disability[i] === 1 ? -1.5 : 0.1)
  );
}

/** Where a domestic helper's race, or the sex of homemakers, is to say nothing, occupations are drawn anew. */
function occupationOf(people: People, i: number, stream: Stream, proxyStrength: number): number {
  const settled = people.occupation[i] ?? 255;
  const age = people.age[i] ?? 40;
  const u = stream.uniform();
  const kept = stream.uniform() < proxyStrength;
  if (settled === Occupation.MainlandStudent || (settled === Occupation.DomesticHelper && kept))
    return settled;
  if (age < 24 && u < 0.52) return Occupation.LocalStudent;
  if (age >= 65) return u < 0.82 ? Occupation.Retired : u < 0.9 ? Occupation.Homemaker : Occupation.Employed;
  if (age >= 58 && u < 0.3) return Occupation.Retired;
  const home = (kept ? (people.sex[i] === Sex.Female ? 0.23 : 0.02) : 0.125) * (age > 34 ? 1 : 0.4);
  if (u > 1 - home) return Occupation.Homemaker;
  if (u > 0.96 - home) return Occupation.Unemployed;
  return u > 0.88 - home ? Occupation.SoleTrader : Occupation.Employed;
}

function languageOf(people: People, i: number, u: number): number {
  if (people.occupation[i] === Occupation.MainlandStudent) return 1;
  const race = people.race[i] ?? 0;
  if (race === Race.Chinese) return u < 0.9 ? 0 : u < 0.96 ? 1 : 2;
  return u < 0.12 ? 0 : 2;
}

function productsOf(occupation: number, stream: Stream, habit: number): number {
  const shares = HOLDINGS[occupation] ?? [];
  let bits = 0;
  for (let product = 0; product < 6; product += 1) {
    const share = shares[product] ?? 0;
    if (stream.uniform() < share * (1 + 0.06 * habit)) bits |= 1 << product;
  }
  return bits;
}
