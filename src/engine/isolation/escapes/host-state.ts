import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** The variable that marks every process of an attempt, for its environment is inherited by all of them. */
export const MARK = 'SANDBOX_ATTEMPT';
/** Where an attempt that got out would have left its files. */
const FOLDERS = [
  '/',
  '/usr',
  '/usr/bin',
  '/usr/local',
  '/tmp',
  '/dev',
  '/dev/shm',
  '/var/tmp',
  '/run',
  '/home',
];
const NAMES = ['sandbox-escape', 'sandbox-escape1'];
/** The kernel rounds to whole seconds, and the network may set a clock right by less. */
const CLOCK_SECONDS = 2;

/** What of the host an attempt could have changed. */
export interface HostState {
  readonly names: string;
  /** when the machine started by its wall clock, in seconds since 1970: this moves only when the clock is set */
  readonly clock: number;
  readonly files: ReadonlySet<string>;
}

export function hostState(): HostState {
  return {
    names: `${hostname()} ${read('/proc/sys/kernel/domainname')} ${read('/proc/sys/kernel/core_pattern')} ${read('/proc/sys/kernel/modprobe')}`,
    clock: Number(/^btime (\d+)$/m.exec(read('/proc/stat'))?.[1] ?? 0),
    files: new Set(
      FOLDERS.flatMap((folder) => NAMES.map((name) => `${folder}/${name}`)).filter((path) =>
        existsSync(path),
      ),
    ),
  };
}

/** What is left of the attempt that was marked so, or is not as it was before; undefined where nothing is. */
export function leftBy(mark: string, before: HostState): string | undefined {
  const alive = survivors(mark);
  if (alive.length > 0) return `processes ${alive.join(', ')} live on`;
  const now = hostState();
  if (now.names !== before.names) return `settings of the host are now ${now.names}`;
  if (Math.abs(now.clock - before.clock) > CLOCK_SECONDS) return 'the clock was set';
  const files = [...now.files].filter((path) => !before.files.has(path));
  return files.length === 0 ? undefined : `files ${files.join(', ')} were left`;
}

function survivors(mark: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    return read(`/proc/${pid}/environ`).includes(mark);
  });
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1').trim();
  } catch {
    return '';
  }
}
