import { InputError } from '../input-error.js';
import { type OnnxInspection, type TensorInfo } from './onnx-inspection.js';

/** Which dataset columns go into which of a model's inputs, in the order of the tensor's columns. */
export interface InputBinding {
  inputs: { name: string; columns: string[] }[];
  /** Which output is the score; `column` for a matrix. Left out: column 1 of a float [n, 2], or a float [n] or [n, 1]. */
  output?: { name: string; column?: number };
}

/** Element types a numeric column can become without a say of the tenant's. */
const NUMERIC = new Set(['float', 'double', 'int64', 'int32', 'bool']);

const SCORE_TYPES = new Set(['float', 'double']);

const ZIPMAP_REMEDY =
  "export it with options={'zipmap': False} (skl2onnx) so that the probabilities are one float tensor";

/**
 * The binding that needs no saying: one matrix input takes all feature columns in their order; several inputs of one
 * column each take the columns of their names.
 *
 * @throws InputError `BINDING_NEEDED` where the model allows no such reading, and what `validateBinding` throws
 */
export function defaultBinding(inspection: OnnxInspection, featureColumns: readonly string[]): InputBinding {
  const { inputs } = inspection;
  const [only] = inputs;
  const single = inputs.length === 1 && only !== undefined;
  const byName = inputs.every((input) => featureColumns.includes(input.name));
  if (!single && !byName) {
    throw new InputError(
      'BINDING_NEEDED',
      `the model has ${inputs.length} inputs (${listed(inputs.map((input) => input.name))}) that are not named like the features: a binding must say which columns they take`,
    );
  }
  const binding: InputBinding = {
    inputs: single
      ? [{ name: only.name, columns: [...featureColumns] }]
      : inputs.map((input) => ({ name: input.name, columns: [input.name] })),
  };
  validateBinding(binding, inspection, featureColumns);
  return binding;
}

/**
 * @throws InputError `MISSING_INPUT`, `UNKNOWN_INPUT`, `MISSING_COLUMN`, `WRONG_COLUMN_COUNT`, `UNSUPPORTED_INPUT`, and
 *   what `scoreOutput` throws
 */
export function validateBinding(
  binding: InputBinding,
  inspection: OnnxInspection,
  columns: readonly string[],
): void {
  const bound = new Map(binding.inputs.map((input) => [input.name, input.columns]));
  for (const { name } of binding.inputs) {
    if (!inspection.inputs.some((input) => input.name === name)) {
      throw new InputError(
        'UNKNOWN_INPUT',
        `the model has no input "${name}"; it has ${listed(inspection.inputs.map((input) => input.name))}`,
      );
    }
  }
  if (bound.size !== binding.inputs.length) throw new InputError('UNKNOWN_INPUT', 'an input is bound twice');
  for (const input of inspection.inputs) {
    const taken = bound.get(input.name);
    if (taken === undefined) {
      throw new InputError('MISSING_INPUT', `the model's input "${input.name}" is bound to no column`);
    }
    for (const column of taken) {
      if (!columns.includes(column)) {
        throw new InputError(
          'MISSING_COLUMN',
          `no column "${column}" for the model's input "${input.name}"; there are ${listed(columns)}`,
        );
      }
    }
    checkInput(input, taken);
  }
  scoreOutput(inspection, binding);
}

function checkInput(input: TensorInfo, taken: readonly string[]): void {
  const what = `the model's input "${input.name}"`;
  if (!NUMERIC.has(input.elementType)) {
    throw new InputError(
      'UNSUPPORTED_INPUT',
      `${what} is of type ${input.elementType}, which no numeric column fits`,
    );
  }
  const width = inputWidth(input);
  if (input.shape.length > 2) {
    throw new InputError(
      'UNSUPPORTED_INPUT',
      `${what} has ${input.shape.length} dimensions; one row must be a vector`,
    );
  }
  if (taken.length === 0 || (width !== null && width !== taken.length)) {
    throw new InputError(
      'WRONG_COLUMN_COUNT',
      `${what} takes ${width ?? 'at least 1'} columns, ${taken.length} are bound to it`,
    );
  }
}

/** Columns an input takes: null where the model leaves it open. */
function inputWidth(input: TensorInfo): number | null {
  if (input.shape.length === 1) return 1;
  const width = input.shape[1];
  return typeof width === 'number' && width > 0 ? width : null;
}

/**
 * Where the score is. A second dimension the model leaves open is settled by the runner when it sees the tensor.
 *
 * @throws InputError `UNKNOWN_OUTPUT`, `UNSUPPORTED_OUTPUT` (ZipMap, with the remedy), `BINDING_NEEDED`
 */
export function scoreOutput(
  inspection: OnnxInspection,
  binding: InputBinding,
): { name: string; column: number | null; type: 'float32' | 'float64' } {
  const wanted = binding.output;
  const named = inspection.outputs.find((output) => output.name === wanted?.name);
  if (wanted !== undefined && named === undefined) {
    throw new InputError(
      'UNKNOWN_OUTPUT',
      `the model has no output "${wanted.name}"; it has ${listed(inspection.outputs.map((output) => output.name))}`,
    );
  }
  const candidates = named !== undefined ? [named] : inspection.outputs.filter(mayBeScore);
  const [output] = candidates;
  const zipMap = (named === undefined ? inspection.outputs : [named]).find((one) =>
    ['sequence', 'map'].includes(one.elementType),
  );
  if (zipMap !== undefined && (named !== undefined || candidates.length === 0)) {
    throw new InputError(
      'UNSUPPORTED_OUTPUT',
      `the model's output "${zipMap.name}" is a ${zipMap.elementType === 'map' ? 'map' : 'sequence of maps'} (ZipMap): ${ZIPMAP_REMEDY}`,
    );
  }
  if (output === undefined || candidates.length > 1) {
    throw new InputError(
      'BINDING_NEEDED',
      `which output is the score? ${candidates.length === 0 ? 'None' : 'More than one'} is a float [n], [n, 1] or [n, 2]: ${listed(inspection.outputs.map(described))}; the binding must name output and column`,
    );
  }
  if (!SCORE_TYPES.has(output.elementType) || output.shape.length > 2) {
    throw new InputError(
      'UNSUPPORTED_OUTPUT',
      `the score must be a float tensor: ${described(output)} is not`,
    );
  }
  checkColumn(output, wanted?.column);
  return {
    name: output.name,
    column: wanted?.column ?? null,
    type: output.elementType === 'double' ? 'float64' : 'float32',
  };
}

function mayBeScore(output: TensorInfo): boolean {
  if (!SCORE_TYPES.has(output.elementType)) return false;
  const width = output.shape[1];
  return (
    output.shape.length === 1 ||
    (output.shape.length === 2 && (typeof width !== 'number' || width === 1 || width === 2))
  );
}

function checkColumn(output: TensorInfo, column: number | undefined): void {
  const width = output.shape.length === 1 ? 1 : output.shape[1];
  if (typeof width !== 'number') return;
  if (column !== undefined && (!Number.isInteger(column) || column < 0 || column >= width)) {
    throw new InputError(
      'UNKNOWN_OUTPUT',
      `output "${output.name}" has ${width} columns, none is number ${column}`,
    );
  }
  if (column === undefined && width !== 1 && width !== 2) {
    throw new InputError(
      'BINDING_NEEDED',
      `output "${output.name}" has ${width} columns: the binding must say which is the score`,
    );
  }
}

function described(output: TensorInfo): string {
  return `${output.name} ${output.elementType}[${output.shape.map((size) => size ?? '?').join(', ')}]`;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 20).map((name) => name.slice(0, 80));
  return shown.join(', ') + (names.length > shown.length ? `, … (${names.length} in all)` : '');
}
