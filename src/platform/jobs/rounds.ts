import { reasonOf } from '../config/platform-error.js';
import type { JobLog } from './job-queue.js';

/** Work that is done now and again at an interval, never twice at a time; a round that fails is logged, and the next one tries. */
export class Rounds {
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void>;
  private ended = false;

  constructor(
    private readonly name: string,
    private readonly seconds: number,
    private readonly work: () => Promise<void>,
    private readonly log: JobLog,
  ) {
    this.round = this.go();
  }

  /** Begins no further round; settles when the one under way has ended. */
  async end(): Promise<void> {
    this.ended = true;
    clearTimeout(this.timer);
    await this.round;
  }

  private async go(): Promise<void> {
    try {
      await this.work();
    } catch (error) {
      this.log.warn({ reason: reasonOf(error) }, `${this.name} failed`);
    }
    if (this.ended) return;
    this.timer = setTimeout(() => {
      this.round = this.go();
    }, this.seconds * 1_000);
  }
}
