import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** Longer than any job lasts: what is older is nobody's, whichever host made it. */
const STALE_MS = 24 * 60 * 60 * 1_000;

/**
 * Where the evaluator makes datasets before they are in their stores. A folder's name says which process made it, so
 * that what a crash left is found at the next start, and what another evaluator is at work on is left alone.
 */
export class Scratch {
  private constructor(readonly root: string) {}

  /** Makes the folder, and removes what processes left that are no more. */
  static async open(root: string): Promise<Scratch> {
    await mkdir(root, { recursive: true, mode: 0o700 });
    for (const name of await readdir(root)) {
      const place = join(root, name);
      if (await abandoned(name, place)) await rm(place, { recursive: true, force: true });
    }
    return new Scratch(root);
  }

  /** Gives the work a folder of its own, and removes it however the work ends. */
  async within<T>(work: (folder: string) => Promise<T>): Promise<T> {
    const folder = await mkdtemp(join(this.root, `${hostname()}.${process.pid}.`));
    try {
      return await work(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

async function abandoned(name: string, place: string): Promise<boolean> {
  const mine = name.startsWith(`${hostname()}.`) ? /^(\d+)\./.exec(name.slice(hostname().length + 1)) : null;
  // One with our own number is of a process that had it before us: this one has only just begun.
  if (mine !== null && (Number(mine[1]) === process.pid || !alive(Number(mine[1])))) return true;
  const found = await stat(place).catch(() => null);
  return found !== null && Date.now() - found.mtimeMs > STALE_MS;
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
