import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type pg from 'pg';
import type { ReadyCase } from './case.ts';
import { type Kind, KINDS } from './schedule.ts';
import { FINAL, type TenantProgram } from './tenant.ts';

const run = promisify(execFile);
/** Processes that check envelopes side by side. */
const VERIFIERS = 3;

export interface RunRecord {
  id: string;
  tenant_id: string;
  plan_id: string;
  state: string;
  attempt: number;
  reason_code: string | null;
  seconds: number | null;
  reports: number;
  evidence: string | null;
  score_attempt: number | null;
  measured_attempt: number | null;
}

const isFinal = (state: string): boolean => (FINAL as readonly string[]).includes(state);

export async function readRuns(client: pg.Client): Promise<RunRecord[]> {
  const { rows } = await client.query<RunRecord>(
    `SELECT r.id, r.tenant_id, r.plan_id, r.state, r.attempt, r.reason_code,
            extract(epoch FROM r.finished_at - r.created_at)::float8 AS seconds,
            (SELECT count(*)::int FROM sandbox.report p WHERE p.run_id = r.id) AS reports,
            (SELECT min(p.evidence_digest) FROM sandbox.report p WHERE p.run_id = r.id) AS evidence,
            s.attempt AS score_attempt, m.attempt AS measured_attempt
       FROM sandbox.run r
       LEFT JOIN sandbox.run_score s ON s.run_id = r.id
       LEFT JOIN sandbox.run_measurement m ON m.run_id = r.id
      ORDER BY r.id`,
  );
  return rows;
}

/** Runs that are not final, with what the queue holds for them: empty when there is nothing left to wait for. */
export async function unsettled(client: pg.Client): Promise<string[]> {
  const { rows: open } = await client.query<{ id: string; state: string; attempt: number }>(
    `SELECT id, state, attempt FROM sandbox.run WHERE NOT state = ANY ($1) ORDER BY id`,
    [FINAL],
  );
  const { rows: jobs } = await client.query<{ name: string; state: string; count: number; data: string }>(
    `SELECT name, state::text, count(*)::int, min(data::text) AS data
       FROM pgboss.job WHERE state IN ('created', 'retry', 'active') GROUP BY 1, 2 ORDER BY 1, 2`,
  );
  return [
    ...open.map(({ id, state, attempt }) => `run ${id} is ${state}, attempt ${attempt}`),
    ...jobs.map(({ name, state, count, data }) => `${count} job(s) of ${name} ${state}, for one ${data}`),
  ];
}

/** What must hold of every run, whatever was struck. */
export function judgeRuns(runs: readonly RunRecord[], programs: readonly TenantProgram[]): string[] {
  const breaches: string[] = [];
  const evidence = new Map<string, string>();
  const byId = new Map(runs.map((one) => [one.id, one]));
  for (const one of runs) {
    const name = `run ${one.id}`;
    if (!(FINAL as readonly string[]).includes(one.state))
      breaches.push(`${name} is not final: ${one.state}`);
    const succeeded = one.state === 'SUCCEEDED';
    if (one.reports !== (succeeded ? 1 : 0))
      breaches.push(`${name} is ${one.state} with ${one.reports} reports`);
    if (succeeded && (one.score_attempt !== one.attempt || one.measured_attempt !== one.attempt))
      breaches.push(
        `${name} succeeded as attempt ${one.attempt} with scores of ${one.score_attempt} measured as ${one.measured_attempt}`,
      );
    if (one.evidence === null) continue;
    const before = evidence.get(one.plan_id) ?? one.evidence;
    if (before !== one.evidence)
      breaches.push(`${name}: its evidence differs from another run's of its plan`);
    evidence.set(one.plan_id, before);
  }
  for (const program of programs) breaches.push(...judgeTenant(program, runs, byId));
  return breaches;
}

function judgeTenant(
  program: TenantProgram,
  runs: readonly RunRecord[],
  byId: ReadonlyMap<string, RunRecord>,
): string[] {
  const { tenant, known, refused, lostAnswers } = program;
  const { name, quota } = tenant.planned;
  const breaches = program.complaints.map((complaint) => `${name}: ${complaint}`);
  const kinds = new Map(Object.entries(tenant.plans).map(([kind, plan]) => [plan, kind as Kind]));
  const mine = runs.filter((one) => one.tenant_id === tenant.id);
  const used = mine.filter(({ state }) => state !== 'ERRORED').length;
  if (used > quota) breaches.push(`${name} used ${used} of a quota of ${quota}`);
  if (refused > 0 && mine.length < quota)
    breaches.push(`${name} was refused a run with ${mine.length} of ${quota} started`);
  const unheard = mine.filter(({ id }) => known.get(id)?.answered !== true).length;
  if (unheard > lostAnswers)
    breaches.push(`${name} has ${unheard} runs nobody was told of, ${lostAnswers} answers were lost`);
  for (const { id, answered, cancelled } of known.values()) {
    const one = byId.get(id);
    if (one === undefined) {
      breaches.push(`${name}: run ${id} was ${answered ? 'answered' : 'listed'} and is gone`);
      continue;
    }
    if (cancelled === 'Run' && one.state !== 'CANCELLED')
      breaches.push(`${name}: run ${id} was cancelled and is ${one.state}`);
    if (cancelled === 'RunAlreadyFinal' && one.state === 'CANCELLED')
      breaches.push(`${name}: run ${id} was said to be final and is CANCELLED`);
  }
  for (const { id, plan_id, state, reason_code } of mine) {
    const kind = kinds.get(plan_id);
    if (kind === undefined || ['CANCELLED', 'ERRORED'].includes(state) || !isFinal(state)) continue;
    if (state !== KINDS[kind])
      breaches.push(`${name}: run ${id} of a ${kind} model is ${state} (${reason_code})`);
  }
  return breaches;
}

/** What must hold of the queue, the trail and the database's locks when everything is at rest. */
export async function judgeDatabase(client: pg.Client, runs: readonly RunRecord[]): Promise<string[]> {
  const breaches = await unsettled(client);
  const { rows: locks } = await client.query<{ count: number }>(
    `SELECT count(*)::int FROM pg_locks l JOIN pg_stat_activity a USING (pid)
      WHERE l.locktype = 'advisory' AND a.state_change < now() - interval '5 seconds'`,
  );
  if (locks[0]?.count !== 0) breaches.push(`${locks[0]?.count} advisory locks are held`);
  const { rows: idle } = await client.query<{ count: number }>(
    `SELECT count(*)::int FROM pg_stat_activity
      WHERE state LIKE 'idle in transaction%' AND state_change < now() - interval '5 seconds'`,
  );
  if (idle[0]?.count !== 0) breaches.push(`${idle[0]?.count} transactions were left open`);
  const { rows: trail } = await client.query<{ started: number; finished: number; twice: number }>(
    `SELECT count(*) FILTER (WHERE action = 'startRun')::int AS started,
            count(*) FILTER (WHERE action = 'moveRun' AND details->>'to' = ANY ($1))::int AS finished,
            (SELECT count(*)::int FROM (
               SELECT subject FROM sandbox.audit_event WHERE action = 'moveRun' AND details->>'to' = ANY ($1)
                GROUP BY subject HAVING count(*) > 1) AS repeated) AS twice
       FROM sandbox.audit_event`,
    [FINAL],
  );
  const { started, finished, twice } = trail[0] ?? { started: -1, finished: -1, twice: -1 };
  if (started !== runs.length)
    breaches.push(`the audit trail tells of ${started} starts of ${runs.length} runs`);
  if (finished !== runs.length || twice > 0)
    breaches.push(
      `the audit trail tells of ${finished} ends of ${runs.length} runs, of ${twice} more than once`,
    );
  return breaches;
}

/** Every report's envelope, and the audit trail, by the command line and the public keys of the data folder. */
export async function verifyAll(
  client: pg.Client,
  ready: ReadyCase,
  place: { projectRoot: string; dataFolder: string; folder: string },
): Promise<string[]> {
  const breaches: string[] = [];
  const folder = join(place.folder, 'verified');
  mkdirSync(folder, { recursive: true });
  const verify = async (file: string, bytes: Uint8Array): Promise<void> => {
    const path = join(folder, file);
    writeFileSync(path, bytes);
    const main = join(place.projectRoot, 'dist', 'main.js');
    await run(process.execPath, [main, 'verify', path, '--data', place.dataFolder]).catch(
      (error: unknown) => {
        breaches.push(
          `${file} is not verified: ${(error as { stderr?: string }).stderr?.trim() ?? String(error)}`,
        );
      },
    );
  };
  await verify('audit.jsonl', await ready.operator.bytes('/audit/export.jsonl'));
  const { rows } = await client.query<{ id: string }>('SELECT id FROM sandbox.report ORDER BY id');
  const left = rows.map(({ id }) => id);
  const work = async (): Promise<void> => {
    for (let id = left.pop(); id !== undefined; id = left.pop())
      await verify(`${id}.dsse.json`, await ready.reviewer.bytes(`/reports/${id}/report.dsse.json`));
  };
  await Promise.all(Array.from({ length: VERIFIERS }, work));
  return breaches;
}
