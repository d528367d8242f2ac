import { InputError } from '../input-error.js';
import { type ArrowField } from './arrow-message.js';
import { checkFit, INPUT_TYPES, streamType, type TypedColumn } from './column-fit.js';
import { type OnnxInspection, type TensorInfo } from './onnx-inspection.js';

/** Which dataset columns go into which of a model's inputs, in the order of the tensor's columns. */
export interface InputBinding {
  inputs: { name: string; columns: string[] }[];
  /**
   * Which output is the score; `column` for a matrix. Left out: column 1 of a float [n, 2], or a float [n] or [n, 1]; of
   * maps with two classes the class 1, or else the second.
   */
  output?: { name: string; column?: number };
}

const SCORE_TYPES = new Set(['float', 'double']);

export const ZIPMAP_REMEDY =
  "export it with options={'zipmap': False} (skl2onnx) so that the probabilities are one float tensor";

/** Columns a binding may name: their types are checked where they are known. */
export type Columns = readonly (string | TypedColumn)[];

function typed(columns: Columns): TypedColumn[] {
  return columns.map((column) => (typeof column === 'string' ? { name: column } : column));
}

/**
 * The binding that needs no saying: one matrix input takes all feature columns in their order; several inputs of one
 * column each take the columns of their names.
 *
 * @param score which output is the score, where that needs saying
 * @throws InputError `BINDING_NEEDED` where the model allows no such reading, and what `validateBinding` throws
 */
export function defaultBinding(
  inspection: OnnxInspection,
  features: Columns,
  score: Pick<InputBinding, 'output'> = {},
): InputBinding {
  const { inputs } = inspection;
  const featureColumns = typed(features).map(({ name }) => name);
  const [only] = inputs;
  const single = inputs.length === 1 && only !== undefined;
  const unnamed = inputs.map(({ name }) => name).filter((name) => !featureColumns.includes(name));
  if (!single && unnamed.length > 0) {
    throw new InputError(
      'BINDING_NEEDED',
      `the model has ${inputs.length} inputs, and no feature is named like ${listed(unnamed)}; the features are ${listed(featureColumns)}: name the missing ones, or a binding must say which columns the inputs take`,
    );
  }
  const binding: InputBinding = {
    inputs: single
      ? [{ name: only.name, columns: [...featureColumns] }]
      : inputs.map((input) => ({ name: input.name, columns: [input.name] })),
    ...score,
  };
  validateBinding(binding, inspection, features);
  return binding;
}

/**
 * @throws InputError `MISSING_INPUT`, `UNKNOWN_INPUT`, `MISSING_COLUMN`, `WRONG_COLUMN_COUNT`, `UNSUPPORTED_INPUT`,
 *   `NOT_A_NUMBER`, `COLUMN_UNFIT`, and what `scoreOutput` throws
 */
export function validateBinding(binding: InputBinding, inspection: OnnxInspection, columns: Columns): void {
  const known = new Map(typed(columns).map((column) => [column.name, column]));
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
      if (!known.has(column)) {
        throw new InputError(
          'MISSING_COLUMN',
          `no column "${column}" for the model's input "${input.name}"; there are ${listed([...known.keys()])}`,
        );
      }
    }
    checkInput(input, taken);
    for (const column of taken) checkFit(known.get(column) ?? { name: column }, input);
  }
  scoreOutput(inspection, binding);
}

/**
 * The columns that go to the jail, each once for every type it is needed as, in the order in which `batches` must give
 * them.
 */
export function streamColumns(binding: InputBinding, inspection: OnnxInspection): ArrowField[] {
  const fields = new Map<string, ArrowField>();
  for (const input of binding.inputs) {
    const type = inputType(inspection, input.name);
    for (const name of input.columns) fields.set(`${type} ${name}`, { name, type });
  }
  return [...fields.values()];
}

export function inputType(inspection: OnnxInspection, input: string): ArrowField['type'] {
  return streamType(inspection.inputs.find(({ name }) => name === input)?.elementType ?? 'float');
}

/** @throws InputError `UNSUPPORTED_INPUT` for an input that no column can be fed to, with what to do */
export function checkInputKind(input: TensorInfo): void {
  const what = `the model's input "${input.name}"`;
  if (!INPUT_TYPES.has(input.elementType)) {
    throw new InputError(
      'UNSUPPORTED_INPUT',
      `${what} is of type ${input.elementType}: export the model with float, double, int64, int32, bool or string inputs, and cast inside it`,
    );
  }
  if (input.shape.length > 2) {
    throw new InputError(
      'UNSUPPORTED_INPUT',
      `${what} has ${input.shape.length} dimensions; one row must be a vector: flatten it inside the model`,
    );
  }
}

function checkInput(input: TensorInfo, taken: readonly string[]): void {
  const what = `the model's input "${input.name}"`;
  checkInputKind(input);
  const width = inputWidth(input);
  if (taken.length === 0 || (width !== null && width !== taken.length)) {
    throw new InputError(
      'WRONG_COLUMN_COUNT',
      `${what} takes ${width ?? 'at least 1'} columns, ${taken.length} are bound to it`,
    );
  }
}

/** Columns an input takes: null where the model leaves it open. */
export function inputWidth(input: TensorInfo): number | null {
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
    column: wanted?.column ?? positiveColumn(output),
    type: output.elementType === 'double' ? 'float64' : 'float32',
  };
}

/** Of maps with two classes the column of the class 1, or else the second; null where there are no classes to go by. */
function positiveColumn(output: TensorInfo): number | null {
  const classes = output.zipMap?.classes;
  if (classes === undefined) return null;
  const one = classes.indexOf(1);
  return classes.length === 2 ? (one < 0 ? 1 : one) : null;
}

function mayBeScore(output: TensorInfo): boolean {
  if (!SCORE_TYPES.has(output.elementType)) return false;
  if (output.zipMap !== undefined) return true;
  const width = output.shape[1];
  return (
    output.shape.length < 2 ||
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
      `output "${output.name}" has ${width} columns${classesOf(output)}: the binding must say which is the score`,
    );
  }
}

function classesOf(output: TensorInfo): string {
  const classes = output.zipMap?.classes;
  if (classes === undefined) return '';
  return `, the classes ${listed(classes.map((label, column) => `${column}: ${label}`))}`;
}

function described(output: TensorInfo): string {
  return `${output.name} ${output.elementType}[${output.shape.map((size) => size ?? '?').join(', ')}]`;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 20).map((name) => name.slice(0, 80));
  return shown.join(', ') + (names.length > shown.length ? `, … (${names.length} in all)` : '');
}
