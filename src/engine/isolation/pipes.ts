import { execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync, unlinkSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';

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
 */
export class PipePool {
  private readonly paths: string[] = [];
  private readonly folders: string[] = [];

  constructor(
    private readonly directory: string,
    private readonly mkfifo: string,
    private readonly batch = 24,
  ) {}

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
    for (const folder of this.folders.splice(0)) rmSync(folder, { recursive: true, force: true });
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
    const folder = mkdtempSync(join(this.directory, `pipes-${process.pid}-`));
    this.folders.push(folder);
    const paths = Array.from({ length: this.batch }, (_, index) => join(folder, String(index)));
    // Another user's reopening goes through /proc/self/fd and is checked against the mode; the folder stays private.
    execFileSync(this.mkfifo, ['-m', '666', ...paths], { env: {}, stdio: ['ignore', 'ignore', 'pipe'] });
    this.paths.push(...paths);
  }
}
