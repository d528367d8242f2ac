import {
  type FeatureDrift,
  featureDrift,
  type FeaturePair,
  layOut,
  type MeasurementDocument,
  type MeasurementInput,
  measureInThreads,
  type MeasurementOptions,
  monthsOf,
  type ReferenceScores,
} from '../engine/measurement/index.js';
import { heldFields } from '../engine/scoring/index.js';
import { TableFile } from '../engine/tables/index.js';
import { type Bound, withOpenModel } from './evaluate-session.js';
import { readBeside, type ReferenceColumns } from './reference-table.js';

const ROWS_PER_READ = 65_536;

/**
 * Measures scores, and compares them and the features with those of a reference, which the model scores too; without one,
 * months with the first where a time is known.
 *
 * @throws InputError, ScoringError
 */
export async function measureCompared(
  path: string | undefined,
  of: Bound,
  measured: MeasurementInput,
  columns: ReferenceColumns,
  options: MeasurementOptions,
): Promise<MeasurementDocument> {
  if (path === undefined)
    return measureInThreads(measured, { ...options, stability: measured.days !== undefined });
  const reference = await scoreReference(path, of, columns, measured.entity);
  const compared = { ...measured, reference };
  const document = await measureInThreads(compared, { ...options, stability: true });
  const { stability } = document;
  if (stability === undefined) return document;
  const { minimumRows } = stability.definition;
  const features = await featureDrifts(path, of, compared, reference, minimumRows);
  return { ...document, stability: { ...stability, features } };
}

/** Scores the reference's rows by the model, batch by batch. */
async function scoreReference(
  path: string,
  bound: Bound,
  columns: ReferenceColumns,
  entity: MeasurementInput['entity'],
): Promise<ReferenceScores> {
  const table = await TableFile.open(path);
  try {
    const { result } = await withOpenModel(bound, async ({ fields, score }) => {
      const held = heldFields(fields);
      const names = held.map(({ name }) => name);
      const scores = new Float64Array(new SharedArrayBuffer(8 * table.rows));
      let at = 0;
      for await (const batch of table.batches(held, ROWS_PER_READ)) {
        scores.set(await score({ names, ...batch }), at);
        at += batch.rows;
      }
      return scores;
    });
    return { scores: result, ...(await readBeside(table, columns, entity)) };
  } finally {
    table.close();
  }
}

/** The drift of each feature: one read at a time, text by category, all else by decile. */
async function featureDrifts(
  path: string,
  { binding, data }: Bound,
  measured: Pick<MeasurementInput, 'scores' | 'entity' | 'days'>,
  reference: ReferenceScores,
  minimumRows: number,
): Promise<Record<string, FeatureDrift>> {
  const table = await TableFile.open(path);
  try {
    const months = measured.days === undefined ? null : monthsOf(measured.days);
    const layout = layOut(measured, reference, months);
    if (typeof layout === 'string') return {};
    const drifts: [string, FeatureDrift][] = [];
    for (const name of new Set(binding.inputs.flatMap((input) => input.columns)))
      drifts.push([name, featureDrift(layout, await readPair(table, data, name), minimumRows)]);
    return Object.fromEntries(drifts);
  } finally {
    table.close();
  }
}

async function readPair(reference: TableFile, data: TableFile, name: string): Promise<FeaturePair> {
  const type = data.columns.find((column) => column.name === name)?.type;
  // A text column of numbers, as a CSV file has them, has a numeric type here; what is still text has categories.
  if (type === 'VARCHAR' || type === 'BOOLEAN')
    return {
      kind: 'categorical',
      reference: await reference.categories(name),
      values: await data.categories(name),
    };
  const missing = { allowMissing: true };
  return {
    kind: 'numeric',
    reference: await reference.numbers(name, missing),
    values: await data.numbers(name, missing),
  };
}
