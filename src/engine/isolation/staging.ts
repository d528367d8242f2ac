import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** Files to stage: name in the staged folder, and where it comes from. */
export type StagedFiles = Readonly<Record<string, string>>;

export interface StagedFolder {
  path: string;
  /** SHA-256 of each file's bytes, as they were copied. */
  digests: Readonly<Record<string, string>>;
}

const MANIFEST = 'manifest.json';
const STALE_MILLISECONDS = 14 * 24 * 3600 * 1000;

/**
 * Copies files to where a slot's user can read them: a clone often lies below a folder that only its owner may pass
 * through. The folder's name is a digest over the files' bytes, so that clones of one version share it; a note keyed by
 * what identifies the originals (path, size, times, inode) spares later starts the reading. The folder is filled under
 * another name and renamed, so that it is whole or absent.
 *
 * @param directory the host's state directory, which nobody else can write to
 * @param name what is staged, for example `runtime`
 */
export async function stage(directory: string, name: string, files: StagedFiles): Promise<StagedFolder> {
  const identities = await Promise.all(
    Object.entries(files).map(async ([file, from]) => {
      const { size, mtimeNs, ctimeNs, ino, dev } = await stat(from, { bigint: true });
      return [file, from, size, mtimeNs, ctimeNs, ino, dev].map(String);
    }),
  );
  const known = join(directory, `known-${name}-${digestOf(identities)}`);
  const before = await readFile(known, 'utf8').catch(() => undefined);
  const remembered = before === undefined ? undefined : await staged(join(directory, before));
  if (remembered !== undefined) return remembered;

  const contents = await Promise.all(
    Object.entries(files).map(async ([file, from]) => [file, await sha256(from)]),
  );
  const folder = `${name}-${digestOf(contents)}`;
  const path = join(directory, folder);
  const found = (await staged(path)) ?? (await copy(directory, name, files, path));
  await writeFile(`${known}.${process.pid}`, folder, { mode: 0o600 });
  await rename(`${known}.${process.pid}`, known);
  return found;
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
}

async function copy(
  directory: string,
  name: string,
  files: StagedFiles,
  path: string,
): Promise<StagedFolder> {
  const building = await mkdtemp(join(directory, `building-${name}-`));
  try {
    const made: Record<string, string> = {};
    for (const [file, from] of Object.entries(files)) {
      const to = join(building, file);
      await mkdir(dirname(to), { recursive: true });
      // A strict umask would keep the slots' users out.
      await chmod(dirname(to), 0o755);
      await copyFile(from, to);
      await chmod(to, 0o555);
      made[file] = await sha256(to);
    }
    await writeFile(join(building, MANIFEST), JSON.stringify(made), { mode: 0o444 });
    await chmod(building, 0o755);
    await chmod(join(building, MANIFEST), 0o444);
    await rename(building, path);
    await removeStale(directory, name, path);
    return { path, digests: made };
  } catch (error) {
    await rm(building, { recursive: true, force: true });
    // Another process may have put the same folder there a moment earlier.
    const theirs = await staged(path);
    if (theirs !== undefined) return theirs;
    throw error;
  }
}

async function staged(path: string): Promise<StagedFolder | undefined> {
  try {
    const digests = JSON.parse(await readFile(join(path, MANIFEST), 'utf8')) as Record<string, string>;
    // The folder's times say when it was last used; whoever may not set them lets it look older.
    await utimes(path, new Date(), new Date()).catch(() => undefined);
    return { path, digests };
  } catch {
    return undefined;
  }
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Takes away what an upgrade left behind, once it has lain unused for two weeks by the file system's own clock. */
async function removeStale(directory: string, name: string, current: string): Promise<void> {
  const { mtimeMs } = await stat(join(current, MANIFEST));
  for (const entry of await readdir(directory)) {
    const other = join(directory, entry);
    const ours = ['', 'building-', 'known-'].some((prefix) => entry.startsWith(`${prefix}${name}-`));
    if (!ours || other === current) continue;
    const found = await stat(other).catch(() => undefined);
    if (found !== undefined && mtimeMs - found.mtimeMs > STALE_MILLISECONDS) {
      await rm(other, { recursive: true, force: true });
    }
  }
}
