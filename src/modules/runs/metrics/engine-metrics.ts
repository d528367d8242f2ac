import { Injectable } from '@nestjs/common';
import { Database } from '../../../platform/database/index.js';
import { JobQueue } from '../../../platform/jobs/index.js';
import type { Actor } from '../../identity/index.js';
import { SILENCE_SECONDS } from '../queue/launchers.js';

interface Sample {
  name: keyof typeof FAMILIES;
  labels: Record<string, string>;
  value: number;
}

/** What is told, of which type, and what an operator reads from it. No tenant is named: scrapes are kept elsewhere. */
const FAMILIES = {
  sandbox_slots: ['gauge', 'Slots of launchers that are alive and take runs.'],
  sandbox_slots_busy: ['gauge', 'Slots that an attempt holds.'],
  sandbox_runs_waiting: ['gauge', 'Runs that wait for a slot; held: until a back-off is over.'],
  sandbox_wait_seconds: ['gauge', 'Age of the run that has waited longest.'],
  sandbox_runs: ['gauge', 'Runs that are not final, by state.'],
  sandbox_state_seconds: ['gauge', 'How long the run that entered its state first has been in it.'],
  sandbox_runs_finished_total: ['counter', 'Runs that are final, by state.'],
  sandbox_attempts_total: ['counter', 'Attempts that have ended, by outcome: FAULT and LOST are ours.'],
  sandbox_device_seconds_total: ['counter', 'Seconds for which ended attempts held a slot.'],
  sandbox_faults_total: ['counter', 'Faults of the sandbox during runs, by stage.'],
  sandbox_workers: ['gauge', 'Processes that take jobs, as they last said.'],
  sandbox_jobs: ['gauge', 'Jobs of the other queues.'],
} as const satisfies Record<string, readonly [type: 'gauge' | 'counter', help: string]>;

const SAMPLES = `
  SELECT 'sandbox_slots' AS name, json_build_object('lane', lane) AS labels, sum(slots)::float8 AS value
    FROM sandbox.launcher WHERE NOT draining AND seen_at > clock_timestamp() - make_interval(secs => $1) GROUP BY lane
  UNION ALL
  SELECT 'sandbox_slots_busy', json_build_object('lane', lane), count(*)::float8
    FROM sandbox.run_attempt WHERE ended_at IS NULL GROUP BY lane
  UNION ALL
  SELECT 'sandbox_runs_waiting', json_build_object('lane', lane, 'held', held_until IS NOT NULL), count(*)::float8
    FROM sandbox.run_queue GROUP BY lane, held_until IS NOT NULL
  UNION ALL
  SELECT 'sandbox_wait_seconds', json_build_object('lane', lane), extract(epoch FROM clock_timestamp() - min(queued_at))::float8
    FROM sandbox.run_queue GROUP BY lane
  UNION ALL
  SELECT 'sandbox_runs', json_build_object('state', state), count(*)::float8
    FROM sandbox.run WHERE finished_at IS NULL GROUP BY state
  UNION ALL
  SELECT 'sandbox_state_seconds', json_build_object('state', state), extract(epoch FROM clock_timestamp() - min(entered_at))::float8
    FROM sandbox.run WHERE finished_at IS NULL GROUP BY state
  UNION ALL
  SELECT 'sandbox_runs_finished_total', json_build_object('state', state), count(*)::float8
    FROM sandbox.run WHERE finished_at IS NOT NULL GROUP BY state
  UNION ALL
  SELECT 'sandbox_attempts_total', json_build_object('lane', lane, 'outcome', outcome), count(*)::float8
    FROM sandbox.run_attempt WHERE ended_at IS NOT NULL GROUP BY lane, outcome
  UNION ALL
  SELECT 'sandbox_device_seconds_total', json_build_object('device', device_class, 'outcome', outcome),
      sum(extract(epoch FROM ended_at - started_at))::float8
    FROM sandbox.run_attempt WHERE ended_at IS NOT NULL GROUP BY device_class, outcome
  UNION ALL
  SELECT 'sandbox_faults_total', json_build_object('stage', stage), count(*)::float8 FROM sandbox.run_fault GROUP BY stage
  UNION ALL
  SELECT 'sandbox_workers', json_build_object('power', power, 'state', state), count(*)::float8
    FROM sandbox.worker WHERE heartbeat_at > now() - interval '30 seconds' GROUP BY power, state`;

/** What an operator watches the engine by, in the text format of Prometheus. */
@Injectable()
export class EngineMetrics {
  constructor(
    private readonly database: Database,
    private readonly jobs: JobQueue,
  ) {}

  /** @param actor an operator: the database shows the others less */
  async text(actor: Actor): Promise<string> {
    const samples = await this.database.asOperator(actor, (tx) =>
      tx.query<Sample[]>(SAMPLES, [SILENCE_SECONDS]),
    );
    for (const { queue, state, count } of await this.jobs.depths())
      samples.push({ name: 'sandbox_jobs', labels: { queue, state }, value: count });
    return Object.entries(FAMILIES)
      .flatMap(([name, [type, help]]) => [
        `# HELP ${name} ${help}`,
        `# TYPE ${name} ${type}`,
        ...samples.filter((sample) => sample.name === name).map(line),
      ])
      .concat('')
      .join('\n');
  }
}

/** Values of labels are our own words: none has a quote or a line's end in it. */
function line({ name, labels, value }: Sample): string {
  const inside = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
  return `${name}{${inside.join(',')}} ${value}`;
}
