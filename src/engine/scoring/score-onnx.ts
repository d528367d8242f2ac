import { InputError } from '../input-error.js';
import {
  JailHost,
  jailHost,
  type JailLimits,
  type JailSettings,
  startJail,
  type Usage,
} from '../isolation/index.js';
import { type ArrowField } from './arrow-message.js';
import { type InputBinding, inputType, scoreOutput, streamColumns, validateBinding } from './binding.js';
import { inspectOnnx, type OnnxInspection } from './onnx-inspection.js';
import { onnxProfile, onnxRuntime, RUNNER_COMMAND, type RuntimeManifest } from './onnx-runtime.js';
import { type RunnerTask } from './runner-task.js';
import { ScoringError } from './scoring-error.js';
import { scoreStream, type StreamOptions, type StreamResult } from './stream-scoring.js';

/** Rows of one call of the model, however many the data has: its sums then never depend on where a file was cut. */
export const BATCH_ROWS = 2048;

/** The most an ordinary user may ask for: several batches instead of a part of one. */
const WIDE_PIPE_BYTES = 1 << 20;
/** Fewer batches are done before a wider pipe would pay. */
const WIDE_PIPE_BATCHES = 8;

const STDERR_BYTES = 1 << 16;
const OVERHEAD_BYTES_PER_BATCH = 1024;

/** `batches` in the order and of the types of `streamColumns(binding, inspection)`. */
export interface ScoreOptions extends Pick<
  StreamOptions,
  'batches' | 'rows' | 'lanes' | 'onProgress' | 'onStderr' | 'signal'
> {
  model: Uint8Array;
  binding: InputBinding;
  jail: JailHost | JailSettings;
  limits?: Partial<JailLimits>;
  inspection?: OnnxInspection;
}

export interface ScoreResult extends StreamResult {
  runtime: RuntimeManifest;
  batchRows: number;
}

/** The columns a binding reads, each once. */
export function boundColumns(binding: InputBinding): string[] {
  return [...new Set(binding.inputs.flatMap((input) => input.columns))];
}

/**
 * Scores features with an ONNX model inside a jail, in batches of equal rows.
 *
 * @throws InputError for a model or binding that can't be taken; ScoringError when scoring ends badly; what `batches`
 *   throws
 */
export async function scoreOnnx(options: ScoreOptions): Promise<ScoreResult> {
  const { binding, rows } = options;
  const inspection = options.inspection ?? inspectOnnx(options.model);
  validateBinding(binding, inspection, boundColumns(binding));
  const task = runnerTask(binding, inspection);
  const host = options.jail instanceof JailHost ? options.jail : jailHost(options.jail);
  const runtime = await onnxRuntime(host);
  const profile = onnxProfile('onnx', runtime, options.model, task, {
    ...options.limits,
    outputBytes: rows * 8 + Math.ceil(rows / task.batchRows + 2) * OVERHEAD_BYTES_PER_BATCH + STDERR_BYTES,
  });
  const much = rows > WIDE_PIPE_BATCHES * BATCH_ROWS;
  const fed = much ? { ...profile, stdinPipeBytes: WIDE_PIPE_BYTES } : profile;
  const result = await scoreStreamOfRows({
    ...options,
    columns: task.columns,
    scoreType: task.output.type,
    // A message holds whole calls of the model: a model of one row a call is not sent one row a message.
    messageRows: Math.ceil(BATCH_ROWS / task.batchRows) * task.batchRows,
    lanes: Math.max(1, Math.min(options.lanes ?? 1, Math.ceil(rows / task.batchRows))),
    start: () => startJail(host, fed, RUNNER_COMMAND),
  });
  return { ...result, runtime: runtime.manifest, batchRows: task.batchRows };
}

const NOT_COUNTED: Usage = {
  wallSeconds: 0,
  cpuSeconds: null,
  peakMemoryBytes: null,
  peakProcesses: null,
  peakOpenFiles: null,
  outputBytes: 0,
};

/** Values that a model's input cannot hold are the doing of who bound them, wherever they were found. */
async function scoreStreamOfRows(options: StreamOptions): Promise<StreamResult> {
  try {
    return await scoreStream(options);
  } catch (error) {
    if (!(error instanceof InputError) || error.code !== 'COLUMN_UNFIT') throw error;
    throw new ScoringError('INPUT_UNFIT', error.message, 'model', { kind: 'cancelled', usage: NOT_COUNTED });
  }
}

/**
 * @param columns the stream's, where it is not made for this model
 * @param batchRows of every call, unless the model's inputs say how many
 */
export function runnerTask(
  binding: InputBinding,
  inspection: OnnxInspection,
  columns: ArrowField[] = streamColumns(binding, inspection),
  batchRows = BATCH_ROWS,
): RunnerTask {
  const score = scoreOutput(inspection, binding);
  const info = (name: string) => inspection.inputs.find((input) => input.name === name);
  const fixed = inspection.inputs
    .map((input) => input.shape[0])
    .find((size) => typeof size === 'number' && size > 0);
  return {
    mode: 'score',
    batchRows: typeof fixed === 'number' ? fixed : batchRows,
    columns,
    inputs: binding.inputs.map((input) => {
      const type = inputType(inspection, input.name);
      const place = (name: string) => {
        const exact = columns.findIndex((column) => column.name === name && column.type === type);
        return exact < 0 ? columns.findIndex((column) => column.name === name) : exact;
      };
      return {
        name: input.name,
        elementType: info(input.name)?.elementType ?? 'float',
        rank: info(input.name)?.shape.length === 1 ? 1 : 2,
        columns: input.columns.map(place),
      };
    }),
    output: {
      ...score,
      tensor: inspection.outputs.find(({ name }) => name === score.name)?.zipMap?.from ?? score.name,
    },
    zipMaps: inspection.outputs.flatMap(({ name, zipMap }) =>
      zipMap === undefined ? [] : [[name, zipMap.from] as const],
    ),
  };
}
