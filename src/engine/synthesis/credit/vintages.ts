import { type Play, type Split } from '../preset.js';
import { deriveKey, Stream } from '../random.js';
import { applicationsOf, inOrder, type Applications } from './application.js';
import { type Applying } from './applying.js';
import { daysOf, SEASONS } from './months.js';
import { weightOf, type CreditParameters } from './parameters.js';
import { TYPOLOGIES } from './typologies/index.js';

/** The applications of one month. */
export interface Vintage {
  readonly split: Split;
  /** 1 = January 2024 */
  readonly month: number;
  /** counted from the first of the version */
  readonly index: number;
  readonly rows: number;
}

/** A row group's worth of a vintage. */
export interface Chunk {
  readonly vintage: Vintage;
  /** of the whole vintage, in the order of time */
  readonly applications: Applications;
  /** rows of the vintage */
  readonly from: number;
  readonly to: number;
  /** row_id of the first */
  readonly first: number;
}

export function keyOf(task: Play, split: Split): Uint8Array {
  const key = task.keys[split];
  if (key === undefined) throw new Error(`the key of split ${split} is missing`);
  return key;
}

/** Draws who applies, month by month, and gives it in chunks of at most `most` rows. */
export function* chunksOf(
  task: Play,
  applying: Applying,
  vintages: readonly Vintage[],
  crimeRate: number,
  most: number,
): Generator<Chunk, void, undefined> {
  let episode = 0;
  let first = 0;
  let before: Split | undefined;
  for (const vintage of vintages) {
    const { split, rows, month } = vintage;
    if (split !== before) first = 0;
    before = split;
    const key = keyOf(task, split);
    const applications = applicationsOf(rows);
    const counts = crimeCounts(task, vintage, Math.round(rows * crimeRate));
    const honest = rows - counts.reduce((sum, count) => sum + count, 0);
    applying.honest(new Stream(deriveKey(key, 'applicants'), month), month, applications, 0, honest);
    const chance = new Stream(deriveKey(key, 'crime'), month);
    episode = applying.criminal(chance, month, applications, honest, counts, episode);
    const scramble = new Stream(deriveKey(key, 'order'), month).next();
    const sorted = inOrder(applications, byTime(applications, scramble));
    for (let from = 0; from < rows; from += most)
      yield { vintage, applications: sorted, from, to: Math.min(rows, from + most), first: first + from };
    first += rows;
  }
}

/** Months of every split with their rows: by days and season, exactly as many as were asked for. */
export function vintagesOf(task: Play, p: CreditParameters): Vintage[] {
  const evaluation = p.startMonth + p.developmentMonths + p.labelMonths;
  const months = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);
  const plan: readonly (readonly [Split, readonly number[]])[] = [
    ['development', months(p.startMonth, p.developmentMonths)],
    ['evaluation', months(evaluation, p.evaluationMonths)],
    ['sealed', months(evaluation + p.evaluationMonths, p.sealedMonths)],
  ];
  const weight = (month: number) => daysOf(month) * (SEASONS[(month - 1) % 12] ?? 1);
  const open = plan.slice(0, 2).flatMap(([split, list]) => list.map((month) => ({ split, month })));
  const sealed = plan.slice(2).flatMap(([split, list]) => list.map((month) => ({ split, month })));
  const sealedRows = Math.round((task.rows * p.sealedMonths) / (p.developmentMonths + p.evaluationMonths));
  const spread = (list: readonly { split: Split; month: number }[], rows: number): Vintage[] => {
    const whole = list.reduce((sum, { month }) => sum + weight(month), 0);
    let running = 0;
    let before = 0;
    return list.map(({ split, month }) => {
      running += weight(month);
      const upTo = Math.round((rows * running) / whole);
      const vintage = { split, month, index: month - p.startMonth, rows: upTo - before };
      before = upTo;
      return vintage;
    });
  };
  return [...spread(open, task.rows), ...spread(sealed, sealedRows)].filter(({ split }) =>
    task.splits.includes(split),
  );
}

/** Rows of each typology in a vintage, by its weights. */
function crimeCounts(task: Play, { index }: Vintage, total: number): number[] {
  const weights = TYPOLOGIES.map(({ name }) => weightOf(task.parameters, name, index));
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  let running = 0;
  let before = 0;
  return weights.map((weight) => {
    running += weight;
    const upTo = Math.round((total * running) / whole);
    const count = upTo - before;
    before = upTo;
    return count;
  });
}

/** Bits of a second of a month that a pass of sorting looks at: twice as many reach over any month. */
const DIGIT = 11;

/**
 * The order by time; those of the same second by a keyed scramble. Rows are laid out in the order of the scramble and
 * then sorted by digits of the second, which keeps that order among equals.
 */
function byTime({ rows, time }: Applications, scramble: number): Uint32Array {
  let size = 2;
  while (size < rows) size *= 2;
  const factor = (scramble | 1) >>> 0;
  let inverse = factor;
  for (let step = 0; step < 5; step += 1) inverse = Math.imul(inverse, 2 - Math.imul(factor, inverse));
  const order = new Uint32Array(rows);
  let filled = 0;
  for (let rank = 0; rank < size; rank += 1) {
    const row = (Math.imul(rank, inverse) & (size - 1)) >>> 0;
    if (row < rows) order[filled++] = row;
  }
  let first = Infinity;
  for (let row = 0; row < rows; row += 1) first = Math.min(first, time[row] ?? 0);
  const other = new Uint32Array(rows);
  sortByDigit(order, other, time, first, 0);
  sortByDigit(other, order, time, first, DIGIT);
  return order;
}

/** A pass of a sort by digits: stable, from the lowest digit on. */
function sortByDigit(
  from: Uint32Array,
  to: Uint32Array,
  time: Int32Array,
  first: number,
  shift: number,
): void {
  const mask = (1 << DIGIT) - 1;
  const places = new Uint32Array(mask + 2);
  for (const row of from) {
    const digit = (((time[row] ?? 0) - first) >>> shift) & mask;
    places[digit + 1] = (places[digit + 1] ?? 0) + 1;
  }
  for (let digit = 0; digit <= mask; digit += 1)
    places[digit + 1] = (places[digit + 1] ?? 0) + (places[digit] ?? 0);
  for (const row of from) {
    const digit = (((time[row] ?? 0) - first) >>> shift) & mask;
    const place = places[digit] ?? 0;
    to[place] = row;
    places[digit] = place + 1;
  }
}
