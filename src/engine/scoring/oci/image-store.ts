import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive, type JailHost, processStart } from '../../isolation/index.js';
import { unpackImage } from './image-jail.js';
import { type CheckedImage, isCheckedImage, isRecord, isText } from './oci-image.js';
import { isMarked, mark, withLock } from './store-lock.js';
import { treeDigest, treeIdentity } from './tree-manifest.js';

/** What is kept beside an unpacked root. */
interface Note {
  image: CheckedImage;
  treeSha256: string;
  identity: string;
  bytes: number;
}

/** An image ready to run, for as long as it is not released. */
export interface UnpackedImage {
  /** a folder of ours that holds the root, and nothing else that a jail should see */
  root: string;
  image: CheckedImage;
  /** SHA-256 over the tree's paths, modes, links and contents */
  treeSha256: string;
  /** Lets it be evicted. To be called once its jails have ended. */
  release(): void;
}

/** Written anew with every change of what an unpacked image is. */
const FORMAT = 1;
const GIB = 2 ** 30;
const DEFAULT_BUDGET_BYTES = 16 * GIB;

const stores = new WeakMap<JailHost, ImageStore>();

/**
 * Unpacked images by their artefacts' digests, in the host's state folder, shared by every process that has it.
 *
 * An image appears under its name when it is whole: it is filled under another and renamed, so that a crash leaves
 * nothing that is taken for one. Before each use the tree's identity is compared (inodes and change times, which only a
 * write moves); where it differs, its content is; where that differs too, it is unpacked anew. What takes more room than
 * the budget goes by when it was last used, never while a living process uses it.
 */
export class ImageStore {
  private readonly folder: string;
  private readonly unpacking = new Map<string, Promise<void>>();

  constructor(
    private readonly host: JailHost,
    private readonly budgetBytes: number = DEFAULT_BUDGET_BYTES,
  ) {
    this.folder = join(host.directory, 'images');
    mkdirSync(this.folder, { recursive: true, mode: 0o755 });
    chmodSync(this.folder, 0o755);
  }

  /** The host's own. */
  static of(host: JailHost): ImageStore {
    const known = stores.get(host) ?? new ImageStore(host);
    stores.set(host, known);
    return known;
  }

  /**
   * @param archive path of the OCI archive, asked for only where it is not unpacked yet; its digest must be verified then
   * @param sha256 the archive's digest
   * @throws ScoringError as `unpackImage` does; Error where the disk has no room
   */
  async acquire(archive: () => Promise<string>, sha256: string): Promise<UnpackedImage> {
    const name = `${sha256}-${FORMAT}`;
    for (;;) {
      const held = await this.take(name);
      if (held !== undefined) return held;
      await this.unpackOnce(name, archive);
    }
  }

  /** The image under its name, marked as used and found to be what was unpacked. */
  private async take(name: string): Promise<UnpackedImage | undefined> {
    const path = join(this.folder, name);
    const release = await this.locked(() => {
      if (statSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
      utimesSync(path, new Date(), new Date());
      return mark(this.users(name));
    });
    if (release === undefined) return undefined;
    try {
      const note = await this.verified(path);
      if (note !== undefined) {
        const { image, treeSha256 } = note;
        return { root: join(path, 'root'), image, treeSha256, release };
      }
    } catch (error) {
      release();
      throw error;
    }
    release();
    await this.discard(name, 'spoilt');
    return undefined;
  }

  private async verified(path: string): Promise<Note | undefined> {
    const note = readNote(path);
    if (note === undefined) return undefined;
    const { identity } = await treeIdentity(join(path, 'root'));
    if (identity === note.identity) return note;
    // Copied or restored, it has other inodes and may still be what it was.
    if ((await treeDigest(join(path, 'root'))) !== note.treeSha256) return undefined;
    writeNote(path, { ...note, identity });
    return note;
  }

  private async unpackOnce(name: string, archive: () => Promise<string>): Promise<void> {
    let running = this.unpacking.get(name);
    if (running === undefined) {
      running = archive()
        .then((path) => this.unpack(name, path))
        .finally(() => this.unpacking.delete(name));
      this.unpacking.set(name, running);
    }
    await running;
  }

  private async unpack(name: string, archive: string): Promise<void> {
    await this.sweep();
    await this.makeRoom(4 * statSync(archive).size);
    const start = processStart(process.pid) ?? '';
    const building = mkdtempSync(join(this.folder, `building-${process.pid}-${start}-`));
    try {
      // The slot's user must be able to pass.
      chmodSync(building, 0o755);
      const work = join(building, 'work');
      mkdirSync(work, { mode: 0o755 });
      const image = await unpackImage(archive, work, this.host);
      const whole = join(building, 'whole');
      mkdirSync(whole, { mode: 0o755 });
      renameSync(join(work, 'root'), join(whole, 'root'));
      const treeSha256 = await treeDigest(join(whole, 'root'));
      writeNote(whole, { image, treeSha256, ...(await treeIdentity(join(whole, 'root'))) });
      await this.locked(() => {
        // Another process may have put the same image there a moment earlier.
        if (statSync(join(this.folder, name), { throwIfNoEntry: false }) === undefined)
          renameSync(whole, join(this.folder, name));
      });
    } finally {
      await rm(building, { recursive: true, force: true });
    }
    await this.evict(name);
  }

  /** @throws Error where the disk has less room than an image of this size may need, once others have gone */
  private async makeRoom(bytes: number): Promise<void> {
    const free = () => {
      const { bavail, bsize } = statfsSync(this.folder);
      return bavail * bsize;
    };
    if (free() < bytes) await this.evict(undefined, 0);
    if (free() < bytes) {
      throw new Error(`${this.folder} has ${free()} bytes free; unpacking an image may take ${bytes}`);
    }
  }

  /** Takes away the images that were used longest ago, until the rest fits. @param keep one that stays */
  private async evict(keep: string | undefined, budget = this.budgetBytes): Promise<void> {
    const images = readdirSync(this.folder)
      .filter((name) => /^[0-9a-f]{64}-\d+$/.test(name))
      .flatMap((name) => {
        const found = statSync(join(this.folder, name), { throwIfNoEntry: false });
        const bytes = readNote(join(this.folder, name))?.bytes ?? 0;
        return found === undefined ? [] : [{ name, usedAt: found.mtimeMs, bytes }];
      })
      .sort((one, other) => one.usedAt - other.usedAt);
    let total = images.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { name, bytes } of images) {
      if (total <= budget) return;
      if (name !== keep && (await this.discard(name))) total -= bytes;
    }
  }

  /** @returns whether it is gone; it stays while somebody uses it, unless it is not what it was */
  private async discard(name: string, why: 'room' | 'spoilt' = 'room'): Promise<boolean> {
    const aside = await this.locked(() => {
      if (why === 'room' && isMarked(this.users(name))) return undefined;
      const start = processStart(process.pid) ?? '';
      const path = mkdtempSync(join(this.folder, `building-${process.pid}-${start}-`));
      try {
        renameSync(join(this.folder, name), join(path, 'gone'));
      } catch {
        // Another took it away.
      }
      if (why === 'room') rmSync(this.users(name), { recursive: true, force: true });
      return path;
    });
    if (aside === undefined) return false;
    await rm(aside, { recursive: true, force: true });
    return true;
  }

  /** What killed processes left half done. */
  private async sweep(): Promise<void> {
    for (const name of readdirSync(this.folder)) {
      const [, pid, start] = /^building-(\d+)-(\d*)-/.exec(name) ?? [];
      if (pid === undefined || isAlive(Number(pid), start === '' ? undefined : start)) continue;
      await rm(join(this.folder, name), { recursive: true, force: true });
    }
  }

  private users(name: string): string {
    return join(this.folder, `users-${name}`);
  }

  private locked<T>(act: () => T): Promise<T> {
    return withLock(join(this.folder, 'lock'), act);
  }
}

function readNote(path: string): Note | undefined {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(join(path, 'image.json'), 'utf8'));
  } catch {
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  const { image, treeSha256, identity, bytes } = value;
  return isCheckedImage(image) && isText(treeSha256) && isText(identity) && typeof bytes === 'number'
    ? { image, treeSha256, identity, bytes }
    : undefined;
}

function writeNote(path: string, note: Note): void {
  const file = join(path, 'image.json');
  writeFileSync(`${file}.${process.pid}`, JSON.stringify(note), { mode: 0o600 });
  renameSync(`${file}.${process.pid}`, file);
}
