import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, processStart } from '../../isolation/index.js';

const POLL_MILLISECONDS = 5;

/** Names this very process, also after its id is given to another. */
function self(): string {
  return `${process.pid} ${processStart(process.pid) ?? ''}`;
}

function holderLives(file: string): boolean {
  try {
    const [pid = '', start] = readFileSync(file, 'latin1').split(' ');
    // An empty file is one whose holder is about to write its id.
    return pid === '' || isAlive(Number(pid), start);
  } catch {
    return false;
  }
}

function write(file: string): void {
  const fd = openSync(file, 'wx', 0o600);
  writeSync(fd, self());
  closeSync(fd);
}

/** Does something that one process at a time may do. A holder that was killed does not keep the others out. */
export async function withLock<T>(file: string, act: () => T): Promise<T> {
  for (;;) {
    try {
      write(file);
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (!holderLives(file)) clearStale(file);
    else await sleep(POLL_MILLISECONDS);
  }
  try {
    return act();
  } finally {
    unlinkSync(file);
  }
}

/** Moving it aside before unlinking lets only one taker win. */
function clearStale(file: string): void {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
    unlinkSync(aside);
  } catch {
    // Another was quicker.
  }
}

let marks = 0;

/** Says in a folder that this process uses what the folder stands for, until what comes back is called. */
export function mark(folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `${process.pid}-${(marks += 1)}`);
  rmSync(file, { force: true });
  write(file);
  return () => rmSync(file, { force: true });
}

/** Whether any living process uses what the folder stands for. */
export function isMarked(folder: string): boolean {
  try {
    return readdirSync(folder).some((name) => holderLives(join(folder, name)));
  } catch {
    return false;
  }
}
