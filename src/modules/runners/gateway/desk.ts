import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { Readable } from 'node:stream';
import { ArrowError, type ArrowField, readScores } from '../../../engine/scoring/index.js';
import {
  batchCount,
  type FailureReport,
  type Lease,
  type LeaseRequest,
  type Receipt,
  type RemoteFeed,
  rowsOfBatch,
} from '../../../engine/scoring/remote/index.js';
import { GatewayRefusal } from './gateway-refusal.js';
import { type KeptScores, ScoresDiffer } from './kept-scores.js';

/** A run that waits to be scored at its tenant's site. */
export interface RemoteWork {
  runId: string;
  attempt: number;
  tenantId: string;
  artefactSha256: string;
  feed: RemoteFeed;
  columns: ArrowField[];
  rows: number;
  batchRows: number;
  /** The Arrow stream of batch n. */
  batch(n: number): Promise<Uint8Array>;
  kept: KeptScores;
  /** Settles before the first row leaves: from then on the rows are known outside. */
  aboutToSend(): Promise<void>;
  onProgress(scoredRows: number): void;
}

/** Why a run could not be scored at its tenant's site. */
export class RemoteFailure extends Error {
  constructor(
    readonly code: string,
    readonly blame: 'model' | 'limit' | 'cancelled',
    message: string,
  ) {
    super(message);
  }
}

/** A runner that was let in. */
export interface EnrolledRunner {
  id: string;
  tenantId: string;
}

/** Over a run's life: it is lost when nobody has worked on it for `absentMs`, and too slow after `wallMs`. */
export interface Patience {
  absentMs: number;
  wallMs: number;
}

interface Held {
  id: string;
  runner: EnrolledRunner;
  /** connections that the lease was used over and that are open; with none another process may take the run */
  sockets: Set<Duplex>;
  usedAt: number;
}

interface Offer {
  work: RemoteWork;
  held: Held | null;
  heardAt: number;
  sent: Promise<void> | null;
  finish(): void;
  fail(error: Error): void;
}

/** A process that has said nothing for so long has lost its run to the next that asks. */
const SILENT_MS = 60_000;
const LOOK_EVERY_MS = 1_000;
/** Leases that are remembered after their end, to say why it was. */
const REMEMBERED = 1_000;

/**
 * The runs that wait for runners, and who has which. A run is one process's at a time; whoever was silent loses it to the
 * next, since the scores that came are kept and nothing has to be done twice.
 */
export class RunnerDesk {
  private readonly offers = new Map<string, Offer>();
  private readonly over = new Map<string, string>();
  private readonly asking = new Set<() => void>();

  /** Told when a runner takes a run up, and when it has none any more (null). */
  onLease: (runner: EnrolledRunner, runId: string | null) => Promise<void> = async () => undefined;

  /**
   * Offers a run until all its scores are kept.
   *
   * @throws RemoteFailure; what `batch` and `aboutToSend` throw
   */
  async serve(work: RemoteWork, patience: Patience, signal: AbortSignal): Promise<void> {
    if (work.kept.complete) return;
    const began = Date.now();
    let timer: NodeJS.Timeout | undefined;
    let abort: () => void = () => undefined;
    const offer: Offer = {
      ...{ work, held: null, heardAt: began, sent: null },
      finish: () => undefined,
      fail: () => undefined,
    };
    try {
      await new Promise<void>((resolve, reject) => {
        offer.finish = resolve;
        offer.fail = reject;
        abort = () =>
          reject(
            new RemoteFailure('CANCELLED', 'cancelled', 'the run was cancelled, or another attempt has it'),
          );
        signal.addEventListener('abort', abort, { once: true });
        if (signal.aborted) abort();
        timer = setInterval(() => {
          const now = Date.now();
          if (now - began > patience.wallMs)
            reject(new RemoteFailure('LIMIT_WALL', 'limit', 'scoring at the tenant’s site took too long'));
          else if (now - offer.heardAt > patience.absentMs)
            reject(new RemoteFailure('RUNNER_ABSENT', 'model', 'no runner of the tenant worked on it'));
        }, LOOK_EVERY_MS);
        this.offers.set(work.runId, offer);
        for (const wake of this.asking) wake();
      });
      this.end(offer, 'all its scores are there');
    } catch (error) {
      this.end(offer, error instanceof RemoteFailure ? error.message : 'the sandbox takes the run up again');
      throw error;
    } finally {
      clearInterval(timer);
      signal.removeEventListener('abort', abort);
    }
  }

  /**
   * A run for this runner: at once where one waits, otherwise as soon as one comes.
   *
   * @returns null when none came in time
   */
  async lease(
    runner: EnrolledRunner,
    { models }: Pick<LeaseRequest, 'models'>,
    socket: Duplex,
    gone: AbortSignal,
    waitMs: number,
  ): Promise<Lease | null> {
    const until = Date.now() + waitMs;
    for (;;) {
      if (gone.aborted) return null;
      const offer = [...this.offers.values()].find(({ work, held }) => {
        const mine = work.tenantId === runner.tenantId && (models?.includes(work.artefactSha256) ?? true);
        return mine && (held === null || isSilent(held));
      });
      if (offer !== undefined) return this.give(offer, runner, socket);
      if (Date.now() >= until) return null;
      await this.change(Math.min(LOOK_EVERY_MS, until - Date.now()), gone);
    }
  }

  /** @throws GatewayRefusal `LEASE_OVER`, `NOT_FOUND`, `NOT_RELEASED`; what the run's own reading throws is its end */
  async batch(runner: EnrolledRunner, leaseId: string, n: number, socket: Duplex): Promise<Uint8Array> {
    const offer = this.held(runner, leaseId, socket);
    const { work } = offer;
    if (n >= batchCount(work)) throw new GatewayRefusal(404, 'NOT_FOUND', `there is no batch ${n}`);
    if (work.feed.kind === 'EVENTS' && n > work.kept.next)
      throw new GatewayRefusal(
        409,
        'NOT_RELEASED',
        `window ${n} is given once the scores of window ${n - 1} were taken`,
      );
    try {
      await (offer.sent ??= work.aboutToSend());
      return await work.batch(n);
    } catch (error) {
      offer.fail(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  }

  /** @throws GatewayRefusal; scores that are none end the run */
  async scores(
    runner: EnrolledRunner,
    leaseId: string,
    n: number,
    body: Uint8Array,
    socket: Duplex,
  ): Promise<Receipt> {
    const offer = this.held(runner, leaseId, socket);
    const { work } = offer;
    if (n > work.kept.next || n >= batchCount(work))
      throw new GatewayRefusal(409, 'OUT_OF_ORDER', `the next batch is ${work.kept.next}`);
    let scores: Float64Array;
    try {
      scores = await scoresOf(body, rowsOfBatch(work, n), n * work.batchRows);
    } catch (error) {
      if (!(error instanceof RemoteFailure)) throw error;
      offer.fail(error);
      throw new GatewayRefusal(422, error.code, error.message);
    }
    try {
      await work.kept.take(n, scores);
    } catch (error) {
      if (error instanceof ScoresDiffer) throw new GatewayRefusal(409, 'ALREADY_TAKEN', error.message);
      throw error;
    }
    work.onProgress(work.kept.rows);
    const receipt = { next: work.kept.next, done: work.kept.complete };
    if (receipt.done) offer.finish();
    return receipt;
  }

  /** The model failed at its site: the run ends as it would have in our jail. */
  fail(runner: EnrolledRunner, leaseId: string, { code }: FailureReport, socket: Duplex): void {
    this.held(runner, leaseId, socket).fail(new RemoteFailure(code, 'model', `the runner reports ${code}`));
  }

  alive(runner: EnrolledRunner, leaseId: string, socket: Duplex): void {
    this.held(runner, leaseId, socket);
  }

  /** A runner that was shut out: what it had is free for another. */
  dismiss(runnerId: string): void {
    for (const offer of this.offers.values()) {
      if (offer.held?.runner.id === runnerId) this.release(offer, 'its runner was shut out');
    }
  }

  private async give(offer: Offer, runner: EnrolledRunner, socket: Duplex): Promise<Lease> {
    this.release(offer, 'another process has taken the run up');
    const held: Held = {
      id: randomBytes(18).toString('base64url'),
      runner,
      sockets: new Set(),
      usedAt: Date.now(),
    };
    offer.held = held;
    offer.heardAt = Date.now();
    use(held, socket);
    await this.onLease(runner, offer.work.runId);
    const { runId, attempt, artefactSha256, feed, columns, rows, batchRows, kept } = offer.work;
    return {
      ...{ lease: held.id, run: runId, attempt, model: { artefactSha256 } },
      ...{ feed, columns, rows, batchRows, next: kept.next },
    };
  }

  private held(runner: EnrolledRunner, leaseId: string, socket: Duplex): Offer {
    for (const offer of this.offers.values()) {
      if (offer.held?.id !== leaseId || offer.held.runner.id !== runner.id) continue;
      offer.heardAt = Date.now();
      use(offer.held, socket);
      return offer;
    }
    throw new GatewayRefusal(
      410,
      'LEASE_OVER',
      `this lease is over: ${this.over.get(leaseId) ?? 'the sandbox was started again'}`,
    );
  }

  private release(offer: Offer, why: string): void {
    if (offer.held === null) return;
    this.over.set(offer.held.id, why);
    for (const id of this.over.keys()) {
      if (this.over.size <= REMEMBERED) break;
      this.over.delete(id);
    }
    const { runner } = offer.held;
    offer.held = null;
    this.onLease(runner, null).catch(() => undefined);
  }

  private end(offer: Offer, why: string): void {
    if (this.offers.get(offer.work.runId) === offer) this.offers.delete(offer.work.runId);
    this.release(offer, why);
  }

  private async change(waitMs: number, gone: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const go = (): void => {
        clearTimeout(timer);
        this.asking.delete(go);
        gone.removeEventListener('abort', go);
        resolve();
      };
      const timer = setTimeout(go, waitMs);
      this.asking.add(go);
      gone.addEventListener('abort', go, { once: true });
    });
  }
}

function use(held: Held, socket: Duplex): void {
  held.usedAt = Date.now();
  if (held.sockets.has(socket) || socket.destroyed) return;
  held.sockets.add(socket);
  socket.once('close', () => held.sockets.delete(socket));
}

function isSilent(held: Held): boolean {
  return held.sockets.size === 0 || Date.now() - held.usedAt > SILENT_MS;
}

/** @throws RemoteFailure `SCORES_MALFORMED`, `SCORE_NOT_FINITE`; a stranger wrote the bytes */
async function scoresOf(body: Uint8Array, rows: number, firstRow: number): Promise<Float64Array> {
  const scores = new Float64Array(rows);
  try {
    await readScores(Readable.from([Buffer.from(body)]), { rows, sent: () => rows }, (from, values) =>
      scores.set(values, from),
    );
  } catch (error) {
    if (!(error instanceof ArrowError)) throw error;
    throw new RemoteFailure('SCORES_MALFORMED', 'model', error.message);
  }
  const bad = scores.findIndex((score) => !Number.isFinite(score));
  if (bad >= 0)
    throw new RemoteFailure(
      'SCORE_NOT_FINITE',
      'model',
      `the score of row ${firstRow + bad + 1} is ${scores[bad] ?? NaN}`,
    );
  return scores;
}
