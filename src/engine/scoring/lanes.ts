import { type Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type JailOutcome, type RunningJail, type Usage } from '../isolation/index.js';
import { ArrowCutError, ArrowError } from './arrow-message.js';
import { ScoringError, scoringError } from './scoring-error.js';

const LAST_WORDS_MILLISECONDS = 1000;

/** A score that is no finite number where only those are taken. */
export class NotFinite extends Error {
  /** @param row counted from 0 */
  constructor(row: number, score: number) {
    super(`the score of row ${row + 1} is ${score}`);
  }
}

/** Writes one message; the jail's pipe has taken all of it when this resolves, or has closed. */
export async function sendMessage(stdin: Writable, message: Uint8Array): Promise<void> {
  await new Promise<void>((resolve) => {
    const closed = () => resolve();
    stdin.once('close', closed);
    stdin.write(message, () => {
      stdin.off('close', closed);
      resolve();
    });
  });
}

/** Lets a jail whose scores were found bad say why it ended, where it is about to, and takes no more of it. */
export async function hearOut(jail: RunningJail, error: unknown): Promise<void> {
  // A jail whose scores stop short is about to say why it ended: it is heard before it is killed.
  if (error instanceof ArrowCutError) {
    // Its process may be unable to end while one of its threads waits for more features.
    jail.stdin.destroy();
    await Promise.race([jail.outcome, sleep(LAST_WORDS_MILLISECONDS, undefined, { ref: false })]);
  }
  jail.stdout.destroy();
}

/**
 * Why jails that were fed and read did not come to a good end, undefined where they did. The jail that ended by itself
 * tells why; those we ended after it have nothing to say.
 *
 * @param reasons what the readers of their scores found
 * @param stalled said when nothing else is to blame
 * @throws what a reader failed with by a fault of ours
 */
export function judgeLanes(
  outcomes: readonly JailOutcome[],
  reasons: readonly unknown[],
  stalled?: ScoringError,
): ScoringError | undefined {
  const bad = outcomes.find((outcome) => outcome.kind !== 'completed' && outcome.kind !== 'cancelled');
  if (bad === undefined && stalled !== undefined) return stalled;
  const found = reasons.find((reason) => reason instanceof NotFinite) ?? reasons[0];
  if (bad === undefined && found === undefined) return undefined;
  const message = found instanceof Error ? found.message : String(found);
  const code = found instanceof NotFinite ? 'SCORE_NOT_FINITE' : 'SCORES_MALFORMED';
  const ours = found !== undefined && !(found instanceof NotFinite) && !(found instanceof ArrowError);
  if (ours && bad === undefined) throw found instanceof Error ? found : new Error(message);
  return scoringError(bad ?? outcomes[0] ?? { kind: 'fault', reason: message }, { code, message });
}

export function cancelled(outcomes: readonly JailOutcome[]): ScoringError {
  return new ScoringError('CANCELLED', 'scoring was cancelled', 'cancelled', {
    kind: 'cancelled',
    usage: totalUsage(outcomes),
  });
}

export function unanswered(window: number, outcome: JailOutcome): ScoringError {
  return new ScoringError(
    'WINDOW_UNANSWERED',
    `no score came for window ${window} although the model waited for more: flush stdout after each batch`,
    'model',
    outcome,
  );
}

/** Summed over the jails; wall time is the longest. */
export function totalUsage(outcomes: readonly JailOutcome[]): Usage {
  const usages = outcomes.flatMap((outcome) => (outcome.kind === 'fault' ? [] : [outcome.usage]));
  const sum = (values: (number | null)[]) =>
    values.includes(null) ? null : values.reduce<number>((total, value) => total + (value ?? 0), 0);
  const most = (values: (number | null)[]) => {
    const known = values.filter((value) => value !== null);
    return known.length === 0 ? null : Math.max(...known);
  };
  return {
    wallSeconds: Math.max(0, ...usages.map((usage) => usage.wallSeconds)),
    cpuSeconds: sum(usages.map((usage) => usage.cpuSeconds)),
    peakMemoryBytes: sum(usages.map((usage) => usage.peakMemoryBytes)),
    peakProcesses: sum(usages.map((usage) => usage.peakProcesses)),
    peakOpenFiles: most(usages.map((usage) => usage.peakOpenFiles)),
    outputBytes: usages.reduce((total, { outputBytes }) => total + outputBytes, 0),
  };
}
