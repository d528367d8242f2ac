import { parentPort, workerData } from 'node:worker_threads';
import { liveRanges, type LivesTask } from './crew.js';
import { Lives, type Circumstances } from './life.js';

const lives = (workerData as readonly Circumstances[]).map((one) => new Lives(one));
parentPort?.on('message', ({ task, ticket }: { task: LivesTask; ticket: Int32Array }) => {
  liveRanges(lives, task, ticket);
  parentPort?.postMessage('done');
});
