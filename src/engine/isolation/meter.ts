import { readdirSync, statSync } from 'node:fs';
import { type Cgroup, type CgroupUsage } from './cgroup.js';
import { sampleTree, type TreeSample } from './processes.js';
import { type JailLimits, type Reached } from './profile.js';
import { type ScratchGauge } from './scratch.js';

/** bubblewrap's own process, prlimit turned shell, and one to spare. */
export const PROCESSES_OF_OURS = 3;

/** What was counted so far; null where nobody could. */
export interface Counted {
  cpuSeconds: number | null;
  peakMemoryBytes: number | null;
  peakProcesses: number | null;
  peakOpenFiles: number | null;
}

/**
 * Counts what a jail uses and tells when a limit is reached: by the jail's groups where there are such, otherwise by
 * looking at its processes one by one, which may miss what lasts shorter than the time between two looks.
 */
export class Meter {
  private readonly sampled = { cpuSeconds: 0, memoryBytes: 0, processes: 0, openFiles: 0 };
  private gauge: ScratchGauge | undefined;

  /** @param pid bubblewrap's own process, from which all others of the jail descend */
  constructor(
    private readonly limits: JailLimits,
    private readonly cgroup: Cgroup | undefined,
    private readonly pid: number | undefined,
  ) {}

  /** From now on it watches how full the scratch folders are. */
  watchScratch(gauge: ScratchGauge): void {
    this.gauge = gauge;
  }

  /** @returns the first limit that is reached now */
  look(): Reached | undefined {
    const group = this.cgroup?.usage();
    const tree = this.sample(group);
    this.countOpenFiles(this.cgroup?.processes() ?? tree?.pids ?? []);
    return this.reached(group);
  }

  /** The last look, when every process is dead: what the groups and the scratch folders still tell. */
  lastLook(): Reached | undefined {
    return this.reached(this.cgroup?.usage());
  }

  counted(): Counted {
    const group = this.cgroup?.usage();
    const { cpuSeconds, memoryBytes, processes, openFiles } = this.sampled;
    const seen = (value: number) => (value > 0 ? value : null);
    const peak = group?.peakProcesses ?? seen(processes);
    return {
      cpuSeconds: group?.cpuSeconds ?? seen(cpuSeconds),
      peakMemoryBytes: group?.peakMemoryBytes ?? seen(memoryBytes),
      peakProcesses: peak === null ? null : Math.max(1, peak - PROCESSES_OF_OURS),
      peakOpenFiles: seen(openFiles),
    };
  }

  close(): void {
    this.gauge?.close();
    this.gauge = undefined;
  }

  private reached(group: CgroupUsage | undefined): Reached | undefined {
    const { limits, sampled, cgroup } = this;
    const counted = this.counted();
    if (
      group?.outOfMemory === true ||
      (cgroup?.countsMemory !== true && sampled.memoryBytes > limits.memoryBytes)
    ) {
      return { limit: 'memory', used: counted.peakMemoryBytes, allowed: limits.memoryBytes, unit: 'bytes' };
    }
    // The kernel holds root to no number of processes, so where no group counts somebody else has to.
    if (group?.tooManyProcesses === true || sampled.processes > limits.processes + PROCESSES_OF_OURS) {
      return {
        limit: 'processes',
        used: counted.peakProcesses,
        allowed: limits.processes,
        unit: 'processes',
      };
    }
    if ((counted.cpuSeconds ?? 0) >= limits.cpuSeconds) {
      return { limit: 'cpu', used: counted.cpuSeconds, allowed: limits.cpuSeconds, unit: 'seconds' };
    }
    if (sampled.openFiles >= limits.openFiles) {
      return { limit: 'files', used: sampled.openFiles, allowed: limits.openFiles, unit: 'open files' };
    }
    const full = this.gauge?.full();
    return full === undefined ? undefined : { limit: 'files', ...full };
  }

  /** Goes through the processes where no group adds up all that is needed. */
  private sample(group: CgroupUsage | undefined): TreeSample | undefined {
    const counted = this.cgroup?.countsMemory === true && this.cgroup.countsProcesses;
    if ((counted && group?.cpuSeconds != null) || this.pid === undefined) return undefined;
    const tree = sampleTree(this.pid, this.limits.memoryBytes);
    this.sampled.cpuSeconds = Math.max(this.sampled.cpuSeconds, tree.cpuSeconds);
    this.sampled.memoryBytes = Math.max(this.sampled.memoryBytes, tree.memoryBytes);
    this.sampled.processes = Math.max(this.sampled.processes, tree.processes);
    return tree;
  }

  /** bubblewrap's own process is left out: it holds what it hands on. */
  private countOpenFiles(pids: readonly number[]): void {
    for (const pid of pids) {
      if (pid !== this.pid) this.sampled.openFiles = Math.max(this.sampled.openFiles, openFilesOf(pid));
    }
  }
}

/** Linux 6.2 and newer say it as the size of the folder; before that it has to be read. */
function openFilesOf(pid: number): number {
  try {
    const folder = `/proc/${pid}/fd`;
    const { size } = statSync(folder);
    return size > 0 ? size : readdirSync(folder).length;
  } catch {
    return 0;
  }
}
