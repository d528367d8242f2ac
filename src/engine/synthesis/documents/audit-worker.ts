import { parentPort, workerData } from 'node:worker_threads';
import { type AuditTask } from './audit.js';
import { auditLeaks } from './leak-audit.js';

parentPort?.postMessage(auditLeaks(workerData as AuditTask));
