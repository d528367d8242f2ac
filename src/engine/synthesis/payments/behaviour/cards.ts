import { Pace } from '../../calendar.js';
import { Category, Channel, NO_DEVICE, OVERSEAS, REMOTE } from '../events.js';
import { cents, priced } from './amounts.js';
import {
  BASKETS,
  CARDS,
  CASH_ADVANCE_MEAN,
  CASH_ADVANCES,
  CREDIT_PURCHASE_MEAN,
  DEBIT_BILL_MEAN,
  DEBIT_BILLS,
  SHOPS,
} from './figures.js';
import { billerOf, merchantOf } from './payees.js';
import { OWN_DEVICE, type Walk } from './walk.js';

const MEANS = Float64Array.from(BASKETS, ({ mean }) => mean);
const SIGMAS = Float64Array.from(BASKETS, ({ sigma }) => sigma);
const ON_LINE = Float64Array.from(BASKETS, ({ remote }) => remote);
const ABROAD = Float64Array.from(BASKETS, ({ overseas }) => overseas);
const CATEGORIES = Uint8Array.from(BASKETS, ({ category }) => category);
/** Of card payments on line, those with a card on file or a shop's own checkout: the bank sees no device. */
const NO_DEVICE_ON_LINE = 0.45;
/** Overseas share of what a spree spends: the published one of all that is not cash. */
const SPREE_ABROAD = CARDS.overseas / (CARDS.local + CARDS.overseas);
const NOTE = 10_000;

/** A credit card payment: a purchase by the customer's mix of shops, or now and then a cash advance. */
export function payByCreditCard(walk: Walk): void {
  const { stream } = walk;
  walk.channel = Channel.CreditCard;
  if (stream.uniform() < CASH_ADVANCES) {
    advanceCash(walk);
    return;
  }
  const shop = shopOf(walk);
  const mean = MEANS[shop] ?? 0;
  const abroad = stream.uniform() < (ABROAD[shop] ?? 0);
  purchase(walk, CATEGORIES[shop] ?? 0, stream.uniform() < (ON_LINE[shop] ?? 0), abroad);
  walk.amount = withinLimit(
    walk,
    cents(
      walk.scale *
        walk.habits.credit *
        (abroad ? walk.habits.overseas : 1) *
        stream.lognormal(mean, SIGMAS[shop] ?? 1),
    ),
  );
}

/** A debit card payment at a till, or a bill by EPS. */
export function payByDebitCard(walk: Walk): void {
  const { stream, p } = walk;
  walk.channel = Channel.DebitCard;
  if (stream.uniform() < DEBIT_BILLS) {
    purchase(walk, Category.Bill, false, false);
    walk.payee = billerOf(p, walk.customer, Math.floor(6 * stream.uniform()));
    walk.amount = cents(
      walk.scale * (walk.habits.level[walk.channel] ?? 1) * stream.lognormal(DEBIT_BILL_MEAN, 0.9),
    );
    return;
  }
  const shop = shopOf(walk);
  purchase(walk, CATEGORIES[shop] ?? 0, false, stream.uniform() < 0.4 * (ABROAD[shop] ?? 0));
  walk.amount = priced(
    stream,
    cents(walk.scale * walk.habits.debit * stream.lognormal(MEANS[shop] ?? 0, 0.85 * (SIGMAS[shop] ?? 1))),
  );
}

/** Whether the next card payment of a spree is by credit card, by the published ratio. */
export function byCreditCard(walk: Walk): boolean {
  return walk.stream.uniform() * (1 + CARDS.creditPerDebit) < CARDS.creditPerDebit;
}

/** Whether a spree is overseas. */
export function spreeAbroad(walk: Walk): boolean {
  return walk.stream.uniform() < SPREE_ABROAD;
}

/**
 * A purchase on line in a spree: anything from a trial subscription to a holiday, with the mean of all credit card
 * purchases, so that sprees do not move it.
 */
export function payInSpree(walk: Walk, abroad: boolean): void {
  const { stream } = walk;
  walk.channel = Channel.CreditCard;
  if (stream.uniform() < CASH_ADVANCES) {
    advanceCash(walk);
    return;
  }
  const shop = 3 + stream.below(4);
  purchase(walk, CATEGORIES[shop] ?? 0, true, abroad);
  walk.amount = withinLimit(
    walk,
    cents(walk.scale * (walk.habits.level[walk.channel] ?? 1) * stream.lognormal(CREDIT_PURCHASE_MEAN, 1.25)),
  );
}

function purchase(walk: Walk, category: number, onLine: boolean, abroad: boolean): void {
  walk.category = category;
  walk.payee = merchantOf(walk.p, walk.stream, walk.customer, category);
  walk.flags = (onLine ? REMOTE : 0) | (abroad ? OVERSEAS : 0);
  walk.pace = onLine ? Pace.Remote : category === Category.Transport ? Pace.Transit : Pace.Shop;
  walk.device = onLine && walk.stream.uniform() >= NO_DEVICE_ON_LINE ? OWN_DEVICE : NO_DEVICE;
}

/** What would go past the card's limit is bought for less. */
function withinLimit(walk: Walk, amount: number): number {
  const limit = walk.p.people.creditLimit[walk.customer] ?? 0;
  return priced(walk.stream, amount < limit ? amount : Math.floor(limit * walk.stream.between(0.5, 0.95)));
}

function advanceCash(walk: Walk): void {
  purchase(walk, Category.Cash, false, false);
  walk.pace = Pace.CashMachine;
  const amount = walk.stream.lognormal(
    100 * CASH_ADVANCE_MEAN * walk.scale * (walk.habits.level[walk.channel] ?? 1),
    0.5,
  );
  walk.amount = NOTE * Math.max(1, Math.round(amount / NOTE));
}

function shopOf(walk: Walk): number {
  const { shops } = walk.habits;
  const u = walk.stream.next() >>> 16;
  const from = SHOPS * walk.customer;
  let shop = 0;
  while (shop < SHOPS - 1 && u >= (shops[from + shop] ?? 0)) shop += 1;
  return shop;
}
