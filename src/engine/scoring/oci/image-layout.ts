import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LayerSink } from './image-check.js';
import { LAYOUT_TAG } from './oci-image.js';
import { padding, TAR_END, tarHeader, type WrittenEntry } from './tar-writer.js';

const BUFFER_BYTES = 1 << 20;

interface Blob {
  digest: string;
  size: number;
}

/**
 * Writes checked layers as an image layout of our own, for a well-kept tool to unpack: plain tars that hold what was
 * checked and nothing else, so that whatever two readers of tars may see differently is not in them.
 */
export class LayoutWriter implements LayerSink {
  private readonly layers: Blob[] = [];
  private file: FileHandle | undefined;
  private hash: Hash | undefined;
  private pending: Buffer[] = [];
  private pendingBytes = 0;
  private size = 0;
  private padding: Buffer = Buffer.alloc(0);

  constructor(private readonly folder: string) {}

  async begin(): Promise<void> {
    await mkdir(this.blobs, { recursive: true });
    this.file = await open(join(this.blobs, 'layer'), 'w');
    this.hash = createHash('sha256');
    this.size = 0;
  }

  async entry(entry: WrittenEntry): Promise<void> {
    await this.write(this.padding);
    await this.write(tarHeader(entry));
    this.padding = padding(entry.size ?? 0);
  }

  async content(bytes: Buffer): Promise<void> {
    await this.write(bytes);
  }

  async end(): Promise<void> {
    await this.write(this.padding);
    await this.write(TAR_END);
    await this.flush();
    await this.file?.close();
    const digest = this.hash?.digest('hex') ?? '';
    await rename(join(this.blobs, 'layer'), join(this.blobs, digest));
    this.layers.push({ digest, size: this.size });
    this.padding = Buffer.alloc(0);
  }

  /** Writes the documents, once the last layer has ended. */
  async finish(architecture: string): Promise<void> {
    const config = await this.document({
      architecture,
      os: 'linux',
      config: {},
      rootfs: { type: 'layers', diff_ids: this.layers.map(({ digest }) => `sha256:${digest}`) },
    });
    const manifest = await this.document({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: described('application/vnd.oci.image.config.v1+json', config),
      layers: this.layers.map((layer) => described('application/vnd.oci.image.layer.v1.tar', layer)),
    });
    const index = {
      schemaVersion: 2,
      manifests: [
        {
          ...described('application/vnd.oci.image.manifest.v1+json', manifest),
          annotations: { 'org.opencontainers.image.ref.name': LAYOUT_TAG },
        },
      ],
    };
    await writeFile(join(this.folder, 'index.json'), JSON.stringify(index));
    await writeFile(join(this.folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  }

  private get blobs(): string {
    return join(this.folder, 'blobs', 'sha256');
  }

  private async document(value: object): Promise<Blob> {
    const bytes = Buffer.from(JSON.stringify(value));
    const digest = createHash('sha256').update(bytes).digest('hex');
    await writeFile(join(this.blobs, digest), bytes);
    return { digest, size: bytes.length };
  }

  private async write(bytes: Buffer): Promise<void> {
    if (bytes.length === 0) return;
    this.pending.push(bytes);
    this.pendingBytes += bytes.length;
    if (this.pendingBytes >= BUFFER_BYTES) await this.flush();
  }

  private async flush(): Promise<void> {
    const bytes = Buffer.concat(this.pending);
    this.pending = [];
    this.pendingBytes = 0;
    this.hash?.update(bytes);
    this.size += bytes.length;
    for (let sent = 0; sent < bytes.length;)
      sent += (await this.file?.write(bytes, sent))?.bytesWritten ?? bytes.length;
  }
}

function described(mediaType: string, { digest, size }: Blob): object {
  return { mediaType, digest: `sha256:${digest}`, size };
}
