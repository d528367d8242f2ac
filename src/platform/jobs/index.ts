export { type AtWork, Dispatcher, type DispatcherOptions, LeavingError } from './dispatcher.js';
export {
  type JobHandler,
  type JobLog,
  JobQueue,
  type JobQueueOptions,
  type QueuedJob,
  type QueueName,
  QUEUES,
  type SendOptions,
  type WorkOptions,
} from './job-queue.js';
export { Lifeline } from './lifeline.js';
export { Rounds } from './rounds.js';
