/**
 * Runs inside the jail, on the staged Node and ONNX Runtime: Arrow features on stdin, Arrow scores on stdout.
 *
 * It calls ONNX Runtime's native binding itself and reads and writes its pipes with plain calls: nothing else has to be
 * loaded or scheduled, so it starts quickly, holds a few batches in memory and runs the model in one thread.
 */
import { readFileSync, writeSync } from 'node:fs';
import {
  columnPlaces,
  columnValues,
  decodeMessage,
  encodeBatch,
  encodeSchema,
  END_OF_STREAM,
  type FloatColumn,
  metadataLength,
  PREFIX_BYTES,
} from './arrow-message.js';
import { InputError } from '../input-error.js';
import { inspectOnnx, type OnnxInspection } from './onnx-inspection.js';
import { RunnerPipes } from './runner-pipes.js';
import { JAIL_PATHS, RUNNER_EXIT, type RunnerTask } from './runner-task.js';

const pipes = new RunnerPipes();

/** Messages, the schema among them: fewer are done before a second thread would be up. */
const READ_AHEAD_AFTER = 4;

type TensorData = FloatColumn | BigInt64Array | Int32Array | Uint8Array;

/** What the native binding takes and gives for a tensor. */
class Tensor {
  readonly location = 'cpu';
  constructor(
    readonly type: string,
    readonly data: TensorData,
    readonly dims: readonly number[],
  ) {}
}

interface ValueMetadata {
  name: string;
  isTensor: boolean;
  type: number;
  shape: number[];
  symbolicDimensions: string[];
}

interface NativeSession {
  loadModel(buffer: ArrayBufferLike, offset: number, length: number, options: object): void;
  run(feeds: Record<string, Tensor>, fetches: Record<string, null>, options: object): Record<string, Tensor>;
  inputMetadata: ValueMetadata[];
  outputMetadata: ValueMetadata[];
}

interface NativeBinding {
  initOrtOnce(logLevel: number, tensor: typeof Tensor, mainThread: boolean): void;
  InferenceSession: new () => NativeSession;
}

const LOG_ERRORS_ONLY = 3;

/** More threads sum a forest's trees in another order, which moves the last digits. */
const SESSION_OPTIONS = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  logSeverityLevel: LOG_ERRORS_ONLY,
};

function fail(code: number, error: unknown): never {
  const message = error instanceof Error ? error.message : String(error);
  writeSync(2, `${message.replaceAll(/\s+/g, ' ').slice(0, 1000)}\n`);
  pipes.close();
  process.exit(code);
}

function openSession(): NativeSession {
  const module = { exports: {} as NativeBinding };
  process.dlopen(module, JAIL_PATHS.library);
  module.exports.initOrtOnce(LOG_ERRORS_ONLY, Tensor, true);
  const model = readFileSync(JAIL_PATHS.model);
  try {
    const session = new module.exports.InferenceSession();
    session.loadModel(model.buffer, model.byteOffset, model.byteLength, SESSION_OPTIONS);
    return session;
  } catch (error) {
    return fail(RUNNER_EXIT.load, error);
  }
}

const TENSOR_TYPES: Readonly<Record<string, string>> = { float: 'float32', double: 'float64' };

function newData(elementType: string, length: number): TensorData {
  switch (elementType) {
    case 'double':
      return new Float64Array(length);
    case 'int64':
      return new BigInt64Array(length);
    case 'int32':
      return new Int32Array(length);
    case 'bool':
      return new Uint8Array(length);
    default:
      return new Float32Array(length);
  }
}

/** Writes one column into a row-major tensor; rows past the end repeat the last, whose values are sure to be lawful. */
function fill(
  data: TensorData,
  width: number,
  place: number,
  column: FloatColumn,
  from: number,
  rows: number,
): void {
  if (data instanceof BigInt64Array) fillIntegers(data, width, place, column, from, rows);
  else if (data instanceof Int32Array)
    fillNumbers(data, width, place, checked32(column, from, rows), from, rows);
  else fillNumbers(data, width, place, column, from, rows);
}

/** The loop that every feature passes through: no test in it. */
function fillNumbers(
  data: Exclude<TensorData, BigInt64Array>,
  width: number,
  place: number,
  column: FloatColumn,
  from: number,
  rows: number,
): void {
  let at = place;
  for (let row = from; row < from + rows; row += 1, at += width) data[at] = column[row] as number;
  const last = column[from + rows - 1] as number;
  for (; at < data.length; at += width) data[at] = last;
}

function fillIntegers(
  data: BigInt64Array,
  width: number,
  place: number,
  column: FloatColumn,
  from: number,
  rows: number,
): void {
  let value = 0n;
  for (let row = 0, at = place; at < data.length; row += 1, at += width) {
    if (row < rows) {
      const number = column[from + row] as number;
      if (!Number.isSafeInteger(number)) fail(RUNNER_EXIT.input, `${number} is no 64-bit integer`);
      value = BigInt(number);
    }
    data[at] = value;
  }
}

function checked32(column: FloatColumn, from: number, rows: number): FloatColumn {
  const wrong = column.subarray(from, from + rows).find((value) => (value | 0) !== value);
  if (wrong !== undefined) fail(RUNNER_EXIT.input, `${wrong} is no 32-bit integer`);
  return column;
}

const BLOCK_ROWS = 64;

class Feeds {
  readonly tensors: Record<string, Tensor> = {};

  constructor(private readonly task: RunnerTask) {
    for (const input of task.inputs) {
      const width = input.columns.length;
      const data = newData(input.elementType, task.batchRows * width);
      const dims = input.rank === 1 ? [task.batchRows] : [task.batchRows, width];
      this.tensors[input.name] = new Tensor(TENSOR_TYPES[input.elementType] ?? input.elementType, data, dims);
    }
  }

  fill(columns: readonly FloatColumn[], from: number, rows: number): void {
    for (const input of this.task.inputs) {
      const tensor = this.tensors[input.name];
      if (tensor === undefined) continue;
      const width = input.columns.length;
      // A block of rows at a time stays in the nearest cache while column after column is written across it.
      for (let row = 0; row < this.task.batchRows; row += BLOCK_ROWS) {
        const block = tensor.data.subarray(row * width, (row + BLOCK_ROWS) * width);
        const known = Math.min(BLOCK_ROWS, rows - row);
        input.columns.forEach((source, place) => {
          const column = columns[source];
          if (column === undefined) return;
          // Rows past the end repeat the last, whose values are sure to be lawful.
          if (known > 0) fill(block, width, place, column, from + row, known);
          else fill(block, width, place, column, from + rows - 1, 1);
        });
      }
    }
  }
}

/** Takes the score out of an output tensor: the column named, else column 1 of [n, 2], or [n], or [n, 1]. */
function extract(tensor: Tensor, task: RunnerTask, scores: FloatColumn, from: number, rows: number): void {
  const { data, dims } = tensor;
  const width = dims.length === 2 ? (dims[1] ?? 0) : 1;
  const column = task.output.column ?? (width === 2 ? 1 : width === 1 ? 0 : -1);
  const fits =
    (data instanceof Float32Array || data instanceof Float64Array) &&
    dims.length <= 2 &&
    dims[0] === task.batchRows &&
    column >= 0 &&
    column < width;
  if (!fits) {
    fail(
      RUNNER_EXIT.shape,
      `output "${task.output.name}" is ${tensor.type}[${dims.join(', ')}] for ${task.batchRows} rows`,
    );
  }
  for (let row = from, at = column; row < from + rows; row += 1, at += width)
    scores[row] = data[at] as number;
}

let last: { metadata: Uint8Array; message: ReturnType<typeof decodeMessage> } | undefined;

/** Messages of equal rows have equal metadata, byte for byte. */
function decode(metadata: Uint8Array): ReturnType<typeof decodeMessage> {
  if (last === undefined || Buffer.compare(last.metadata, metadata) !== 0) {
    last = { metadata: metadata.slice(), message: decodeMessage(metadata) };
  }
  return last.message;
}

function score(task: RunnerTask): void {
  const session = openSession();
  const feeds = new Feeds(task);
  const fetches = { [task.output.name]: null };
  pipes.write(encodeSchema([{ name: 'score', type: task.output.type }]));
  for (let messages = 0; ; messages += 1) {
    if (messages > READ_AHEAD_AFTER) pipes.readAhead();
    const prefix = pipes.read(PREFIX_BYTES);
    if (prefix.length < PREFIX_BYTES) break;
    const length = metadataLength(prefix);
    if (length === 0) break;
    const message = decode(pipes.read(length));
    if (message.kind === 'schema') continue;
    const body = pipes.read(message.bodyLength);
    const places = columnPlaces(message, task.columns);
    const columns = task.columns.map(
      (field, index) =>
        columnValues(body, field, message.rows, places[index] as (typeof places)[number]) as FloatColumn,
    );
    const scores =
      task.output.type === 'float32' ? new Float32Array(message.rows) : new Float64Array(message.rows);
    for (let from = 0; from < message.rows; from += task.batchRows) {
      const rows = Math.min(task.batchRows, message.rows - from);
      feeds.fill(columns, from, rows);
      let output: Tensor | undefined;
      try {
        output = session.run(feeds.tensors, fetches, {})[task.output.name];
      } catch (error) {
        fail(RUNNER_EXIT.run, error);
      }
      if (output === undefined) fail(RUNNER_EXIT.shape, `output "${task.output.name}" is missing`);
      extract(output, task, scores, from, rows);
    }
    pipes.write(encodeBatch(message.rows, [scores]));
  }
  pipes.write(END_OF_STREAM);
}

const SMOKE_ROWS = 2;

function readOrRefuse(): OnnxInspection | undefined {
  try {
    return inspectOnnx(readFileSync(JAIL_PATHS.model));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const { code, message } = error;
    pipes.write(new TextEncoder().encode(JSON.stringify({ refused: { code, message } })));
    return undefined;
  }
}

/** Reads the file, loads it for real, and runs it on two rows of zeros where its inputs allow that. */
function inspect(): void {
  const inspection = readOrRefuse();
  if (inspection === undefined) return;
  const session = openSession();
  const feeds: Record<string, Tensor> = {};
  for (const input of inspection.inputs) {
    const dims = input.shape.map((size, axis) =>
      typeof size === 'number' && size > 0 ? size : axis === 0 ? SMOKE_ROWS : 1,
    );
    const length = dims.reduce((product, size) => product * size, 1);
    if (length > 1e7) fail(RUNNER_EXIT.run, `input "${input.name}" has ${length} elements`);
    feeds[input.name] = new Tensor(
      TENSOR_TYPES[input.elementType] ?? input.elementType,
      newData(input.elementType, length),
      dims,
    );
  }
  const tensors = session.outputMetadata.filter((output) => output.isTensor);
  const unfit = inspection.inputs.find(
    (input) => !['float', 'double', 'int64', 'int32', 'bool'].includes(input.elementType),
  );
  let smoke: { name: string; dims: readonly number[] }[] | null = null;
  if (unfit === undefined && tensors.length > 0) {
    try {
      const outputs = session.run(
        feeds,
        Object.fromEntries(tensors.map((output) => [output.name, null])),
        {},
      );
      smoke = Object.entries(outputs).map(([name, tensor]) => ({ name, dims: tensor.dims }));
    } catch (error) {
      fail(RUNNER_EXIT.run, error);
    }
  }
  const names = (values: ValueMetadata[]) => values.map((value) => value.name);
  const loaded = { inputs: names(session.inputMetadata), outputs: names(session.outputMetadata), smoke };
  pipes.write(new TextEncoder().encode(JSON.stringify({ inspection, loaded })));
}

try {
  const task = JSON.parse(readFileSync(JAIL_PATHS.task, 'utf8')) as RunnerTask;
  if (task.mode === 'inspect') inspect();
  else score(task);
  pipes.close();
} catch (error) {
  fail(RUNNER_EXIT.input, error);
}
