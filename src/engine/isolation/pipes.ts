import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { isAlive, processStart } from './processes.js';

/** One end for the jail, a plain descriptor to hand on and close; the other for us, a stream. */
export interface JailPipe {
  theirs: number;
  ours: Socket;
}

const SET_SIZE = 'fcntl(STDIN, 1031, shift)';

/**
 * Asks for more room in a pipe (F_SETPIPE_SZ) than its 64 KiB, so that its two ends have to wake each other less often. No
 * call of Node's does that, Perl's does. It is not waited for; without Perl, or past what the user may have, the
 * pipe stays as it is.
 *
 * @param fd either end; may be closed once this returns
 */
export function widen(fd: number, bytes: number): void {
  const child = spawn('/usr/bin/perl', ['-e', SET_SIZE, String(bytes)], {
    env: {},
    cwd: '/',
    stdio: [fd, 'ignore', 'ignore'],
  });
  child.on('error', () => undefined);
  child.unref();
}

/**
 * Real pipes for a jail's stdin, stdout and stderr. What Node calls a pipe is a pair of UNIX sockets, over which a
 * jailed program could ask who sits at the other end and pass descriptors, and which it cannot reopen as `/dev/stderr`.
 * Node cannot call pipe(2), but it can open a FIFO, which is the same object under a name; the name is gone before
 * the jail starts. One `mkfifo` makes many, so its cost is shared.
 *
 * A jail can still read the name that a pipe had (`/proc/self/fd`), so it says nothing: it is random, in a random folder
 * beside our own. Which folders are whose is noted in our own, for the next start to find what a killed launcher left.
 */
export class PipePool {
  private readonly paths: string[] = [];
  private readonly folders: string[] = [];
  private readonly notes: string;
  private readonly beside: string;

  constructor(
    directory: string,
    private readonly mkfifo: string,
    private readonly batch = 24,
  ) {
    this.notes = join(directory, 'pipes');
    this.beside = mayWriteTo(dirname(directory)) ? dirname(directory) : directory;
    mkdirSync(this.notes, { recursive: true, mode: 0o700 });
    this.sweep();
  }

  /** A pipe the jail reads from. */
  input(): JailPipe {
    return this.open(constants.O_RDONLY, constants.O_WRONLY);
  }

  /** A pipe the jail writes to. */
  output(): JailPipe {
    return this.open(constants.O_WRONLY, constants.O_RDONLY);
  }

  close(): void {
    this.paths.length = 0;
    for (const name of this.folders.splice(0)) this.forget(name);
  }

  private open(their: number, our: number): JailPipe {
    if (this.paths.length === 0) this.refill();
    const path = this.paths.pop();
    if (path === undefined) throw new Error('no pipe could be made');
    // Open for both first: either end alone would wait for the other.
    const both = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    try {
      const theirs = openSync(path, their);
      const ours = openSync(path, our | constants.O_NONBLOCK);
      return {
        theirs,
        ours: new Socket({
          fd: ours,
          readable: our === constants.O_RDONLY,
          writable: our === constants.O_WRONLY,
          allowHalfOpen: true,
        }),
      };
    } finally {
      unlinkSync(path);
      closeSync(both);
      if (this.paths.length === 0) this.close();
    }
  }

  private refill(): void {
    const name = randomName();
    // Noted before it is made: whatever is there has a note.
    writeFileSync(join(this.notes, name), `${process.pid} ${processStart(process.pid) ?? ''}`, {
      mode: 0o600,
    });
    this.folders.push(name);
    const folder = this.folder(name);
    mkdirSync(folder, { mode: 0o700 });
    const paths = Array.from({ length: this.batch }, () => join(folder, randomName()));
    // Another user's reopening goes through /proc/self/fd and is checked against the mode; the folder stays private.
    execFileSync(this.mkfifo, ['-m', '666', ...paths], { env: {}, stdio: ['ignore', 'ignore', 'pipe'] });
    this.paths.push(...paths);
  }

  private folder(name: string): string {
    return join(this.beside, name);
  }

  private forget(name: string): void {
    rmSync(this.folder(name), { recursive: true, force: true });
    rmSync(join(this.notes, name), { force: true });
  }

  /** Names that a killed launcher left; the pipes themselves died with it. */
  private sweep(): void {
    for (const name of readdirSync(this.notes).filter((each) => RANDOM_NAME.test(each))) {
      const [pid = '', start] = readNote(join(this.notes, name)).split(' ');
      if (pid !== '' && !isAlive(Number(pid), start)) this.forget(name);
    }
  }
}

function mayWriteTo(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

const RANDOM_NAME = /^[0-9a-f]{32}$/;

function randomName(): string {
  return randomBytes(16).toString('hex');
}

/** Empty where it is about to be written, or was just taken away. */
function readNote(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
