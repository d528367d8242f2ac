import { type FileBytes } from './file-bytes.js';

/** What a ZIP archive says it holds. Nothing of it is unpacked. */
export interface ZipListing {
  names: string[];
  /** Compressed and unpacked bytes that its directory claims. */
  packed: number;
  unpacked: number;
  /** Whether entries lie over one another, as in a bomb without nesting. */
  overlapping: boolean;
}

const END_BYTES = 22;
const COMMENT_BYTES = 65_535;
const END_MARK = 0x06054b50;
const ENTRY_MARK = 0x02014b50;
const ENTRY_BYTES = 46;
const MOST_DIRECTORY_BYTES = 1 << 22;

/** Reads a ZIP's directory at its end, up to 4 MiB of it; undefined where there is none. */
export function zipListing(file: FileBytes): ZipListing | undefined {
  const start = Math.max(0, file.size - END_BYTES - COMMENT_BYTES);
  const tail = view(file.at(start, file.size - start));
  for (let at = tail.byteLength - END_BYTES; at >= 0; at -= 1) {
    if (tail.getUint32(at, true) !== END_MARK) continue;
    const bytes = tail.getUint32(at + 12, true);
    // What stands before the archive moves all its places; the directory itself ends where this record begins.
    const from = start + at - bytes;
    return from < 0 ? undefined : entries(file.at(from, Math.min(bytes, MOST_DIRECTORY_BYTES)));
  }
  return undefined;
}

function entries(directory: Uint8Array): ZipListing {
  const listing: ZipListing = { names: [], packed: 0, unpacked: 0, overlapping: false };
  const data = view(directory);
  const places = new Set<number>();
  for (let at = 0; at + ENTRY_BYTES <= directory.length && data.getUint32(at, true) === ENTRY_MARK;) {
    const nameBytes = data.getUint16(at + 28, true);
    listing.packed += data.getUint32(at + 20, true);
    listing.unpacked += data.getUint32(at + 24, true);
    const place = data.getUint32(at + 42, true);
    listing.overlapping ||= places.has(place);
    places.add(place);
    listing.names.push(
      Buffer.from(directory.subarray(at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes)).toString('utf8'),
    );
    at += ENTRY_BYTES + nameBytes + data.getUint16(at + 30, true) + data.getUint16(at + 32, true);
  }
  return listing;
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
