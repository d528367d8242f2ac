/** How a transfer is carried out. */
export const FORMATS = ['FPS', 'CHATS', 'WIRE', 'CASH', 'CHEQUE', 'STORED_VALUE', 'AUTOPAY'] as const;
export const Format = { Fps: 0, Chats: 1, Wire: 2, Cash: 3, Cheque: 4, StoredValue: 5, Autopay: 6 } as const;

/** What the instruction says that it is for; who launders says something, too. */
export const PURPOSES = [
  'PERSONAL',
  'OWN_ACCOUNT',
  'WAGES',
  'RENT',
  'INVOICE',
  'RETAIL_PROCEEDS',
  'BILL',
  'CASH_DEPOSIT',
  'CASH_WITHDRAWAL',
  'REMITTANCE',
  'TRADE',
  'DIVIDEND',
  'LOAN',
  'TOP_UP',
  'INVESTMENT',
  'SERVICES',
] as const;
export const Purpose = {
  Personal: 0,
  OwnAccount: 1,
  Wages: 2,
  Rent: 3,
  Invoice: 4,
  RetailProceeds: 5,
  Bill: 6,
  CashDeposit: 7,
  CashWithdrawal: 8,
  Remittance: 9,
  Trade: 10,
  Dividend: 11,
  Loan: 12,
  TopUp: 13,
  Investment: 14,
  Services: 15,
} as const;

/** The currency of the instruction; amounts are kept in cents of a Hong Kong dollar. */
export const CURRENCIES = [
  'HKD',
  'CNY',
  'USD',
  'GBP',
  'EUR',
  'SGD',
  'JPY',
  'TWD',
  'PHP',
  'IDR',
  'AUD',
  'AED',
] as const;

/** Largest transfer, in cents: HK$20 million, a convention of this preset that keeps amounts in 32 bits. */
export const MOST_CENTS = 2_000_000_000;

/** Origin of a transfer that is part of honest life. */
export const HONEST = -1;

/**
 * Transfers as columns, one entry a transfer. There is no label here: what computes features from these cannot look
 * at one. `Draft` adds where a transfer comes from, for those who settle and label.
 */
export interface Transfers {
  /** seconds, see calendar.ts */
  readonly time: Int32Array;
  /** accounts by their place in Parties */
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** whole cents of a Hong Kong dollar, at least 1 */
  readonly amount: Int32Array;
  /** index into FORMATS */
  readonly format: Uint8Array;
  /** index into PURPOSES */
  readonly purpose: Uint8Array;
  /** index into CURRENCIES */
  readonly currency: Uint8Array;
}

export interface Draft extends Transfers {
  readonly capacity: number;
  /** HONEST, or the place of a laundering transfer in Crimes */
  readonly origin: Int32Array;
}

/** A transfer as it was settled: what both ends held just before it. */
export interface Settled extends Draft {
  /** cents of the sender, and of the receiver, just before */
  readonly senderBalance: Float64Array;
  readonly receiverBalance: Float64Array;
}

/** Shared memory, so that threads fill it without a copy. */
export function draftOf(capacity: number): Draft {
  const room = (bytes: number) => new SharedArrayBuffer(Math.max(8, capacity * bytes));
  return {
    capacity,
    time: new Int32Array(room(4)),
    from: new Int32Array(room(4)),
    to: new Int32Array(room(4)),
    amount: new Int32Array(room(4)),
    format: new Uint8Array(room(1)),
    purpose: new Uint8Array(room(1)),
    currency: new Uint8Array(room(1)),
    origin: new Int32Array(room(4)),
  };
}

export function settledOf(capacity: number): Settled {
  return {
    ...draftOf(capacity),
    senderBalance: new Float64Array(capacity),
    receiverBalance: new Float64Array(capacity),
  };
}

/** Writes one transfer. */
export function put(
  draft: Draft,
  row: number,
  time: number,
  from: number,
  to: number,
  cents: number,
  format: number,
  purpose: number,
  currency: number,
): void {
  draft.time[row] = time;
  draft.from[row] = from;
  draft.to[row] = to;
  draft.amount[row] = Math.max(1, Math.min(MOST_CENTS, Math.floor(cents)));
  draft.format[row] = format;
  draft.purpose[row] = purpose;
  draft.currency[row] = currency;
  draft.origin[row] = HONEST;
}
