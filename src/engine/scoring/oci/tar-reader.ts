import { InputError } from '../../input-error.js';
import { type ByteSource } from './byte-source.js';

export const BLOCK_BYTES = 512;

export type TarKind =
  'file' | 'hardLink' | 'symlink' | 'charDevice' | 'blockDevice' | 'folder' | 'fifo' | 'sparse' | 'other';

/** One entry's header; `name` and `link` as they are written, long names and PAX records taken into account. */
export interface TarEntry {
  name: string;
  kind: TarKind;
  /** the type flag itself, for a message */
  flag: string;
  /** bytes of content that follow */
  size: number;
  mode: number;
  /** seconds since 1970, a whole number */
  modified: number;
  link: string;
}

export interface TarLimits {
  /** bytes of one extended header: a PAX record or a long name */
  headerBytes: number;
}

const KINDS: Readonly<Record<string, TarKind>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '1': 'hardLink',
  '2': 'symlink',
  '3': 'charDevice',
  '4': 'blockDevice',
  '5': 'folder',
  '6': 'fifo',
  S: 'sparse',
};

/** Extended headers that may follow one another before an entry: more are a trick. */
const HEADERS_IN_A_ROW = 8;

/**
 * Reads a tar (v7, ustar, GNU and PAX) entry by entry. After each, the caller takes up to `size` bytes of content from
 * `content`; what it leaves is skipped. Nothing is allocated by a size that is claimed.
 *
 * @throws InputError `BAD_TAR` (no tar, cut short, wrong checksum, contradictory headers), `PAX_TOO_LARGE`,
 *   `BAD_NAME` (a name that is not UTF-8 or holds control characters)
 */
export class TarReader {
  private left = 0;
  private padding = 0;

  constructor(
    private readonly source: ByteSource,
    private readonly limits: TarLimits,
    /** what is read, for messages */
    private readonly where: string,
  ) {}

  /** The next entry; undefined at the archive's end. */
  async next(): Promise<TarEntry | undefined> {
    await this.skipContent();
    const records = new Map<string, string>();
    for (let headers = 0; headers <= HEADERS_IN_A_ROW; headers += 1) {
      const block = await this.source.take(BLOCK_BYTES);
      // GNU tar ends with two empty blocks; some writers with none.
      if (block.length === 0 || (block.length === BLOCK_BYTES && block.every((byte) => byte === 0)))
        return this.ended(records);
      if (block.length < BLOCK_BYTES) throw this.bad('it is cut short within a header');
      this.checkSum(block);
      const flag = String.fromCharCode(block[156] ?? 0);
      const size = this.number(block, 124, 12, 'size');
      if (flag === 'x' || flag === 'g') {
        const read = this.records(await this.extended(size));
        if (flag === 'x') for (const [key, value] of read) records.set(key, value);
        else this.checkGlobal(read);
      } else if (flag === 'L' || flag === 'K') {
        const text = this.text(untilNul(await this.extended(size)));
        records.set(flag === 'L' ? 'path' : 'linkpath', text);
      } else return this.entry(block, flag, size, records);
    }
    throw this.bad(`more than ${HEADERS_IN_A_ROW} extended headers stand in a row`);
  }

  /** Some of the present entry's content; undefined when all of it was taken. */
  async content(): Promise<Buffer | undefined> {
    if (this.left === 0) return undefined;
    const part = await this.source.some(this.left);
    if (part === undefined) throw this.bad('it is cut short within a file');
    this.left -= part.length;
    return part;
  }

  private async skipContent(): Promise<void> {
    while ((await this.content()) !== undefined);
    if ((await this.source.take(this.padding)).length < this.padding) throw this.bad('it is cut short');
    this.padding = 0;
  }

  private ended(records: ReadonlyMap<string, string>): undefined {
    if (records.size > 0) throw this.bad('it ends after an extended header');
    return undefined;
  }

  private entry(
    block: Buffer,
    flag: string,
    ownSize: number,
    records: ReadonlyMap<string, string>,
  ): TarEntry {
    const ustar = block.toString('latin1', 257, 262) === 'ustar' && block[262] === 0;
    const prefix = ustar ? this.text(untilNul(block.subarray(345, 500))) : '';
    const short = this.text(untilNul(block.subarray(0, 100)));
    const name = records.get('path') ?? (prefix === '' ? short : `${prefix}/${short}`);
    const kind = [...records.keys()].some((key) => key.startsWith('GNU.sparse.'))
      ? 'sparse'
      : (KINDS[flag] ?? 'other');
    const size = records.has('size') ? this.decimal(records.get('size') ?? '', 'size') : ownSize;
    const entry: TarEntry = {
      name,
      // Of old, a folder was a file whose name ends in a slash.
      kind: kind === 'file' && name.endsWith('/') && size === 0 ? 'folder' : kind,
      flag,
      size,
      mode: this.number(block, 100, 8, 'mode') & 0o7777,
      modified: Math.floor(this.time(block, records)),
      link: records.get('linkpath') ?? this.text(untilNul(block.subarray(157, 257))),
    };
    for (const text of [entry.name, entry.link]) {
      if (/\p{Cc}/u.test(text)) {
        throw new InputError(
          'BAD_NAME',
          `${this.where}: the name ${JSON.stringify(text.slice(0, 200))} holds control characters`,
        );
      }
    }
    this.left = size;
    this.padding = (BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES;
    return entry;
  }

  private time(block: Buffer, records: ReadonlyMap<string, string>): number {
    const said = Number(records.get('mtime') ?? this.number(block, 136, 12, 'time'));
    return Number.isFinite(said) && said > 0 && said < 2 ** 33 ? said : 0;
  }

  private async extended(size: number): Promise<Buffer> {
    if (size > this.limits.headerBytes) {
      throw new InputError(
        'PAX_TOO_LARGE',
        `${this.where}: an extended header has ${size} bytes; at most ${this.limits.headerBytes} are taken`,
      );
    }
    const bytes = await this.source.take(size);
    const padding = (BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES;
    if (bytes.length < size || (await this.source.take(padding)).length < padding)
      throw this.bad('it is cut short within an extended header');
    return bytes;
  }

  /** PAX records, `LENGTH KEY=VALUE\n` each; the values of extended attributes are bytes and nothing to us. */
  private records(bytes: Buffer): Map<string, string> {
    const found = new Map<string, string>();
    for (let at = 0; at < bytes.length;) {
      const space = bytes.indexOf(0x20, at);
      const digits = space < 0 ? '' : bytes.toString('latin1', at, space);
      const length = /^[1-9]\d{0,8}$/.test(digits) ? Number(digits) : 0;
      const end = at + length;
      const equals = bytes.indexOf(0x3d, space);
      if (length === 0 || end > bytes.length || bytes[end - 1] !== 0x0a || equals < 0 || equals >= end)
        throw this.bad('a PAX record is malformed');
      const key = bytes.toString('latin1', space + 1, equals);
      const value = bytes.subarray(equals + 1, end - 1);
      found.set(key, key.startsWith('SCHILY.xattr.') ? '' : this.text(value));
      at = end;
    }
    return found;
  }

  private checkGlobal(records: ReadonlyMap<string, string>): void {
    const changing = ['path', 'linkpath', 'size'].find((key) => records.has(key));
    if (changing !== undefined) throw this.bad(`a global header sets ${changing} for every entry`);
  }

  private checkSum(block: Buffer): void {
    let sum = 8 * 0x20;
    for (let at = 0; at < BLOCK_BYTES; at += 1) if (at < 148 || at >= 156) sum += block[at] ?? 0;
    if (sum !== this.number(block, 148, 8, 'checksum')) throw this.bad('a header’s checksum is wrong');
  }

  /** Octal text, or GNU's big-endian binary for large values. */
  private number(block: Buffer, at: number, length: number, what: string): number {
    const first = block[at] ?? 0;
    if ((first & 0x80) !== 0) {
      let value = first & 0x7f;
      for (let index = at + 1; index < at + length; index += 1) value = value * 256 + (block[index] ?? 0);
      if (first === 0xff || !Number.isSafeInteger(value)) {
        if (what === 'time') return 0;
        throw this.bad(`a header’s ${what} is out of bounds`);
      }
      return value;
    }
    const text = block
      .toString('latin1', at, at + length)
      .replace(/\0[^]*$/, '')
      .trim();
    if (!/^[0-7]*$/.test(text)) throw this.bad(`a header’s ${what} is no number`);
    return text === '' ? 0 : parseInt(text, 8);
  }

  private decimal(text: string, what: string): number {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    if (Number.isNaN(value)) throw this.bad(`a PAX record’s ${what} is no number`);
    return value;
  }

  private text(bytes: Buffer): string {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw new InputError(
        'BAD_NAME',
        `${this.where}: a name is not UTF-8: ${bytes
          .toString('latin1')
          .replaceAll(/[^ -~]/g, '?')
          .slice(0, 200)}`,
      );
    }
  }

  private bad(what: string): InputError {
    return new InputError('BAD_TAR', `${this.where} is no tar that can be read: ${what}`);
  }
}

function untilNul(bytes: Buffer): Buffer {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}
