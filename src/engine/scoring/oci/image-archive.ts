import { createHash } from 'node:crypto';
import { InputError } from '../../input-error.js';
import { ByteSource } from './byte-source.js';
import { isDigest, isRecord, type OciLimits } from './oci-image.js';
import { BLOCK_BYTES, TarReader } from './tar-reader.js';

/** Bytes that can be read from any place, again and again. */
export interface Readable {
  size: number;
  /** From `start` up to `end`, not included. */
  read(start: number, end: number): AsyncIterable<Buffer>;
}

/** What OCI's documents call a descriptor: a blob by its digest and size. */
export interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
}

/** The blobs of an OCI archive: a tar of an image layout. Only headers were read; content is where the archive has it. */
export class ImageArchive {
  private constructor(
    private readonly file: Readable,
    private readonly places: ReadonlyMap<string, { at: number; size: number }>,
    private readonly limits: OciLimits,
  ) {}

  /**
   * Goes through the archive's headers.
   *
   * @throws InputError `NOT_OCI` (with the remedy for a docker-archive or a compressed one), `BAD_TAR`,
   *   `DUPLICATE_ENTRY`, `UNSUPPORTED_ENTRY`, `PATH_TRAVERSAL`, `TOO_MANY_FILES`
   */
  static async open(file: Readable, limits: OciLimits): Promise<ImageArchive> {
    await refuseOtherFormats(file);
    const places = new Map<string, { at: number; size: number }>();
    let entries = 0;
    for (let at = 0; at < file.size;) {
      const source = new ByteSource(file.read(at, file.size));
      const entry = await new TarReader(source, limits, 'the archive').next();
      if (entry === undefined) break;
      const begin = at + source.taken;
      at = begin + Math.ceil(entry.size / BLOCK_BYTES) * BLOCK_BYTES;
      if (begin + entry.size > file.size)
        throw new InputError('BAD_TAR', `the archive is cut short within ${named(entry.name)}`);
      entries += 1;
      if (entries > limits.archiveEntries)
        throw new InputError('TOO_MANY_FILES', `the archive has more than ${limits.archiveEntries} entries`);
      const name = entryName(entry.name);
      if (entry.kind === 'folder') continue;
      if (entry.kind !== 'file')
        throw new InputError(
          'UNSUPPORTED_ENTRY',
          `the archive’s ${named(entry.name)} is neither file nor folder`,
        );
      if (places.has(name))
        throw new InputError('DUPLICATE_ENTRY', `the archive has ${named(entry.name)} twice`);
      places.set(name, { at: begin, size: entry.size });
    }
    if (!places.has('oci-layout') || !places.has('index.json')) throw notOci(places);
    return new ImageArchive(file, places, limits);
  }

  /** A document of the layout itself. */
  async json(name: string): Promise<Record<string, unknown>> {
    const place = this.places.get(name);
    if (place === undefined) throw new InputError('NOT_OCI', `the archive lacks ${name}`);
    return this.parse(name, await this.bytes(place, name));
  }

  /** A document that a descriptor names, its digest and size checked. */
  async document(descriptor: Descriptor, what: string): Promise<Record<string, unknown>> {
    await this.verify(descriptor, what);
    return this.parse(what, await this.bytes(this.place(descriptor, what), what));
  }

  /** @throws InputError `MISSING_BLOB`, `DIGEST_MISMATCH`, `SIZE_MISMATCH` */
  async verify(descriptor: Descriptor, what: string): Promise<void> {
    const { size } = this.place(descriptor, what);
    if (size !== descriptor.size) {
      throw new InputError(
        'SIZE_MISMATCH',
        `${what} has ${size} bytes where its descriptor says ${descriptor.size}`,
      );
    }
    const hash = createHash('sha256');
    for await (const chunk of this.content(descriptor, what)) hash.update(chunk);
    const found = `sha256:${hash.digest('hex')}`;
    if (found !== descriptor.digest) {
      throw new InputError(
        'DIGEST_MISMATCH',
        `${what} has the digest ${found} where its descriptor says ${descriptor.digest}`,
      );
    }
  }

  /** A blob's bytes. */
  content(descriptor: Descriptor, what: string): AsyncIterable<Buffer> {
    const { at, size } = this.place(descriptor, what);
    return this.file.read(at, at + size);
  }

  private place(descriptor: Descriptor, what: string): { at: number; size: number } {
    const place = this.places.get(`blobs/sha256/${descriptor.digest.slice('sha256:'.length)}`);
    if (place === undefined) {
      throw new InputError(
        'MISSING_BLOB',
        `${what} (${descriptor.digest}) is not in the archive: save the image with all its layers, for example with skopeo copy … oci-archive:image.tar`,
      );
    }
    return place;
  }

  private async bytes({ at, size }: { at: number; size: number }, what: string): Promise<Buffer> {
    if (size > this.limits.documentBytes)
      throw new InputError(
        'BAD_DOCUMENT',
        `${what} has ${size} bytes; at most ${this.limits.documentBytes} are taken`,
      );
    return new ByteSource(this.file.read(at, at + size)).take(size);
  }

  private parse(what: string, bytes: Buffer): Record<string, unknown> {
    let value: unknown;
    try {
      value = JSON.parse(bytes.toString('utf8'));
    } catch {
      value = undefined;
    }
    if (!isRecord(value)) throw new InputError('BAD_DOCUMENT', `${what} is no JSON object`);
    return value;
  }
}

/** A descriptor inside a document. @throws InputError `BAD_DOCUMENT` */
export function descriptorOf(value: unknown, what: string): Descriptor {
  const record = isRecord(value) ? value : {};
  const { mediaType, digest, size } = record;
  if (!isDigest(digest) || !Number.isSafeInteger(size) || (size as number) < 0) {
    throw new InputError(
      'BAD_DOCUMENT',
      `${what} is not described by a SHA-256 digest and a size${typeof digest === 'string' ? ` (${JSON.stringify(digest.slice(0, 80))})` : ''}`,
    );
  }
  return { mediaType: typeof mediaType === 'string' ? mediaType : '', digest, size: size as number };
}

async function refuseOtherFormats(file: Readable): Promise<void> {
  const head = await new ByteSource(file.read(0, Math.min(file.size, BLOCK_BYTES))).take(BLOCK_BYTES);
  const compressed = COMPRESSIONS.find(({ magic }) => head.subarray(0, magic.length).equals(magic));
  if (compressed !== undefined) {
    throw new InputError(
      'NOT_OCI',
      `the file is compressed by ${compressed.name}: an OCI archive is a plain tar, so undo that first (${compressed.undo})`,
    );
  }
  if (head.length < BLOCK_BYTES || head.toString('latin1', 257, 262) !== 'ustar')
    throw new InputError('NOT_OCI', `the file is no tar, and so no OCI archive; ${REMEDY}`);
}

const COMPRESSIONS = [
  { name: 'gzip', magic: Buffer.from([0x1f, 0x8b]), undo: 'gunzip' },
  { name: 'zstd', magic: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), undo: 'unzstd' },
  { name: 'xz', magic: Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a]), undo: 'unxz' },
  { name: 'bzip2', magic: Buffer.from('BZh'), undo: 'bunzip2' },
];

const REMEDY =
  'make one with docker buildx build --output type=oci,dest=image.tar or skopeo copy … oci-archive:image.tar';

function notOci(places: ReadonlyMap<string, unknown>): InputError {
  const docker = places.has('manifest.json') || places.has('repositories');
  return docker
    ? new InputError(
        'DOCKER_ARCHIVE',
        'this is a docker-archive (docker save of old): turn it into an OCI archive with skopeo copy docker-archive:FILE oci-archive:image.tar',
      )
    : new InputError(
        'NOT_OCI',
        `the archive is a tar without oci-layout and index.json, and so no OCI archive; ${REMEDY}`,
      );
}

function entryName(name: string): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (name.startsWith('/') || parts.includes('..'))
    throw new InputError('PATH_TRAVERSAL', `the archive’s ${named(name)} leads out of it`);
  return parts.join('/');
}

function named(name: string): string {
  return JSON.stringify(name.slice(0, 160));
}
