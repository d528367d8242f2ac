import { constants, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import { type FileBytes } from './file-bytes.js';
import { isPickle } from './pickle.js';
import { type RefusedFormat } from './refusals.js';
import { isTar, tarNames } from './tar-listing.js';
import { textFormat } from './text-format.js';
import { type ZipListing, zipListing } from './zip-listing.js';

const HEAD_BYTES = 1 << 16;
/** What is unpacked of a compressed file to see what it is: never more, whatever it claims. */
const PEEK_BYTES = 4096;
const PACKED_PEEK_BYTES = 1 << 13;
const MAX_RATIO = 200;
const RATIO_FROM_BYTES = 1 << 26;
const HDF5_MOST_OFFSET = 1 << 16;

type Test = (head: Buffer, file: FileBytes) => boolean;

/** Bytes at a place, `?` for any. */
const magic =
  (hex: string, at = 0): Test =>
  (head) => {
    const wanted = hex.split(' ');
    return wanted.every((byte, i) => byte === '??' || head[at + i] === Number.parseInt(byte, 16));
  };

const word =
  (text: string, at = 0): Test =>
  (head) =>
    head.toString('latin1', at, at + text.length) === text;

/** Formats that are known by their first bytes. */
const MAGIC: readonly (readonly [Test, RefusedFormat])[] = [
  [word('GGUF'), 'GGUF'],
  [word('GGML'), 'GGUF'],
  [word('TFL3', 4), 'TFLITE'],
  [word('CBM1'), 'GRADIENT_BOOSTING'],
  [word('binf'), 'GRADIENT_BOOSTING'],
  [word('tree\nversion='), 'GRADIENT_BOOSTING'],
  [magic('93 4e 55 4d 50 59'), 'NUMPY_ARRAYS'],
  [magic('7f 45 4c 46'), 'EXECUTABLE'],
  [isPe, 'EXECUTABLE'],
  [magic('00 61 73 6d'), 'EXECUTABLE'],
  [magic('ca fe ba be'), 'EXECUTABLE'],
  [magic('fe ed fa ce'), 'EXECUTABLE'],
  [magic('fe ed fa cf'), 'EXECUTABLE'],
  [magic('ce fa ed fe'), 'EXECUTABLE'],
  [magic('cf fa ed fe'), 'EXECUTABLE'],
  [word('PAR1'), 'TABLE'],
  [word('PARE'), 'TABLE'],
  [word('ARROW1'), 'TABLE'],
  [word('%PDF-'), 'DOCUMENT'],
  [word('SQLite format 3'), 'DOCUMENT'],
  [magic('89 50 4e 47 0d 0a 1a 0a'), 'DOCUMENT'],
  [magic('ff d8 ff'), 'DOCUMENT'],
  [magic('d0 cf 11 e0 a1 b1 1a e1'), 'DOCUMENT'],
  [isHdf5, 'HDF5'],
  [isSafetensors, 'SAFETENSORS'],
  [magic('fd 37 7a 58 5a 00'), 'COMPRESSED'],
  [magic('42 5a 68 ?? 31 41 59 26 53 59'), 'COMPRESSED'],
  [magic('04 22 4d 18'), 'COMPRESSED'],
  [word('LZIP'), 'COMPRESSED'],
  // LZMA as it was before xz: the properties that nearly every writer takes, and a dictionary of whole kilobytes.
  [magic('5d 00 00'), 'COMPRESSED'],
  [magic('37 7a bc af 27 1c'), 'COMPRESSED'],
  [word('Rar!'), 'COMPRESSED'],
];

/**
 * What a file is by its content, never by a name or a declared type; undefined for what may be ONNX, which has no mark of
 * its own. A file that begins like another format is that format, whatever follows: a ZIP directory at the end is looked
 * for only in files that begin as one, since what is appended to an ONNX file makes it no ONNX file (see `inspectOnnx`).
 *
 * Nothing is unpacked but the first 4 KiB of a compressed stream; archives are judged by their directories.
 */
export function sniff(file: FileBytes): RefusedFormat | undefined {
  if (file.size === 0) return 'EMPTY_FILE';
  const head = Buffer.from(file.at(0, HEAD_BYTES));
  const known = MAGIC.find(([test]) => test(head, file))?.[1];
  if (known !== undefined) return known;
  if (word('PK')(head, file) && (head[2] ?? 0) < 9) return zipFormat(zipListing(file));
  const unpacked = peek(head);
  if (unpacked !== undefined) return isPickle(unpacked, undefined) ? 'COMPRESSED_PICKLE' : 'COMPRESSED';
  if (isTar(file)) return tarFormat(tarNames(file));
  if (isPickle(head, file.at(file.size - 1, 1)[0])) return 'PICKLE';
  return textFormat(head, head.length < file.size);
}

/** Whether names of an archive lead out of the folder that it is unpacked in. */
function leaves(name: string): boolean {
  return /^([/\\]|[A-Za-z]:)/.test(name) || name.split(/[/\\]/).includes('..');
}

function zipFormat(listing: ZipListing | undefined): RefusedFormat {
  if (listing === undefined) return 'ZIP_ARCHIVE';
  const { names, packed, unpacked, overlapping } = listing;
  if (names.some(leaves)) return 'ARCHIVE_TRAVERSAL';
  if (overlapping || (unpacked > RATIO_FROM_BYTES && unpacked > MAX_RATIO * Math.max(1, packed)))
    return 'ARCHIVE_BOMB';
  const has = (pattern: RegExp) => names.some((name) => pattern.test(name));
  if (has(/(^|\/)constants\.pkl$/) && has(/(^|\/)code\//)) return 'TORCHSCRIPT_ARCHIVE';
  if (has(/(^|\/)data\.pkl$/) || has(/\.pkl$/)) return 'PYTORCH_ARCHIVE';
  if (has(/^model\.weights\.h5$/) || has(/^config\.json$/)) return 'KERAS_ARCHIVE';
  return names.length > 0 && names.every((name) => name.endsWith('.npy')) ? 'NUMPY_ARRAYS' : 'ZIP_ARCHIVE';
}

function tarFormat(names: readonly string[]): RefusedFormat {
  const plain = names.map((name) => name.replace(/^\.\//, ''));
  if (plain.some(leaves)) return 'ARCHIVE_TRAVERSAL';
  if (plain.includes('oci-layout')) return 'OCI_ARCHIVE';
  return plain.includes('manifest.json') ? 'DOCKER_ARCHIVE' : 'TAR_ARCHIVE';
}

/** The first bytes of a stream of gzip, zlib or zstd; undefined for any other. */
function peek(head: Buffer): Buffer | undefined {
  const packed = head.subarray(0, PACKED_PEEK_BYTES);
  const [first = 0, second = 0] = packed;
  const options = { maxOutputLength: 1 << 20, finishFlush: constants.Z_SYNC_FLUSH };
  const isZlib = (first & 0x8f) === 0x08 && (first * 256 + second) % 31 === 0 && first >= 0x48;
  try {
    if (first === 0x1f && second === 0x8b) return few(gunzipSync(packed, options));
    if (magic('28 b5 2f fd')(head, { size: 0, at: () => head })) {
      return few(
        zstdDecompressSync(packed, { maxOutputLength: 1 << 20, finishFlush: constants.ZSTD_e_flush }),
      );
    }
    return isZlib ? few(inflateSync(packed, options)) : undefined;
  } catch {
    // Damaged, or a first block that unpacks to more than is looked at: compressed all the same, unless it never was.
    return isZlib ? undefined : Buffer.alloc(0);
  }
}

function few(bytes: Buffer): Buffer {
  return bytes.subarray(0, PEEK_BYTES);
}

function isPe(head: Buffer): boolean {
  if (head.toString('latin1', 0, 2) !== 'MZ' || head.length < 64) return false;
  const at = head.readUInt32LE(60);
  return at + 4 <= head.length && head.readUInt32LE(at) === 0x4550;
}

/** The signature stands at 0, 512, 1024, 2048, … */
function isHdf5(_: Buffer, file: FileBytes): boolean {
  const signature = Buffer.from([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]);
  for (let at = 0; at <= HDF5_MOST_OFFSET; at = at === 0 ? 512 : 2 * at) {
    if (signature.equals(file.at(at, signature.length))) return true;
  }
  return false;
}

/** A length of eight bytes, and JSON of that length. */
function isSafetensors(head: Buffer, file: FileBytes): boolean {
  if (head.length < 10) return false;
  const length = head.readBigUInt64LE(0);
  return length >= 2n && length <= BigInt(file.size - 8) && /^\{\s*["}]/.test(head.toString('latin1', 8, 24));
}
