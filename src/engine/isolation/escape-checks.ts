import { existsSync } from 'node:fs';
import { type Attempt, ATTEMPTS, PERL } from './escape-attempts.js';
import { type JailHost } from './jail-host.js';
import { startJail } from './jail.js';
import { baseProfile, type JailLimits } from './profile.js';

/** What one attempt to get out came to. */
export interface EscapeResult {
  name: string;
  held: boolean;
  /** What got out, or why the attempt could not be made. */
  detail: string;
}

const DEFAULTS: Partial<JailLimits> = { wallSeconds: 20, cpuSeconds: 20, memoryBytes: 512 * 2 ** 20 };

/**
 * Tries to get out of jails as this host makes them, in every way listed. An attempt that can't be made counts as not
 * held: what was not seen to hold is not trusted.
 */
export async function runEscapeChecks(host: JailHost): Promise<EscapeResult[]> {
  const results: EscapeResult[] = [];
  const here = ATTEMPTS.filter(({ architecture = process.arch }) => architecture === process.arch);
  for (const attempt of here) results.push(await tryOne(host, attempt));
  return results;
}

async function tryOne(host: JailHost, attempt: Attempt): Promise<EscapeResult> {
  if (attempt.program === 'perl' && !existsSync(PERL)) {
    return { name: attempt.name, held: false, detail: `not tried: install perl (${PERL})` };
  }
  const bait = await attempt.bait?.(host);
  const jail = startJail(host, baseProfile({ ...DEFAULTS, ...attempt.limits }), {
    program: attempt.program,
    args: bait === undefined ? attempt.args : [...attempt.args, bait.name],
  });
  const chunks: Buffer[] = [];
  jail.stdin.end();
  jail.stderr.resume();
  jail.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const outcome = await jail.outcome;
  const seen = { outcome, output: Buffer.concat(chunks).toString('latin1') };
  const taken = await bait?.withdraw();
  const escaped =
    outcome.kind === 'fault' ? `the jail failed: ${outcome.reason}` : (taken ?? attempt.judge(seen));
  return { name: attempt.name, held: escaped === undefined, detail: escaped ?? 'held' };
}
