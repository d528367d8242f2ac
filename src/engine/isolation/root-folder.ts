import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { type JailMount, type JailProfile } from './profile.js';

/** A file in the root by which whoever made it could put code of its own into the tools that set its limits. */
const PRELOAD = '/etc/ld.so.preload';

/**
 * Looks whether a folder can be the `/` of a jail of this profile: every mount's place must be in it, reached through
 * folders alone, since a link would lead the mount elsewhere and nothing can be made in what is read-only.
 *
 * @returns what of the folder has to be hidden
 * @throws Error that names what is not there: the fault of whoever unpacked it, never the program's
 */
export function checkRoot(root: string, profile: JailProfile): { masks: readonly string[] } {
  if (kindOf(root, '') !== 'folder') throw new Error(`${root} is not a folder and cannot be a jail's root`);
  const places = profile.mounts.flatMap(placeOf);
  for (const { path, wanted } of [
    { path: '/proc', wanted: 'folder' },
    { path: '/dev', wanted: 'folder' },
    ...places,
  ]) {
    // Below another mount it is that mount which has to have the place.
    if (places.some((other) => path.startsWith(`${other.path}/`))) continue;
    const found = kindOf(root, path);
    if (found !== wanted)
      throw new Error(`the root folder ${root} has no empty ${wanted} ${path} (${found})`);
  }
  const preload = kindOf(root, PRELOAD);
  if (preload === 'missing') return { masks: [] };
  if (preload === 'file') return { masks: [PRELOAD] };
  throw new Error(`the root folder ${root} has a ${preload} at or above ${PRELOAD}`);
}

function placeOf(mount: JailMount): { path: string; wanted: 'folder' | 'file' }[] {
  switch (mount.kind) {
    case 'root':
    case 'symlink':
      return [];
    case 'data':
      return [{ path: mount.at, wanted: 'file' }];
    case 'directory':
    case 'scratch':
      return [{ path: mount.at, wanted: 'folder' }];
    case 'readOnly':
      return [{ path: mount.to, wanted: lstatSync(mount.from).isDirectory() ? 'folder' : 'file' }];
    case 'writable':
      return [{ path: mount.to, wanted: 'folder' }];
  }
}

/** What stands at a path below the root, no link on the way followed. */
function kindOf(root: string, path: string): 'folder' | 'file' | 'link' | 'missing' | 'device' {
  let at = root;
  for (const part of ['', ...path.split('/').filter((name) => name !== '')]) {
    at = join(at, part);
    const found = lstatSync(at, { throwIfNoEntry: false });
    if (found === undefined) return 'missing';
    if (found.isSymbolicLink()) return 'link';
    if (found.isDirectory()) continue;
    if (at !== join(root, path)) return 'missing';
    return found.isFile() ? 'file' : 'device';
  }
  return 'folder';
}
