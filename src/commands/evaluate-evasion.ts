import { type MeasurementInput } from '../engine/measurement/index.js';
import {
  type EvasionDocument,
  type EvasionProfile,
  measureEvasion,
  parseEvasion,
} from '../engine/robustness/index.js';
import { type ArrowField } from '../engine/scoring/index.js';
import { imageFields } from '../engine/scoring/oci/index.js';
import { presetOf, PRESETS } from '../engine/synthesis/index.js';
import { type FeatureTable, type TableFile } from '../engine/tables/index.js';
import { type OpenModel, readFeatures } from './evaluate-session.js';
import { parsedFile } from './parsed-file.js';

/** A profile of a file, or a preset's own by its name. @throws InputError `BAD_EVASION` and others that name the file */
export async function readEvasion(file: string): Promise<EvasionProfile> {
  if (Object.hasOwn(PRESETS, file)) return parseEvasion({ schema: 'sandbox-evasion/1', preset: file });
  return parsedFile(file, parseEvasion);
}

/** Attacks the model and says how far it is. */
export async function evaluateEvasion(
  { features, score }: OpenModel,
  measured: MeasurementInput,
  profile: EvasionProfile,
  threshold: number,
  data: TableFile,
): Promise<EvasionDocument> {
  const input = { ...measured, features: await widened(features, profile, data) };
  let told = -1;
  return measureEvasion(input, score, profile, threshold, (queries, most) => {
    const tenths = Math.floor((10 * queries) / most);
    if (tenths > told) process.stderr.write(`evasion: ${queries} of at most ${most} queries\n`);
    told = tenths;
  });
}

/** The bound features, and of the data's others what it takes to see what follows from a change. */
async function widened(
  features: FeatureTable,
  { preset, gain, columns = [], derived = [], equalities = [] }: EvasionProfile,
  data: TableFile,
): Promise<FeatureTable> {
  const wanted =
    preset === undefined
      ? [
          ...(gain === undefined ? [] : [gain]),
          ...columns.map(({ name }) => name),
          ...derived.flatMap(({ name, rule }) => [
            name,
            ...(rule.kind === 'linear' ? rule.terms.map(({ column }) => column) : [rule.of]),
            ...(rule.kind === 'ratio' ? [rule.to] : []),
          ]),
          ...equalities.flatMap(({ terms }) => terms.map(({ column }) => column)),
        ]
      : (presetOf(preset).tables[0]?.columns ?? [])
          .filter(({ role }) => role === 'feature')
          .map(({ name }) => name);
  const here = new Set(data.columns.map(({ name }) => name));
  const more = [...new Set(wanted)].filter((name) => !features.names.includes(name) && here.has(name));
  if (more.length === 0) return features;
  const fields: ArrowField[] = imageFields(data.columns, more);
  const others = await readFeatures(data, fields);
  return {
    rows: features.rows,
    names: [...features.names, ...others.names],
    columns: [...features.columns, ...others.columns],
  };
}
