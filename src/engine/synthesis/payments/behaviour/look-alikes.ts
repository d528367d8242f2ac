import { DAY, Pace } from '../../calendar.js';
import { exp } from '../../arithmetic.js';
import { Occupation, Product } from '../../population/attributes.js';
import { tie } from '../../random.js';
import { Category, Channel, NO_DEVICE, OVERSEAS, REMOTE } from '../events.js';
import { cents, rounded } from './amounts.js';
import { byCreditCard, payByDebitCard, payInSpree, spreeAbroad } from './cards.js';
import { withdrawCash } from './cash.js';
import { strangeDevice } from './devices.js';
import { FPS } from './figures.js';
import { byAccountNumber, payByFpsTo } from './fps.js';
import { accountOf, newPayee, regularPayee, strangerOf } from './payees.js';
import { payFromPurse } from './stored-value.js';
import { OWN_DEVICE, type Walk } from './walk.js';

/**
 * Honest conduct that looks like fraud, so that fraud is not the only thing that stands out. Amounts come from the
 * same distributions as everybody's, put in an order that tells a story (small first, then growing): so the
 * published means hold whatever the share of look-alikes.
 */
const MOST = 6;
const amounts = new Int32Array(MOST);
const channels = new Uint8Array(MOST);
const categories = new Uint8Array(MOST);

/** Which story: a spree, a big purchase in instalments, a new phone, a night of errands, a run on the cash machine. */
const SPREE = 0.44;
const INSTALMENTS = 0.68;
const NEW_PHONE = 0.8;
const NIGHT = 0.92;

/** Plays one of them from the next row on, as far as rows go. */
export function playLookAlike(walk: Walk): void {
  const u = walk.stream.uniform();
  if (u < SPREE && (walk.products & Product.CreditCard) !== 0) spree(walk);
  else if (u < INSTALMENTS) instalments(walk);
  else if (u < NEW_PHONE) newPhone(walk);
  else if (u < NIGHT) nightErrands(walk);
  else cashRun(walk);
}

/** Shopping on line in one go, often at shops never seen before, small sums to try the card first. */
function spree(walk: Walk): void {
  const { stream } = walk;
  const length = Math.min(walk.end - walk.row, 2 + stream.below(MOST - 1));
  const abroad = spreeAbroad(walk);
  const seen = stream.uniform();
  const device = seen < 0.4 ? NO_DEVICE : seen < 0.55 ? strangeDevice(walk.p, stream) : OWN_DEVICE;
  const trying = stream.uniform() < 0.5;
  for (let k = 0; k < length; k += 1) {
    payInSpree(walk, abroad);
    keep(walk, k);
  }
  if (trying) ascend(length);
  walk.pace = Pace.Remote;
  walk.place();
  for (let k = 0; k < length; k += 1) {
    const cash = categories[k] === Category.Cash;
    if (!cash && !byCreditCard(walk)) payByDebitCard(walk);
    else {
      walk.channel = Channel.CreditCard;
      walk.category = categories[k] ?? 0;
      walk.amount = amounts[k] ?? 0;
      walk.payee = newShop(walk);
      walk.flags = cash ? 0 : REMOTE | (abroad ? OVERSEAS : 0);
      walk.device = cash ? NO_DEVICE : device;
    }
    walk.write();
    walk.follow(40 + Math.floor(stream.exponential(1_100)));
  }
}

/** A deposit, then the rest, to somebody never paid before: a decorator, a wedding, a second-hand car. */
function instalments(walk: Walk): void {
  const payee = newPayee(walk.p, walk.stream, walk.week.start);
  transfers(walk, payee, OWN_DEVICE, 1 + walk.stream.below(4), 1.6 * DAY);
}

/** A phone put to use, new to the bank, and soon some transfers from it. */
function newPhone(walk: Walk): void {
  const { stream, p } = walk;
  const payee =
    stream.uniform() < 0.5 ? regularPayee(p, stream, walk.customer) : newPayee(p, stream, walk.week.start);
  transfers(walk, payee, strangeDevice(p, stream), 1 + stream.below(4), 0.25 * DAY);
}

/** Sums between one's own accounts and family, after midnight. */
function nightErrands(walk: Walk): void {
  const { stream, p, customer } = walk;
  const payee =
    stream.uniform() < 0.5 ? p.merchants.count + p.customers + customer : regularPayee(p, stream, customer);
  walk.day = walk.week.firstDay + stream.below(walk.week.days);
  transfers(walk, payee, OWN_DEVICE, 1 + stream.below(3), 900);
}

/** Cash before a festival or a trip: several machines in a row, and the purse used. */
function cashRun(walk: Walk): void {
  const { stream } = walk;
  const length = Math.min(walk.end - walk.row, 2 + stream.below(3));
  for (let k = 0; k < length; k += 1) {
    withdrawCash(walk);
    if (k === length - 1 && stream.uniform() < 0.3) payFromPurse(walk);
    if (k === 0) walk.place();
    walk.write();
    walk.follow(60 + Math.floor(stream.exponential(700)));
  }
}

function transfers(walk: Walk, payee: number, device: number, count: number, gap: number): void {
  const { stream } = walk;
  const length = Math.min(walk.end - walk.row, count);
  const round = stream.uniform() < 0.5;
  const night = walk.day;
  for (let k = 0; k < length; k += 1) {
    payByFpsTo(walk, byAccountNumber(walk), payee);
    keep(walk, k);
  }
  ascend(length);
  walk.pace = Pace.Remote;
  if (night >= 0) walk.time = night * DAY + stream.below(5 * 3_600);
  else walk.place();
  for (let k = 0; k < length; k += 1) {
    walk.channel = channels[k] ?? 0;
    walk.category = Category.Person;
    walk.payee = payee;
    walk.flags = REMOTE;
    walk.device = device;
    walk.amount = round ? rounded(amounts[k] ?? 0) : (amounts[k] ?? 0);
    walk.write();
    walk.follow(60 + Math.floor(stream.exponential(gap)));
  }
}

/** Weeks in which a household passes money on: one member to another, who pays it out again the same day. */
const PASSING = 0.006;

/**
 * Money that passes through a member's account: both members' weeks are their own streams, so what they share is
 * drawn from a scramble of household, week and key.
 *
 * @param salt a word of the split's key
 */
export function passMoneyOn(walk: Walk, salt: number): void {
  const { p, customer, week } = walk;
  const { household, occupation } = p.people;
  const home = household[customer] ?? 0;
  if (tie(home, week.index, salt) >= PASSING) return;
  const first = customer === 0 || household[customer - 1] !== home;
  const head = first ? customer : customer - 1;
  if (!first && head > 0 && household[head - 1] === home) return;
  if (head + 1 >= p.customers || household[head + 1] !== home) return;
  if (occupation[head + 1] === Occupation.DomesticHelper) return;
  let normal = -6;
  for (let k = 0; k < 12; k += 1) normal += tie(home, 1_000 + 16 * week.index + k, salt);
  const amount = rounded(
    cents((p.people.scale[head] ?? 1) * FPS.accountMean * exp(1.1 * normal - 0.5 * 1.1 * 1.1)),
  );
  const given =
    week.start + Math.floor((week.end - week.start - DAY) * tie(home, week.index, salt + 1)) + 9 * 3_600;
  walk.channel = Channel.FpsAccount;
  walk.category = Category.Person;
  walk.flags = REMOTE;
  walk.device = OWN_DEVICE;
  walk.pace = Pace.Remote;
  if (first) {
    walk.time = given;
    walk.amount = amount;
    walk.payee = p.merchants.count + head + 1;
  } else {
    walk.time = Math.min(week.end - 1, given + 600 + Math.floor(walk.stream.exponential(7_000)));
    walk.amount = rounded(Math.max(100, Math.floor(amount * walk.stream.between(0.85, 1))));
    walk.payee =
      walk.stream.uniform() < 0.5
        ? strangerOf(p, customer, 90)
        : accountOf(p, walk.stream.below(p.customers));
  }
  walk.write();
}

function keep(walk: Walk, k: number): void {
  amounts[k] = walk.amount;
  channels[k] = walk.channel;
  categories[k] = walk.category;
}

/** Smaller sums first; each keeps its channel and category. */
function ascend(length: number): void {
  for (let from = 1; from < length; from += 1)
    for (let k = from; k > 0 && (amounts[k - 1] ?? 0) > (amounts[k] ?? 0); k -= 1) {
      change(amounts, k);
      change(channels, k);
      change(categories, k);
    }
}

function change(array: Int32Array | Uint8Array, k: number): void {
  const kept = array[k] ?? 0;
  array[k] = array[k - 1] ?? 0;
  array[k - 1] = kept;
}

/** A shop by popularity alone. */
function newShop(walk: Walk): number {
  const { p, stream } = walk;
  const from = p.merchants.categoryStart[walk.category] ?? 0;
  const size = (p.merchants.categoryStart[walk.category + 1] ?? from + 1) - from;
  const u = stream.uniform();
  return from + Math.min(size - 1, Math.floor(size * u * u * Math.sqrt(u)));
}
