import { TASKS, type TaskArguments, type TaskName, type TaskResult } from './tasks.js';

/** Threads that work through one task each and wait for each other. */
export interface Team {
  readonly size: number;
  /** Runs a task once a member, with the member's own arguments; results in the members' order. */
  run<T extends TaskName>(task: T, shares: readonly TaskArguments<T>[]): TaskResult<T>[];
}

/** A team of one: everything on the calling thread. */
export const SOLO: Team = {
  size: 1,
  run: (task, shares) => shares.map((share) => runTask(task, share)),
};

export function runTask<T extends TaskName>(task: T, share: TaskArguments<T>): TaskResult<T> {
  return (TASKS[task] as (share: TaskArguments<T>) => TaskResult<T>)(share);
}
