import { Worker } from 'node:worker_threads';
import { compiled } from '../../compiled.js';
import { Lives, type Circumstances, type Told } from './life.js';
import { type Chunk } from './vintages.js';

/** Lives that a thread takes on at once. */
const RANGE = 1_024;

export interface LivesTask {
  readonly chunk: Chunk;
  /** place among the circumstances */
  readonly split: number;
  /** where place `chunk.from` is written at 0 */
  readonly told: Told;
}

/** Lives range after range of a chunk, of which `ticket` counts what is taken, until none is left. */
export function liveRanges(
  lives: readonly Lives[],
  { chunk, split, told }: LivesTask,
  ticket: Int32Array,
): void {
  const { applications, vintage, from, to } = chunk;
  const own = lives[split] as Lives;
  for (;;) {
    const start = from + Atomics.add(ticket, 0, RANGE);
    if (start >= to) return;
    const end = Math.min(to, start + RANGE);
    for (let row = start; row < end; row += 1) own.live(applications, row, vintage.month, told, row - from);
  }
}

/** Threads that live lives side by side, range by range; the bytes do not depend on how many. */
export class Crew {
  private readonly lives: readonly Lives[];
  private readonly workers: readonly Worker[];

  /** @param circumstances of each split */
  constructor(circumstances: readonly Circumstances[], threads: number) {
    this.lives = circumstances.map((one) => new Lives(one));
    this.workers = Array.from(
      { length: Math.min(16, threads) - 1 },
      () => new Worker(compiled(import.meta.url, './lives-worker.js'), { workerData: circumstances }),
    );
  }

  /**
   * Lets the other threads begin with a chunk. @returns what helps them here and resolves when all of it is lived
   */
  begin(task: LivesTask): () => Promise<void> {
    const ticket = new Int32Array(new SharedArrayBuffer(4));
    const others = Promise.all(
      this.workers.map(
        (worker) =>
          new Promise<void>((resolve, reject) => {
            worker.once('message', () => {
              worker.off('error', reject);
              resolve();
            });
            worker.once('error', reject);
            worker.postMessage({ task, ticket });
          }),
      ),
    );
    // A failure of a thread must not go unheard while this one is busy.
    others.catch(() => undefined);
    return async () => {
      liveRanges(this.lives, task, ticket);
      await others;
    };
  }

  async dismiss(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}
