import { JailHost, jailHost, type JailLimits, type JailSettings, startJail } from '../isolation/index.js';
import { type InputBinding, scoreOutput, validateBinding } from './binding.js';
import { inspectOnnx, type OnnxInspection } from './onnx-inspection.js';
import { onnxProfile, onnxRuntime, RUNNER_COMMAND, type RuntimeManifest } from './onnx-runtime.js';
import { type RunnerTask } from './runner-task.js';
import { scoreStream, type StreamOptions, type StreamResult } from './stream-scoring.js';

/** Rows of one call of the model, however many the data has: its sums then never depend on where a file was cut. */
export const BATCH_ROWS = 2048;

/** The most an ordinary user may ask for: several batches instead of a part of one. */
const WIDE_PIPE_BYTES = 1 << 20;
/** Fewer batches are done before a wider pipe would pay. */
const WIDE_PIPE_BATCHES = 8;

const STDERR_BYTES = 1 << 16;
const OVERHEAD_BYTES_PER_BATCH = 1024;

/** `batches` in the order of `boundColumns(binding)`. */
export interface ScoreOptions extends Pick<
  StreamOptions,
  'batches' | 'rows' | 'lanes' | 'onProgress' | 'signal'
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

/** The columns a binding reads, each once, in the order in which `batches` must give them. */
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
  const columns = boundColumns(binding);
  validateBinding(binding, inspection, columns);
  const task = runnerTask(binding, inspection, columns);
  const host = options.jail instanceof JailHost ? options.jail : jailHost(options.jail);
  const runtime = await onnxRuntime(host);
  const profile = onnxProfile(runtime, options.model, task, {
    ...options.limits,
    outputBytes: rows * 8 + Math.ceil(rows / task.batchRows + 2) * OVERHEAD_BYTES_PER_BATCH + STDERR_BYTES,
  });
  const much = rows > WIDE_PIPE_BATCHES * BATCH_ROWS;
  const fed = much ? { ...profile, stdinPipeBytes: WIDE_PIPE_BYTES } : profile;
  const result = await scoreStream({
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

export function runnerTask(
  binding: InputBinding,
  inspection: OnnxInspection,
  columns: readonly string[],
): RunnerTask {
  const info = (name: string) => inspection.inputs.find((input) => input.name === name);
  const wide = (column: string) =>
    binding.inputs.some(
      (input) => input.columns.includes(column) && info(input.name)?.elementType !== 'float',
    );
  const fixed = inspection.inputs
    .map((input) => input.shape[0])
    .find((size) => typeof size === 'number' && size > 0);
  return {
    mode: 'score',
    batchRows: typeof fixed === 'number' ? fixed : BATCH_ROWS,
    columns: columns.map((name) => ({ name, type: wide(name) ? 'float64' : 'float32' })),
    inputs: binding.inputs.map((input) => ({
      name: input.name,
      elementType: info(input.name)?.elementType ?? 'float',
      rank: info(input.name)?.shape.length === 1 ? 1 : 2,
      columns: input.columns.map((column) => columns.indexOf(column)),
    })),
    output: scoreOutput(inspection, binding),
  };
}
