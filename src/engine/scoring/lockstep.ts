import { type RunningJail } from '../isolation/index.js';

/** How often a jail is looked at within the seconds that it may wait. */
const LOOKS = 10;

/** Seconds that a jail may wait for input and owe scores. */
export const STALL_SECONDS = 10;

/**
 * Holds the feed one window behind its scores: the next is released only when every row of those before is scored. A
 * model that waits for more while it owes scores would wait for ever; it is found out by what its processes do, never by
 * the clock alone, so that a slow model is left to its wall limit.
 */
export class Lockstep {
  /** Rows that were released. */
  released = 0;
  /** Windows that were released. */
  windows = 0;
  /** Whether the jail was found to wait for input while it owed scores. */
  stalled = false;
  private scored = 0;
  private looks = 0;
  private wake: (() => void) | undefined;
  private readonly timer: NodeJS.Timeout;

  /** @param onStall called once, when the jail has waited `seconds` for input that does not come before its scores */
  constructor(
    private readonly jail: Pick<RunningJail, 'awaitsInput'>,
    private readonly onStall: () => void,
    seconds: number,
  ) {
    this.timer = setInterval(() => this.look(), (seconds * 1000) / LOOKS).unref();
  }

  /** Whether a row is out that has no score yet. */
  get owed(): boolean {
    return this.scored < this.released;
  }

  /** Call before the first byte of a window is written: its scores may come at once. */
  release(rows: number): void {
    this.released += rows;
    this.windows += 1;
    this.looks = 0;
  }

  /** Scores came, and are sound. */
  take(rows: number): void {
    this.scored += rows;
    this.looks = 0;
    if (!this.owed) this.wake?.();
  }

  /** Resolves when nothing is owed, or at the end. */
  async settled(): Promise<void> {
    if (this.owed) await new Promise<void>((resolve) => (this.wake = resolve));
  }

  /** Nothing will come any more. */
  end(): void {
    clearInterval(this.timer);
    this.wake?.();
  }

  private look(): void {
    this.looks = this.owed && this.jail.awaitsInput() ? this.looks + 1 : 0;
    if (this.looks < LOOKS || this.stalled) return;
    this.stalled = true;
    this.onStall();
  }
}
