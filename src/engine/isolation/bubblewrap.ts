import { existsSync, statSync } from 'node:fs';
import { type JailMount, type JailProfile } from './profile.js';

/** Descriptors bubblewrap itself reads and writes; none of them reaches the program. */
export const FILTER_FD = 3;
export const STATUS_FD = 4;
/** The first of the descriptors over which `data` mounts come, in the order of the mounts. */
export const FIRST_DATA_FD = 5;

/** The id a program sees itself run as: the same in every jail, whichever slot it has. */
const INSIDE_ID = '1000';

/** Devices without memory or effect. No terminal, no shared memory folder. */
const DEVICES = ['null', 'zero', 'full', 'random', 'urandom'];

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

function mountArguments(mount: JailMount, dataFd: () => number): string[] {
  switch (mount.kind) {
    case 'readOnly':
      return ['--ro-bind', mount.from, mount.to];
    case 'symlink':
      return ['--symlink', mount.target, mount.at];
    case 'directory':
      return ['--dir', mount.at];
    case 'data':
      return ['--perms', '0444', '--ro-bind-data', String(dataFd()), mount.at];
  }
}

/**
 * Runs the program as a child of pid 1, so that it gets signals as anywhere else and its orphans are reaped; when it
 * ends, pid 1 ends, and the kernel kills whatever else is left. The shell's own word on a killed child is dropped.
 */
const INIT = 'exec 3>&2 2>/dev/null; (exec "$@" 2>&3 3>&-); exit $?';

/** The arguments of bubblewrap for a profile, the program's own limits and the program last. */
export function bubblewrapArguments(
  profile: JailProfile,
  limits: readonly string[],
  command: readonly string[],
): string[] {
  let dataFd = FIRST_DATA_FD;
  return [
    '--unshare-all',
    '--unshare-user',
    '--disable-userns',
    ...['--uid', INSIDE_ID, '--gid', INSIDE_ID, '--hostname', 'jail'],
    '--die-with-parent',
    '--new-session',
    '--as-pid-1',
    ...['--cap-drop', 'ALL'],
    ...profile.mounts.flatMap((mount) => mountArguments(mount, () => dataFd++)),
    ...['--proc', '/proc', ...masks(), '--remount-ro', '/proc'],
    ...['--perms', '0755', '--tmpfs', '/dev'],
    ...DEVICES.flatMap((name) => ['--dev-bind', `/dev/${name}`, `/dev/${name}`]),
    ...DEVICE_LINKS.flatMap(([target, at]) => ['--symlink', target, at]),
    ...['--remount-ro', '/dev', '--remount-ro', '/'],
    ...['--chdir', profile.workingDirectory],
    ...['--seccomp', String(FILTER_FD), '--json-status-fd', String(STATUS_FD)],
    ...['--', '/usr/bin/prlimit', ...limits, '--', '/bin/sh', '-c', INIT, 'init', ...command],
  ];
}
