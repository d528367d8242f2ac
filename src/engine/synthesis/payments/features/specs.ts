/** The systems that a feature's value comes from and that may fail for a payment: then the value is lost. */
export const SOURCES = ['device', 'payee bank', 'location'] as const;
export type Source = (typeof SOURCES)[number];

export interface FeatureSpec {
  readonly name: string;
  readonly definition: string;
  readonly unit: string;
  readonly window: string;
  readonly source?: Source;
}

type Definitions = Readonly<
  Record<string, readonly [definition: string, unit: string, window: string, source?: Source]>
>;

/**
 * Where counts and times that grow with the table stop: beyond, they would tell the date rather than the customer, and
 * a model would learn from them that recent frauds are not yet reported.
 */
export const MOST_DAYS = 30;
export const MOST_HISTORY = 20;
export const MOST_PAYERS = 50;

const NOW = 'this payment';
const HISTORY = 'all earlier payments of the customer in the table';
const EVERYBODY = 'all earlier payments in the table';

/** What a payment says by itself, in the order of the columns. */
export const PAYMENT = {
  amount: ['Amount of the payment', 'HKD', NOW],
  hour: ['Hour of the day with its fraction', 'hours, 0 to 24', NOW],
  weekday: ['Day of the week, Monday 0', 'number', NOW],
  restDay: ['1 on Saturdays, Sundays and general holidays', '0 or 1', NOW],
  isFpsProxy: ['1 when paid over FPS by telephone number, e-mail or FPS identifier', '0 or 1', NOW],
  isFpsAccount: ['1 when paid over FPS by account number', '0 or 1', NOW],
  isCreditCard: ['1 when paid by credit card', '0 or 1', NOW],
  isStoredValue: ['1 when paid from a stored value purse', '0 or 1', NOW],
  isCash: ['1 when drawn at a cash machine', '0 or 1', NOW],
  isCrossBorder: ['1 when paid by Payment Connect', '0 or 1', NOW],
  isRemote: ['1 when made on line or in the app', '0 or 1', NOW],
  isOverseas: ['1 when the merchant or machine is outside Hong Kong', '0 or 1', NOW, 'location'],
  balance: [
    'What the account, purse or wallet held just before, or the credit still open on the card',
    'HKD',
    NOW,
  ],
  amountToBalance: ['Amount over that balance, or over HK$1 if it was less; at most 10', 'ratio', NOW],
} as const satisfies Definitions;

/**
 * What a customer's own conduct says, in the order of the columns. "Earlier" is an earlier row (rows are in time
 * order), money received counts from the second after; a window of h hours reaches back to less than h hours ago.
 * Transfers are FPS, cheques, standing orders and Payment Connect; purses are stored value and e-CNY.
 */
export const CUSTOMER = {
  amountDeviation: [
    'Logarithm of the amount less its mean over the customer’s earlier payments of the kind (transfer, card, purse, cash), over its standard deviation; shrunk to the preset’s prior with weight 4',
    'standard deviations',
    HISTORY,
  ],
  amountToLargest: [
    'Amount over the customer’s largest before, or over HK$100 if that was less; at most 100',
    'ratio',
    HISTORY,
  ],
  hoursSincePrevious: ['Time since the customer’s previous payment, at most 720', 'hours', HISTORY],
  payments1h: ['Earlier payments of the customer', 'count', '1 hour'],
  payments24h: ['Earlier payments of the customer', 'count', '24 hours'],
  payments7d: ['Earlier payments of the customer', 'count', '7 days'],
  payments30d: ['Earlier payments of the customer', 'count', '30 days'],
  amount24h: ['Sum of the customer’s earlier payments', 'HKD', '24 hours'],
  amount7d: ['Sum of the customer’s earlier payments', 'HKD', '7 days'],
  amount30d: ['Sum of the customer’s earlier payments', 'HKD', '30 days'],
  transferAmount24h: ['Sum of the customer’s earlier transfers', 'HKD', '24 hours'],
  cashAmount24h: ['Sum that the customer drew at cash machines before', 'HKD', '24 hours'],
  smallRemote24h: ['Earlier on-line card payments of the customer under HK$100', 'count', '24 hours'],
  hourHabit: [
    'Share of the customer’s earlier payments in this eighth of the day; prior 1/8 with weight 8',
    'share',
    HISTORY,
  ],
  channelHabit: [
    'Share of the customer’s earlier payments made through this channel; prior 1/10 with weight 5',
    'share',
    HISTORY,
  ],
  categoryHabit: [
    'Share of the customer’s earlier payments in this category; prior 1/17 with weight 5',
    'share',
    HISTORY,
  ],
  fashionShare: [
    'Share of fashion and beauty in the customer’s earlier payments; prior 0.08 with weight 6',
    'share',
    HISTORY,
  ],
  gamesShare: [
    'Share of electronics and games in the customer’s earlier payments; prior 0.05 with weight 6',
    'share',
    HISTORY,
  ],
  remittanceShare: [
    'Share of remittances in the customer’s earlier payments; prior 0.01 with weight 6',
    'share',
    HISTORY,
  ],
  isNewDistrict: [
    '1 when the merchant is in a district where the customer has not shopped in person before; 0 for a payment made remotely or to an account',
    '0 or 1',
    HISTORY,
    'location',
  ],
  received24h: [
    'Sum received into the customer’s account by transfer or over the counter',
    'HKD',
    '24 hours',
  ],
  passThrough24h: [
    'This and the earlier payments of the customer within the window, over what was received within it; 0 when nothing was, at most 10',
    'ratio',
    '24 hours',
  ],
  hoursSinceReceived: [
    'Time since money last came by transfer or over the counter, at most 720',
    'hours',
    'all that the customer received before',
  ],
  savings24h: ['Sum that the customer moved from savings into the account', 'HKD', '24 hours'],
  history: [`Earlier payments of the customer in the table, at most ${MOST_HISTORY}`, 'count', HISTORY],
} as const satisfies Definitions;

/** What payees, devices and their pairs with customers say, in the order of the columns. */
export const RELATION = {
  isNewPayee: ['1 when the customer has not paid this payee before', '0 or 1', HISTORY],
  payeeKnownDays: [
    `Time since the customer first paid this payee, in whole hours by the clock, at most ${MOST_DAYS} days; 0 when new`,
    'days',
    HISTORY,
  ],
  newPayees7d: [
    'Earlier payments of the customer over FPS that were the first to their payee',
    'count',
    '7 days',
  ],
  isToAccount: ['1 when the payee is an account rather than a merchant', '0 or 1', NOW],
  payeeAtOtherBank: ['1 when the payee is an account at another bank', '0 or 1', NOW, 'payee bank'],
  payeeAtVirtualBank: ['1 when the payee is an account at a virtual bank', '0 or 1', NOW, 'payee bank'],
  isPayeeAlerted: [
    '1 when the payer was shown the Suspicious Account Alert before paying, and went on',
    '0 or 1',
    NOW,
  ],
  payeePayments7d: ['Earlier payments to this payee from anybody', 'count', '7 days'],
  payeeAmount7d: ['Sum of the earlier payments to this payee from anybody', 'HKD', '7 days'],
  payeeFirstPayers7d: ['Of those, payments that were their payer’s first to this payee', 'count', '7 days'],
  payeePayers: [`Customers who have paid this payee before, at most ${MOST_PAYERS}`, 'count', EVERYBODY],
  payeeSeenDays: [
    `Days since anybody first paid this payee, at most ${MOST_DAYS}; 0 when nobody has`,
    'days',
    EVERYBODY,
  ],
  payeeIdleHours: [
    'Time since anybody last paid this payee, at most 720, which also stands for never',
    'hours',
    EVERYBODY,
  ],
  isNewDevice: [
    '1 when the device was first seen with this customer less than 24 hours ago, by whole hours of the clock, and another device longer ago than that',
    '0 or 1',
    HISTORY,
    'device',
  ],
  deviceKnownDays: [
    `Time since the device was first seen with this customer, in whole hours by the clock, at most ${MOST_DAYS} days; −1 without a device`,
    'days',
    HISTORY,
    'device',
  ],
  deviceOtherCustomers: [
    'Other customers seen on the device before; 0 without a device',
    'count',
    EVERYBODY,
    'device',
  ],
} as const satisfies Definitions;

/** All feature columns: of the payment, the customer's, those of relations. */
export const FEATURES: readonly FeatureSpec[] = Object.entries<Definitions[string]>({
  ...PAYMENT,
  ...CUSTOMER,
  ...RELATION,
}).map(([name, [definition, unit, window, source]]) => ({
  name,
  definition,
  unit,
  window,
  ...(source === undefined ? {} : { source }),
}));

/** Columns to be filled, by name. */
export function columnsOf<D extends Definitions>(
  definitions: D,
  out: readonly Float32Array[],
): Readonly<Record<keyof D, Float32Array>> {
  return Object.fromEntries(Object.keys(definitions).map((name, at) => [name, out[at]])) as Record<
    keyof D,
    Float32Array
  >;
}
