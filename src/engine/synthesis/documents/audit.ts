import { Worker } from 'node:worker_threads';
import { compiled } from '../../compiled.js';
import { type Split } from '../preset.js';
import { type LeakAudit } from './leak-audit.js';
import { type Sample } from './sample.js';

/** The samples of the splits that were written; their arrays are shared memory. */
export type AuditTask = readonly (readonly [split: Split, sample: Sample])[];

/**
 * Audits the samples in a thread of its own, while this one brings the files to the disk.
 *
 * @throws the signal's reason at once when it is aborted
 */
export function auditApart(task: AuditTask, signal?: AbortSignal): Promise<LeakAudit[]> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const worker = new Worker(compiled(import.meta.url, './audit-worker.js'), {
      workerData: task,
      env: {},
    });
    const stop = () => {
      void worker.terminate();
      reject(signal?.reason as Error);
    };
    signal?.addEventListener('abort', stop, { once: true });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => {
      signal?.removeEventListener('abort', stop);
      reject(new Error(`the audit's thread ended with status ${code}`));
    });
  });
}
