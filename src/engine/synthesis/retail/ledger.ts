import { DAY, monthOf, payDay } from '../calendar.js';
import { Channel, type Draft, type EventTable } from './events.js';
import { type Population } from './population.js';

/** An Octopus purse holds at most HK$3,000 (td.gov.hk). */
export const PURSE_LIMIT = 300_000;
/** What a bank lets a customer send by proxy to a payee who is not registered: HK$10,000, a common default. */
const PROXY_LIMIT = 1_000_000;
/** A payment that the account cannot bear is made smaller, not below this (cents). */
const SMALLEST = 100;

/**
 * Walks the payments in time order and turns intentions into amounts that accounts and purses can bear. Afterwards
 * `amount` and `balance` (before the payment) are final, and no account or purse has been below zero.
 *
 * Wages arrive on pay day; what is above the customer's habit then moves to savings, what is missing comes from
 * there (neither is a row of the table). Credit cards draw on no account. A purse too light for a purchase is first
 * filled from the account, automatically, as an add-value service does; for the purse's payments `balance` is the
 * purse's.
 *
 * @returns the rows in time order, every column its own memory
 */
export function settle(p: Population, draft: Draft, order: Uint32Array, startDay: number): EventTable {
  const rows = draft.rows;
  const out = {
    rows,
    customer: new Int32Array(rows),
    time: new Int32Array(rows),
    channel: new Uint8Array(rows),
    category: new Uint8Array(rows),
    payee: new Int32Array(rows),
    amount: new Float64Array(rows),
    balance: new Float64Array(rows),
    device: new Int16Array(rows),
    flags: new Uint8Array(rows),
  };
  const account = new Float64Array(p.customers);
  const purse = new Float64Array(p.customers);
  const nextPay = new Int32Array(p.customers);
  const payMonth = new Uint8Array(p.customers);
  for (let c = 0; c < p.customers; c += 1) {
    account[c] = p.habitualBalance[c] ?? 0;
    purse[c] = PURSE_LIMIT / 2;
    let month = monthOf(startDay);
    let day = payDay(month, p.payDay[c] ?? 28);
    while (day < startDay && month < 12) day = payDay((month += 1), p.payDay[c] ?? 28);
    payMonth[c] = month;
    nextPay[c] = day;
  }
  for (let place = 0; place < rows; place += 1) {
    const from = order[place] ?? 0;
    const customer = draft.customer[from] ?? 0;
    const time = draft.time[from] ?? 0;
    const channel = draft.channel[from] ?? 0;
    while ((nextPay[customer] ?? 0) * DAY + 9 * 3600 <= time) {
      const habit = p.habitualBalance[customer] ?? 0;
      const held = (account[customer] ?? 0) + 100 * (p.income[customer] ?? 0);
      account[customer] = Math.round(held + 0.7 * (habit - held));
      const month = (payMonth[customer] ?? 12) + 1;
      payMonth[customer] = month;
      nextPay[customer] = month > 12 ? 10_000 : payDay(month, p.payDay[customer] ?? 28);
    }
    const held = account[customer] ?? 0;
    const intent = draft.intent[from] ?? 0;
    const most = channel === Channel.FpsProxy ? PROXY_LIMIT : Infinity;
    let amount = intent > 0 ? roundShare(Math.min(most, intent * held)) : (draft.amount[from] ?? 0);
    let before = held;
    if (channel === Channel.StoredValue) {
      before = purse[customer] ?? 0;
      if (before < amount) {
        const added = Math.min(held, PURSE_LIMIT - before);
        before += added;
        account[customer] = held - added;
      }
      amount = Math.min(amount, before);
      if (amount < SMALLEST) {
        before = SMALLEST; // the last coin of an empty purse, paid in at the counter
        amount = SMALLEST;
      }
      purse[customer] = before - amount;
    } else if (channel !== Channel.CreditCard) {
      if (amount > held) amount = channel === Channel.Atm ? Math.floor(held / 10_000) * 10_000 : held;
      if (amount < SMALLEST) {
        // An empty account is topped up from savings so that the payment asked for can be made.
        before = Math.max(SMALLEST, Math.round(0.25 * (p.habitualBalance[customer] ?? 0)));
        if (channel === Channel.Atm) before = Math.max(before, 10_000);
        const wanted =
          intent > 0 ? roundShare(Math.min(most, intent * before)) : (draft.amount[from] ?? SMALLEST);
        amount = channel === Channel.Atm ? 10_000 : Math.max(SMALLEST, Math.min(before, wanted));
      }
      account[customer] = before - amount;
    }
    out.customer[place] = customer;
    out.time[place] = time;
    out.channel[place] = channel;
    out.category[place] = draft.category[from] ?? 0;
    out.payee[place] = draft.payee[from] ?? 0;
    out.amount[place] = amount;
    out.balance[place] = before;
    out.device[place] = draft.device[from] ?? 0;
    out.flags[place] = draft.flags[from] ?? 0;
  }
  return out;
}

/** Large parts of an account are moved in round sums, as people type them. */
function roundShare(amount: number): number {
  if (amount < 100_000) return Math.max(SMALLEST, Math.round(amount / 1_000) * 1_000);
  const unit = amount < 1_000_000 ? 10_000 : 100_000;
  return Math.floor(amount / unit) * unit;
}
