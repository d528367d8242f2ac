import {
  header,
  imageWith,
  layer,
  ociArchive,
  pax,
  PROGRAM,
  type RawEntry,
  type RawImage,
  sha256,
  tar,
} from './oci.fixture.js';

/** Two layers: the program and what else is asked for, and above it another. */
export const two = (below: RawEntry[], above: RawEntry[]): RawImage => ({
  layers: [layer(tar([PROGRAM, ...below])), layer(tar(above), 'none')],
});

const one = (image: Partial<RawImage>) => ociArchive({ layers: [layer(tar([PROGRAM]))], ...image });
const deep = Array.from({ length: 200 }, () => 'd').join('/');

/** Archives that must not be taken, each with its code and a word of the reason: what to do, or where it is. */
export const HOSTILE_IMAGES: [what: string, code: string, words: RegExp, bytes: () => Buffer][] = [
  ['text', 'NOT_OCI', /no tar.*docker buildx/, () => Buffer.from('hello '.repeat(200))],
  ['a compressed archive', 'NOT_OCI', /gunzip/, () => layer(one({})).blob],
  ['a tar of something else', 'NOT_OCI', /without oci-layout/, () => tar([{ name: 'a', content: 'b' }])],
  [
    'docker save of old',
    'DOCKER_ARCHIVE',
    /skopeo copy/,
    () => tar([{ name: 'manifest.json', content: '[]' }]),
  ],
  [
    'another version of the layout',
    'NOT_OCI',
    /1\.0\.0/,
    () =>
      one({
        entries: (entries) => entries.map((e) => (e.name === 'oci-layout' ? { ...e, content: '{}' } : e)),
      }),
  ],
  ['an archive cut short', 'BAD_TAR', /cut short/, () => one({}).subarray(0, 2600)],
  [
    'an archive with a link',
    'UNSUPPORTED_ENTRY',
    /neither file nor folder/,
    () => one({ entries: (e) => [...e, { name: 'blobs/sha256/x', flag: '2', link: '/etc/passwd' }] }),
  ],
  [
    'an archive with one name twice',
    'DUPLICATE_ENTRY',
    /index\.json/,
    () => one({ entries: (e) => [...e, { name: './index.json', content: '{}' }] }),
  ],
  [
    'an archive whose names leave it',
    'PATH_TRAVERSAL',
    /leads out/,
    () => one({ entries: (e) => [...e, { name: '../x' }] }),
  ],
  [
    'a blob altered',
    'DIGEST_MISMATCH',
    /layer 1 has the digest/,
    () =>
      one({
        entries: (e) =>
          e.map((x, i) =>
            i === 3 ? { ...x, content: Buffer.concat([(x.content as Buffer).subarray(1), Buffer.of(7)]) } : x,
          ),
      }),
  ],
  [
    'a blob of another size',
    'SIZE_MISMATCH',
    /layer 1 has/,
    () =>
      one({
        manifest: (m) => ({ ...m, layers: (m['layers'] as object[]).map((l) => ({ ...l, size: 5 })) }),
      }),
  ],
  ['a blob left out', 'MISSING_BLOB', /skopeo/, () => one({ entries: (e) => e.filter((_, i) => i !== 3) })],
  [
    'a layer that unpacks to something else',
    'DIGEST_MISMATCH',
    /unpacks to/,
    () => ociArchive({ layers: [{ ...layer(tar([PROGRAM])), diffId: sha256(Buffer.from('')) }] }),
  ],
  [
    'a digest that is a path',
    'BAD_DOCUMENT',
    /SHA-256/,
    () => one({ manifest: (m) => ({ ...m, config: { digest: 'sha256:../../../../etc/passwd', size: 1 } }) }),
  ],
  ['an index of no images', 'NO_IMAGE', /no image/, () => one({ index: (i) => ({ ...i, manifests: [] }) })],
  [
    'several images',
    'SEVERAL_IMAGES',
    /2 images/,
    () =>
      one({
        index: (i) => {
          const [mine] = i['manifests'] as object[];
          return { ...i, manifests: [mine, { ...mine, digest: sha256(Buffer.from('x')) }] };
        },
      }),
  ],
  [
    'another platform by its index',
    'WRONG_PLATFORM',
    /s390x.*--platform linux\//,
    () => one({ platform: { os: 'linux', architecture: 's390x' } }),
  ],
  [
    'another platform by its configuration',
    'WRONG_PLATFORM',
    /windows/,
    () => one({ os: 'windows', platform: null }),
  ],
  [
    'a program for another machine',
    'WRONG_PLATFORM',
    /a program for 386/,
    () => {
      const elf = Buffer.alloc(64);
      elf.write('\x7fELF', 'latin1');
      elf[4] = 1;
      elf[5] = 1;
      elf.writeUInt16LE(3, 18);
      return ociArchive({ layers: [layer(tar([{ ...PROGRAM, content: elf }]))] });
    },
  ],
  ['no entrypoint', 'NO_ENTRYPOINT', /ENTRYPOINT \[/, () => one({ config: { Entrypoint: null } })],
  [
    'an entrypoint that is not there',
    'ENTRYPOINT_MISSING',
    /nowhere/,
    () => one({ config: { Entrypoint: ['nowhere'] } }),
  ],
  [
    'an entrypoint without its bit',
    'ENTRYPOINT_NOT_EXECUTABLE',
    /chmod \+x/,
    () => ociArchive({ layers: [layer(tar([{ ...PROGRAM, mode: 0o644 }]))] }),
  ],
  [
    'a script without its interpreter',
    'ENTRYPOINT_MISSING',
    /python9/,
    () => ociArchive({ layers: [layer(tar([{ ...PROGRAM, content: '#!/usr/bin/python9 -u\n' }]))] }),
  ],
  ['variables without names', 'BAD_DOCUMENT', /name/, () => one({ config: { Env: ['A B=1'] } })],
  [
    'a layer of an unknown kind',
    'UNSUPPORTED_LAYER',
    /encrypted/,
    () =>
      ociArchive({
        layers: [
          { ...layer(tar([PROGRAM])), mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip+encrypted' },
        ],
      }),
  ],
  [
    'a layer that is no gzip',
    'BAD_LAYER',
    /decompressed/,
    () => {
      const blob = Buffer.from([0x1f, 0x8b, 9, 9, 9, 9]);
      return ociArchive({ layers: [{ ...layer(tar([PROGRAM])), blob }] });
    },
  ],
  ['an absolute path', 'PATH_TRAVERSAL', /absolute/, () => imageWith({ name: '/etc/passwd' })],
  ['a path that climbs', 'PATH_TRAVERSAL', /"\.\."/, () => imageWith({ name: 'a/../../etc/passwd' })],
  [
    'a path that climbs, by PAX',
    'PATH_TRAVERSAL',
    /"\.\."/,
    () => imageWith(pax({ path: '../x' }), { name: 'y' }),
  ],
  [
    'a hard link that climbs',
    'HARD_LINK_ESCAPES',
    /"\.\."/,
    () => imageWith({ name: 'h', flag: '1', link: '../x' }),
  ],
  [
    'an absolute hard link',
    'HARD_LINK_ESCAPES',
    /absolute/,
    () => imageWith({ name: 'h', flag: '1', link: '/etc/shadow' }),
  ],
  [
    'a hard link to nothing',
    'HARD_LINK_MISSING',
    /not in the image/,
    () => imageWith({ name: 'h', flag: '1', link: 'gone' }),
  ],
  [
    'a hard link to what a whiteout hid',
    'HARD_LINK_MISSING',
    /not in the image/,
    () => ociArchive(two([{ name: 'a' }], [{ name: '.wh.a' }, { name: 'h', flag: '1', link: 'a' }])),
  ],
  [
    'a symbolic link that climbs',
    'SYMLINK_ESCAPES',
    /climbs/,
    () => imageWith({ name: 'a/l', flag: '2', link: '../../etc' }),
  ],
  [
    'a link that climbs through another link',
    'SYMLINK_ESCAPES',
    /above the root/,
    () =>
      imageWith(
        { name: 'a/b/c/', flag: '5' },
        { name: 'up', flag: '2', link: 'a/b/../..' },
        { name: 'a/b/c/l', flag: '2', link: '/' },
        { name: 'm', flag: '2', link: 'a/b/c/l/..' },
        { name: 'm/passwd' },
      ),
  ],
  [
    'writing through a file',
    'PATH_TRAVERSAL',
    /goes through/,
    () => imageWith({ name: 'f' }, { name: 'f/g' }),
  ],
  [
    'writing through a link in a circle',
    'PATH_TRAVERSAL',
    /link to no folder/,
    () =>
      ociArchive(
        two(
          [
            { name: 'x', flag: '2', link: 'y' },
            { name: 'y', flag: '2', link: 'x' },
          ],
          [{ name: 'x/z' }],
        ),
      ),
  ],
  ['a device', 'DEVICE_NODE', /device/, () => imageWith({ name: 'dev/sda', flag: '4' })],
  ['a whiteout of overlayfs', 'DEVICE_NODE', /device/, () => imageWith({ name: 'gone', flag: '3' })],
  ['a named pipe', 'DEVICE_NODE', /named pipe/, () => imageWith({ name: 'pipe', flag: '6' })],
  ['a sparse file', 'SPARSE_FILE', /sparse/, () => imageWith({ name: 's', flag: 'S' })],
  [
    'a sparse file by PAX',
    'SPARSE_FILE',
    /sparse/,
    () => imageWith(pax({ 'GNU.sparse.major': '1', 'GNU.sparse.realsize': '9999999999' }), { name: 's' }),
  ],
  ['an unknown entry', 'UNSUPPORTED_ENTRY', /type "Z"/, () => imageWith({ name: 'z', flag: 'Z' })],
  [
    'a link with content',
    'UNSUPPORTED_ENTRY',
    /content/,
    () => imageWith({ name: 'h', flag: '2', link: 'app', content: 'x' }),
  ],
  ['an entry twice', 'DUPLICATE_ENTRY', /twice/, () => imageWith({ name: 'a' }, { name: './a' })],
  [
    'a link and then what goes through it, under one name',
    'DUPLICATE_ENTRY',
    /twice/,
    () => imageWith({ name: 'a', flag: '2', link: '/etc' }, { name: 'a', content: 'x' }),
  ],
  ['a whiteout of what climbs', 'PATH_TRAVERSAL', /hides no name/, () => imageWith({ name: 'a/.wh...' })],
  [
    'a whiteout of its own layer',
    'AMBIGUOUS_WHITEOUT',
    /same layer/,
    () => imageWith({ name: 'a' }, { name: '.wh.a' }),
  ],
  [
    'a folder emptied again and again',
    'DUPLICATE_ENTRY',
    /twice/,
    () => imageWith({ name: 'd/.wh..wh..opq' }, { name: 'd/a' }, { name: 'd/.wh..wh..opq' }),
  ],
  [
    'a whiteout with content',
    'UNSUPPORTED_ENTRY',
    /no empty file/,
    () => imageWith({ name: '.wh.a', content: 'x' }),
  ],
  ['a name with control characters', 'BAD_NAME', /control/, () => imageWith({ name: 'a\u001b[2J' })],
  [
    'a name that is not UTF-8',
    'BAD_NAME',
    /UTF-8/,
    () => {
      const bytes = tar([PROGRAM, { name: 'abc' }]);
      const at = bytes.indexOf('abc');
      const fixed = Buffer.from(bytes);
      // 0xff and a checksum that fits again: 'a' was 0x61.
      fixed[at] = 0xff;
      const sum = [...fixed.subarray(at, at + 512)].reduce(
        (t, b, i) => t + (i < 148 || i >= 156 ? b : 32),
        0,
      );
      fixed.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148);
      return ociArchive({ layers: [layer(fixed)] });
    },
  ],
  ['too deep a path', 'BAD_NAME', /deeper/, () => imageWith(pax({ path: deep }), { name: 'x' })],
  [
    'a huge PAX header',
    'PAX_TOO_LARGE',
    /extended header/,
    () => imageWith(pax({ comment: 'x'.repeat(70_000) }), { name: 'x' }),
  ],
  [
    'endless extended headers',
    'BAD_TAR',
    /in a row/,
    () => imageWith(...Array.from({ length: 20 }, () => pax({ comment: 'x' })), { name: 'x' }),
  ],
  [
    'a global header that renames everything',
    'BAD_TAR',
    /global/,
    () => imageWith(pax({ path: '/etc/passwd' }, 'g'), { name: 'x' }),
  ],
  [
    'a size that lies',
    'BAD_TAR',
    /cut short/,
    () => ociArchive({ layers: [layer(tar([PROGRAM, { name: 'x', size: 8 ** 10 }], Buffer.alloc(0)))] }),
  ],
  [
    'a checksum that lies',
    'BAD_TAR',
    /checksum/,
    () => {
      const bytes = Buffer.concat([tar([PROGRAM], Buffer.alloc(0)), header({ name: 'x' }).fill('y', 0, 1)]);
      return ociArchive({ layers: [layer(bytes)] });
    },
  ],
  [
    'etc that leads elsewhere',
    'UNSUPPORTED_ENTRY',
    /must be a folder/,
    () => imageWith({ name: 'etc', flag: '2', link: '/app' }),
  ],
];
