import { type JailOutcome, type RunningJail, type Usage } from '../isolation/index.js';
import {
  type ArrowField,
  encodeSchema,
  END_OF_STREAM,
  type FloatColumn,
  type FloatType,
} from './arrow-message.js';
import { equalMessages, type FeatureBatch } from './equal-messages.js';
import { cancelled, hearOut, judgeLanes, NotFinite, sendMessage, totalUsage, unanswered } from './lanes.js';
import { Lockstep, STALL_SECONDS } from './lockstep.js';
import { readScores } from './score-reader.js';

/** Features into jails that speak the scoring protocol, scores out of them: what every runtime in a jail shares. */
export interface StreamOptions {
  columns: readonly ArrowField[];
  batches: AsyncIterable<FeatureBatch>;
  /** How many rows `batches` will give. */
  rows: number;
  /** Rows of every message but the last, whatever the batches were cut like. */
  messageRows: number;
  scoreType: FloatType;
  /** Jails at work side by side; the scores' order does not depend on it. Default 1. */
  lanes?: number;
  /**
   * Each message is a window: the next is written only after the scores of the one before were read and are sound, so
   * that nothing in the jail can know of later rows. One lane. A jail that waits `stallSeconds` (default 10) for the next
   * window while it owes scores is ended with `WINDOW_UNANSWERED`; one that goes on working has its wall limit.
   */
  lockstep?: { stallSeconds?: number };
  /** Starts one jail, which reads features on its stdin and writes scores on its stdout. */
  start: () => RunningJail;
  onProgress?: (scored: number) => void;
  /** Receives what the jails print on stderr, as it comes; it must not hold them up. */
  onStderr?: (bytes: Uint8Array) => void;
  signal?: AbortSignal;
}

export interface StreamResult {
  /** One a row, in the rows' order, every one finite; on shared memory. */
  scores: FloatColumn;
  /** Of each jail. */
  outcomes: JailOutcome[];
  /** Summed over the jails; wall time is the longest. */
  usage: Usage;
  latency: {
    /** From the jail's start to the first score, the model's loading included. */
    firstScoreSeconds: number;
    /** From the first score to the last. */
    scoringSeconds: number;
    rowsPerSecond: number;
  };
}

/**
 * Streams features through jails. They flow in and scores flow out message by message, so that what is held does not grow
 * with the rows, but for the scores themselves.
 *
 * @throws ScoringError when scoring ends badly; what `batches` throws
 */
export async function scoreStream(options: StreamOptions): Promise<StreamResult> {
  const { rows } = options;
  const scores = newScores(options.scoreType, rows);
  const run = new StreamScoring(options, scores, options.lanes ?? 1);
  const outcomes = await run.through();
  return {
    scores,
    outcomes,
    usage: totalUsage(outcomes),
    latency: {
      firstScoreSeconds: run.firstScore,
      scoringSeconds: run.lastScore - run.firstScore,
      rowsPerSecond: rows / run.lastScore,
    },
  };
}

function newScores(type: FloatType, rows: number): FloatColumn {
  return type === 'float32'
    ? new Float32Array(new SharedArrayBuffer(4 * rows))
    : new Float64Array(new SharedArrayBuffer(8 * rows));
}

/** One jail at work. */
interface Lane {
  jail: RunningJail;
}

class StreamScoring {
  firstScore = 0;
  lastScore = 0;
  private readonly started = performance.now();
  private readonly chunkRows: number;
  private scored = 0;
  private stopped = false;
  private lockstep: Lockstep | undefined;

  constructor(
    private readonly options: StreamOptions,
    private readonly scores: FloatColumn,
    private readonly laneCount: number,
  ) {
    this.chunkRows = options.messageRows;
    if (options.lockstep !== undefined && laneCount !== 1) throw new Error('lockstep has one lane');
  }

  async through(): Promise<JailOutcome[]> {
    const lanes = Array.from({ length: this.laneCount }, (): Lane => ({ jail: this.options.start() }));
    const stop = () => {
      this.stopped = true;
      this.lockstep?.end();
      for (const lane of lanes) lane.jail.kill();
    };
    const { lockstep } = this.options;
    if (lockstep !== undefined && lanes[0] !== undefined)
      this.lockstep = new Lockstep(lanes[0].jail, stop, lockstep.stallSeconds ?? STALL_SECONDS);
    const { signal } = this.options;
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted === true) stop();
    for (const { jail } of lanes) jail.stderr.on('data', (bytes: Buffer) => this.options.onStderr?.(bytes));
    const reading = lanes.map((lane, index) =>
      readScores(
        lane.jail.stdout,
        {
          rows: this.rowsOfLane(index),
          sent: () => this.lockstep?.released ?? this.rowsOfLane(index),
        },
        (from, scores) => this.take(index, from, scores),
      ),
    );
    reading.forEach((promise, index) => {
      promise.catch(async (error: unknown) => {
        const jail = lanes[index]?.jail;
        if (jail !== undefined) await hearOut(jail, error);
        stop();
      });
    });
    const feeding = this.feed(lanes).catch((error: unknown) => {
      stop();
      throw error;
    });
    const [fed, ...read] = await Promise.allSettled([feeding, ...reading]);
    const outcomes = await Promise.all(lanes.map((lane) => lane.jail.outcome));
    this.lockstep?.end();
    signal?.removeEventListener('abort', stop);
    if (fed.status === 'rejected') throw fed.reason;
    if (signal?.aborted === true) throw cancelled(outcomes);
    this.judge(read, outcomes);
    return outcomes;
  }

  private judge(read: readonly PromiseSettledResult<void>[], outcomes: readonly JailOutcome[]): void {
    const stalled =
      this.lockstep?.stalled === true && outcomes[0] !== undefined
        ? unanswered(this.lockstep.windows, outcomes[0])
        : undefined;
    const reasons = read.flatMap((result) =>
      result.status === 'rejected' ? [result.reason as unknown] : [],
    );
    const error = judgeLanes(outcomes, reasons, stalled);
    if (error !== undefined) throw error;
  }

  private async feed(lanes: readonly Lane[]): Promise<void> {
    const schema = encodeSchema(this.options.columns);
    await Promise.all(lanes.map((lane) => this.send(lane, schema)));
    let next = 0;
    const { columns, batches, rows } = this.options;
    for await (const message of equalMessages(columns, batches, { rows, messageRows: this.chunkRows })) {
      if (this.stopped) return;
      const lane = lanes[next % lanes.length];
      this.lockstep?.release(Math.min(this.chunkRows, this.options.rows - next * this.chunkRows));
      next += 1;
      if (lane !== undefined) await this.send(lane, message);
      await this.lockstep?.settled();
    }
    for (const lane of lanes) {
      await this.send(lane, END_OF_STREAM);
      lane.jail.stdin.end();
    }
  }

  private async send(lane: Lane, message: Uint8Array): Promise<void> {
    const { stdin } = lane.jail;
    // A jail that reads no more has ended: feeding the others would be in vain as well.
    this.stopped ||= stdin.destroyed;
    if (!this.stopped) await sendMessage(stdin, message);
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
      if (bad >= 0) throw new NotFinite(row + bad, part[bad] ?? NaN);
      this.scores.set(part, row);
      done += count;
    }
    const now = (performance.now() - this.started) / 1000;
    if (this.scored === 0) this.firstScore = now;
    this.lastScore = now;
    this.scored += values.length;
    this.lockstep?.take(values.length);
    this.options.onProgress?.(this.scored);
  }
}
