import { type NumberColumn } from './arrow-message.js';
import { JAIL_PATHS, RUNNER_EXIT } from './runner-task.js';

/** What ends the runner: whose fault it is by its code, and one line of why. */
export class RunnerFault extends Error {
  constructor(
    readonly exit: number,
    why: unknown,
  ) {
    super(why instanceof Error ? why.message : String(why));
  }
}

export type TensorData = NumberColumn | Uint8Array | string[];

/** What the native binding takes and gives for a tensor. */
export class Tensor {
  readonly location = 'cpu';
  constructor(
    readonly type: string,
    readonly data: TensorData,
    readonly dims: readonly number[],
  ) {}
}

/** Tensors by name. Without a prototype: a model may well call an input `constructor` or `__proto__`. */
export type Tensors = Record<string, Tensor>;

export function named<T>(pairs: Iterable<readonly [string, T]>): Record<string, T> {
  const record = Object.create(null) as Record<string, T>;
  for (const [name, value] of pairs) record[name] = value;
  return record;
}

export interface ValueMetadata {
  name: string;
  isTensor: boolean;
  type: number;
  shape: number[];
  symbolicDimensions: string[];
}

export interface NativeSession {
  loadModel(buffer: ArrayBufferLike, offset: number, length: number, options: object): void;
  run(feeds: Tensors, fetches: Record<string, null>, options: object): Tensors;
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

/** @throws RunnerFault when ONNX Runtime does not take the model */
export function openSession(model: Uint8Array): NativeSession {
  const module = { exports: {} as NativeBinding };
  process.dlopen(module, JAIL_PATHS.library);
  module.exports.initOrtOnce(LOG_ERRORS_ONLY, Tensor, true);
  try {
    const session = new module.exports.InferenceSession();
    session.loadModel(model.buffer, model.byteOffset, model.byteLength, SESSION_OPTIONS);
    return session;
  } catch (error) {
    throw new RunnerFault(RUNNER_EXIT.load, error);
  }
}

const TENSOR_TYPES: Readonly<Record<string, string>> = { float: 'float32', double: 'float64' };

/** An input tensor of zeros, falses or empty strings. */
export function newTensor(elementType: string, dims: readonly number[]): Tensor {
  const length = dims.reduce((product, size) => product * size, 1);
  return new Tensor(TENSOR_TYPES[elementType] ?? elementType, newData(elementType, length), dims);
}

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
    case 'string':
      return new Array<string>(length).fill('');
    default:
      return new Float32Array(length);
  }
}
