import type { RunRecord } from './checks.ts';
import type { Mode } from './schedule.ts';
import type { TenantProgram } from './tenant.ts';

export interface TenantLedger {
  tenant: string;
  started: number;
  succeeded: number;
  failed: number;
  limit: number;
  errored: number;
  cancelled: number;
  quota: number;
  quotaUsed: number;
  refused: number;
  /** answers that never came to this tenant's program */
  lostAnswers: number;
}

export interface Ledger {
  seed: number;
  mode: Mode;
  seconds: number;
  tenants: TenantLedger[];
  /** how often each target was struck */
  blows: Record<string, number>;
  blowsInAll: number;
  /** how often the disk was full; null where it was not this test's business */
  diskFull: number | null;
  restarts: Record<string, number>;
  /** runs that took more than one attempt */
  retried: number;
  attemptsAtMost: number;
  longestSecondsToFinal: number;
  /** reports whose envelope was verified */
  verified: number;
  objects: number;
  /** whole objects that no row names: what an attempt stored that was then overtaken */
  unnamedObjects: number;
  breaches: string[];
}

export function tenantLedger(program: TenantProgram, runs: readonly RunRecord[]): TenantLedger {
  const { tenant, refused, lostAnswers } = program;
  const mine = runs.filter(({ tenant_id }) => tenant_id === tenant.id);
  const count = (state: string): number => mine.filter((one) => one.state === state).length;
  return {
    tenant: tenant.planned.name,
    started: mine.length,
    succeeded: count('SUCCEEDED'),
    failed: count('FAILED'),
    limit: count('LIMIT_EXCEEDED'),
    errored: count('ERRORED'),
    cancelled: count('CANCELLED'),
    quota: tenant.planned.quota,
    quotaUsed: mine.length - count('ERRORED'),
    refused,
    lostAnswers,
  };
}

const COLUMNS: readonly (readonly [heading: string, of: keyof TenantLedger])[] = [
  ['tenant', 'tenant'],
  ['started', 'started'],
  ['succeeded', 'succeeded'],
  ['failed', 'failed'],
  ['limit', 'limit'],
  ['errored', 'errored'],
  ['cancelled', 'cancelled'],
  ['quota used', 'quotaUsed'],
  ['of', 'quota'],
  ['refused', 'refused'],
  ['lost answers', 'lostAnswers'],
];

export function printed(ledger: Ledger): string {
  const rows = ledger.tenants.map((tenant) => COLUMNS.map(([, of]) => String(tenant[of])));
  const total = COLUMNS.map(([, of], index) =>
    index === 0 ? 'in all' : String(ledger.tenants.reduce((sum, tenant) => sum + Number(tenant[of]), 0)),
  );
  const table = [COLUMNS.map(([heading]) => heading), ...rows, total];
  const widths = COLUMNS.map((_, index) => Math.max(...table.map((row) => row[index]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, index) => (index === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[index] ?? 0)))
      .join('  ');
  const counts = (of: Readonly<Record<string, number>>): string =>
    Object.entries(of)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ') || 'none';
  return [
    ...table.map(line),
    '',
    `seed ${ledger.seed}, mode ${ledger.mode}, ${ledger.seconds.toFixed(0)} s`,
    `struck ${ledger.blowsInAll} times: ${counts(ledger.blows)}`,
    ...(ledger.diskFull === null ? [] : [`the disk was full ${ledger.diskFull} times`]),
    `started again: ${counts(ledger.restarts)}`,
    `runs that took more than one attempt: ${ledger.retried} (at most ${ledger.attemptsAtMost} attempts)`,
    `longest from start to end of a run: ${ledger.longestSecondsToFinal.toFixed(1)} s`,
    `reports verified: ${ledger.verified}; objects ${ledger.objects}, named by no row ${ledger.unnamedObjects}`,
    ledger.breaches.length === 0
      ? 'Nothing was lost, doubled or left behind.'
      : `BREACHES (${ledger.breaches.length}):\n${ledger.breaches.map((breach) => `  ${breach}`).join('\n')}`,
    '',
  ].join('\n');
}
