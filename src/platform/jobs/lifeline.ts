const EVERY_MS = 300;

/**
 * Ties long work to the row that wants its result: says a few times a second how far it is, and aborts it when the row no
 * longer waits for it (cancelled, or another has settled it).
 */
export class Lifeline {
  private readonly cut = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private writing: Promise<void> = Promise.resolve();
  private share = 0;
  private stage = '';

  /** @param write notes the progress; false: nobody waits for the work any more */
  constructor(write: (share: number, stage: string) => Promise<boolean>) {
    this.timer = setInterval(() => {
      // A write that fails is no reason to end the work: the next one tells.
      this.writing = this.writing
        .then(() => write(this.share, this.stage))
        .then((wanted) => {
          if (!wanted) this.cut.abort(new Error('the work was cancelled or settled elsewhere'));
        })
        .catch(() => undefined);
    }, EVERY_MS);
  }

  /** Aborted when nobody waits any more. */
  get signal(): AbortSignal {
    return this.cut.signal;
  }

  readonly tell = (share: number, stage: string): void => {
    this.share = share;
    this.stage = stage;
  };

  /** Writes no more; settles when the last write has. */
  async end(): Promise<void> {
    clearInterval(this.timer);
    await this.writing;
  }
}
