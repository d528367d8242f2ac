import {
  explain,
  type Explanation,
  type ExplanationOptions,
  rowsToExplain,
  settleExplanation,
} from '../engine/explanation/index.js';
import { InputError } from '../engine/input-error.js';
import { type MeasurementInput, monthsOf } from '../engine/measurement/index.js';
import { type FedField, heldFields } from '../engine/scoring/index.js';
import { type FeatureTable, type TableFile, takeRows } from '../engine/tables/index.js';
import { type OpenSession } from './evaluate-session.js';

const ROWS_PER_READ = 16_384;
const EVALUATIONS_A_WORD = 250_000;

export type ShuffleWithin = 'entity' | 'month';

export interface AskedExplanation extends ExplanationOptions {
  within?: ShuffleWithin;
}

/** Explains the model and says how far it is. Only the rows that are explained, or stand for the others, are read. */
export async function evaluateExplanation(
  { fields, score }: OpenSession,
  data: TableFile,
  measured: MeasurementInput,
  { within, ...options }: AskedExplanation,
): Promise<Explanation | { reason: string }> {
  const blocks = within === undefined ? undefined : blocksOf(measured, within);
  const input = {
    labels: measured.labels,
    scores: measured.scores,
    ...(measured.entity !== undefined && { entity: measured.entity.codes }),
    ...(blocks !== undefined && { blocks }),
  };
  const settled = settleExplanation(options, heldFields(fields).length);
  const table = await readRows(data, fields, rowsToExplain(input, settled));
  let told = 0;
  try {
    return await explain(input, table, score, settled, (made) => {
      if (made - told < EVALUATIONS_A_WORD) return;
      told = made;
      process.stderr.write(`explanation: ${made} rows scored\n`);
    });
  } catch (error) {
    if (error instanceof InputError && error.code === 'SCORE_NOT_FINITE') return { reason: error.message };
    throw error;
  }
}

function blocksOf({ entity, days }: MeasurementInput, within: ShuffleWithin): Int32Array {
  const found = within === 'entity' ? entity?.codes : days === undefined ? undefined : monthsOf(days).codes;
  if (found === undefined)
    throw new InputError(
      'MISSING_OPTION',
      `--shuffle-within ${within} needs ${within === 'entity' ? '--entity' : '--time'}`,
    );
  return found;
}

/** Some rows of a file. @param rows ascending */
async function readRows(
  data: TableFile,
  fields: readonly FedField[],
  rows: Int32Array,
): Promise<FeatureTable> {
  const held = heldFields(fields);
  const names = held.map(({ name }) => name);
  const parts: FeatureTable[] = [];
  let from = 0;
  let next = 0;
  for await (const batch of data.batches(held, ROWS_PER_READ)) {
    const places: number[] = [];
    for (; next < rows.length && (rows[next] as number) < from + batch.rows; next++)
      places.push((rows[next] as number) - from);
    if (places.length > 0) parts.push(takeRows({ names, ...batch }, places));
    from += batch.rows;
    if (next === rows.length) break;
  }
  return {
    rows: rows.length,
    names,
    columns: names.map((_, place) => concatenated(parts.map(({ columns }) => columns[place] as Column))),
  };
}

type Column = FeatureTable['columns'][number];

function concatenated(parts: readonly Column[]): Column {
  const [first] = parts;
  if (first === undefined || Array.isArray(first)) return (parts as (string | null)[][]).flat();
  const Kind = first.constructor as new (length: number) => Exclude<Column, (string | null)[]>;
  const values = new Kind(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    values.set(part as never, at);
    at += part.length;
  }
  return values;
}
