import { type JailLimits } from './profile.js';

/** What a jail of a profile sees, or may write to, and why. Places are those inside the jail. */
export type PageMount =
  /** `/usr`, and the links into it that a merged `/usr` has, read-only. */
  | { kind: 'system'; at: '/usr'; why: string }
  /** A folder of ours as the jail's `/`, read-only. */
  | { kind: 'root'; at: '/'; why: string }
  | { kind: 'directory'; at: string; why: string }
  /** A folder of ours, read-only. */
  | { kind: 'readOnly'; at: string; why: string }
  /** A read-only file that exists in this jail alone; one that is optional may come over stdin instead. */
  | { kind: 'data'; at: string; optional: boolean; why: string }
  /** Writable: in memory, gone with the jail. */
  | { kind: 'scratch'; at: string; bytes: number; files: number; why: string }
  /** Writable: a folder of ours that is the jail's while it runs. */
  | { kind: 'writable'; at: string; why: string };

/** A profile as it is signed off. Whoever starts a jail of it adds paths and bytes, and the limits it says are fitted. */
export interface ProfilePage {
  why: string;
  mounts: readonly PageMount[];
  /** What comes on its stdin. */
  stdin: string;
  limits: JailLimits;
  /** Which of the limits are not always those numbers, and what sets them. */
  fitted: Partial<Record<keyof JailLimits, string>>;
  /** The whole environment, but for what `added` says. */
  env: Readonly<Record<string, string>>;
  envWhy: string;
  /** Variables beside `env`, and the working folder, where a stranger chooses them. */
  added?: string;
  workingDirectory: string;
}

const MIB = 2 ** 20;
const GIB = 2 ** 30;

/** The devices of every jail: without memory or effect. No terminal, no shared memory folder. */
export const DEVICES = ['null', 'zero', 'full', 'random', 'urandom'] as const;

/**
 * Limits of the kernel's that are the same in every jail, as prlimit names them: bytes, and after them numbers. Timers and
 * signals that wait are counted by user, so that without slots a jail could leave none to the service itself.
 */
export const FIXED_LIMITS = {
  ...{ core: 0, memlock: 65_536, msgqueue: 0 },
  ...{ sigpending: 1024, nice: 0, rtprio: 0 },
} as const;

const LIMITS: JailLimits = {
  wallSeconds: 300,
  cpuSeconds: 1200,
  // A model scores in one thread while another reads what it is fed; who uses more leaves none to others.
  cores: 2,
  memoryBytes: 2048 * MIB,
  processes: 64,
  openFiles: 256,
  outputBytes: 32 * MIB,
};

const OF_A_JOB: ProfilePage['fitted'] = {
  wallSeconds:
    'SANDBOX_JOB_WALL_SECONDS of the service, `--timeout` of `sandbox evaluate`, a week at an owner’s site',
  cpuSeconds: 'SANDBOX_JOB_CPU_SECONDS of the service, a week at an owner’s site',
  cores: 'SANDBOX_JOB_CORES of the service',
  memoryBytes: 'SANDBOX_JOB_MEMORY_MIB of the service, `--memory` of `sandbox evaluate` and `runner`',
};

const SYSTEM = {
  kind: 'system',
  at: '/usr',
  why: 'Programs and libraries of the host, which hold nothing of a tenant.',
} as const;
const JOB = { kind: 'directory', at: '/job', why: 'An empty folder to stand in, read-only.' } as const;
const RUNTIME = {
  kind: 'readOnly',
  at: '/runtime',
  why: 'Node and ONNX Runtime, copied once and compared by digest.',
} as const;
const TASK = {
  kind: 'data',
  at: '/input/task.json',
  optional: false,
  why: 'What to do: columns, types, sizes; no label and no secret.',
} as const;
const ENV = { PATH: '/usr/bin:/bin:/usr/local/bin', HOME: '/job', LANG: 'C.UTF-8' } as const;

const ONNX_MOUNTS = [
  SYSTEM,
  JOB,
  RUNTIME,
  { kind: 'readOnly', at: '/runner', why: 'The program of ours that loads the model and feeds it.' },
  { kind: 'data', at: '/input/model.onnx', optional: true, why: 'The model: bytes of a tenant.' },
  TASK,
] as const;
/** ONNX Runtime 1.29 and newer writes a device id and reports home unless told not to before it loads. */
const ONNX_ENV = { ...ENV, ORT_DISABLE_TELEMETRY: '1', UV_THREADPOOL_SIZE: '1' } as const;
const ONNX_ENV_WHY = 'ONNX Runtime is told to report nothing home, Node to keep one helper thread.';

const CHECKER_MOUNTS = [
  SYSTEM,
  JOB,
  RUNTIME,
  { kind: 'readOnly', at: '/checker', why: 'The program of ours that reads archives.' },
  TASK,
] as const;
/** Eight gigabytes, read three times and decompressed once, on a slow disk. */
const CHECKER_LIMITS: JailLimits = {
  ...LIMITS,
  wallSeconds: 900,
  cpuSeconds: 900,
  memoryBytes: 1024 * MIB,
  outputBytes: 8 * MIB,
};
const CHECKER_ENV = { ...ENV, UV_THREADPOOL_SIZE: '2' } as const;
const CHECKER_ENV_WHY = 'Node is to keep two helper threads: one reads, one decompresses.';
const ARCHIVE_STDIN = 'The archive, open for reading as a file; the jail has no path to it.';

/**
 * Every kind of jail that is started here, to be read and signed off on one page. Jails are made from this data and from
 * nothing else, `sandbox doctor --profiles` prints it, and a test compares it with what bubblewrap is told.
 *
 * What all of them share stands in `bubblewrap.ts`: namespaces of their own for all there is, no capability, the system
 * call filter, a masked read-only `/proc`, `DEVICES`, no network.
 */
export const PROFILES = {
  base: {
    why: 'What `sandbox jail` gives and escapes are tried in; ONNX, inspection, predictions and archives build on it.',
    mounts: [SYSTEM, JOB],
    stdin: 'Whatever the caller sends.',
    limits: LIMITS,
    fitted: {
      wallSeconds: '`--timeout` of `sandbox jail`, and each attempt to escape',
      cpuSeconds: 'eight times `--timeout`, and each attempt to escape',
      cores: 'each attempt to escape',
      memoryBytes: '`--memory` of `sandbox jail`, and each attempt to escape',
    },
    env: ENV,
    envWhy: 'No variable of the launcher comes in.',
    workingDirectory: '/job',
  },
  onnx: {
    why: 'Scores features with an ONNX graph.',
    mounts: ONNX_MOUNTS,
    stdin: 'Features, without labels and keys, as an Arrow stream.',
    limits: { ...LIMITS, addressSpaceBytes: 4 * GIB },
    fitted: {
      ...OF_A_JOB,
      outputBytes: '8 bytes a row, 1 KiB a batch, 64 KiB for errors; at an owner’s site 16 a row and 1 MiB',
    },
    env: ONNX_ENV,
    envWhy: ONNX_ENV_WHY,
    workingDirectory: '/job',
  },
  inspection: {
    why: 'Looks at a file that is said to be an ONNX graph, loads it and runs it on zeros.',
    mounts: ONNX_MOUNTS,
    stdin: 'Nothing, or the file itself, open for reading, however large it is.',
    limits: {
      ...LIMITS,
      wallSeconds: 60,
      cpuSeconds: 60,
      outputBytes: 4 * MIB,
      addressSpaceBytes: 4 * GIB,
    },
    fitted: {},
    env: ONNX_ENV,
    envWhy: ONNX_ENV_WHY,
    workingDirectory: '/job',
  },
  predictions: {
    why: 'Reads a file of scores that was handed in, CSV or Parquet.',
    mounts: [
      SYSTEM,
      JOB,
      RUNTIME,
      { kind: 'readOnly', at: '/runner', why: 'Our reader of tables, with DuckDB.' },
      { kind: 'data', at: '/input/predictions', optional: false, why: 'The file: bytes of a tenant.' },
    ],
    stdin: 'Nothing.',
    limits: { ...LIMITS, outputBytes: MIB, addressSpaceBytes: 8 * GIB },
    fitted: { ...OF_A_JOB, outputBytes: '1 MiB to look, and 16 bytes a row to read' },
    env: ENV,
    envWhy: 'No variable of the launcher comes in.',
    workingDirectory: '/job',
  },
  image: {
    why: 'Runs the entrypoint of a container image.',
    mounts: [
      {
        kind: 'root',
        at: '/',
        why: 'The unpacked image of a tenant; nothing of the host but what sets limits.',
      },
      {
        kind: 'scratch',
        at: '/tmp',
        bytes: 256 * MIB,
        files: 4096,
        why: 'Caches that interpreters and libraries make.',
      },
    ],
    stdin: 'Features or events, without labels, as an Arrow stream.',
    limits: { ...LIMITS, fileBytes: 256 * MIB },
    fitted: { ...OF_A_JOB, outputBytes: '8 bytes a row, 1 KiB a batch, 1 MiB for errors' },
    env: { HOME: '/tmp' },
    envWhy: 'A home that can be written to.',
    added: 'Variables and working folder as the image names them.',
    workingDirectory: '/',
  },
  imageInspection: {
    why: 'Looks into an OCI archive without unpacking it.',
    mounts: CHECKER_MOUNTS,
    stdin: ARCHIVE_STDIN,
    limits: CHECKER_LIMITS,
    fitted: {},
    env: CHECKER_ENV,
    envWhy: CHECKER_ENV_WHY,
    workingDirectory: '/job',
  },
  unpack: {
    why: 'Checks an OCI archive again and unpacks it, with umoci.',
    mounts: [
      ...CHECKER_MOUNTS,
      { kind: 'writable', at: '/work', why: 'A new folder of ours, where the image’s files are made.' },
    ],
    stdin: ARCHIVE_STDIN,
    limits: { ...CHECKER_LIMITS, fileBytes: 16 * GIB },
    fitted: { fileBytes: 'twice what the files of an image may come to' },
    env: CHECKER_ENV,
    envWhy: CHECKER_ENV_WHY,
    workingDirectory: '/job',
  },
} as const satisfies Record<string, ProfilePage>;

export type ProfileName = keyof typeof PROFILES;
