export const CHANNELS = [
  'FPS_PROXY',
  'FPS_ACCOUNT',
  'CREDIT_CARD',
  'DEBIT_CARD',
  'STORED_VALUE',
  'ATM',
] as const;
export const Channel = {
  FpsProxy: 0,
  FpsAccount: 1,
  CreditCard: 2,
  DebitCard: 3,
  StoredValue: 4,
  Atm: 5,
} as const;

export const CATEGORIES = [
  'PERSON',
  'BILL',
  'REMITTANCE',
  'GROCERY',
  'DINING',
  'TRANSPORT',
  'FASHION_BEAUTY',
  'ELECTRONICS_GAMES',
  'DIGITAL',
  'TRAVEL',
  'HEALTH',
  'LUXURY',
  'CASH',
] as const;
export const Category = {
  Person: 0,
  Bill: 1,
  Remittance: 2,
  Grocery: 3,
  Dining: 4,
  Transport: 5,
  FashionBeauty: 6,
  ElectronicsGames: 7,
  Digital: 8,
  Travel: 9,
  Health: 10,
  Luxury: 11,
  Cash: 12,
} as const;

export const REMOTE = 1;
export const OVERSEAS = 2;
/** A payment made without a device of the customer's (a card at a till, a cash machine). */
export const NO_DEVICE = -1;

/**
 * Payments as columns, one entry a payment. There is no label here, by type: what computes features from these
 * cannot look at one.
 */
export interface EventTable {
  readonly rows: number;
  readonly customer: Int32Array;
  /** seconds, see calendar.ts */
  readonly time: Int32Array;
  readonly channel: Uint8Array;
  readonly category: Uint8Array;
  /** merchant or account that is paid */
  readonly payee: Int32Array;
  /** cents of a Hong Kong dollar, whole */
  readonly amount: Float64Array;
  /** cents in the account (in the purse, for stored value) just before */
  readonly balance: Float64Array;
  /** number of the device among the customer's, or NO_DEVICE */
  readonly device: Int16Array;
  readonly flags: Uint8Array;
}

/** What scripts write: a payment as intended, before the ledger says what the account holds. */
export interface Draft extends EventTable {
  /** fraction of the balance that is taken, or 0 where `amount` says it */
  readonly intent: Float32Array;
  /** 0 legitimate, otherwise 1 + index of the typology */
  readonly typology: Uint8Array;
}

/** Shared memory, so that threads fill ranges of their own without a copy. */
export function draftOf(rows: number): Draft {
  const room = (bytes: number) => new SharedArrayBuffer(rows * bytes);
  return {
    rows,
    customer: new Int32Array(room(4)),
    time: new Int32Array(room(4)),
    channel: new Uint8Array(room(1)),
    category: new Uint8Array(room(1)),
    payee: new Int32Array(room(4)),
    amount: new Float64Array(room(8)),
    balance: new Float64Array(room(8)),
    device: new Int16Array(room(2)),
    flags: new Uint8Array(room(1)),
    intent: new Float32Array(room(4)),
    typology: new Uint8Array(room(1)),
  };
}

/** One payment as intended. Reused by its owner: nothing is allocated a payment. */
export interface Intended {
  customer: number;
  time: number;
  channel: number;
  category: number;
  payee: number;
  amount: number;
  intent: number;
  device: number;
  flags: number;
}

/** Writes one payment at `row`. */
export function put(draft: Draft, row: number, what: Intended, typology: number): void {
  draft.customer[row] = what.customer;
  draft.time[row] = what.time;
  draft.channel[row] = what.channel;
  draft.category[row] = what.category;
  draft.payee[row] = what.payee;
  draft.amount[row] = what.amount;
  draft.intent[row] = what.intent;
  draft.device[row] = what.device;
  draft.flags[row] = what.flags;
  draft.typology[row] = typology;
}

/**
 * The order by time. Payments of the same second are ordered by a keyed scramble, so that the place in the table
 * tells nothing of how a payment came to be.
 */
export function timeOrder(time: Int32Array, scramble: number): Uint32Array {
  const rows = time.length;
  let bits = 1;
  while (2 ** bits < rows) bits += 1;
  const size = 2 ** bits;
  const mask = size - 1;
  const factor = (scramble | 1) >>> 0;
  let inverse = factor;
  for (let step = 0; step < 5; step += 1) inverse = Math.imul(inverse, 2 - Math.imul(factor, inverse));
  const keys = new Float64Array(rows);
  for (let row = 0; row < rows; row += 1)
    keys[row] = (time[row] ?? 0) * size + ((Math.imul(row, factor) & mask) >>> 0);
  keys.sort();
  const order = new Uint32Array(rows);
  for (let place = 0; place < rows; place += 1) {
    const key = keys[place] ?? 0;
    order[place] = (Math.imul(key % size, inverse) & mask) >>> 0;
  }
  return order;
}
