import { log } from '../arithmetic.js';
import { DAY, monthOf, monthStart, stormAt, weekday } from '../calendar.js';
import { type Population } from '../population/population.js';
import { type Calibration, type Picture, type RealismFigure } from '../preset.js';
import { calibrate, CELLS, sumOf } from './calibration.js';
import { CATEGORIES, Channel, CHANNELS, REMOTE, type Events } from './events.js';
import { burstiness, hill, tailOf } from '../heavy-tails.js';

const KINDS = CHANNELS.length;
const MONTHS = 13;
/** Bins of amounts: eight an octave of cents. */
const BINS = 256;
const HOURS = 367 * 24;
/** Customers whose intervals are followed, at most; first digits are taken from every fourth payment. */
const FOLLOWED = 20_000;
const DIGITS_EVERY = 4;
/** Fewer intervals than this say nothing of a customer's bursts. */
const FEWEST = 10;
const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const MONTH_NAMES = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * Counts payments as they pass, in bounded memory and one pass, and says what they come to: calibration against
 * published figures (honest payments alone), realism figures against the literature, and pictures.
 *
 * Everything is counted on every payment but for two samples, said where they are used: the intervals of up to
 * 20,000 customers, and the first digits of every fourth payment.
 */
export class Tally {
  /** honest payments and their cents by channel, category, and on line or overseas: see calibration.ts */
  private readonly number = new Float64Array(CELLS);
  private readonly value = new Float64Array(CELLS);
  /** by hour of the year: all payments, and of those the ones on line */
  private readonly hours = new Uint32Array(HOURS);
  private readonly onLine = new Uint32Array(HOURS);
  private readonly frauds = new Uint32Array(367);
  private readonly bins = new Uint32Array(MONTHS * KINDS * BINS);
  private readonly digits = new Uint32Array(KINDS * 10);
  private readonly received: Uint32Array;
  private readonly every: number;
  private readonly last: Int32Array;
  private readonly intervals: Float64Array;
  private lowest = Infinity;
  private rows = 0;

  constructor(private readonly population: Population) {
    const { customers, merchants, accounts } = population;
    this.received = new Uint32Array(merchants.count + accounts.count);
    this.every = Math.max(1, Math.ceil(customers / FOLLOWED));
    const followed = Math.ceil(customers / this.every);
    this.last = new Int32Array(followed).fill(-1);
    this.intervals = new Float64Array(3 * followed);
  }

  /**
   * The next payments in time order.
   *
   * @param origin −1 for an honest payment, a row
   */
  add(events: Events, origin: Int32Array): void {
    const { number, value, hours, onLine, bins, received, every } = this;
    for (let row = 0; row < events.rows; row += 1) {
      const channel = events.channel[row] ?? 0;
      const amount = events.amount[row] ?? 0;
      const time = events.time[row] ?? 0;
      const flags = events.flags[row] ?? 0;
      const hour = Math.floor(time / 3_600);
      const day = Math.floor(time / DAY);
      hours[hour] = (hours[hour] ?? 0) + 1;
      onLine[hour] = (onLine[hour] ?? 0) + (flags & REMOTE);
      if ((origin[row] ?? -1) < 0) {
        const cell = (channel << 7) | ((events.category[row] ?? 0) << 2) | (flags & 3);
        number[cell] = (number[cell] ?? 0) + 1;
        value[cell] = (value[cell] ?? 0) + amount;
      } else this.frauds[day] = (this.frauds[day] ?? 0) + 1;
      const octave = 31 - Math.clz32(amount);
      const bin = (monthOf(day) * KINDS + channel) * BINS + (octave << 3) + ((amount >> (octave - 3)) & 7);
      bins[bin] = (bins[bin] ?? 0) + 1;
      const payee = events.payee[row] ?? 0;
      received[payee] = (received[payee] ?? 0) + 1;
      const left = (events.balance[row] ?? 0) - amount;
      if (left < this.lowest) this.lowest = left;
      if (row % DIGITS_EVERY === 0) this.countDigit(channel, amount);
      const customer = events.customer[row] ?? 0;
      if (customer % every === 0) this.follow(customer / every, time);
    }
    this.rows += events.rows;
  }

  calibration(): Calibration[] {
    return calibrate(this.number, this.value);
  }

  realism(): RealismFigure[] {
    const bursts = this.bursts();
    const calls = this.population.ties;
    const contacts = Uint32Array.from(
      { length: this.population.customers },
      (_, i) => (calls.start[i + 1] ?? 0) - (calls.start[i] ?? 0),
    );
    const benford = (channel: number): RealismFigure => ({
      figure: `first digits of ${CHANNELS[channel] ?? ''}`,
      reached: this.benford(channel),
      range: [0, 0.015],
      definition:
        'mean absolute deviation of the first digits’ shares from Benford’s law, over every fourth payment of the channel',
      source: 'Nigrini, Benford’s Law (2012): up to 0.006 close, 0.012 acceptable, 0.015 marginal conformity',
    });
    return [
      {
        figure: 'burstiness',
        reached: bursts.value,
        range: [0.05, 0.6],
        definition: `mean over ${bursts.customers} customers with ${FEWEST} intervals or more of the burstiness of the times between their payments, corrected for the number of intervals (Kim and Jo, Physical Review E 94, 032311, 2016): 0 for a Poisson process, towards 1 for bursts`,
        source:
          'Goh and Barabási, EPL 81, 48002 (2008): human activities are bursty, above 0; the bounds are a convention of ours about what such data shows',
      },
      {
        figure: 'tail exponent of payments received',
        reached: hill(this.received, 0.01),
        range: [2, 3],
        definition:
          'exponent of the density of payments received by a payee, Hill’s estimator over the top 1% of those paid',
        source:
          'Soramäki et al., Physica A 379 (2007): 2.1 for payments between banks over Fedwire; 2 to 3 is usual for networks of payments',
      },
      {
        figure: 'tail exponent of contacts',
        reached: hill(contacts, 0.02),
        range: [2, 3],
        definition:
          'exponent of the density of people’s numbers of contacts, Hill’s estimator over the top 2%',
        source: 'Newman, SIAM Review 45 (2003): 2 to 3 in most networks with a power law, approximate',
      },
      benford(Channel.FpsProxy),
      benford(Channel.FpsAccount),
      benford(Channel.CreditCard),
      {
        figure: 'payments in person during typhoons',
        reached: this.stormQuiet(),
        range: [0, 0.5],
        definition:
          'payments not made on line in hours under signal no. 8 or higher, over those of the same hours of the week in the rest of the dataset',
        source: 'shops, transport and markets close under signal no. 8: a convention, no published figure',
      },
      {
        figure: 'stability of amounts by month',
        reached: this.instability(),
        range: [0, 0.1],
        definition:
          'largest population stability index of amounts (32 bins, two an octave) between a month and the first, zeros filled with half a payment',
        source: 'convention: below 0.10 is called stable',
      },
      {
        figure: 'lowest balance after a payment',
        reached: this.rows > 0 ? this.lowest / 100 : null,
        range: [0, 1e9],
        definition: 'least that an account, purse, wallet or credit line held after any payment, HKD',
        source: 'no account may be overdrawn; the ledger accounts for every cent (tables events and inflows)',
      },
    ];
  }

  /** Counts for realism.json. */
  aggregates(): Record<string, unknown> {
    const channels = CHANNELS.map((channel, code) => {
      const payments = sumOf(this.number, code);
      return {
        channel,
        honestPayments: payments,
        meanHkd: payments > 0 ? sumOf(this.value, code) / 100 / payments : null,
        firstDigits: this.firstDigits(code),
      };
    });
    const card = (channel: number): boolean =>
      channel === Channel.CreditCard || channel === Channel.DebitCard;
    const purchases = new Float64Array(CATEGORIES.length);
    for (let cell = 0; cell < this.number.length; cell += 1)
      if (card(cell >> 7))
        purchases[(cell >> 2) & 31] = (purchases[(cell >> 2) & 31] ?? 0) + (this.number[cell] ?? 0);
    const bought = purchases.reduce((total, n) => total + n, 0);
    return {
      channels,
      cardPurchases: CATEGORIES.map((category, code) => ({
        category,
        share: bought > 0 ? (purchases[code] ?? 0) / bought : null,
      })).filter(({ share }) => share !== null && share > 0),
      hourByWeekday: { rows: WEEKDAYS, columns: 'hours 0 to 23', payments: this.hourByWeekday() },
      months: this.months(),
    };
  }

  pictures(): Picture[] {
    const months = this.months();
    return [
      {
        kind: 'lines',
        name: 'degree-tail',
        title: 'Payees by payments received, people by contacts: share with so many or more',
        x: { title: 'payments received, contacts', log: true },
        y: { title: 'share', log: true },
        lines: [
          { label: 'payees', points: tailOf(this.received) },
          {
            label: 'people',
            points: tailOf(
              Uint32Array.from(
                { length: this.population.customers },
                (_, i) => (this.population.ties.start[i + 1] ?? 0) - (this.population.ties.start[i] ?? 0),
              ),
            ),
          },
        ],
      },
      {
        kind: 'heatmap',
        name: 'hour-by-weekday',
        title: 'Payments by hour and weekday',
        rows: WEEKDAYS,
        columns: Array.from({ length: 24 }, (_, hour) => String(hour)),
        values: this.hourByWeekday(),
      },
      {
        kind: 'lines',
        name: 'amounts-per-channel',
        title: 'Amounts by channel: share of payments in each half octave',
        x: { title: 'HKD', log: true },
        y: { title: 'share' },
        lines: CHANNELS.map((label, channel) => ({ label, points: this.amountsOf(channel) })).filter(
          ({ points }) => points.length > 0,
        ),
      },
      {
        kind: 'bars',
        name: 'prevalence-by-month',
        title: 'Fraudulent share of payments by month',
        axis: 'share of payments',
        bars: months.map(({ month, prevalence }) => ({ label: month, value: prevalence })),
      },
    ];
  }

  private countDigit(channel: number, amount: number): void {
    let digit = amount;
    while (digit >= 100_000) digit = Math.floor(digit / 10_000);
    while (digit >= 10) digit = Math.floor(digit / 10);
    const cell = channel * 10 + digit;
    this.digits[cell] = (this.digits[cell] ?? 0) + 1;
  }

  private follow(place: number, time: number): void {
    const before = this.last[place] ?? -1;
    this.last[place] = time;
    if (before < 0) return;
    const gap = time - before;
    const { intervals } = this;
    const base = 3 * place;
    intervals[base] = (intervals[base] ?? 0) + 1;
    intervals[base + 1] = (intervals[base + 1] ?? 0) + gap;
    intervals[base + 2] = (intervals[base + 2] ?? 0) + gap * gap;
  }

  private bursts(): { value: number | null; customers: number } {
    let sum = 0;
    let customers = 0;
    for (let base = 0; base < this.intervals.length; base += 3) {
      const n = this.intervals[base] ?? 0;
      if (n < FEWEST) continue;
      const mean = (this.intervals[base + 1] ?? 0) / n;
      const variance = Math.max(0, (this.intervals[base + 2] ?? 0) / n - mean * mean);
      sum += burstiness(mean, Math.sqrt(variance), n);
      customers += 1;
    }
    return { value: customers > 0 ? sum / customers : null, customers };
  }

  private firstDigits(channel: number): number[] | null {
    const counts = Array.from(this.digits.subarray(channel * 10 + 1, channel * 10 + 10));
    const total = counts.reduce((sum, n) => sum + n, 0);
    return total > 0 ? counts.map((n) => n / total) : null;
  }

  private benford(channel: number): number | null {
    const shares = this.firstDigits(channel);
    if (shares === null) return null;
    let sum = 0;
    for (let digit = 1; digit <= 9; digit += 1)
      sum += Math.abs((shares[digit - 1] ?? 0) - log(1 + 1 / digit) / log(10));
    return sum / 9;
  }

  private hourByWeekday(): number[][] {
    const table = Array.from({ length: 7 }, () => new Array<number>(24).fill(0));
    for (let hour = 0; hour < HOURS; hour += 1) {
      const line = table[weekday(Math.floor(hour / 24))];
      if (line !== undefined) line[hour % 24] = (line[hour % 24] ?? 0) + (this.hours[hour] ?? 0);
    }
    return table;
  }

  private stormQuiet(): number | null {
    const calm = new Float64Array(168);
    const calmHours = new Float64Array(168);
    let quiet = 0;
    let usual = 0;
    const inPerson = (hour: number) => (this.hours[hour] ?? 0) - (this.onLine[hour] ?? 0);
    const place = (hour: number) => 24 * weekday(Math.floor(hour / 24)) + (hour % 24);
    for (const storm of [false, true])
      for (let hour = 0; hour < HOURS; hour += 1) {
        if (stormAt(hour * 3_600 + 1_800) !== storm || !this.played(Math.floor(hour / 24))) continue;
        const at = place(hour);
        if (storm) {
          quiet += inPerson(hour);
          usual += (calmHours[at] ?? 0) > 0 ? (calm[at] ?? 0) / (calmHours[at] ?? 1) : 0;
        } else {
          calm[at] = (calm[at] ?? 0) + inPerson(hour);
          calmHours[at] = (calmHours[at] ?? 0) + 1;
        }
      }
    return usual > 0 ? quiet / usual : null;
  }

  /** Whether the dataset has payments on a day. */
  private played(day: number): boolean {
    for (let hour = 24 * day; hour < 24 * (day + 1); hour += 1) if ((this.hours[hour] ?? 0) > 0) return true;
    return false;
  }

  private months(): { month: string; payments: number; frauds: number; prevalence: number }[] {
    const months = [];
    for (let month = 1; month <= 12; month += 1) {
      let payments = 0;
      let frauds = 0;
      for (let day = monthStart(month); day < monthStart(month + 1); day += 1) {
        for (let hour = 24 * day; hour < 24 * (day + 1); hour += 1) payments += this.hours[hour] ?? 0;
        frauds += this.frauds[day] ?? 0;
      }
      if (payments > 0)
        months.push({ month: MONTH_NAMES[month - 1] ?? '', payments, frauds, prevalence: frauds / payments });
    }
    return months;
  }

  /** Payments of a month over 64 half octaves, one channel or all. */
  private half(month: number, channel?: number): Float64Array {
    const half = new Float64Array(BINS / 4);
    for (let of = channel ?? 0; of < (channel === undefined ? KINDS : channel + 1); of += 1)
      for (let bin = 0; bin < BINS; bin += 1)
        half[bin >> 2] = (half[bin >> 2] ?? 0) + (this.bins[(month * KINDS + of) * BINS + bin] ?? 0);
    return half;
  }

  private instability(): number | null {
    let reference: Float64Array | undefined;
    let largest: number | null = null;
    for (let month = 1; month <= 12; month += 1) {
      const counts = this.half(month);
      const total = counts.reduce((sum, n) => sum + n, 0);
      if (total === 0) continue;
      const shares = counts.map((n) => Math.max(n, 0.5) / total);
      if (reference === undefined) reference = shares;
      else {
        let index = 0;
        for (let bin = 0; bin < shares.length; bin += 1) {
          const now = shares[bin] ?? 1;
          const then = reference[bin] ?? 1;
          if (now * total > 0.5 || then * total > 0.5) index += (now - then) * log(now / then);
        }
        largest = Math.max(largest ?? 0, index);
      }
    }
    return largest;
  }

  private amountsOf(channel: number): [number, number][] {
    const total = new Float64Array(BINS / 4);
    for (let month = 1; month <= 12; month += 1) {
      const counts = this.half(month, channel);
      for (let bin = 0; bin < total.length; bin += 1) total[bin] = (total[bin] ?? 0) + (counts[bin] ?? 0);
    }
    const all = total.reduce((sum, n) => sum + n, 0);
    const points: [number, number][] = [];
    for (let bin = 0; bin < total.length; bin += 1) {
      const low = 2 ** (bin >> 1) * ((bin & 1) === 1 ? 1.5 : 1);
      if ((total[bin] ?? 0) > 0) points.push([low / 100, (total[bin] ?? 0) / all]);
    }
    return points;
  }
}
