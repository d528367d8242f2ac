import { mkdir, readdir, readFile, realpath, rename, rm, rmdir, stat, statfs } from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { InputError } from '../../input-error.js';

let made = 0;

/**
 * The folder of a version. All is written into a hidden folder beside it, `.NAME.partial-HOST-PID-N`, that takes its
 * name at the end, so that nobody ever sees half a version. Folders that a process left there when it was killed are
 * removed by the next one that writes the same version on the same host.
 */
export class Destination {
  readonly partial: string;

  private constructor(
    readonly folder: string,
    private readonly replace: boolean,
  ) {
    made += 1;
    this.partial = `${prefixOf(folder)}${process.pid}-${made}`;
  }

  /**
   * Writes nothing yet.
   *
   * @throws InputError `BAD_FOLDER`, `FOLDER_NOT_EMPTY` or `NOT_A_VERSION`, naming the folder
   */
  static async at(path: string, replace: boolean): Promise<Destination> {
    const folder = await realpath(path).catch(() => resolve(path));
    const refuse = (code: string, why: string) => new InputError(code, `${path}: ${why}`);
    const entries = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw refuse(
        'BAD_FOLDER',
        error.code === 'ENOTDIR' ? 'is not a folder' : `can't be read (${error.code ?? 'unknown'})`,
      );
    });
    if (folder === dirname(folder) || lived().some((place) => holds(folder, place)))
      throw refuse('BAD_FOLDER', 'a version takes a folder of its own, not one that is lived in');
    if (entries !== undefined && entries.length > 0) {
      if (!replace) throw refuse('FOLDER_NOT_EMPTY', 'the folder is not empty');
      if (!(await isVersion(folder)))
        throw refuse(
          'NOT_A_VERSION',
          'is not replaced, since it holds no version of a dataset (datasheet.json)',
        );
    }
    return new Destination(folder, replace);
  }

  /** @throws InputError `DISK_TOO_SMALL` when so many bytes do not fit where the folder will stand */
  async hasRoomFor(bytes: number): Promise<void> {
    for (let folder = dirname(this.folder); ; folder = dirname(folder)) {
      const disk = await statfs(folder).catch(() => undefined);
      if (disk !== undefined) {
        const free = disk.bavail * disk.bsize;
        if (bytes <= free) return;
        throw new InputError(
          'DISK_TOO_SMALL',
          `rows: so many need about ${Math.ceil(bytes / 1e6)} MB, and ${folder} has ${Math.floor(free / 1e6)} MB free`,
        );
      }
      if (folder === dirname(folder)) return;
    }
  }

  /**
   * Makes the partial folder, lets `work` fill it and gives it its name. When that fails nothing is left, not even
   * the parents that were made for it.
   *
   * @throws InputError `DISK_FULL` or `BAD_FOLDER` for what the file system refuses on the way
   */
  async fill<T>(work: () => Promise<T>): Promise<T> {
    let parent: string | undefined;
    try {
      parent = await mkdir(dirname(this.folder), { recursive: true });
      await this.sweep();
      await mkdir(this.partial);
      const result = await work();
      await this.publish();
      return result;
    } catch (error) {
      await rm(this.partial, { recursive: true, force: true, maxRetries: 3 });
      if (parent !== undefined) await removeEmpty(dirname(this.folder), parent);
      throw refusalOf(error, this.folder);
    }
  }

  /** Gives the finished folder its name; what stood there before goes only then. */
  private async publish(): Promise<void> {
    const old = `${this.partial}-old`;
    let replaced = false;
    if (this.replace) {
      replaced = await rename(this.folder, old).then(
        () => true,
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT') return false;
          throw error;
        },
      );
    }
    try {
      // rename(2) takes the place of an empty folder and refuses one that has been filled meanwhile.
      await rename(this.partial, this.folder);
    } catch (error) {
      if (replaced) await rename(old, this.folder);
      throw error;
    }
    if (replaced) await rm(old, { recursive: true, force: true });
  }

  /** Removes what processes of this host that are dead left half done, and puts back what they had set aside. */
  private async sweep(): Promise<void> {
    const prefix = basename(prefixOf(this.folder));
    for (const name of await readdir(dirname(this.folder))) {
      const [, pid, aside] = /^(\d+)-\d+(-old)?$/.exec(name.slice(prefix.length)) ?? [];
      if (!name.startsWith(prefix) || pid === undefined || lives(Number(pid))) continue;
      const left = join(dirname(this.folder), name);
      const missing = aside !== undefined && (await stat(this.folder).catch(() => undefined)) === undefined;
      if (missing) await rename(left, this.folder);
      else await rm(left, { recursive: true, force: true });
    }
  }
}

function prefixOf(folder: string): string {
  return join(dirname(folder), `.${basename(folder)}.partial-${hostname()}-`);
}

/** Folders that somebody is at home in. A service's user without an account has no home. */
function lived(): string[] {
  try {
    return [process.cwd(), homedir()];
  } catch {
    return [process.cwd()];
  }
}

/** Whether a folder is another or holds it. */
function holds(folder: string, other: string): boolean {
  const way = relative(folder, other);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`));
}

async function isVersion(folder: string): Promise<boolean> {
  try {
    const sheet = JSON.parse(await readFile(join(folder, 'datasheet.json'), 'utf8')) as {
      schema?: unknown;
    } | null;
    return typeof sheet?.schema === 'string' && sheet.schema.startsWith('sandbox-datasheet/');
  } catch {
    return false;
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** From `folder` up to `top`, as long as they are empty. */
async function removeEmpty(folder: string, top: string): Promise<void> {
  for (let each = folder; holds(top, each); each = dirname(each)) {
    try {
      await rmdir(each);
    } catch {
      return;
    }
  }
}

/** What the file system refused, as bad input; anything else as it is. */
function refusalOf(error: unknown, folder: string): unknown {
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) return error;
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG')
    return new InputError(
      'DISK_FULL',
      `${folder}: ${code === 'EFBIG' ? 'a file grew past the limit of its size' : 'the disk is full'}; nothing was kept`,
    );
  if (['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST', 'ENAMETOOLONG'].includes(code))
    return new InputError('BAD_FOLDER', `${folder}: can't be written (${code}); nothing was kept`);
  return error;
}
