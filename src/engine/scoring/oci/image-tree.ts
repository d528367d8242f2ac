import { InputError } from '../../input-error.js';
import type { WrittenEntry } from './tar-writer.js';
import type { TarEntry } from './tar-reader.js';

export interface TreeFile {
  kind: 'file';
  layer: number;
  executable: boolean;
  /** An executable's first bytes: what it is for, and on which machine. */
  head: Buffer;
}

interface TreeLink {
  kind: 'symlink';
  layer: number;
  target: string;
}

interface TreeFolder {
  kind: 'folder';
  layer: number;
  /** The last layer that added it, or anything in it. */
  touched: number;
  children: Map<string, TreeNode>;
}

export type TreeNode = TreeFile | TreeLink | TreeFolder;

const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';
const MAX_DEPTH = 128;
const MAX_PATH_BYTES = 4096;
const MAX_NAME_BYTES = 255;
/** As many as Linux follows. */
const MAX_LINKS = 40;

/**
 * The files of an image as its layers pile up: names, kinds and links, no content. Each entry of a layer is checked
 * against what lies below it, and comes back in plain words: an explicit path through real folders, readable by everybody,
 * without special bits, owners or attributes. What is unpacked later is written from these alone.
 */
export class ImageTree {
  /** Entries whose set-user-id, set-group-id or sticky bit was taken off. */
  specialBits = 0;
  private layer = -1;
  private readonly root = newFolder(-1);
  /** Folders that the present layer emptied of what lay below. */
  private readonly opaque = new Set<TreeFolder>();

  beginLayer(): void {
    this.layer += 1;
    this.opaque.clear();
  }

  /**
   * Adds an entry of the present layer.
   *
   * @returns what to write for it: the entry, before it the folders that it takes for granted; and the file that it adds
   * @throws InputError `PATH_TRAVERSAL`, `SYMLINK_ESCAPES`, `HARD_LINK_ESCAPES`, `HARD_LINK_MISSING`, `DEVICE_NODE`,
   *   `SPARSE_FILE`, `UNSUPPORTED_ENTRY`, `DUPLICATE_ENTRY`, `AMBIGUOUS_WHITEOUT`, `BAD_NAME`
   */
  add(entry: TarEntry): { written: WrittenEntry[]; file?: TreeFile } {
    refuseKind(entry);
    const path = components(entry.name, entry.name, 'PATH_TRAVERSAL');
    const name = path.pop();
    if (name === undefined) {
      if (entry.kind !== 'folder') throw refused('BAD_NAME', entry.name, 'has no name');
      return { written: [] };
    }
    const written: WrittenEntry[] = [];
    const parent = this.folderAt(path, entry.name, written);
    if (name.startsWith(WHITEOUT)) return { written: [...written, ...this.remove(entry, parent, name)] };
    if ((entry.mode & 0o7000) !== 0 && entry.kind !== 'symlink') this.specialBits += 1;
    const node = this.node(entry, parent.path);
    const before = parent.folder.children.get(name);
    const at = [...parent.path, name].join('/');
    if (node.kind === 'folder' && before?.kind === 'folder') {
      before.layer = this.layer;
    } else {
      if (before?.layer === this.layer) {
        throw refused('DUPLICATE_ENTRY', entry.name, 'stands in its layer twice');
      }
      parent.folder.children.set(name, node);
    }
    this.touch(parent.path);
    written.push(this.entry(entry, node, at));
    return { written, ...(entry.kind === 'file' && node.kind === 'file' && { file: node }) };
  }

  /**
   * Sees to it that the jail finds what it mounts upon, and the program its working folder.
   *
   * @param places names in the root, each to be an empty place for a mount
   * @returns the entries of a last layer of ours
   * @throws InputError `UNSUPPORTED_ENTRY` for a root that no jail can be made of, `BAD_DOCUMENT` for a working directory
   *   that is a file
   */
  furnish(places: readonly string[], workingDirectory: string): WrittenEntry[] {
    this.beginLayer();
    const etc = this.root.children.get('etc');
    const preload = etc?.kind === 'folder' ? etc.children.get('ld.so.preload') : undefined;
    if ((etc !== undefined && etc.kind !== 'folder') || (preload !== undefined && preload.kind !== 'file'))
      throw refused('UNSUPPORTED_ENTRY', 'etc', 'must be a folder, and ld.so.preload in it a file or absent');
    const folder = (name: string) =>
      this.add({ name, kind: 'folder', flag: '5', size: 0, mode: 0o755, modified: 0, link: '' }).written;
    const written = places.flatMap(folder);
    const found = this.find(workingDirectory);
    if (found === undefined) written.push(...folder(workingDirectory.slice(1)));
    else if (found.kind !== 'folder')
      throw new InputError(
        'BAD_DOCUMENT',
        `the image’s working directory ${shown(workingDirectory)} is a file`,
      );
    return written;
  }

  /** What a path leads to inside the image, links followed; undefined for nothing. */
  find(path: string): TreeNode | undefined {
    try {
      return this.follow(path.split('/'), [], path)?.node;
    } catch (error) {
      if (error instanceof InputError) return undefined;
      throw error;
    }
  }

  private node(entry: TarEntry, parent: readonly string[]): TreeNode {
    const { layer } = this;
    switch (entry.kind) {
      case 'folder':
        return newFolder(layer);
      case 'symlink':
        refuseClimbing(entry, parent.length);
        return { kind: 'symlink', layer, target: entry.link };
      case 'hardLink':
        return { ...this.linked(entry), layer };
      default:
        return { kind: 'file', layer, executable: (entry.mode & 0o111) !== 0, head: Buffer.alloc(0) };
    }
  }

  /** A hard link's other end: a file, or a symbolic link, of this layer or one below. */
  private linked(entry: TarEntry): TreeFile | TreeLink {
    const path = components(entry.link, entry.name, 'HARD_LINK_ESCAPES');
    const name = path.pop();
    const parent = this.follow(path, [], entry.name);
    const found =
      name === undefined || parent?.node.kind !== 'folder' ? undefined : parent.node.children.get(name);
    if (found === undefined || found.kind === 'folder') {
      throw refused(
        'HARD_LINK_MISSING',
        entry.name,
        `is a hard link to ${shown(entry.link)}, which is ${found === undefined ? 'not in the image' : 'a folder'}`,
      );
    }
    return found;
  }

  private entry(entry: TarEntry, node: TreeNode, at: string): WrittenEntry {
    const { modified } = entry;
    if (node.kind === 'symlink') {
      return { name: at, kind: 'symlink', mode: 0o777, modified, link: node.target };
    }
    if (entry.kind === 'hardLink') {
      const path = components(entry.link, entry.name, 'HARD_LINK_ESCAPES');
      const name = path.pop() ?? '';
      const folder = this.follow(path, [], entry.name)?.path ?? [];
      return { name: at, kind: 'hardLink', mode: 0o644, modified, link: [...folder, name].join('/') };
    }
    if (node.kind === 'folder') return { name: `${at}/`, kind: 'folder', mode: 0o755, modified };
    return { name: at, kind: 'file', size: entry.size, mode: node.executable ? 0o755 : 0o644, modified };
  }

  /** Whiteouts hide what layers below hold: one name, or all that a folder held. */
  private remove(
    entry: TarEntry,
    parent: { folder: TreeFolder; path: readonly string[] },
    name: string,
  ): WrittenEntry[] {
    if (entry.kind !== 'file' || entry.size > 0) {
      throw refused('UNSUPPORTED_ENTRY', entry.name, 'is named as a whiteout and is no empty file');
    }
    if (name === OPAQUE) {
      // Going through a folder again and again would cost the square of its names.
      if (this.opaque.has(parent.folder)) {
        throw refused('DUPLICATE_ENTRY', entry.name, 'stands in its layer twice');
      }
      this.opaque.add(parent.folder);
      return this.hideBelow(parent.folder, parent.path);
    }
    const base = name.slice(WHITEOUT.length);
    if (['', '.', '..'].includes(base)) throw refused('PATH_TRAVERSAL', entry.name, 'hides no name');
    if (base.startsWith(WHITEOUT)) throw refused('UNSUPPORTED_ENTRY', entry.name, 'is a whiteout of AUFS');
    const hidden = parent.folder.children.get(base);
    if (hidden === undefined) return [];
    if (isOf(hidden, this.layer)) {
      throw refused('AMBIGUOUS_WHITEOUT', entry.name, 'hides what the same layer adds');
    }
    parent.folder.children.delete(base);
    return [whiteout(parent.path, base)];
  }

  /** Hides what layers below put into a folder, and leaves what this one did. */
  private hideBelow(folder: TreeFolder, path: readonly string[]): WrittenEntry[] {
    return [...folder.children].flatMap(([base, child]) => {
      if (!isOf(child, this.layer)) {
        folder.children.delete(base);
        return [whiteout(path, base)];
      }
      return child.kind === 'folder' ? this.hideBelow(child, [...path, base]) : [];
    });
  }

  /** The folder at a path, links followed within the image, missing folders made and told. */
  private folderAt(
    path: readonly string[],
    name: string,
    written: WrittenEntry[],
  ): { folder: TreeFolder; path: string[] } {
    let here: { folder: TreeFolder; path: string[] } = { folder: this.root, path: [] };
    for (const component of path) {
      let child = here.folder.children.get(component);
      if (child === undefined) {
        child = newFolder(this.layer);
        here.folder.children.set(component, child);
        this.touch(here.path);
        written.push({ name: `${[...here.path, component].join('/')}/`, kind: 'folder', mode: 0o755 });
      }
      if (child.kind === 'folder') here = { folder: child, path: [...here.path, component] };
      else {
        const found = this.follow([component], here.path, name);
        if (found?.node.kind !== 'folder') {
          throw refused(
            'PATH_TRAVERSAL',
            name,
            `goes through ${shown(`/${[...here.path, component].join('/')}`)}, which is ${child.kind === 'file' ? 'a file' : 'a link to no folder'}`,
          );
        }
        here = { folder: found.node, path: found.path };
      }
    }
    return here;
  }

  /** Follows a path with every link in it, from a folder that is a real one. */
  private follow(
    wanted: readonly string[],
    from: readonly string[],
    name: string,
  ): { node: TreeNode; path: string[] } | undefined {
    const todo = [...wanted].reverse();
    let path = [...from];
    let links = 0;
    for (let component = todo.pop(); component !== undefined; component = todo.pop()) {
      if (component === '' || component === '.') continue;
      if (component === '..') {
        if (path.length === 0) throw refused('SYMLINK_ESCAPES', name, 'leads above the root of the image');
        path.pop();
        continue;
      }
      const folder = this.real(path);
      if (folder?.kind !== 'folder') return undefined;
      const child = folder.children.get(component);
      if (child === undefined) return undefined;
      if (child.kind !== 'symlink') {
        path.push(component);
        continue;
      }
      links += 1;
      if (links > MAX_LINKS) return undefined;
      todo.push(...child.target.split('/').reverse());
      if (child.target.startsWith('/')) path = [];
    }
    const node = this.real(path);
    return node === undefined ? undefined : { node, path };
  }

  /** Marks the folders of a path as the present layer's, so that a whiteout need not search them. */
  private touch(path: readonly string[]): void {
    let node: TreeNode | undefined = this.root;
    for (const component of path) {
      node = node.kind === 'folder' ? node.children.get(component) : undefined;
      if (node?.kind !== 'folder') return;
      node.touched = this.layer;
    }
  }

  private real(path: readonly string[]): TreeNode | undefined {
    let node: TreeNode | undefined = this.root;
    for (const component of path) node = node?.kind === 'folder' ? node.children.get(component) : undefined;
    return node;
  }
}

function newFolder(layer: number): TreeFolder {
  return { kind: 'folder', layer, touched: layer, children: new Map() };
}

/** Whether a layer added it, or anything in it. */
function isOf(node: TreeNode, layer: number): boolean {
  return node.layer === layer || (node.kind === 'folder' && node.touched === layer);
}

function whiteout(path: readonly string[], base: string): WrittenEntry {
  return { name: [...path, `${WHITEOUT}${base}`].join('/'), kind: 'file', size: 0, mode: 0o644 };
}

/** A path's components. Refused: absolute, with `..`, too long or too deep. */
function components(text: string, name: string, code: string): string[] {
  if (text.startsWith('/')) throw refused(code, name, `says an absolute path, ${shown(text)}`);
  const parts = text.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw refused(code, name, `says a path with "..", ${shown(text)}`);
  if (
    Buffer.byteLength(text) > MAX_PATH_BYTES ||
    parts.length > MAX_DEPTH ||
    parts.some((part) => Buffer.byteLength(part) > MAX_NAME_BYTES)
  )
    throw refused('BAD_NAME', name, 'is longer or deeper than a path may be');
  return parts;
}

function refuseKind(entry: TarEntry): void {
  switch (entry.kind) {
    case 'charDevice':
    case 'blockDevice':
    case 'fifo':
      throw refused(
        'DEVICE_NODE',
        entry.name,
        `is a ${entry.kind === 'fifo' ? 'named pipe' : 'device'}; a jail has devices of its own, so leave it out`,
      );
    case 'sparse':
      throw refused('SPARSE_FILE', entry.name, 'is a sparse file; write the layer without sparse entries');
    case 'other':
      throw refused('UNSUPPORTED_ENTRY', entry.name, `is of type ${JSON.stringify(entry.flag)}`);
    case 'file':
      return;
    default:
      if (entry.size > 0)
        throw refused('UNSUPPORTED_ENTRY', entry.name, 'has content that its kind cannot have');
  }
}

function refuseClimbing(entry: TarEntry, depth: number): void {
  const target = entry.link;
  if (target === '' || Buffer.byteLength(target) > MAX_PATH_BYTES)
    throw refused('BAD_NAME', entry.name, 'is a symbolic link without a target that can be');
  let at = target.startsWith('/') ? 0 : depth;
  for (const part of target.split('/')) {
    if (part === '..') at -= 1;
    else if (part !== '' && part !== '.') at += 1;
    if (at < 0) {
      throw refused(
        'SYMLINK_ESCAPES',
        entry.name,
        `is a symbolic link that climbs above the root of the image: ${shown(target)}`,
      );
    }
  }
}

function refused(code: string, name: string, what: string): InputError {
  return new InputError(code, `the image’s ${shown(name)} ${what}`);
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 160));
}
