import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { SYSTEM_PATH } from './identities.js';

const run = promisify(execFile);

/** What a power may need of the project. A list of what to copy, since a copy of anybody's data would be open to all. */
const CODE = ['package.json', 'dist', 'node_modules', 'migrations', 'src', 'schema.graphql'];

/**
 * The code as other users can read it. A folder above may be closed (its mount gets round that), but files that only
 * root may read, as a clone under umask 077 has them, are staged as a copy of ours: changing modes in somebody's clone
 * is not our business.
 *
 * @returns the project itself, or the copy of it
 */
export async function readableProject(
  projectDir: string,
  dataDir: string,
  node: string,
  log: (line: string) => void,
): Promise<{ project: string; node: string }> {
  const needed = [
    node,
    ...['package.json', 'dist', 'dist/main.js', 'node_modules'].map((name) => path.join(projectDir, name)),
  ];
  const readable = await Promise.all(needed.map(openToOthers));
  if (readable.every(Boolean)) return { project: projectDir, node };
  const below = path.relative(path.resolve(projectDir), path.resolve(dataDir)).split(path.sep)[0] ?? '';
  if (below === '' || CODE.includes(below))
    throw new Error(
      `the data folder ${dataDir} lies among the code, which would have to be copied for others to read`,
    );
  const home = `/var/tmp/sandbox-code-${createHash('sha256').update(projectDir).digest('hex').slice(0, 16)}`;
  await ownFolder(home);
  const stamp = await stampOf(projectDir, node);
  const copy = path.join(home, stamp);
  if (!(await exists(copy))) {
    log(`the project's files are readable by root only: copying them to ${copy} for the powers' users`);
    const temporary = path.join(home, `.${process.pid}`);
    await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary, { mode: 0o755 });
    const entries = (await readdir(projectDir)).filter((name) => CODE.includes(name));
    await run('cp', ['-r', '--', ...entries.map((name) => path.join(projectDir, name)), temporary], {
      env: { PATH: SYSTEM_PATH },
    });
    await run('cp', ['--', node, path.join(temporary, '.node')], { env: { PATH: SYSTEM_PATH } });
    await run('chmod', ['-R', 'a+rX,go-w', temporary], { env: { PATH: SYSTEM_PATH } });
    await writeFile(path.join(temporary, '.complete'), stamp);
    await rename(temporary, copy);
    for (const old of await readdir(home))
      if (old !== stamp) await rm(path.join(home, old), { recursive: true, force: true });
  }
  return { project: copy, node: path.join(copy, '.node') };
}

async function openToOthers(file: string): Promise<boolean> {
  const found = await stat(file);
  const wanted = found.isDirectory() ? 0o005 : 0o004;
  return (found.mode & wanted) === wanted;
}

/** What changes when the code does: the installed packages, and the build's sizes and times. */
async function stampOf(projectDir: string, node: string): Promise<string> {
  const hash = createHash('sha256');
  hash.update(await readFile(path.join(projectDir, 'node_modules/.package-lock.json')).catch(() => ''));
  for (const file of [node, ...(await filesBelow(path.join(projectDir, 'dist')))]) {
    const { size, mtimeMs } = await stat(file);
    hash.update(`${file}\0${size}\0${mtimeMs}\0`);
  }
  return hash.digest('hex').slice(0, 32);
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

/** /var/tmp is anybody's: a folder of that name that another made is refused. */
async function ownFolder(folder: string): Promise<void> {
  await mkdir(folder, { mode: 0o755 }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
  const found = await lstat(folder);
  if (!found.isDirectory() || found.uid !== process.geteuid?.() || (found.mode & 0o022) !== 0)
    throw new Error(`${folder} is not a folder of ours alone; remove it`);
  await chmod(folder, 0o755);
}

function exists(place: string): Promise<boolean> {
  return stat(place).then(
    () => true,
    () => false,
  );
}
