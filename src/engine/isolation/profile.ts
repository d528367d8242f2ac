import { lstatSync } from 'node:fs';
import { type PageMount, type ProfileName, type ProfilePage, PROFILES } from './profiles.js';

/** What a jail may use. Each limit that is passed ends the jail with an outcome of its own. */
export interface JailLimits {
  wallSeconds: number;
  /** CPU time of all the jail's processes together. */
  cpuSeconds: number;
  /** CPUs at once, over all its processes; it is slowed down there and not ended. Whole where no cgroup limits them. */
  cores: number;
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

/** `/usr` read-only and the links into it that a merged `/usr` has, no more. */
function systemMounts(): JailMount[] {
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

type FilledMount<N extends ProfileName> = Extract<
  (typeof PROFILES)[N]['mounts'][number],
  { kind: 'root' | 'readOnly' | 'data' | 'writable' }
>;

/** What fills the places of a profile: a folder of the host's, or the bytes of a file. */
export type Filling<N extends ProfileName> = {
  readonly [M in FilledMount<N> as M['at']]: M extends { kind: 'data'; optional: infer Optional }
    ? Uint8Array | (Optional extends true ? undefined : never)
    : string;
};

type Details = Partial<Pick<JailProfile, 'workingDirectory' | 'stdinPipeBytes' | 'stdinFile' | 'env'>>;

/**
 * A jail of the page of profiles, its places filled.
 *
 * @param limits those that the page says are fitted
 * @param details its variables are added to the page's
 */
export function jailProfile<N extends ProfileName>(
  name: N,
  filling: Filling<N>,
  limits: Partial<JailLimits> = {},
  details: Details = {},
): JailProfile {
  const page: ProfilePage = PROFILES[name];
  const filled: Readonly<Record<string, string | Uint8Array | undefined>> = filling;
  return {
    workingDirectory: page.workingDirectory,
    ...details,
    mounts: page.mounts.flatMap((mount) => mountsOf(mount, filled[mount.at])),
    limits: { ...page.limits, ...limits },
    env: { ...page.env, ...details.env },
  };
}

function mountsOf(mount: PageMount, filling: string | Uint8Array | undefined): JailMount[] {
  const { at } = mount;
  switch (mount.kind) {
    case 'system':
      return systemMounts();
    case 'directory':
      return [{ kind: 'directory', at }];
    case 'scratch':
      return [{ kind: 'scratch', at, bytes: mount.bytes, files: mount.files }];
    case 'data':
      if (filling instanceof Uint8Array) return [{ kind: 'data', bytes: filling, at }];
      if (mount.optional && filling === undefined) return [];
      break;
    default:
      if (typeof filling !== 'string') break;
      return [
        mount.kind === 'root' ? { kind: 'root', from: filling } : { kind: mount.kind, from: filling, to: at },
      ];
  }
  throw new Error(`nothing fits ${at} of the jail`);
}

/** `/usr` read-only, an empty working folder, nothing else: what `sandbox jail` gives. */
export function baseProfile(limits: Partial<JailLimits> = {}): JailProfile {
  return jailProfile('base', {}, limits);
}
