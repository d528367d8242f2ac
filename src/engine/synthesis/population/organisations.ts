import { Category } from '../payments/events.js';
import { cumulate, deriveKey, Stream } from '../random.js';
import { DISTRICTS, Occupation } from './attributes.js';
import {
  OrganisationKind,
  SECTORS,
  bytes,
  doubles,
  wholes,
  type Merchants,
  type Organisations,
  type People,
} from './population.js';

/** Categories that shops sell in, in order of their number, their share of shops in percent, and their sector. */
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
  Category.Education,
  Category.Cash,
] as const;
const SHOP_SHARES = [21, 27, 4, 14, 8, 5, 6, 9, 3, 2, 1];
const SHOP_SECTORS = [0, 1, 2, 0, 0, 3, 3, 4, 0, 4, 7];
const DISTRICT_TABLE = cumulate(DISTRICTS.map(([, share]) => share));
const SECTOR_TABLE = cumulate([8, 5, 6, 8, 8, 24, 16, 16, 3, 6]);
/** Companies that sell to companies, and shell companies, for each customer (a convention). */
const COMPANIES = 0.08;
const SHELLS = 0.004;
/** Of shells, those owned by another shell or company; chains grow from earlier organisations, so they end. */
const CHAINED = 0.6;

/** How many merchants there are by default. */
export function merchantsFor(customers: number): number {
  return Math.max(120, Math.round(customers / 6));
}

export function foundMerchants(key: Uint8Array, count: number): Merchants {
  const stream = new Stream(deriveKey(key, 'merchants'));
  const merchants: Merchants = {
    count,
    category: bytes(count),
    district: bytes(count),
    categoryStart: new Int32Array(new SharedArrayBuffer(4 * 32)),
  };
  const shares = cumulate(SHOP_SHARES);
  let from = 0;
  let category = 0;
  for (const [index, shop] of SHOP_CATEGORIES.entries()) {
    const left = SHOP_CATEGORIES.length - index - 1;
    const to = Math.max(from + 3, Math.min(count - 3 * left, Math.round((shares[index] ?? 1) * count)));
    merchants.category.fill(shop, from, to);
    for (; category <= shop; category += 1) merchants.categoryStart[category] = from;
    from = to;
  }
  merchants.categoryStart.fill(count, category);
  for (let m = 0; m < count; m += 1) merchants.district[m] = stream.pick(DISTRICT_TABLE, 0, DISTRICTS.length);
  return merchants;
}

/** Merchants, then companies without a shop, then shell companies whose chains of ownership end at a person. */
export function foundOrganisations(key: Uint8Array, people: People, merchants: Merchants): Organisations {
  const stream = new Stream(deriveKey(key, 'organisations'));
  const shells = merchants.count + Math.max(12, Math.round(people.count * COMPANIES));
  const count = shells + Math.max(8, Math.round(people.count * SHELLS));
  const kind = bytes(count);
  const sector = bytes(count);
  const district = bytes(count);
  const owner = wholes(count).fill(-1);
  const parent = wholes(count).fill(-1);
  const turnover = doubles(count);
  const ageDays = wholes(count);
  const sectorOf = new Map(
    SHOP_CATEGORIES.map((category, index) => [category as number, SHOP_SECTORS[index] ?? 0]),
  );
  for (let o = 0; o < count; o += 1) {
    const shell = o >= shells;
    const shop = o < merchants.count;
    kind[o] = shell
      ? OrganisationKind.Shell
      : stream.uniform() < (shop ? 0.35 : 0.1)
        ? OrganisationKind.SoleTrader
        : OrganisationKind.Company;
    sector[o] = shop
      ? (sectorOf.get(merchants.category[o] ?? 0) ?? 0)
      : shell && stream.uniform() < 0.5
        ? SECTORS.length - 1
        : stream.pick(SECTOR_TABLE, 0, SECTORS.length);
    district[o] = shop ? (merchants.district[o] ?? 0) : stream.pick(DISTRICT_TABLE, 0, DISTRICTS.length);
    const owned = stream.uniform() < (shell ? CHAINED : kind[o] === OrganisationKind.Company ? 0.06 : 0);
    if (owned && o > 0)
      parent[o] =
        shell && stream.uniform() < 0.5 && o > shells ? shells + stream.below(o - shells) : stream.below(o);
    else owner[o] = ownerAmong(people, stream);
    turnover[o] = Math.floor(
      stream.lognormal(kind[o] === OrganisationKind.SoleTrader ? 60_000 : 900_000, 1.3),
    );
    ageDays[o] = shell ? 20 + stream.below(700) : 90 + Math.floor(stream.exponential(2_600));
  }
  return { count, kind, sector, district, owner, parent, turnover, ageDays, shells };
}

/** Owners are mostly sole traders, found within a few looks. */
function ownerAmong(people: People, stream: Stream): number {
  let person = 0;
  for (let look = 0; look < 12; look += 1) {
    person = stream.below(people.count);
    if (people.occupation[person] === Occupation.SoleTrader) break;
  }
  return person;
}
