import { DAY } from '../../calendar.js';
import { type Population } from '../../population/population.js';
import { tie, type Stream } from '../../random.js';
import { deviceCount } from '../events.js';

/** People send round sums: two leading digits (cents). */
export function rounded(amount: number): number {
  let unit = 100;
  while (amount >= 100 * unit) unit *= 10;
  return Math.max(unit, Math.round(amount / unit) * unit);
}

/** The device that a customer uses at a time. */
export function deviceOf(p: Population, stream: Stream, customer: number, time: number): number {
  if (stream.chance(0.05)) return 3 * customer + 2;
  return 3 * customer + (time >= tie(customer, 5, p.salt) * 900 * DAY ? 1 : 0);
}

/** A device that passes from hand to hand: second-hand, lent, or a fraudster's. */
export function strangeDevice(p: Population, stream: Stream): number {
  const own = 3 * p.customers;
  return own + stream.below(deviceCount(p.customers) - own);
}

/** A merchant of a category by popularity, a heavy tail. */
export function merchantOf(p: Population, stream: Stream, category: number): number {
  const from = p.merchants.categoryStart[category] ?? 0;
  const size = (p.merchants.categoryStart[category + 1] ?? from + 1) - from;
  const u = stream.uniform();
  return from + Math.min(size - 1, Math.floor(size * u * u * Math.sqrt(u)));
}

/** Somebody new: anyone, now and then a seller whom many pay for the first time in the same days. */
export function newPayee(p: Population, stream: Stream, time: number): number {
  const from = p.customers;
  const accounts = p.accounts.count - from;
  if (stream.chance(0.3)) {
    const days = Math.floor(time / (10 * DAY));
    const sellers = Math.max(3, Math.round(p.customers / 60));
    return p.merchants.count + from + Math.floor(accounts * tie(days, stream.below(sellers), p.salt));
  }
  return p.merchants.count + from + stream.below(accounts);
}
