import { replicate } from './bootstrap-task.js';
import { clusters } from './clusters-task.js';
import { collect } from './collect-task.js';
import { countPlaces } from './fairness-places-task.js';
import { rankGroups } from './fairness-rank-task.js';
import { orderRows, tallyGroups } from './fairness-task.js';
import { locate } from './locate-task.js';
import { openLots } from './open-task.js';

/** What a member of a team can be asked to do. Each is a pure function of its share. */
export const TASKS = {
  clusters,
  collect,
  locate,
  openLots,
  orderRows,
  countPlaces,
  rankGroups,
  replicate,
  tallyGroups,
} as const;

export type TaskName = keyof typeof TASKS;
export type TaskArguments<T extends TaskName> = Parameters<(typeof TASKS)[T]>[0];
export type TaskResult<T extends TaskName> = ReturnType<(typeof TASKS)[T]>;
