import { Pace } from '../../calendar.js';
import { Category, Channel, OVERSEAS, REMOTE } from '../events.js';
import { PAYMENT_CONNECT_DAY_LIMIT } from '../limits.js';
import { cents, typed } from './amounts.js';
import { newPayee, strangerOf } from './payees.js';
import { OWN_DEVICE, type Walk } from './walk.js';

/** Mean in HKD before the limit of a day is kept: a convention. */
const MEAN = 3_200;
const FRESH = 0.1;

/** Money sent home or across the border: to few people, within the day's limit of Payment Connect. */
export function sendAbroad(walk: Walk): void {
  const { p, stream, customer } = walk;
  walk.channel = Channel.CrossBorder;
  walk.category = stream.uniform() < 0.75 ? Category.Remittance : Category.Person;
  walk.flags = REMOTE | OVERSEAS;
  walk.device = OWN_DEVICE;
  walk.pace = Pace.Remote;
  walk.payee =
    stream.uniform() < FRESH
      ? newPayee(p, stream, walk.week.start)
      : strangerOf(p, customer, 10 + Math.floor(3 * stream.uniform()));
  const amount = cents(walk.scale * (walk.habits.level[walk.channel] ?? 1) * stream.lognormal(MEAN, 0.75));
  walk.amount = Math.min(PAYMENT_CONNECT_DAY_LIMIT, typed(stream, amount));
}
