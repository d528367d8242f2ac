import { createHash, type Hash } from 'node:crypto';
import { constants, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as pause } from 'node:timers/promises';

const READ_BYTES = 1 << 20;

export interface TreeIdentity {
  /**
   * Over every path with its kind, mode, size, inode and times. The kernel moves an inode's change time with every write
   * and lets nobody set it: a tree of the same identity has not been touched.
   */
  identity: string;
  /** room that the tree takes on the disk, about */
  bytes: number;
}

/** Walks a tree without reading its files; no link is followed. */
export async function treeIdentity(root: string): Promise<TreeIdentity> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const { path, full } of walk(root)) {
    const found = lstatSync(full, { bigint: true });
    const link = found.isSymbolicLink() ? readlinkSync(full) : '';
    const { mode, size, ino, uid, gid, mtimeNs, ctimeNs } = found;
    // A folder's size and a link count differ between file systems and tell nothing of the content.
    record(hash, [path, mode, found.isDirectory() ? 0 : size, ino, uid, gid, mtimeNs, ctimeNs, link]);
    bytes += Number(found.blocks) * 512;
  }
  return { identity: hash.digest('hex'), bytes };
}

/**
 * SHA-256 over a tree's content: every path with its kind, mode, link target and bytes. The same image gives the same digest
 * on every machine, whoever owns the files and whenever they were written.
 */
export async function treeDigest(root: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const { path, full } of walk(root)) {
    const found = lstatSync(full);
    const kind = found.isSymbolicLink() ? 'link' : found.isDirectory() ? 'folder' : 'file';
    const content =
      kind === 'link' ? readlinkSync(full) : kind === 'folder' ? '' : await fileDigest(full, found.size);
    record(hash, [kind, path, kind === 'link' ? 0 : found.mode & 0o7777, content]);
  }
  return hash.digest('hex');
}

/** Each member with its length before it: no two lists of members read the same. */
function record(hash: Hash, members: readonly (string | number | bigint)[]): void {
  hash.update(JSON.stringify(members.map(String)));
  hash.update('\n');
}

/** Every entry below a folder in an order that depends on names alone, the folder itself first. */
async function* walk(root: string): AsyncGenerator<{ path: string; full: string }> {
  const todo = [''];
  for (let path = todo.pop(); path !== undefined; path = todo.pop()) {
    const full = join(root, path);
    yield { path, full };
    if (!lstatSync(full).isDirectory()) continue;
    const names = readdirSync(full).sort((one, other) => (one < other ? 1 : -1));
    todo.push(...names.map((name) => `${path}/${name}`));
    // Thousands of folders are looked at in a row: others get their turn between them.
    await pause();
  }
}

async function fileDigest(path: string, size: number): Promise<string> {
  const hash = createHash('sha256');
  if (size === 0) return hash.digest('hex');
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, size));
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
