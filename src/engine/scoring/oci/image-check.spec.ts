import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { InputError } from '../../input-error.js';
import { ByteSource } from './byte-source.js';
import { checkImage } from './image-check.js';
import { isCheckedImage, OCI_LIMITS, ociArchitecture, type OciLimits } from './oci-image.js';
import { imageWith, layer, ociArchive, pax, PROGRAM, type RawEntry, sha256, tar } from './oci.fixture.js';
import { HOSTILE_IMAGES, two } from './hostile-images.fixture.js';
import { TarReader } from './tar-reader.js';
import { padding, TAR_END, tarHeader, type WrittenEntry } from './tar-writer.js';

async function* chunks(bytes: Buffer, size = 4096): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const file = (bytes: Buffer) => ({
  size: bytes.length,
  read: (start: number, end: number) => chunks(bytes.subarray(start, end)),
});

const task = (limits: Partial<OciLimits> = {}) => ({
  architecture: ociArchitecture(),
  limits: { ...OCI_LIMITS, ...limits },
});

/** What of each layer is passed on: names by layer, and the content of files. */
async function passed(bytes: Buffer): Promise<{ layers: WrittenEntry[][]; files: Record<string, string> }> {
  const layers: WrittenEntry[][] = [];
  const files: Record<string, string> = {};
  await checkImage(file(bytes), task(), {
    begin: async () => void layers.push([]),
    entry: async (entry) => void layers.at(-1)?.push(entry),
    content: async (part) => {
      const name = layers.at(-1)?.at(-1)?.name ?? '';
      files[name] = (files[name] ?? '') + part.toString('utf8');
    },
    end: async () => undefined,
  });
  return { layers, files };
}

async function refusal(bytes: Buffer, limits: Partial<OciLimits> = {}): Promise<InputError> {
  const error: unknown = await checkImage(file(bytes), task(limits)).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof InputError)) throw new Error('nothing was refused', { cause: error });
  return error;
}

describe('an image that is taken', () => {
  it('is told by digests, entrypoint, names of variables, layers and counts', async () => {
    const bytes = ociArchive({
      ...two([{ name: 'etc/passwd', content: 'root' }], [{ name: 'data', content: 'abc', mode: 0o4755 }]),
      config: {
        Entrypoint: ['score'],
        Cmd: ['--fast'],
        Env: ['PATH=/app', 'TOKEN=secret', 'TOKEN=other'],
        WorkingDir: '/work/here',
        User: 'nobody',
      },
    });
    const checked = await checkImage(file(bytes), task());
    expect(isCheckedImage(JSON.parse(JSON.stringify(checked)))).toBe(true);
    expect(checked.inspection).toMatchObject({
      entrypoint: ['score', '--fast'],
      workingDirectory: '/work/here',
      environmentNames: ['PATH', 'TOKEN'],
      // Each program, file and folder counts once: app, app/score, etc, etc/passwd, data.
      files: 5,
      bytes: PROGRAM.content!.length + 7,
      specialBitsRemoved: 1,
      layers: [
        { files: 4, createdBy: 'step 1' },
        { files: 1, bytes: 3, createdBy: 'step 2' },
      ],
    });
    expect(JSON.stringify(checked.inspection)).not.toContain('secret');
    expect(checked.launch.environment).toEqual({ PATH: '/app', TOKEN: 'other' });
  });

  it('is passed on in plain words: real paths, no owners, modes that everybody may read', async () => {
    const long = `${'d'.repeat(200)}/${'f'.repeat(200)}`;
    const { layers, files } = await passed(
      ociArchive(
        two(
          [
            { name: './lib', flag: '2', link: 'usr/lib' },
            { name: 'usr/lib/', flag: '5', mode: 0o700 },
            { name: 'usr/lib/a', content: 'A', mode: 0o600 },
            pax({ path: long, 'SCHILY.xattr.security.capability': '\u0001\u0002' }),
            { name: 'short', content: 'long name' },
            { name: 'hard', flag: '1', link: 'lib/a' },
            { name: 'tmp', flag: '2', link: '/var/tmp' },
          ],
          [
            { name: 'lib/b', content: 'B', mode: 0o6711 },
            { name: 'usr/lib/.wh.a' },
            { name: 'app/.wh.nothing' },
          ],
        ),
      ),
    );
    expect(layers[0]?.map(({ name, kind, mode, link }) => [name, kind, mode.toString(8), link])).toEqual([
      ['app/', 'folder', '755', undefined],
      ['app/score', 'file', '755', undefined],
      ['lib', 'symlink', '777', 'usr/lib'],
      ['usr/', 'folder', '755', undefined],
      ['usr/lib/', 'folder', '755', undefined],
      ['usr/lib/a', 'file', '644', undefined],
      [`${'d'.repeat(200)}/`, 'folder', '755', undefined],
      [long, 'file', '644', undefined],
      ['hard', 'hardLink', '644', 'usr/lib/a'],
      ['tmp', 'symlink', '777', '/var/tmp'],
    ]);
    expect(layers[1]?.map(({ name, mode }) => [name, mode.toString(8)])).toEqual([
      ['usr/lib/b', '755'],
      ['usr/lib/.wh.a', '644'],
    ]);
    expect(layers[2]?.map(({ name }) => name)).toEqual(['proc/', 'dev/', 'tmp/']);
    expect(files).toMatchObject({ 'usr/lib/a': 'A', [long]: 'long name' });
  });

  it('loses to an opaque folder what lay below, and keeps what the same layer adds', async () => {
    const { layers } = await passed(
      ociArchive(
        two(
          [{ name: 'd/old' }, { name: 'd/both/old' }],
          [{ name: 'd/both/new' }, { name: 'd/.wh..wh..opq' }, { name: 'd/late' }],
        ),
      ),
    );
    expect(layers[1]?.map(({ name }) => name)).toEqual([
      'd/both/new',
      'd/.wh.old',
      'd/both/.wh.old',
      'd/late',
    ]);
  });

  it('may be compressed by zstd, wrapped in an index, and stand beside other platforms and attestations', async () => {
    const bytes = tar([PROGRAM]);
    const zstd = {
      blob: zstdCompressSync(bytes),
      mediaType: 'application/vnd.oci.image.layer.v1.tar+zstd',
      diffId: sha256(bytes),
    };
    let wrapped: RawEntry | undefined;
    const archive = ociArchive({
      layers: [zstd],
      index: (index) => {
        const [mine] = index['manifests'] as Record<string, unknown>[];
        const inner = Buffer.from(
          JSON.stringify({
            schemaVersion: 2,
            manifests: [
              mine,
              {
                ...mine,
                digest: sha256(Buffer.from('1')),
                platform: { os: 'windows', architecture: 'amd64' },
              },
              {
                ...mine,
                digest: sha256(Buffer.from('2')),
                platform: { os: 'unknown', architecture: 'unknown' },
              },
            ],
          }),
        );
        wrapped = { name: `blobs/sha256/${sha256(inner).slice(7)}`, content: inner };
        const mediaType = 'application/vnd.oci.image.index.v1+json';
        return { schemaVersion: 2, manifests: [{ mediaType, digest: sha256(inner), size: inner.length }] };
      },
      entries: (entries) => [...entries, ...(wrapped === undefined ? [] : [wrapped])],
    });
    const { inspection } = await checkImage(file(archive), task());
    expect(inspection.layers).toMatchObject([{ mediaType: zstd.mediaType, files: 2 }]);
  });
});

describe('an image is refused for', () => {
  it.each(HOSTILE_IMAGES)('%s: %s', async (_, code, words, bytes) => {
    const error = await refusal(bytes());
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(words)]);
  });

  it('more files, bytes, layers or entries than may be, and a ratio that no data has', async () => {
    const many = imageWith(...Array.from({ length: 20 }, (_, i) => ({ name: `f${i}` })));
    expect((await refusal(many, { files: 10 })).code).toBe('TOO_MANY_FILES');
    expect(
      (await refusal(imageWith(pax({ path: `${'deep/'.repeat(50)}f` }), { name: 'f' }), { files: 40 })).code,
    ).toBe('TOO_MANY_FILES');
    expect((await refusal(many, { archiveEntries: 3 })).code).toBe('TOO_MANY_FILES');
    const zeros = imageWith({ name: 'zeros', content: Buffer.alloc(4 << 20) });
    expect((await refusal(zeros, { bytes: 1 << 20 })).code).toBe('TOO_LARGE');
    expect((await refusal(zeros, { ratioFromBytes: 1 << 20 })).code).toBe('RATIO_BOMB');
    const three = ociArchive({ layers: [PROGRAM, { name: 'a' }, { name: 'b' }].map((e) => layer(tar([e]))) });
    expect((await refusal(three, { layers: 2 })).code).toBe('TOO_MANY_LAYERS');
    expect((await refusal(three, { documentBytes: 20 })).code).toBe('BAD_DOCUMENT');
  });

  it('nothing else than a reason, whatever bytes are altered', async () => {
    const good = ociArchive(two([{ name: 'l', flag: '2', link: 'app' }], [{ name: 'l/x', content: 'x' }]));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 }),
        async (changes) => {
          const bytes = Buffer.from(good);
          for (const [at, value] of changes) bytes[at] = value;
          const result: unknown = await checkImage(file(bytes), task()).catch((error: unknown) => error);
          if (!(result instanceof InputError)) expect(isCheckedImage(result)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('tars', () => {
  it('of ours are what GNU tar reads', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tar-writer-'));
    try {
      const name = `${'ö'.repeat(90)}/file`;
      const entries: (WrittenEntry & { content?: string })[] = [
        { name: `${'ö'.repeat(90)}/`, kind: 'folder', mode: 0o755 },
        { name, kind: 'file', mode: 0o644, size: 5, content: 'hello' },
        { name: 'l', kind: 'symlink', mode: 0o777, link: `${'ö'.repeat(90)}/file` },
        { name: 'h', kind: 'hardLink', mode: 0o644, link: name },
      ];
      const bytes = Buffer.concat([
        ...entries.flatMap((entry) => [
          tarHeader(entry),
          Buffer.from(entry.content ?? ''),
          padding(entry.size ?? 0),
        ]),
        TAR_END,
      ]);
      writeFileSync(join(folder, 'a.tar'), bytes);
      execFileSync('tar', ['-xf', 'a.tar'], { cwd: folder });
      expect(readFileSync(join(folder, 'l'), 'utf8') + readFileSync(join(folder, 'h'), 'utf8')).toBe(
        'hellohello',
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each(['gnu', 'posix', 'ustar', 'v7'])('that GNU tar writes as %s are read', async (format) => {
    const folder = mkdtempSync(join(tmpdir(), 'tar-reader-'));
    try {
      const deepest = format === 'v7' ? 'a/b' : `a/${'n'.repeat(90)}/${'m'.repeat(60)}`;
      execFileSync('mkdir', ['-p', join(folder, deepest, '..')]);
      writeFileSync(join(folder, deepest), 'content of it');
      execFileSync('ln', ['-s', 'a', join(folder, 'l')]);
      const bytes = execFileSync('tar', [`--format=${format}`, '-C', folder, '-c', 'a', 'l']);
      const reader = new TarReader(new ByteSource(chunks(bytes, 100)), OCI_LIMITS, 'it');
      const found: string[] = [];
      for (let entry = await reader.next(); entry !== undefined; entry = await reader.next()) {
        const parts: Buffer[] = [];
        for (let part = await reader.content(); part !== undefined; part = await reader.content())
          parts.push(part);
        found.push(`${entry.kind} ${entry.name} ${entry.link}${Buffer.concat(parts).toString()}`);
      }
      expect(found).toContain(`file ${deepest} content of it`);
      expect(found).toContain('symlink l a');
      expect(found).toContain('folder a/ ');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
