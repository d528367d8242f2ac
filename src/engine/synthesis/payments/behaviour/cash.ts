import { Pace } from '../../calendar.js';
import { Category, Channel, NO_DEVICE, OVERSEAS } from '../events.js';
import { cents, typed } from './amounts.js';
import { merchantOf, organisationOf, strangerOf } from './payees.js';
import { type Walk } from './walk.js';

/** Mean withdrawal and mean cheque in HKD: conventions, no figure is cited for either. */
const WITHDRAWAL_MEAN = 1_800;
const CHEQUE_MEAN = 14_000;
const NOTE = 10_000;
const MOST_NOTES = 200;

/** Cash from a machine, in notes of HK$100. */
export function withdrawCash(walk: Walk): void {
  const { stream } = walk;
  walk.channel = Channel.Atm;
  walk.category = Category.Cash;
  walk.device = NO_DEVICE;
  walk.flags = stream.uniform() < 0.02 ? OVERSEAS : 0;
  walk.pace = Pace.CashMachine;
  walk.payee = merchantOf(walk.p, stream, walk.customer, Category.Cash);
  const level = walk.habits.level[walk.channel] ?? 1;
  const notes = Math.round(stream.lognormal(WITHDRAWAL_MEAN * walk.scale * level, 0.75) / 100);
  walk.amount = NOTE * Math.max(1, Math.min(MOST_NOTES, notes > 10 ? 5 * Math.round(notes / 5) : notes));
}

/** A cheque over the counter or by post: to a company, a landlord, a school. */
export function writeCheque(walk: Walk): void {
  const { p, stream, customer } = walk;
  const u = stream.uniform();
  walk.channel = Channel.Cheque;
  walk.device = NO_DEVICE;
  walk.flags = 0;
  walk.pace = Pace.Counter;
  walk.category =
    u < 0.35 ? Category.Bill : u < 0.6 ? Category.Rent : u < 0.75 ? Category.Education : Category.Person;
  walk.payee =
    walk.category === Category.Rent
      ? strangerOf(p, customer, 90)
      : organisationOf(p, customer, Math.floor(9 * u));
  walk.amount = typed(
    stream,
    cents(walk.scale * (walk.habits.level[walk.channel] ?? 1) * stream.lognormal(CHEQUE_MEAN, 1)),
  );
}
