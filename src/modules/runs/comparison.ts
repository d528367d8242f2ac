import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digest } from '../../engine/reporting/index.js';
import type { InputBinding } from '../../engine/scoring/index.js';

/** A committed reference model that a sealed run is compared with. */
export interface ReferenceModel {
  name: string;
  bytes: Uint8Array;
  sha256: string;
  binding: InputBinding;
}

/** Which of the committed models are scored beside a tenant's, by the preset that they were trained on. */
const REFERENCES: Readonly<Record<string, readonly string[]>> = {
  'hk-retail-payments': ['strong', 'weak'],
  'hk-consumer-credit': ['credit'],
};

interface Catalogue {
  input: string;
  models: Record<string, { file: string; sha256: string; features: string[] }>;
}

/**
 * The reference models that can read a dataset of a preset: those whose features are all among its columns.
 *
 * @param folder where `baselines.json` and the models lie
 * @throws Error where a model's file is not the one that `baselines.json` describes
 */
export async function referenceModels(
  folder: string,
  preset: string | null,
  columns: readonly string[],
): Promise<ReferenceModel[]> {
  const names = preset !== null && Object.hasOwn(REFERENCES, preset) ? (REFERENCES[preset] ?? []) : [];
  if (names.length === 0) return [];
  const { input, models } = JSON.parse(await readFile(join(folder, 'baselines.json'), 'utf8')) as Catalogue;
  const found: ReferenceModel[] = [];
  for (const name of names) {
    const model = models[name];
    if (model === undefined || !model.features.every((feature) => columns.includes(feature))) continue;
    const bytes = await readFile(join(folder, model.file));
    if (digest(bytes) !== model.sha256)
      throw new Error(`${model.file} is not the file that baselines.json describes`);
    found.push({
      name,
      bytes,
      sha256: model.sha256,
      binding: { inputs: [{ name: input, columns: model.features }] },
    });
  }
  return found;
}
