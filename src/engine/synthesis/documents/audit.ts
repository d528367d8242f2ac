import { Worker } from 'node:worker_threads';
import { compiled } from '../../compiled.js';
import { type Split } from '../preset.js';
import { type LeakAudit } from './leak-audit.js';
import { type Sample } from './sample.js';

/** The sample of a split that is complete; its arrays are shared memory. */
export interface AuditTask {
  readonly split: Split;
  readonly sample: Sample;
}

/** Audits one split after the other in a thread of its own, while this one goes on with the next. */
export class AuditThread {
  private worker: Worker | undefined;
  private readonly asked: Promise<LeakAudit>[] = [];
  /** of those that have not been answered, in the order in which they were asked */
  private readonly open: { resolve: (found: LeakAudit) => void; reject: (reason: Error) => void }[] = [];

  /** @param splits how many will come */
  constructor(private readonly splits: number) {}

  /** Takes the next split, whose sample changes no more. */
  add(task: AuditTask): void {
    this.worker ??= this.start();
    const answer = new Promise<LeakAudit>((resolve, reject) => this.open.push({ resolve, reject }));
    // Heard when the findings are asked for.
    answer.catch(() => undefined);
    this.asked.push(answer);
    this.worker.postMessage(task);
  }

  /** What was found in each split, in the order in which they came. The thread is then at its end. */
  async found(): Promise<LeakAudit[]> {
    try {
      return await Promise.all(this.asked);
    } finally {
      await this.stop();
    }
  }

  async stop(): Promise<void> {
    await this.worker?.terminate();
  }

  private start(): Worker {
    const worker = new Worker(compiled(import.meta.url, './audit-worker.js'), {
      workerData: { lone: this.splits === 1 },
      env: {},
    });
    const fail = (reason: Error) => {
      for (const { reject } of this.open.splice(0)) reject(reason);
    };
    worker.on('message', (found: LeakAudit) => this.open.shift()?.resolve(found));
    worker.once('error', fail);
    worker.once('exit', (code) => fail(new Error(`the audit's thread ended with status ${code}`)));
    return worker;
  }
}
