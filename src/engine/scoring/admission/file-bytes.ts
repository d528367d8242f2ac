import { readSync } from 'node:fs';

/** A file that is looked at here and there, a little at a time, however large it is. */
export interface FileBytes {
  size: number;
  /** Up to `length` bytes from `from`, fewer at the end. */
  at(from: number, length: number): Uint8Array;
}

export function bytesOf(content: Uint8Array): FileBytes {
  return { size: content.length, at: (from, length) => content.subarray(from, from + length) };
}

/** @param fd of a file, not of a pipe */
export function bytesOfFile(fd: number, size: number): FileBytes {
  return {
    size,
    at(from, length) {
      const bytes = Buffer.alloc(Math.max(0, Math.min(length, size - from)));
      let got = 0;
      while (got < bytes.length) {
        const more = readSync(fd, bytes, got, bytes.length - got, from + got);
        if (more === 0) break;
        got += more;
      }
      return bytes.subarray(0, got);
    },
  };
}
