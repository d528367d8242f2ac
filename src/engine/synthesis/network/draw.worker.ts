import { parentPort, workerData } from 'node:worker_threads';
import { draw, type DrawTask } from './draw.js';
import { type Parties } from './parties.js';

const parties = workerData as Parties;
parentPort?.on('message', (task: DrawTask) => {
  draw(parties, task);
  parentPort?.postMessage('drawn');
});
