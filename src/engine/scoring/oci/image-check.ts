import { createHash } from 'node:crypto';
import { pipeline, Readable as ReadableStream } from 'node:stream';
import { createGunzip, createZstdDecompress, type Gunzip, type ZstdDecompress } from 'node:zlib';
import { InputError } from '../../input-error.js';
import { ByteSource } from './byte-source.js';
import { type Descriptor, descriptorOf, ImageArchive, type Readable } from './image-archive.js';
import { checkEntrypoint, layersOf, readConfig, selectManifest } from './image-config.js';
import { ImageTree } from './image-tree.js';
import {
  type CheckedImage,
  type CheckerTask,
  MOUNT_POINTS,
  type OciLayer,
  type OciLimits,
} from './oci-image.js';
import { TarReader } from './tar-reader.js';
import type { WrittenEntry } from './tar-writer.js';

/** Takes a checked layer entry by entry, in plain words; nothing of the original tar's own is passed on. */
export interface LayerSink {
  begin(): Promise<void>;
  entry(entry: WrittenEntry): Promise<void>;
  /** of the file that was last told */
  content(bytes: Buffer): Promise<void>;
  end(): Promise<void>;
}

/** Enough of an executable to tell a script's interpreter or a program's machine. */
const HEAD_BYTES = 256;
const LAYER_TYPE =
  /^application\/vnd\.(oci\.image\.layer(\.nondistributable)?\.v1\.tar(\+gzip|\+zstd)?|docker\.image\.rootfs\.(foreign\.)?diff\.tar(\.gzip)?)$/;

/**
 * Reads an OCI archive from end to end: documents, digests, every entry of every layer. Runs in a jail; memory grows with the
 * number of files alone.
 *
 * @param sink takes each layer as it is checked; whoever has none only wants to know
 * @throws InputError with a stable code for whatever is not taken
 */
export async function checkImage(
  file: Readable,
  { architecture, limits }: Pick<CheckerTask, 'architecture' | 'limits'>,
  sink?: LayerSink,
): Promise<CheckedImage> {
  const archive = await ImageArchive.open(file, limits);
  const layout = await archive.json('oci-layout');
  if (layout['imageLayoutVersion'] !== '1.0.0')
    throw new InputError('NOT_OCI', 'the archive’s oci-layout is not of version 1.0.0');
  const image = await selectManifest(archive, architecture);
  const manifest = await archive.document(image, 'the image’s manifest');
  const configuration = descriptorOf(manifest['config'], 'the image’s configuration');
  const config = readConfig(await archive.document(configuration, 'the image’s configuration'), architecture);
  const layers = layersOf(manifest, limits.layers);
  if (layers.length !== config.diffIds.length) {
    throw new InputError(
      'BAD_DOCUMENT',
      `the image’s manifest lists ${layers.length} layers, its configuration ${config.diffIds.length}`,
    );
  }
  const walk = new LayerWalk(archive, limits, sink);
  const found: OciLayer[] = [];
  for (const [index, layer] of layers.entries()) {
    found.push({
      ...(await walk.through(layer, `layer ${index + 1}`, config.diffIds[index] ?? '')),
      createdBy: config.createdBy[index] ?? null,
    });
  }
  const { launch } = config;
  checkEntrypoint(launch, walk.tree, architecture);
  await walk.furnish(launch.workingDirectory);
  return {
    inspection: {
      format: 'oci',
      imageDigest: image.digest,
      configDigest: configuration.digest,
      architecture: config.architecture,
      os: config.os,
      entrypoint: launch.command,
      workingDirectory: launch.workingDirectory,
      environmentNames: Object.keys(launch.environment).sort(),
      layers: found,
      files: walk.files,
      bytes: walk.bytes,
      specialBitsRemoved: walk.tree.specialBits,
    },
    launch,
  };
}

class LayerWalk {
  readonly tree = new ImageTree();
  files = 0;
  bytes = 0;

  constructor(
    private readonly archive: ImageArchive,
    private readonly limits: OciLimits,
    private readonly sink: LayerSink | undefined,
  ) {}

  async through(layer: Descriptor, what: string, diffId: string): Promise<Omit<OciLayer, 'createdBy'>> {
    if (!LAYER_TYPE.test(layer.mediaType)) {
      throw new InputError(
        'UNSUPPORTED_LAYER',
        `${what} is of type ${JSON.stringify(layer.mediaType.slice(0, 100))}: plain, gzip and zstd tars are taken`,
      );
    }
    // Nothing in a blob is opened before its bytes are known to be those that the manifest names.
    await this.archive.verify(layer, what);
    const before = { files: this.files, bytes: this.bytes };
    const hash = createHash('sha256');
    const source = new ByteSource(this.unpacked(layer, what, (bytes) => hash.update(bytes)));
    this.tree.beginLayer();
    await this.sink?.begin();
    const tar = new TarReader(source, this.limits, what);
    for (let entry = await tar.next(); entry !== undefined; entry = await tar.next()) {
      const { written, file } = this.tree.add(entry);
      this.count(written.length, entry.kind === 'file' ? entry.size : 0);
      for (const one of written) await this.sink?.entry(one);
      for (let part = await tar.content(); part !== undefined; part = await tar.content()) {
        if (file?.executable === true && file.head.length < HEAD_BYTES)
          file.head = Buffer.concat([file.head, part.subarray(0, HEAD_BYTES - file.head.length)]);
        await this.sink?.content(part);
      }
    }
    await source.drain();
    await this.sink?.end();
    const found = `sha256:${hash.digest('hex')}`;
    if (found !== diffId) {
      throw new InputError(
        'DIGEST_MISMATCH',
        `${what} unpacks to the digest ${found} where the image’s configuration says ${diffId}`,
      );
    }
    return {
      digest: layer.digest,
      mediaType: layer.mediaType,
      blobBytes: layer.size,
      files: this.files - before.files,
      bytes: this.bytes - before.bytes,
    };
  }

  async furnish(workingDirectory: string): Promise<void> {
    const written = this.tree.furnish(MOUNT_POINTS, workingDirectory);
    await this.sink?.begin();
    for (const entry of written) await this.sink?.entry(entry);
    await this.sink?.end();
  }

  private count(files: number, bytes: number): void {
    this.files += files;
    this.bytes += bytes;
    if (this.files > this.limits.files)
      throw new InputError('TOO_MANY_FILES', `the image has more than ${this.limits.files} files`);
    if (this.bytes > this.limits.bytes)
      throw new InputError('TOO_LARGE', `the image’s files have more than ${this.limits.bytes} bytes`);
  }

  /** A layer's tar, whatever it was compressed by: its first bytes tell. */
  private async *unpacked(
    layer: Descriptor,
    what: string,
    tell: (bytes: Buffer) => void,
  ): AsyncGenerator<Buffer> {
    const { limits } = this;
    const most = limits.bytes + limits.files * (2 * limits.headerBytes);
    let out = 0;
    for await (const chunk of await this.decompressed(layer, what)) {
      out += chunk.length;
      if (out > limits.ratioFromBytes && out > limits.ratio * layer.size) {
        throw new InputError(
          'RATIO_BOMB',
          `${what} unpacks to more than ${limits.ratio} times its ${layer.size} bytes`,
        );
      }
      if (out > most) throw new InputError('TOO_LARGE', `${what} unpacks to more than ${most} bytes`);
      tell(chunk);
      yield chunk;
    }
  }

  private async decompressed(layer: Descriptor, what: string): Promise<AsyncIterable<Buffer>> {
    const head = await new ByteSource(this.archive.content(layer, what)).take(4);
    const decoder = decoderFor(head);
    const content = this.archive.content(layer, what);
    if (decoder === undefined) return content;
    return through(content, decoder, what);
  }
}

const CHUNK_BYTES = 1 << 18;

function decoderFor(head: Buffer): Gunzip | ZstdDecompress | undefined {
  if (head[0] === 0x1f && head[1] === 0x8b) return createGunzip({ chunkSize: CHUNK_BYTES });
  if (head.equals(Buffer.from([0x28, 0xb5, 0x2f, 0xfd])))
    return createZstdDecompress({ chunkSize: CHUNK_BYTES });
  return undefined;
}

async function* through(
  content: AsyncIterable<Buffer>,
  decoder: Gunzip | ZstdDecompress,
  what: string,
): AsyncGenerator<Buffer> {
  pipeline(ReadableStream.from(content), decoder, () => undefined);
  try {
    for await (const chunk of decoder) yield chunk as Buffer;
  } catch (error) {
    if (error instanceof InputError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError('BAD_LAYER', `${what} cannot be decompressed: ${reason}`);
  }
}
