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

/**
 * When tropical cyclone signal no. 8 or higher was in force in 2025, by the bulletins of the Hong Kong Observatory:
 * Wipha (no. 10) 20 July 00:20 to 19:40, Tapah 7 September 21:20 to 8 September 13:10, Ragasa (no. 10) 23 September
 * 14:20 to 24 September 20:20. Month, day, hour and minute of the beginning and of the end.
 */
export const TYPHOONS: readonly (readonly [
  name: string,
  from: readonly [month: number, day: number, hour: number, minute: number],
  to: readonly [month: number, day: number, hour: number, minute: number],
])[] = [
  ['Wipha', [7, 20, 0, 20], [7, 20, 19, 40]],
  ['Tapah', [9, 7, 21, 20], [9, 8, 13, 10]],
  ['Ragasa', [9, 23, 14, 20], [9, 24, 20, 20]],
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

const STORMS: readonly (readonly [from: number, to: number])[] = TYPHOONS.map(([, from, to]) => {
  const second = ([month, day, hour, minute]: readonly [number, number, number, number]) =>
    (monthStart(month) + day - 1) * DAY + hour * 3600 + minute * 60;
  return [second(from), second(to)];
});

/** Whether signal no. 8 or higher was in force at a second. */
export function stormAt(time: number): boolean {
  for (const [from, to] of STORMS) if (time >= from && time < to) return true;
  return false;
}

/** Share of a day's waking hours (8 to 22) under signal no. 8 or higher. */
function stormy(day: number): number {
  let hours = 0;
  for (let hour = 8; hour < 22; hour += 1) if (stormAt(day * DAY + hour * 3600 + 1800)) hours += 1;
  return hours / 14;
}

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

/** How busy a day is, storms apart; a convention. */
function dayWeight(day: number): number {
  const month = monthOf(day);
  const ofMonth = day - monthStart(month) + 1;
  let weight = [0.96, 0.94, 0.96, 0.99, 1.1, 1.14, 0.98][weekday(day)] ?? 1;
  if (REST_DAYS[day] === 1 && weekday(day) < 5) weight *= 1.08;
  if (ofMonth <= 3 || ofMonth >= 28) weight *= 1.12;
  if (month === 12) weight *= 1.08;
  if (day >= 23 && day <= 27) weight *= 1.15; // the days before Lunar New Year
  if (day >= 28 && day <= 30) weight *= 0.7;
  return weight;
}

/** Months `first … first + count − 1`: busier before rest days and after pay day, quieter around Lunar New Year. */
export function period(first: number, count: number): Period {
  const firstDay = monthStart(first);
  const days = monthStart(first + count) - firstDay;
  const weights: number[] = [];
  for (let day = firstDay; day < firstDay + days; day += 1) weights.push(dayWeight(day));
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

/** Kinds of moment: in the app or on line, at a till, on the way, at a cash machine, at a bank's counter hours, by night batch. */
export const Pace = { Remote: 0, Shop: 1, Transit: 2, CashMachine: 3, Counter: 4, Batch: 5 } as const;
const PACES = 6;
/** Hour weights of the paces that are the same for every way of life, on working days and on rest days. */
const PACE_HOURS: readonly (readonly [pace: number, working: readonly number[], rest: readonly number[]])[] =
  [
    [
      Pace.Shop,
      [0.8, 0.5, 0.3, 0.2, 0.2, 0.5, 1.8, 5, 6, 4.5, 5, 7, 12, 11, 7, 6, 7, 9, 13, 13, 10, 7, 4, 2],
      [1.2, 0.7, 0.5, 0.3, 0.2, 0.3, 0.8, 2, 4, 6, 8, 10, 12, 12, 12, 12, 12, 12, 13, 12, 10, 7, 4, 2],
    ],
    [
      Pace.Transit,
      [0.6, 0.2, 0.1, 0.1, 0.2, 1.5, 6, 13, 14, 7, 4, 4, 6, 6, 5, 5, 6, 11, 13, 9, 6, 4, 3, 1.6],
      [0.8, 0.3, 0.2, 0.1, 0.2, 0.8, 2, 3.5, 5, 7, 8, 9, 9, 9, 9, 9, 9, 10, 9, 8, 7, 5, 4, 2],
    ],
    [
      Pace.CashMachine,
      [0.5, 0.3, 0.2, 0.1, 0.1, 0.4, 1.4, 3.5, 6, 8, 9, 9, 11, 10, 8, 7, 7, 8, 9, 7, 5, 3.5, 2, 1],
      [0.7, 0.4, 0.2, 0.1, 0.1, 0.3, 0.9, 2, 4, 7, 9, 10, 10, 10, 9, 9, 8, 8, 8, 6, 4.5, 3, 2, 1],
    ],
    [
      Pace.Counter,
      [0, 0, 0, 0, 0, 0, 0, 0, 0.2, 9, 12, 11, 9, 9, 11, 12, 9, 1, 0, 0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0, 0, 0, 0, 0.1, 10, 12, 11, 6, 0.3, 0.2, 0.2, 0.2, 0.1, 0, 0, 0, 0, 0, 0],
    ],
    [
      Pace.Batch,
      [12, 14, 10, 8, 4, 3, 2, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
      [12, 14, 10, 8, 4, 3, 2, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
    ],
  ];
const GRAIN = 1_024;
/** Hour by pace, way of life, rest day and a draw below GRAIN: a look-up is cheaper than a search. */
const HOUR_OF: Uint8Array = (() => {
  const table = new Uint8Array(PACES * WAYS_OF_LIFE * 2 * GRAIN);
  const fill = (pace: number, way: number, rest: number, weights: readonly number[]) => {
    const steps = cumulate(weights);
    let hour = 0;
    for (let grain = 0; grain < GRAIN; grain += 1) {
      while (hour < 23 && (grain + 0.5) / GRAIN >= (steps[hour] ?? 1)) hour += 1;
      table[((pace * WAYS_OF_LIFE + way) * 2 + rest) * GRAIN + grain] = hour;
    }
  };
  for (let way = 0; way < WAYS_OF_LIFE; way += 1) {
    const own = HOUR_WEIGHTS[way] ?? REST_HOUR_WEIGHTS;
    fill(Pace.Remote, way, 0, own);
    fill(Pace.Remote, way, 1, way === 1 ? own : REST_HOUR_WEIGHTS);
    for (const [pace, working, rest] of PACE_HOURS) {
      // Those who work late shop and travel later.
      const shift = way === 1 && (pace === Pace.Shop || pace === Pace.Transit) ? 3 : 0;
      const later = (weights: readonly number[]) =>
        weights.map((_, hour) => weights[(hour + 24 - shift) % 24] ?? 0);
      fill(pace, way, 0, later(working));
      fill(pace, way, 1, later(rest));
    }
  }
  return table;
})();

/** A calendar week, Monday to Sunday, as far as it lies in a period. */
export interface Week {
  /** weeks since the one of 1 January; the first and the last of a period may be cut short */
  readonly index: number;
  /** first second, and the second after the last */
  readonly start: number;
  readonly end: number;
  readonly firstDay: number;
  readonly days: number;
  /** how much is paid in it, relative: the sum of its days */
  readonly weight: number;
  /** cumulative shares of its days, seven places a pace */
  readonly shares: Float64Array;
}

/** In-person payments on a day that is all storm, relative to any other day; nearly everything is shut (convention). */
const IN_A_STORM = 0.12;

/** The weeks of a period, in order. */
export function weeksOf(within: Period): Week[] {
  const weeks: Week[] = [];
  const end = within.firstDay + within.days;
  for (let firstDay = within.firstDay; firstDay < end;) {
    const days = Math.min(end - firstDay, 7 - weekday(firstDay));
    const shares = new Float64Array(7 * PACES).fill(1);
    let weight = 0;
    for (let pace = 0; pace < PACES; pace += 1) {
      const weights: number[] = [];
      for (let day = firstDay; day < firstDay + days; day += 1) weights.push(paceWeight(day, pace));
      const steps = cumulate(weights.map((w) => Math.max(w, 1e-9)));
      for (let day = 0; day < days; day += 1) shares[7 * pace + day] = steps[day] ?? 1;
    }
    for (let day = firstDay; day < firstDay + days; day += 1)
      weight += 0.45 * paceWeight(day, Pace.Remote) + 0.55 * paceWeight(day, Pace.Shop);
    weeks.push({
      index: Math.floor((firstDay + 2) / 7),
      start: firstDay * DAY,
      end: (firstDay + days) * DAY,
      firstDay,
      days,
      weight,
      shares,
    });
    firstDay += days;
  }
  return weeks;
}

function paceWeight(day: number, pace: number): number {
  const calm = 1 - (1 - IN_A_STORM) * stormy(day);
  const working = REST_DAYS[day] === 1 ? 0 : 1;
  switch (pace) {
    case Pace.Remote:
      return dayWeight(day) * (1 + 0.08 * stormy(day));
    case Pace.Counter:
      return (working === 1 ? 1 : weekday(day) === 5 ? 0.25 : 0) * calm;
    case Pace.Batch:
      return working === 1 ? 1 : 0.02;
    case Pace.Transit:
      return dayWeight(day) * (working === 1 ? 1.08 : 0.85) * calm;
    default:
      return dayWeight(day) * calm;
  }
}

/** A moment in a week, by the pace of what is done and the way of life of who does it. */
export function drawMoment(stream: Stream, week: Week, pace: number, wayOfLife: number): number {
  let time = 0;
  for (let attempt = 0; attempt < 4; attempt += 1) {
    const u = stream.uniform();
    let day = 0;
    while (day < week.days - 1 && u >= (week.shares[7 * pace + day] ?? 1)) day += 1;
    time = momentOn(stream, week.firstDay + day, pace, wayOfLife);
    if (pace === Pace.Remote || pace === Pace.Batch || !stormAt(time)) return time;
  }
  return time;
}

/** A moment of a day, by pace and way of life. */
export function momentOn(stream: Stream, day: number, pace: number, wayOfLife: number): number {
  const draw = stream.next();
  const table = (pace * WAYS_OF_LIFE + wayOfLife) * 2 + (REST_DAYS[day] ?? 0);
  const hour = HOUR_OF[table * GRAIN + (draw >>> 22)] ?? 12;
  return day * DAY + hour * 3600 + Math.floor((draw & 0x3fffff) * (3600 / 0x400000));
}
