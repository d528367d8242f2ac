import { InputError } from '../../input-error.js';
import { type Coded } from '../../measurement/document.js';
import { PAYMENT_CONNECT_DAY_LIMIT, PROXY_LIMIT, PURSE_LIMIT } from '../../synthesis/payments/limits.js';
import { featureColumn, type FeatureTable } from '../../tables/index.js';
import { generatorFor } from '../changes.js';
import { type EvasionSpace, type Point, type Realised, type Variable } from './space.js';

/** Costs to a fraudster in HKD: conventions of this sandbox, for no published price was found. */
export const PAYMENT_COSTS = {
  /** Another payment in place of one: a further password, a further minute on the line. */
  piece: 100,
  /** An hour in which victim or bank may notice. */
  hour: 50,
  /** The use of another account to receive into. */
  account: 3000,
  /** Working through the victim's own device, by a shared screen. */
  device: 1500,
} as const;

const MOST_PIECES = 5;
const LEAST_SHARE = 0.05;
/** Within the same three hours of the day, or the same hour of a later day: then habits by the clock stay what they are. */
const WAITS = [0, 1, 2, 24, 48, 72] as const;
const MOST_ACCOUNTS = 20;
/** Minutes between the payments that one was split into. */
const BETWEEN_HOURS = 0.05;

/** What an account that receives brings with it. */
const OF_ACCOUNT = [
  'payeeAtOtherBank',
  'payeeAtVirtualBank',
  'isPayeeAlerted',
  'payeePayments7d',
  'payeeAmount7d',
  'payeeFirstPayers7d',
  'payeePayers',
  'payeeSeenDays',
  'payeeIdleHours',
] as const;

/** Spread of the logarithm of amounts by kind of payment: the preset's prior, since a row does not tell the customer's own. */
const DEVIATION = { transfer: 1.7, card: 1.3, purse: 1.2, cash: 0.9 } as const;

const LIMITS = [
  'A fraudster takes less, splits a payment, waits, changes between FPS by proxy and by account, receives into another account that frauds of these data used, or works through the victim’s own device; nothing else was tried.',
  'Costs are conventions of this sandbox, and so are the bounds; no published price of a mule account or of waiting was found.',
  'The victim is taken to do nothing in the meantime; days of waiting are rest days by the weekday alone.',
  'amountDeviation moves by the logarithm of the amount over the preset’s prior spread, since a row does not tell the customer’s own; shares of habit are left as they were, but for the channel’s.',
  'Later frauds of the same customer are not moved along when one is.',
] as const;

export const VARIABLES = ['share', 'pieces', 'wait', 'channel', 'account', 'device'] as const;

/** The columns that say whether and how a payment can be changed. */
const NEEDED = [
  'amount',
  'hour',
  'weekday',
  'balance',
  'isFpsProxy',
  'isFpsAccount',
  'isToAccount',
  'isRemote',
  'isNewPayee',
] as const;

type Row = (name: string) => number;

/**
 * How a fraudster can change a payment of `hk-retail-payments`, and what of its features follows. Only columns that are
 * there are changed; amounts stay in cents and below what the channel lets pass and the account holds.
 *
 * @param features in time order, of all columns that there are, whichever the model is bound to
 * @param labels to find accounts that received frauds
 * @throws InputError `BAD_EVASION` when columns are missing
 */
export function paymentsSpace(
  features: FeatureTable,
  labels: Uint8Array,
  entity: Coded | undefined,
  seed: number,
): EvasionSpace {
  const missing = NEEDED.filter((name) => !features.names.includes(name));
  if (missing.length > 0)
    throw new InputError(
      'BAD_EVASION',
      `evasion profile: the preset hk-retail-payments needs the columns ${missing.join(', ')} in the data`,
    );
  const columns = new Map(
    features.names.map((name) => [name, featureColumn(features, name) as ArrayLike<number>]),
  );
  const at =
    (row: number): Row =>
    (name) =>
      Number(columns.get(name)?.[row] ?? NaN);
  const accounts = receivingAccounts(labels, at, seed);
  const earlier = earlierOf(entity);
  return {
    name: 'hk-retail-payments',
    limits: LIMITS,
    gain: (row) => at(row)('amount'),
    variables: (row) => variablesOf(at(row), accounts.length),
    realise: (row, point) => new Payment(at, row, point, accounts, earlier).realise(),
  };
}

function receivingAccounts(labels: Uint8Array, at: (row: number) => Row, seed: number): number[] {
  const random = generatorFor(seed, 'evasion accounts');
  const rows: number[] = [];
  labels.forEach((label, row) => {
    const value = at(row);
    if (
      label === 1 &&
      value('isToAccount') === 1 &&
      value('isNewPayee') === 1 &&
      value('isPayeeAlerted') !== 1
    )
      rows.push(row);
  });
  for (let place = 0; place < Math.min(MOST_ACCOUNTS, rows.length); place++) {
    const other = place + random.below(rows.length - place);
    [rows[place], rows[other]] = [rows[other] as number, rows[place] as number];
  }
  return rows.slice(0, MOST_ACCOUNTS);
}

/** Earlier rows of a row's customer, the latest first. */
function earlierOf(entity: Coded | undefined): (row: number) => readonly number[] {
  if (entity === undefined) return () => [];
  const rows = new Map<number, number[]>();
  entity.codes.forEach((code, row) => {
    const own = rows.get(code);
    if (own === undefined) rows.set(code, [row]);
    else own.push(row);
  });
  return (row) => {
    const code = entity.codes[row] as number;
    return code < 0 ? [] : (rows.get(code) ?? []).filter((other) => other < row).reverse();
  };
}

function variablesOf(value: Row, accounts: number): Variable[] {
  const choice = (name: (typeof VARIABLES)[number], most: number, open: boolean): Variable => ({
    name,
    kind: 'choice',
    origin: 0,
    least: 0,
    most: open ? most : 0,
  });
  return [
    { name: 'share', kind: 'number', origin: 1, least: LEAST_SHARE, most: 1 },
    choice('pieces', MOST_PIECES - 1, true),
    choice('wait', WAITS.length - 1, true),
    choice('channel', 1, value('isFpsProxy') === 1 || value('isFpsAccount') === 1),
    choice('account', accounts, value('isToAccount') === 1 && accounts > 0),
    choice('device', 1, value('isRemote') === 1 && value('isNewDevice') === 1),
  ];
}

const cents = (hkd: number): number => Math.round(100 * hkd);

class Payment {
  private readonly was: Row;
  private readonly now: Record<string, number> = {};

  constructor(
    private readonly at: (row: number) => Row,
    private readonly row: number,
    private readonly point: Point,
    private readonly accounts: readonly number[],
    private readonly earlier: (row: number) => readonly number[],
  ) {
    this.was = at(row);
  }

  realise(): Realised | null {
    const [share = 1, pieces = 0, wait = 0, channel = 0, account = 0, device = 0] = this.point;
    const count = Math.round(pieces) + 1;
    const hours = WAITS[Math.round(wait)] ?? 0;
    const before = cents(this.was('amount'));
    // As it is, a payment is not rounded.
    const whole = share === 1 && count === 1;
    const piece = whole ? before : Math.floor((before * Math.max(LEAST_SHARE, Math.min(1, share))) / count);
    if (piece < 100) return null;
    if (hours > 0 && !this.waits(hours)) return null;
    if (channel > 0.5 && !this.changesChannel()) return null;
    if (account > 0.5) this.changesAccount(this.accounts[Math.round(account) - 1]);
    if (device > 0.5 && !this.changesDevice()) return null;
    if (!this.passes(piece, count)) return null;
    const spent =
      PAYMENT_COSTS.piece * (count - 1) +
      PAYMENT_COSTS.hour * hours +
      (account > 0.5 ? PAYMENT_COSTS.account : 0) +
      (device > 0.5 ? PAYMENT_COSTS.device : 0);
    const taken = piece * count;
    const rows = count === 1 ? [this.piece(piece, 0)] : [this.piece(piece, 0), this.piece(piece, count - 1)];
    return {
      rows: rows.map((changes) => this.known(changes)),
      costHkd: spent + (before - taken) / 100,
      netHkd: taken / 100 - spent,
    };
  }

  private value(name: string): number {
    return this.now[name] ?? this.was(name);
  }

  /** Of columns that the data has, those with another value. */
  private known(changes: Record<string, number>): Record<string, number> {
    return Object.fromEntries(
      Object.entries(changes).filter(([name, value]) => {
        const before = this.was(name);
        return !Number.isNaN(before) && !Number.isNaN(value) && value !== before;
      }),
    );
  }

  /** Later by whole days, or by hours within the same three of the day. */
  private waits(hours: number): boolean {
    const hour = this.was('hour');
    if (hours < 24 && Math.floor(hour / 3) !== Math.floor((hour + hours) / 3)) return false;
    const { now, was } = this;
    const days = Math.floor((hour + hours) / 24);
    now['hour'] = (hour + hours) % 24;
    if (days > 0) {
      now['weekday'] = (was('weekday') + days) % 7;
      now['restDay'] = now['weekday'] >= 5 ? 1 : 0;
    }
    for (const name of ['hoursSincePrevious', 'hoursSinceReceived', 'payeeIdleHours'])
      now[name] = Math.min(720, was(name) + hours);
    now['payments1h'] = 0;
    if (hours >= 24) {
      for (const name of ['payments24h', 'amount24h', 'transferAmount24h', 'cashAmount24h', 'smallRemote24h'])
        now[name] = 0;
      for (const name of ['received24h', 'passThrough24h', 'savings24h', 'isNewDevice']) now[name] = 0;
    }
    const older = (name: string) => Math.min(30, was(name) + hours / 24);
    if (was('isNewPayee') === 0) now['payeeKnownDays'] = older('payeeKnownDays');
    if (was('payeeSeenDays') > 0) now['payeeSeenDays'] = older('payeeSeenDays');
    if (was('deviceKnownDays') >= 0) now['deviceKnownDays'] = older('deviceKnownDays');
    return true;
  }

  /** From proxy to account number or back; the habit is that of the customer's latest payment by that channel. */
  private changesChannel(): boolean {
    const { was, now } = this;
    const other = was('isFpsProxy') === 1 ? 'isFpsAccount' : 'isFpsProxy';
    // An identifier stands for an account: a merchant's proxy has none that a fraudster could name.
    if (was('isToAccount') !== 1) return false;
    now['isFpsProxy'] = other === 'isFpsProxy' ? 1 : 0;
    now['isFpsAccount'] = other === 'isFpsAccount' ? 1 : 0;
    const latest = this.earlier(this.row).find((row) => this.at(row)(other) === 1);
    now['channelHabit'] = latest === undefined ? 0.5 / (was('history') + 5) : this.at(latest)('channelHabit');
    return true;
  }

  private changesAccount(from: number | undefined): void {
    if (from === undefined) return;
    for (const name of OF_ACCOUNT) this.now[name] = this.at(from)(name);
    this.now['isNewPayee'] = 1;
    this.now['payeeKnownDays'] = 0;
  }

  /** To a device that the customer is known to use; where none was seen there is none to work through. */
  private changesDevice(): boolean {
    const known = this.earlier(this.row).find(
      (row) => this.at(row)('isNewDevice') === 0 && this.at(row)('deviceKnownDays') >= 1,
    );
    if (known === undefined) return false;
    this.now['isNewDevice'] = 0;
    for (const name of ['deviceKnownDays', 'deviceOtherCustomers']) this.now[name] = this.at(known)(name);
    return true;
  }

  /** Whether the channel lets the payments pass, and the account holds them. */
  private passes(piece: number, count: number): boolean {
    const grows = piece * count > cents(this.was('amount'));
    if (grows) return false;
    // What passed once passes again: a payment is only ever made smaller.
    if (this.now['isFpsProxy'] === 1 && piece > PROXY_LIMIT) return false;
    if (this.value('isStoredValue') === 1 && piece > PURSE_LIMIT) return false;
    if (
      this.value('isCrossBorder') === 1 &&
      piece * count > Math.max(PAYMENT_CONNECT_DAY_LIMIT, cents(this.was('amount')))
    )
      return false;
    const balance = cents(this.was('balance'));
    return count === 1 || Number.isNaN(balance) || piece * count <= balance;
  }

  /** The features of one of the payments, `before` of them made before it. */
  private piece(piece: number, before: number): Record<string, number> {
    const features = { ...this.now };
    const value = (name: string) => this.value(name);
    const { was } = this;
    const amount = piece / 100;
    const sent = before * amount;
    features['amount'] = amount === cents(was('amount')) / 100 ? was('amount') : amount;
    if (amount !== cents(was('amount')) / 100 || before > 0) {
      const balance = was('balance') - sent;
      features['balance'] = balance;
      features['amountToBalance'] = Math.min(10, amount / Math.max(1, balance));
      const moved = Math.log(amount) - Math.log(was('amount'));
      features['amountDeviation'] = was('amountDeviation') + moved / DEVIATION[this.kind()];
      // Where the ratio stands at its end, the largest is at most a hundredth: the most favourable to the bank.
      const largest = Math.max(100, was('amount') / was('amountToLargest'));
      features['amountToLargest'] = Math.min(100, amount / Math.max(largest, before > 0 ? amount : 0));
      const received = value('received24h');
      const passed = value('passThrough24h');
      if (received > 0 && passed < 10)
        features['passThrough24h'] = Math.min(
          10,
          Math.max(0, passed * received - was('amount') + amount + sent) / received,
        );
    }
    if (before === 0) return features;
    features['hoursSincePrevious'] = BETWEEN_HOURS;
    for (const name of ['payments1h', 'payments24h', 'payments7d', 'payments30d', 'payeePayments7d'])
      features[name] = value(name) + before;
    for (const name of ['amount24h', 'amount7d', 'amount30d', 'payeeAmount7d'])
      features[name] = value(name) + sent;
    const kind = this.kind();
    if (kind === 'transfer') features['transferAmount24h'] = value('transferAmount24h') + sent;
    if (kind === 'cash') features['cashAmount24h'] = value('cashAmount24h') + sent;
    if (kind === 'card' && value('isRemote') === 1 && amount < 100)
      features['smallRemote24h'] = value('smallRemote24h') + before;
    features['history'] = Math.min(20, value('history') + before);
    features['payeeIdleHours'] = BETWEEN_HOURS;
    if (value('isNewPayee') === 1) {
      features['isNewPayee'] = 0;
      features['payeeKnownDays'] = 0;
      features['payeeFirstPayers7d'] = value('payeeFirstPayers7d') + 1;
      features['payeePayers'] = Math.min(50, value('payeePayers') + 1);
      if (value('isFpsProxy') === 1 || value('isFpsAccount') === 1)
        features['newPayees7d'] = value('newPayees7d') + 1;
    }
    return features;
  }

  private kind(): keyof typeof DEVIATION {
    if (this.was('isCash') === 1) return 'cash';
    if (this.was('isStoredValue') === 1) return 'purse';
    return this.was('isToAccount') === 1 || this.was('isCrossBorder') === 1 ? 'transfer' : 'card';
  }
}
