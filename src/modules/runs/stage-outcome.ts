import type { Database } from '../../platform/database/index.js';
import { reasonOf } from '../../platform/config/index.js';
import { recordFault } from './queue/attempts.js';
import { OUR_FAULT, RUN_REASONS, type RunStage, type RunState, type Step, walk } from './run.lifecycle.js';

/** Where a run stands whose job at a stage was given up; one that has gone on since is left alone. */
const STANDS_IN = { measure: 'MEASURING', seal: 'SEALING' } as const satisfies Partial<
  Record<RunStage, RunState>
>;

/**
 * Ends a run whose job has no try left: our fault, so it does not count against the quota.
 *
 * @param attempt the attempt that the job was about; undefined where the job begins attempts itself
 */
export async function settleErrored(
  database: Database,
  runId: string,
  stage: RunStage,
  power: Step['power'],
  attempt?: number,
): Promise<void> {
  await database.asSystem((tx) =>
    walk(tx, runId, {
      to: 'ERRORED',
      ...(stage === 'measure' || stage === 'seal' ? { from: STANDS_IN[stage] } : {}),
      ...(attempt === undefined ? {} : { attempt }),
      reasonCode: RUN_REASONS[stage],
      reason: OUR_FAULT,
      power,
    }),
  );
}

/** Works on a run's stage; what it throws is a fault of ours, which is kept before it is thrown on to be tried again. */
export async function keepingFaults(
  database: Database,
  runId: string,
  stage: RunStage,
  attempt: number,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    // Where the database is what failed, there is nowhere to keep it: the process's log has it.
    await database
      .asSystem((tx) => recordFault(tx, runId, stage, attempt, reasonOf(error)))
      .catch(() => undefined);
    throw error;
  }
}
