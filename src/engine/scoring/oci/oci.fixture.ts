import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

/**
 * Writes OCI archives for tests, byte by byte, by a hand other than the one that writes for real: what no tool would
 * make, such as a device or a path that climbs, must be refused as well.
 */
export interface RawEntry {
  name: string;
  /** type flag, default `0`: a file */
  flag?: string;
  content?: Buffer | string;
  mode?: number;
  link?: string;
  /** in place of the content's own */
  size?: number;
  magic?: string;
}

export function tar(entries: readonly RawEntry[], end = Buffer.alloc(1024)): Buffer {
  return Buffer.concat([...entries.flatMap((entry) => [header(entry), padded(bytesOf(entry))]), end]);
}

export function header(entry: RawEntry): Buffer {
  const block = Buffer.alloc(512);
  const put = (text: string, at: number) => block.write(text, at, 'utf8');
  put(entry.name, 0);
  put(`${(entry.mode ?? 0o644).toString(8).padStart(7, '0')}\0`, 100);
  put('0000000\0', 108);
  put('0000000\0', 116);
  put(`${(entry.size ?? bytesOf(entry).length).toString(8).padStart(11, '0')}\0`, 124);
  put('00000000000\0', 136);
  put('        ', 148);
  put(entry.flag ?? '0', 156);
  put(entry.link ?? '', 157);
  put(entry.magic ?? 'ustar\u000000', 257);
  const sum = [...block].reduce((total, byte) => total + byte, 0);
  put(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

/** A PAX header: records that hold for the next entry. */
export function pax(records: Readonly<Record<string, string>>, flag = 'x'): RawEntry {
  const lines = Object.entries(records).map(([key, value]) => {
    const rest = Buffer.byteLength(` ${key}=${value}\n`);
    const length = [1, 2, 3, 4, 5, 6].find((digits) => String(rest + digits).length === digits) ?? 0;
    return `${rest + length} ${key}=${value}\n`;
  });
  return { name: 'pax', flag, content: lines.join('') };
}

function bytesOf({ content = '' }: RawEntry): Buffer {
  return typeof content === 'string' ? Buffer.from(content) : content;
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

export interface RawLayer {
  /** as it lies in the archive */
  blob: Buffer;
  mediaType: string;
  /** of what it unpacks to */
  diffId: string;
}

export function layer(bytes: Buffer, compression: 'none' | 'gzip' = 'gzip'): RawLayer {
  return {
    blob: compression === 'gzip' ? gzipSync(bytes) : bytes,
    mediaType: `application/vnd.oci.image.layer.v1.tar${compression === 'gzip' ? '+gzip' : ''}`,
    diffId: sha256(bytes),
  };
}

export interface RawImage {
  layers: readonly RawLayer[];
  /** what `docker inspect` shows as Config */
  config?: object;
  architecture?: string;
  os?: string;
  platform?: object | null;
  /** changes the documents just before they are written */
  manifest?: (manifest: Record<string, unknown>) => Record<string, unknown>;
  configuration?: (config: Record<string, unknown>) => Record<string, unknown>;
  index?: (index: Record<string, unknown>) => Record<string, unknown>;
  /** the archive's own entries, before they are written */
  entries?: (entries: RawEntry[]) => RawEntry[];
}

/** A whole archive, correct unless what is asked for is not. */
export function ociArchive(image: RawImage): Buffer {
  const architecture = image.architecture ?? (process.arch === 'x64' ? 'amd64' : process.arch);
  const blobs: RawEntry[] = [];
  const add = (bytes: Buffer, mediaType: string) => {
    const digest = sha256(bytes);
    blobs.push({ name: `blobs/sha256/${digest.slice(7)}`, content: bytes });
    return { mediaType, digest, size: bytes.length };
  };
  const document = (value: object) => Buffer.from(JSON.stringify(value));
  const config = add(
    document(
      (image.configuration ?? same)({
        architecture,
        os: image.os ?? 'linux',
        config: { Entrypoint: ['/app/score'], ...image.config },
        rootfs: { type: 'layers', diff_ids: image.layers.map(({ diffId }) => diffId) },
        history: image.layers.map((_, index) => ({ created_by: `step ${index + 1}` })),
      }),
    ),
    'application/vnd.oci.image.config.v1+json',
  );
  const manifest = add(
    document(
      (image.manifest ?? same)({
        schemaVersion: 2,
        config,
        layers: image.layers.map(({ blob, mediaType }) => add(blob, mediaType)),
      }),
    ),
    'application/vnd.oci.image.manifest.v1+json',
  );
  const platform = image.platform === undefined ? { architecture, os: image.os ?? 'linux' } : image.platform;
  const index = (image.index ?? same)({
    schemaVersion: 2,
    manifests: [{ ...manifest, ...(platform !== null && { platform }) }],
  });
  const entries: RawEntry[] = [
    { name: 'blobs/', flag: '5', mode: 0o755 },
    { name: 'blobs/sha256/', flag: '5', mode: 0o755 },
    ...blobs,
    { name: 'index.json', content: document(index) },
    { name: 'oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' },
  ];
  return tar((image.entries ?? same)(entries));
}

export function sha256(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function same<T>(value: T): T {
  return value;
}

/** A program that can be started as far as its file tells; no test of admission starts it. */
export const PROGRAM: RawEntry = { name: 'app/score', mode: 0o755, content: '\x7fnot really' };

/** One layer with that program and what else is asked for. */
export function imageWith(...entries: RawEntry[]): Buffer {
  return ociArchive({ layers: [layer(tar([PROGRAM, ...entries]))] });
}
