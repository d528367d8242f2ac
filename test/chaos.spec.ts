import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { json, text } from 'node:stream/consumers';
import { projectRoot } from '../src/platform/database/index.js';
import type { ReadyTenant } from './chaos/case.ts';
import { judgeRuns, type RunRecord } from './chaos/checks.ts';
import type { Ledger } from './chaos/ledger.ts';
import { type Kind, schedule } from './chaos/schedule.ts';
import { TenantProgram } from './chaos/tenant.ts';

const PLANS: Readonly<Record<Kind, string>> = {
  good: 'plan good',
  slow: 'plan slow',
  failing: 'plan failing',
  endless: 'plan endless',
  greedy: 'plan greedy',
};

/** A tenant's program that has started nothing yet. */
function program(quota: number): TenantProgram {
  const planned = { name: 'Tenant', quota, starts: [], storms: [] };
  return new TenantProgram({ id: 'tenant', planned, plans: PLANS } as Partial<ReadyTenant> as ReadyTenant);
}

function succeeded(id: string, changes: Partial<RunRecord> = {}): RunRecord {
  return {
    id,
    tenant_id: 'tenant',
    plan_id: PLANS.good,
    state: 'SUCCEEDED',
    attempt: 1,
    reason_code: null,
    seconds: 1,
    reports: 1,
    evidence: 'the same',
    score_attempt: 1,
    measured_attempt: 1,
    ...changes,
  };
}

/** What is found wrong with runs that their tenant was told of. */
function breaches(runs: readonly RunRecord[], one = program(10)): string[] {
  for (const { id } of runs)
    if (!one.known.has(id)) one.known.set(id, { id, kind: 'good', answered: true, cancelled: null });
  return judgeRuns(runs, [one]);
}

describe('the chaos test', () => {
  it('makes the same schedule from the same seed, with everything in it', () => {
    const options = { seed: 7, mode: 'default', runs: 200, kills: 30, gap: 12 } as const;
    const made = schedule(options);
    expect(schedule(options)).toEqual(made);
    expect(schedule({ ...options, seed: 8 })).not.toEqual(made);
    expect(made.blows.map(({ target }) => target).sort()).toEqual(
      expect.arrayContaining(['api', 'backend', 'evaluator', 'launcher', 'postmaster', 'signer']),
    );
    expect(made.tenants.flatMap(({ starts }) => starts).length).toBeGreaterThanOrEqual(200);
  });

  it.each<[string, RunRecord]>([
    ['is not final: SCORING', succeeded('a', { state: 'SCORING', reports: 0, evidence: null })],
    ['is SUCCEEDED with 0 reports', succeeded('a', { reports: 0, evidence: null })],
    ['is SUCCEEDED with 2 reports', succeeded('a', { reports: 2 })],
    ['is ERRORED with 1 reports', succeeded('a', { state: 'ERRORED' })],
    ['with scores of 1 measured as 2', succeeded('a', { attempt: 2, measured_attempt: 2 })],
    ['of a failing model is SUCCEEDED', succeeded('a', { plan_id: PLANS.failing })],
    [
      'of a good model is LIMIT_EXCEEDED',
      succeeded('a', { state: 'LIMIT_EXCEEDED', reports: 0, evidence: null }),
    ],
  ])('finds that a run %s', (expected, run) => {
    expect(breaches([succeeded('b')])).toEqual([]);
    expect(breaches([succeeded('b'), run])).toEqual([expect.stringContaining(expected)]);
  });

  it('finds other evidence for the same plan, runs past the quota, lost and doubled ones, and broken words', () => {
    const found = (runs: RunRecord[], change: (one: TenantProgram) => void, quota = 10): string[] => {
      const one = program(quota);
      change(one);
      return breaches(runs, one);
    };
    const nothing = (): void => undefined;
    expect(found([succeeded('a'), succeeded('b', { evidence: 'another' })], nothing)).toEqual([
      expect.stringContaining('differs'),
    ]);
    expect(found([succeeded('a'), succeeded('b')], nothing, 1)).toEqual([expect.stringContaining('used 2')]);
    expect(found([succeeded('a')], (one) => (one.refused = 1))).toEqual([expect.stringContaining('refused')]);
    const known =
      (cancelled: 'Run' | 'RunAlreadyFinal' | null, answered = true) =>
      (one: TenantProgram) =>
        void one.known.set('a', { id: 'a', kind: 'good', answered, cancelled });
    expect(found([], known(null))).toEqual([expect.stringContaining('is gone')]);
    expect(found([succeeded('a')], known(null, false))).toEqual([
      expect.stringContaining('nobody was told of'),
    ]);
    expect(found([succeeded('a')], known('Run'))).toEqual([expect.stringContaining('was cancelled')]);
    const cancelled = succeeded('a', { state: 'CANCELLED', reports: 0, evidence: null });
    expect(found([cancelled], known('RunAlreadyFinal'))).toEqual([
      expect.stringContaining('said to be final'),
    ]);
  });

  it('loses, doubles and leaves nothing when powers, supervisors and PostgreSQL are killed', async () => {
    const root = projectRoot();
    const args = ['--runs', '18', '--kills', '6', '--gap', '3', '--workers', '1', '--seed', '1', '--json'];
    const child = spawn(process.execPath, [join(root, 'test', 'chaos', 'main.ts'), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [said, ledger] = await Promise.all([
      text(child.stderr),
      json(child.stdout).catch(() => null) as Promise<Ledger | null>,
      once(child, 'exit'),
    ]);
    if (ledger === null) throw new Error(said);
    expect(ledger.breaches).toEqual([]);
    expect(child.exitCode).toBe(0);
    expect(ledger.blowsInAll).toBe(6);
    const sum = (of: 'started' | 'succeeded' | 'refused'): number =>
      ledger.tenants.reduce((total, tenant) => total + tenant[of], 0);
    expect(sum('started')).toBeGreaterThanOrEqual(18);
    expect(sum('succeeded')).toBe(ledger.verified);
    expect(sum('succeeded')).toBeGreaterThan(5);
    expect(sum('refused')).toBeGreaterThan(0);
  }, 400_000);
});
