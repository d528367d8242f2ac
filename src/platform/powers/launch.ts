import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Duplex } from 'node:stream';
import { delegateCgroups, type Delegation } from './cgroup-delegation.js';
import { SYSTEM_PATH, type Identities, type Power } from './identities.js';

/** Where a power finds things; with users of their own, inside the mount namespace that it is given. */
export interface PowerPaths {
  project: string;
  data: string;
}

export interface Launch {
  power: Power;
  /** the compiled file that the power runs, relative to the project */
  entry: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
}

export interface Started {
  child: ChildProcess;
  delegation: Delegation | null;
}

/** What the powers see, whatever folders above are closed to them. */
export const INSIDE: PowerPaths = { project: '/mnt/app', data: '/mnt/data' };

/**
 * Runs as root in a mount namespace of its own. Sources are opened before anything is mounted and are bound by their
 * descriptors, so that it does not matter where they lie, below /mnt included.
 */
const MOUNTS = `set -eu
umask 022
exec 6<"$1" 7<"$2" 8<"$3"
mount -t tmpfs -o size=64k,mode=755,nosuid,nodev sandbox /mnt
mkdir /mnt/app /mnt/data
: > /mnt/node
mount -c --rbind /proc/self/fd/6 /mnt/app
mount -c -o remount,bind,ro,nosuid,nodev /mnt/app
mount -c --rbind /proc/self/fd/7 /mnt/data
mount -c -o remount,bind,nosuid,nodev /mnt/data
mount -c --bind /proc/self/fd/8 /mnt/node
mount -c -o remount,ro,nosuid,nodev /mnt
exec 6<&- 7<&- 8<&-
shift 3
cd /mnt/app
exec "$@"
`;

/**
 * Runs as the launcher's user in a user namespace that maps nobody yet: says so, waits until the supervisor has written
 * the maps, and only then executes, since an exec without a map would lose the namespace's capabilities.
 */
const WAIT_FOR_MAPS = `echo >&4
read -r _ <&4
exec 4<&-
exec "$@"
`;

/** As one user: a plain child process, which at least dies with its parent where setpriv is to be had. */
export async function launchPlain(launch: Launch, paths: PowerPaths): Promise<Started> {
  const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find((file) => existsSync(file));
  const command = [process.execPath, path.join(paths.project, launch.entry), ...launch.args];
  const [program = '', ...args] =
    setpriv === undefined ? command : [setpriv, '--pdeathsig', 'KILL', '--', ...command];
  const child = spawn(program, args, {
    cwd: paths.project,
    env: { PATH: SYSTEM_PATH, ...launch.env },
    // A session of its own: Ctrl-C goes to the supervisor, which lets the powers finish.
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await once(child, 'spawn');
  return { child, delegation: null };
}

/**
 * As root: under a user of its own, without capabilities, without a way to gain any, seeing code and data at
 * {@link INSIDE}. The launcher alone stands in a user namespace that maps itself (as 0) and the slots: it can become a
 * slot's user and nobody else, whatever is done to it.
 *
 * @param real the project (or its readable copy), the data folder and the node binary, as the supervisor sees them
 */
export async function launchSeparate(
  launch: Launch,
  real: PowerPaths & { node: string },
  identities: Identities,
): Promise<Started> {
  const id = identities.id(launch.power);
  const groups = identities.groupsOf(launch.power);
  const drop = [
    'setpriv',
    ...['--reuid', String(id), '--regid', String(id)],
    ...(groups.length === 0 ? ['--clear-groups'] : ['--groups', groups.join(',')]),
  ];
  const program = ['/mnt/node', path.join(INSIDE.project, launch.entry), ...launch.args];
  const command =
    launch.power === 'launcher'
      ? [
          ...[...drop, '--', 'unshare', '--user', '--', 'sh', '-c', WAIT_FOR_MAPS, 'sh'],
          ...['setpriv', '--no-new-privs', '--pdeathsig', 'KILL', '--', ...program],
        ]
      : [
          ...[...drop, '--no-new-privs', '--bounding-set=-all', '--inh-caps=-all', '--ambient-caps=-all'],
          ...['--pdeathsig', 'KILL', '--', ...program],
        ];
  const child = spawn(
    'unshare',
    [
      '--mount',
      '--propagation',
      'private',
      '--',
      'sh',
      '-c',
      MOUNTS,
      'sh',
      real.project,
      real.data,
      real.node,
      ...command,
    ],
    {
      cwd: '/',
      env: { PATH: SYSTEM_PATH, ...launch.env },
      detached: true,
      // 3 carries messages (Node names it in the environment, and the programs in between leave it open), 4 the maps.
      stdio: ['ignore', 'inherit', 'inherit', 'ipc', 'pipe'],
    },
  );
  const gate = child.stdio[4] as Duplex | undefined;
  gate?.on('error', () => undefined);
  await once(child, 'spawn');
  if (launch.power !== 'launcher' || gate === undefined || child.pid === undefined) {
    gate?.destroy();
    return { child, delegation: null };
  }
  try {
    await namespaceMade(child, gate);
    const { first, count } = identities.slots;
    const map = `0 ${id} 1\n${first} ${first} ${count}\n`;
    writeFileSync(`/proc/${child.pid}/uid_map`, map);
    writeFileSync(`/proc/${child.pid}/gid_map`, map);
    const delegation = delegateCgroups(child.pid, id);
    gate.end('go\n');
    return { child, delegation };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

function namespaceMade(child: ChildProcess, gate: Duplex): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code, signal) =>
      reject(
        new Error(`the launcher ended before it had its user namespace (${signal ?? `status ${code}`})`),
      ),
    );
    gate.once('data', () => resolve());
  });
}
