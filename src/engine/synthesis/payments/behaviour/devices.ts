import { DAY } from '../../calendar.js';
import { type Population } from '../../population/population.js';
import { tie, type Stream } from '../../random.js';
import { deviceCount } from '../events.js';

/** The device that a customer uses at a time: phones are replaced now and then, some payments come from a second one. */
export function deviceOf(p: Population, stream: Stream, customer: number, time: number): number {
  if (stream.uniform() < 0.05) return 3 * customer + 2;
  return 3 * customer + (time >= tie(customer, 5, p.salt) * 900 * DAY ? 1 : 0);
}

/** A device that passes from hand to hand: second-hand, lent, or a fraudster's. */
export function strangeDevice(p: Population, stream: Stream): number {
  const own = 3 * p.customers;
  return own + stream.below(deviceCount(p.customers) - own);
}
