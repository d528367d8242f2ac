import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

/** Bytes of a slab: what is written at once. */
const SLAB = 512 << 10;
/** Writes under way at once, over all files of a staging. */
const MOST_UNDERWAY = 24;
/** What positions, lengths and memory of direct writes must be multiples of, on any disk in use. */
const ALIGNMENT = 4_096;

/** Memory in which bytes wait for the disk, shared by files that are written side by side. */
export class Staging {
  private readonly spare: Uint8Array[] = [];
  private readonly waiting: (() => void)[] = [];
  private underway = 0;

  take(): Uint8Array {
    // A buffer that may be resized begins at a page of memory, as direct writes ask; a plain one does not.
    return this.spare.pop() ?? new Uint8Array(new ArrayBuffer(SLAB, { maxByteLength: SLAB }));
  }

  giveBack(slab: Uint8Array): void {
    this.spare.push(slab);
  }

  /** Begins a write as soon as few enough are under way. @returns when it has begun; `done` gets its promise */
  async begin(write: () => Promise<void>, done: (writing: Promise<void>) => void): Promise<void> {
    while (this.underway >= MOST_UNDERWAY)
      await new Promise<void>((resolve) => {
        this.waiting.push(resolve);
      });
    this.underway += 1;
    done(
      write().finally(() => {
        this.underway -= 1;
        this.waiting.shift()?.();
      }),
    );
  }
}

/**
 * A new file, written from its beginning to its end past the page cache where the file system allows it (O_DIRECT).
 * A version is far larger than what is read of it soon: through the cache each of its pages takes memory that was
 * free, which in a virtual machine costs several times what the copy does, and pushes out what others read.
 * While a slab is on its way to the disk, the next one is filled.
 */
export class DirectFile {
  private slab: Uint8Array | undefined;
  private used = 0;
  private position = 0;
  private readonly underway = new Set<Promise<void>>();
  /** the same file without direct writes, where these were refused */
  private cached: Promise<FileHandle> | undefined;
  private failure: { readonly error: unknown } | undefined;

  private constructor(
    private readonly path: string,
    private readonly staging: Staging,
    private readonly file: FileHandle,
    private readonly direct: boolean,
  ) {}

  /** @throws an error of the file system: `EEXIST` where there is a file */
  static async create(path: string, staging: Staging): Promise<DirectFile> {
    const { O_WRONLY, O_CREAT, O_EXCL } = constants;
    // Not every platform knows the flag, whatever the types say.
    const flag = (constants as { O_DIRECT?: number }).O_DIRECT ?? 0;
    const flags = O_WRONLY | O_CREAT | O_EXCL;
    try {
      return new DirectFile(path, staging, await open(path, flags | flag), flag !== 0);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error;
      // The kernel makes the file before it finds that the file system has no direct writes.
      return new DirectFile(path, staging, await open(path, O_WRONLY | O_CREAT), false);
    }
  }

  /** Takes a copy of the bytes. @throws what a write before this one failed of */
  async append(bytes: Uint8Array): Promise<void> {
    let from = 0;
    while (from < bytes.length) {
      this.slab ??= this.staging.take();
      const room = Math.min(SLAB - this.used, bytes.length - from);
      this.slab.set(bytes.subarray(from, from + room), this.used);
      this.used += room;
      from += room;
      if (this.used === SLAB) await this.send(SLAB);
    }
    this.throwFailure();
  }

  /** Writes what is left, flushes to the disk and closes. @throws what a write failed of */
  async finish(): Promise<void> {
    const size = this.position + this.used;
    if (this.used > 0) {
      const padded = Math.ceil(this.used / ALIGNMENT) * ALIGNMENT;
      this.slab?.fill(0, this.used, padded);
      await this.send(padded);
    }
    await Promise.all(this.underway);
    this.throwFailure();
    await this.file.truncate(size);
    await (await (this.cached ?? this.file)).sync();
    await this.close();
  }

  /** Closes what is there, after a failure. */
  async abandon(): Promise<void> {
    await Promise.all(this.underway);
    await this.close().catch(() => undefined);
  }

  private async close(): Promise<void> {
    await (await this.cached)?.close();
    await this.file.close();
  }

  private async send(length: number): Promise<void> {
    const { slab, position } = this;
    if (slab === undefined) return;
    this.slab = undefined;
    this.used = 0;
    this.position += length;
    await this.staging.begin(
      () => this.write(slab, length, position),
      (writing) => {
        const heard = writing
          .catch((error: unknown) => {
            // The first failure is told by the next call.
            this.failure ??= { error };
          })
          .finally(() => {
            this.staging.giveBack(slab);
            this.underway.delete(heard);
          });
        this.underway.add(heard);
      },
    );
  }

  private async write(slab: Uint8Array, length: number, position: number): Promise<void> {
    let done = 0;
    while (done < length) {
      const file = await (this.cached ?? this.file);
      try {
        const { bytesWritten } = await file.write(slab, done, length - done, position + done);
        done += bytesWritten;
      } catch (error) {
        const refused = this.direct && file === this.file;
        if (!refused || (error as NodeJS.ErrnoException).code !== 'EINVAL') throw error;
        // Some file systems take the flag and refuse the writes, or end one in the middle of a block.
        this.cached ??= open(this.path, 'r+');
      }
    }
  }

  private throwFailure(): void {
    if (this.failure !== undefined) throw this.failure.error;
  }
}
