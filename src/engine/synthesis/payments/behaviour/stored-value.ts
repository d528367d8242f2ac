import { Pace } from '../../calendar.js';
import { cumulate } from '../../random.js';
import { Category, Channel, NO_DEVICE, REMOTE } from '../events.js';
import { cents, priced, rounded } from './amounts.js';
import { STORED_VALUE } from './figures.js';
import { merchantOf, organisationOf, regularPayee } from './payees.js';
import { OWN_DEVICE, type Walk } from './walk.js';

const STEPS = Float64Array.from(cumulate(STORED_VALUE.kinds.map(({ number }) => number)));
const MEANS = Float64Array.from(
  STORED_VALUE.kinds,
  ({ value, number }) => (STORED_VALUE.mean * value) / number,
);
/** No purchase comes near what a purse can hold; see limits.ts. */
const MOST = 290_000;
/** Fares among payments at the till, and their mean in HKD: a convention near what buses and the railway charge. */
const FARES = 0.58;
const FARE_MEAN = 11.5;
const TILL_MEAN = ((MEANS[0] ?? 0) - FARES * FARE_MEAN) / (1 - FARES);

/** A stored value transaction of one of the five published kinds. */
export function payFromPurse(walk: Walk): void {
  const { p, stream, customer } = walk;
  walk.channel = Channel.StoredValue;
  walk.device = NO_DEVICE;
  walk.flags = 0;
  switch (stream.pick(STEPS, 0, STEPS.length)) {
    case 0: {
      const fare = stream.uniform() < FARES;
      walk.category = fare
        ? Category.Transport
        : stream.uniform() < 0.62
          ? Category.Grocery
          : Category.Dining;
      walk.pace = fare ? Pace.Transit : Pace.Shop;
      walk.payee = merchantOf(p, stream, customer, walk.category);
      const amount = cents(fare ? stream.lognormal(FARE_MEAN, 0.5) : stream.lognormal(TILL_MEAN, 0.85));
      walk.amount = Math.min(
        MOST,
        fare ? Math.max(100, 10 * Math.round(amount / 10)) : priced(stream, amount),
      );
      return;
    }
    case 1:
      walk.category = stream.uniform() < 0.5 ? Category.Digital : Category.FashionBeauty;
      walk.payee = merchantOf(p, stream, customer, walk.category);
      inApp(walk);
      walk.amount = Math.min(MOST, priced(stream, cents(stream.lognormal(MEANS[1] ?? 0, 0.85))));
      return;
    case 2:
      walk.category = Category.Person;
      walk.payee = regularPayee(p, stream, customer);
      inApp(walk);
      walk.amount = Math.min(MOST, rounded(cents(stream.lognormal(MEANS[2] ?? 0, 0.7))));
      return;
    case 3:
      walk.category = Category.Withdrawal;
      walk.payee = p.merchants.count + customer;
      inApp(walk);
      walk.amount = Math.min(MOST, rounded(cents(stream.lognormal(MEANS[3] ?? 0, 0.5))));
      return;
    default:
      topUp(walk);
  }
}

/** Adds value from the account: in the app, or at the till of a shop. */
function topUp(walk: Walk): void {
  const { p, stream, customer } = walk;
  walk.channel = Channel.StoredValue;
  walk.category = Category.TopUp;
  const app = stream.uniform() < 0.6;
  if (app) {
    inApp(walk);
    walk.payee = organisationOf(p, 0, 0);
  } else {
    walk.pace = Pace.Shop;
    walk.device = NO_DEVICE;
    walk.flags = 0;
    walk.payee = merchantOf(p, stream, customer, Category.Grocery);
  }
  // HK$100, 200, 300, 500 or 1,000, with the published mean.
  const u = stream.uniform();
  walk.amount = u < 0.168 ? 10_000 : u < 0.448 ? 20_000 : u < 0.668 ? 30_000 : u < 0.908 ? 50_000 : 100_000;
}

function inApp(walk: Walk): void {
  walk.flags = REMOTE;
  walk.device = OWN_DEVICE;
  walk.pace = Pace.Remote;
}
