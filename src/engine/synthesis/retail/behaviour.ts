import { DAY, drawTime, type Period } from '../calendar.js';
import { Category, Channel, NO_DEVICE, OVERSEAS, REMOTE, put, type Draft, type Intended } from './events.js';
import { SHOP_CATEGORIES, type Population } from './population.js';
import { Stream, tie } from '../random.js';

/** Mean amount in HKD and sigma of its logarithm, by shop category, before the scale of the customer. */
const BASKETS: readonly (readonly [mean: number, sigma: number, remote: number, overseas: number])[] = [
  [410, 0.8, 0.12, 0.02],
  [385, 0.8, 0.16, 0.05],
  [130, 0.9, 0.35, 0.05],
  [880, 0.9, 0.42, 0.14],
  [1_500, 1.1, 0.5, 0.16],
  [130, 1.1, 0.97, 0.45],
  [3_600, 1.0, 0.75, 0.5],
  [790, 0.9, 0.12, 0.03],
  [5_200, 1.0, 0.15, 0.28],
];
/** Means of channels in HKD that the amounts below are drawn around; see datasheet.ts for what is reached. */
const FPS_PROXY_MEAN = 2_900;
const FPS_ACCOUNT_MEAN = 29_400;
const DEBIT_FACTOR = 2.3;
const STORED_VALUE_MEAN = 136;

const payment: Intended = {
  customer: 0,
  time: 0,
  channel: 0,
  category: 0,
  payee: 0,
  amount: 0,
  intent: 0,
  device: 0,
  flags: 0,
};

export function cents(hkd: number): number {
  return Math.max(100, Math.round(hkd * 100));
}

/** A merchant of a category: mostly one of the customer's own, otherwise by popularity (a heavy tail). */
export function merchantOf(p: Population, stream: Stream, customer: number, category: number): number {
  const from = p.categoryStart[category] ?? 0;
  const size = (p.categoryStart[category + 1] ?? from + 1) - from;
  const u = stream.chance(0.62) ? tie(customer, category, stream.below(4)) : stream.uniform();
  return from + Math.min(size - 1, Math.floor(size * Math.pow(u, 2.4)));
}

/** An account that the customer pays again and again: landlord, family, school, club. */
function regularAccount(p: Population, stream: Stream, customer: number): number {
  const place = Math.floor(14 * Math.pow(stream.uniform(), 2));
  const u = tie(customer, place, 77);
  // A few accounts (schools, landlords, stall holders) are known to very many; most to two or three.
  const share = place % 4 === 0 ? Math.pow(u, 6) * 0.2 : u;
  return p.merchants + Math.min(p.accounts - 1, Math.floor(p.accounts * share));
}

/** Somebody new: anyone, now and then a seller whom many pay for the first time in the same days. */
export function newAccount(p: Population, stream: Stream, time: number): number {
  if (stream.chance(0.3)) {
    const week = Math.floor(time / (10 * DAY));
    const sellers = Math.max(3, Math.round(p.customers / 60));
    return p.merchants + Math.floor(p.accounts * tie(week, stream.below(sellers), 1_009));
  }
  return p.merchants + stream.below(p.accounts);
}

/** The device in use at a time: phones are replaced now and then, and some payments come from a second one. */
export function deviceAt(stream: Stream, customer: number, time: number): number {
  if (stream.chance(0.05)) return 100 + stream.below(14);
  const upgrade = tie(customer, 5, 31) * 900 * DAY;
  return time >= upgrade ? 1 : 0;
}

function transfer(p: Population, stream: Stream, customer: number, byAccount: boolean): void {
  const scale = p.scale[customer] ?? 1;
  payment.channel = byAccount ? Channel.FpsAccount : Channel.FpsProxy;
  payment.flags = REMOTE;
  payment.device = deviceAt(stream, customer, payment.time);
  payment.category = Category.Person;
  const fresh = stream.chance(p.novelty[customer] ?? 0.1);
  payment.payee = fresh ? newAccount(p, stream, payment.time) : regularAccount(p, stream, customer);
  if (!byAccount) {
    payment.amount = cents(scale * stream.lognormal(FPS_PROXY_MEAN * 0.93, 1.35));
    if (stream.chance(0.5)) payment.amount = rounded(payment.amount);
    return;
  }
  if (stream.chance(p.remittance[customer] ?? 0)) {
    payment.category = Category.Remittance;
    payment.amount = rounded(cents(scale * stream.lognormal(6_500, 0.7)));
    return;
  }
  if (stream.chance(0.3)) {
    payment.category = Category.Bill;
    payment.payee = p.merchants + Math.floor(p.accounts * 0.002 * tie(customer, stream.below(6), 501));
    payment.amount = cents(scale * stream.lognormal(4_200, 0.9));
    return;
  }
  payment.amount = cents(scale * stream.lognormal(FPS_ACCOUNT_MEAN * 2.1, 1.4));
  if (stream.chance(0.6)) payment.amount = rounded(payment.amount);
}

/** People send round sums: two leading digits. */
export function rounded(amount: number): number {
  const unit = Math.pow(10, Math.max(2, Math.floor(Math.log10(amount)) - 1));
  return Math.max(unit, Math.round(amount / unit) * unit);
}

function purchase(p: Population, stream: Stream, customer: number, channel: number): void {
  const scale = p.scale[customer] ?? 1;
  const shops = SHOP_CATEGORIES.length;
  payment.channel = channel;
  payment.device = NO_DEVICE;
  payment.flags = 0;
  if (channel === Channel.StoredValue) {
    const transit = stream.chance(0.45);
    payment.category = transit ? Category.Transport : stream.chance(0.6) ? Category.Grocery : Category.Dining;
    payment.amount = cents(
      Math.min(2_900, transit ? stream.lognormal(22, 0.6) : stream.lognormal(STORED_VALUE_MEAN * 1.68, 1.0)),
    );
    payment.payee = merchantOf(p, stream, customer, payment.category);
    return;
  }
  const shop = stream.pick(p.categoryMix, customer * shops, shops);
  const [mean, sigma, remote, overseas] = BASKETS[shop] ?? [300, 0.8, 0.1, 0.05];
  payment.category = SHOP_CATEGORIES[shop] ?? Category.Grocery;
  payment.payee = merchantOf(p, stream, customer, payment.category);
  if (channel === Channel.CreditCard && stream.chance(remote)) {
    payment.flags |= REMOTE;
    // A card on file, or a shop's own checkout, shows the bank no device.
    payment.device = stream.chance(0.45) ? NO_DEVICE : deviceAt(stream, customer, payment.time);
  }
  if (stream.chance(overseas)) payment.flags |= OVERSEAS;
  const factor = channel === Channel.DebitCard ? DEBIT_FACTOR : 1;
  payment.amount = cents(scale * factor * stream.lognormal(mean, sigma));
}

/** One ordinary payment at `payment.time`. */
function ordinary(p: Population, stream: Stream, customer: number): void {
  const channel = stream.pick(p.channelMix, customer * 6, 6);
  if (channel === Channel.FpsProxy || channel === Channel.FpsAccount) {
    transfer(p, stream, customer, channel === Channel.FpsAccount);
  } else if (channel === Channel.Atm) {
    payment.channel = channel;
    payment.device = NO_DEVICE;
    payment.flags = stream.chance(0.02) ? OVERSEAS : 0;
    payment.category = Category.Cash;
    payment.payee = merchantOf(p, stream, customer, Category.Cash);
    payment.amount = 10_000 * Math.max(1, Math.min(200, Math.round(stream.lognormal(18, 0.8))));
  } else {
    purchase(p, stream, customer, channel);
  }
}

/**
 * Honest conduct that looks like fraud, so that fraud is not the only thing that stands out: a spree on line that
 * begins with small sums, a large purchase paid in growing instalments to somebody new, a new phone put to use.
 *
 * @returns payments written
 */
function lookAlike(
  p: Population,
  stream: Stream,
  customer: number,
  draft: Draft,
  row: number,
  room: number,
): number {
  const kind = stream.uniform();
  const start = payment.time;
  let written = 0;
  if (kind < 0.45) {
    const length = Math.min(room, 2 + stream.below(5));
    const abroad = stream.chance(0.35);
    const seen = stream.uniform();
    const device =
      seen < 0.4 ? NO_DEVICE : seen < 0.6 ? 200 + stream.below(50) : deviceAt(stream, customer, start);
    let time = start;
    for (; written < length; written += 1) {
      payment.time = time;
      payment.channel = Channel.CreditCard;
      const shop = 3 + stream.below(4);
      const small = written < 2 && stream.chance(0.4);
      payment.category = small ? Category.Digital : (SHOP_CATEGORIES[shop] ?? Category.Digital);
      payment.payee = merchantOf(p, stream, customer, payment.category);
      payment.flags = REMOTE | (abroad ? OVERSEAS : 0);
      payment.device = device;
      payment.amount = cents(
        small ? stream.between(5, 70) : (p.scale[customer] ?? 1) * stream.lognormal(1_400, 1.0),
      );
      put(draft, row + written, payment, 0);
      time += 60 + Math.floor(stream.exponential(1_500));
    }
    return written;
  }
  const length = Math.min(room, 1 + stream.below(4));
  const payee = newAccount(p, stream, start);
  const phone = kind > 0.85;
  const device = phone ? 200 + stream.below(50) : deviceAt(stream, customer, start);
  let share = stream.between(0.03, 0.3);
  let time = start;
  for (; written < length; written += 1) {
    payment.time = time;
    payment.channel = stream.chance(0.3) ? Channel.FpsProxy : Channel.FpsAccount;
    payment.category = Category.Person;
    payment.payee = phone && stream.chance(0.6) ? regularAccount(p, stream, customer) : payee;
    payment.flags = REMOTE;
    payment.device = device;
    payment.amount = 0;
    payment.intent = share;
    put(draft, row + written, payment, 0);
    share = Math.min(0.8, share * stream.between(0.8, 2));
    time += Math.floor(stream.exponential(phone ? 0.3 * DAY : 2.5 * DAY)) + 120;
  }
  payment.intent = 0;
  return written;
}

/**
 * The honest payments of customers `from … to`, each at its own place of the draft and from its own stream: threads
 * that share the customers among themselves write the same bytes.
 *
 * @param offsets first row of each customer's payments, and one past the last
 * @param lookAlikes chance that a payment opens honest conduct that looks like fraud
 */
export function live(
  p: Population,
  key: Uint8Array,
  within: Period,
  offsets: Uint32Array,
  draft: Draft,
  from: number,
  to: number,
  lookAlikes: number,
): void {
  for (let customer = from; customer < to; customer += 1) {
    const end = offsets[customer + 1] ?? 0;
    let row = offsets[customer] ?? 0;
    if (row === end) continue;
    const stream = new Stream(key, customer);
    const wayOfLife = p.wayOfLife[customer] ?? 0;
    payment.customer = customer;
    payment.intent = 0;
    let previous = -1;
    while (row < end) {
      let time =
        previous >= 0 && stream.chance(0.4)
          ? previous + 45 + Math.floor(stream.exponential(1_300))
          : within.end;
      if (time >= within.end) time = drawTime(stream, within, wayOfLife);
      payment.time = time;
      previous = time;
      if (stream.chance(lookAlikes)) {
        const written = lookAlike(p, stream, customer, draft, row, end - row);
        for (let k = row; k < row + written; k += 1)
          if ((draft.time[k] ?? 0) >= within.end) draft.time[k] = within.end - 1 - stream.below(DAY);
        row += written;
        continue;
      }
      ordinary(p, stream, customer);
      put(draft, row, payment, 0);
      row += 1;
    }
  }
}
