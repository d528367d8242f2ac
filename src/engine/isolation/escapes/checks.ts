import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type JailHost } from '../jail-host.js';
import { startJail } from '../jail.js';
import { baseProfile, type JailLimits, type JailProfile } from '../profile.js';
import { type Attempt, PERL } from './attempt.js';
import { hostState, leftBy, MARK, type HostState } from './host-state.js';
import { ATTEMPTS } from './index.js';

/** What one attempt to get out came to. */
export interface EscapeResult {
  name: string;
  held: boolean;
  /** What got out, or why the attempt could not be made. */
  detail: string;
}

const SIDE_BY_SIDE = 4;
const DEFAULTS: Partial<JailLimits> = { wallSeconds: 20, cpuSeconds: 20, memoryBytes: 512 * 2 ** 20 };

/**
 * Tries to get out of jails as this host makes them, in every way listed, and looks after each whether the host is as
 * it was. An attempt that can't be made counts as not held: what was not seen to hold is not trusted.
 *
 * @param base what the jails are made from; an attempt sets its own limits
 * @param only names of the attempts to make; all of them unless said otherwise
 * @param lifted limits set in place of the attempts' own: they have to notice
 */
export async function runEscapeChecks(
  host: JailHost,
  base: JailProfile = baseProfile(),
  only?: readonly string[],
  lifted: Partial<JailLimits> = {},
): Promise<EscapeResult[]> {
  const here = ATTEMPTS.filter(
    ({ name, architecture = process.arch }) =>
      architecture === process.arch && only?.includes(name) !== false,
  );
  const before = hostState();
  const results = new Map<Attempt, EscapeResult>();
  const lane = async (attempts: Iterator<Attempt>) => {
    for (let next = attempts.next(); next.done !== true; next = attempts.next())
      results.set(next.value, await tryOne(host, base, next.value, before, lifted));
  };
  // What uses nothing up is tried side by side; what is measured against a limit has the machine to itself.
  const quiet = here.filter(({ limits }) => limits === undefined).values();
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, () => lane(quiet)));
  await lane(here.filter(({ limits }) => limits !== undefined).values());
  return here.flatMap((attempt) => results.get(attempt) ?? []);
}

async function tryOne(
  host: JailHost,
  base: JailProfile,
  attempt: Attempt,
  before: HostState,
  lifted: Partial<JailLimits>,
): Promise<EscapeResult> {
  if (attempt.program === 'perl' && !existsSync(PERL)) {
    return { name: attempt.name, held: false, detail: `not tried: install perl (${PERL})` };
  }
  const bait = await attempt.bait?.(host);
  const mark = randomUUID();
  const jail = startJail(
    host,
    {
      ...base,
      mounts: [...base.mounts, ...(bait?.mounts ?? [])],
      limits: { ...base.limits, ...DEFAULTS, ...attempt.limits, ...lifted },
      env: { ...base.env, [MARK]: mark },
    },
    {
      program: attempt.program,
      args: bait === undefined ? attempt.args : [...attempt.args, bait.name],
    },
  );
  const chunks: Buffer[] = [];
  jail.stdin.end();
  jail.stderr.resume();
  jail.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const outcome = await jail.outcome;
  const seen = { outcome, output: Buffer.concat(chunks).toString('latin1') };
  const taken = await bait?.withdraw();
  const escaped =
    outcome.kind === 'fault'
      ? `the jail failed: ${outcome.reason}`
      : (taken ?? attempt.judge(seen) ?? leftBy(mark, before));
  return { name: attempt.name, held: escaped === undefined, detail: escaped ?? 'held' };
}
