import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { ContentStore, StorageError } from './content-store.js';

let root: string;
let store: ContentStore;

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const stream = (...chunks: Uint8Array[]): Readable => Readable.from(chunks);

/** Every file of the store, temporary ones included. */
function files(): string[] {
  return fs
    .readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .sort();
}

async function failure(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'no failure',
    (error: unknown) => (error instanceof StorageError ? error.code : String(error)),
  );
}

beforeEach(async () => {
  root = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'sandbox-store-')), 'objects');
  store = await ContentStore.open(root);
});

afterEach(() => {
  fs.rmSync(path.dirname(root), { recursive: true, force: true });
});

describe('ContentStore', () => {
  it('keeps a stream under its SHA-256, as coreutils computes it, and gives the same bytes back', async () => {
    const chunks = [randomBytes(70_000), Buffer.alloc(0), randomBytes(1), randomBytes(300_001)];
    const bytes = Buffer.concat(chunks);
    const stored = await store.put(stream(...chunks), { maxBytes: bytes.length });
    expect(stored).toEqual({ digest: sha256(bytes), bytes: bytes.length });
    const place = store.path(stored.digest);
    expect(path.relative(root, place)).toBe(path.join(stored.digest.slice(0, 2), stored.digest.slice(2)));
    expect(execFileSync('sha256sum', [place], { encoding: 'utf8' }).slice(0, 64)).toBe(stored.digest);
    expect(await store.stat(stored.digest)).toEqual(stored);
    expect(await store.verify(stored.digest)).toEqual(stored);
    const back = (await (await store.open(stored.digest)).toArray()) as Buffer[];
    expect(Buffer.concat(back).equals(bytes)).toBe(true);
    const part = (await (await store.open(stored.digest, { start: 1, end: 3 })).toArray()) as Buffer[];
    expect(Buffer.concat(part)).toEqual(bytes.subarray(1, 4));
  });

  it('removes an object, and what is not there as well', async () => {
    const { digest } = await store.put(stream(randomBytes(10)), { maxBytes: 10 });
    await store.remove(digest);
    expect(await store.has(digest)).toBe(false);
    expect(files()).toEqual([]);
    await store.remove(digest);
  });

  it('keeps nothing as an object too', async () => {
    const stored = await store.put(stream(), { maxBytes: 0 });
    expect(stored).toEqual({
      digest: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      bytes: 0,
    });
  });

  it('takes the same bytes any number of times, at once too, and keeps the first file', async () => {
    const bytes = randomBytes(100_000);
    const digest = sha256(bytes);
    await Promise.all(Array.from({ length: 8 }, () => store.put(stream(bytes), { maxBytes: 1e6 })));
    const inode = fs.statSync(store.path(digest)).ino;
    await store.put(stream(bytes), { maxBytes: 1e6, expectedSha256: digest });
    expect(fs.statSync(store.path(digest)).ino).toBe(inode);
    expect(files()).toHaveLength(1);
  });

  it.each([
    ['TOO_LARGE', { maxBytes: 9 }],
    ['TOO_LARGE', { maxBytes: 100, expectedBytes: 9 }],
    ['TRUNCATED', { maxBytes: 100, expectedBytes: 11 }],
    ['DIGEST_MISMATCH', { maxBytes: 100, expectedSha256: 'a'.repeat(64) }],
    ['DIGEST_INVALID', { maxBytes: 100, expectedSha256: '../../etc/passwd' }],
  ])('refuses with %s, given %j, and leaves nothing', async (code, options) => {
    expect(await failure(store.put(stream(Buffer.from('0123456789')), options))).toBe(code);
    expect(files()).toEqual([]);
  });

  it('stops reading as soon as there is too much', async () => {
    let sent = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      for (;;) {
        sent += 1;
        yield Buffer.alloc(1_000);
      }
    }
    expect(await failure(store.put(endless(), { maxBytes: 10_500 }))).toBe('TOO_LARGE');
    expect(sent).toBe(11);
    expect(files()).toEqual([]);
  });

  it('leaves nothing of a sender that broke off', async () => {
    const sender = new PassThrough();
    const put = store.put(sender, { maxBytes: 100 });
    sender.write('half of');
    sender.destroy(new Error('connection reset'));
    expect(await failure(put)).toBe('TRUNCATED');
    expect(files()).toEqual([]);
  });

  it('gives up when told to, also while the sender is silent', async () => {
    const sender = new PassThrough();
    const abort = new AbortController();
    const put = store.put(sender, { maxBytes: 100, signal: abort.signal });
    sender.write('half of');
    setImmediate(() => abort.abort());
    expect(await failure(put)).toBe('ABORTED');
    expect(files()).toEqual([]);
    expect(sender.destroyed).toBe(true);
    expect(await failure(store.put(stream(), { maxBytes: 1, signal: AbortSignal.abort() }))).toBe('ABORTED');
  });

  it('says that the disk is at fault when it is', async () => {
    fs.rmdirSync(path.join(root, 'incoming'));
    expect(await failure(store.put(stream(Buffer.from('x')), { maxBytes: 1 }))).toBe('STORE_FAULT');
  });

  it.each(['', 'abc', '../'.repeat(22), 'A'.repeat(64), `${'a'.repeat(64)}\n`, `${'a'.repeat(63)}/`])(
    'takes %j for no digest',
    async (digest) => {
      expect(() => store.path(digest)).toThrow(StorageError);
      expect(await failure(store.open(digest))).toBe('DIGEST_INVALID');
      expect(await failure(store.verify(digest))).toBe('DIGEST_INVALID');
    },
  );

  it('says that an object is not there, or no longer what it was', async () => {
    expect(await failure(store.stat('0'.repeat(64)))).toBe('NOT_FOUND');
    expect(await failure(store.open('0'.repeat(64)))).toBe('NOT_FOUND');
    expect(await store.has('0'.repeat(64))).toBe(false);
    const { digest } = await store.put(stream(Buffer.from('honest')), { maxBytes: 10 });
    expect(await store.has(digest)).toBe(true);
    fs.chmodSync(store.path(digest), 0o600);
    fs.writeFileSync(store.path(digest), 'forged');
    expect(await failure(store.verify(digest))).toBe('CORRUPT');
    expect(await failure(store.read(digest))).toBe('CORRUPT');
  });

  it('sees that a verified object was changed or replaced since, though its size and time are as before', async () => {
    const { digest } = await store.put(stream(Buffer.from('honest')), { maxBytes: 10 });
    const place = store.path(digest);
    for (const forge of [
      () => fs.writeFileSync(place, 'forged'),
      () => {
        fs.writeFileSync(`${place}.new`, 'forged');
        fs.renameSync(`${place}.new`, place);
      },
    ]) {
      fs.writeFileSync(place, 'honest');
      expect(await store.verify(digest)).toEqual({ digest, bytes: 6 });
      expect(await store.verify(digest)).toEqual({ digest, bytes: 6 });
      expect((await store.read(digest)).toString()).toBe('honest');
      const { atime, mtime } = fs.statSync(place);
      forge();
      fs.utimesSync(place, atime, mtime);
      expect(await failure(store.verify(digest))).toBe('CORRUPT');
    }
  });

  it('gives files and folders the modes asked for, and lets a set-group-ID bit come down', async () => {
    fs.chmodSync(root, 0o2750);
    const { digest } = await store.put(stream(Buffer.from('x')), { maxBytes: 1 });
    const file = store.path(digest);
    expect(fs.statSync(file).mode & 0o7777).toBe(0o640);
    expect(fs.statSync(path.dirname(file)).mode & 0o7777).toBe(0o2750);
    const own = await ContentStore.open(path.join(root, 'private'), { fileMode: 0o400, folderMode: 0o700 });
    const secret = await own.put(stream(Buffer.from('y')), { maxBytes: 1 });
    expect(fs.statSync(own.path(secret.digest)).mode & 0o7777).toBe(0o400);
    expect(fs.statSync(path.dirname(own.path(secret.digest))).mode & 0o777).toBe(0o700);
  });

  it('removes what an interrupted upload left long ago, and not what comes in now', async () => {
    const stale = path.join(root, 'incoming', 'stale');
    const fresh = path.join(root, 'incoming', 'fresh');
    fs.writeFileSync(stale, 'x');
    fs.writeFileSync(fresh, 'x');
    const longAgo = new Date(Date.now() - 25 * 60 * 60 * 1_000);
    fs.utimesSync(stale, longAgo, longAgo);
    await ContentStore.open(root);
    expect(files()).toEqual([path.join('incoming', 'fresh')]);
  });

  it('removes at once what a process that was killed left, and nothing of those that live', async () => {
    const sender = new PassThrough();
    const put = store.put(sender, { maxBytes: 100 });
    sender.write('half of');
    while (files().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const [mine = ''] = fs.readdirSync(path.join(root, 'incoming'));
    // One that has ended, and one that had our number before us.
    const ended = spawnSync('true').pid;
    const orphans = [mine.replace(`.${process.pid}-`, `.${ended}-`), mine.replace(/-\d+\./, '-1.')];
    for (const name of orphans) fs.writeFileSync(path.join(root, 'incoming', name), 'x');
    await ContentStore.open(root);
    expect(files()).toEqual([path.join('incoming', mine)]);
    sender.end();
    expect((await put).bytes).toBe(7);
  });
});
