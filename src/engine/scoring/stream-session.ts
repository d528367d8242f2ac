import { type JailOutcome, type RunningJail, type Usage } from '../isolation/index.js';
import {
  ArrowError,
  type ArrowField,
  encodeSchema,
  END_OF_STREAM,
  type FloatColumn,
} from './arrow-message.js';
import { checkColumns, type FeatureBatch, MessageRoom } from './equal-messages.js';
import { cancelled, hearOut, judgeLanes, NotFinite, sendMessage, totalUsage, unanswered } from './lanes.js';
import { Lockstep, STALL_SECONDS } from './lockstep.js';
import { readScores } from './score-reader.js';
import { type ScoringError } from './scoring-error.js';

/** What a message's scores may take beside their eight bytes each. */
const OVERHEAD_BYTES_PER_MESSAGE = 1024;

export interface SessionOptions {
  columns: readonly ArrowField[];
  /** Rows of a message at most; one that nobody waits to fill goes out shorter. */
  messageRows: number;
  /** Jails at work side by side, each open from the first row to the last; the scores do not depend on it. Default 1. */
  lanes?: number;
  /** Whether scores that are no finite numbers are handed on as they are, instead of ending the session. */
  anyScore?: boolean;
  /** Seconds that a jail may wait for more features while it owes scores. Default 10. */
  stallSeconds?: number;
  /**
   * Starts one jail, which reads features on its stdin and writes scores on its stdout. What it may print is raised with
   * every message by what the scores take, so that its profile counts only what it may print beside them.
   */
  start: () => RunningJail;
  /** What an error is told as, where the runtime knows better. */
  explain?: (error: Error) => Error;
  /** Called once, when every jail is dead. */
  onEnd?: () => void;
  /** Receives what the jails print on stderr, as it comes; it must not hold them up. */
  onStderr?: (bytes: Uint8Array) => void;
  signal?: AbortSignal;
}

/** How a session went that came to its end. */
export interface SessionEnd {
  /** Of each jail. */
  outcomes: JailOutcome[];
  /** Summed over the jails; wall time is the longest. */
  usage: Usage;
  rows: number;
  messages: number;
}

interface Request {
  batch: FeatureBatch;
  scores: Float64Array;
  /** Rows whose scores have not come. */
  left: number;
  resolve: (scores: Float64Array) => void;
  reject: (error: unknown) => void;
}

/** Rows of a request on their way through a lane. */
interface Part {
  request: Request;
  at: number;
  rows: number;
}

interface Lane {
  jail: RunningJail;
  lockstep: Lockstep;
  /** In the order in which their scores must come. */
  parts: Part[];
  rows: number;
  owed: number;
}

/**
 * Jails that speak the scoring protocol, kept open: each has one stream of features and one of scores, and any number of
 * batches goes through, many of them under way at once. Small batches that wait together share a message.
 *
 * A jail that waits for more features while it owes scores, and has had its time, ends the session with
 * `WINDOW_UNANSWERED`.
 */
export class StreamSession {
  private readonly lanes: readonly Lane[];
  private readonly room: MessageRoom;
  private readonly queue: { request: Request; from: number }[] = [];
  private readonly waiting = new Set<Request>();
  private readonly ended: Promise<JailOutcome[]>;
  private wake: (() => void) | undefined;
  private closing = false;
  private allSent = false;
  private killed = false;
  private stopped = false;
  private failure: Error | undefined;
  private rows = 0;
  private messages = 0;

  constructor(private readonly options: SessionOptions) {
    this.room = new MessageRoom(options.columns, options.messageRows);
    this.lanes = Array.from({ length: options.lanes ?? 1 }, () => {
      const jail = options.start();
      jail.stderr.on('data', (bytes: Buffer) => options.onStderr?.(bytes));
      return {
        jail,
        lockstep: new Lockstep(jail, () => this.stop(), options.stallSeconds ?? STALL_SECONDS),
        parts: [],
        rows: 0,
        owed: 0,
      };
    });
    this.ended = this.through().catch((error: unknown) => {
      const plain = error instanceof Error ? error : new Error(String(error));
      throw options.explain?.(plain) ?? plain;
    });
    this.ended.catch((error: Error) => {
      this.failure = error;
      for (const request of this.waiting) request.reject(this.failure);
      this.waiting.clear();
    });
  }

  /**
   * Scores rows; the scores' order is theirs. Arrays of the batch must not change until the scores are there.
   *
   * @throws ScoringError when the session ends badly, the same for every batch that was under way or comes after
   */
  score(batch: FeatureBatch): Promise<Float64Array> {
    checkColumns(this.options.columns, batch.columns);
    if (this.failure !== undefined) return Promise.reject(this.failure);
    if (this.closing) return Promise.reject(new Error('the session is closed'));
    if (batch.rows === 0) return Promise.resolve(new Float64Array(0));
    return new Promise((resolve, reject) => {
      const scores = new Float64Array(batch.rows);
      const request = { batch, scores, left: batch.rows, resolve, reject };
      this.waiting.add(request);
      this.queue.push({ request, from: 0 });
      this.wake?.();
    });
  }

  /** Ends the streams, when all that was asked for is scored. @throws ScoringError as `score` does */
  async close(): Promise<SessionEnd> {
    this.closing = true;
    this.wake?.();
    const outcomes = await this.ended;
    return { outcomes, usage: totalUsage(outcomes), rows: this.rows, messages: this.messages };
  }

  /** Ends the jails at once, whatever is under way; resolves when they are dead, and never rejects. */
  async kill(): Promise<void> {
    this.closing = true;
    this.killed = true;
    this.stop();
    await this.ended.catch(() => undefined);
  }

  private async through(): Promise<JailOutcome[]> {
    const { signal } = this.options;
    const stop = () => this.stop();
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted === true) stop();
    const reading = this.lanes.map((lane) => this.read(lane));
    const [fed, ...read] = await Promise.allSettled([this.feed(), ...reading]);
    const outcomes = await Promise.all(this.lanes.map(({ jail }) => jail.outcome));
    for (const { lockstep } of this.lanes) lockstep.end();
    this.options.onEnd?.();
    signal?.removeEventListener('abort', stop);
    if (fed.status === 'rejected') throw fed.reason;
    if (signal?.aborted === true || this.killed) throw cancelled(outcomes);
    const reasons = read.flatMap((result) =>
      result.status === 'rejected' ? [result.reason as unknown] : [],
    );
    const error = judgeLanes(outcomes, reasons, this.unanswered(outcomes));
    if (error !== undefined) throw error;
    return outcomes;
  }

  private unanswered(outcomes: readonly JailOutcome[]): ScoringError | undefined {
    const lane = this.lanes.findIndex(({ lockstep }) => lockstep.stalled);
    const outcome = outcomes[lane];
    return outcome === undefined ? undefined : unanswered(this.lanes[lane]?.lockstep.windows ?? 0, outcome);
  }

  private stop(): void {
    this.stopped = true;
    this.wake?.();
    for (const { jail, lockstep } of this.lanes) {
      lockstep.end();
      jail.kill();
    }
  }

  private async read(lane: Lane): Promise<void> {
    const sent = () => lane.rows;
    try {
      await readScores(lane.jail.stdout, { rows: sent, sent }, (_from, scores) => this.take(lane, scores));
      if (!this.allSent) throw new ArrowError('the scores end before the features do');
    } catch (error) {
      await hearOut(lane.jail, error);
      this.stop();
      throw error;
    }
  }

  private async feed(): Promise<void> {
    try {
      const schema = encodeSchema(this.options.columns);
      await Promise.all(this.lanes.map((lane) => this.send(lane, schema)));
      for (;;) {
        const parts = await this.nextParts();
        if (parts === undefined || this.stopped) break;
        await this.sendRows(this.idlest(), parts);
      }
      this.allSent = !this.stopped;
      for (const lane of this.lanes) {
        await this.send(lane, END_OF_STREAM);
        lane.jail.stdin.end();
      }
    } catch (error) {
      this.stop();
      throw error;
    }
  }

  /** Puts a message together of what waits; undefined when nothing will come any more. */
  private async nextParts(): Promise<Part[] | undefined> {
    const { room } = this;
    const parts: Part[] = [];
    for (let rested = false; !this.stopped;) {
      const next = this.queue[0];
      if (next !== undefined) {
        const rows = room.put(next.request.batch, next.from);
        parts.push({ request: next.request, at: next.from, rows });
        next.from += rows;
        if (next.from === next.request.batch.rows) this.queue.shift();
        if (room.free === 0) return parts;
        rested = false;
      } else if (parts.length > 0) {
        // Whoever asks for many small batches at once gets the chance to before a short message goes out.
        if (rested) return parts;
        await new Promise<void>((resolve) => setImmediate(resolve));
        rested = true;
      } else {
        if (this.closing) return undefined;
        await new Promise<void>((resolve) => (this.wake = resolve));
        this.wake = undefined;
      }
    }
    return undefined;
  }

  private async sendRows(lane: Lane, parts: readonly Part[]): Promise<void> {
    const rows = this.room.filled;
    lane.parts.push(...parts);
    lane.rows += rows;
    lane.owed += rows;
    this.rows += rows;
    this.messages += 1;
    lane.jail.allowOutput(8 * rows + OVERHEAD_BYTES_PER_MESSAGE);
    lane.lockstep.release(rows);
    await this.send(lane, this.room.take());
  }

  private async send({ jail }: Lane, message: Uint8Array): Promise<void> {
    // A jail that reads no more has ended: feeding the others would be in vain as well.
    this.stopped ||= jail.stdin.destroyed;
    if (!this.stopped) await sendMessage(jail.stdin, message);
  }

  private idlest(): Lane {
    return this.lanes.reduce((least, lane) => (lane.owed < least.owed ? lane : least));
  }

  private take(lane: Lane, values: FloatColumn): void {
    for (let done = 0; done < values.length;) {
      const part = lane.parts[0];
      if (part === undefined) throw new ArrowError('more scores than rows');
      const { request } = part;
      const rows = Math.min(part.rows, values.length - done);
      const scores = values.subarray(done, done + rows);
      if (this.options.anyScore !== true) {
        const bad = scores.findIndex((value) => !Number.isFinite(value));
        if (bad >= 0) throw new NotFinite(part.at + bad, scores[bad] ?? NaN);
      }
      request.scores.set(scores, part.at);
      part.at += rows;
      part.rows -= rows;
      if (part.rows === 0) lane.parts.shift();
      done += rows;
      request.left -= rows;
      if (request.left > 0) continue;
      this.waiting.delete(request);
      request.resolve(request.scores);
    }
    lane.owed -= values.length;
    lane.lockstep.take(values.length);
  }
}
