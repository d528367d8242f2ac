import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '../../engine/input-error.js';
import {
  defaultBinding,
  type InputBinding,
  inspectOnnx,
  type OnnxInspection,
} from '../../engine/scoring/index.js';

export interface BenchModel {
  path: string;
  bytes: Uint8Array;
  inspection: OnnxInspection;
  binding: InputBinding;
  /** Columns of its one input. */
  width: number;
}

/**
 * The model to time: the one named, else the largest of the reference models, which is a forest.
 *
 * @throws InputError when there is none, or when it does not take one float matrix of known width
 */
export async function benchModel(path: string | undefined): Promise<BenchModel> {
  const chosen = path ?? (await largestBaseline());
  let bytes: Uint8Array;
  try {
    bytes = await readFile(chosen);
  } catch (error) {
    throw new InputError(
      'FILE_NOT_FOUND',
      `${chosen}: cannot be read: ${(error as NodeJS.ErrnoException).code ?? ''}`,
    );
  }
  const inspection = inspectOnnx(bytes);
  const [input, second] = inspection.inputs;
  const width = input?.shape[1];
  if (second !== undefined || input?.elementType !== 'float' || typeof width !== 'number') {
    throw new InputError(
      'UNSUPPORTED_INPUT',
      `${chosen}: the bench needs a model with one float input [n, width]`,
    );
  }
  const columns = Array.from({ length: width }, (_, index) => `f${index}`);
  return { path: chosen, bytes, inspection, binding: defaultBinding(inspection, columns), width };
}

async function largestBaseline(): Promise<string> {
  const folder = fileURLToPath(new URL('../../../src/baselines', import.meta.url));
  const names = await readdir(folder).catch(() => []);
  const models = names.filter((name) => name.endsWith('.onnx')).map((name) => join(folder, name));
  const sizes = await Promise.all(models.map(async (model) => (await stat(model)).size));
  const largest = models[sizes.indexOf(Math.max(...sizes))];
  if (largest === undefined) {
    throw new InputError('FILE_NOT_FOUND', `${folder}: no reference model is there; name one with --model`);
  }
  return largest;
}

/** Features from a seed: the same values for every way of scoring them (xorshift32, uniform in [0, 200)). */
export function benchFeatures(rows: number, width: number): Float32Array {
  const values = new Float32Array(rows * width);
  let state = 0x9e3779b9;
  for (let at = 0; at < values.length; at += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    values[at] = ((state >>> 0) / 2 ** 32) * 200;
  }
  return values;
}
