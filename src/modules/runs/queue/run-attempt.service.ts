import { Injectable } from '@nestjs/common';
import { Database } from '../../../platform/database/index.js';
import type { Actor } from '../../identity/index.js';
import { type Place, placesOf } from './positions.js';
import { type AttemptOutcomeName, RunAttempt, RunFault, RunUsage } from './run-attempt.type.js';

/** What a fault of ours used is billed to nobody. */
const OURS: readonly (string | null)[] = ['FAULT', 'LOST', 'GIVEN_BACK'];

const MEMORY_STEP_BYTES = 64 * 1024 * 1024;

/** What is known of the queue and of the work on runs, for loaders. */
@Injectable()
export class RunAttemptService {
  constructor(private readonly database: Database) {}

  /** @param runIds that the caller may see: a place is told by counting everybody's runs */
  async places(runIds: readonly string[]): Promise<Place[]> {
    return this.database.asSystem((tx) => placesOf(tx, runIds));
  }

  /** The attempts of runs, by run, the first first. */
  async attempts(actor: Actor, runIds: readonly string[]): Promise<Map<string, RunAttempt[]>> {
    const rows = await this.database.within(actor, (tx) =>
      tx.query<
        {
          run_id: string;
          attempt: number;
          started_at: Date;
          ended_at: Date | null;
          outcome: AttemptOutcomeName | null;
          device_class: string;
          device_seconds: number;
          cpu_seconds: number | null;
          peak_memory_bytes: string | null;
          rows: string;
          spoilt: boolean;
          blind: boolean;
        }[]
      >(
        `SELECT a.run_id, a.attempt, a.started_at, a.ended_at, a.outcome, a.device_class, a.cpu_seconds, a.peak_memory_bytes, a.rows,
           extract(epoch FROM coalesce(a.ended_at, clock_timestamp()) - a.started_at)::float8 AS device_seconds,
           r.state = 'ERRORED' AS spoilt, p.split <> 'development' AS blind
         FROM sandbox.run_attempt a
         JOIN sandbox.run r ON r.id = a.run_id
         JOIN sandbox.evaluation_plan p ON p.id = r.plan_id
         WHERE a.run_id = ANY ($1) ORDER BY a.run_id, a.attempt`,
        [runIds],
      ),
    );
    const coarse = actor.scope === 'tenant';
    return grouped(
      runIds,
      rows.map((row) =>
        Object.assign(new RunAttempt(), {
          runId: row.run_id,
          attempt: row.attempt,
          startedAt: row.started_at,
          endedAt: row.ended_at,
          outcome: row.outcome,
          deviceClass: row.device_class,
          deviceSeconds: row.device_seconds,
          ...(coarse && row.blind ? rounded : exactly)(row.cpu_seconds, row.peak_memory_bytes),
          rows: Number(row.rows),
          // Scored in vain where we spoilt the run afterwards: its tenant starts it again, and pays once.
          billable: !row.spoilt && !OURS.includes(row.outcome),
        }),
      ),
    );
  }

  /** The faults of ours during runs, by run, the first first. */
  async faults(actor: Actor, runIds: readonly string[]): Promise<Map<string, RunFault[]>> {
    const rows = await this.database.within(actor, (tx) =>
      tx.query<{ run_id: string; stage: string; attempt: number; at: Date; host: string; fault: string }[]>(
        `SELECT run_id, stage, attempt, at, host, fault FROM sandbox.run_fault WHERE run_id = ANY ($1) ORDER BY id`,
        [runIds],
      ),
    );
    return grouped(
      runIds,
      rows.map(({ run_id: runId, ...row }) => Object.assign(new RunFault(), { runId, ...row })),
    );
  }
}

type Used = Pick<RunAttempt, 'cpuSeconds' | 'peakMemoryBytes'>;

function exactly(cpuSeconds: number | null, peakMemoryBytes: string | null): Used {
  return { cpuSeconds, peakMemoryBytes: peakMemoryBytes === null ? null : Number(peakMemoryBytes) };
}

/** Up to whole steps: what a model takes of memory and processor is its own choice, and could spell out rows byte by byte. */
function rounded(cpuSeconds: number | null, peakMemoryBytes: string | null): Used {
  const exact = exactly(cpuSeconds, peakMemoryBytes);
  return {
    cpuSeconds: exact.cpuSeconds === null ? null : Math.ceil(exact.cpuSeconds),
    peakMemoryBytes:
      exact.peakMemoryBytes === null
        ? null
        : Math.ceil(exact.peakMemoryBytes / MEMORY_STEP_BYTES) * MEMORY_STEP_BYTES,
  };
}

/** @returns null before a slot was held */
export function usageOf(attempts: readonly RunAttempt[]): RunUsage | null {
  const [first] = attempts;
  if (first === undefined) return null;
  const billed = attempts.filter(({ billable }) => billable);
  const told = <T extends number | null>(values: T[]): number[] => values.filter((value) => value !== null);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const cpu = told(billed.map(({ cpuSeconds }) => cpuSeconds));
  const memory = told(billed.map(({ peakMemoryBytes }) => peakMemoryBytes));
  return Object.assign(new RunUsage(), {
    deviceClass: first.deviceClass,
    deviceSeconds: sum(billed.map(({ deviceSeconds }) => deviceSeconds)),
    cpuSeconds: cpu.length === 0 ? null : sum(cpu),
    peakMemoryBytes: memory.length === 0 ? null : Math.max(...memory),
    rows: sum(billed.map(({ rows }) => rows)),
    faultSeconds: sum(attempts.filter(({ billable }) => !billable).map(({ deviceSeconds }) => deviceSeconds)),
  });
}

function grouped<T extends { runId: string }>(
  runIds: readonly string[],
  rows: readonly T[],
): Map<string, T[]> {
  const byRun = new Map<string, T[]>(runIds.map((id) => [id, []]));
  for (const row of rows) byRun.get(row.runId)?.push(row);
  return byRun;
}
