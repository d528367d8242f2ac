import { Worker } from 'node:worker_threads';
import { compiled } from '../../compiled.js';
import { Lives, type Circumstances } from './life.js';
import { type LivesTask } from './lives-worker.js';

/** Below this many lives a thread costs more to ask than it saves. */
const WORTH_A_THREAD = 4_000;

/** Threads that live lives side by side, each a range of its own; the bytes do not depend on how many. */
export class Crew {
  private readonly lives: Lives;
  private readonly workers: Worker[];

  constructor(circumstances: Circumstances, threads: number) {
    this.lives = new Lives(circumstances);
    this.workers = Array.from(
      { length: Math.min(16, threads) - 1 },
      () => new Worker(compiled(import.meta.url, './lives-worker.js'), { workerData: circumstances }),
    );
  }

  async live(task: LivesTask): Promise<void> {
    const parts = task.to - task.from < WORTH_A_THREAD ? 1 : this.workers.length + 1;
    const bound = (part: number) => task.from + Math.floor(((task.to - task.from) * part) / parts);
    const others = this.workers.slice(0, parts - 1).map(
      (worker, index) =>
        new Promise<void>((resolve, reject) => {
          worker.once('message', () => {
            worker.off('error', reject);
            resolve();
          });
          worker.once('error', reject);
          worker.postMessage({ ...task, from: bound(index + 1), to: bound(index + 2) });
        }),
    );
    const ended = Promise.all(others);
    // A failure of a thread must not go unheard while this one is busy.
    ended.catch(() => undefined);
    for (let place = task.from; place < bound(1); place += 1)
      this.lives.live(task.applications, task.order[place] ?? 0, task.vintage, task.told, place - task.base);
    await ended;
  }

  async dismiss(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}
