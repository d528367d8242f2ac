import { monthOf, monthStart, payDay } from '../calendar.js';
import { type Population } from '../population/population.js';
import { tie } from '../random.js';

/** Customers whose turn comes in a night. */
export interface NightList {
  readonly list: Int32Array;
  readonly to: number;
  /** wages arrive, or else the card's bill is due */
  readonly wages: boolean;
  /** place of the next one */
  at: number;
}

/** Who is paid, and whose card bill is due, in which night. */
export class Nights {
  private readonly paid: ByDay;
  private readonly billed: ByDay;

  constructor({ customers, people, salt }: Population) {
    const billDay = new Uint8Array(customers);
    for (let c = 0; c < customers; c += 1) billDay[c] = 1 + Math.floor(28 * tie(c, 11, salt));
    this.paid = byDay(people.payDay, customers);
    this.billed = byDay(billDay, customers);
  }

  /** The lists of a day of the year, wages first. */
  of(day: number): NightList[] {
    const lists: NightList[] = [];
    const add = ({ order, start }: ByDay, usual: number, wages: boolean) =>
      lists.push({ list: order, at: start[usual] ?? 0, to: start[usual + 1] ?? 0, wages });
    const month = monthOf(day);
    // The pay day of a month's first days may lie in the month before, when those are days of rest.
    for (const ofMonth of [month, month + 1])
      for (let usual = 1; usual <= 31 && ofMonth <= 12; usual += 1)
        if (payDay(ofMonth, usual) === day) add(this.paid, usual, true);
    add(this.billed, day - monthStart(month) + 1, false);
    return lists;
  }
}

interface ByDay {
  readonly order: Int32Array;
  readonly start: Int32Array;
}

/** Customers by a day of the month, 1 … 31: their numbers, and where each day's begin. */
function byDay(day: Uint8Array, customers: number): ByDay {
  const start = new Int32Array(34);
  for (let c = 0; c < customers; c += 1) start[(day[c] ?? 1) + 1] = (start[(day[c] ?? 1) + 1] ?? 0) + 1;
  for (let d = 1; d < 34; d += 1) start[d] = (start[d] ?? 0) + (start[d - 1] ?? 0);
  const order = new Int32Array(customers);
  const free = start.slice();
  for (let c = 0; c < customers; c += 1) {
    const at = free[day[c] ?? 1] ?? 0;
    order[at] = c;
    free[day[c] ?? 1] = at + 1;
  }
  return { order, start };
}
