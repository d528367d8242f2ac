import { createHash } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, statfs } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { InputError } from '../input-error.js';
import { datasheet } from './datasheet.js';
import { FEATURES } from './features.js';
import { auditLeaks } from './leak-audit.js';
import { type Parameters } from './parameters.js';
import { parseParameters, presetOf } from './presets/index.js';
import { type RetailParameters } from './presets/hk-retail-payments.js';
import { SPLITS, type ColumnSpec, type Preset, type Split } from './presets/preset.js';
import { deriveKey, keyOfSeed } from './random.js';
import { realism } from './realism.js';
import { customersFor, simulate, type SplitKeys } from './simulate.js';
import { writeEntities, writeSplits } from './write-tables.js';

/** Changes whenever the same inputs would give other bytes. */
export const GENERATOR_VERSION = '1.0.0';

export interface GenerateOptions {
  readonly preset: string;
  readonly parameters: Parameters;
  /** payments over both splits together */
  readonly rows: number;
  /** public: whoever knows it can make the labels again */
  readonly seed?: string;
  /** 32 secret bytes a split, instead of a seed */
  readonly splitKeys?: SplitKeys;
  readonly threads?: number;
  /** must not exist, or be empty, unless `replace` */
  readonly outDir: string;
  readonly replace?: boolean;
  /** 0 … 1 */
  readonly onProgress?: (share: number, stage: string) => void;
  readonly signal?: AbortSignal;
}

export interface DatasetFile {
  /** relative to the dataset's folder */
  readonly path: string;
  readonly split?: Split;
  readonly table: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly rows: number;
}

export interface DatasetManifest {
  readonly preset: string;
  /** of the generator */
  readonly version: string;
  readonly parameters: Parameters;
  readonly rows: Readonly<Record<Split, number>>;
  readonly columns: readonly ColumnSpec[];
  readonly files: readonly DatasetFile[];
  /** SHA-256 over the sorted list of file digests and the schema */
  readonly digest: string;
}

const MOST_ROWS = 60_000_000;
/** What a payment takes on the disk over all tables, rounded up. */
const BYTES_A_ROW = 300;

/**
 * Generates one version of a dataset into `outDir`: for each split `features`, `labels`, `protected` and `events`
 * tables, beside them `customers`, `merchants`, the datasheet, the realism report and the leak audit.
 *
 * Everything is written into a folder beside `outDir` that takes its name at the end: a run that fails or is
 * cancelled leaves nothing. The bytes depend on preset, parameters, rows and keys alone.
 *
 * @throws InputError before anything is written when the request can't be met
 * @throws the signal's reason when it is aborted
 */
export async function generateDataset(options: GenerateOptions): Promise<DatasetManifest> {
  const preset = presetOf(options.preset);
  const parameters = parseParameters(options.preset, options.parameters);
  const keys = keysOf(options);
  checkRows(options.rows, parameters as unknown as RetailParameters);
  const outDir = resolve(options.outDir);
  await checkFolder(outDir, options.replace ?? false);
  await checkDisk(outDir, options.rows);

  const partial = join(dirname(outDir), `.${basename(outDir)}.partial-${process.pid}-${serial()}`);
  const pause = async (share: number, stage: string) => {
    options.onProgress?.(share, stage);
    await new Promise((resume) => setImmediate(resume));
    options.signal?.throwIfAborted();
  };
  try {
    await mkdir(partial, { recursive: true });
    const manifest = await write(preset, parameters, options, keys, partial, pause);
    options.signal?.throwIfAborted();
    await publish(partial, outDir, options.replace ?? false);
    return manifest;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

async function write(
  preset: Preset,
  parameters: Parameters,
  options: GenerateOptions,
  keys: SplitKeys,
  folder: string,
  pause: (share: number, stage: string) => Promise<void>,
): Promise<DatasetManifest> {
  const threads = Math.max(1, Math.min(64, Math.floor(options.threads ?? 1)));
  const world = await simulate(
    parameters as unknown as RetailParameters,
    options.rows,
    keys,
    threads,
    (share) => pause(share, 'simulating'),
  );
  const { files, samples } = await writeSplits(world, folder, (share) => pause(0.5 + 0.4 * share, 'writing'));
  files.push(...(await writeEntities(world, folder)));
  await pause(0.92, 'auditing');
  const names = FEATURES.map((feature) => feature.name);
  const audits = [];
  for (const [index, split] of SPLITS.entries()) {
    const sample = samples[index];
    if (sample !== undefined) audits.push(auditLeaks(split, sample, names));
    await pause(0.95 + 0.02 * index, 'auditing');
  }
  const documents: [string, unknown][] = [
    ['datasheet.json', datasheet(preset, GENERATOR_VERSION, parameters, world)],
    ['realism.json', realism(world)],
    [
      'leak-audit.json',
      { passed: audits.every((a) => a.gates.every((gate) => gate.passed)), splits: audits },
    ],
  ];
  for (const [path, document] of documents) files.push(await writeDocument(folder, path, document));

  const digest = createHash('sha256');
  for (const file of [...files].sort((left, right) => (left.path < right.path ? -1 : 1)))
    digest.update(`${file.sha256}  ${file.path}\n`);
  digest.update(JSON.stringify(preset.columns));
  return {
    preset: preset.name,
    version: GENERATOR_VERSION,
    parameters,
    rows: {
      development: world.bounds[1] ?? 0,
      evaluation: (world.bounds[2] ?? 0) - (world.bounds[1] ?? 0),
    },
    columns: preset.columns,
    files,
    digest: digest.digest('hex'),
  };
}

async function writeDocument(folder: string, path: string, document: unknown): Promise<DatasetFile> {
  const bytes = Buffer.from(`${JSON.stringify(document, null, 2)}\n`);
  const file = await open(join(folder, path), 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { path, table: path.replace('.json', ''), sha256, bytes: bytes.length, rows: 0 };
}

function keysOf(options: GenerateOptions): SplitKeys {
  if (options.splitKeys !== undefined) {
    for (const split of SPLITS)
      if (options.splitKeys[split].length !== 32)
        throw new InputError(
          'BAD_KEY',
          `the key of split ${split} has ${options.splitKeys[split].length} bytes, not 32`,
        );
    return options.splitKeys;
  }
  if (options.seed === undefined || options.seed === '')
    throw new InputError('BAD_SEED', 'a seed or the keys of the splits must be given');
  const root = keyOfSeed(options.seed);
  return { development: deriveKey(root, 'development'), evaluation: deriveKey(root, 'evaluation') };
}

function checkRows(rows: number, parameters: RetailParameters): void {
  if (!Number.isSafeInteger(rows) || rows < 1)
    throw new InputError('BAD_ROWS', `rows: ${rows} is not a whole number above zero`);
  if (rows > MOST_ROWS) throw new InputError('BAD_ROWS', `rows: ${rows} is above the limit of ${MOST_ROWS}`);
  const months = parameters.developmentMonths + parameters.evaluationMonths;
  const smaller = Math.min(parameters.developmentMonths, parameters.evaluationMonths) / months;
  const frauds = rows * smaller * parameters.prevalence;
  if (frauds < 3 || rows < customersFor(rows, parameters))
    throw new InputError(
      'BAD_ROWS',
      `rows: ${rows} at prevalence ${parameters.prevalence} leaves a split fewer than 3 fraudulent payments; raise rows or prevalence`,
    );
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

async function checkDisk(outDir: string, rows: number): Promise<void> {
  let folder = dirname(outDir);
  for (;;) {
    try {
      const { bavail, bsize } = await statfs(folder);
      const free = bavail * bsize;
      if (rows * BYTES_A_ROW > free)
        throw new InputError(
          'DISK_TOO_SMALL',
          `rows: ${rows} payments need about ${Math.ceil((rows * BYTES_A_ROW) / 1e6)} MB, and ${folder} has ${Math.floor(free / 1e6)} MB free`,
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
