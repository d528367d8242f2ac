/**
 * Months and seconds of this preset: outcomes need a year to show, so its clock begins a year before the reference
 * year, at the first midnight of 2024 by the clock on a Hong Kong wall. Months are counted from 1, January 2024.
 */
export const FIRST_YEAR = 2024;
export const MONTHS = 24;
/** Unix seconds of 2024-01-01T00:00:00 read as if it were UTC: what a naive TIMESTAMP stores. */
export const NAIVE_EPOCH = 1_704_067_200;
export const DAY = 86_400;

const LENGTHS = [
  31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31,
];
const STARTS: readonly number[] = LENGTHS.reduce<number[]>(
  (starts, days) => [...starts, (starts.at(-1) ?? 0) + days],
  [0],
);

/** First day (0 = 1 January 2024) of a month 1 … 25. */
export function firstDay(month: number): number {
  return STARTS[month - 1] ?? 0;
}

export function daysOf(month: number): number {
  return LENGTHS[month - 1] ?? 30;
}

/** Monday 0 … Sunday 6; 1 January 2024 was a Monday. */
export function weekdayOf(day: number): number {
  return day % 7;
}

export function nameOf(month: number): string {
  return `${FIRST_YEAR + Math.floor((month - 1) / 12)}-${String(((month - 1) % 12) + 1).padStart(2, '0')}`;
}

/**
 * Unemployment in percent, three-month averages ending near each quarter's middle, January 2024 on (Census and
 * Statistics Department, labour force statistics, from press reports: second-hand). After the last it stays.
 */
const UNEMPLOYMENT = [2.9, 3.0, 3.0, 3.1, 3.2, 3.5, 3.8, 3.8];

const MACRO = Float64Array.from(
  { length: 64 },
  (_, month) =>
    (UNEMPLOYMENT[Math.max(0, Math.min(UNEMPLOYMENT.length - 1, Math.floor((month - 25) / 3)))] ?? 3) /
    (UNEMPLOYMENT[0] ?? 3),
);

/** How likely a job is to be lost in a month (−23 … 39), relative to the first quarter of 2024. */
export function macro(month: number): number {
  return MACRO[month + 24] ?? 1;
}

/** Applications by hour: few at night, most over lunch and in the evening (a convention of this preset). */
export const HOURS = [2, 1, 1, 1, 1, 1, 2, 4, 6, 9, 11, 11, 12, 11, 9, 9, 9, 9, 9, 9, 10, 10, 8, 5];
/** By weekday, Monday first, and by month of the year: before Lunar New Year and when salaries tax is due. */
export const WEEKDAYS = [1.1, 1.1, 1.08, 1.06, 1.04, 0.86, 0.76];
export const SEASONS = [1.16, 0.92, 1.0, 0.98, 0.98, 0.98, 1.0, 1.0, 0.98, 0.98, 1.04, 1.08];
