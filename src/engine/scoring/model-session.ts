import { JailHost, jailHost, type JailLimits, type JailSettings, startJail } from '../isolation/index.js';
import { type FeatureTable } from '../tables/index.js';
import { type InputBinding, validateBinding } from './binding.js';
import { type FedField, fedFields, fitFeatures } from './feature-fit.js';
import { inspectOnnx, type OnnxInspection } from './onnx-inspection.js';
import { onnxProfile, onnxRuntime, RUNNER_COMMAND, type RuntimeManifest } from './onnx-runtime.js';
import { BATCH_ROWS, boundColumns, runnerTask } from './score-onnx.js';
import { ScoringError } from './scoring-error.js';
import { type SessionEnd, type SessionOptions, StreamSession } from './stream-session.js';

/** What libraries may say on stderr, and the ends of the streams. */
const BESIDE_SCORES_BYTES = (1 << 16) + 4096;
const WIDE_PIPE_BYTES = 1 << 20;

export interface ModelSessionOptions extends Pick<SessionOptions, 'lanes' | 'onStderr' | 'signal'> {
  model: Uint8Array;
  binding: InputBinding;
  inspection?: OnnxInspection;
  jail: JailHost | JailSettings;
  /** Of each jail, from its start to the session's end. */
  limits?: Partial<JailLimits>;
  /**
   * Rows that the model's inputs can't hold (a missing value on its way to an integer), and scores that are no finite
   * numbers, come back as NaN. Without it either is an error, and the second ends the session.
   */
  tolerant?: boolean;
  /**
   * Rows of a call of the model, to time it by, unless its inputs say how many. Default: as `scoreOnnx` calls it, whose
   * bits others need not be.
   */
  batchRows?: number;
}

/** A model in its jails, loaded once: any number of tables is scored by it until it is closed. */
export class ModelSession {
  constructor(
    private readonly stream: StreamSession,
    /** The columns that a table must have, and as what they are fed. */
    readonly fields: readonly FedField[],
    private readonly tolerant: boolean,
    /** How many jails were started for it, and all that will be. */
    readonly lanes: number,
    /** Rows of every call of the model. */
    readonly batchRows = BATCH_ROWS,
  ) {}

  /**
   * A score a row, in the rows' order, the same bits as `scoreOnnx` gives them wherever they stand in whatever table.
   * Any number of calls may be under way at once.
   *
   * @throws ScoringError `INPUT_UNFIT` for rows that the model's inputs can't hold; otherwise when the session has ended
   *   badly, the same for every call that was under way or comes after. Error for a table without a column of `fields`
   */
  readonly score = async (features: FeatureTable): Promise<Float64Array> => {
    const { rows, columns, places } = fitFeatures(features, this.fields);
    if (places !== undefined && !this.tolerant)
      throw new ScoringError(
        'INPUT_UNFIT',
        `${features.rows - rows} of ${features.rows} rows hold a value that the model's inputs can't`,
        'model',
        { kind: 'cancelled', usage: NOTHING },
      );
    const scores = await this.stream.score({ rows, columns });
    if (places === undefined) return scores;
    const all = new Float64Array(features.rows).fill(NaN);
    for (let at = 0; at < rows; at++) all[places[at] as number] = scores[at] as number;
    return all;
  };

  /** Ends it when all that was asked for is scored. @throws ScoringError as `score` does */
  close(): Promise<SessionEnd> {
    return this.stream.close();
  }

  /** Ends it at once; never rejects, and does nothing after `close`. */
  kill(): Promise<void> {
    return this.stream.kill();
  }
}

const NOTHING = {
  wallSeconds: 0,
  cpuSeconds: null,
  peakMemoryBytes: null,
  peakProcesses: null,
  peakOpenFiles: null,
  outputBytes: 0,
} as const;

/**
 * Starts the jails of a session, one a lane. What goes wrong in them, loading the model included, is told by the first
 * table that is scored.
 *
 * @throws InputError for a model or binding that can't be taken
 */
export async function openModelSession(
  options: ModelSessionOptions,
): Promise<{ session: ModelSession; runtime: RuntimeManifest }> {
  const { binding, lanes = 1, tolerant = false } = options;
  const inspection = options.inspection ?? inspectOnnx(options.model);
  validateBinding(binding, inspection, boundColumns(binding));
  const task = runnerTask(binding, inspection, undefined, options.batchRows);
  const host = options.jail instanceof JailHost ? options.jail : jailHost(options.jail);
  const runtime = await onnxRuntime(host);
  const profile = {
    ...onnxProfile('onnx', runtime, options.model, task, {
      ...options.limits,
      outputBytes: BESIDE_SCORES_BYTES,
    }),
    stdinPipeBytes: WIDE_PIPE_BYTES,
  };
  const stream = new StreamSession({
    columns: task.columns,
    messageRows: Math.ceil(BATCH_ROWS / task.batchRows) * task.batchRows,
    lanes,
    anyScore: tolerant,
    start: () => startJail(host, profile, RUNNER_COMMAND),
    ...(options.onStderr !== undefined && { onStderr: options.onStderr }),
    ...(options.signal !== undefined && { signal: options.signal }),
  });
  const fields = fedFields(binding, inspection);
  return {
    session: new ModelSession(stream, fields, tolerant, lanes, task.batchRows),
    runtime: runtime.manifest,
  };
}
