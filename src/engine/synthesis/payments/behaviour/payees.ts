import { DAY } from '../../calendar.js';
import { type Population } from '../../population/population.js';
import { tie, type Stream } from '../../random.js';

/** Accounts of acquaintances at this bank; the others use one elsewhere (a convention). */
const AT_THIS_BANK = 0.3;

/** A merchant of a category: mostly one of the customer's own, otherwise by popularity (a heavy tail). */
export function merchantOf(p: Population, stream: Stream, customer: number, category: number): number {
  const from = p.merchants.categoryStart[category] ?? 0;
  const size = (p.merchants.categoryStart[category + 1] ?? from + 1) - from;
  const own = stream.uniform();
  const u = own < 0.62 ? tie(customer, 40 * category + Math.floor(own * 6.4), p.salt) : stream.uniform();
  return from + Math.min(size - 1, Math.floor(size * u * u * Math.sqrt(u)));
}

/** The account that somebody is paid at. */
export function accountOf(p: Population, person: number): number {
  return p.merchants.count + (tie(person, 3, p.salt) < AT_THIS_BANK ? person : p.customers + person);
}

/** Somebody whom the customer pays again and again: mostly family and friends, the closest most. */
export function regularPayee(p: Population, stream: Stream, customer: number): number {
  const u = stream.uniform();
  const from = p.ties.start[customer] ?? 0;
  const contacts = (p.ties.start[customer + 1] ?? from) - from;
  if (u < 0.62 && contacts > 0) {
    const v = stream.uniform();
    return accountOf(p, p.ties.contact[from + Math.floor(Math.min(contacts, 12) * v * v)] ?? customer);
  }
  if (u < 0.84) return organisationOf(p, customer, Math.floor(stream.uniform() * 4));
  return strangerOf(p, customer, Math.floor(stream.uniform() * 3));
}

/** One of the customer's own clubs, schools, stall holders: some known to very many, most to a few. */
export function organisationOf(p: Population, customer: number, place: number): number {
  const u = tie(customer, 400 + place, p.salt);
  return (
    p.merchants.count +
    p.accounts.organisationStart +
    Math.floor(p.organisations.shells * u * u * Math.sqrt(u))
  );
}

/** One of the customer's own payees who are no part of the play: a landlord, a relative elsewhere. */
export function strangerOf(p: Population, customer: number, place: number): number {
  const { strangerStart, count } = p.accounts;
  return (
    p.merchants.count +
    strangerStart +
    Math.floor((count - strangerStart) * tie(customer, 500 + place, p.salt))
  );
}

/** A company that bills many: utilities, telephone, insurance, the tax man. */
export function billerOf(p: Population, customer: number, place: number): number {
  const few = Math.max(6, Math.floor(0.004 * p.organisations.shells));
  const u = tie(customer, 600 + place, p.salt);
  return (
    p.merchants.count + p.accounts.organisationStart + p.organisations.shells - 1 - Math.floor(few * u * u)
  );
}

/** Somebody new: anyone, now and then a seller whom many pay for the first time in the same days. */
export function newPayee(p: Population, stream: Stream, time: number): number {
  const from = p.customers;
  const accounts = p.accounts.count - from;
  if (stream.uniform() < 0.3) {
    const days = Math.floor(time / (10 * DAY));
    const sellers = Math.max(3, Math.round(p.customers / 60));
    return p.merchants.count + from + Math.floor(accounts * tie(days, stream.below(sellers), p.salt));
  }
  return p.merchants.count + from + stream.below(accounts);
}
