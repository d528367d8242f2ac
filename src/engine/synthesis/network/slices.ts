import { DAY, monthOf, monthStart, payDay, period, REST_DAYS, type Period } from '../calendar.js';
import { type Stream } from '../random.js';

/** What is played at once: a week from Monday to Sunday, or what of it falls into the split. */
export interface Slice {
  readonly period: Period;
  /** days of the slice on which offices work; any day where there is none */
  readonly officeDays: Int32Array;
  /** 1 for each usual pay day (1 … 31) whose wages arrive in the slice */
  readonly pays: Uint8Array;
  /** the day of the year of those wages */
  readonly payDays: Int32Array;
  /** day of the year on which rents are due in the slice by day of the month (1 … 31), or −1 */
  readonly dueDays: Int32Array;
  /** share of the split's busyness */
  readonly weight: number;
}

/** The weeks of `count` months from month `first`. */
export function slicesOf(first: number, count: number): Slice[] {
  const whole = period(first, count);
  const slices: Slice[] = [];
  const lastDay = whole.firstDay + whole.days;
  for (let day = whole.firstDay; day < lastDay;) {
    // 6 January 2025 was a Monday.
    const next = Math.min(lastDay, day + 7 - ((((day - 5) % 7) + 7) % 7));
    slices.push(sliceOf(whole, day, next));
    day = next;
  }
  return slices;
}

function sliceOf(whole: Period, from: number, to: number): Slice {
  const upTo = (day: number) =>
    day < whole.firstDay ? 0 : (whole.cumulative[Math.min(day - whole.firstDay, whole.days - 1)] ?? 1);
  const before = upTo(from - 1);
  const weight = upTo(to - 1) - before;
  const cumulative = new Float64Array(to - from);
  for (let day = from; day < to; day += 1) cumulative[day - from] = (upTo(day) - before) / weight;
  cumulative[to - from - 1] = 1;
  const days = Array.from({ length: to - from }, (_, place) => from + place);
  const working = days.filter((day) => REST_DAYS[day] !== 1);
  const pays = new Uint8Array(32);
  const payDays = new Int32Array(32).fill(-1);
  const dueDays = new Int32Array(32).fill(-1);
  for (let usual = 1; usual <= 31; usual += 1) {
    for (const month of new Set([monthOf(from), monthOf(to - 1)])) {
      const paid = payDay(month, usual);
      if (paid >= from && paid < to) {
        pays[usual] = 1;
        payDays[usual] = paid;
      }
      const due = monthStart(month) + usual - 1;
      if (monthOf(due) === month && due >= from && due < to) dueDays[usual] = due;
    }
  }
  return {
    period: { start: from * DAY, end: to * DAY, firstDay: from, days: to - from, cumulative },
    officeDays: Int32Array.from(working.length > 0 ? working : days),
    pays,
    payDays,
    dueDays,
    weight,
  };
}

/** A moment of an office day, from nine to half past six, most of it before and after lunch. */
export function officeMoment(stream: Stream, slice: Slice): number {
  const day = slice.officeDays[stream.below(slice.officeDays.length)] ?? slice.period.firstDay;
  return day * DAY + officeSecond(stream);
}

export function officeSecond(stream: Stream): number {
  return 32_400 + Math.floor(34_200 * stream.uniform() * (0.55 + 0.45 * stream.uniform()));
}

/** The same moment, or the next one at which offices and clearing are open, if that is before `end`. */
export function whenOpen(stream: Stream, time: number, end: number): number {
  let day = Math.floor(time / DAY);
  let second = time - day * DAY;
  if (REST_DAYS[day] !== 1 && second >= 32_400 && second < 66_600) return time;
  if (second >= 66_600 || REST_DAYS[day] === 1) day += 1;
  while (day < 366 && REST_DAYS[day] === 1) day += 1;
  second = officeSecond(stream);
  const open = day * DAY + second;
  return open > time && open < end ? open : time;
}
