import { parentPort, workerData } from 'node:worker_threads';
import { type Applications } from './application.js';
import { Lives, type Circumstances, type Told } from './life.js';

export interface LivesTask {
  readonly applications: Applications;
  readonly order: Uint32Array;
  readonly vintage: number;
  readonly from: number;
  readonly to: number;
  /** place in `order` that is written at 0 */
  readonly base: number;
  readonly told: Told;
}

const lives = new Lives(workerData as Circumstances);
parentPort?.on('message', (task: LivesTask) => {
  for (let place = task.from; place < task.to; place += 1)
    lives.live(task.applications, task.order[place] ?? 0, task.vintage, task.told, place - task.base);
  parentPort?.postMessage('done');
});
