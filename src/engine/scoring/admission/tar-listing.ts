import { type FileBytes } from './file-bytes.js';

const BLOCK = 512;
const MOST_ENTRIES = 4096;

/** Whether a tar begins here: a header block whose checksum holds. */
export function isTar(file: FileBytes): boolean {
  return header(file.at(0, BLOCK)) !== undefined;
}

/** Names in a tar, of its first entries, by its headers alone: what they hold is passed over, not read. */
export function tarNames(file: FileBytes): string[] {
  const names: string[] = [];
  for (let at = 0; names.length < MOST_ENTRIES && at < file.size;) {
    const entry = header(file.at(at, BLOCK));
    if (entry === undefined) break;
    names.push(entry.name);
    at += BLOCK + Math.ceil(entry.size / BLOCK) * BLOCK;
  }
  return names;
}

function header(block: Uint8Array): { name: string; size: number } | undefined {
  if (block.length < BLOCK) return undefined;
  const text = (from: number, length: number) => {
    const field = Buffer.from(block.subarray(from, from + length)).toString('latin1');
    const end = field.indexOf('\0');
    return end < 0 ? field : field.slice(0, end);
  };
  const octal = (from: number, length: number) => Number.parseInt(text(from, length).trim() || '0', 8);
  const sum = block.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  if (octal(148, 8) !== sum || sum === 0x20 * 8) return undefined;
  const prefix = text(257, 5) === 'ustar' ? text(345, 155) : '';
  const size = octal(124, 12);
  const name = prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`;
  return Number.isSafeInteger(size) && size >= 0 ? { name, size } : undefined;
}
