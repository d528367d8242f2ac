import { exp } from '../arithmetic.js';
import { period, weeksOf, type Period, type Week } from '../calendar.js';
import { type Population } from '../population/population.js';
import { type Split } from '../preset.js';
import { Stream } from '../random.js';

/** How long a dataset is, in months of the reference year. */
export interface Layout {
  readonly startMonth: number;
  readonly developmentMonths: number;
  readonly evaluationMonths: number;
  readonly sealedMonths: number;
}

export interface SplitPlan {
  readonly split: Split;
  readonly period: Period;
  readonly rows: number;
  readonly frauds: number;
  readonly weeks: readonly WeekPlan[];
}

export interface WeekPlan {
  readonly week: Week;
  /** honest payments in it */
  readonly honest: number;
}

/**
 * How many payments each split has, and how many honest ones each of its weeks. Development and evaluation share
 * `rows` by their days; the sealed split has rows besides, by its months.
 */
export function planOf(
  layout: Layout,
  rows: number,
  prevalence: number,
  splits: readonly Split[],
): SplitPlan[] {
  const { startMonth, developmentMonths, evaluationMonths, sealedMonths } = layout;
  const first = period(startMonth, developmentMonths);
  const second = period(startMonth + developmentMonths, evaluationMonths);
  const development = Math.round((rows * first.days) / (first.days + second.days));
  const all: [Split, Period, number][] = [
    ['development', first, development],
    ['evaluation', second, rows - development],
    [
      'sealed',
      period(startMonth + developmentMonths + evaluationMonths, sealedMonths),
      Math.round((rows * sealedMonths) / (developmentMonths + evaluationMonths)),
    ],
  ];
  return all
    .filter(([split]) => splits.includes(split))
    .map(([split, within, size]) => {
      const frauds = Math.round(size * prevalence);
      return { split, period: within, rows: size, frauds, weeks: shareOut(weeksOf(within), size - frauds) };
    });
}

function shareOut(weeks: readonly Week[], honest: number): WeekPlan[] {
  const total = weeks.reduce((sum, week) => sum + week.weight, 0);
  let weight = 0;
  let before = 0;
  return weeks.map((week, index) => {
    weight += week.weight;
    const upTo = index === weeks.length - 1 ? honest : Math.floor((weight / total) * honest + 0.5);
    const share = { week, honest: upTo - before };
    before = upTo;
    return share;
  });
}

/** How far a customer's weeks differ, as the deviation of a logarithm: quiet weeks and busy ones make payments bursty. Convention of this preset. */
const MOOD = 1;

/**
 * Shares `total` payments of a week among the customers by activity, each in the week's own mood, so that the parts
 * add up to the total exactly (systematic sampling: one random start, equal steps over the cumulative weights).
 *
 * @param offsets gets the first row of each customer, and `total` after the last
 */
export function allot(
  p: Population,
  key: Uint8Array,
  week: number,
  total: number,
  offsets: Uint32Array,
): void {
  const { activity } = p.people;
  const stream = new Stream(key, week);
  const before = new Float64Array(p.customers);
  let whole = 0;
  for (let c = 0; c < p.customers; c += 1) {
    before[c] = whole;
    whole += (activity[c] ?? 1) * exp(MOOD * stream.normal());
  }
  const start = new Stream(key, week, 1).uniform();
  offsets[0] = 0;
  for (let c = 1; c < p.customers; c += 1)
    offsets[c] = Math.min(total, Math.floor(((before[c] ?? 0) / whole) * total + start));
  offsets[p.customers] = total;
}
