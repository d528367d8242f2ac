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
  /**
   * cgroup v2 only: the group in which jails' groups are to be made, as a path inside the hierarchy. In v1 the launcher
   * stands in its groups itself, and makes jails' groups below its own.
   */
  parent: string | null;
  /** says what could not be had */
  missing: readonly string[];
  remove(): void;
}

const CONTROLLERS = ['memory', 'pids', 'cpu', 'cpuacct'];

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
  let parent: string | null = null;
  for (const line of readFileSync('/proc/self/mountinfo', 'utf8').trim().split('\n')) {
    const [left = '', right = ''] = line.split(' - ');
    const [, , , root = '/', point = '/'] = left.split(' ');
    const [type = '', , options = ''] = right.split(' ');
    const names = type === 'cgroup' ? options.split(',').filter((name) => CONTROLLERS.includes(name)) : [''];
    const group = own.get(names[0] ?? '');
    if ((type !== 'cgroup' && type !== 'cgroup2') || names.length === 0 || group === undefined) continue;
    const inside = root !== '/' && group.startsWith(root) ? group.slice(root.length) : group;
    const folder = path.join(point, inside, `sandbox-launcher-${pid}`);
    try {
      if (type === 'cgroup2' && !enable(path.join(point, inside))) continue;
      give(folder, uid, made);
      if (type === 'cgroup2') {
        // v2 lets processes stand in leaves only: jails' groups go beside the launcher's own.
        give(path.join(folder, 'launcher'), uid, made);
        parent = path.join(group, path.basename(folder));
      }
      writeFileSync(
        path.join(type === 'cgroup2' ? path.join(folder, 'launcher') : folder, 'cgroup.procs'),
        String(pid),
      );
    } catch (error) {
      missing.push(
        `${names.join(',') || 'cgroup v2'}: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
  return { parent, missing, remove: () => made.reverse().forEach(removeGroup) };
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

function removeGroup(folder: string): void {
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true }))
      if (entry.isDirectory()) removeGroup(path.join(folder, entry.name));
    rmdirSync(folder);
  } catch {
    // A process is still leaving it: an empty group costs nothing.
  }
}
