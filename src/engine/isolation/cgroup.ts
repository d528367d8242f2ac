import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, processStart } from './processes.js';

/** Where this process may make groups: for each controller the folder they are made in. */
export interface CgroupSite {
  version: 1 | 2;
  parents: ReadonlyMap<string, string>;
  /** What could not be had, and why, for `doctor`. */
  missing: readonly string[];
}

export interface CgroupLimits {
  memoryBytes: number;
  processes: number;
}

export interface CgroupUsage {
  cpuSeconds: number | null;
  peakMemoryBytes: number | null;
  /** Threads count as well; null where the kernel (before 6.1) keeps no peak. */
  peakProcesses: number | null;
  outOfMemory: boolean;
  tooManyProcesses: boolean;
}

const CONTROLLERS = ['memory', 'pids', 'cpuacct'] as const;
const PREFIX = 'sandbox-jail-';

/**
 * Finds the cgroup folders in which groups for jails can be made: below this process's own groups, or below
 * `parent` (a path inside every hierarchy) where one was delegated.
 */
export function findCgroupSite(parent?: string): CgroupSite {
  const own = new Map<string, string>();
  for (const line of readFileSync('/proc/self/cgroup', 'utf8').trim().split('\n')) {
    const [, names = '', path = '/'] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    for (const name of names.split(',')) own.set(name, path);
  }
  const parents = new Map<string, string>();
  const reasons = new Map<string, string>();
  let version: 1 | 2 = 1;
  for (const mount of cgroupMounts()) {
    const names: readonly string[] = mount.version === 2 ? ['memory', 'pids'] : mount.controllers;
    for (const name of CONTROLLERS.filter((wanted) => names.includes(wanted) && !parents.has(wanted))) {
      const group = parent ?? own.get(mount.version === 2 ? '' : name) ?? '/';
      const folder = join(mount.point, relativeTo(mount.root, group));
      const problem = mount.version === 2 ? enableV2(folder, name) : undefined;
      const reason = problem ?? probe(folder, name, mount.version);
      if (reason === undefined) {
        version = mount.version;
        parents.set(name, folder);
      } else if (mount.version === 1 || !reasons.has(name)) {
        reasons.set(name, reason);
      }
    }
  }
  for (const folder of new Set(parents.values())) sweep(folder);
  const missing = ['memory', 'pids']
    .filter((name) => !parents.has(name))
    .map((name) => `${name}: ${reasons.get(name) ?? 'no such controller is mounted'}`);
  return { version, parents, missing };
}

interface CgroupMount {
  version: 1 | 2;
  root: string;
  point: string;
  controllers: string[];
}

function cgroupMounts(): CgroupMount[] {
  const mounts: CgroupMount[] = [];
  for (const line of readFileSync('/proc/self/mountinfo', 'utf8').trim().split('\n')) {
    const [left = '', right = ''] = line.split(' - ');
    const [, , , root = '/', point = '/'] = left.split(' ');
    const [type = '', , options = ''] = right.split(' ');
    if (type === 'cgroup') mounts.push({ version: 1, root, point, controllers: options.split(',') });
    if (type === 'cgroup2') mounts.push({ version: 2, root, point, controllers: [] });
  }
  return mounts;
}

/** A container sees its hierarchy from a folder inward: `root` is that folder, and what /proc names begins with it. */
function relativeTo(root: string, group: string): string {
  return root !== '/' && group.startsWith(root) ? group.slice(root.length) : group;
}

function enableV2(folder: string, controller: string): string | undefined {
  try {
    const offered = readFileSync(join(folder, 'cgroup.controllers'), 'utf8').split(/\s+/);
    if (!offered.includes(controller)) return 'not delegated to this group';
    const enabled = readFileSync(join(folder, 'cgroup.subtree_control'), 'utf8').split(/\s+/);
    if (!enabled.includes(controller)) {
      writeFileSync(join(folder, 'cgroup.subtree_control'), `+${controller}`);
    }
    return undefined;
  } catch (error) {
    return `cannot be enabled below ${folder} (${codeOf(error)})`;
  }
}

/** The group's own files tell whether a group may really be made and limited here; guessing from modes would not. */
function probe(folder: string, controller: string, version: 1 | 2): string | undefined {
  const group = join(folder, groupName('probe'));
  try {
    mkdirSync(group);
  } catch (error) {
    return `no group can be made below ${folder} (${codeOf(error)})`;
  }
  try {
    const file = { memory: version === 2 ? 'memory.max' : 'memory.limit_in_bytes', pids: 'pids.max' }[
      controller
    ];
    if (file !== undefined) writeFileSync(join(group, file), controller === 'pids' ? '64' : '67108864');
    return undefined;
  } catch (error) {
    return `a group below ${folder} cannot be limited (${codeOf(error)})`;
  } finally {
    rmdirSync(group);
  }
}

let counter = 0;

function groupName(what: string): string {
  return `${PREFIX}${process.pid}-${processStart(process.pid) ?? 0}-${what}-${counter++}`;
}

/** Groups of launchers that were killed: their jails died with them, the empty folders are taken away. */
function sweep(folder: string): void {
  for (const name of readdirSync(folder)) {
    const [, pid, start] = /^sandbox-jail-(\d+)-(\d+)-/.exec(name) ?? [];
    if (pid === undefined || isAlive(Number(pid), start)) continue;
    try {
      rmdirSync(join(folder, name));
    } catch {
      // Not empty yet: its processes are about to die, and the next start looks again.
    }
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

/** One jail's groups, a folder in each hierarchy. Made before its first process, removed after its last. */
export class Cgroup {
  private readonly folders = new Map<string, string>();

  constructor(
    private readonly site: CgroupSite,
    limits: CgroupLimits,
  ) {
    const name = groupName('job');
    try {
      for (const [controller, parent] of site.parents) {
        const folder = join(parent, name);
        if (!existsSync(folder)) mkdirSync(folder);
        this.folders.set(controller, folder);
      }
      if (site.version === 2) {
        this.write('memory', 'memory.max', limits.memoryBytes);
        this.writeIfThere('memory', 'memory.swap.max', 0);
        this.writeIfThere('memory', 'memory.oom.group', 1);
      } else {
        this.write('memory', 'memory.limit_in_bytes', limits.memoryBytes);
        this.writeIfThere('memory', 'memory.memsw.limit_in_bytes', limits.memoryBytes);
      }
      this.write('pids', 'pids.max', limits.processes);
    } catch (error) {
      this.removeNow();
      throw error;
    }
  }

  /** Whether memory is counted over all processes together. */
  get countsMemory(): boolean {
    return this.folders.has('memory');
  }

  get countsProcesses(): boolean {
    return this.folders.has('pids');
  }

  /** The files to which a process writes `0` to enter. */
  get entrances(): string[] {
    return [...new Set(this.folders.values())].map((folder) => join(folder, 'cgroup.procs'));
  }

  usage(): CgroupUsage {
    const two = this.site.version === 2;
    const events = two ? this.read('memory', 'memory.events') : this.read('memory', 'memory.oom_control');
    const cpu = two
      ? field(this.read('memory', 'cpu.stat'), 'usage_usec', 1e6)
      : number(this.read('cpuacct', 'cpuacct.usage'), 1e9);
    return {
      cpuSeconds: cpu,
      peakMemoryBytes: number(
        this.read('memory', two ? 'memory.peak' : 'memory.memsw.max_usage_in_bytes') ??
          this.read('memory', 'memory.max_usage_in_bytes'),
        1,
      ),
      peakProcesses: number(this.read('pids', 'pids.peak') ?? this.read('pids', 'pids.current'), 1),
      outOfMemory: (field(events, 'oom_kill', 1) ?? 0) > 0,
      tooManyProcesses: (field(this.read('pids', 'pids.events'), 'max', 1) ?? 0) > 0,
    };
  }

  /** The ids of the processes inside, as this process sees them. */
  processes(): number[] {
    const [folder] = this.folders.values();
    return folder === undefined ? [] : processesIn(folder);
  }

  /** Kills whatever is left inside, then takes the folders away. */
  async remove(): Promise<void> {
    for (let attempt = 0; attempt < 400; attempt += 1) {
      if (this.removeNow()) return;
      for (const folder of new Set(this.folders.values()))
        for (const pid of processesIn(folder)) tryKill(pid);
      await sleep(attempt < 20 ? 1 : 10);
    }
  }

  private removeNow(): boolean {
    for (const [controller, folder] of this.folders) {
      try {
        rmdirSync(folder);
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') continue;
      }
      this.folders.delete(controller);
    }
    return this.folders.size === 0;
  }

  private write(controller: string, file: string, value: number): void {
    const folder = this.folders.get(controller);
    if (folder !== undefined) writeFileSync(join(folder, file), String(value));
  }

  private writeIfThere(controller: string, file: string, value: number): void {
    const folder = this.folders.get(controller);
    if (folder !== undefined && existsSync(join(folder, file))) this.write(controller, file, value);
  }

  private read(controller: string, file: string): string | undefined {
    const folder = this.folders.get(controller);
    return folder === undefined ? undefined : tryRead(join(folder, file));
  }
}

function tryRead(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function processesIn(folder: string): number[] {
  const text = tryRead(join(folder, 'cgroup.procs')) ?? '';
  return text
    .split('\n')
    .filter((line) => /^[1-9]\d*$/.test(line))
    .map(Number);
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone in the meantime.
  }
}

function number(text: string | undefined, divisor: number): number | null {
  const value = Number(text);
  return text === undefined || !Number.isFinite(value) ? null : value / divisor;
}

function field(text: string | undefined, name: string, divisor: number): number | null {
  const found = new RegExp(`^${name} (\\d+)$`, 'm').exec(text ?? '');
  return found === null ? null : number(found[1], divisor);
}
