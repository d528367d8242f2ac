import type { Database } from '../../platform/database/index.js';
import { type Step, walk } from './run.lifecycle.js';

/** Reason codes of faults that are ours. */
export const RUN_REASONS = {
  draw: 'DRAWING_FAULT',
  score: 'SCORING_FAULT',
  measure: 'MEASURING_FAULT',
  seal: 'SEALING_FAULT',
} as const;

/**
 * Ends a run whose job has no try left: our fault, so it does not count against the quota.
 *
 * @param attempt the attempt that the job was about; undefined where the job begins attempts itself
 */
export async function settleErrored(
  database: Database,
  runId: string,
  stage: keyof typeof RUN_REASONS,
  power: Step['power'],
  attempt?: number,
): Promise<void> {
  await database.asSystem((tx) =>
    walk(tx, runId, {
      to: 'ERRORED',
      ...(attempt === undefined ? {} : { attempt }),
      reasonCode: RUN_REASONS[stage],
      reason: 'A fault of the sandbox ended this run. It does not count against the quota: start it again.',
      power,
    }),
  );
}
