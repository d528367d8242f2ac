import { lstatSync } from 'node:fs';

/** What a jail may use. Each limit that is passed ends the jail with an outcome of its own. */
export interface JailLimits {
  wallSeconds: number;
  /** CPU time of all the jail's processes together. */
  cpuSeconds: number;
  /** Memory of all the jail's processes, their shared memory and kernel objects included. */
  memoryBytes: number;
  /** Processes and threads at one time. */
  processes: number;
  /** Descriptors of one process at one time. */
  openFiles: number;
  /** Bytes of stdout and stderr together. */
  outputBytes: number;
  /** Bytes of one file that the jail writes, where it may write at all; default `outputBytes`. */
  fileBytes?: number;
  /** Address space of one process, used only where no memory cgroup can be had; default 2 GiB above `memoryBytes`. */
  addressSpaceBytes?: number;
}

export type JailMount =
  /**
   * The folder becomes the jail's `/`, read-only: nothing of the host's system is in it but what other mounts bring.
   * Every other mount's place, `/proc` and `/dev` must be in it as empty folders (or files), for none can be made there.
   */
  | { kind: 'root'; from: string }
  | { kind: 'readOnly'; from: string; to: string }
  /** An empty folder in memory that can be written to, up to so many bytes and files; it ends with the jail. */
  | { kind: 'scratch'; at: string; bytes: number; files: number }
  /**
   * A folder of ours that the jail fills. It belongs to the slot's user meanwhile and to us again when the jail has
   * ended, rights to run as its owner taken off its files. The folders above must let the slot's user pass.
   */
  | { kind: 'writable'; from: string; to: string }
  | { kind: 'symlink'; target: string; at: string }
  | { kind: 'directory'; at: string }
  /** A read-only file that exists in this jail alone, its bytes handed over through a pipe. */
  | { kind: 'data'; bytes: Uint8Array; at: string };

/**
 * A jail as data. Beside its mounts a jail sees `/proc` of its own (read-only, secrets masked) and a `/dev` of six
 * harmless devices; it has no network, and nothing in it can be written to but what a `scratch` or `writable` mount gives.
 */
export interface JailProfile {
  mounts: readonly JailMount[];
  limits: JailLimits;
  /** The whole environment of the program, which alone sees it: nothing of the launcher's is added. */
  env: Readonly<Record<string, string>>;
  workingDirectory: string;
  /** Room wanted in the pipe that is the program's stdin, for much data; the kernel's own where that can't be had. */
  stdinPipeBytes?: number;
  /**
   * A file of ours that is the program's stdin in place of a pipe, open for reading alone: it can be read from any place
   * without being copied, wherever it lies and whoever else may open it.
   */
  stdinFile?: string;
}

export interface Usage {
  wallSeconds: number;
  /** null where neither a cgroup nor a sample could tell. */
  cpuSeconds: number | null;
  peakMemoryBytes: number | null;
  /** Processes and threads of the program at one time. */
  peakProcesses: number | null;
  /** Descriptors that one process was seen to hold at one time. */
  peakOpenFiles: number | null;
  /** Bytes of stdout and stderr together that came through. */
  outputBytes: number;
}

export type JailLimit = 'wall' | 'cpu' | 'memory' | 'output' | 'processes' | 'files';

/** A limit, and what of it was used when it ended the jail. */
export interface Reached {
  limit: JailLimit;
  /** null where nobody counted. */
  used: number | null;
  allowed: number;
  unit: 'seconds' | 'bytes' | 'processes' | 'open files' | 'files';
}

export type JailOutcome =
  | { kind: 'completed'; usage: Usage }
  | { kind: 'limit'; limit: JailLimit; reached: Reached; usage: Usage }
  | { kind: 'crashed'; signal?: string; exitCode?: number; stderrTail: string; usage: Usage }
  | { kind: 'cancelled'; usage: Usage }
  /** Ours, never the tenant's. */
  | { kind: 'fault'; reason: string };

const MIB = 1024 * 1024;

export const DEFAULT_LIMITS: JailLimits = {
  wallSeconds: 300,
  cpuSeconds: 1200,
  memoryBytes: 2048 * MIB,
  processes: 64,
  openFiles: 256,
  outputBytes: 32 * MIB,
};

/** The mounts every jail starts from: `/usr` read-only and the links into it that a merged `/usr` has, no more. */
export function systemMounts(): JailMount[] {
  const mounts: JailMount[] = [{ kind: 'readOnly', from: '/usr', to: '/usr' }];
  for (const name of ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32']) {
    const found = lstatSync(`/${name}`, { throwIfNoEntry: false });
    if (found?.isSymbolicLink() === true) {
      mounts.push({ kind: 'symlink', target: `usr/${name}`, at: `/${name}` });
    } else if (found?.isDirectory() === true) {
      mounts.push({ kind: 'readOnly', from: `/${name}`, to: `/${name}` });
    }
  }
  return mounts;
}

/** `/usr` read-only, an empty working folder, nothing else: what `sandbox jail` gives, and what every job builds on. */
export function baseProfile(limits: Partial<JailLimits> = {}): JailProfile {
  return {
    mounts: [...systemMounts(), { kind: 'directory', at: '/job' }],
    limits: { ...DEFAULT_LIMITS, ...limits },
    env: { PATH: '/usr/bin:/bin:/usr/local/bin', HOME: '/job', LANG: 'C.UTF-8' },
    workingDirectory: '/job',
  };
}
