import { reasonOf } from '../config/platform-error.js';
import type { JobLog } from './job-queue.js';

/** Why work ends that somebody else is to take up again: its process leaves. */
export class LeavingError extends Error {
  constructor() {
    super('the process stops: somebody else takes the work up');
  }
}

export interface DispatcherOptions<T> {
  /** Pieces of work at a time. */
  slots: number;
  /** Takes the next piece for itself; null where there is none. */
  claim: () => Promise<T | null>;
  /** Names a piece of work among those at work here. */
  nameOf: (work: T) => string;
  /** Does it. What it throws is logged: how the work ends is its own affair. */
  work: (work: T, signal: AbortSignal) => Promise<void>;
  /** How often it looks for itself, should a notification be lost. Default 2 s. */
  pollingSeconds?: number;
  log?: JobLog;
}

export interface AtWork<T> {
  work: T;
  /** when it was claimed, by `performance.now()` */
  since: number;
}

/**
 * Keeps slots busy with work that is claimed where it is decided whose turn it is: when a slot frees, when `wake` says that
 * there is more, and every so often.
 */
export class Dispatcher<T> {
  private readonly working = new Map<string, AtWork<T> & { cut: AbortController; done: Promise<void> }>();
  private readonly timer: NodeJS.Timeout;
  private filling: Promise<void> | undefined;
  private again = false;
  private stopping = false;

  constructor(private readonly options: DispatcherOptions<T>) {
    this.timer = setInterval(() => this.wake(), (options.pollingSeconds ?? 2) * 1_000);
    this.wake();
  }

  /** What is at work here, by name. */
  get atWork(): ReadonlyMap<string, AtWork<T>> {
    return this.working;
  }

  /** There may be work: looks for it unless every slot is busy. */
  wake(): void {
    if (this.stopping) return;
    this.again = true;
    this.filling ??= this.fill().finally(() => {
      this.filling = undefined;
    });
  }

  /** Ends a piece of work, where it is at work here. */
  abort(name: string, reason: Error): void {
    this.working.get(name)?.cut.abort(reason);
  }

  /**
   * Takes nothing more, waits for what is at work, at most so long, and then ends it with a `LeavingError`, so that it
   * is given back. Asked again, with less patience, it stops sooner.
   */
  async stop(graceMs: number): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    await this.filling;
    const late = setTimeout(() => {
      for (const { cut } of this.working.values()) cut.abort(new LeavingError());
    }, graceMs);
    await Promise.all([...this.working.values()].map(({ done }) => done));
    clearTimeout(late);
  }

  private async fill(): Promise<void> {
    while (this.again && !this.stopping) {
      this.again = false;
      try {
        while (!this.stopping && this.working.size < this.options.slots) {
          const claimed = await this.options.claim();
          if (claimed === null) break;
          this.begin(claimed);
        }
      } catch (error) {
        this.options.log?.warn({ reason: reasonOf(error) }, 'no work could be claimed');
      }
    }
  }

  private begin(claimed: T): void {
    const name = this.options.nameOf(claimed);
    const cut = new AbortController();
    const done = this.options
      .work(claimed, cut.signal)
      .catch((error: unknown) =>
        this.options.log?.error({ work: name, reason: reasonOf(error) }, 'work ended in a fault'),
      )
      .finally(() => {
        this.working.delete(name);
        this.wake();
      });
    this.working.set(name, { work: claimed, since: performance.now(), cut, done });
  }
}
