import { closeSync, constants, mkdirSync, openSync, readFileSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { type JailMount, type JailProfile, type Reached } from './profile.js';

type ScratchMount = Extract<JailMount, { kind: 'scratch' }>;

const CAP_SYS_ADMIN = 21;
const EXIT_OF_SCRATCH = 'sandbox: no capped scratch folder';

/**
 * Mounts a tmpfs in each place, then becomes the next program of the chain. bubblewrap's own `--size` caps bytes and not
 * inodes: two million empty files were made in ten seconds.
 */
const MOUNT = `mount=$1; shift; while [ "$1" != -- ]; do "$mount" -t tmpfs -o "$1" scratch "$2" || { echo "${EXIT_OF_SCRATCH}" >&2; exit 96; }; shift 2; done; shift; exec "$@"`;

/** Empty folders of ours at which each launch mounts its own, in a mount namespace that ends with it. */
export class ScratchPlaces {
  private made = 0;

  constructor(private readonly directory: string) {}

  path(index: number): string {
    const path = join(this.directory, 'scratch', String(index));
    if (index >= this.made) {
      mkdirSync(path, { recursive: true, mode: 0o755 });
      this.made = index + 1;
    }
    return path;
  }
}

export function scratchMounts(profile: JailProfile): ScratchMount[] {
  return profile.mounts.filter((mount) => mount.kind === 'scratch');
}

/**
 * The beginning of a launch whose profile asks for scratch folders: a mount namespace in which they are, made with the
 * right to mount where this process has it and within a user namespace of its own where it has not. Where neither can
 * be had the launch fails: a folder without a cap is not given instead.
 *
 * @param slot whose the folders are to be; undefined: ours
 */
export function scratchLaunch(
  mounts: readonly ScratchMount[],
  places: ScratchPlaces,
  slot: number | undefined,
  tools: { sh: string; unshare: () => string; mount: () => string },
): string[] {
  if (mounts.length === 0) return [];
  const owner = slot === undefined ? [] : [`uid=${slot}`, `gid=${slot}`];
  return [
    tools.unshare(),
    ...(mayMount() ? [] : ['--user', '--map-root-user']),
    ...['--mount', '--propagation', 'private', '--'],
    ...[tools.sh, '-c', MOUNT, 'scratch', tools.mount()],
    ...mounts.flatMap(({ bytes, files }, index) => [
      // The folder itself is one of the inodes.
      ['nosuid', 'nodev', 'mode=0700', `size=${bytes}`, `nr_inodes=${files + 1}`, ...owner].join(','),
      places.path(index),
    ]),
    '--',
  ];
}

function mayMount(): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? '0';
  return (BigInt(`0x${effective}`) & (1n << BigInt(CAP_SYS_ADMIN))) !== 0n;
}

/** One launch's scratch folders seen from outside, for as long as somebody has to know how full they are. */
export class ScratchGauge {
  private readonly open: number[];

  /** @param pid a process in the mount namespace of the launch */
  constructor(
    pid: number,
    places: ScratchPlaces,
    private readonly mounts: readonly ScratchMount[],
  ) {
    this.open = mounts.map((_, index) =>
      openSync(`/proc/${pid}/root${places.path(index)}`, constants.O_RDONLY | constants.O_DIRECTORY),
    );
  }

  /** The first of them that has no room left, for bytes or for files. */
  full(): Omit<Reached, 'limit'> | undefined {
    for (const [index, fd] of this.open.entries()) {
      const { bfree, ffree } = statfsSync(`/proc/self/fd/${fd}`);
      const { bytes = 0, files = 0 } = this.mounts[index] ?? {};
      if (bfree === 0) return { used: bytes, allowed: bytes, unit: 'bytes' };
      if (ffree === 0) return { used: files, allowed: files, unit: 'files' };
    }
    return undefined;
  }

  close(): void {
    for (const fd of this.open.splice(0)) closeSync(fd);
  }
}
