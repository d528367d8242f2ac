import { parentPort, workerData } from 'node:worker_threads';
import { live } from './behaviour.js';
import { type Period } from '../calendar.js';
import { type Draft } from './events.js';
import { type Population } from './population.js';

/** What a thread needs to write the payments of some customers; the arrays of a Draft are shared memory. */
export interface LiveTask {
  readonly population: Population;
  readonly key: Uint8Array;
  readonly within: Period;
  readonly offsets: Uint32Array;
  readonly draft: Draft;
  readonly from: number;
  readonly to: number;
  readonly lookAlikes: number;
}

const task = workerData as LiveTask;
live(task.population, task.key, task.within, task.offsets, task.draft, task.from, task.to, task.lookAlikes);
parentPort?.postMessage('done');
