import type { ChangeListener } from '../../../platform/database/change-listener.js';

const CHANNEL = 'sandbox_run_lost';

/** A run that is over, or that another attempt has taken over. */
export interface LostRun {
  runId: string;
  /** the attempt that it is at now */
  attempt: number;
  final: boolean;
}

/** Hears of runs that are lost to whoever works on them, as the trigger on runs tells it: `run attempt final`. */
export async function listenForLostRuns(
  listener: ChangeListener,
  lost: (run: LostRun) => void,
): Promise<void> {
  await listener.listen(CHANNEL, (told) => {
    const [runId = '', attempt = '', final = ''] = told.split(' ');
    lost({ runId, attempt: Number(attempt), final: final === 'true' });
  });
}

/** Ends work on runs that are over at once, without asking the database again and again. */
export class LostRuns {
  private readonly watched = new Set<{ runId: string; attempt: number; cut: AbortController }>();

  static async listen(listener: ChangeListener): Promise<LostRuns> {
    const runs = new LostRuns();
    await listenForLostRuns(listener, ({ runId, attempt, final }) => {
      for (const work of runs.watched)
        if (work.runId === runId && (final || attempt > work.attempt))
          work.cut.abort(new Error('nobody waits for this run any more'));
    });
    return runs;
  }

  /**
   * Works on an attempt as long as somebody waits for it; what the work throws once nobody does is dropped.
   *
   * @param stop ends the work too, and is the caller's to judge
   */
  async whileWanted(
    runId: string,
    attempt: number,
    stop: AbortSignal,
    work: (signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const watch = { runId, attempt, cut: new AbortController() };
    this.watched.add(watch);
    try {
      await work(AbortSignal.any([stop, watch.cut.signal]));
    } catch (error) {
      if (!watch.cut.signal.aborted) throw error;
    } finally {
      this.watched.delete(watch);
    }
  }
}
