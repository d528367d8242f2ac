import { Xoshiro128 } from '../measurement/random.js';
import { type FeatureColumn, isTextColumn } from '../tables/index.js';
import { shiftDate, swapDayMonth } from './dates.js';
import { type Change } from './perturbation.js';
import { type ColumnTraits } from './traits.js';

const TWO_TO_32 = 4_294_967_296;

/** Uniform over 0 (excluded) … 1 (excluded). */
export function uniform(random: Xoshiro128): number {
  return (random.next() + 0.5) / TWO_TO_32;
}

/** A standard normal number (Box and Muller 1958; one of the two). */
export function gaussian(random: Xoshiro128): number {
  const radius = Math.sqrt(-2 * Math.log(uniform(random)));
  return radius * Math.cos(2 * Math.PI * uniform(random));
}

/** A generator for each name: what one perturbation draws does not depend on which others run. */
export function generatorFor(seed: number, ...names: readonly string[]): Xoshiro128 {
  // FNV-1a, 32 bits.
  let hash = 0x811c9dc5;
  for (const character of names.join('\u0000')) {
    hash = Math.imul(hash ^ (character.codePointAt(0) as number), 0x01000193);
  }
  return new Xoshiro128(seed, hash >>> 0);
}

/** What a change of one value needs to know of its column. */
export interface ColumnFacts {
  traits: ColumnTraits;
  /** For `jitter`: see {@link spread}. */
  spread: number;
  /** For `unseen`: a text that the column does not hold. */
  unseen: string;
  /** For `clockShifted`, of the weekday: hour of the day of each row, where a column tells it. */
  hours: Float64Array | null;
}

/** Whole numbers, as a model that takes only those was trained on, stay whole. */
const KEEPS_WHOLE = new Set<Change['change']>(['relativeNoise', 'jitter', 'rounded']);

/**
 * A column with the change applied to its own values; changes that need other rows (`previousRow`, `lagged`) are made by
 * {@link staleColumn}.
 */
export function changedColumn(
  column: FeatureColumn,
  change: Change,
  facts: ColumnFacts,
  random: Xoshiro128,
): FeatureColumn {
  const { kind } = facts.traits;
  if (isTextColumn(column))
    return column.map((value) => (value == null ? null : changedText(value, change, facts, random)));
  const values = Float64Array.from(column as ArrayLike<number | bigint>, Number);
  const number = changedNumber(change, facts, random);
  const whole = kind !== 'number' && KEEPS_WHOLE.has(change.change);
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number;
    if (Number.isNaN(value)) continue;
    const changed = number(value, row);
    values[row] = whole ? Math.round(changed) : changed;
  }
  return values;
}

function changedText(
  value: string,
  change: Change,
  { unseen }: ColumnFacts,
  random: Xoshiro128,
): string | null {
  switch (change.change) {
    case 'missing':
      return uniform(random) < change.rate ? null : value;
    case 'unseen':
      return uniform(random) < change.rate ? unseen : value;
    case 'dayMonthSwapped':
      return swapDayMonth(value);
    case 'clockShifted':
      return shiftDate(value, change.hours);
    default:
      return value;
  }
}

function changedNumber(
  change: Change,
  { traits, spread: scale, hours }: ColumnFacts,
  random: Xoshiro128,
): (value: number, row: number) => number {
  const some = (rate: number, to: (value: number) => number) => (value: number) =>
    uniform(random) < rate ? to(value) : value;
  switch (change.change) {
    case 'missing':
      return some(change.rate, () => NaN);
    case 'scale':
      return some(change.rate, (value) => value * change.factor);
    case 'commaDropped':
      return some(change.rate, (value) => Number(value.toFixed(change.decimals).replace('.', '')));
    case 'commaCut':
      return some(change.rate, Math.trunc);
    case 'clockShifted':
      return traits.meaning === 'hourOfDay'
        ? (value) => modulo(value + change.hours, 24)
        : (value, row) => {
            const hour = hours?.[row] ?? NaN;
            return Number.isNaN(hour) ? value : modulo(value + Math.floor((hour + change.hours) / 24), 7);
          };
    case 'relativeNoise':
      return (value) => value * (1 + change.level * gaussian(random));
    case 'jitter':
      return (value) => value + change.level * scale * gaussian(random);
    case 'rounded':
      return (value) => Number(value.toPrecision(change.digits));
    default:
      return (value) => value;
  }
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}

/** Half the width between the 16th and the 84th percentile: the standard deviation of a normal column, blind to tails. */
export function spread(column: FeatureColumn): number {
  if (isTextColumn(column)) return 0;
  const values = Float64Array.from(column as ArrayLike<number | bigint>, Number)
    .filter(Number.isFinite)
    .sort();
  if (values.length === 0) return 0;
  const at = (share: number) => values[Math.floor(share * (values.length - 1))] as number;
  return (at(0.8413) - at(0.1587)) / 2;
}

/** A text that none of the values is. */
export function unseenText(column: FeatureColumn): string {
  if (!isTextColumn(column)) return '';
  const seen = new Set(column);
  let text = 'never seen before';
  while (seen.has(text)) text += '!';
  return text;
}
