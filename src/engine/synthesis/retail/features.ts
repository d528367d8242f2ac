import { DAY, REST_DAYS, weekday } from '../calendar.js';
import { Category, Channel, OVERSEAS, REMOTE, type EventTable } from './events.js';
import { PairMap } from './pair-map.js';

export interface FeatureSpec {
  readonly name: string;
  readonly definition: string;
  readonly unit: string;
  readonly window: string;
}

const NOW = 'this payment';
const HISTORY = 'all earlier payments of the customer in the table';

const SPECS: readonly (readonly [name: string, definition: string, unit: string, window: string])[] = [
  ['amount', 'Amount of the payment', 'HKD', NOW],
  ['hour', 'Hour of the day with its fraction', 'hours, 0 to 24', NOW],
  ['weekday', 'Day of the week, Monday 0', 'number', NOW],
  ['restDay', '1 on Saturdays, Sundays and general holidays', '0 or 1', NOW],
  ['isFpsProxy', '1 when paid over FPS by telephone number, e-mail or FPS identifier', '0 or 1', NOW],
  ['isFpsAccount', '1 when paid over FPS by account number', '0 or 1', NOW],
  ['isCreditCard', '1 when paid by credit card', '0 or 1', NOW],
  ['isStoredValue', '1 when paid from a stored value purse', '0 or 1', NOW],
  ['isCash', '1 when drawn at a cash machine', '0 or 1', NOW],
  ['isRemote', '1 when made on line or in the app', '0 or 1', NOW],
  ['isOverseas', '1 when the merchant or machine is outside Hong Kong', '0 or 1', NOW],
  ['amountToBalance', 'Amount over what the account or purse held just before, at most 10', 'ratio', NOW],
  ['balance', 'What the account (the purse, for stored value) held just before', 'HKD', NOW],
  [
    'amountDeviation',
    'Logarithm of the amount less its mean over the customer’s earlier payments of the kind (FPS, card, other), over its standard deviation; shrunk to the preset’s prior with weight 4',
    'standard deviations',
    HISTORY,
  ],
  ['hoursSincePrevious', 'Time since the customer’s previous payment, at most 720', 'hours', HISTORY],
  ['payments1h', 'Earlier payments of the customer', 'count', '1 hour'],
  ['payments24h', 'Earlier payments of the customer', 'count', '24 hours'],
  ['payments7d', 'Earlier payments of the customer', 'count', '7 days'],
  ['amount24h', 'Sum of the customer’s earlier payments', 'HKD', '24 hours'],
  ['amount7d', 'Sum of the customer’s earlier payments', 'HKD', '7 days'],
  ['smallRemote24h', 'Earlier on-line card payments of the customer under HK$100', 'count', '24 hours'],
  [
    'newPayees7d',
    'Earlier payments of the customer over FPS that were the first to their payee',
    'count',
    '7 days',
  ],
  ['isNewPayee', '1 when the customer has not paid this payee before', '0 or 1', HISTORY],
  ['payeeKnownDays', 'Days since the customer first paid this payee, 0 when new', 'days', HISTORY],
  ['payeePayments7d', 'Earlier payments to this payee from anybody', 'count', '7 days'],
  ['payeeFirstPayers7d', 'Of those, payments that were their payer’s first to this payee', 'count', '7 days'],
  [
    'payeeSeenDays',
    'Days since anybody first paid this payee, 0 when nobody has',
    'days',
    'all earlier payments in the table',
  ],
  [
    'isNewDevice',
    '1 when the device was first seen with this customer less than 24 hours ago and the customer has a history of 5 payments',
    '0 or 1',
    HISTORY,
  ],
  [
    'deviceKnownDays',
    'Days since the device was first seen with this customer, −1 without a device',
    'days',
    HISTORY,
  ],
  [
    'hourHabit',
    'Share of the customer’s earlier payments in this eighth of the day; prior 1/8 with weight 8',
    'share',
    HISTORY,
  ],
  [
    'nightShare',
    'Share of the customer’s earlier payments from midnight to six; prior 0.06 with weight 6',
    'share',
    HISTORY,
  ],
  [
    'cashShare',
    'Share of the customer’s earlier payments that were cash; prior 0.09 with weight 6',
    'share',
    HISTORY,
  ],
  [
    'remittanceShare',
    'Share of the customer’s earlier payments that were remittances; prior 0.01 with weight 6',
    'share',
    HISTORY,
  ],
  [
    'fashionShare',
    'Share of fashion and beauty in the customer’s earlier card payments; prior 0.11 with weight 4',
    'share',
    HISTORY,
  ],
  [
    'gamesShare',
    'Share of electronics and games in the customer’s earlier card payments; prior 0.08 with weight 4',
    'share',
    HISTORY,
  ],
  [
    'overseasShare',
    'Share of the customer’s earlier payments made overseas; prior 0.06 with weight 6',
    'share',
    HISTORY,
  ],
  ['history', 'Earlier payments of the customer in the table', 'count', HISTORY],
];
/** The feature columns in their order. "Earlier" is an earlier row: rows are in time order. */
export const FEATURES: readonly FeatureSpec[] = SPECS.map(([name, definition, unit, window]) => ({
  name,
  definition,
  unit,
  window,
}));

/** Mean and standard deviation of the logarithm of amounts in HKD, by kind: FPS, card, other. */
const PRIOR_MEAN = [7.6, 5.5, 5.5];
const PRIOR_DEVIATION = [1.7, 1.3, 1.6];
const PRIOR_WEIGHT = 4;

/** Positions of each entity's rows in time order, and how far each sliding window's tail has come. */
class Trail {
  readonly start: Uint32Array;
  readonly rows: Uint32Array;
  readonly seen: Uint32Array;

  constructor(entity: Int32Array, entities: number) {
    this.start = new Uint32Array(entities + 1);
    for (const id of entity) this.start[id + 1] = (this.start[id + 1] ?? 0) + 1;
    for (let id = 0; id < entities; id += 1)
      this.start[id + 1] = (this.start[id + 1] ?? 0) + (this.start[id] ?? 0);
    this.rows = new Uint32Array(entity.length);
    this.seen = new Uint32Array(entities);
    for (let row = 0; row < entity.length; row += 1) {
      const id = entity[row] ?? 0;
      const place = this.seen[id] ?? 0;
      this.rows[(this.start[id] ?? 0) + place] = row;
      this.seen[id] = place + 1;
    }
    this.seen.fill(0);
  }
}

/**
 * Computes the features of payments in one pass in time order. Only rows that have been passed are looked at, and
 * nothing here knows a label.
 */
export class FeatureScan {
  private readonly customers: Trail;
  private readonly payees: Trail;
  private readonly pairs: PairMap;
  private readonly tail1h: Uint32Array;
  private readonly tail24h: Uint32Array;
  private readonly tail7d: Uint32Array;
  private readonly payeeTail: Uint32Array;
  private readonly amount24h: Float64Array;
  private readonly amount7d: Float64Array;
  private readonly small24h: Uint16Array;
  private readonly newPayees7d: Uint16Array;
  private readonly payeeFirst7d: Uint32Array;
  /** 1: small on-line card payment; 2: first FPS payment to its payee; 4: first payment of its payer to the payee */
  private readonly marks: Uint8Array;
  /** counts a customer: eight parts of the day, night, cash, remittance, card, fashion, games, overseas */
  private readonly counts: Uint32Array;
  /** a customer and kind: n, sum and sum of squares of the logarithm of amounts */
  private readonly moments: Float64Array;

  constructor(
    private readonly events: EventTable,
    customers: number,
    private readonly payeeCount: number,
  ) {
    this.customers = new Trail(events.customer, customers);
    this.payees = new Trail(events.payee, payeeCount);
    this.pairs = new PairMap(events.rows);
    this.tail1h = new Uint32Array(customers);
    this.tail24h = new Uint32Array(customers);
    this.tail7d = new Uint32Array(customers);
    this.payeeTail = new Uint32Array(payeeCount);
    this.amount24h = new Float64Array(customers);
    this.amount7d = new Float64Array(customers);
    this.small24h = new Uint16Array(customers);
    this.newPayees7d = new Uint16Array(customers);
    this.payeeFirst7d = new Uint32Array(payeeCount);
    this.marks = new Uint8Array(events.rows);
    this.counts = new Uint32Array(customers * 16);
    this.moments = new Float64Array(customers * 9);
  }

  /** Features of rows `from … to`, which must follow the rows asked for before, into `out[feature][row − from]`. */
  scan(from: number, to: number, out: readonly Float32Array[]): void {
    const values = new Float64Array(FEATURES.length);
    for (let row = from; row < to; row += 1) {
      this.one(row, values);
      for (let f = 0; f < out.length; f += 1) (out[f] as Float32Array)[row - from] = values[f] ?? 0;
    }
  }

  private one(row: number, v: Float64Array): void {
    const e = this.events;
    const customer = e.customer[row] ?? 0;
    const payee = e.payee[row] ?? 0;
    const time = e.time[row] ?? 0;
    const channel = e.channel[row] ?? 0;
    const category = e.category[row] ?? 0;
    const flags = e.flags[row] ?? 0;
    const cents = e.amount[row] ?? 0;
    const balance = e.balance[row] ?? 0;
    const device = e.device[row] ?? 0;
    const amount = cents / 100;
    const day = Math.floor(time / DAY);
    const second = time - day * DAY;
    const byFps = channel === Channel.FpsProxy || channel === Channel.FpsAccount;
    const byCard = channel === Channel.CreditCard || channel === Channel.DebitCard;
    const remote = (flags & REMOTE) !== 0;
    const overseas = (flags & OVERSEAS) !== 0;

    v[0] = amount;
    v[1] = second / 3600;
    v[2] = weekday(day);
    v[3] = REST_DAYS[day] ?? 0;
    v[4] = channel === Channel.FpsProxy ? 1 : 0;
    v[5] = channel === Channel.FpsAccount ? 1 : 0;
    v[6] = channel === Channel.CreditCard ? 1 : 0;
    v[7] = channel === Channel.StoredValue ? 1 : 0;
    v[8] = channel === Channel.Atm ? 1 : 0;
    v[9] = remote ? 1 : 0;
    v[10] = overseas ? 1 : 0;
    v[11] = Math.min(10, cents / Math.max(balance, 100));
    v[12] = balance / 100;

    const logarithm = Math.log(amount);
    const kind = byFps ? 0 : byCard ? 1 : 2;
    const moment = customer * 9 + kind * 3;
    const n = (this.moments[moment] ?? 0) + PRIOR_WEIGHT;
    const priorMean = PRIOR_MEAN[kind] ?? 0;
    const priorDeviation = PRIOR_DEVIATION[kind] ?? 1;
    const mean = ((this.moments[moment + 1] ?? 0) + PRIOR_WEIGHT * priorMean) / n;
    const square =
      ((this.moments[moment + 2] ?? 0) +
        PRIOR_WEIGHT * (priorMean * priorMean + priorDeviation * priorDeviation)) /
      n;
    v[13] = (logarithm - mean) / Math.sqrt(Math.max(0.04, square - mean * mean));

    const history = this.slide(customer, time);
    const start = this.customers.start[customer] ?? 0;
    const previous =
      history > 0 ? (e.time[this.customers.rows[start + history - 1] ?? 0] ?? 0) : time - 720 * 3600;
    v[14] = Math.min(720, (time - previous) / 3600);
    v[15] = history - (this.tail1h[customer] ?? 0);
    v[16] = history - (this.tail24h[customer] ?? 0);
    v[17] = history - (this.tail7d[customer] ?? 0);
    v[18] = (this.amount24h[customer] ?? 0) / 100;
    v[19] = (this.amount7d[customer] ?? 0) / 100;
    v[20] = this.small24h[customer] ?? 0;
    v[21] = this.newPayees7d[customer] ?? 0;

    const span = this.payeeCount + 512;
    const known = this.pairs.firstSeen(customer * span + payee, time);
    const first = known < 0;
    v[22] = first ? 1 : 0;
    v[23] = first ? 0 : (time - known) / DAY;
    const received = this.slidePayee(payee, time);
    v[24] = received - (this.payeeTail[payee] ?? 0);
    v[25] = this.payeeFirst7d[payee] ?? 0;
    const opened = e.time[this.payees.rows[this.payees.start[payee] ?? 0] ?? 0] ?? time;
    v[26] = received === 0 ? 0 : (time - opened) / DAY;

    v[27] = 0;
    v[28] = -1;
    if (device >= 0) {
      const seen = this.pairs.firstSeen(customer * span + this.payeeCount + device, time);
      const age = seen < 0 ? 0 : time - seen;
      v[27] = history >= 5 && age < DAY ? 1 : 0;
      v[28] = age / DAY;
    }

    const counts = this.counts;
    const c = customer * 16;
    const eighth = Math.floor(second / 10_800);
    const cards = counts[c + 11] ?? 0;
    v[29] = ((counts[c + eighth] ?? 0) + 1) / (history + 8);
    v[30] = ((counts[c + 8] ?? 0) + 0.36) / (history + 6);
    v[31] = ((counts[c + 9] ?? 0) + 0.54) / (history + 6);
    v[32] = ((counts[c + 10] ?? 0) + 0.06) / (history + 6);
    v[33] = ((counts[c + 12] ?? 0) + 0.44) / (cards + 4);
    v[34] = ((counts[c + 13] ?? 0) + 0.32) / (cards + 4);
    v[35] = ((counts[c + 14] ?? 0) + 0.36) / (history + 6);
    v[36] = history;

    const small = remote && channel === Channel.CreditCard && cents < 10_000;
    this.marks[row] = (small ? 1 : 0) | (byFps && first ? 2 : 0) | (first ? 4 : 0);
    this.customers.seen[customer] = history + 1;
    this.payees.seen[payee] = received + 1;
    this.amount24h[customer] = (this.amount24h[customer] ?? 0) + cents;
    this.amount7d[customer] = (this.amount7d[customer] ?? 0) + cents;
    if (small) this.small24h[customer] = (this.small24h[customer] ?? 0) + 1;
    if (byFps && first) this.newPayees7d[customer] = (this.newPayees7d[customer] ?? 0) + 1;
    if (first) this.payeeFirst7d[payee] = (this.payeeFirst7d[payee] ?? 0) + 1;
    this.moments[moment] = n - PRIOR_WEIGHT + 1;
    this.moments[moment + 1] = (this.moments[moment + 1] ?? 0) + logarithm;
    this.moments[moment + 2] = (this.moments[moment + 2] ?? 0) + logarithm * logarithm;
    counts[c + eighth] = (counts[c + eighth] ?? 0) + 1;
    if (second < 21_600) counts[c + 8] = (counts[c + 8] ?? 0) + 1;
    if (channel === Channel.Atm) counts[c + 9] = (counts[c + 9] ?? 0) + 1;
    if (category === Category.Remittance) counts[c + 10] = (counts[c + 10] ?? 0) + 1;
    if (byCard) counts[c + 11] = cards + 1;
    if (byCard && category === Category.FashionBeauty) counts[c + 12] = (counts[c + 12] ?? 0) + 1;
    if (byCard && category === Category.ElectronicsGames) counts[c + 13] = (counts[c + 13] ?? 0) + 1;
    if (overseas) counts[c + 14] = (counts[c + 14] ?? 0) + 1;
  }

  /** Moves the customer's window tails past what is too old. @returns number of earlier payments */
  private slide(customer: number, time: number): number {
    const times = this.events.time;
    const { rows, seen } = this.customers;
    const start = this.customers.start[customer] ?? 0;
    const history = seen[customer] ?? 0;
    let tail = this.tail1h[customer] ?? 0;
    while (tail < history && (times[rows[start + tail] ?? 0] ?? 0) <= time - 3600) tail += 1;
    this.tail1h[customer] = tail;
    tail = this.tail24h[customer] ?? 0;
    while (tail < history) {
      const old = rows[start + tail] ?? 0;
      if ((times[old] ?? 0) > time - DAY) break;
      this.amount24h[customer] = (this.amount24h[customer] ?? 0) - (this.events.amount[old] ?? 0);
      if (((this.marks[old] ?? 0) & 1) !== 0) this.small24h[customer] = (this.small24h[customer] ?? 0) - 1;
      tail += 1;
    }
    this.tail24h[customer] = tail;
    tail = this.tail7d[customer] ?? 0;
    while (tail < history) {
      const old = rows[start + tail] ?? 0;
      if ((times[old] ?? 0) > time - 7 * DAY) break;
      this.amount7d[customer] = (this.amount7d[customer] ?? 0) - (this.events.amount[old] ?? 0);
      if (((this.marks[old] ?? 0) & 2) !== 0)
        this.newPayees7d[customer] = (this.newPayees7d[customer] ?? 0) - 1;
      tail += 1;
    }
    this.tail7d[customer] = tail;
    return history;
  }

  private slidePayee(payee: number, time: number): number {
    const times = this.events.time;
    const { rows, seen } = this.payees;
    const start = this.payees.start[payee] ?? 0;
    const received = seen[payee] ?? 0;
    let tail = this.payeeTail[payee] ?? 0;
    while (tail < received) {
      const old = rows[start + tail] ?? 0;
      if ((times[old] ?? 0) > time - 7 * DAY) break;
      if (((this.marks[old] ?? 0) & 4) !== 0) this.payeeFirst7d[payee] = (this.payeeFirst7d[payee] ?? 0) - 1;
      tail += 1;
    }
    this.payeeTail[payee] = tail;
    return received;
  }
}
