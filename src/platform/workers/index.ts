export { WorkerRow, type WorkerState, type WorkingPower } from './worker.entity.js';
export { WorkerBeat } from './worker-beat.js';
export { workersProblem } from './worker-readiness.js';
