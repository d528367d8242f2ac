import { Injectable } from '@nestjs/common';
import { Database } from '../../../platform/database/index.js';
import type { Actor } from '../../identity/index.js';
import { type Place, placesOf } from './positions.js';
import { type AttemptOutcomeName, RunAttempt, RunFault, RunUsage } from './run-attempt.type.js';

/** What a fault of ours used is billed to nobody. */
const OURS: readonly (string | null)[] = ['FAULT', 'LOST', 'GIVEN_BACK'];

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
        }[]
      >(
        `SELECT run_id, attempt, started_at, ended_at, outcome, device_class, cpu_seconds, peak_memory_bytes, rows,
           extract(epoch FROM coalesce(ended_at, clock_timestamp()) - started_at)::float8 AS device_seconds
         FROM sandbox.run_attempt WHERE run_id = ANY ($1) ORDER BY run_id, attempt`,
        [runIds],
      ),
    );
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
          cpuSeconds: row.cpu_seconds,
          peakMemoryBytes: row.peak_memory_bytes === null ? null : Number(row.peak_memory_bytes),
          rows: Number(row.rows),
          billable: !OURS.includes(row.outcome),
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
