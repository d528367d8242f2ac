import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, processStart } from './processes.js';

/** A folder in which groups can be made that a controller limits; a machine may have both versions side by side. */
export interface CgroupParent {
  folder: string;
  version: 1 | 2;
}

/** Where this process may make groups: for each controller the folder they are made in. */
export interface CgroupSite {
  parents: ReadonlyMap<string, CgroupParent>;
  /** What could not be had, and why, for `doctor`. */
  missing: readonly string[];
}

export interface CgroupLimits {
  memoryBytes: number;
  processes: number;
  /** CPUs at once, and the weight against others of as many processes. */
  cores: number;
}

export interface CgroupUsage {
  cpuSeconds: number | null;
  peakMemoryBytes: number | null;
  /** Threads count as well; null where the kernel (before 6.1) keeps no peak. */
  peakProcesses: number | null;
  outOfMemory: boolean;
  tooManyProcesses: boolean;
}

export const CONTROLLERS = ['memory', 'pids', 'cpu', 'cpuacct'] as const;
/** Version 2 counts CPU time in every group and has no controller of that name. */
const CONTROLLERS_V2: readonly string[] = ['memory', 'pids', 'cpu'];
/** The kernel's own length of the periods in which CPU time is handed out, and weights of one process. */
const PERIOD_MICROSECONDS = 100_000;
const WEIGHT_OF_ONE = { 1: 1024, 2: 100 } as const;
const HEAVIEST = { 1: 262_144, 2: 10_000 } as const;
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
  const parents = new Map<string, CgroupParent>();
  const reasons = new Map<string, string>();
  for (const mount of cgroupMounts()) {
    const names = mount.version === 2 ? CONTROLLERS_V2 : mount.controllers;
    for (const name of CONTROLLERS.filter((wanted) => names.includes(wanted) && !parents.has(wanted))) {
      const group = parent ?? own.get(mount.version === 2 ? '' : name) ?? '/';
      const folder = join(mount.point, relativeTo(mount.root, group));
      const problem = mount.version === 2 ? enableV2(folder, name) : undefined;
      const reason = problem ?? probe(folder, name, mount.version);
      if (reason === undefined) {
        parents.set(name, { folder, version: mount.version });
      } else if (mount.version === 1 || !reasons.has(name)) {
        reasons.set(name, reason);
      }
    }
  }
  for (const folder of new Set([...parents.values()].map((parent) => parent.folder))) sweep(folder);
  const counted = [...parents.values()].some(({ version }) => version === 2);
  const missing = CONTROLLERS.filter((name) => !parents.has(name) && !(name === 'cpuacct' && counted)).map(
    (name) => `${name}: ${reasons.get(name) ?? 'no such controller is mounted'}`,
  );
  return { parents, missing };
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

/** A limit of each controller that no group above can be too narrow for. */
const PROBES: Readonly<Record<1 | 2, Readonly<Record<string, { file: string; value: string }>>>> = {
  1: {
    memory: { file: 'memory.limit_in_bytes', value: '67108864' },
    pids: { file: 'pids.max', value: '64' },
    cpu: { file: 'cpu.cfs_quota_us', value: '1000' },
  },
  2: {
    memory: { file: 'memory.max', value: '67108864' },
    pids: { file: 'pids.max', value: '64' },
    cpu: { file: 'cpu.max', value: `1000 ${PERIOD_MICROSECONDS}` },
  },
};

/** The group's own files tell whether a group may really be made and limited here; guessing from modes would not. */
function probe(folder: string, controller: string, version: 1 | 2): string | undefined {
  const group = join(folder, groupName('probe'));
  try {
    mkdirSync(group);
  } catch (error) {
    return `no group can be made below ${folder} (${codeOf(error)})`;
  }
  try {
    const limit = PROBES[version][controller];
    if (limit !== undefined) writeFileSync(join(group, limit.file), limit.value);
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
        const folder = join(parent.folder, name);
        if (!existsSync(folder)) mkdirSync(folder);
        this.folders.set(controller, folder);
      }
      if (this.version('memory') === 2) {
        this.write('memory', 'memory.max', limits.memoryBytes);
        this.writeIfThere('memory', 'memory.swap.max', 0);
        this.writeIfThere('memory', 'memory.oom.group', 1);
      } else {
        this.write('memory', 'memory.limit_in_bytes', limits.memoryBytes);
        this.writeIfThere('memory', 'memory.memsw.limit_in_bytes', limits.memoryBytes);
      }
      this.write('pids', 'pids.max', limits.processes);
      this.limitCores(limits.cores);
    } catch (error) {
      this.removeNow();
      throw error;
    }
  }

  private version(controller: string): 1 | 2 {
    return this.site.parents.get(controller)?.version ?? 1;
  }

  /**
   * A jail is held to so many cores, and where others want them, too, it weighs as much as so many processes, however
   * many it has.
   */
  private limitCores(cores: number): void {
    const version = this.version('cpu');
    const quota = Math.max(1000, Math.round(cores * PERIOD_MICROSECONDS));
    const weight = Math.min(HEAVIEST[version], Math.max(2, Math.round(cores * WEIGHT_OF_ONE[version])));
    this.write('cpu', version === 2 ? 'cpu.weight' : 'cpu.shares', weight);
    try {
      if (version === 2) this.write('cpu', 'cpu.max', `${quota} ${PERIOD_MICROSECONDS}`);
      else this.write('cpu', 'cpu.cfs_quota_us', quota);
    } catch (error) {
      // Version 1 takes no more than the group above has: that one holds the jail to less already.
      if (version === 2 || codeOf(error) !== 'EINVAL') throw error;
    }
  }

  /** Whether memory is counted over all processes together. */
  get countsMemory(): boolean {
    return this.folders.has('memory');
  }

  get countsProcesses(): boolean {
    return this.folders.has('pids');
  }

  get limitsCores(): boolean {
    return this.folders.has('cpu');
  }

  /** The files to which a process writes `0` to enter. */
  get entrances(): string[] {
    return [...new Set(this.folders.values())].map((folder) => join(folder, 'cgroup.procs'));
  }

  usage(): CgroupUsage {
    const two = this.version('memory') === 2;
    const events = two ? this.read('memory', 'memory.events') : this.read('memory', 'memory.oom_control');
    const second = CONTROLLERS_V2.find((name) => this.folders.has(name) && this.version(name) === 2);
    return {
      cpuSeconds:
        number(this.read('cpuacct', 'cpuacct.usage'), 1e9) ??
        (second === undefined ? null : field(this.read(second, 'cpu.stat'), 'usage_usec', 1e6)),
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

  private write(controller: string, file: string, value: number | string): void {
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
