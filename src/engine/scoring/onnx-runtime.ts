import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compiled } from '../compiled.js';
import { type JailHost, type JailLimits, jailProfile, type JailProfile, stage } from '../isolation/index.js';
import { JAIL_PATHS, type RunnerTask } from './runner-task.js';

/** The class of machine that scored: equal bits are promised per class. */
export interface MachineManifest {
  architecture: string;
  /** The processor's model, and its vector extensions that decide the order of sums. */
  cpu: string;
  cpuFeatures: string[];
}

/** What scored: it goes into a report's manifest, for equal bits are promised per class of machine and version. */
export interface RuntimeManifest extends MachineManifest {
  onnxruntime: string;
  node: string;
  /** SHA-256 of every file that ran in the jail. */
  digests: Readonly<Record<string, string>>;
}

export interface OnnxRuntime {
  /** Staged Node and ONNX Runtime. */
  runtime: string;
  /** Staged runner. */
  runner: string;
  manifest: RuntimeManifest;
}

/** The compiled files the runner consists of. */
const RUNNER_FILES = [
  'onnx.runner.js',
  'onnx.reader.js',
  'runner-pipes.js',
  'byte-ring.js',
  'arrow-message.js',
  'arrow-text.js',
  'arrow-error.js',
  'flatbuffer.js',
  'onnx-inspection.js',
  'onnx-admission.js',
  'zip-map.js',
  'runner-session.js',
  'runner-feeds.js',
  'runner-inspection.js',
  'binding.js',
  'column-fit.js',
  'protobuf.js',
  'runner-task.js',
];

/** Looks at artefacts before anything reads them. */
const ADMISSION_FILES = [
  'file-bytes.js',
  'pickle.js',
  'refusals.js',
  'sniff.js',
  'tar-listing.js',
  'text-format.js',
  'zip-listing.js',
];

const VECTOR_FEATURES = /^(sse4_2|avx|avx2|fma|avx512\w*|avx_vnni|amx\w*|asimd\w*|sve\w*|bf16|i8mm)$/;

const ready = new WeakMap<JailHost, Promise<OnnxRuntime>>();

/** Stages Node, ONNX Runtime and the runner where jails can read them; the first start on a machine copies 170 MB. */
export function onnxRuntime(host: JailHost): Promise<OnnxRuntime> {
  let runtime = ready.get(host);
  if (runtime === undefined) {
    runtime = prepare(host);
    ready.set(host, runtime);
    runtime.catch(() => ready.delete(host));
  }
  return runtime;
}

async function prepare(host: JailHost): Promise<OnnxRuntime> {
  const directory = host.directory;
  const main = createRequire(import.meta.url).resolve('onnxruntime-node');
  const native = join(main, '..', '..', 'bin', 'napi-v6', process.platform, process.arch);
  const runtime = await stage(directory, 'runtime', {
    node: process.execPath,
    'onnxruntime_binding.node': join(native, 'onnxruntime_binding.node'),
    'libonnxruntime.so.1': join(native, 'libonnxruntime.so.1'),
  });
  const here = (file: string) => fileURLToPath(compiled(import.meta.url, `./${file}`));
  const runner = await stage(directory, 'runner', {
    ...Object.fromEntries(RUNNER_FILES.map((file) => [`scoring/${file}`, here(file)])),
    ...Object.fromEntries(
      ADMISSION_FILES.map((file) => [`scoring/admission/${file}`, here(`admission/${file}`)]),
    ),
    'input-error.js': here('../input-error.js'),
    'package.json': fileURLToPath(compiled(import.meta.url, '../../../package.json')),
  });
  const { version } = JSON.parse(await readFile(join(main, '..', '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  return {
    runtime: runtime.path,
    runner: runner.path,
    manifest: {
      onnxruntime: version,
      node: process.versions.node,
      ...(await machineManifest()),
      digests: { ...runtime.digests, ...runner.digests },
    },
  };
}

export async function machineManifest(): Promise<MachineManifest> {
  return {
    architecture: process.arch,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cpuFeatures: await cpuFeatures(),
  };
}

async function cpuFeatures(): Promise<string[]> {
  const text = await readFile('/proc/cpuinfo', 'latin1');
  const flags = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(text)?.[1]?.split(/\s+/) ?? [];
  return flags.filter((flag) => VECTOR_FEATURES.test(flag)).sort();
}

/**
 * The jail of a job, or of a look at a model: the staged runtime, the task as a file of this jail alone, and the model as
 * another; one that is named is its stdin instead, however large it is.
 */
export function onnxProfile(
  kind: 'onnx' | 'inspection',
  runtime: OnnxRuntime,
  model: Uint8Array | { file: string },
  task: RunnerTask,
  limits: Partial<JailLimits>,
): JailProfile {
  const inMemory = model instanceof Uint8Array;
  return jailProfile(
    kind,
    {
      [JAIL_PATHS.runtimeFolder]: runtime.runtime,
      [JAIL_PATHS.runnerFolder]: runtime.runner,
      [JAIL_PATHS.model]: inMemory ? model : undefined,
      [JAIL_PATHS.task]: new TextEncoder().encode(JSON.stringify(task)),
    },
    limits,
    inMemory ? {} : { stdinFile: model.file },
  );
}

/** Scores have a descriptor of their own: what a library prints to stdout goes to stderr and cannot get among them. */
const APART = 'exec 3>&1 1>&2; exec "$@"';

/** Four helper threads for V8 are more than one thread of scoring can feed. */
export const RUNNER_COMMAND = {
  program: '/bin/sh',
  args: ['-c', APART, 'runner', JAIL_PATHS.node, '--v8-pool-size=1', '--no-warnings', JAIL_PATHS.runner],
} as const;
