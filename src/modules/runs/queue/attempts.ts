import { hostname } from 'node:os';
import type { EntityManager } from 'typeorm';
import { v7 as uuid } from 'uuid';
import { move, OUR_FAULT, RUN_REASONS, type RunStage } from '../run.lifecycle.js';
import { enqueue } from './run-queue.js';

/** How an attempt ended. The last three are our doing: they are no tenant's to pay for. */
export type AttemptOutcome =
  'SCORED' | 'FAILED' | 'LIMIT_EXCEEDED' | 'CANCELLED' | 'FAULT' | 'LOST' | 'GIVEN_BACK';

/** What an attempt used beside its time in the slot. */
export interface AttemptUsage {
  cpuSeconds: number | null;
  peakMemoryBytes: number | null;
  /** rows scored, also where it came to no end */
  rows: number;
}

/** Faults of ours that a run survives at each stage. */
export const MOST_TRIES = 3;
const FIRST_BACK_OFF_SECONDS = 2;
const FAULT_LENGTH = 2_000;

/** Ends an attempt that is not ended yet, and frees its slot. After the run was moved: locks are taken in that order. */
export async function endAttempt(
  tx: EntityManager,
  runId: string,
  attempt: number,
  outcome: AttemptOutcome,
  usage?: AttemptUsage,
): Promise<void> {
  await tx.query(
    `UPDATE sandbox.run_attempt
     SET ended_at = clock_timestamp(), outcome = $3, cpu_seconds = $4, peak_memory_bytes = $5, rows = $6
     WHERE run_id = $1 AND attempt = $2 AND ended_at IS NULL`,
    [
      runId,
      attempt,
      outcome,
      usage?.cpuSeconds ?? null,
      usage?.peakMemoryBytes == null ? null : Math.round(usage.peakMemoryBytes),
      usage?.rows ?? 0,
    ],
  );
}

/** Keeps a fault of ours for those who run and oversee the sandbox. */
export async function recordFault(
  tx: EntityManager,
  runId: string,
  stage: RunStage,
  attempt: number,
  fault: string,
): Promise<void> {
  await tx.query(
    `INSERT INTO sandbox.run_fault (id, run_id, tenant_id, attempt, stage, host, fault)
     SELECT $1, r.id, r.tenant_id, $3, $4, $5, $6 FROM sandbox.run r WHERE r.id = $2`,
    [uuid(), runId, attempt, stage, hostname(), fault.slice(0, FAULT_LENGTH)],
  );
}

/**
 * Ends an attempt by a fault of ours: the run waits for its next one, longer each time, or has none left and is ERRORED.
 *
 * @param outcome `LOST` where the launcher fell silent
 * @returns false where the attempt had ended already
 */
export async function faulted(
  tx: EntityManager,
  runId: string,
  attempt: number,
  outcome: 'FAULT' | 'LOST',
  fault: string,
  usage?: AttemptUsage,
): Promise<boolean> {
  // The run first, as everybody locks it; then what others wrote of its attempts is to be seen.
  await tx.query('SELECT 1 FROM sandbox.run WHERE id = $1 FOR UPDATE', [runId]);
  const [before] = await tx.query<{ open: boolean; faults: number }[]>(
    `SELECT coalesce(bool_or(attempt = $2 AND ended_at IS NULL), false) AS open,
       count(*) FILTER (WHERE outcome IN ('FAULT', 'LOST'))::int AS faults
     FROM sandbox.run_attempt WHERE run_id = $1`,
    [runId, attempt],
  );
  if (before === undefined || !before.open) return false;
  const faults = before.faults + 1;
  if (faults >= MOST_TRIES) {
    await move(tx, runId, {
      to: 'ERRORED',
      attempt,
      reasonCode: RUN_REASONS.score,
      reason: OUR_FAULT,
      power: 'launcher',
    });
  } else {
    const seconds = FIRST_BACK_OFF_SECONDS * 4 ** (faults - 1);
    await backToQueue(tx, runId, attempt, `A fault of the sandbox; tried again in ${seconds} s.`, seconds);
  }
  await endAttempt(tx, runId, attempt, outcome, usage);
  await recordFault(tx, runId, 'score', attempt, fault);
  return true;
}

/** Ends an attempt because its launcher leaves: the run keeps its place and is taken up at once. */
export async function returned(
  tx: EntityManager,
  runId: string,
  attempt: number,
  usage?: AttemptUsage,
): Promise<void> {
  await backToQueue(tx, runId, attempt, 'Its launcher stops; another takes it up.');
  await endAttempt(tx, runId, attempt, 'GIVEN_BACK', usage);
}

/** Lets a run that an attempt had wait again, ahead of its tenant's younger ones. */
export async function backToQueue(
  tx: EntityManager,
  runId: string,
  attempt: number,
  line: string,
  heldSeconds = 0,
): Promise<boolean> {
  const moved = await move(tx, runId, { to: 'QUEUED', attempt, line, progress: 0, power: 'launcher' });
  if (moved !== null) await enqueue(tx, runId, heldSeconds);
  return moved !== null;
}
