export const CHANNELS = [
  'FPS_PROXY',
  'FPS_ACCOUNT',
  'CREDIT_CARD',
  'DEBIT_CARD',
  'STORED_VALUE',
  'E_CNY',
  'ATM',
  'CHEQUE',
  'STANDING_ORDER',
  'CROSS_BORDER',
] as const;
export const Channel = {
  FpsProxy: 0,
  FpsAccount: 1,
  CreditCard: 2,
  DebitCard: 3,
  StoredValue: 4,
  ECny: 5,
  Atm: 6,
  Cheque: 7,
  StandingOrder: 8,
  CrossBorder: 9,
} as const;

export const CATEGORIES = [
  'PERSON',
  'RENT',
  'BILL',
  'REMITTANCE',
  'INVESTMENT',
  'VIRTUAL_ASSET',
  'GROCERY',
  'DINING',
  'TRANSPORT',
  'FASHION_BEAUTY',
  'ELECTRONICS_GAMES',
  'DIGITAL',
  'TRAVEL',
  'HEALTH',
  'LUXURY',
  'EDUCATION',
  'CASH',
  'TOP_UP',
  'WITHDRAWAL',
] as const;
export const Category = {
  Person: 0,
  Rent: 1,
  Bill: 2,
  Remittance: 3,
  Investment: 4,
  VirtualAsset: 5,
  Grocery: 6,
  Dining: 7,
  Transport: 8,
  FashionBeauty: 9,
  ElectronicsGames: 10,
  Digital: 11,
  Travel: 12,
  Health: 13,
  Luxury: 14,
  Education: 15,
  Cash: 16,
  TopUp: 17,
  Withdrawal: 18,
} as const;

// Stored value has five kinds: shop categories and PERSON are paid from the purse; TOP_UP is paid from the account into
// the purse (`balance` is the account's); WITHDRAWAL goes from the purse to the customer's own account.

/** Made on line or in the app. */
export const REMOTE = 1;
/** Merchant, machine or account outside Hong Kong. */
export const OVERSEAS = 2;
/** The payer was shown the Suspicious Account Alert and went on. */
export const WARNED = 4;
/** A payment made without a device of the customer's (a card at a till, a cash machine, a standing order). */
export const NO_DEVICE = -1;

/**
 * Payments as columns, one entry a payment, in time order where it is said. There is no label here, by type: what
 * computes features from these cannot look at one.
 *
 * Payees are numbered merchants first, then accounts: `merchants + a`. Account `a` below the number of customers is
 * that customer's own account at this bank; the others are at other banks. Devices `3 c … 3 c + 2` are customer
 * c's; those from `3 × customers` up to `deviceCount` are bought, lent, or a fraudster's.
 */
export interface Events {
  readonly rows: number;
  readonly customer: Int32Array;
  /** seconds, see calendar.ts */
  readonly time: Int32Array;
  /** index into CHANNELS */
  readonly channel: Uint8Array;
  /** index into CATEGORIES */
  readonly category: Uint8Array;
  readonly payee: Int32Array;
  /** whole cents of a Hong Kong dollar */
  readonly amount: Int32Array;
  /** cents just before: of the account, of the purse (stored value), of the wallet (e-CNY), or the credit still open (credit card) */
  readonly balance: Float64Array;
  /** number of the device, or NO_DEVICE */
  readonly device: Int32Array;
  readonly flags: Uint8Array;
}

/**
 * Payments as scripts intend them, in any order, before the ledger says what the account holds: `intent` above 0 is
 * the share of the balance that is taken, and then `amount` is 0.
 */
export interface Draft extends Omit<Events, 'balance'> {
  readonly intent: Float32Array;
  /** −1 for an honest payment, otherwise the place of a fraudulent one in `Frauds` */
  readonly origin: Int32Array;
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
    amount: new Int32Array(room(4)),
    device: new Int32Array(room(4)),
    flags: new Uint8Array(room(1)),
    intent: new Float32Array(room(4)),
    origin: new Int32Array(room(4)),
  };
}

/** Devices of customers, and a third as many that pass from hand to hand: numbers below this are in use. */
export function deviceCount(customers: number): number {
  return 4 * customers;
}

/**
 * Money that reaches or leaves customers without being a payment of theirs, in the order in which it is booked: with
 * the payments it accounts for every cent of every pocket. `balance` of a payment is that of the payment before from
 * the same pocket, less its amount, plus all that is booked on the pocket between the two.
 */
export interface Inflows {
  readonly rows: number;
  readonly customer: Int32Array;
  readonly time: Int32Array;
  /** row of the events at hand before which it is booked; their number when after all of them */
  readonly before: Int32Array;
  /** index into INFLOW_KINDS */
  readonly kind: Uint8Array;
  /** whole cents; below zero for what leaves (to savings, to a card bill, into a purse) */
  readonly amount: Float64Array;
  /** index into POCKETS */
  readonly pocket: Uint8Array;
}
export const POCKETS = ['ACCOUNT', 'PURSE', 'E_CNY', 'CREDIT'] as const;
export const Pocket = { Account: 0, Purse: 1, ECny: 2, Credit: 3 } as const;

/** What a payment is taken from: index into POCKETS by channel. For CREDIT a balance is the credit still open. */
export const POCKET_OF_CHANNEL: Uint8Array = (() => {
  const pockets = new Uint8Array(CHANNELS.length).fill(Pocket.Account);
  pockets[Channel.StoredValue] = Pocket.Purse;
  pockets[Channel.ECny] = Pocket.ECny;
  pockets[Channel.CreditCard] = Pocket.Credit;
  return pockets;
})();

/** The pocket that a payment is taken from: its channel's, but the account for value added to a purse. */
export function pocketOf(channel: number, category: number): number {
  return category === Category.TopUp ? Pocket.Account : (POCKET_OF_CHANNEL[channel] ?? 0);
}

export const INFLOW_KINDS = [
  'WAGES',
  'SAVINGS',
  'TRANSFER_RECEIVED',
  'TOP_UP',
  'CARD_BILL',
  'REFUND',
  'RECALL',
  'COUNTER',
] as const;
export const InflowKind = {
  Wages: 0,
  Savings: 1,
  TransferReceived: 2,
  TopUp: 3,
  CardBill: 4,
  Refund: 5,
  Recall: 6,
  Counter: 7,
} as const;
