import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { InputError } from '../../input-error.js';
import { ArrowCutError, ArrowError, encodeBatch, encodeSchema, END_OF_STREAM } from '../arrow-message.js';
import { readScores } from '../score-reader.js';
import { splitMessages } from './arrow-split.js';
import { ConnectionLost, type GatewayConnection, Refused } from './connection.js';
import { ModelFailed, type ScoringProgram } from './program.js';
import {
  ALIVE_EVERY_MS,
  ARROW_MEDIA_TYPE,
  batchCount,
  type FailureReport,
  type Lease,
  parseReceipt,
  rowsOfBatch,
} from './protocol.js';
import { pauseSeconds, type RunnerOptions } from './runner-options.js';

const LAST_WORDS_MS = 2_000;

/**
 * One lease from its first wanted batch to its last: features flow into the program as fast as it reads, scores flow back
 * batch by batch, and each request is repeated until the gateway has answered it. Nothing is kept here that a new
 * process would need.
 */
export class LeaseWork {
  /** scores of the rows from `firstRow` on, as far as they came */
  private readonly scores: Float64Array;
  private readonly firstBatch: number;
  private readonly firstRow: number;
  private have = 0;
  /** batches whose scores the gateway has */
  private taken: number;
  private waiting: (() => void)[] = [];
  private readonly stopped = new AbortController();
  private readonly signal: AbortSignal;
  private end: (why: Refused) => void = () => undefined;
  private readonly over = new Promise<never>((_resolve, reject) => {
    this.end = reject;
  });

  constructor(
    private readonly connection: GatewayConnection,
    private readonly lease: Lease,
    private readonly options: Pick<RunnerOptions, 'start' | 'signal' | 'jitter' | 'tell'>,
  ) {
    // A model that builds its features from events is brought back to where it was by those it had already seen.
    this.firstBatch = lease.feed.kind === 'EVENTS' ? 0 : lease.next;
    this.firstRow = this.firstBatch * lease.batchRows;
    this.scores = new Float64Array(lease.rows - this.firstRow);
    this.taken = lease.next;
    this.signal = AbortSignal.any([options.signal, this.stopped.signal]);
    this.over.catch(() => undefined);
  }

  /** @throws ModelFailed once the gateway knows of it; Refused `LEASE_OVER` and others; what starting the program throws */
  async through(): Promise<void> {
    const { lease, options } = this;
    const { run, attempt, rows, next } = lease;
    const batches = batchCount(lease);
    options.tell({ event: 'leased', run, attempt, rows, batches, next });
    if (next === batches) return;
    const program = await this.start();
    const alive = setInterval(() => void this.sayAlive(), ALIVE_EVERY_MS);
    const kill = (): void => program.kill();
    options.signal.addEventListener('abort', kill, { once: true });
    try {
      const feeding = this.feed(program);
      const reading = this.read(program);
      const failing = Promise.all([feeding, reading]).then(() => new Promise<never>(() => undefined));
      failing.catch(() => undefined);
      await Promise.race([this.hand(), failing, this.over]);
      await Promise.race([program.ended, sleep(LAST_WORDS_MS, undefined, { ref: false })]);
    } catch (error) {
      if (!(error instanceof ModelFailed) || options.signal.aborted) throw error;
      await this.report(error.code);
      throw error;
    } finally {
      clearInterval(alive);
      this.stopped.abort();
      options.signal.removeEventListener('abort', kill);
      program.kill();
    }
  }

  private async start(): Promise<ScoringProgram> {
    try {
      return await this.options.start(this.lease);
    } catch (error) {
      if (error instanceof ModelFailed) await this.report(error.code);
      throw error;
    }
  }

  /** Features into the program. */
  private async feed(program: ScoringProgram): Promise<void> {
    const { lease } = this;
    for (let n = this.firstBatch; n < batchCount(lease); n += 1) {
      if (lease.feed.kind === 'EVENTS')
        await this.until(() => n <= this.taken && this.have >= this.rowsBefore(n));
      const { body } = await this.insist('GET', `batches/${n}`);
      const { schema, batches } = splitMessages(body);
      if (n === this.firstBatch) await write(program, schema);
      for (const batch of batches) await write(program, batch);
    }
    await write(program, END_OF_STREAM);
    program.stdin.end();
  }

  /** Scores out of the program. */
  private async read(program: ScoringProgram): Promise<void> {
    try {
      await readScores(
        program.stdout,
        { rows: this.scores.length, sent: () => this.scores.length },
        (from, values) => {
          const bad = values.findIndex((value) => !Number.isFinite(value));
          if (bad >= 0) {
            const row = this.firstRow + from + bad + 1;
            throw new ModelFailed('SCORE_NOT_FINITE', `the score of row ${row} is ${values[bad] ?? NaN}`);
          }
          this.scores.set(values, from);
          this.have = from + values.length;
          this.wake();
        },
      );
    } catch (error) {
      if (this.have === this.scores.length || !(error instanceof ArrowError)) throw error;
      // A program whose scores stop short is about to say why.
      const end =
        error instanceof ArrowCutError
          ? await Promise.race([program.ended, sleep(LAST_WORDS_MS, null, { ref: false })])
          : null;
      if (end?.ok === false && end.code === null) throw new InputError('SITE_FAULT', end.message);
      if (end?.ok === false) throw new ModelFailed(end.code ?? 'MODEL_CRASHED', end.message);
      throw new ModelFailed('SCORES_MALFORMED', error.message);
    }
  }

  /** Scores to the gateway, a batch at a time as they become whole. */
  private async hand(): Promise<void> {
    const { lease, options } = this;
    for (let n = this.taken; n < batchCount(lease); n += 1) {
      const from = this.rowsBefore(n);
      const rows = rowsOfBatch(lease, n);
      await this.until(() => this.have >= from + rows);
      const scores = this.scores.slice(from, from + rows);
      const bytes = Buffer.concat([
        encodeSchema([{ name: 'score', type: 'float64' }]),
        encodeBatch(rows, [scores]),
        END_OF_STREAM,
      ]);
      const { body } = await this.insist('PUT', `batches/${n}`, { bytes, type: ARROW_MEDIA_TYPE });
      parseReceipt(body);
      this.taken = n + 1;
      this.wake();
      options.tell({ event: 'scored', run: lease.run, rows: n * lease.batchRows + rows, of: lease.rows });
    }
  }

  /** rows that came before batch n, of those that are fed here */
  private rowsBefore(n: number): number {
    return n * this.lease.batchRows - this.firstRow;
  }

  private wake(): void {
    for (const waiter of this.waiting.splice(0)) waiter();
  }

  private async until(met: () => boolean): Promise<void> {
    const gone = (): void => this.wake();
    this.signal.addEventListener('abort', gone);
    try {
      while (!met()) {
        if (this.signal.aborted) throw new Error('the work was given up');
        await new Promise<void>((resolve) => this.waiting.push(resolve));
      }
    } finally {
      this.signal.removeEventListener('abort', gone);
    }
  }

  /** Asks until the gateway has answered: a cut connection is made anew, with pauses in between. */
  private async insist(
    method: 'GET' | 'PUT' | 'POST',
    what: string,
    body?: { bytes: Uint8Array; type: string },
  ): Promise<{ status: number; body: Buffer }> {
    for (let losses = 1; ; losses += 1) {
      try {
        return await this.connection.request(
          method,
          `/v1/leases/${this.lease.lease}/${what}`,
          this.signal,
          body,
        );
      } catch (error) {
        const again =
          error instanceof ConnectionLost ||
          (error instanceof Refused && ['BUSY', 'GATEWAY_FAULT'].includes(error.refusal.code));
        if (!again || this.signal.aborted) throw error;
        const seconds = pauseSeconds(losses, this.options.jitter);
        this.options.tell({ event: 'retrying', seconds, message: error.message });
        await sleep(seconds * 1_000, undefined, { signal: this.signal });
      }
    }
  }

  private async sayAlive(): Promise<void> {
    try {
      await this.connection.request('POST', `/v1/leases/${this.lease.lease}/alive`, this.signal);
    } catch (error) {
      // A run that was cancelled needs no further work; whatever else is wrong the next batch will tell.
      if (error instanceof Refused && error.refusal.code === 'LEASE_OVER') this.end(error);
    }
  }

  private async report(code: FailureReport['code']): Promise<void> {
    const bytes = Buffer.from(JSON.stringify({ code } satisfies FailureReport));
    try {
      await this.insist('POST', 'failure', { bytes, type: 'application/json' });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
  }
}

/** Writes to the program's stdin; it has taken the bytes when this resolves, or reads no more. */
async function write(program: ScoringProgram, bytes: Uint8Array): Promise<void> {
  const { stdin } = program;
  if (stdin.destroyed || stdin.write(bytes)) return;
  await Promise.race([once(stdin, 'drain'), once(stdin, 'close'), program.ended]).catch(() => undefined);
}
