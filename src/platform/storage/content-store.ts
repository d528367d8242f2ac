import { createHash, randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import * as path from 'node:path';
import type { Readable } from 'node:stream';
import { reasonOf } from '../config/platform-error.js';
import { StorageError } from './storage-error.js';

export { StorageError, type StorageErrorCode } from './storage-error.js';

export interface ContentStoreOptions {
  /** Mode of an object's file. Default 0o640: written once, read by owner and group. */
  fileMode?: number;
  /** Mode of the folders. Default 0o750. */
  folderMode?: number;
  /** Group of files and folders, for a process of another user that may read them; needs the right to give them. */
  gid?: number;
}

export interface PutOptions {
  /** Largest size in bytes that is taken. */
  maxBytes: number;
  /** The name that the bytes must turn out to have: 64 hexadecimal digits. */
  expectedSha256?: string;
  /** The size in bytes that they must turn out to have. */
  expectedBytes?: number;
  /** Gives the upload up. */
  signal?: AbortSignal;
}

export interface StoredObject {
  /** SHA-256 of the bytes, 64 lower-case hexadecimal digits: the object's name. */
  digest: string;
  bytes: number;
}

/** Objects whose bytes this process has compared already, at most: the oldest is forgotten first. */
const MOST_VERIFIED = 10_000;
/** Temporary files of an upload that is surely over: older than any upload may last. */
const STALE_MS = 24 * 60 * 60 * 1_000;
const DIGEST = /^[0-9a-f]{64}$/;
/** Begins the names of this process's temporary files, so that those of one that was killed are known for what they are. */
const OWNER = `${hostname()}.${process.pid}-${startOf('self') ?? 0}.`;

/**
 * Files named by their SHA-256, fanned out as `ab/cdef…` below one folder.
 *
 * An object is there wholly or not at all: bytes go to a temporary file in the same file system, and only when
 * the last one has reached the disk and size and digest are right does a rename give it its name. Objects never
 * change, so putting the same bytes twice, even at once, is the same as putting them once.
 */
export class ContentStore {
  private readonly temporary: string;
  private readonly fileMode: number;
  private readonly folderMode: number;
  private readonly gid: number | undefined;
  /** What identifies the file whose bytes were compared, by digest. */
  private readonly verified = new Map<string, string>();

  private constructor(
    private readonly root: string,
    options: ContentStoreOptions,
  ) {
    this.temporary = path.join(root, 'incoming');
    this.fileMode = options.fileMode ?? 0o640;
    this.folderMode = options.folderMode ?? 0o750;
    this.gid = options.gid;
  }

  /** A store that another user fills, for reading alone: nothing is made, and `put` fails. */
  static reading(root: string): ContentStore {
    return new ContentStore(path.resolve(root), {});
  }

  /** Makes the folders, and removes what a process that was killed left, or uploads of earlier days. */
  static async open(root: string, options: ContentStoreOptions = {}): Promise<ContentStore> {
    const store = new ContentStore(path.resolve(root), options);
    await fs.promises.mkdir(path.dirname(store.root), { recursive: true });
    await store.ensureFolder(store.root);
    await store.ensureFolder(store.temporary);
    await store.sweep();
    return store;
  }

  /**
   * Takes the bytes of a stream.
   *
   * @throws StorageError `TOO_LARGE`, `TRUNCATED` (fewer bytes than expected, or the sender broke
   *   off), `DIGEST_MISMATCH`, `ABORTED`, `DIGEST_INVALID`, `STORE_FAULT`
   */
  async put(stream: Readable | AsyncIterable<Uint8Array>, options: PutOptions): Promise<StoredObject> {
    if (options.expectedSha256 !== undefined) checkDigest(options.expectedSha256);
    // A stream may fail before anybody reads it; unheard, that would end the process. Reading it still throws it.
    if ('destroy' in stream) stream.on('error', () => undefined);
    const draft = path.join(this.temporary, `${OWNER}${randomUUID()}`);
    try {
      const received = await this.write(stream, draft, options);
      await this.admit(draft, received.digest);
      return received;
    } catch (error) {
      if (error instanceof StorageError) throw error;
      throw new StorageError('STORE_FAULT', `the object could not be kept: ${reasonOf(error)}`, {
        cause: error,
      });
    } finally {
      // After the rename there is nothing to remove.
      await fs.promises.rm(draft, { force: true });
    }
  }

  /** The bytes of an object, from `start` to `end` (inclusive) where given. */
  async open(digest: string, range: { start?: number; end?: number } = {}): Promise<Readable> {
    const file = await this.find(digest, () => fs.promises.open(this.path(digest), 'r'));
    return file.createReadStream(range);
  }

  /** @throws StorageError `NOT_FOUND` */
  async stat(digest: string): Promise<StoredObject> {
    const { size } = await this.find(digest, () => fs.promises.stat(this.path(digest)));
    return { digest, bytes: size };
  }

  async has(digest: string): Promise<boolean> {
    return fs.promises.access(this.path(digest)).then(
      () => true,
      () => false,
    );
  }

  /** Removes an object that nothing names: to be asked only where nobody else may be about to name it. */
  async remove(digest: string): Promise<void> {
    await fs.promises.rm(this.path(digest), { force: true });
  }

  /**
   * Where the object is, or would be. For handing to a process that reads it itself; never write to it.
   * @throws StorageError `DIGEST_INVALID` for anything but 64 lower-case hexadecimal digits, so that no name
   *   leads out of the store
   */
  path(digest: string): string {
    checkDigest(digest);
    return path.join(this.root, digest.slice(0, 2), digest.slice(2));
  }

  /**
   * Reads the object and compares, unless this process has done so and the file is still that one: whatever writes to a file
   * or puts another in its place changes its size, times or inode.
   * @throws StorageError `CORRUPT`, `NOT_FOUND`
   */
  async verify(digest: string): Promise<StoredObject> {
    const known = await this.find(digest, () => fs.promises.stat(this.path(digest), { bigint: true }));
    const identity = identityOf(known);
    if (this.verified.get(digest) === identity) return { digest, bytes: Number(known.size) };
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of (await this.open(digest)) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
    }
    compare(digest, hash.digest('hex'));
    this.verified.set(digest, identity);
    const [oldest] = this.verified.keys();
    if (this.verified.size > MOST_VERIFIED && oldest !== undefined) this.verified.delete(oldest);
    return { digest, bytes };
  }

  /**
   * The bytes of an object that fits into memory, compared as they lie there.
   * @throws StorageError `CORRUPT`, `NOT_FOUND`
   */
  async read(digest: string): Promise<Buffer> {
    const bytes = await this.find(digest, () => fs.promises.readFile(this.path(digest)));
    compare(digest, createHash('sha256').update(bytes).digest('hex'));
    return bytes;
  }

  private async write(
    stream: Readable | AsyncIterable<Uint8Array>,
    draft: string,
    options: PutOptions,
  ): Promise<StoredObject> {
    const file = await fs.promises.open(draft, 'wx', 0o600);
    try {
      const received = await receive(stream, file, options);
      await file.chmod(this.fileMode);
      if (this.gid !== undefined) await file.chown(-1, this.gid);
      await file.sync();
      return received;
    } finally {
      await file.close();
    }
  }

  private async admit(draft: string, digest: string): Promise<void> {
    const target = this.path(digest);
    const folder = path.dirname(target);
    await this.ensureFolder(folder);
    // An object that is there already is the same bytes: keep it, others may have it open. Whoever put it may
    // not have got as far as the sync below.
    if (!(await this.has(digest))) await fs.promises.rename(draft, target);
    await syncFolder(folder);
  }

  private async ensureFolder(folder: string): Promise<void> {
    try {
      await fs.promises.mkdir(folder, { mode: this.folderMode });
    } catch (error) {
      if (errno(error) === 'EEXIST') return;
      throw error;
    }
    // mkdir's mode is cut by the umask. A set-group-ID bit that came down from above is left alone: who is no
    // member of that group would lose it by any chmod.
    const { mode } = await fs.promises.stat(folder);
    if ((mode & 0o777) !== this.folderMode)
      await fs.promises.chmod(folder, (mode & 0o2000) | this.folderMode);
    if (this.gid !== undefined) await fs.promises.chown(folder, -1, this.gid);
    await syncFolder(path.dirname(folder));
  }

  private async sweep(): Promise<void> {
    const oldest = Date.now() - STALE_MS;
    for (const name of await fs.promises.readdir(this.temporary)) {
      const file = path.join(this.temporary, name);
      const found = await fs.promises.stat(file).catch(() => undefined);
      if (found !== undefined && (found.mtimeMs < oldest || isOrphan(name)))
        await fs.promises.rm(file, { force: true });
    }
  }

  private async find<T>(digest: string, look: () => Promise<T>): Promise<T> {
    try {
      return await look();
    } catch (error) {
      if (errno(error) !== 'ENOENT') throw error;
      throw new StorageError('NOT_FOUND', `there is no object ${digest}`);
    }
  }
}

async function receive(
  stream: Readable | AsyncIterable<Uint8Array>,
  file: FileHandle,
  options: PutOptions,
): Promise<StoredObject> {
  const hash = createHash('sha256');
  let bytes = 0;
  const { signal } = options;
  const aborted = (): boolean => signal?.aborted === true;
  const give = (): StorageError =>
    new StorageError('ABORTED', `the upload was given up after ${bytes} bytes`, {
      cause: signal?.reason,
    });
  // A sender that has fallen silent yields nothing that a check between chunks could follow.
  const stop = (): void => {
    if ('destroy' in stream) stream.destroy(give());
  };
  signal?.addEventListener('abort', stop, { once: true });
  try {
    if (aborted()) stop();
    for await (const chunk of chunks(stream, () => bytes)) {
      if (aborted()) throw give();
      bytes += chunk.length;
      if (bytes > options.maxBytes) {
        throw new StorageError('TOO_LARGE', `more than the ${options.maxBytes} bytes that are taken`);
      }
      hash.update(chunk);
      for (let written = 0; written < chunk.length;) {
        written += (await file.write(chunk, written)).bytesWritten;
      }
    }
  } finally {
    signal?.removeEventListener('abort', stop);
  }
  if (aborted()) throw give();
  if (options.expectedBytes !== undefined && bytes < options.expectedBytes) {
    throw new StorageError('TRUNCATED', `${bytes} bytes came of ${options.expectedBytes}`);
  }
  if (options.expectedBytes !== undefined && bytes > options.expectedBytes) {
    throw new StorageError('TOO_LARGE', `${bytes} bytes came, ${options.expectedBytes} were announced`);
  }
  const digest = hash.digest('hex');
  if (options.expectedSha256 !== undefined && digest !== options.expectedSha256) {
    throw new StorageError(
      'DIGEST_MISMATCH',
      `the bytes have SHA-256 ${digest}, ${options.expectedSha256} was announced`,
    );
  }
  return { digest, bytes };
}

/** The stream's chunks; that its sender broke off is said as such, not as a fault of ours. */
async function* chunks(
  stream: Readable | AsyncIterable<Uint8Array>,
  count: () => number,
): AsyncGenerator<Uint8Array> {
  try {
    yield* stream as AsyncIterable<Uint8Array>;
  } catch (error) {
    if (error instanceof StorageError) throw error;
    throw new StorageError('TRUNCATED', `the sender broke off after ${count()} bytes: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

/** Whether a temporary file is of a process of this host that is no more. */
function isOrphan(name: string): boolean {
  const prefix = `${hostname()}.`;
  const [, pid, start] =
    /^(\d+)-(\d+)\./.exec(name.startsWith(prefix) ? name.slice(prefix.length) : '') ?? [];
  return pid !== undefined && startOf(pid) !== start;
}

/** When a process began, in clock ticks since boot, since numbers are given out again; undefined for one that is no more. */
function startOf(pid: string): string | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in parentheses may hold anything, spaces and parentheses included.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/** Taken before the bytes are read: a change while they are being read shows in the next look. */
function identityOf({ dev, ino, size, mtimeNs, ctimeNs }: fs.BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
}

function compare(digest: string, found: string): void {
  if (found !== digest)
    throw new StorageError('CORRUPT', `object ${digest} has changed on disk: its bytes are ${found}`);
}

function checkDigest(digest: string): void {
  if (!DIGEST.test(digest)) {
    throw new StorageError('DIGEST_INVALID', 'a digest is 64 lower-case hexadecimal digits');
  }
}

/** A rename is on disk only when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await fs.promises.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function errno(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
}
