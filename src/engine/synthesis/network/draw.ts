import { Worker } from 'node:worker_threads';
import { compiled } from '../../compiled.js';
import { live, type LiveTask } from './honest/live.js';
import { timeOrder } from './order.js';
import { type Parties } from './parties.js';

/** A slice to draw: its honest transfers, and the order of all its rows, laundering (which stands behind) included. */
export interface DrawTask extends Omit<LiveTask, 'parties'> {
  /** rows of the draft in all; those from `rows` on are already written */
  readonly all: number;
  readonly scramble: number;
  /** first laundering transfer of the slice in its split */
  readonly firstCrime: number;
  /** shared memory of `all` places or more */
  readonly order: Uint32Array;
}

export function draw(parties: Parties, task: DrawTask): void {
  live({ ...task, parties });
  const { start, end } = task.slice.period;
  task.order.set(timeOrder(task.draft.time, task.all, start, end, task.scramble));
}

/** Draws slices, in a thread of its own where there are two or more. */
export class Drawer {
  private readonly worker: Worker | undefined;
  private failure: Error | undefined;
  private settle: ((error?: Error) => void) | undefined;

  constructor(
    private readonly parties: Parties,
    threads: number,
  ) {
    if (threads < 2) return;
    this.worker = new Worker(compiled(import.meta.url, './draw.worker.js'), { workerData: parties });
    this.worker.on('message', () => this.settle?.());
    const fail = (error: Error) => {
      this.failure = error;
      this.settle?.(error);
    };
    this.worker.once('error', fail);
    this.worker.once('exit', (code) => fail(new Error(`a synthesis thread ended with status ${code}`)));
  }

  /** Resolves when the slice is drawn; one at a time. */
  draw(task: DrawTask): Promise<void> {
    const { worker } = this;
    if (worker === undefined) {
      draw(this.parties, task);
      return Promise.resolve();
    }
    if (this.failure !== undefined) return Promise.reject(this.failure);
    return new Promise((resolve, reject) => {
      this.settle = (error) => (error === undefined ? resolve() : reject(error));
      worker.postMessage(task);
    });
  }

  async end(): Promise<void> {
    this.worker?.removeAllListeners('exit');
    await this.worker?.terminate();
  }
}
