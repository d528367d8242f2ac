import { type ColumnKind, type ColumnMeaning, type ColumnTraits } from './traits.js';

/**
 * What is done to a value. Rates are shares of the values, drawn by the seed; a value that is missing stays so.
 *
 * | change | value x becomes |
 * |---|---|
 * | `missing` | missing: NaN, or no text |
 * | `scale` | x · factor |
 * | `commaDropped` | the number that x is with its decimal point gone, written to `decimals` places: 12.50 is 1250 |
 * | `commaCut` | x without what follows the decimal point |
 * | `dayMonthSwapped` | the date with day and month exchanged, where that is a date |
 * | `clockShifted` | `hours` later: hour of the day round the clock, weekday and date with it |
 * | `relativeNoise` | x · (1 + level · z), z standard normal |
 * | `jitter` | x + level · scale · z; the scale is half the width between the 16th and the 84th percentile |
 * | `rounded` | x to so many significant digits |
 * | `previousRow` | what the entity's previous row had |
 * | `lagged` | what the entity's latest row at least so many days before had |
 * | `unseen` | a text that no row has |
 */
export type Change =
  | { change: 'missing'; rate: number }
  | { change: 'scale'; factor: number; rate: number }
  | { change: 'commaDropped'; decimals: number; rate: number }
  | { change: 'commaCut'; rate: number }
  | { change: 'dayMonthSwapped' }
  | { change: 'clockShifted'; hours: number }
  | { change: 'relativeNoise'; level: number }
  | { change: 'jitter'; level: number }
  | { change: 'rounded'; digits: number }
  | { change: 'previousRow' }
  | { change: 'lagged'; days: number }
  | { change: 'unseen'; rate: number };

export type ChangeKind = Change['change'];

/** Which columns: those that every given word admits. */
export interface ColumnSelector {
  kinds?: readonly ColumnKind[];
  meanings?: readonly ColumnMeaning[];
  names?: readonly string[];
  /** Leaves out what tells of this event alone. */
  history?: boolean;
}

/** One perturbation at one severity, as data. */
export interface Perturbation {
  /** Stable: results, and criteria of plans, name it. */
  id: string;
  /** What in the world it stands for. */
  imitates: string;
  columns: ColumnSelector;
  /** Whether one column is changed at a time, all at once, or those of one declared source at once. */
  apply: 'each' | 'together' | 'bySource';
  change: Change;
}

const NUMBERS = ['number', 'count'] as const;
const MONEY = { meanings: ['money'] } as const;

const together = (id: string, imitates: string, columns: ColumnSelector, change: Change): Perturbation => ({
  id,
  imitates,
  columns,
  apply: 'together',
  change,
});
const each = (id: string, imitates: string, columns: ColumnSelector, change: Change): Perturbation => ({
  ...together(id, imitates, columns, change),
  apply: 'each',
});

/** 1.08 dollars a renminbi and 7.8 a US dollar: round rates, for an amount that is read in another currency. */
const HKD_PER_CNY = 1.08;
const HKD_PER_USD = 7.8;

/** What is tried unless a configuration says otherwise. */
export const DEFAULT_SUITE: readonly Perturbation[] = [
  each('missing-each', 'one field that no longer arrives', {}, { change: 'missing', rate: 1 }),
  {
    id: 'missing-source',
    imitates: 'a system that is down: all fields that come from it are gone',
    columns: {},
    apply: 'bySource',
    change: { change: 'missing', rate: 1 },
  },
  ...[5, 20, 50].map((percent) =>
    together(
      `missing-any-${percent}`,
      `${percent}% of all values lost here and there`,
      {},
      {
        change: 'missing',
        rate: percent / 100,
      },
    ),
  ),
  together('unit-cents', 'amounts sent in cents for dollars', MONEY, {
    change: 'scale',
    factor: 100,
    rate: 1,
  }),
  together('unit-dollars', 'amounts sent in dollars where cents were trained on', MONEY, {
    change: 'scale',
    factor: 0.01,
    rate: 1,
  }),
  together('unit-thousands', 'amounts sent in thousands', MONEY, { change: 'scale', factor: 0.001, rate: 1 }),
  together('unit-cny', 'amounts in renminbi for Hong Kong dollars', MONEY, {
    change: 'scale',
    factor: 1 / HKD_PER_CNY,
    rate: 1,
  }),
  together('unit-usd', 'amounts in US dollars for Hong Kong dollars', MONEY, {
    change: 'scale',
    factor: 1 / HKD_PER_USD,
    rate: 1,
  }),
  each('unit-cents-each', 'one amount sent in cents for dollars', MONEY, {
    change: 'scale',
    factor: 100,
    rate: 1,
  }),
  together('unit-cents-some', 'one feed in twenty sends cents for dollars', MONEY, {
    change: 'scale',
    factor: 100,
    rate: 0.05,
  }),
  together('locale-comma-dropped', 'a decimal comma read as a separator of thousands', MONEY, {
    change: 'commaDropped',
    decimals: 2,
    rate: 1,
  }),
  together('locale-comma-cut', 'a number read up to its decimal comma', MONEY, {
    change: 'commaCut',
    rate: 1,
  }),
  together(
    'locale-day-month',
    'days and months exchanged',
    { kinds: ['date'] },
    { change: 'dayMonthSwapped' },
  ),
  ...[8, -8].map((hours) =>
    together(
      hours > 0 ? 'clock-ahead-8h' : 'clock-behind-8h',
      hours > 0 ? 'Hong Kong time added twice' : 'UTC for Hong Kong time',
      {},
      { change: 'clockShifted', hours },
    ),
  ),
  ...[1, 5, 20].map((percent) =>
    together(
      `noise-relative-${percent}`,
      `${percent}% measurement noise`,
      { kinds: NUMBERS },
      {
        change: 'relativeNoise',
        level: percent / 100,
      },
    ),
  ),
  ...[10, 50].map((percent) =>
    together(
      `noise-jitter-${percent}`,
      `noise of ${percent}% of each column's spread`,
      { kinds: NUMBERS },
      {
        change: 'jitter',
        level: percent / 100,
      },
    ),
  ),
  together(
    'rounded-2',
    'values kept to two significant digits',
    { kinds: NUMBERS },
    {
      change: 'rounded',
      digits: 2,
    },
  ),
  together(
    'stale-previous',
    'features as of the previous event of the entity',
    { history: true },
    {
      change: 'previousRow',
    },
  ),
  ...[1, 7].map((days) =>
    together(
      `stale-${days}d`,
      `features computed ${days} day${days === 1 ? '' : 's'} ago`,
      { history: true },
      {
        change: 'lagged',
        days,
      },
    ),
  ),
  each(
    'unseen-category',
    'a category that nobody has seen',
    { kinds: ['text'] },
    {
      change: 'unseen',
      rate: 1,
    },
  ),
];

export function selected(traits: readonly ColumnTraits[], selector: ColumnSelector): ColumnTraits[] {
  return traits.filter(
    (column) =>
      (selector.kinds?.includes(column.kind) ?? true) &&
      (selector.meanings === undefined ||
        (column.meaning !== undefined && selector.meanings.includes(column.meaning))) &&
      (selector.names?.includes(column.name) ?? true) &&
      (selector.history !== true || column.ofThisEvent !== true),
  );
}

/** The columns that a change is meant for at all, whatever was selected. */
export function fitsChange({ change }: Change, { kind, meaning }: ColumnTraits): boolean {
  switch (change) {
    case 'missing':
    case 'previousRow':
    case 'lagged':
      return true;
    case 'unseen':
      return kind === 'text' || kind === 'date';
    case 'dayMonthSwapped':
      return kind === 'date';
    case 'clockShifted':
      return kind === 'date' || meaning === 'hourOfDay' || meaning === 'weekday';
    default:
      return kind !== 'text' && kind !== 'date';
  }
}
