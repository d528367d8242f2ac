import { cumulate, type Stream } from './random.js';

/**
 * Times are whole seconds since the first midnight of the reference year, by the clock on a Hong Kong wall
 * (UTC+8, no daylight saving), so no time zone of the machine can enter.
 */
export const REFERENCE_YEAR = 2025;
export const DAY = 86_400;
/** Unix seconds of 2025-01-01T00:00:00 read as if it were UTC: what a naive TIMESTAMP stores. */
export const NAIVE_EPOCH = 1_735_689_600;

const MONTH_LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** General holidays of 2025 as gazetted (gov.hk, "General holidays for 2025"), month and day. */
export const GENERAL_HOLIDAYS: readonly (readonly [month: number, day: number, name: string])[] = [
  [1, 1, 'The first day of January'],
  [1, 29, "Lunar New Year's Day"],
  [1, 30, 'The second day of Lunar New Year'],
  [1, 31, 'The third day of Lunar New Year'],
  [4, 4, 'Ching Ming Festival'],
  [4, 18, 'Good Friday'],
  [4, 19, 'The day following Good Friday'],
  [4, 21, 'Easter Monday'],
  [5, 1, 'Labour Day'],
  [5, 5, 'The Birthday of the Buddha'],
  [5, 31, 'Tuen Ng Festival'],
  [7, 1, 'Hong Kong Special Administrative Region Establishment Day'],
  [10, 1, 'National Day'],
  [10, 7, 'The day following the Chinese Mid-Autumn Festival'],
  [10, 29, 'Chung Yeung Festival'],
  [12, 25, 'Christmas Day'],
  [12, 26, 'The first weekday after Christmas Day'],
];

const MONTH_STARTS: readonly number[] = MONTH_LENGTHS.reduce<number[]>(
  (starts, days) => [...starts, (starts.at(-1) ?? 0) + days],
  [0],
);

/** Day of the year (0 = 1 January) on which a month (1 … 13) begins. */
export function monthStart(month: number): number {
  return MONTH_STARTS[month - 1] ?? 0;
}

/** Month (1 … 12) of each day of the year. */
const MONTH_OF_DAY: Uint8Array = (() => {
  const months = new Uint8Array(366).fill(12);
  for (let month = 1; month <= 12; month += 1) months.fill(month, monthStart(month), monthStart(month + 1));
  return months;
})();

/** Month (1 … 12) of a day of the year. */
export function monthOf(day: number): number {
  return MONTH_OF_DAY[day] ?? 12;
}

/** Weekday of a day of the year, Monday 0 … Sunday 6; 1 January 2025 was a Wednesday. */
export function weekday(day: number): number {
  return (day + 2) % 7;
}

/** One byte a day of the year: 1 on Saturdays, Sundays and general holidays. */
export const REST_DAYS: Uint8Array = (() => {
  const rest = new Uint8Array(366);
  for (let day = 0; day < 366; day += 1) rest[day] = weekday(day) >= 5 ? 1 : 0;
  for (const [month, day] of GENERAL_HOLIDAYS) rest[monthStart(month) + day - 1] = 1;
  return rest;
})();

/**
 * The day on which wages of a month reach the account: the customer's usual day of the month, or the last working
 * day before it.
 */
export function payDay(month: number, usual: number): number {
  let day = monthStart(month) + Math.min(usual, MONTH_LENGTHS[month - 1] ?? 31) - 1;
  while (day > 0 && REST_DAYS[day] === 1) day -= 1;
  return day;
}

/** How busy each hour is, by way of life: office hours, shifts that end late, at home. Weights, not shares. */
const HOUR_WEIGHTS: readonly (readonly number[])[] = [
  [2, 1, 0.6, 0.4, 0.4, 0.8, 2.2, 6, 9, 6, 5, 6, 11, 10, 6, 5, 6, 8, 11, 11, 9, 8, 6, 4],
  [7, 5, 3.5, 2.5, 1.5, 1, 1, 2, 3, 4, 5, 6, 8, 8, 7, 7, 7, 7, 8, 8, 8, 9, 10, 9],
  [1.5, 0.8, 0.5, 0.4, 0.5, 1.2, 3, 6, 8, 10, 11, 10, 9, 8, 8, 8, 8, 8, 7, 6, 5, 4, 3, 2],
];
const REST_HOUR_WEIGHTS = [
  4, 2.5, 1.5, 1, 0.6, 0.6, 1, 2, 4, 6, 8, 9, 11, 11, 10, 10, 10, 10, 11, 11, 9, 8, 7, 5,
];
export const WAYS_OF_LIFE = HOUR_WEIGHTS.length;
const HOURS = Float64Array.from(HOUR_WEIGHTS.flatMap((weights) => cumulate(weights)));
const REST_HOURS = Float64Array.from(cumulate(REST_HOUR_WEIGHTS));

/** A stretch of whole months with the cumulative weight of its days. */
export interface Period {
  /** first second, and the second after the last */
  readonly start: number;
  readonly end: number;
  readonly firstDay: number;
  readonly days: number;
  readonly cumulative: Float64Array;
}

/** Months `first … first + count − 1`: busier before rest days and after pay day, quieter around Lunar New Year. */
export function period(first: number, count: number): Period {
  const firstDay = monthStart(first);
  const days = monthStart(first + count) - firstDay;
  const weights: number[] = [];
  for (let day = firstDay; day < firstDay + days; day += 1) {
    const month = monthOf(day);
    const ofMonth = day - monthStart(month) + 1;
    let weight = [0.96, 0.94, 0.96, 0.99, 1.1, 1.14, 0.98][weekday(day)] ?? 1;
    if (REST_DAYS[day] === 1 && weekday(day) < 5) weight *= 1.08;
    if (ofMonth <= 3 || ofMonth >= 28) weight *= 1.12;
    if (month === 12) weight *= 1.08;
    if (day >= 28 && day <= 30) weight *= 0.7;
    weights.push(weight);
  }
  return {
    start: firstDay * DAY,
    end: (firstDay + days) * DAY,
    firstDay,
    days,
    cumulative: Float64Array.from(cumulate(weights)),
  };
}

/** A moment in the period, by the habits of one way of life. */
export function drawTime(stream: Stream, within: Period, wayOfLife: number): number {
  const u = stream.uniform();
  let low = 0;
  let high = within.days - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (u >= (within.cumulative[middle] ?? 1)) low = middle + 1;
    else high = middle;
  }
  const day = within.firstDay + low;
  const hour =
    REST_DAYS[day] === 1 && wayOfLife !== 1
      ? stream.pick(REST_HOURS, 0, 24)
      : stream.pick(HOURS, wayOfLife * 24, 24);
  return day * DAY + hour * 3600 + stream.below(3600);
}
