import { BLOCK_BYTES } from './tar-reader.js';

/** What a tar of ours can hold. Owner and group are always 0: ids of an image mean nothing in a jail. */
export interface WrittenEntry {
  name: string;
  kind: 'file' | 'hardLink' | 'symlink' | 'folder';
  size?: number;
  mode: number;
  modified?: number;
  link?: string;
}

const FLAGS = { file: '0', hardLink: '1', symlink: '2', folder: '5' } as const;
const USTAR_SIZE = 8 ** 11;

/** The header blocks of an entry in the POSIX format: its content follows, padded by {@link padding}. */
export function tarHeader(entry: WrittenEntry): Buffer {
  const records: [key: string, value: string][] = [];
  const size = entry.size ?? 0;
  const link = entry.link ?? '';
  if (!fits(entry.name)) records.push(['path', entry.name]);
  if (!fits(link)) records.push(['linkpath', link]);
  if (size >= USTAR_SIZE) records.push(['size', String(size)]);
  const own = header({
    ...entry,
    name: fits(entry.name) ? entry.name : 'long',
    link: fits(link) ? link : '',
    size: size < USTAR_SIZE ? size : 0,
    flag: FLAGS[entry.kind],
  });
  if (records.length === 0) return own;
  const text = Buffer.from(records.map(([key, value]) => record(key, value)).join(''));
  const extended = header({ name: 'pax', size: text.length, mode: 0o644, flag: 'x' });
  return Buffer.concat([extended, text, padding(text.length), own]);
}

/** Zeros up to the next block. */
export function padding(size: number): Buffer {
  return Buffer.alloc((BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES);
}

export const TAR_END = Buffer.alloc(2 * BLOCK_BYTES);

function fits(text: string): boolean {
  return Buffer.byteLength(text) <= 100;
}

/** `LENGTH KEY=VALUE\n`, where LENGTH counts its own digits. */
function record(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + String(rest).length;
  if (rest + String(length).length !== length) length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}

function header(parts: {
  name: string;
  size: number;
  mode: number;
  modified?: number;
  link?: string;
  flag: string;
}): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  const octal = (value: number, at: number, length: number) =>
    block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
  block.write(parts.name, 0, 100);
  octal(parts.mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(parts.size, 124, 12);
  octal(parts.modified ?? 0, 136, 12);
  block.write(' '.repeat(8), 148, 'latin1');
  block.write(parts.flag, 156, 'latin1');
  block.write(parts.link ?? '', 157, 100);
  block.write('ustar\u000000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}
