import { type ArrowField, type FloatType } from './arrow-message.js';

/** Where things lie inside the jail. */
export const JAIL_PATHS = {
  runtimeFolder: '/runtime',
  runnerFolder: '/runner',
  node: '/runtime/node',
  library: '/runtime/onnxruntime_binding.node',
  runner: '/runner/scoring/onnx.runner.js',
  model: '/input/model.onnx',
  task: '/input/task.json',
} as const;

/** What the runner is to do, written by the host beside the model. */
export interface RunnerTask {
  mode: 'score' | 'inspect';
  /** Rows of every call of the model; the last is padded. */
  batchRows: number;
  /** The stream's columns, in their order. */
  columns: ArrowField[];
  inputs: { name: string; elementType: string; rank: number; columns: number[] }[];
  /** `tensor` is what is asked of the model. */
  output: { name: string; tensor: string; column: number | null; type: FloatType };
  /** Outputs that are maps, and the tensors that they are read from instead. */
  zipMaps: (readonly [output: string, tensor: string])[];
}

/** The runner's exit codes: whose fault it is, said without trusting a word that was printed. */
export const RUNNER_EXIT = { load: 64, run: 65, shape: 66, input: 67 } as const;
