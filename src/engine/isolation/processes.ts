import { readdirSync, readFileSync } from 'node:fs';

/** What `/proc/PID/stat` says of a process, or `PID/task/TID` of a thread; undefined when it is gone. */
function stat(pid: number | string): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in parentheses may hold anything, spaces and parentheses included.
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/** A process's start in clock ticks since boot: with its id it names the process, for ids are used again. */
export function processStart(pid: number): string | undefined {
  return stat(pid)?.[19];
}

/** Whether the very process that had this id and start is still there. */
export function isAlive(pid: number, start: string | undefined): boolean {
  const fields = stat(pid);
  return fields !== undefined && fields[0] !== 'Z' && (start === undefined || fields[19] === start);
}

const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

export interface TreeSample {
  cpuSeconds: number;
  memoryBytes: number;
  /** Threads count as well, as they do against a limit. */
  processes: number;
  pids: readonly number[];
}

/**
 * CPU time and memory of a process and all that descend from it, as far as they live now: what is known of a jail where
 * no cgroup counts. Resident pages are summed first, which is cheap and counts shared ones more than once; only when
 * that sum is past `limitBytes` is each page divided among those that share it.
 */
export function sampleTree(root: number, limitBytes: number): TreeSample {
  const pids: number[] = [];
  const total = { cpuSeconds: 0, memoryBytes: 0, processes: 0, pids };
  const open = [root];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    const fields = stat(pid);
    if (fields === undefined) continue;
    const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index] ?? 0), 0);
    total.cpuSeconds += ticks / TICKS_PER_SECOND;
    total.memoryBytes += Number(fields[21] ?? 0) * PAGE_BYTES;
    total.processes += Number(fields[17] ?? 1);
    pids.push(pid);
    open.push(...children(pid));
  }
  if (total.memoryBytes > limitBytes) {
    total.memoryBytes = pids.reduce((sum, pid) => sum + proportionalBytes(pid), 0);
  }
  return total;
}

/** A process's memory with shared pages divided among their users; its resident memory where that is not told. */
function proportionalBytes(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
    return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024;
  } catch {
    return Number(stat(pid)?.[21] ?? 0) * PAGE_BYTES;
  }
}

function children(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1')
        .split(' ')
        .filter((id) => id !== '')
        .map(Number),
    );
  } catch {
    return [];
  }
}

type Arguments = readonly number[];
const ofStdin = ([fd]: Arguments): boolean => fd === 0;
/** Of no descriptor they only let time pass. */
const ofSome = ([count = 0]: Arguments): boolean => count > 0;
const ofSomeListed = ([, count = 0]: Arguments): boolean => count > 0;
const always = (): boolean => true;

/** The calls by which a program waits for its stdin itself, or for whatever descriptor is ready, by number. */
const WAITING_CALLS: Readonly<Record<string, Readonly<Record<number, (args: Arguments) => boolean>>>> = {
  // read, readv; poll, ppoll; select, pselect6; epoll_wait, epoll_pwait, epoll_pwait2
  x64: {
    ...{ 0: ofStdin, 19: ofStdin, 7: ofSomeListed, 271: ofSomeListed, 23: ofSome, 270: ofSome },
    ...{ 232: always, 281: always, 441: always },
  },
  arm64: {
    ...{ 63: ofStdin, 65: ofStdin, 73: ofSomeListed, 72: ofSome },
    ...{ 22: always, 441: always },
  },
};

/**
 * Whether every thread of what descends from a process sleeps, and one of them waits to read descriptor 0 or for some
 * descriptor to be ready. The process itself, which waits for its children, is not looked at. A thread that reads an
 * empty pipe has read all that was put into it.
 *
 * @returns false too where there is none, or the kernel does not tell
 */
export function treeAwaitsInput(root: number): boolean {
  const calls = WAITING_CALLS[process.arch];
  if (calls === undefined) return false;
  let waits = false;
  const open = children(root);
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    open.push(...children(pid));
    for (const thread of threads(pid)) {
      const state = stat(`${pid}/task/${thread}`)?.[0];
      if (state === undefined || state === 'Z' || state === 'X') continue;
      if (state !== 'S') return false;
      const [call = -1, ...args] = callOf(pid, thread);
      waits ||= calls[call]?.(args) === true;
    }
  }
  return waits;
}

function threads(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** The system call that a thread sleeps in, and its arguments; nothing where the kernel does not tell. */
function callOf(pid: number, thread: string): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${thread}/syscall`, 'latin1').split(' ').map(Number);
  } catch {
    return [];
  }
}

const O_CLOEXEC = 0o2000000;

/**
 * Our own descriptors from `first` upwards that a child would inherit: those this process was itself started with and
 * that nobody marked close-on-exec. Node marks only the first sixteen and those right after them.
 */
export function inheritableDescriptors(first: number): number[] {
  const found: number[] = [];
  for (const name of readdirSync('/proc/self/fd')) {
    const fd = Number(name);
    if (fd < first) continue;
    try {
      const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))?.[1];
      if (flags !== undefined && (parseInt(flags, 8) & O_CLOEXEC) === 0) found.push(fd);
    } catch {
      // The descriptor that listed the folder is closed by now.
    }
  }
  return found;
}
