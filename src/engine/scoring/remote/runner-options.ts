import { type GatewayAddress, type RunnerIdentity } from './connection.js';
import { type ScoringProgram } from './program.js';
import { type Lease, type LeaseRequest } from './protocol.js';

/** What a runner tells of its work, for people and logs. */
export type RunnerEvent =
  | { event: 'waiting' }
  | { event: 'leased'; run: string; attempt: number; rows: number; batches: number; next: number }
  | { event: 'scored'; run: string; rows: number; of: number }
  | { event: 'done'; run: string }
  | { event: 'over'; run: string; code: string; message: string }
  | { event: 'failed'; run: string; code: string; message: string }
  | { event: 'retrying'; seconds: number; message: string };

export interface RunnerOptions {
  gateway: GatewayAddress;
  identity: RunnerIdentity;
  runner: LeaseRequest['runner'];
  /** SHA-256 of the models that can be run; null: whatever comes */
  models: string[] | null;
  /** A program for one lease, fed from its first wanted batch on. */
  start: (lease: Lease) => Promise<ScoringProgram>;
  /** Ends after one run. */
  once: boolean;
  /** Ends the work at once; what was acknowledged stays. */
  signal: AbortSignal;
  /** From 0 to 1, by chance: runners that lost the gateway together should not come back together. */
  jitter: () => number;
  tell: (event: RunnerEvent) => void;
}

const FIRST_PAUSE_SECONDS = 0.5;
const LONGEST_PAUSE_SECONDS = 30;

/** The pause before the n-th try anew: twice as long each time, and by chance up to half of it shorter. */
export function pauseSeconds(losses: number, jitter: () => number): number {
  const most = Math.min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** (losses - 1));
  return most * (1 - jitter() / 2);
}
