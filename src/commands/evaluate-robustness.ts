import { type MeasurementInput } from '../engine/measurement/index.js';
import {
  type DeclaredColumn,
  measureRobustness,
  parseRobustness,
  type RobustnessConfiguration,
  type RobustnessDocument,
} from '../engine/robustness/index.js';
import { featureCatalogue } from '../engine/synthesis/index.js';
import { type OpenModel } from './evaluate-session.js';
import { parsedFile } from './parsed-file.js';

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
  const parsed =
    file === true
      ? parseRobustness({ schema: 'sandbox-robustness/1' })
      : await parsedFile(file, parseRobustness);
  const said = new Set(parsed.columns.map(({ name }) => name));
  const known = cataloguedColumns(features).filter(({ name }) => !said.has(name));
  return { ...parsed, columns: [...parsed.columns, ...known] };
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

/** Runs the suite and says how far it is. */
export function evaluateRobustness(
  { features, score }: OpenModel,
  measured: MeasurementInput,
  configuration: RobustnessConfiguration,
  threshold: number,
): Promise<RobustnessDocument> {
  let told = -1;
  return measureRobustness({ features, ...measured }, score, configuration, threshold, (done, all) => {
    const tenths = Math.floor((10 * done) / all);
    if (tenths > told) process.stderr.write(`robustness: ${done} of ${all} trials\n`);
    told = tenths;
  });
}
