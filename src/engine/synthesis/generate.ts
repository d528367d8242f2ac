import { createHash } from 'node:crypto';
import { InputError } from '../input-error.js';
import { AuditThread } from './documents/audit.js';
import { isRealistic, isWithin, type VersionFacts } from './documents/datasheet.js';
import { documentsOf } from './documents/documents.js';
import { judge, type JudgedGate } from './documents/judgement.js';
import { unknownName } from './nearest.js';
import { Destination } from './output/destination.js';
import { FolderSink, type DatasetFile } from './output/sink.js';
import { type Parameters } from './parameters.js';
import {
  coreColumns,
  SPLITS,
  type Calibration,
  type Preset,
  type RealismFigure,
  type Split,
  type SplitKeys,
} from './preset.js';
import { parseParameters, presetOf } from './presets.js';
import { deriveKey, keyOfSeed } from './random.js';

/** Changes whenever the same inputs would give other bytes. */
export const GENERATOR_VERSION = '2.0.0';

export interface GenerateOptions {
  readonly preset: string;
  readonly parameters: Parameters;
  /** over the development and evaluation splits together; the sealed split has its share beside them */
  readonly rows: number;
  /** public: whoever knows it can make the labels again */
  readonly seed?: string;
  /** 32 secret bytes a split, instead of a seed */
  readonly splitKeys?: SplitKeys;
  readonly threads?: number;
  /** which splits are written; development and evaluation unless said */
  readonly splits?: readonly Split[];
  /** must not exist, or be empty, unless `replace`; then it may be a version of a dataset, too */
  readonly outDir: string;
  readonly replace?: boolean;
  /** keeps a version that fails its gates, for studying extreme parameters; the datasheet says so */
  readonly allowFailedGates?: boolean;
  /** 0 … 1 */
  readonly onProgress?: (share: number, stage: string) => void;
  readonly signal?: AbortSignal;
}

/** What a call would write, without writing it. */
export interface Intended {
  readonly preset: Preset;
  readonly parameters: Parameters;
  readonly splits: readonly Split[];
  /** about as many: the calendar decides to a row */
  readonly rows: Readonly<Partial<Record<Split, number>>>;
  /** on the disk, at most */
  readonly bytes: number;
}

export type Weighed<T> = T & { readonly within: boolean | null };

export interface DatasetManifest {
  readonly preset: string;
  /** of the generator */
  readonly version: string;
  readonly parameters: Parameters;
  /** of each split that was written */
  readonly rows: Readonly<Partial<Record<Split, number>>>;
  /** of the three tables that every preset has */
  readonly columns: ReturnType<typeof coreColumns>;
  readonly gates: readonly JudgedGate[];
  /** cited figures and what was reached; `within` is null where the rows were too few for the figure */
  readonly calibration: readonly Weighed<Calibration>[];
  /** properties of real data; `within` is null where no range is claimed, too */
  readonly realism: readonly Weighed<RealismFigure>[];
  readonly files: readonly DatasetFile[];
  /** SHA-256 over the sorted list of file digests and the schema */
  readonly digest: string;
}

/**
 * Checks a request and writes nothing.
 *
 * @throws InputError when it can't be met, naming what is wrong
 */
export async function intend(options: GenerateOptions): Promise<Intended> {
  return (await prepare(options)).intended;
}

/**
 * Generates one version of a dataset into `outDir`: for each split its tables, beside them those of entities, the
 * datasheet with its pictures, the realism report and the leak audit.
 *
 * A run that fails or is cancelled leaves nothing. The bytes of the tables depend on preset, parameters, rows and keys
 * alone.
 *
 * @throws InputError before anything is written when the request can't be met
 * @throws InputError `LEAK_AUDIT_FAILED` when the data is too easy, too hard, or gives itself away
 * @throws InputError `DISK_FULL` when the disk fills up on the way
 * @throws the signal's reason when it is aborted
 */
export async function generateDataset(options: GenerateOptions): Promise<DatasetManifest> {
  options.signal?.throwIfAborted();
  const { intended, keys, destination } = await prepare(options);
  const pause = async (share: number, stage: string) => {
    options.onProgress?.(share, stage);
    await new Promise((resume) => setImmediate(resume));
    options.signal?.throwIfAborted();
  };
  return destination.fill(() => write(intended, options, keys, destination.partial, pause));
}

async function prepare(
  options: GenerateOptions,
): Promise<{ intended: Intended; keys: SplitKeys; destination: Destination }> {
  const preset = presetOf(options.preset);
  const parameters = parseParameters(options.preset, options.parameters, options.rows);
  const asked = options.splits ?? ['development', 'evaluation'];
  const unknown = asked.find((split) => !SPLITS.includes(split));
  if (unknown !== undefined) throw new InputError('BAD_SPLITS', unknownName('split', unknown, SPLITS));
  const splits = SPLITS.filter((split) => asked.includes(split));
  const keys = keysOf(options, played(splits));
  const rows = rowsOf(parameters, options.rows, splits);
  const bytes = Object.values(rows).reduce((sum, count) => sum + count, 0) * preset.bytesPerRow;
  const destination = await Destination.at(options.outDir, options.replace ?? false);
  await destination.hasRoomFor(bytes);
  return { intended: { preset, parameters, splits, rows, bytes }, keys, destination };
}

/** Rows of each split by its months: `rows` are those of development and evaluation together. */
function rowsOf(
  parameters: Parameters,
  rows: number,
  splits: readonly Split[],
): Partial<Record<Split, number>> {
  const months = SPLITS.map((split) => Number(parameters[`${split}Months`] ?? 1));
  const open = (months[0] ?? 0) + (months[1] ?? 0);
  return Object.fromEntries(
    splits.map((split) => [split, Math.round((rows * (months[SPLITS.indexOf(split)] ?? 0)) / open)]),
  );
}

/** Every split up to the last that is written: each goes on from the world that the ones before it left. */
function played(written: readonly Split[]): Split[] {
  const last = written.at(-1);
  if (last === undefined) throw new InputError('BAD_SPLITS', 'splits: none was asked for');
  return SPLITS.slice(0, SPLITS.indexOf(last) + 1);
}

async function write(
  { preset, parameters, splits, rows }: Intended,
  options: GenerateOptions,
  keys: SplitKeys,
  folder: string,
  pause: (share: number, stage: string) => Promise<void>,
): Promise<DatasetManifest> {
  const { signal } = options;
  const auditor = new AuditThread(splits.length);
  const sink = new FolderSink(preset, folder, splits, signal, {
    expected: rows,
    onSplit: (split, sample) => auditor.add({ split, sample }),
  });
  try {
    const told = await preset.play({
      parameters,
      rows: options.rows,
      keys,
      threads: Math.max(1, Math.min(64, Math.floor(options.threads ?? 1))),
      splits: played(splits),
      sink,
      pause: (share, stage) => pause(share * 0.9, stage),
    });
    await pause(0.9, 'auditing');
    const finished = sink.finish();
    const [audits, files] = await untilAborted(Promise.all([auditor.found(), finished]), signal);
    const gates = judge(audits);
    if (options.allowFailedGates !== true) refuseFailed(gates);
    await pause(0.98, 'describing');
    const version: VersionFacts = {
      preset,
      generatorVersion: GENERATOR_VERSION,
      parameters,
      rowsAsked: options.rows,
      rows: Object.fromEntries(sink.rowCounts),
      positives: Object.fromEntries(sink.positives),
      ...(options.seed === undefined ? {} : { seed: options.seed }),
      gates,
      told,
      tables: files.map(({ path, rows, bytes }) => ({ path, rows, bytes })),
    };
    for (const [path, text] of documentsOf(version, audits)) files.push(await sink.document(path, text));
    options.onProgress?.(1, 'done');
    return {
      preset: preset.name,
      version: GENERATOR_VERSION,
      parameters,
      rows: version.rows,
      columns: coreColumns(preset),
      gates,
      calibration: told.calibration.map((figure) => ({ ...figure, within: isWithin(figure) })),
      realism: told.realism.map((figure) => ({ ...figure, within: isRealistic(figure) })),
      files,
      digest: digestOf(preset, files),
    };
  } catch (error) {
    // A file that is being flushed closes when the disk lets it; its folder goes meanwhile.
    const closed = Promise.all([sink.abandon(), auditor.stop()]);
    if (signal?.aborted !== true) await closed;
    throw error;
  }
}

/** Whatever the work is at, a cancelled run ends at once. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (stop !== undefined) signal.removeEventListener('abort', stop);
  }
}

function refuseFailed(gates: readonly JudgedGate[]): void {
  const failed = gates.filter(({ outcome }) => outcome === 'FAILED');
  if (failed.length === 0) return;
  const named = failed.map(
    ({ split, name, reached, limit }) =>
      `${name} of ${split} is ${Number(reached.toFixed(4))} (limit ${limit})`,
  );
  throw new InputError('LEAK_AUDIT_FAILED', `the leak audit refuses this version: ${named.join('; ')}`);
}

function digestOf(preset: Preset, files: readonly DatasetFile[]): string {
  const digest = createHash('sha256');
  for (const file of [...files].sort((left, right) => (left.path < right.path ? -1 : 1)))
    digest.update(`${file.sha256}  ${file.path}\n`);
  digest.update(JSON.stringify(coreColumns(preset)));
  return digest.digest('hex');
}

function keysOf(options: GenerateOptions, splits: readonly Split[]): SplitKeys {
  if (options.splitKeys !== undefined) {
    for (const split of splits) {
      const key = options.splitKeys[split];
      if (key === undefined)
        throw new InputError(
          'BAD_KEY',
          `no key of split ${split} was given, and later splits continue its world`,
        );
      if (key.length !== 32)
        throw new InputError('BAD_KEY', `the key of split ${split} has ${key.length} bytes, not 32`);
    }
    return Object.fromEntries(splits.map((split) => [split, options.splitKeys?.[split]]));
  }
  if (options.seed === undefined || options.seed === '')
    throw new InputError('BAD_SEED', 'a seed or the keys of the splits must be given');
  const root = keyOfSeed(options.seed);
  return Object.fromEntries(splits.map((split) => [split, deriveKey(root, split)]));
}
