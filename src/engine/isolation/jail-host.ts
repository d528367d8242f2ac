import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CgroupSite, CONTROLLERS, findCgroupSite } from './cgroup.js';
import { Cores } from './cores.js';
import { PipePool } from './pipes.js';
import { ScratchPlaces } from './scratch.js';
import { seccompFilter } from './seccomp.js';
import { isRootOfMachine, SlotPool, type SlotRange, usableSlots } from './slots.js';
import { stateDirectory } from './state-directory.js';
import { toolbox, type Toolbox } from './toolbox.js';

/** How jails are to be made on this machine; everything left out is found by probing. */
export interface JailSettings {
  /** User ids to drop to; null: stay who we are. */
  slots?: SlotRange | null;
  /** A delegated cgroup, as a path inside its hierarchies; null: none. */
  cgroupParent?: string | null;
  /** A folder of ours, mode 0755, that the slots' users can reach. */
  stateDirectory?: string;
}

export interface JailTools {
  bwrap: string;
  setpriv: string;
  sh: string;
  /** These are only asked for where they are needed. */
  bash: () => string;
  unshare: () => string;
  mount: () => string;
}

/** A layer the machine does not give, and why: said aloud by `doctor`. */
export interface MissingLayer {
  layer: 'slots' | 'memory' | 'pids' | 'cpu' | 'cpuacct';
  reason: string;
}

const FOLDERS = ['/usr/bin', '/bin', '/usr/local/bin', '/usr/sbin'];
const BUBBLEWRAP_SINCE = [0, 8];

/** What this machine offers jails, found once and used for every start. */
export class JailHost {
  readonly directory: string;
  readonly tools: JailTools;
  readonly bubblewrapVersion: string;
  readonly slots: SlotPool | undefined;
  readonly cgroups: CgroupSite | undefined;
  readonly pipes: PipePool;
  readonly scratch: ScratchPlaces;
  /** For jails whose cores no cgroup limits. */
  readonly cores: Cores;
  readonly filterPath: string;
  /** Whether the kernel holds a jail's user to RLIMIT_NPROC. */
  readonly processLimitBinds: boolean;
  readonly missing: readonly MissingLayer[];
  private brought: Toolbox | undefined;
  /** The layers in force, in words for a report. */
  readonly layers: readonly string[];

  /** @throws Error where no jail can be had at all; the message says what to install */
  constructor(readonly settings: JailSettings = {}) {
    this.tools = {
      bwrap: tool('bwrap'),
      setpriv: tool('setpriv'),
      sh: tool('sh'),
      bash: () => tool('bash'),
      unshare: () => tool('unshare'),
      mount: () => tool('mount'),
    };
    this.bubblewrapVersion = bubblewrapVersion(this.tools.bwrap);
    this.directory = stateDirectory(settings.stateDirectory);
    this.pipes = new PipePool(this.directory, tool('mkfifo'));
    process.once('exit', () => this.pipes.close());
    this.scratch = new ScratchPlaces(this.directory);
    this.cores = new Cores(() => tool('taskset'));

    const missing: MissingLayer[] = [];
    const slots = settings.slots === null ? 'turned off' : usableSlots(settings.slots);
    if (typeof slots === 'string') missing.push({ layer: 'slots', reason: slots });
    else this.slots = new SlotPool(slots, join(this.directory, 'slots'));
    this.processLimitBinds = this.slots !== undefined || !isRootOfMachine();
    if (settings.cgroupParent === null) {
      for (const layer of CONTROLLERS) missing.push({ layer, reason: 'turned off' });
    } else {
      this.cgroups = findCgroupSite(settings.cgroupParent);
      for (const text of this.cgroups.missing) {
        const [layer = '', ...reason] = text.split(': ');
        missing.push({ layer: layer as MissingLayer['layer'], reason: reason.join(': ') });
      }
    }
    this.missing = missing;
    this.filterPath = writeFilter(this.directory, this.cgroups?.parents.has('memory') === true);
    const counted = [...(this.cgroups?.parents.keys() ?? [])].map((name) => `cgroup ${name}`);
    this.layers = [
      'namespaces (user, pid, mount, network, IPC, UTS, cgroup)',
      'seccomp allow-list',
      'no capabilities',
      'read-only file systems',
      'rlimits',
      ...(this.slots === undefined ? [] : ['user id per slot']),
      ...counted,
      ...(this.cgroups?.parents.has('cpu') === true ? [] : ['pinned to cores']),
    ];
  }

  /** What a jail is given whose root is not the host's. @throws Error where this machine's cannot be handed on */
  toolbox(): Toolbox {
    this.brought ??= toolbox();
    return this.brought;
  }
}

function tool(name: string): string {
  for (const folder of FOLDERS) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      continue;
    }
  }
  const packages: Record<string, string> = {
    bwrap: 'bubblewrap',
    setpriv: 'util-linux',
    unshare: 'util-linux',
    taskset: 'util-linux',
    mkfifo: 'coreutils',
  };
  throw new Error(`the jail needs ${name}: install the package ${packages[name] ?? name}`);
}

function bubblewrapVersion(path: string): string {
  const text = execFileSync(path, ['--version'], { encoding: 'utf8', env: {} });
  const version = /(\d+)\.(\d+)(\.\d+)*/.exec(text);
  const [major = 0, minor = 0] = [Number(version?.[1]), Number(version?.[2])];
  if (major === BUBBLEWRAP_SINCE[0] && minor < (BUBBLEWRAP_SINCE[1] ?? 0)) {
    throw new Error(`the jail needs bubblewrap 0.8 or newer (--disable-userns); ${path} is ${text.trim()}`);
  }
  return version?.[0] ?? text.trim();
}

/** The filter lies in a file since bubblewrap wants a descriptor; each start opens it anew, for an offset of its own. */
function writeFilter(directory: string, sharedMemory: boolean): string {
  const architecture = process.arch;
  if (architecture !== 'x64' && architecture !== 'arm64') {
    throw new Error(`no system call filter is written for ${architecture}`);
  }
  const filter = seccompFilter(architecture, sharedMemory);
  const digest = createHash('sha256').update(filter).digest('hex').slice(0, 16);
  const path = join(directory, `filter-${digest}.bpf`);
  try {
    if (Buffer.compare(readFileSync(path), filter) === 0) return path;
  } catch {
    // Not written yet.
  }
  mkdirSync(directory, { recursive: true });
  writeFileSync(`${path}.${process.pid}`, filter, { mode: 0o600 });
  renameSync(`${path}.${process.pid}`, path);
  return path;
}

const hosts = new Map<string, JailHost>();

/** The host for these settings; probing happens once for each. */
export function jailHost(settings: JailSettings = {}): JailHost {
  const key = JSON.stringify(settings, Object.keys(settings).sort().concat('first', 'count'));
  const known = hosts.get(key);
  if (known !== undefined) return known;
  const host = new JailHost(settings);
  hosts.set(key, host);
  return host;
}
