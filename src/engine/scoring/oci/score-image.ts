import {
  type JailHost,
  type JailLimits,
  type JailOutcome,
  jailProfile,
  type JailProfile,
  type RunningJail,
  startJail,
} from '../../isolation/index.js';
import { type ArrowField } from '../arrow-message.js';
import { type MachineManifest, machineManifest } from '../onnx-runtime.js';
import { BATCH_ROWS } from '../score-onnx.js';
import { ScoringError } from '../scoring-error.js';
import { scoreStream, type StreamOptions, type StreamResult } from '../stream-scoring.js';
import { ImageStore, type UnpackedImage } from './image-store.js';

const STDERR_BYTES = 1 << 20;
const STDERR_TAIL_BYTES = 64 * 1024;
const OVERHEAD_BYTES_PER_BATCH = 1024;

/** By convention of shells: the program is there and cannot be started, or is not there. */
const NOT_STARTED = [126, 127];

export interface ImageScoreOptions extends Pick<
  StreamOptions,
  'batches' | 'rows' | 'lockstep' | 'onProgress' | 'onStderr' | 'signal'
> {
  /** path of the OCI archive, asked for only where it is not unpacked yet; its digest must be verified then */
  archive: () => Promise<string>;
  sha256: string;
  columns: readonly ArrowField[];
  /** rows of a message, and of a window where fed in lockstep; default `BATCH_ROWS` */
  messageRows?: number;
  jail: JailHost;
  limits?: Partial<JailLimits>;
}

export interface ImageScoreResult extends StreamResult {
  environment: ImageEnvironment;
  /** the end of what the image said on stderr: its tenant's words */
  stderrTail: string;
}

/** What scored, for a report's evidence. */
export interface ImageEnvironment {
  image: {
    digest: string;
    configDigest: string;
    /** over the root's paths, modes, links and contents as they were unpacked and found before the run */
    rootSha256: string;
    entrypoint: string[];
    workingDirectory: string;
    architecture: string;
  };
  /** rows a message */
  batch: number;
  machine: MachineManifest;
}

/**
 * Scores features with an image's entrypoint inside a jail whose `/` is the image, read-only. The image runs once, start to
 * end: what it keeps between batches is its own affair.
 *
 * @throws ScoringError when scoring ends badly: `MODEL_LOAD_FAILED` where the entrypoint could not be started,
 *   `MODEL_CRASHED` for any other exit status or signal, the others as for every runtime; what `batches` throws
 */
export async function scoreImage(options: ImageScoreOptions): Promise<ImageScoreResult> {
  const { rows, jail } = options;
  const messageRows = options.messageRows ?? BATCH_ROWS;
  const machine = await machineManifest();
  const unpacked = await ImageStore.of(jail).acquire(options.archive, options.sha256);
  const profile = imageProfile(unpacked, {
    ...options.limits,
    outputBytes: rows * 8 + Math.ceil(rows / messageRows + 2) * OVERHEAD_BYTES_PER_BATCH + STDERR_BYTES,
  });
  const [program = '', ...args] = unpacked.image.launch.command;
  let stderr = Buffer.alloc(0);
  const start = (): RunningJail => {
    const running = startJail(jail, profile, { program, args });
    running.stderr.on('data', (bytes: Buffer) => {
      stderr = Buffer.concat([stderr, bytes]).subarray(-STDERR_TAIL_BYTES);
    });
    return running;
  };
  try {
    const result = await scoreStream({ ...options, messageRows, scoreType: 'float64', lanes: 1, start });
    const { inspection } = unpacked.image;
    return {
      ...result,
      stderrTail: stderr.toString('utf8'),
      environment: {
        image: {
          digest: inspection.imageDigest,
          configDigest: inspection.configDigest,
          rootSha256: unpacked.treeSha256,
          entrypoint: inspection.entrypoint,
          workingDirectory: inspection.workingDirectory,
          architecture: inspection.architecture,
        },
        batch: messageRows,
        machine,
      },
    };
  } catch (error) {
    throw error instanceof ScoringError ? imageError(error) : error;
  } finally {
    unpacked.release();
  }
}

/** DuckDB's names of types whose values are numbers. */
const NUMBER = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL.*|BOOLEAN)$/;

/** As what an image is fed a table's columns: numbers and booleans as 64-bit floats, anything else as text. */
export function imageFields(
  columns: readonly { name: string; type: string }[],
  names: readonly string[],
): ArrowField[] {
  return names.map((name) => {
    const type = columns.find((column) => column.name === name)?.type ?? '';
    return { name, type: NUMBER.test(type) ? 'float64' : 'utf8' };
  });
}

/** The image as `/`, read-only, and a capped folder in memory; its own variables, and a home that it can write to. */
export function imageProfile(
  { root, image }: Pick<UnpackedImage, 'root' | 'image'>,
  limits: Partial<JailLimits>,
): JailProfile {
  const { environment, workingDirectory } = image.launch;
  return jailProfile('image', { '/': root }, limits, { env: environment, workingDirectory });
}

/** An image's exit status is its own: none of them says what ONNX Runtime's runner means by it. */
export function imageError(error: ScoringError): ScoringError {
  const { outcome } = error;
  if (outcome.kind !== 'crashed') return error;
  const said = lastLine(outcome);
  if (outcome.exitCode !== undefined && NOT_STARTED.includes(outcome.exitCode)) {
    return new ScoringError(
      'MODEL_LOAD_FAILED',
      `the image’s entrypoint could not be started${said}`,
      'model',
      outcome,
    );
  }
  const how = outcome.signal ?? `status ${outcome.exitCode ?? 'unknown'}`;
  return new ScoringError(
    'MODEL_CRASHED',
    `the image’s entrypoint ended with ${how}${said}`,
    'model',
    outcome,
  );
}

function lastLine({ stderrTail }: Extract<JailOutcome, { kind: 'crashed' }>): string {
  const line = stderrTail.trim().split('\n').at(-1) ?? '';
  return line === '' ? '' : `: ${line.replaceAll(/[^\P{C}]/gu, ' ').slice(0, 300)}`;
}
