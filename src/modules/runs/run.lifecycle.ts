import type { EntityManager } from 'typeorm';
import { appendAudit } from '../../platform/database/audit-trail.js';

/**
 * Numbers that the model's lines may have between two of the platform's in a log: a tenant of a blind split, who sees the
 * platform's alone, learns nothing from their numbers of how much its model printed.
 */
export const SEQUENCE_STEP = 10_000;

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

/**
 * From which state a run may go where. A fault of ours gives a run that was to be scored back to the queue; the worker of a
 * later stage takes it up again from its start.
 */
export const RUN_STEPS = {
  QUEUED: ['STAGING', 'ERRORED', 'CANCELLED'],
  STAGING: ['STAGING', 'QUEUED', 'SCORING', 'FAILED', 'ERRORED', 'CANCELLED'],
  SCORING: ['QUEUED', 'MEASURING', 'FAILED', 'ERRORED', 'LIMIT_EXCEEDED', 'CANCELLED'],
  MEASURING: ['MEASURING', 'SEALING', 'FAILED', 'ERRORED', 'CANCELLED'],
  SEALING: ['SEALING', 'SUCCEEDED', 'ERRORED', 'CANCELLED'],
  SUCCEEDED: [],
  FAILED: [],
  ERRORED: [],
  LIMIT_EXCEEDED: [],
  CANCELLED: [],
} as const satisfies Record<RunState, readonly RunState[]>;

/** What a run's log says when it comes to a state; the reason follows where it ended badly. */
const SAID: Readonly<Record<RunState, string>> = {
  QUEUED: 'Waits for a slot.',
  STAGING: 'Model and features are made ready.',
  SCORING: 'The model scores.',
  MEASURING: 'Every row is scored; the scores are measured.',
  SEALING: 'Measured and judged; the report is written.',
  SUCCEEDED: 'The report is sealed.',
  FAILED: 'Ended, by the model.',
  ERRORED: 'Ended, by a fault of the sandbox.',
  LIMIT_EXCEEDED: 'Ended at a limit.',
  CANCELLED: 'Cancelled.',
};

export const isFinal = (state: RunState): boolean => RUN_STEPS[state].length === 0;

/** The states from which a run can come to `to`. */
export function statesBefore(to: RunState): RunState[] {
  return RUN_STATES.filter((from) => (RUN_STEPS[from] as readonly RunState[]).includes(to));
}

/** Reason codes of faults that are ours. */
export const RUN_REASONS = {
  draw: 'DRAWING_FAULT',
  score: 'SCORING_FAULT',
  measure: 'MEASURING_FAULT',
  seal: 'SEALING_FAULT',
} as const;

export type RunStage = keyof typeof RUN_REASONS;

/** What a tenant is told of a fault of ours. */
export const OUR_FAULT =
  'A fault of the sandbox ended this run. It does not count against the quota: start it again.';

const HOUR = 3_600;

/**
 * How long a run may stand in a state, seconds, and the reason code of one that did longer. What a state takes is bounded
 * otherwise too, by the limits of a job: a run that comes to its deadline has been forgotten by somebody.
 */
export const RUN_DEADLINES = {
  QUEUED: { seconds: 7 * 24 * HOUR, code: 'QUEUE_DEADLINE' },
  STAGING: { seconds: 24 * HOUR, code: 'STAGING_DEADLINE' },
  /** from the job's own limit by the clock: see `scoringDeadline` */
  SCORING: { seconds: HOUR, code: 'SCORING_DEADLINE' },
  MEASURING: { seconds: 6 * HOUR, code: 'MEASURING_DEADLINE' },
  SEALING: { seconds: HOUR, code: 'SEALING_DEADLINE' },
} as const satisfies Partial<Record<RunState, { seconds: number; code: string }>>;

/** Models that a sealed run is compared with, beside its own, and room for their files. */
const JAILS_OF_A_RUN = 3;

/** @param wallSeconds limit of one job; a run that waits for its tenant's own site has as long as one that waits in the queue */
export function scoringDeadline(wallSeconds: number, remote: boolean): number {
  return remote ? RUN_DEADLINES.QUEUED.seconds : JAILS_OF_A_RUN * wallSeconds + RUN_DEADLINES.SCORING.seconds;
}

export interface Step {
  to: RunState;
  /** from this state alone, where the lifecycle would let it come from others too */
  from?: RunState;
  /** the attempt that takes this step; another attempt's run is left alone */
  attempt?: number;
  reasonCode?: string;
  /** what the platform says of it: never anything that a model wrote */
  reason?: string;
  progress?: number;
  /** what the run's log says of it instead of what it says of every such step */
  line?: string;
  /** whether the next attempt begins with this step: from now on only its steps count */
  begins?: boolean;
  /** who takes the step, for the audit trail */
  power: 'api' | 'launcher' | 'evaluator' | 'signer';
}

/** A run that was moved. */
export interface Moved {
  tenantId: string;
  /** the attempt that goes on */
  attempt: number;
}

/**
 * The one function that moves a run. It moves nothing where the lifecycle forbids the step, or where another
 * attempt has taken the run over since. Its log and the audit trail say so in the same transaction.
 *
 * @returns null where nothing was moved
 */
export async function move(tx: EntityManager, runId: string, step: Step): Promise<Moved | null> {
  const [moved] = await tx.query<{ tenant_id: string; attempt: number }[]>(
    `WITH held AS (SELECT id, state FROM sandbox.run WHERE id = $1 FOR UPDATE),
     moved AS (
       UPDATE sandbox.run AS r SET
         state = $2,
         attempt = r.attempt + $9::integer,
         reason_code = coalesce($3, r.reason_code),
         reason = coalesce($4, r.reason),
         progress = coalesce($5, r.progress),
         started_at = coalesce(r.started_at, CASE WHEN $2 = 'STAGING' THEN now() END),
         finished_at = CASE WHEN $6 THEN now() END,
         entered_at = CASE WHEN held.state = $2 AND $9 = 0 THEN r.entered_at ELSE clock_timestamp() END,
         log_lines = r.log_lines + CASE WHEN held.state = $2 THEN 0 ELSE 1 END
       FROM held
       WHERE r.id = held.id AND r.state = ANY($7) AND ($8::integer IS NULL OR r.attempt = $8)
       RETURNING r.id, r.tenant_id, r.attempt, r.log_lines, held.state AS was
     ),
     told AS (
       INSERT INTO sandbox.run_log (run_id, sequence, tenant_id, attempt, source, blind, line)
       SELECT id, log_lines * ${SEQUENCE_STEP}, tenant_id, attempt, 'PLATFORM', false, $10 FROM moved WHERE was <> $2
     )
     SELECT tenant_id, attempt FROM moved`,
    [
      runId,
      step.to,
      step.reasonCode ?? null,
      step.reason ?? null,
      step.progress ?? null,
      isFinal(step.to),
      statesBefore(step.to).filter((state) => step.from === undefined || state === step.from),
      step.attempt ?? null,
      step.begins === true ? 1 : 0,
      step.line ?? (step.reason === undefined ? SAID[step.to] : `${SAID[step.to]} ${step.reason}`),
    ],
  );
  if (moved === undefined) return null;
  if (isFinal(step.to)) await tx.query('DELETE FROM sandbox.run_queue WHERE run_id = $1', [runId]);
  await appendAudit(tx, {
    actor: { power: step.power },
    action: 'moveRun',
    subject: `run:${runId}`,
    details: {
      to: step.to,
      ...(step.attempt === undefined && step.begins !== true ? {} : { attempt: moved.attempt }),
      ...(step.reasonCode === undefined ? {} : { reasonCode: step.reasonCode }),
    },
  });
  return { tenantId: moved.tenant_id, attempt: moved.attempt };
}

/** @returns whether the run was moved */
export async function walk(tx: EntityManager, runId: string, step: Step): Promise<boolean> {
  return (await move(tx, runId, step)) !== null;
}
