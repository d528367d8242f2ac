import { parentPort, workerData } from 'node:worker_threads';
import { type AuditTask } from './audit.js';
import { LeakAuditor } from './leak-audit.js';

const { lone } = workerData as { readonly lone: boolean };
const auditor = new LeakAuditor(lone);
parentPort?.on('message', ({ split, sample }: AuditTask) => {
  parentPort?.postMessage(auditor.audit(split, sample));
});
