import { spawn } from 'node:child_process';
import { type Readable, type Writable } from 'node:stream';
import { InputError } from '../../input-error.js';
import { type FailureReport } from './protocol.js';

/** How the tenant's program ended; without a code it was this machine's fault, and the model's no failure. */
export type ProgramEnd = { ok: true } | { ok: false; code: FailureReport['code'] | null; message: string };

/** Something at the tenant's site that reads features on stdin and writes scores on stdout. */
export interface ScoringProgram {
  stdin: Writable;
  stdout: Readable;
  /** Never rejects. */
  ended: Promise<ProgramEnd>;
  kill(): void;
}

/** The model failed at its site, in words for its owner. */
export class ModelFailed extends InputError {
  constructor(
    override readonly code: FailureReport['code'],
    message: string,
  ) {
    super(code, message);
  }
}

/**
 * Starts the tenant's own program as the tenant's own user: it is on its own machine, and what it prints on stderr is
 * passed through.
 *
 * @throws InputError `PROGRAM_NOT_FOUND`
 */
export async function startProgram(program: string, args: readonly string[]): Promise<ScoringProgram> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  // A program that ends without reading is told of by its end.
  child.stdin.on('error', () => undefined);
  const ended = new Promise<ProgramEnd>((resolve) => {
    child.once('error', (error) => resolve({ ok: false, code: 'MODEL_CRASHED', message: error.message }));
    child.once('close', (code, signal) =>
      resolve(
        code === 0
          ? { ok: true }
          : {
              ok: false,
              code: 'MODEL_CRASHED',
              message: `the program ended with ${signal ?? `status ${String(code)}`}`,
            },
      ),
    );
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) =>
      reject(new InputError('PROGRAM_NOT_FOUND', `the program ${program} does not start: ${error.message}`)),
    );
  });
  return { stdin: child.stdin, stdout: child.stdout, ended, kill: () => void child.kill('SIGKILL') };
}
