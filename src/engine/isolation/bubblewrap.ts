import { existsSync, statSync } from 'node:fs';
import { type JailMount, type JailProfile } from './profile.js';
import { DEVICES } from './profiles.js';
import { checkRoot } from './root-folder.js';
import { SYSTEM_TOOLS, type Toolbox } from './toolbox.js';

/** Descriptors bubblewrap itself reads and writes; none of them reaches the program. */
export const FILTER_FD = 3;
export const STATUS_FD = 4;
/** The first of the descriptors over which `data` mounts come, in the order of the mounts. */
export const FIRST_DATA_FD = 5;

/** The id a program sees itself run as: the same in every jail, whichever slot it has. */
const INSIDE_ID = '1000';

const DEVICE_LINKS: readonly (readonly [string, string])[] = [
  ['/proc/self/fd', '/dev/fd'],
  ['/proc/self/fd/0', '/dev/stdin'],
  ['/proc/self/fd/1', '/dev/stdout'],
  ['/proc/self/fd/2', '/dev/stderr'],
];

/** What a fresh /proc still tells about the host: its command line, identity, locks, keys, timers, devices, disks. */
const MASKED_FILES = [
  'buddyinfo',
  'cmdline',
  'config.gz',
  'consoles',
  'crypto',
  'devices',
  'diskstats',
  'interrupts',
  'iomem',
  'ioports',
  'kallsyms',
  'kcore',
  'key-users',
  'keys',
  'kmsg',
  'kpagecgroup',
  'kpagecount',
  'kpageflags',
  'latency_stats',
  'loadavg',
  'locks',
  'misc',
  'modules',
  'pagetypeinfo',
  'partitions',
  'sched_debug',
  'schedstat',
  'slabinfo',
  'softirqs',
  'swaps',
  'sys/kernel/random/boot_id',
  'sysrq-trigger',
  'timer_list',
  'vmallocinfo',
  'vmstat',
  'zoneinfo',
];
const MASKED_FOLDERS = [
  'acpi',
  'asound',
  'bus',
  'driver',
  'dynamic_debug',
  'fs',
  'irq',
  'pressure',
  'scsi',
  'sysvipc',
  'tty',
];

let procMasks: readonly string[] | undefined;

function masks(): readonly string[] {
  procMasks ??= [
    // Bound without device access, /dev/null can't even be opened: reading gives "permission denied".
    ...MASKED_FILES.filter((name) => existsSync(`/proc/${name}`)).flatMap((name) => [
      '--ro-bind',
      '/dev/null',
      `/proc/${name}`,
    ]),
    ...MASKED_FOLDERS.filter(
      (name) => statSync(`/proc/${name}`, { throwIfNoEntry: false })?.isDirectory() === true,
    ).flatMap((name) => ['--tmpfs', `/proc/${name}`, '--remount-ro', `/proc/${name}`]),
  ];
  return procMasks;
}

/** What the launch adds to its profile, each in the order of the mounts that want it. */
interface Places {
  dataFd: () => number;
  scratch: () => string;
}

function mountArguments(mount: JailMount, places: Places): string[] {
  switch (mount.kind) {
    case 'root':
      return ['--ro-bind', mount.from, '/'];
    case 'readOnly':
      return ['--ro-bind', mount.from, mount.to];
    case 'scratch':
      return ['--bind', places.scratch(), mount.at];
    case 'writable':
      return ['--bind', mount.from, mount.to];
    case 'symlink':
      return ['--symlink', mount.target, mount.at];
    case 'directory':
      return ['--dir', mount.at];
    case 'data':
      return ['--perms', '0444', '--ro-bind-data', String(places.dataFd()), mount.at];
  }
}

/**
 * Runs the program as a child of pid 1, so that it gets signals as anywhere else and its orphans are reaped; when it
 * ends, pid 1 ends, and the kernel kills whatever else is left. The shell's own word on a killed child is dropped. The
 * environment is put on here and not before: what stands in it must not bend the tools that set the limits.
 */
const INIT =
  'exec 3>&2 2>/dev/null; while [ "$1" != -- ]; do export "$1" || exit 126; shift; done; cd -- "$2" || exit 126; unset OLDPWD; shift 2; (exec "$@" 2>&3 3>&-); exit $?';

/** What a shell can hand on as a variable. */
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

function environment(env: JailProfile['env']): string[] {
  return Object.entries(env).map(([name, value]) => {
    if (!VARIABLE.test(name)) throw new Error(`"${name}" cannot be the name of a variable`);
    return `${name}=${value}`;
  });
}

/**
 * The arguments of bubblewrap for a profile, the program's own limits and the program last.
 *
 * @param bring the tools for a jail that has not the host's `/usr`
 * @param scratch the host's place of each scratch folder
 * @param startFd at whose end the program begins; undefined: at once
 * @throws Error where the root folder of a profile is unfit
 */
export function bubblewrapArguments(
  profile: JailProfile,
  limits: readonly string[],
  command: readonly string[],
  {
    bring,
    scratch,
    startFd,
  }: { bring: () => Toolbox; scratch: (index: number) => string; startFd: number | undefined },
): string[] {
  const root = profile.mounts.find((mount) => mount.kind === 'root');
  const tools = root === undefined ? SYSTEM_TOOLS : bring();
  const hidden = root === undefined ? [] : checkRoot(root.from, profile).masks;
  let dataFd = FIRST_DATA_FD;
  let scratches = 0;
  const places = { dataFd: () => dataFd++, scratch: () => scratch(scratches++) };
  // The root comes first: bound later, it would cover what the others brought.
  const mounts = profile.mounts.toSorted(
    (one, other) => Number(other.kind === 'root') - Number(one.kind === 'root'),
  );
  return [
    '--unshare-all',
    '--unshare-user',
    '--disable-userns',
    ...['--uid', INSIDE_ID, '--gid', INSIDE_ID, '--hostname', 'jail'],
    '--die-with-parent',
    '--new-session',
    '--as-pid-1',
    ...['--cap-drop', 'ALL'],
    ...mounts.flatMap((mount) => mountArguments(mount, places)),
    ...hidden.flatMap((path) => ['--ro-bind', '/dev/null', path]),
    ...['--proc', '/proc', ...masks(), '--remount-ro', '/proc'],
    ...['--perms', '0755', '--tmpfs', '/dev'],
    ...DEVICES.flatMap((name) => ['--dev-bind', `/dev/${name}`, `/dev/${name}`]),
    ...DEVICE_LINKS.flatMap(([target, at]) => ['--symlink', target, at]),
    ...tools.binds.flatMap(([from, to]) => ['--ro-bind', from, to]),
    ...['--remount-ro', '/dev', '--remount-ro', '/'],
    ...['--chdir', '/'],
    ...['--seccomp', String(FILTER_FD), '--json-status-fd', String(STATUS_FD)],
    ...(startFd === undefined ? [] : ['--block-fd', String(startFd)]),
    ...['--', ...tools.prlimit, ...limits, '--', ...tools.sh, '-c', INIT, 'init'],
    ...[...environment(profile.env), '--', profile.workingDirectory, ...command],
  ];
}
