import type { EntityManager } from 'typeorm';
import { appendAudit } from '../../platform/database/audit-trail.js';

export const RUN_STATES = [
  'QUEUED',
  'STAGING',
  'SCORING',
  'MEASURING',
  'SEALING',
  'SUCCEEDED',
  'FAILED',
  'ERRORED',
  'LIMIT_EXCEEDED',
  'CANCELLED',
] as const;

export type RunState = (typeof RUN_STATES)[number];

/** From which state a run may go where. A worker that comes back may take a run's stage up again from its start. */
export const RUN_STEPS = {
  QUEUED: ['STAGING', 'ERRORED', 'CANCELLED'],
  STAGING: ['STAGING', 'SCORING', 'FAILED', 'ERRORED', 'CANCELLED'],
  SCORING: ['STAGING', 'MEASURING', 'FAILED', 'ERRORED', 'LIMIT_EXCEEDED', 'CANCELLED'],
  MEASURING: ['MEASURING', 'SEALING', 'FAILED', 'ERRORED', 'CANCELLED'],
  SEALING: ['SEALING', 'SUCCEEDED', 'ERRORED', 'CANCELLED'],
  SUCCEEDED: [],
  FAILED: [],
  ERRORED: [],
  LIMIT_EXCEEDED: [],
  CANCELLED: [],
} as const satisfies Record<RunState, readonly RunState[]>;

export const isFinal = (state: RunState): boolean => RUN_STEPS[state].length === 0;

/** The states from which a run can come to `to`. */
export function statesBefore(to: RunState): RunState[] {
  return RUN_STATES.filter((from) => (RUN_STEPS[from] as readonly RunState[]).includes(to));
}

export interface Step {
  to: RunState;
  /** the attempt that takes this step; another attempt's run is left alone */
  attempt?: number;
  reasonCode?: string;
  /** what the platform says of it: never anything that a model wrote */
  reason?: string;
  progress?: number;
  /** who takes the step, for the audit trail */
  power: 'api' | 'launcher' | 'evaluator' | 'signer';
}

/**
 * The one function that moves a run. It moves nothing where the lifecycle forbids the step, or where another
 * attempt has taken the run over since.
 *
 * @returns whether the run was moved
 */
export async function walk(tx: EntityManager, runId: string, step: Step): Promise<boolean> {
  const [, moved] = await tx.query<[unknown[], number]>(
    `UPDATE sandbox.run SET
       state = $2,
       reason_code = coalesce($3, reason_code),
       reason = coalesce($4, reason),
       progress = coalesce($5, progress),
       started_at = coalesce(started_at, CASE WHEN $2 = 'STAGING' THEN now() END),
       finished_at = CASE WHEN $6 THEN now() END
     WHERE id = $1 AND state = ANY($7) AND ($8::integer IS NULL OR attempt = $8)`,
    [
      runId,
      step.to,
      step.reasonCode ?? null,
      step.reason ?? null,
      step.progress ?? null,
      isFinal(step.to),
      statesBefore(step.to),
      step.attempt ?? null,
    ],
  );
  if (moved === 0) return false;
  await appendAudit(tx, {
    actor: { power: step.power },
    action: 'moveRun',
    subject: `run:${runId}`,
    details: {
      to: step.to,
      ...(step.attempt === undefined ? {} : { attempt: step.attempt }),
      ...(step.reasonCode === undefined ? {} : { reasonCode: step.reasonCode }),
    },
  });
  return true;
}

/**
 * Begins the next attempt of a run: from now on only this attempt's steps count.
 *
 * @returns the attempt's number, or null when the run has gone past scoring or is final
 */
export async function beginAttempt(tx: EntityManager, runId: string): Promise<number | null> {
  const [rows] = await tx.query<[{ attempt: number }[], number]>(
    `UPDATE sandbox.run SET attempt = attempt + 1 WHERE id = $1 AND state = ANY($2) RETURNING attempt`,
    [runId, statesBefore('STAGING')],
  );
  const attempt = rows[0]?.attempt;
  if (attempt === undefined) return null;
  // What a sealed run had to be drawn for is done by now: the whole never goes back within an attempt.
  await walk(tx, runId, { to: 'STAGING', attempt, progress: 1, power: 'launcher' });
  return attempt;
}
