import { Category, CATEGORIES } from './events.js';
import { WAYS_OF_LIFE } from '../calendar.js';
import { cumulate, Stream, deriveKey } from '../random.js';

/** Districts of Hong Kong with their rounded share of residents. */
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

/**
 * Race as recorded, share of customers in percent (approximate, near the 2021 Population Census) and share of
 * women in percent (approximate; domestic helpers make some groups nearly all women).
 */
export const RACES: readonly (readonly [name: string, share: number, women: number])[] = [
  ['Chinese', 91.6, 53],
  ['Filipino', 2.7, 90],
  ['Indonesian', 1.9, 97],
  ['South Asian', 1.4, 47],
  ['Mixed', 0.9, 51],
  ['White', 0.8, 38],
  ['Other', 0.7, 52],
];
export const SEXES = ['F', 'M'] as const;
export const CONTROLS = ['A', 'B'] as const;
export const AGE_BANDS = ['18-24', '25-34', '35-44', '45-54', '55-64', '65+'] as const;
const AGE_SHARES = cumulate([8, 16, 19, 19, 19, 19]);
const AGE_SHARES_MIGRANT = cumulate([4, 34, 38, 18, 5, 1]);
/** Median monthly income in HKD by age band; a convention of this preset, not a cited figure. */
const INCOME_BY_AGE = [12_000, 21_000, 27_000, 26_000, 20_000, 11_000];

export interface Population {
  readonly customers: number;
  readonly merchants: number;
  /** accounts that can be paid by FPS; payees are numbered merchants first, then accounts */
  readonly accounts: number;
  readonly district: Uint8Array;
  readonly ageBand: Uint8Array;
  readonly sex: Uint8Array;
  readonly race: Uint8Array;
  readonly control: Uint8Array;
  readonly wayOfLife: Uint8Array;
  /** HKD a month */
  readonly income: Float64Array;
  readonly payDay: Uint8Array;
  /** cents that the account holds after pay day, by habit */
  readonly habitualBalance: Float64Array;
  /** multiplies amounts; mean about 1 */
  readonly scale: Float64Array;
  /** payments, relative; mean about 1 */
  readonly activity: Float64Array;
  /** cumulative share of each of the six channels */
  readonly channelMix: Float32Array;
  /** cumulative share of each category at merchants (Grocery … Luxury) */
  readonly categoryMix: Float32Array;
  /** of transfers by account number, the share that are remittances */
  readonly remittance: Float32Array;
  /** chance that an FPS payment goes to somebody not paid before */
  readonly novelty: Float32Array;
  readonly merchantCategory: Uint8Array;
  readonly merchantDistrict: Uint8Array;
  /** merchants are sorted by category; first merchant of each category, and one past the last */
  readonly categoryStart: Int32Array;
}

/** Categories at which cards and purses pay, in order of their number. */
export const SHOP_CATEGORIES = [
  Category.Grocery,
  Category.Dining,
  Category.Transport,
  Category.FashionBeauty,
  Category.ElectronicsGames,
  Category.Digital,
  Category.Travel,
  Category.Health,
  Category.Luxury,
] as const;
const SHOP_WEIGHTS = [26, 24, 11, 10, 7, 9, 5, 6, 2];
const MERCHANT_WEIGHTS = [22, 28, 4, 14, 8, 5, 6, 10, 3];
/** By number of payments. Card figures keep the ratio of credit to debit that HKMA's statistics give. */
const CHANNEL_WEIGHTS = [19, 11.3, 40.4, 6.3, 15, 8.5];

/**
 * Customers, merchants and payable accounts.
 *
 * Groups differ by default in habits only (what is bought, how much is sent abroad, cash), and those habits show in
 * features: a model can be skewed without ever seeing an attribute. `control` is a coin toss that nothing reads.
 *
 * @param proxyStrength 0 makes the habits the same in all groups; 1 is the default difference
 */
export function populate(key: Uint8Array, customers: number, proxyStrength: number): Population {
  const merchants = Math.max(120, Math.round(customers / 6));
  const accounts = Math.max(300, customers * 4);
  const count = (bytes: number) => new SharedArrayBuffer(customers * bytes);
  const shops = SHOP_CATEGORIES.length;
  const population: Population = {
    customers,
    merchants,
    accounts,
    district: new Uint8Array(count(1)),
    ageBand: new Uint8Array(count(1)),
    sex: new Uint8Array(count(1)),
    race: new Uint8Array(count(1)),
    control: new Uint8Array(count(1)),
    wayOfLife: new Uint8Array(count(1)),
    income: new Float64Array(count(8)),
    payDay: new Uint8Array(count(1)),
    habitualBalance: new Float64Array(count(8)),
    scale: new Float64Array(count(8)),
    activity: new Float64Array(count(8)),
    channelMix: new Float32Array(count(24)),
    categoryMix: new Float32Array(count(4 * shops)),
    remittance: new Float32Array(count(4)),
    novelty: new Float32Array(count(4)),
    merchantCategory: new Uint8Array(merchants),
    merchantDistrict: new Uint8Array(merchants),
    categoryStart: new Int32Array(CATEGORIES.length + 1),
  };
  drawCustomers(new Stream(deriveKey(key, 'customers')), population, proxyStrength);
  drawControl(new Stream(deriveKey(key, 'control')), population);
  drawMerchants(new Stream(deriveKey(key, 'merchants')), population);
  return population;
}

function drawCustomers(stream: Stream, into: Population, proxyStrength: number): void {
  const districts = cumulate(DISTRICTS.map(([, share]) => share));
  const races = cumulate(RACES.map(([, share]) => share));
  const shops = SHOP_CATEGORIES.length;
  for (let i = 0; i < into.customers; i += 1) {
    const race = stream.pick(races, 0, races.length);
    const woman = stream.chance((RACES[race]?.[2] ?? 50) / 100);
    const helper = (race === 1 || race === 2) && woman && stream.chance(0.9);
    const ages = helper || race === 3 ? AGE_SHARES_MIGRANT : AGE_SHARES;
    const age = stream.pick(ages, 0, ages.length);
    into.race[i] = race;
    into.sex[i] = woman ? 0 : 1;
    into.ageBand[i] = age;
    into.district[i] = stream.pick(districts, 0, districts.length);
    into.wayOfLife[i] = drawWayOfLife(stream, age, race, proxyStrength);

    const middle = helper ? 6_500 : (INCOME_BY_AGE[age] ?? 20_000);
    const income = Math.round(middle * Math.exp((helper ? 0.2 : 0.55) * stream.normal()));
    into.income[i] = income;
    into.payDay[i] = stream.chance(0.6) ? 28 + stream.below(4) : 1 + stream.below(27);
    into.habitualBalance[i] = Math.round(100 * income * (helper ? 3 : 9) * stream.lognormal(1.4, 0.9));
    into.scale[i] = Math.pow(income / 24_000, 0.55) * stream.lognormal(1, 0.35);
    into.activity[i] = stream.lognormal(1, 0.55);
    into.novelty[i] = 0.08 + 0.4 * stream.uniform() * stream.uniform();

    const group = proxyStrength;
    const abroad = race === 1 || race === 2 ? 0.62 : race === 3 ? 0.35 : race >= 4 ? 0.15 : 0.03;
    into.remittance[i] = Math.min(0.9, 0.05 + group * abroad * stream.between(0.6, 1.2));

    const cash = age === 5 ? 2.2 : helper || race === 3 ? 1 + 0.9 * group : 1;
    const weights = CHANNEL_WEIGHTS.map(
      (weight, channel) =>
        weight *
        Math.exp(0.45 * stream.normal()) *
        (channel === 5 ? cash : channel === 2 && helper ? 1 - 0.5 * Math.min(1, group) : 1),
    );
    into.channelMix.set(cumulate(weights), i * 6);

    const fashion = woman ? 1 + 1.6 * group : 1 / (1 + 0.9 * group);
    const games = woman ? 1 / (1 + 0.7 * group) : 1 + 0.9 * group;
    const shares = SHOP_WEIGHTS.map((weight, shop) => {
      const taste = Math.exp(0.4 * stream.normal());
      return weight * taste * (shop === 3 ? fashion : shop === 4 ? games : 1);
    });
    into.categoryMix.set(cumulate(shares), i * shops);
  }
}

function drawWayOfLife(stream: Stream, age: number, race: number, proxyStrength: number): number {
  const home = age === 5 ? 0.7 : 0.12;
  const late = (age === 5 ? 0.03 : 0.14) + (race === 3 ? 0.2 * proxyStrength : 0);
  const u = stream.uniform();
  return u < home ? WAYS_OF_LIFE - 1 : u < home + late ? 1 : 0;
}

function drawControl(stream: Stream, into: Population): void {
  for (let i = 0; i < into.customers; i += 1) into.control[i] = stream.next() >>> 31;
}

function drawMerchants(stream: Stream, into: Population): void {
  const districts = cumulate(DISTRICTS.map(([, share]) => share));
  const cashMachines = Math.max(20, Math.round(into.merchants * 0.06));
  const shops = into.merchants - cashMachines;
  const table = cumulate(MERCHANT_WEIGHTS);
  let from = 0;
  SHOP_CATEGORIES.forEach((category, place) => {
    const to = Math.round((table[place] ?? 1) * shops);
    into.categoryStart[category] = from;
    into.merchantCategory.fill(category, from, to);
    from = to;
  });
  into.categoryStart[Category.Cash] = from;
  into.categoryStart[Category.Cash + 1] = into.merchants;
  into.merchantCategory.fill(Category.Cash, from);
  for (let m = 0; m < into.merchants; m += 1)
    into.merchantDistrict[m] = stream.pick(districts, 0, districts.length);
}
