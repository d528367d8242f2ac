import {
  DAY,
  Pace,
  drawMoment,
  momentOn,
  monthOf,
  monthStart,
  REST_DAYS,
  stormAt,
  type Week,
} from '../../calendar.js';
import { type Population } from '../../population/population.js';
import { tie, type Stream } from '../../random.js';
import { NO_DEVICE, type Draft } from '../events.js';
import { deviceOf } from './devices.js';
import { type Habits } from './habits.js';

/** The payment is made in the app: which device it is depends on when, and is settled with the time. */
export const OWN_DEVICE = -2;
/** People who are up at night whatever they work as (a convention). */
const OWLS = 0.04;
/** Weeks in which a customer's errands gather on one day, and how many of them then do. */
const GATHERED_WEEKS = 0.75;
const GATHERED = 0.7;

/**
 * One customer's week as it is being lived: the next payment's fields, filled by the channel's file, then placed in
 * time and written. One object for all customers, so that nothing is allocated a payment.
 */
export class Walk {
  customer = 0;
  scale = 1;
  wayOfLife = 0;
  products = 0;
  /** next row, and one past the customer's last */
  row = 0;
  end = 0;

  channel = 0;
  category = 0;
  payee = 0;
  amount = 0;
  device = NO_DEVICE;
  flags = 0;
  time = 0;
  pace = 0;
  /** day of the year on which it has to be, or −1 */
  day = -1;

  /** day of this week on which what is due on the n-th of a month is executed, or −1 */
  readonly due = new Int16Array(32);
  private owl = false;
  private busyDay = -1;

  constructor(
    readonly p: Population,
    readonly habits: Habits,
    readonly stream: Stream,
    readonly week: Week,
    readonly draft: Draft,
  ) {
    this.due.fill(-1);
    const last = week.firstDay + week.days;
    for (let usual = 1; usual <= 28; usual += 1)
      for (let month = monthOf(Math.max(0, week.firstDay - 5)); month <= monthOf(last - 1); month += 1) {
        let day = monthStart(month) + usual - 1;
        while (REST_DAYS[day] === 1) day += 1;
        if (day >= week.firstDay && day < last) this.due[usual] = day;
      }
  }

  begin(customer: number, row: number, end: number): void {
    const { people, salt } = this.p;
    this.customer = customer;
    this.row = row;
    this.end = end;
    this.scale = people.scale[customer] ?? 1;
    this.wayOfLife = people.wayOfLife[customer] ?? 0;
    this.products = people.products[customer] ?? 0;
    this.owl = tie(customer, 9, salt) < OWLS;
    this.stream.rekey(customer, this.week.index);
    const u = this.stream.uniform() / GATHERED_WEEKS;
    let day = 0;
    while (day < this.week.days - 1 && u >= (this.week.shares[day] ?? 1)) day += 1;
    this.busyDay = u < 1 ? this.week.firstDay + day : -1;
    this.day = -1;
  }

  /** Chooses when: on the day it has to be, or by pace and way of life. */
  place(): void {
    const { stream, week, pace, wayOfLife } = this;
    if (this.day >= 0) this.time = momentOn(stream, this.day, pace, wayOfLife);
    else if (this.busyDay >= 0 && pace !== Pace.Counter && stream.uniform() < GATHERED) {
      this.time = momentOn(stream, this.busyDay, pace, wayOfLife);
      if (pace !== Pace.Remote && stormAt(this.time)) this.time = drawMoment(stream, week, pace, wayOfLife);
    } else this.time = drawMoment(stream, week, pace, wayOfLife);
    if (this.owl && this.day < 0 && pace === Pace.Remote && stream.uniform() < 0.6)
      this.time = Math.floor(this.time / DAY) * DAY + stream.below(5 * 3_600);
  }

  /** Places the payment some time after the one before, where that is still in this week. */
  follow(seconds: number): void {
    this.time += seconds;
    if (this.time >= this.week.end) this.place();
  }

  write(): void {
    const { draft, row } = this;
    draft.customer[row] = this.customer;
    draft.time[row] = this.time;
    draft.channel[row] = this.channel;
    draft.category[row] = this.category;
    draft.payee[row] = this.payee;
    draft.amount[row] = Math.min(2_000_000_000, this.amount);
    draft.device[row] =
      this.device === OWN_DEVICE ? deviceOf(this.p, this.stream, this.customer, this.time) : this.device;
    draft.flags[row] = this.flags;
    draft.intent[row] = 0;
    draft.origin[row] = -1;
    this.row = row + 1;
    this.day = -1;
  }
}
