import { type Command, type Option } from 'commander';
import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import {
  copyFile,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import {
  type Bundle,
  BUNDLE_FILE,
  BUNDLE_SCHEMA,
  type BundleOption,
  type BundlePart,
  parseBundle,
  partsOf,
} from '../engine/replay/index.js';
import { InputError } from '../engine/input-error.js';
import { PRESETS } from '../engine/synthesis/index.js';

/** Options that decide where and how fast a case is evaluated, not what comes out. */
const BESIDE_THE_CASE = ['out', 'bundle', 'lanes', 'timeout', 'memory', 'efficiency'];
const MOST_BUNDLE_BYTES = 1 << 20;

/** @throws InputError `UNWRITABLE_OUTPUT` where something lies there already */
export async function refuseTaken(folder: string): Promise<void> {
  const there = await lstat(folder).catch(() => null);
  const empty = there?.isDirectory() === true && (await readdir(folder)).length === 0;
  if (there !== null && !empty)
    throw new InputError('UNWRITABLE_OUTPUT', `${folder}: cannot be written: there is something already`);
}

/**
 * Puts copies of all files that a command was given, its options, its scores and its document into a folder, which is
 * there whole or not at all.
 *
 * @throws InputError `UNWRITABLE_OUTPUT`, and `CHANGED_INPUT` where a file is no longer what was evaluated
 */
export async function writeBundle(
  folder: string,
  command: Command,
  made: { scores: Float64Array; document: string },
): Promise<void> {
  const part = `${folder}.${process.pid}.part`;
  try {
    await mkdir(part);
    const inputs: Record<string, BundlePart> = {};
    const options: Record<string, BundleOption> = {};
    for (const option of command.options) {
      const name = option.attributeName();
      const value: unknown = command.getOptionValue(name);
      if (value === undefined || BESIDE_THE_CASE.includes(name)) continue;
      if (namesFile(option, value)) inputs[name] = await copied(value, part, name);
      else options[name] = value as BundleOption;
    }
    const bundle: Bundle = {
      schema: BUNDLE_SCHEMA,
      inputs,
      options,
      scores: await written(part, 'scores.f64', scoreBytes(made.scores)),
      document: await written(part, 'document.json', Buffer.from(made.document)),
    };
    const { model } = JSON.parse(made.document) as { model: { sha256: string } };
    if (inputs['model']?.sha256 !== model.sha256)
      throw new InputError('CHANGED_INPUT', `--model: the file changed while it was evaluated`);
    await writeFile(join(part, BUNDLE_FILE), `${JSON.stringify(bundle, null, 2)}\n`, { flag: 'wx' });
    await rename(part, folder);
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    if (error instanceof InputError) throw error;
    throw new InputError(
      'UNWRITABLE_OUTPUT',
      `${folder}: cannot be written: ${(error as NodeJS.ErrnoException).code ?? String(error)}`,
    );
  }
}

/** Whether a value of an option is a file; where a preset's name will do as well, it means the preset. */
export function namesFile(option: Option, value: unknown): value is string {
  const preset = option.attributeName() === 'evasion' && Object.hasOwn(PRESETS, String(value));
  return typeof value === 'string' && /[<[]file[>\]]$/.test(option.flags) && !preset;
}

/** Float64, little-endian: what `scoresSha256` of a document is the digest of. */
export function scoreBytes(scores: Float64Array): Buffer {
  return Buffer.from(scores.buffer, scores.byteOffset, scores.byteLength);
}

async function copied(from: string, folder: string, name: string): Promise<BundlePart> {
  const extension = extname(from).slice(0, 20);
  const file = `${name}${/^\.[A-Za-z0-9]+$/.test(extension) ? extension : ''}`;
  const to = join(folder, file);
  // A copy, not a hard link: what is written into the original later must not reach the bundle.
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  return { file, sha256: await fileDigest(to), bytes: (await stat(to)).size };
}

async function written(folder: string, file: string, bytes: Uint8Array): Promise<BundlePart> {
  await writeFile(join(folder, file), bytes, { flag: 'wx' });
  return { file, sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length };
}

/** A part whose file is not what the bundle says. */
export interface AlteredPart {
  name: string;
  /** One sentence that names the file. */
  sentence: string;
}

/** Reads a bundle's list and checks every file against it. @throws InputError for a folder that is no bundle */
export async function openBundle(folder: string): Promise<{ bundle: Bundle; altered: AlteredPart[] }> {
  const list = join(folder, BUNDLE_FILE);
  const bundle = parseBundle(await readRegular(list, MOST_BUNDLE_BYTES), list);
  const altered: AlteredPart[] = [];
  for (const [name, { file, sha256, bytes }] of partsOf(bundle)) {
    const path = join(folder, file);
    const about = await lstat(path).catch(() => null);
    if (about === null) throw new InputError('MISSING_PART', `${path}: the bundle's ${name} is missing`);
    // Neither a link, which may lead out of the bundle, nor a pipe, which may never end.
    if (!about.isFile()) throw new InputError('BAD_BUNDLE', `${path}: not a regular file`);
    const found = about.size === bytes ? await fileDigest(path) : null;
    if (found === sha256) continue;
    const what =
      found === null ? `has ${about.size} bytes, not ${bytes}` : `has SHA-256 ${found}, not ${sha256}`;
    altered.push({ name, sentence: `${basename(path)} (${name}) ${what}` });
  }
  return { bundle, altered };
}

/** The recorded scores; null where the file holds no such. */
export async function readScores(path: string, rows: number): Promise<Float64Array | null> {
  const bytes = await readFile(path);
  if (bytes.length !== 8 * rows) return null;
  const scores = new Float64Array(rows);
  scoreBytes(scores).set(bytes);
  return scores;
}

/** Reads a regular file that is not behind a link. @throws InputError naming it */
export async function readRegular(path: string, most: number): Promise<Uint8Array> {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    try {
      const about = await handle.stat();
      if (!about.isFile()) throw new InputError('UNREADABLE', `${path}: not a regular file`);
      if (about.size > most) throw new InputError('TOO_LARGE', `${path}: over ${most} bytes`);
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(
      'FILE_NOT_FOUND',
      `${path}: cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}`,
    );
  }
}

async function fileDigest(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
