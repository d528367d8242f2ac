import { InputError } from '../input-error.js';
import { type JailLimit, type JailOutcome, usedOf } from '../isolation/index.js';
import { RUNNER_EXIT } from './runner-task.js';

/** Whose doing it was: a platform's fault is never counted against a tenant. */
export type Blame = 'model' | 'limit' | 'platform' | 'cancelled';

/**
 * Scoring did not come to its end.
 *
 * Codes: `MODEL_LOAD_FAILED`, `MODEL_RUN_FAILED`, `SCORE_SHAPE`, `INPUT_UNFIT`, `SCORE_NOT_FINITE`, `SCORES_MALFORMED`,
 * `WINDOW_UNANSWERED`, `MODEL_CRASHED`; `LIMIT_WALL`, `LIMIT_CPU`, `LIMIT_MEMORY`, `LIMIT_OUTPUT`, `LIMIT_PROCESSES`,
 * `LIMIT_FILES`; `JAIL_FAULT`; `CANCELLED`.
 */
export class ScoringError extends InputError {
  constructor(
    code: string,
    message: string,
    readonly blame: Blame,
    readonly outcome: JailOutcome,
    /** what the tenant may be told of it, where that is more than the code says: never anything blind */
    readonly told?: string,
  ) {
    super(code, message);
    this.name = 'ScoringError';
  }
}

const LIMITS: Readonly<Record<JailLimit, string>> = {
  wall: 'took longer than it may',
  cpu: 'used more CPU time than it may',
  memory: 'used more memory than it may',
  output: 'printed more than it may',
  processes: 'started more processes than it may',
  files: 'opened or wrote more files than it may',
};

const EXITS: Readonly<Record<number, readonly [code: string, words: string]>> = {
  [RUNNER_EXIT.load]: ['MODEL_LOAD_FAILED', 'the model does not load'],
  [RUNNER_EXIT.run]: ['MODEL_RUN_FAILED', 'the model failed while scoring'],
  [RUNNER_EXIT.shape]: ['SCORE_SHAPE', 'the model gives no score'],
  [RUNNER_EXIT.input]: ['INPUT_UNFIT', 'the features do not fit the model'],
};

/** What a model prints is its tenant's: one line of it, without control characters, is enough for a message. */
function printable(text: string): string {
  return text
    .trim()
    .split('\n')
    .at(-1)!
    .replaceAll(/[^\P{C}]/gu, ' ')
    .slice(0, 300);
}

/**
 * Turns how the jail ended, and what the reader of its scores found, into one error.
 *
 * @param found what was wrong with the stream, told only when the jail itself ended well
 */
export function scoringError(outcome: JailOutcome, found: { code: string; message: string }): ScoringError {
  switch (outcome.kind) {
    case 'limit':
      return new ScoringError(
        `LIMIT_${outcome.limit.toUpperCase()}`,
        `the model ${LIMITS[outcome.limit]}: ${usedOf(outcome.reached)}`,
        'limit',
        outcome,
      );
    case 'fault':
      return new ScoringError('JAIL_FAULT', outcome.reason, 'platform', outcome);
    case 'crashed': {
      const [code, words] = EXITS[outcome.exitCode ?? 0] ?? [
        'MODEL_CRASHED',
        `the model's process ended with ${outcome.signal ?? `status ${outcome.exitCode ?? 'unknown'}`}`,
      ];
      const said = printable(outcome.stderrTail);
      return new ScoringError(code, said === '' ? words : `${words}: ${said}`, 'model', outcome);
    }
    case 'cancelled':
    case 'completed':
      return new ScoringError(found.code, found.message, 'model', outcome);
  }
}
