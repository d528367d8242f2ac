import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

/** Groups that the launcher may divide among jails. */
export interface Delegation {
  /** says what could not be had */
  missing: readonly string[];
  remove(): void;
}

const GROUP = 'sandbox-launcher-';
const LEAF = 'launcher';

/**
 * Asked by the launcher of itself: the group in which jails' groups are to be made, as a path inside the hierarchy.
 *
 * @param own the text of /proc/self/cgroup
 * @returns undefined under cgroup v1 or without a delegation: jails' groups then go below the process's own
 */
export function delegatedCgroup(own = readFileSync('/proc/self/cgroup', 'utf8')): string | undefined {
  return new RegExp(`^0::(.*/${GROUP}\\d+)/${LEAF}$`, 'm').exec(own)?.[1];
}

const CONTROLLERS = ['memory', 'pids', 'cpu', 'cpuacct'];

const REMOVAL_ATTEMPTS = 100;
const REMOVAL_PAUSE_MS = 100;

/**
 * Makes a group for the launcher in each hierarchy below this process's own, gives it to the launcher's user and moves
 * the launcher in. Only the folder and the files that admit processes change hands: limits set on the group stay ours.
 */
export function delegateCgroups(pid: number, uid: number): Delegation {
  const own = new Map<string, string>();
  for (const line of readFileSync('/proc/self/cgroup', 'utf8').trim().split('\n')) {
    const [, names = '', place = '/'] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    for (const name of names.split(',')) own.set(name, place);
  }
  const made: string[] = [];
  const missing: string[] = [];
  for (const line of readFileSync('/proc/self/mountinfo', 'utf8').trim().split('\n')) {
    const [left = '', right = ''] = line.split(' - ');
    const [, , , root = '/', point = '/'] = left.split(' ');
    const [type = '', , options = ''] = right.split(' ');
    const names = type === 'cgroup' ? options.split(',').filter((name) => CONTROLLERS.includes(name)) : [''];
    const group = own.get(names[0] ?? '');
    if ((type !== 'cgroup' && type !== 'cgroup2') || names.length === 0 || group === undefined) continue;
    const inside = root !== '/' && group.startsWith(root) ? group.slice(root.length) : group;
    const folder = path.join(point, inside, `${GROUP}${pid}`);
    sweep(path.join(point, inside));
    try {
      if (type === 'cgroup2' && !enable(path.join(point, inside))) continue;
      give(folder, uid, made);
      if (type === 'cgroup2') {
        // v2 lets processes stand in leaves only: jails' groups go beside the launcher's own.
        give(path.join(folder, LEAF), uid, made);
      }
      writeFileSync(
        path.join(type === 'cgroup2' ? path.join(folder, LEAF) : folder, 'cgroup.procs'),
        String(pid),
      );
    } catch (error) {
      missing.push(
        `${names.join(',') || 'cgroup v2'}: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
  return { missing, remove: () => removeSoon(made.toReversed()) };
}

function give(folder: string, uid: number, made: string[]): void {
  mkdirSync(folder);
  made.push(folder);
  chownSync(folder, uid, uid);
  for (const name of ['cgroup.procs', 'tasks', 'cgroup.threads', 'cgroup.subtree_control']) {
    const file = path.join(folder, name);
    if (existsSync(file)) chownSync(file, uid, uid);
  }
}

/** @returns whether this v2 hierarchy has a memory or process controller to hand down */
function enable(folder: string): boolean {
  const offered = readFileSync(path.join(folder, 'cgroup.controllers'), 'utf8').trim().split(/\s+/);
  const wanted = offered.filter((name) => CONTROLLERS.includes(name));
  if (wanted.length === 0) return false;
  writeFileSync(path.join(folder, 'cgroup.subtree_control'), wanted.map((name) => `+${name}`).join(' '));
  return true;
}

/** Groups of launchers whose supervisor was killed before it could remove them. One in use cannot be removed. */
function sweep(folder: string): void {
  for (const name of readdirSync(folder))
    if (name.startsWith(GROUP) && !existsSync(`/proc/${name.slice(GROUP.length)}`))
      removeSoon([path.join(folder, name)]);
}

/** Jails die with their launcher, but not in the same instant, and a group that holds a process stays: asks again. */
function removeSoon(folders: readonly string[], attempts = REMOVAL_ATTEMPTS): void {
  const left = folders.filter((folder) => !removeGroup(folder));
  if (left.length > 0 && attempts > 1)
    setTimeout(() => removeSoon(left, attempts - 1), REMOVAL_PAUSE_MS).unref();
}

/** @returns whether it is gone */
function removeGroup(folder: string): boolean {
  if (!existsSync(folder)) return true;
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true }))
      if (entry.isDirectory()) removeGroup(path.join(folder, entry.name));
    rmdirSync(folder);
    return true;
  } catch {
    return false;
  }
}
