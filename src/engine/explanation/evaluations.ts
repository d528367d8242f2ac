import { InputError } from '../input-error.js';
import { type FeatureTable, type ScoreRows, takeRows } from '../tables/index.js';

/** Tables on their way to the model at once: enough that no lane waits, few enough that memory stays small. */
const IN_FLIGHT = 6;

/** The model as everything here asks it, with a count of what was asked. */
export class Evaluations {
  made = 0;
  /** Rows that were the same as one scored already. */
  spared = 0;

  constructor(
    private readonly scoreRows: ScoreRows,
    private readonly onEvaluated: (made: number) => void = () => undefined,
  ) {}

  /** @throws InputError `SCORE_NOT_FINITE`; Error unless there is one score a row; what the model's scoring throws */
  async score(table: FeatureTable): Promise<Float64Array> {
    if (table.rows === 0) return new Float64Array(0);
    const scores = await this.scoreRows(table);
    if (scores.length !== table.rows)
      throw new Error(`${scores.length} scores came for ${table.rows} rows to be explained`);
    const bad = scores.findIndex((score) => !Number.isFinite(score));
    if (bad >= 0) {
      const what = `the model's score of a row made of other rows' values is ${scores[bad] as number}`;
      throw new InputError('SCORE_NOT_FINITE', what);
    }
    this.made += table.rows;
    this.onEvaluated(this.made);
    return scores;
  }
}

/** The results of asynchronous work on each item, some of it under way at once, in the items' order. */
export async function eachInFlight<T, R>(
  items: readonly T[],
  work: (item: T, place: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const place = next++;
      results[place] = await work(items[place] as T, place);
    }
  };
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, items.length) }, lane));
  return results;
}

/** A column with the values that other places of it hold. */
export function columnFrom(
  table: FeatureTable,
  place: number,
  from: ArrayLike<number>,
): FeatureTable['columns'][number] {
  const one = {
    rows: table.rows,
    names: [''],
    columns: [table.columns[place] as FeatureTable['columns'][number]],
  };
  return takeRows(one, from).columns[0] as FeatureTable['columns'][number];
}

/** The table with some columns replaced by values that stand at other places of them. */
export function withPlaces(
  table: FeatureTable,
  replaced: readonly number[],
  from: ArrayLike<number>,
): FeatureTable {
  const columns = [...table.columns];
  for (const place of replaced) columns[place] = columnFrom(table, place, from);
  return { ...table, columns };
}
