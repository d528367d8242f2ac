import { lchownSync, lstatSync, readdirSync } from 'node:fs';
import { chmod, lchown, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Set-user-id and set-group-id: in a folder that others can reach they would lend the owner's rights. */
const LENDS_RIGHTS = 0o6000;

/**
 * Gives a folder and what is in it to the user that a jail runs as; nothing else runs in it now.
 *
 * @throws Error where it is no folder of its own
 */
export function lend(folder: string, slot: number): void {
  if (!lstatSync(folder).isDirectory()) throw new Error(`${folder} is not a folder`);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    lchownSync(join(entry.parentPath, entry.name), slot, slot);
  }
  lchownSync(folder, slot, slot);
}

/**
 * Takes back what a jail filled, once its last process is dead: all of it is ours again, files lose the right to run as
 * their owner, and folders that shut us out are opened. No link is followed.
 */
export async function takeBack(folder: string): Promise<void> {
  const [uid, gid] = [process.geteuid?.() ?? 0, process.getegid?.() ?? 0];
  const open = [folder];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    await lchown(path, uid, gid);
    await chmod(path, ((await lstat(path)).mode & 0o777) | 0o700);
    for (const entry of await readdir(path, { withFileTypes: true })) {
      const child = join(path, entry.name);
      if (entry.isDirectory()) {
        open.push(child);
        continue;
      }
      await lchown(child, uid, gid);
      const { mode } = await lstat(child);
      if (entry.isFile() && (mode & LENDS_RIGHTS) !== 0) await chmod(child, mode & 0o777);
    }
  }
}
