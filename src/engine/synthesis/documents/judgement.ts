import { type LeakAudit } from './leak-audit.js';

/** A gate of the leak audit with what came of it. */
export type JudgedGate = LeakAudit['gates'][number] & {
  readonly split: string;
  readonly outcome: 'PASSED' | 'FAILED' | 'NOT_JUDGED';
};

/** A split with fewer rows or positives than these says too little of what is easy: its gates are not judged. */
export const FEWEST_ROWS = 5_000;
export const FEWEST_POSITIVES = 50;

/** The gates of every split. A sample of a large split may stand for it: it is far larger than these numbers. */
export function judge(audits: readonly LeakAudit[]): JudgedGate[] {
  return audits.flatMap((audit) => {
    const judged = audit.rows >= FEWEST_ROWS && audit.positives >= FEWEST_POSITIVES;
    return audit.gates.map((gate) => ({
      ...gate,
      split: audit.split,
      outcome: judged ? (gate.passed ? ('PASSED' as const) : ('FAILED' as const)) : ('NOT_JUDGED' as const),
    }));
  });
}
