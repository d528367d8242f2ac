import { log } from '../../arithmetic.js';
import { DAY } from '../../calendar.js';
import { Category, Channel, INFLOW_KINDS, POCKETS, REMOTE, type Events, type Inflows } from '../events.js';
import { checkPairs } from './pair-table.js';
import { place, Recent } from './recent.js';
import { columnsOf, CUSTOMER, MOST_HISTORY } from './specs.js';

/** Kinds of payment whose amounts are compared with each other. */
const TRANSFER = 0;
const CARD = 1;
const PURSE = 2;
const CASH = 3;
/** By channel, in the order of CHANNELS. */
const KIND = Uint8Array.of(TRANSFER, TRANSFER, CARD, CARD, PURSE, PURSE, CASH, TRANSFER, TRANSFER, TRANSFER);
/** Mean and standard deviation of the logarithm of amounts in HKD by kind: a convention of this preset. */
const PRIOR_MEAN = Float64Array.of(7.6, 5.5, 3.4, 6.9);
const PRIOR_DEVIATION = Float64Array.of(1.7, 1.3, 1.2, 0.9);
const PRIOR_WEIGHT = 4;

/** Marks of a payment while windows hold it. */
const SMALL_REMOTE = 1;
const IS_TRANSFER = 2;
const IS_CASH = 4;
/** Mark of money that came from savings. */
const FROM_SAVINGS = 1;
const SMALL_CENTS = 10_000;
/** A row of Recent holds a customer's number below its marks, and at most so many cents. */
const CUSTOMER_BITS = 0xffffff;
const MOST_CENTS = 0x7fffffff;

const ACCOUNT = POCKETS.indexOf('ACCOUNT');
const SAVINGS = INFLOW_KINDS.indexOf('SAVINGS');
const RECEIVED = INFLOW_KINDS.indexOf('TRANSFER_RECEIVED');
const COUNTER = INFLOW_KINDS.indexOf('COUNTER');

const HOUR = 3_600;
const MOST_HOURS = 720;
const LONG_AGO = -MOST_HOURS * HOUR;
const MOST_COUNTED = 0xffff;
/** Rows whose memory is fetched together. */
const BATCH = 64;

// A customer is four cache lines of 64 bytes; what leaves windows touches the first alone.
// Doubles: sums in cents.
const DOUBLES = 32;
const AMOUNT_24H = 0;
const AMOUNT_7D = 1;
const AMOUNT_30D = 2;
const TRANSFERS_24H = 3;
const CASH_24H = 4;
const RECEIVED_24H = 8;
const SAVINGS_24H = 9;
/** sum and sum of squares of the logarithm of amounts, a kind */
const MOMENTS = 16;
// Integers.
const INTEGERS = 64;
const COUNT_1H = 10;
const COUNT_24H = 11;
const COUNT_7D = 12;
const COUNT_30D = 13;
const SMALL_24H = 15;
const LAST = 20;
const LAST_RECEIVED = 21;
const PAYMENTS = 22;
const LARGEST = 23;
/** a bit a district */
const DISTRICTS = 24;
// Small counts that stop at 65,535.
const SMALLS = 128;
const BY_KIND = 50;
const BY_EIGHTH = 54;
const BY_CHANNEL = 96;
const BY_CATEGORY = 106;

/**
 * Features of a customer's own conduct (CUSTOMER), computed in one pass in time order over week after week.
 * Only what has been passed is looked at, and nothing here knows a label or a protected attribute.
 */
export class CustomerFeatures {
  private readonly doubles: Float64Array;
  private readonly integers: Int32Array;
  private readonly smalls: Uint16Array;
  private readonly payments = new Recent();
  private readonly receipts = new Recent();
  private tail1h = 0;
  private tail24h = 0;
  private tail7d = 0;
  private tail30d = 0;
  private receiptsKnown = 0;
  private receiptsTail = 0;
  /** keeps what `warm` reads from being optimised away */
  protected warmth = 0;

  /** @param merchantDistrict by merchant, below 32; payees from `merchantDistrict.length` on are accounts */
  constructor(
    customers: number,
    private readonly merchantDistrict: Uint8Array,
  ) {
    checkPairs(customers, merchantDistrict.length);
    const memory = new ArrayBuffer(customers * DOUBLES * 8);
    this.doubles = new Float64Array(memory);
    this.integers = new Int32Array(memory);
    this.smalls = new Uint16Array(memory);
    for (let at = 0; at < this.integers.length; at += INTEGERS) {
      this.integers[at + LAST] = LONG_AGO;
      this.integers[at + LAST_RECEIVED] = LONG_AGO;
    }
  }

  /**
   * Features of rows `from … to` of a week into `out[feature][row − from]`. A week begins with `from` 0, its rows
   * follow in order, and weeks follow each other; `inflows` are the week's, in time order.
   */
  scan(
    events: Events,
    inflows: Inflows | undefined,
    from: number,
    to: number,
    out: readonly Float32Array[],
  ): void {
    if (from === 0 && inflows !== undefined) this.take(inflows);
    const { doubles, integers, smalls, merchantDistrict, payments } = this;
    const merchants = merchantDistrict.length;
    const { amountDeviation, amountToLargest, hoursSincePrevious } = columnsOf(CUSTOMER, out);
    const { payments1h, payments24h, payments7d, payments30d } = columnsOf(CUSTOMER, out);
    const { amount24h, amount7d, amount30d, transferAmount24h } = columnsOf(CUSTOMER, out);
    const { cashAmount24h, smallRemote24h, hourHabit, channelHabit, categoryHabit } = columnsOf(
      CUSTOMER,
      out,
    );
    const { fashionShare, gamesShare, remittanceShare } = columnsOf(CUSTOMER, out);
    const { isNewDistrict, received24h } = columnsOf(CUSTOMER, out);
    const { passThrough24h, hoursSinceReceived, savings24h, history } = columnsOf(CUSTOMER, out);
    for (let row = from; row < to; row += 1) {
      const o = row - from;
      if (o % BATCH === 0) this.warm(events, row, Math.min(row + BATCH, to));
      const time = events.time[row] ?? 0;
      const customer = events.customer[row] ?? 0;
      const channel = events.channel[row] ?? 0;
      const flags = events.flags[row] ?? 0;
      const cents = events.amount[row] ?? 0;
      this.slide(time);

      const d = customer * DOUBLES;
      const i = customer * INTEGERS;
      const s = customer * SMALLS;
      const before = integers[i + PAYMENTS] ?? 0;
      const largest = integers[i + LARGEST] ?? 0;
      const spent = doubles[d + AMOUNT_24H] ?? 0;
      amountToLargest[o] = Math.min(100, cents / Math.max(largest, 10_000));
      hoursSincePrevious[o] = Math.min(MOST_HOURS, (time - (integers[i + LAST] ?? 0)) / HOUR);
      payments1h[o] = integers[i + COUNT_1H] ?? 0;
      payments24h[o] = integers[i + COUNT_24H] ?? 0;
      payments7d[o] = integers[i + COUNT_7D] ?? 0;
      payments30d[o] = integers[i + COUNT_30D] ?? 0;
      amount24h[o] = spent / 100;
      amount7d[o] = (doubles[d + AMOUNT_7D] ?? 0) / 100;
      amount30d[o] = (doubles[d + AMOUNT_30D] ?? 0) / 100;
      transferAmount24h[o] = (doubles[d + TRANSFERS_24H] ?? 0) / 100;
      cashAmount24h[o] = (doubles[d + CASH_24H] ?? 0) / 100;
      smallRemote24h[o] = integers[i + SMALL_24H] ?? 0;
      const received = doubles[d + RECEIVED_24H] ?? 0;
      received24h[o] = received / 100;
      passThrough24h[o] = received > 0 ? Math.min(10, (spent + cents) / received) : 0;
      hoursSinceReceived[o] = Math.min(MOST_HOURS, (time - (integers[i + LAST_RECEIVED] ?? 0)) / HOUR);
      savings24h[o] = (doubles[d + SAVINGS_24H] ?? 0) / 100;
      history[o] = Math.min(MOST_HISTORY, before);

      const eighth = s + BY_EIGHTH + Math.floor((time % DAY) / (3 * HOUR));
      const byChannel = s + BY_CHANNEL + channel;
      const byCategory = s + BY_CATEGORY + (events.category[row] ?? 0);
      const atEighth = smalls[eighth] ?? 0;
      const atChannel = smalls[byChannel] ?? 0;
      const atCategory = smalls[byCategory] ?? 0;
      hourHabit[o] = (atEighth + 1) / (before + 8);
      channelHabit[o] = (atChannel + 0.5) / (before + 5);
      categoryHabit[o] = (atCategory + 5 / 17) / (before + 5);
      fashionShare[o] = ((smalls[s + BY_CATEGORY + Category.FashionBeauty] ?? 0) + 0.48) / (before + 6);
      gamesShare[o] = ((smalls[s + BY_CATEGORY + Category.ElectronicsGames] ?? 0) + 0.3) / (before + 6);
      remittanceShare[o] = ((smalls[s + BY_CATEGORY + Category.Remittance] ?? 0) + 0.06) / (before + 6);
      if (atEighth < MOST_COUNTED) smalls[eighth] = atEighth + 1;
      if (atChannel < MOST_COUNTED) smalls[byChannel] = atChannel + 1;
      if (atCategory < MOST_COUNTED) smalls[byCategory] = atCategory + 1;

      const payee = events.payee[row] ?? 0;
      const known = integers[i + DISTRICTS] ?? 0;
      const district = payee < merchants && (flags & REMOTE) === 0 ? 1 << (merchantDistrict[payee] ?? 0) : 0;
      isNewDistrict[o] = (district & ~known) === 0 ? 0 : 1;
      integers[i + DISTRICTS] = known | district;

      const kind = KIND[channel] ?? 0;
      const moments = d + MOMENTS + 2 * kind;
      const n = smalls[s + BY_KIND + kind] ?? 0;
      const sum = doubles[moments] ?? 0;
      const squares = doubles[moments + 1] ?? 0;
      const logarithm = log(cents / 100);
      amountDeviation[o] = deviation(logarithm, kind, n, sum, squares);
      if (n < MOST_COUNTED) {
        smalls[s + BY_KIND + kind] = n + 1;
        doubles[moments] = sum + logarithm;
        doubles[moments + 1] = squares + logarithm * logarithm;
      }

      integers[i + LAST] = time;
      integers[i + PAYMENTS] = before + 1;
      if (cents > largest) integers[i + LARGEST] = cents;
      integers[i + COUNT_1H] = (integers[i + COUNT_1H] ?? 0) + 1;
      integers[i + COUNT_24H] = (integers[i + COUNT_24H] ?? 0) + 1;
      integers[i + COUNT_7D] = (integers[i + COUNT_7D] ?? 0) + 1;
      integers[i + COUNT_30D] = (integers[i + COUNT_30D] ?? 0) + 1;
      doubles[d + AMOUNT_24H] = spent + cents;
      doubles[d + AMOUNT_7D] = (doubles[d + AMOUNT_7D] ?? 0) + cents;
      doubles[d + AMOUNT_30D] = (doubles[d + AMOUNT_30D] ?? 0) + cents;
      let marks = 0;
      if (kind === TRANSFER) {
        marks = IS_TRANSFER;
        doubles[d + TRANSFERS_24H] = (doubles[d + TRANSFERS_24H] ?? 0) + cents;
      } else if (channel === Channel.Atm) {
        marks = IS_CASH;
        doubles[d + CASH_24H] = (doubles[d + CASH_24H] ?? 0) + cents;
      } else if (kind === CARD && (flags & REMOTE) !== 0 && cents < SMALL_CENTS) {
        marks = SMALL_REMOTE;
        integers[i + SMALL_24H] = (integers[i + SMALL_24H] ?? 0) + 1;
      }
      payments.push(customer | (marks << 24), time, cents);
    }
  }

  /** Takes in the money of a week; it counts once a payment comes after it. */
  private take(inflows: Inflows): void {
    for (let row = 0; row < inflows.rows; row += 1) {
      const kind = inflows.kind[row] ?? 0;
      const amount = inflows.amount[row] ?? 0;
      if (inflows.pocket[row] !== ACCOUNT || amount <= 0) continue;
      if (kind !== RECEIVED && kind !== COUNTER && kind !== SAVINGS) continue;
      const marks = kind === SAVINGS ? FROM_SAVINGS : 0;
      this.receipts.push(
        (inflows.customer[row] ?? 0) | (marks << 24),
        inflows.time[row] ?? 0,
        Math.min(amount, MOST_CENTS),
      );
    }
  }

  /**
   * Touches the memory of the customers of the next rows, and of as many that are about to leave windows, so that the
   * processor fetches it all at once and not one after the other: this takes a fifth off the time of a row.
   */
  private warm(events: Events, from: number, to: number): void {
    const { integers } = this;
    let sum = 0;
    for (let row = from; row < to; row += 1) {
      const i = (events.customer[row] ?? 0) * INTEGERS;
      sum += (integers[i] ?? 0) + (integers[i + 16] ?? 0) + (integers[i + 32] ?? 0) + (integers[i + 48] ?? 0);
    }
    sum += this.warmTail(this.tail24h) + this.warmTail(this.tail7d) + this.warmTail(this.tail30d);
    this.warmth = sum;
  }

  private warmTail(from: number): number {
    const { integers, payments } = this;
    const to = Math.min(from + BATCH, payments.head);
    let sum = 0;
    for (let row = from; row < to; row += 1)
      sum += integers[((payments.block(row)[place(row)] ?? 0) & CUSTOMER_BITS) * INTEGERS] ?? 0;
    return sum;
  }

  /** Lets what has become too old by `time` leave the windows, and what was received before `time` enter. */
  private slide(time: number): void {
    this.leave1h(time - HOUR);
    this.leave24h(time - DAY);
    this.leave7d(time - 7 * DAY);
    this.leave30d(time - 30 * DAY);
    if (this.receiptsKnown < this.receipts.head) this.receive(time);
    if (this.receiptsTail < this.receiptsKnown) this.leaveReceipts(time - DAY);
  }

  private leave1h(time: number): void {
    const { integers, payments } = this;
    let row = this.tail1h;
    for (; row < payments.head; row += 1) {
      const block = payments.block(row);
      const at = place(row);
      if ((block[at + 1] ?? 0) > time) break;
      const i = ((block[at] ?? 0) & CUSTOMER_BITS) * INTEGERS;
      integers[i + COUNT_1H] = (integers[i + COUNT_1H] ?? 0) - 1;
    }
    this.tail1h = row;
  }

  private leave24h(time: number): void {
    const { doubles, integers, payments } = this;
    let row = this.tail24h;
    for (; row < payments.head; row += 1) {
      const block = payments.block(row);
      const at = place(row);
      if ((block[at + 1] ?? 0) > time) break;
      const marked = block[at] ?? 0;
      const cents = block[at + 2] ?? 0;
      const i = (marked & CUSTOMER_BITS) * INTEGERS;
      const d = (marked & CUSTOMER_BITS) * DOUBLES;
      integers[i + COUNT_24H] = (integers[i + COUNT_24H] ?? 0) - 1;
      doubles[d + AMOUNT_24H] = (doubles[d + AMOUNT_24H] ?? 0) - cents;
      const marks = marked >>> 24;
      if (marks === IS_TRANSFER) {
        doubles[d + TRANSFERS_24H] = (doubles[d + TRANSFERS_24H] ?? 0) - cents;
      } else if (marks === IS_CASH) doubles[d + CASH_24H] = (doubles[d + CASH_24H] ?? 0) - cents;
      else if (marks === SMALL_REMOTE) integers[i + SMALL_24H] = (integers[i + SMALL_24H] ?? 0) - 1;
    }
    this.tail24h = row;
  }

  private leave7d(time: number): void {
    const { doubles, integers, payments } = this;
    let row = this.tail7d;
    for (; row < payments.head; row += 1) {
      const block = payments.block(row);
      const at = place(row);
      if ((block[at + 1] ?? 0) > time) break;
      const customer = (block[at] ?? 0) & CUSTOMER_BITS;
      const i = customer * INTEGERS;
      const d = customer * DOUBLES;
      integers[i + COUNT_7D] = (integers[i + COUNT_7D] ?? 0) - 1;
      doubles[d + AMOUNT_7D] = (doubles[d + AMOUNT_7D] ?? 0) - (block[at + 2] ?? 0);
    }
    this.tail7d = row;
  }

  private leave30d(time: number): void {
    const { doubles, integers, payments } = this;
    let row = this.tail30d;
    for (; row < payments.head; row += 1) {
      const block = payments.block(row);
      const at = place(row);
      if ((block[at + 1] ?? 0) > time) break;
      const customer = (block[at] ?? 0) & CUSTOMER_BITS;
      const i = customer * INTEGERS;
      const d = customer * DOUBLES;
      integers[i + COUNT_30D] = (integers[i + COUNT_30D] ?? 0) - 1;
      doubles[d + AMOUNT_30D] = (doubles[d + AMOUNT_30D] ?? 0) - (block[at + 2] ?? 0);
    }
    this.tail30d = row;
    payments.forget(row);
  }

  private receive(time: number): void {
    const { doubles, integers, receipts } = this;
    let row = this.receiptsKnown;
    for (; row < receipts.head; row += 1) {
      const block = receipts.block(row);
      const at = place(row);
      const second = block[at + 1] ?? 0;
      if (second >= time) break;
      const marked = block[at] ?? 0;
      const customer = marked & CUSTOMER_BITS;
      const savings = marked >>> 24 === FROM_SAVINGS;
      const sum = customer * DOUBLES + (savings ? SAVINGS_24H : RECEIVED_24H);
      doubles[sum] = (doubles[sum] ?? 0) + (block[at + 2] ?? 0);
      if (!savings) integers[customer * INTEGERS + LAST_RECEIVED] = second;
    }
    this.receiptsKnown = row;
  }

  private leaveReceipts(time: number): void {
    const { doubles, receipts } = this;
    let row = this.receiptsTail;
    for (; row < this.receiptsKnown; row += 1) {
      const block = receipts.block(row);
      const at = place(row);
      if ((block[at + 1] ?? 0) > time) break;
      const marked = block[at] ?? 0;
      const sum =
        (marked & CUSTOMER_BITS) * DOUBLES + (marked >>> 24 === FROM_SAVINGS ? SAVINGS_24H : RECEIVED_24H);
      doubles[sum] = (doubles[sum] ?? 0) - (block[at + 2] ?? 0);
    }
    this.receiptsTail = row;
    receipts.forget(row);
  }
}

/** Standard score against the earlier logarithms of the kind, shrunk to the prior. */
function deviation(logarithm: number, kind: number, n: number, sum: number, squares: number): number {
  const priorMean = PRIOR_MEAN[kind] ?? 0;
  const priorDeviation = PRIOR_DEVIATION[kind] ?? 1;
  const weight = n + PRIOR_WEIGHT;
  const mean = (sum + PRIOR_WEIGHT * priorMean) / weight;
  const square =
    (squares + PRIOR_WEIGHT * (priorMean * priorMean + priorDeviation * priorDeviation)) / weight;
  return (logarithm - mean) / Math.sqrt(Math.max(0.04, square - mean * mean));
}
