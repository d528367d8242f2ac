import { closeSync, fstatSync, openSync } from 'node:fs';
import { InputError } from '../input-error.js';
import { bytesOfFile } from './admission/file-bytes.js';
import { REFUSALS } from './admission/refusals.js';
import { sniff } from './admission/sniff.js';
import { inputWidth } from './binding.js';
import { checkUsable, loadFailure } from './onnx-admission.js';
import { inspectOnnx, MAX_MODEL_BYTES, type OnnxInspection } from './onnx-inspection.js';
import {
  type NativeSession,
  named,
  newTensor,
  openSession,
  RunnerFault,
  type Tensor,
} from './runner-session.js';
import { JAIL_PATHS, RUNNER_EXIT } from './runner-task.js';
import { withoutZipMaps } from './zip-map.js';

const SMOKE_ROWS = 2;
const ORDER_ROWS = 8;
const MOST_ELEMENTS = 1e7;
const ROUNDING = 1e-4;

const BATCH_DEPENDENT =
  'BATCH_DEPENDENT: a row’s score changes with the other rows of its batch or with their order, so the model’s scores are of the data set as a whole and not of a case.';

interface Inspected {
  inspection: OnnxInspection;
  loaded: { inputs: string[]; outputs: string[]; smoke: { name: string; dims: readonly number[] }[] | null };
}

/**
 * Looks at the artefact: its format, what its graph says, whether it loads, what it gives for rows of zeros. A large file
 * that is something else is not read further than that takes.
 *
 * @returns what to tell the host: the inspection, or why the artefact is refused
 * @throws RunnerFault when ONNX Runtime does not take the model, or it fails on plain numbers
 */
export function inspectModel(): Inspected | { refused: { code: string; message: string } } {
  const file = openModel();
  try {
    const { size } = fstatSync(file);
    const other = sniff(bytesOfFile(file, size));
    if (other !== undefined)
      return { refused: { code: other, message: `not an ONNX model. ${REFUSALS[other]}` } };
    if (size > MAX_MODEL_BYTES) {
      throw new InputError('TOO_LARGE', `the model has ${size} bytes; at most ${MAX_MODEL_BYTES} are taken`);
    }
    const model = Buffer.from(bytesOfFile(file, size).at(0, size));
    const inspection = inspectOnnx(model);
    return tried(inspection, model);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { refused: { code: error.code, message: error.message.slice(0, 900) } };
  } finally {
    if (file !== 0) closeSync(file);
  }
}

/** The model is a file of this jail, or else its stdin. */
function openModel(): number {
  try {
    return openSync(JAIL_PATHS.model, 'r');
  } catch {
    return 0;
  }
}

function tried(inspection: OnnxInspection, model: Uint8Array): Inspected {
  const zipMaps = new Map(
    inspection.outputs.flatMap(({ name, zipMap }) =>
      zipMap === undefined ? [] : [[name, zipMap.from] as const],
    ),
  );
  let session: NativeSession;
  try {
    session = openSession(zipMaps.size === 0 ? model : withoutZipMaps(model, zipMaps));
  } catch (error) {
    throw error instanceof RunnerFault ? new RunnerFault(error.exit, loadFailure(error.message)) : error;
  }
  checkUsable(inspection);
  const tensors = session.outputMetadata.filter((output) => output.isTensor).map(({ name }) => name);
  const loaded = {
    inputs: session.inputMetadata.map(({ name }) => name),
    outputs: session.outputMetadata.map(({ name }) => name),
    smoke: smoke(session, inspection, tensors),
  };
  if (loaded.smoke === null || !dependsOnBatch(session, inspection, tensors)) return { inspection, loaded };
  return { inspection: { ...inspection, warnings: [BATCH_DEPENDENT] }, loaded };
}

type Value = (row: number, column: number) => number;

function feeds(inspection: OnnxInspection, rows: number, value?: Value): Record<string, Tensor> {
  return named(
    inspection.inputs.map(({ name, elementType, shape }) => {
      // As it is fed when it scores: an input whose shape the model does not say gets a matrix.
      const dims = (shape.length === 0 ? [null, null] : shape).map((size, axis) =>
        typeof size === 'number' && size > 0 ? size : axis === 0 ? rows : 1,
      );
      const length = dims.reduce((product, size) => product * size, 1);
      if (length > MOST_ELEMENTS)
        throw new RunnerFault(RUNNER_EXIT.run, `input "${name.slice(0, 64)}" has ${length} elements`);
      const tensor = newTensor(elementType, dims);
      if (value !== undefined) vary(tensor, elementType, value);
      return [name, tensor] as const;
    }),
  );
}

function vary({ data, dims }: Tensor, elementType: string, value: Value): void {
  const width = data.length / (dims[0] ?? 1);
  for (let at = 0; at < data.length; at += 1) {
    const number = value(Math.floor(at / width), at % width);
    if (data instanceof BigInt64Array) data[at] = BigInt(Math.round(number));
    else if (Array.isArray(data)) data[at] = ['', 'a', 'b'][Math.round(number) % 3] ?? '';
    else data[at] = ['float', 'double'].includes(elementType) ? number : Math.round(number) % 2;
  }
}

/**
 * @returns null where zeros and empty strings may be no lawful values, or one column not as many as the model wants, and
 *   they did not pass
 */
function smoke(
  session: NativeSession,
  inspection: OnnxInspection,
  tensors: readonly string[],
): Inspected['loaded']['smoke'] {
  if (tensors.length === 0) return null;
  try {
    const outputs = session.run(feeds(inspection, SMOKE_ROWS), fetches(tensors), {});
    return tensors.map((name) => ({ name, dims: outputs[name]?.dims ?? [] }));
  } catch (error) {
    // A category may have to be known, an index in its range: only real numbers are all lawful. And how many columns an
    // input of open width takes is known to its nodes alone; the binding will say it.
    const sure = inspection.inputs.every(
      (input) => ['float', 'double'].includes(input.elementType) && inputWidth(input) !== null,
    );
    if (sure || error instanceof RunnerFault) throw new RunnerFault(RUNNER_EXIT.run, error);
    return null;
  }
}

function fetches(tensors: readonly string[]): Record<string, null> {
  return named(tensors.map((name) => [name, null] as const));
}

/** Whether rows in reverse get other scores than in their order, beyond rounding. */
function dependsOnBatch(
  session: NativeSession,
  inspection: OnnxInspection,
  tensors: readonly string[],
): boolean {
  const first = inspection.inputs[0]?.shape[0];
  const rows = typeof first === 'number' && first > 0 ? first : ORDER_ROWS;
  const value: Value = (row, column) => ((row * 5 + column * 3) % 11) / 4;
  try {
    const [forth, back] = [value, (row: number, column: number) => value(rows - 1 - row, column)].map(
      (order) => session.run(feeds(inspection, rows, order), fetches(tensors), {}),
    );
    return tensors.some((name) => !mirrored(forth?.[name], back?.[name], rows));
  } catch {
    return false;
  }
}

function mirrored(forth: Tensor | undefined, back: Tensor | undefined, rows: number): boolean {
  const [a, b] = [forth?.data, back?.data];
  const floats = a instanceof Float32Array || a instanceof Float64Array;
  if (!floats || b === undefined || forth?.dims[0] !== rows || a.length !== b.length) return true;
  const width = a.length / rows;
  return a.every((value, at) => {
    const other = b[(rows - 1 - Math.floor(at / width)) * width + (at % width)] as number;
    return Object.is(value, other) || Math.abs(value - other) <= ROUNDING * Math.max(1, Math.abs(value));
  });
}
