import { Category } from '../events.js';

/**
 * The published figures that honest payments are drawn around. Statistics of different years are matched by means,
 * shares and ratios, never by totals; the calendar's reference year is 2025.
 */
export const FPS = {
  source: 'HKMA, October 2018, second-hand; means and ratio computed from number and value',
  proxyMean: 2_900,
  accountMean: 29_400,
  proxyPerAccount: 828 / 608,
} as const;

/** Of the value of credit card payments (HKMA, payment card statistics for Q3 2024; debit cards Q1 2024). */
export const CARDS = {
  creditSource: 'HKMA payment card statistics, Q3 2024',
  debitSource: 'HKMA payment card statistics, Q1 2024',
  creditMean: 248.8e9 / 329.1e6,
  local: 0.659,
  overseas: 0.305,
  cash: 0.036,
  debitMean: 75.3e9 / 48.3e6,
  creditPerDebit: 329.1 / 48.3,
} as const;

/**
 * Stored value by kind: share of the value as published. How many transactions each kind has is not published: the
 * numbers here are a convention that adds up to the published total of 2.1 billion a quarter, with as many at the
 * till as Octopus alone reports (over 15 million a day).
 */
export const STORED_VALUE = {
  source: 'HKMA stored value facilities statistics, Q2 2025',
  mean: 285.8e9 / 2.1e9,
  kinds: [
    { name: 'point of sale', value: 43.4 / 285.8, number: 1_356 / 2_100 },
    { name: 'online', value: 28.8 / 285.8, number: 180 / 2_100 },
    { name: 'person to person', value: 20.0 / 285.8, number: 100 / 2_100 },
    { name: 'withdrawal', value: 73.0 / 285.8, number: 120 / 2_100 },
    { name: 'add-value', value: 120.6 / 285.8, number: 344 / 2_100 },
  ],
} as const;

/**
 * Number of payments by channel, of those that habit brings about (standing orders come on their days besides). FPS
 * and cards keep the published ratios among themselves; between the groups the weights are a convention, so that
 * every channel has rows enough. Order of CHANNELS.
 */
const FPS_WEIGHT = 25;
const CARD_WEIGHT = 47;
export const CHANNEL_WEIGHTS: readonly number[] = [
  (FPS_WEIGHT * FPS.proxyPerAccount) / (1 + FPS.proxyPerAccount),
  FPS_WEIGHT / (1 + FPS.proxyPerAccount),
  (CARD_WEIGHT * CARDS.creditPerDebit) / (1 + CARDS.creditPerDebit),
  CARD_WEIGHT / (1 + CARDS.creditPerDebit),
  16,
  1.4,
  6.5,
  1.6,
  0,
  2.5,
];

/** What is bought, by number, and baskets before calibration: mean in HKD, sigma, share on line, share overseas. */
export const BASKETS: readonly {
  readonly category: number;
  readonly weight: number;
  readonly mean: number;
  readonly sigma: number;
  readonly remote: number;
  readonly overseas: number;
}[] = [
  { category: Category.Grocery, weight: 26, mean: 410, sigma: 0.8, remote: 0.12, overseas: 0.08 },
  { category: Category.Dining, weight: 24, mean: 385, sigma: 0.8, remote: 0.16, overseas: 0.14 },
  { category: Category.Transport, weight: 11, mean: 130, sigma: 0.9, remote: 0.35, overseas: 0.12 },
  { category: Category.FashionBeauty, weight: 10, mean: 880, sigma: 0.9, remote: 0.42, overseas: 0.25 },
  { category: Category.ElectronicsGames, weight: 7, mean: 1_500, sigma: 1.1, remote: 0.5, overseas: 0.25 },
  { category: Category.Digital, weight: 9, mean: 130, sigma: 1.1, remote: 0.97, overseas: 0.5 },
  { category: Category.Travel, weight: 5, mean: 3_600, sigma: 1.0, remote: 0.75, overseas: 0.55 },
  { category: Category.Health, weight: 6, mean: 790, sigma: 0.9, remote: 0.12, overseas: 0.06 },
  { category: Category.Luxury, weight: 2, mean: 5_200, sigma: 1.0, remote: 0.15, overseas: 0.35 },
];
export const SHOPS = BASKETS.length;

/** Of credit card payments, cash advances: a convention that makes one HK$1,100 on average. */
export const CASH_ADVANCES = 0.024;
export const CASH_ADVANCE_MEAN = (CARDS.creditMean * CARDS.cash) / CASH_ADVANCES;
export const CREDIT_PURCHASE_MEAN = (CARDS.creditMean * (1 - CARDS.cash)) / (1 - CASH_ADVANCES);
/** Of debit card payments, bills, as EPS is used for, and the mean of the others in HKD: a convention. */
export const DEBIT_BILLS = 0.2;
export const DEBIT_PURCHASE_MEAN = 1_400;
export const DEBIT_BILL_MEAN = (CARDS.debitMean - (1 - DEBIT_BILLS) * DEBIT_PURCHASE_MEAN) / DEBIT_BILLS;
