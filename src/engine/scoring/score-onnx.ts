import { setTimeout as sleep } from 'node:timers/promises';
import {
  JailHost,
  jailHost,
  type JailLimits,
  type JailOutcome,
  type JailSettings,
  startJail,
  type Usage,
} from '../isolation/index.js';
import {
  ArrowCutError,
  ArrowError,
  batchInPlace,
  encodeBatch,
  encodeSchema,
  END_OF_STREAM,
  type FloatColumn,
  type FloatType,
} from './arrow-message.js';
import { type InputBinding, scoreOutput, validateBinding } from './binding.js';
import { inspectOnnx, type OnnxInspection } from './onnx-inspection.js';
import { onnxProfile, onnxRuntime, RUNNER_COMMAND, type RuntimeManifest } from './onnx-runtime.js';
import { type RunnerTask } from './runner-task.js';
import { readScores } from './score-reader.js';
import { ScoringError, scoringError } from './scoring-error.js';

/** Rows of one call of the model, however many the data has: its sums then never depend on where a file was cut. */
export const BATCH_ROWS = 2048;

/** The most an ordinary user may ask for: several batches instead of a part of one. */
const WIDE_PIPE_BYTES = 1 << 20;
/** Fewer batches are done before a wider pipe would pay. */
const WIDE_PIPE_BATCHES = 8;

const STDERR_BYTES = 1 << 16;
const OVERHEAD_BYTES_PER_BATCH = 1024;
const LAST_WORDS_MILLISECONDS = 1000;

export interface FeatureBatch {
  rows: number;
  /** In the order of `boundColumns(binding)`. */
  columns: FloatColumn[];
}

export interface ScoreOptions {
  model: Uint8Array;
  binding: InputBinding;
  batches: AsyncIterable<FeatureBatch>;
  /** How many rows `batches` will give. */
  rows: number;
  jail: JailHost | JailSettings;
  limits?: Partial<JailLimits>;
  /** Jails at work side by side; the scores' bits do not depend on it. */
  lanes?: number;
  onProgress?: (scored: number) => void;
  signal?: AbortSignal;
  inspection?: OnnxInspection;
}

export interface ScoreResult {
  /** One a row, in the rows' order, every one finite; on shared memory. */
  scores: FloatColumn;
  /** Of each jail. */
  outcomes: JailOutcome[];
  /** Summed over the jails; wall time is the longest. */
  usage: Usage;
  runtime: RuntimeManifest;
  batchRows: number;
  latency: {
    /** From the jail's start to the first score, the model's loading included. */
    firstScoreSeconds: number;
    /** From the first score to the last. */
    scoringSeconds: number;
    rowsPerSecond: number;
  };
}

/** The columns a binding reads, each once, in the order in which `batches` must give them. */
export function boundColumns(binding: InputBinding): string[] {
  return [...new Set(binding.inputs.flatMap((input) => input.columns))];
}

/**
 * Scores features with an ONNX model inside a jail. Features flow in and scores flow out batch by batch, so that what is
 * held does not grow with the rows, but for the scores themselves.
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
  const scores = newScores(task.output.type, rows);
  const lanes = Math.max(1, Math.min(options.lanes ?? 1, Math.ceil(rows / task.batchRows)));
  const run = new ScoringRun(options, task, scores, lanes);
  const profile = onnxProfile(runtime, options.model, task, {
    ...options.limits,
    outputBytes: rows * 8 + Math.ceil(rows / task.batchRows + 2) * OVERHEAD_BYTES_PER_BATCH + STDERR_BYTES,
  });
  const much = rows > WIDE_PIPE_BATCHES * BATCH_ROWS;
  const fed = much ? { ...profile, stdinPipeBytes: WIDE_PIPE_BYTES } : profile;
  const outcomes = await run.through(() => startJail(host, fed, RUNNER_COMMAND));
  const seconds = run.lastScore - run.firstScore;
  return {
    scores,
    outcomes,
    usage: totalUsage(outcomes),
    runtime: runtime.manifest,
    batchRows: task.batchRows,
    latency: {
      firstScoreSeconds: run.firstScore,
      scoringSeconds: seconds,
      rowsPerSecond: rows / run.lastScore,
    },
  };
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

function newScores(type: FloatType, rows: number): FloatColumn {
  return type === 'float32'
    ? new Float32Array(new SharedArrayBuffer(4 * rows))
    : new Float64Array(new SharedArrayBuffer(8 * rows));
}

function totalUsage(outcomes: readonly JailOutcome[]): Usage {
  const usages = outcomes.flatMap((outcome) => (outcome.kind === 'fault' ? [] : [outcome.usage]));
  const sum = (values: (number | null)[]) =>
    values.includes(null) ? null : values.reduce<number>((total, value) => total + (value ?? 0), 0);
  return {
    wallSeconds: Math.max(0, ...usages.map((usage) => usage.wallSeconds)),
    cpuSeconds: sum(usages.map((usage) => usage.cpuSeconds)),
    peakMemoryBytes: sum(usages.map((usage) => usage.peakMemoryBytes)),
  };
}

class NotFinite extends Error {}

type Jail = ReturnType<typeof startJail>;

/** One jail at work, and how many rows it was sent. */
interface Lane {
  jail: Jail;
  sent: number;
}

class ScoringRun {
  firstScore = 0;
  lastScore = 0;
  private readonly started = performance.now();
  private readonly chunkRows: number;
  private scored = 0;
  private stopped = false;

  constructor(
    private readonly options: ScoreOptions,
    private readonly task: RunnerTask,
    private readonly scores: FloatColumn,
    private readonly laneCount: number,
  ) {
    // A message holds whole calls of the model: a model of one row a call is not sent one row a message.
    this.chunkRows = Math.ceil(BATCH_ROWS / task.batchRows) * task.batchRows;
  }

  async through(start: () => Jail): Promise<JailOutcome[]> {
    const lanes = Array.from({ length: this.laneCount }, (): Lane => ({ jail: start(), sent: 0 }));
    const stop = () => {
      this.stopped = true;
      for (const lane of lanes) lane.jail.kill();
    };
    const { signal } = this.options;
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted === true) stop();
    for (const lane of lanes) lane.jail.stderr.resume();
    const reading = lanes.map((lane, index) =>
      readScores(
        lane.jail.stdout,
        () => this.rowsOfLane(index),
        (from, scores) => this.take(index, from, scores),
      ),
    );
    reading.forEach((promise, index) => {
      promise.catch(async (error: unknown) => {
        const jail = lanes[index]?.jail;
        // A jail whose scores stop short is about to say why it ended: it is heard before it is killed.
        if (error instanceof ArrowCutError) {
          // Its process may be unable to end while one of its threads waits for more features.
          jail?.stdin.destroy();
          await Promise.race([jail?.outcome, sleep(LAST_WORDS_MILLISECONDS, undefined, { ref: false })]);
        }
        jail?.stdout.destroy();
        stop();
      });
    });
    const feeding = this.feed(lanes).catch((error: unknown) => {
      stop();
      throw error;
    });
    const [fed, ...read] = await Promise.allSettled([feeding, ...reading]);
    const outcomes = await Promise.all(lanes.map((lane) => lane.jail.outcome));
    signal?.removeEventListener('abort', stop);
    if (fed.status === 'rejected') throw fed.reason;
    if (signal?.aborted === true) {
      throw new ScoringError('CANCELLED', 'scoring was cancelled', 'cancelled', {
        kind: 'cancelled',
        usage: totalUsage(outcomes),
      });
    }
    this.judge(read, outcomes);
    return outcomes;
  }

  /** The jail that ended by itself tells why; those we ended after it have nothing to say. */
  private judge(read: readonly PromiseSettledResult<void>[], outcomes: readonly JailOutcome[]): void {
    const bad = outcomes.find((outcome) => outcome.kind !== 'completed' && outcome.kind !== 'cancelled');
    const reasons = read.flatMap((result) =>
      result.status === 'rejected' ? [result.reason as unknown] : [],
    );
    const found = reasons.find((reason) => reason instanceof NotFinite) ?? reasons[0];
    if (bad === undefined && found === undefined) return;
    const message = found instanceof Error ? found.message : String(found);
    const code = found instanceof NotFinite ? 'SCORE_NOT_FINITE' : 'SCORES_MALFORMED';
    if (
      found !== undefined &&
      !(found instanceof NotFinite) &&
      !(found instanceof ArrowError) &&
      bad === undefined
    ) {
      throw found instanceof Error ? found : new Error(message);
    }
    throw scoringError(bad ?? outcomes[0] ?? { kind: 'fault', reason: message }, { code, message });
  }

  private async feed(lanes: readonly Lane[]): Promise<void> {
    const schema = encodeSchema(this.task.columns);
    await Promise.all(lanes.map((lane) => this.send(lane, schema)));
    let next = 0;
    for await (const message of this.messages()) {
      if (this.stopped) return;
      const lane = lanes[next % lanes.length];
      next += 1;
      if (lane !== undefined) await this.send(lane, message);
    }
    for (const lane of lanes) {
      await this.send(lane, END_OF_STREAM);
      lane.jail.stdin.end();
    }
  }

  /** Writes one message; the jail's pipe has taken all of it when this resolves, or has closed. */
  private async send(lane: Lane, message: Uint8Array): Promise<void> {
    const { stdin } = lane.jail;
    // A jail that reads no more has ended: feeding the others would be in vain as well.
    this.stopped ||= stdin.destroyed;
    if (this.stopped) return;
    await new Promise<void>((resolve) => {
      const closed = () => resolve();
      stdin.once('close', closed);
      stdin.write(message, () => {
        stdin.off('close', closed);
        resolve();
      });
    });
  }

  /** The features as messages of equal rows, whatever the batches were cut like; each is good until the next. */
  private async *messages(): AsyncGenerator<Uint8Array> {
    const { bytes, columns } = batchInPlace(this.task.columns, this.chunkRows);
    let filled = 0;
    let total = 0;
    for await (const batch of this.options.batches) {
      for (let from = 0; from < batch.rows;) {
        const count = Math.min(batch.rows - from, this.chunkRows - filled);
        columns.forEach((into, index) => {
          const column = batch.columns[index];
          if (column === undefined) throw new Error(`batches lack column ${index}`);
          into.set(column.subarray(from, from + count), filled);
        });
        from += count;
        filled += count;
        total += count;
        if (filled < this.chunkRows) continue;
        yield bytes;
        filled = 0;
      }
    }
    if (filled > 0) yield encodeBatch(filled, columns);
    if (total !== this.options.rows)
      throw new Error(`${total} rows came where ${this.options.rows} were announced`);
  }

  private rowsOfLane(lane: number): number {
    const { rows } = this.options;
    const whole = Math.floor(rows / this.chunkRows);
    const mine = Math.floor(whole / this.laneCount) + (lane < whole % this.laneCount ? 1 : 0);
    const tail = lane === whole % this.laneCount ? rows % this.chunkRows : 0;
    return mine * this.chunkRows + tail;
  }

  /** Puts a lane's scores where their rows are: its n-th chunk is the data's chunk n × lanes + lane. */
  private take(lane: number, from: number, values: FloatColumn): void {
    for (let done = 0; done < values.length;) {
      const at = from + done;
      const chunk = Math.floor(at / this.chunkRows) * this.laneCount + lane;
      const within = at % this.chunkRows;
      const count = Math.min(values.length - done, this.chunkRows - within);
      const part = values.subarray(done, done + count);
      const row = chunk * this.chunkRows + within;
      const bad = part.findIndex((value) => !Number.isFinite(value));
      if (bad >= 0) throw new NotFinite(`the score of row ${row + bad + 1} is ${part[bad] ?? NaN}`);
      this.scores.set(part, row);
      done += count;
    }
    const now = (performance.now() - this.started) / 1000;
    if (this.scored === 0) this.firstScore = now;
    this.lastScore = now;
    this.scored += values.length;
    this.options.onProgress?.(this.scored);
  }
}
