import { type Play, type Split } from '../preset.js';
import { deriveKey, Stream } from '../random.js';
import { applicationsOf, type Applications } from './application.js';
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

/** A row group's worth of a vintage, in the order of time. */
export interface Chunk {
  readonly vintage: Vintage;
  readonly applications: Applications;
  readonly order: Uint32Array;
  /** places in `order` */
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
    const order = byTime(applications, new Stream(deriveKey(key, 'order'), month).next());
    for (let from = 0; from < rows; from += most)
      yield { vintage, applications, order, from, to: Math.min(rows, from + most), first: first + from };
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

/** The order by time; those of the same second by a keyed scramble. */
function byTime({ rows, time }: Applications, scramble: number): Uint32Array {
  let size = 2;
  while (size < rows) size *= 2;
  const factor = (scramble | 1) >>> 0;
  let inverse = factor;
  for (let step = 0; step < 5; step += 1) inverse = Math.imul(inverse, 2 - Math.imul(factor, inverse));
  const keys = new Float64Array(rows);
  for (let row = 0; row < rows; row += 1)
    keys[row] = (time[row] ?? 0) * size + ((Math.imul(row, factor) & (size - 1)) >>> 0);
  keys.sort();
  const order = new Uint32Array(new SharedArrayBuffer(4 * rows));
  for (let place = 0; place < rows; place += 1)
    order[place] = (Math.imul((keys[place] ?? 0) % size, inverse) & (size - 1)) >>> 0;
  return order;
}
