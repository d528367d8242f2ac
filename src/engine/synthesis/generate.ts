import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm, statfs } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { InputError } from '../input-error.js';
import { datasheet } from './documents/datasheet.js';
import { auditLeaks, type LeakAudit } from './documents/leak-audit.js';
import { FolderSink, type DatasetFile } from './output/sink.js';
import { type Parameters } from './parameters.js';
import { coreColumns, SPLITS, type Preset, type Split, type SplitKeys } from './preset.js';
import { parseParameters, presetOf } from './presets.js';
import { deriveKey, keyOfSeed } from './random.js';

/** Changes whenever the same inputs would give other bytes. */
export const GENERATOR_VERSION = '1.0.0';

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
  /** must not exist, or be empty, unless `replace` */
  readonly outDir: string;
  readonly replace?: boolean;
  /** 0 … 1 */
  readonly onProgress?: (share: number, stage: string) => void;
  readonly signal?: AbortSignal;
}

export interface DatasetManifest {
  readonly preset: string;
  /** of the generator */
  readonly version: string;
  readonly parameters: Parameters;
  /** of each split that was written */
  readonly rows: Readonly<Partial<Record<Split, number>>>;
  /** of the three tables that every preset has */
  readonly columns: ReturnType<typeof coreColumns>;
  readonly gates: LeakAudit['gates'];
  readonly files: readonly DatasetFile[];
  /** SHA-256 over the sorted list of file digests and the schema */
  readonly digest: string;
}

/**
 * Generates one version of a dataset into `outDir`: for each split its tables, beside them those of entities, the
 * datasheet, the realism report and the leak audit.
 *
 * Everything is written into a folder beside `outDir` that takes its name at the end: a run that fails or is
 * cancelled leaves nothing. The bytes depend on preset, parameters, rows and keys alone.
 *
 * @throws InputError before anything is written when the request can't be met
 * @throws the signal's reason when it is aborted
 */
export async function generateDataset(options: GenerateOptions): Promise<DatasetManifest> {
  const preset = presetOf(options.preset);
  const parameters = parseParameters(options.preset, options.parameters, options.rows);
  const written = SPLITS.filter((split) => (options.splits ?? ['development', 'evaluation']).includes(split));
  const keys = keysOf(options, played(written));
  const outDir = resolve(options.outDir);
  await checkFolder(outDir, options.replace ?? false);
  await checkDisk(outDir, options.rows * preset.bytesPerRow);

  const partial = join(dirname(outDir), `.${basename(outDir)}.partial-${process.pid}-${serial()}`);
  const pause = async (share: number, stage: string) => {
    options.onProgress?.(share, stage);
    await new Promise((resume) => setImmediate(resume));
    options.signal?.throwIfAborted();
  };
  try {
    await mkdir(partial, { recursive: true });
    const manifest = await write(preset, parameters, options, written, keys, partial, pause);
    options.signal?.throwIfAborted();
    await publish(partial, outDir, options.replace ?? false);
    return manifest;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

/** Every split up to the last that is written: each goes on from the world that the ones before it left. */
function played(written: readonly Split[]): Split[] {
  const last = written.at(-1);
  if (last === undefined) throw new InputError('BAD_SPLITS', 'no split was asked for');
  return SPLITS.slice(0, SPLITS.indexOf(last) + 1);
}

async function write(
  preset: Preset,
  parameters: Parameters,
  options: GenerateOptions,
  written: readonly Split[],
  keys: SplitKeys,
  folder: string,
  pause: (share: number, stage: string) => Promise<void>,
): Promise<DatasetManifest> {
  const threads = Math.max(1, Math.min(64, Math.floor(options.threads ?? 1)));
  const sink = new FolderSink(preset, folder, written);
  const files: DatasetFile[] = [];
  let gates: LeakAudit['gates'];
  try {
    const told = await preset.play({
      parameters,
      rows: options.rows,
      keys,
      threads,
      splits: played(written),
      sink,
      pause: (share, stage) => pause(share * 0.9, stage),
    });
    files.push(...(await sink.finish()));
    await pause(0.92, 'auditing');
    const audits: LeakAudit[] = [];
    for (const [split, sample] of sink.samples) {
      audits.push(auditLeaks(split, sample));
      await pause(0.95, 'auditing');
    }
    gates = audits.flatMap((audit) => audit.gates);
    const documents: [string, unknown][] = [
      ['datasheet.json', datasheet(preset, GENERATOR_VERSION, parameters, sink, told)],
      ['realism.json', { schema: 'sandbox-realism/1', figures: told.realism, ...told.aggregates }],
      ['leak-audit.json', { passed: gates.every((gate) => gate.passed), splits: audits }],
    ];
    for (const [path, document] of documents)
      files.push(await sink.document(path, `${JSON.stringify(document, null, 2)}\n`));
  } catch (error) {
    await sink.abandon();
    throw error;
  }
  const columns = coreColumns(preset);
  const digest = createHash('sha256');
  for (const file of [...files].sort((left, right) => (left.path < right.path ? -1 : 1)))
    digest.update(`${file.sha256}  ${file.path}\n`);
  digest.update(JSON.stringify(columns));
  return {
    preset: preset.name,
    version: GENERATOR_VERSION,
    parameters,
    rows: Object.fromEntries(sink.rowCounts),
    columns,
    gates,
    files,
    digest: digest.digest('hex'),
  };
}

function keysOf(options: GenerateOptions, splits: readonly Split[]): SplitKeys {
  if (options.splitKeys !== undefined) {
    for (const split of splits) {
      const bytes = options.splitKeys[split]?.length ?? 0;
      if (bytes !== 32)
        throw new InputError('BAD_KEY', `the key of split ${split} has ${bytes} bytes, not 32`);
    }
    return options.splitKeys;
  }
  if (options.seed === undefined || options.seed === '')
    throw new InputError('BAD_SEED', 'a seed or the keys of the splits must be given');
  const root = keyOfSeed(options.seed);
  return Object.fromEntries(splits.map((split) => [split, deriveKey(root, split)]));
}

async function checkFolder(outDir: string, replace: boolean): Promise<void> {
  let entries: string[];
  try {
    entries = await readdir(outDir);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return;
    throw new InputError(
      'BAD_FOLDER',
      `${outDir}: ${code === 'ENOTDIR' ? 'is not a folder' : `can't be read (${code ?? 'unknown'})`}`,
    );
  }
  if (entries.length > 0 && !replace)
    throw new InputError('FOLDER_NOT_EMPTY', `${outDir}: the folder is not empty`);
}

async function checkDisk(outDir: string, needed: number): Promise<void> {
  let folder = dirname(outDir);
  for (;;) {
    try {
      const { bavail, bsize } = await statfs(folder);
      const free = bavail * bsize;
      if (needed > free)
        throw new InputError(
          'DISK_TOO_SMALL',
          `rows: so many need about ${Math.ceil(needed / 1e6)} MB, and ${folder} has ${Math.floor(free / 1e6)} MB free`,
        );
      return;
    } catch (error) {
      if (error instanceof InputError) throw error;
      if (dirname(folder) === folder) return;
      folder = dirname(folder);
    }
  }
}

/** Gives the finished folder its name; what stood there before goes only then. */
async function publish(partial: string, outDir: string, replace: boolean): Promise<void> {
  if (!replace) {
    // rename(2) takes the place of an empty folder and refuses one that has been filled meanwhile.
    await rename(partial, outDir);
    return;
  }
  const old = `${partial}-old`;
  await rename(outDir, old).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await rename(partial, outDir);
  await rm(old, { recursive: true, force: true });
}

let made = 0;
function serial(): number {
  made += 1;
  return made;
}
