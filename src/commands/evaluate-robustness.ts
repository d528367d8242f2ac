import { readFile } from 'node:fs/promises';
import { InputError } from '../engine/input-error.js';
import { type JailLimits } from '../engine/isolation/index.js';
import { type MeasurementInput } from '../engine/measurement/index.js';
import {
  type DeclaredColumn,
  measureRobustness,
  parseRobustness,
  type RobustnessConfiguration,
  type RobustnessDocument,
} from '../engine/robustness/index.js';
import { type InputBinding, type ScorerUsage } from '../engine/scoring/index.js';
import { featureCatalogue } from '../engine/synthesis/index.js';
import { type TableFile } from '../engine/tables/index.js';
import { modelFields, modelScorer, type OpenableModel, readFeatures } from './evaluate-session.js';

/** A model as it was bound to a file of features. */
export interface Bound {
  model: OpenableModel;
  binding: InputBinding;
  data: TableFile;
  how: { lanes: number; limits: Partial<JailLimits> };
}

/**
 * The suite of a file, or the default one. Of a preset's features its catalogue says what they stand for, unless the file
 * does.
 *
 * @throws InputError that names the file
 */
export async function readRobustness(
  file: string | true,
  features: readonly string[],
): Promise<RobustnessConfiguration> {
  const parsed = file === true ? parseRobustness({ schema: 'sandbox-robustness/1' }) : await parsedFile(file);
  const said = new Set(parsed.columns.map(({ name }) => name));
  const known = cataloguedColumns(features).filter(({ name }) => !said.has(name));
  return { ...parsed, columns: [...parsed.columns, ...known] };
}

async function parsedFile(path: string): Promise<RobustnessConfiguration> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new InputError('FILE_NOT_FOUND', `${path}: cannot be read: ${error.code ?? error.message}`);
  });
  try {
    return parseRobustness(text);
  } catch (error) {
    throw error instanceof InputError ? new InputError(error.code, `${path}: ${error.message}`) : error;
  }
}

function cataloguedColumns(features: readonly string[]): DeclaredColumn[] {
  const catalogue = featureCatalogue(features);
  return features.flatMap((name): DeclaredColumn[] => {
    const column = catalogue?.get(name);
    if (column === undefined) return [];
    const meaning = column.unit.startsWith('HKD')
      ? 'money'
      : name === 'hour' || name === 'weekday'
        ? CLOCK[name]
        : undefined;
    return [
      {
        name,
        ...(meaning !== undefined && { meaning }),
        ...(column.source !== undefined && { source: column.source }),
        ...(column.window?.startsWith('this ') === true && { ofThisEvent: true }),
      },
    ];
  });
}

const CLOCK = { hour: 'hourOfDay', weekday: 'weekday' } as const;

/** Runs the suite over one open session; what it took goes beside the document, which does not depend on it. */
export async function evaluateRobustness(
  { model, binding, data, how }: Bound,
  measured: MeasurementInput,
  configuration: RobustnessConfiguration,
  threshold: number,
): Promise<{ document: RobustnessDocument; execution: ScorerUsage & { seconds: number } }> {
  const fields = modelFields(model, binding, data);
  const features = await readFeatures(data, fields);
  const scorer = modelScorer(model, binding, fields, how);
  const began = performance.now();
  let told = -1;
  try {
    const document = await measureRobustness(
      { features, ...measured },
      scorer.score,
      configuration,
      threshold,
      (done, all) => {
        const tenths = Math.floor((10 * done) / all);
        if (tenths > told) process.stderr.write(`robustness: ${done} of ${all} trials\n`);
        told = tenths;
      },
    );
    const usage = await scorer.close();
    return { document, execution: { ...usage, seconds: (performance.now() - began) / 1000 } };
  } finally {
    await scorer.kill();
  }
}
