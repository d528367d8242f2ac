import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { JailHost, jailHost } from '../src/engine/isolation/index.js';
import { encodeBatch, encodeSchema, END_OF_STREAM } from '../src/engine/scoring/arrow-message.js';
import { ScoringError } from '../src/engine/scoring/index.js';
import { HOSTILE_IMAGES } from '../src/engine/scoring/oci/hostile-images.fixture.js';
import {
  ImageStore,
  inspectImage,
  openImageSession,
  scoreImage,
  umoci,
} from '../src/engine/scoring/oci/index.js';
import {
  layer,
  ociArchive,
  type RawEntry,
  type RawImage,
  tar,
} from '../src/engine/scoring/oci/oci.fixture.js';
import { featureTable } from '../src/engine/tables/index.js';

/** Debian's sh with its loader and library: all that an image of shell scripts needs. */
const SHELL: RawEntry[] = [
  ...new Set(['/bin/sh', ...(execFileSync('ldd', ['/bin/sh'], { encoding: 'utf8' }).match(/\/\S+/g) ?? [])]),
].map((path) => ({ name: path.slice(1), mode: 0o755, content: readFileSync(path) }));

const ROWS = 3;
const SCORES = Float64Array.of(0.25, 1 / 3, 0.75);
const GOOD = Buffer.concat([
  encodeSchema([{ name: 'score', type: 'float64' }]),
  encodeBatch(ROWS, [SCORES]),
  END_OF_STREAM,
]);

/** An image whose entrypoint is a script; `/scores` holds the stream of good scores, which `cat` below prints. */
const scripted = (script: string, image: Partial<RawImage> = {}, ...more: RawEntry[]) =>
  ociArchive({
    layers: [
      layer(
        tar([
          ...SHELL,
          ...['cat', 'sleep'].map((name) => ({
            name: `bin/${name}`,
            mode: 0o755,
            content: readFileSync(`/bin/${name}`),
          })),
          { name: 'scores', content: GOOD },
          { name: 'app/score', mode: 0o755, content: `#!/bin/sh\n${script}\n` },
          ...more,
        ]),
      ),
    ],
    ...image,
  });

async function* rows() {
  yield { rows: ROWS, columns: [Float64Array.of(1, 2, 3)] };
}

const suite = umoci() === undefined ? describe.skip : describe;
if (umoci() === undefined)
  process.stderr.write('image-scoring: skipped, umoci is not installed (on Debian: apt-get install umoci)\n');

suite('images', () => {
  let folder: string;

  beforeAll(() => (folder = mkdtempSync('/var/tmp/image-scoring-')));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const written = (bytes: Buffer): { archive: string; sha256: string } => {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const archive = join(folder, `${sha256}.tar`);
    // As in the store of artefacts, to which jails have no way: what they get is the open file.
    writeFileSync(archive, bytes, { mode: 0o600 });
    return { archive, sha256 };
  };

  const source = ({ archive, sha256 }: { archive: string; sha256: string }) => ({
    archive: async () => archive,
    sha256,
  });

  const score = (bytes: Buffer, limits: { wallSeconds?: number } = {}) =>
    scoreImage({
      ...source(written(bytes)),
      columns: [{ name: 'x', type: 'float64' }],
      batches: rows(),
      rows: ROWS,
      jail: jailHost(),
      limits: { wallSeconds: 60, ...limits },
    });

  async function failure(promise: Promise<unknown>): Promise<ScoringError> {
    const error: unknown = await promise.then(
      () => new Error('it succeeded'),
      (reason: unknown) => reason,
    );
    if (error instanceof ScoringError) return error;
    throw error;
  }

  describe('admission in the jail', () => {
    it('refuses each hostile archive by its code, and leaves the host as it was', async () => {
      const state = mkdtempSync('/var/tmp/image-admission-');
      chmodSync(state, 0o755);
      const host = new JailHost({ stateDirectory: state });
      const first = await failure(inspectImage(written(Buffer.from('no image')).archive, host));
      expect(first.code).toBe('NOT_OCI');
      const bait = join(folder, 'bait');
      mkdirSync(bait);
      writeFileSync(join(bait, 'file'), 'as it was');
      const look = () => [
        readdirSync(state)
          .filter((name) => !name.startsWith('pipes-'))
          .sort(),
        readdirSync('/etc').sort(),
        statSync('/etc/passwd').ctimeMs,
        readdirSync(bait),
        readFileSync(join(bait, 'file'), 'utf8'),
      ];
      const before = look();
      expect(HOSTILE_IMAGES.length).toBeGreaterThan(50);
      for (const [what, code, words, bytes] of HOSTILE_IMAGES) {
        const { code: found, message, blame } = await failure(inspectImage(written(bytes()).archive, host));
        expect([what, found, message, blame]).toEqual([what, code, expect.stringMatching(words), 'model']);
      }
      expect(look()).toEqual(before);
      rmSync(state, { recursive: true });
    }, 300_000);

    it('unpacks nothing that it refuses, however late the reason comes', async () => {
      const late = scripted('cat /scores', {}, { name: 'z', flag: '2', link: '../../etc' });
      expect((await failure(score(late))).code).toBe('SYMLINK_ESCAPES');
      const images = join(jailHost().directory, 'images');
      expect(readdirSync(images).filter((name) => name.startsWith(`building-${process.pid}-`))).toEqual([]);
    });
  });

  describe('an image at work', () => {
    it('gives its scores, sees its own root read-only, its variables, and a folder to write to', async () => {
      const script = `cat > /dev/null; cd /tmp && echo kept > a && cat a >&2
        (: > /new) 2>/dev/null || echo read-only >&2
        pwd >&2; echo "$HOME $NAME $LD_LIBRARY_PATH" >&2; echo /* >&2; cat /scores`;
      const { scores, stderrTail, environment, usage } = await score(
        scripted(script, {
          config: {
            Entrypoint: ['/app/score'],
            Env: ['NAME=with space', 'LD_LIBRARY_PATH=/nowhere'],
            WorkingDir: '/work',
          },
        }),
      );
      expect([...scores]).toEqual([...SCORES]);
      expect(stderrTail.split('\n').filter((line) => line !== '')).toEqual([
        'kept',
        'read-only',
        '/tmp',
        '/tmp with space /nowhere',
        '/app /bin /dev /lib /lib64 /proc /scores /tmp /work'.replace(
          ' /lib64',
          existsSync('/lib64') ? ' /lib64' : '',
        ),
      ]);
      expect(environment.image).toMatchObject({ entrypoint: ['/app/score'], workingDirectory: '/work' });
      expect(environment.image.rootSha256).toMatch(/^[0-9a-f]{64}$/);
      expect(usage.wallSeconds).toBeGreaterThan(0);
    });

    it('may be slow to start, and may answer before it has read', async () => {
      expect([...(await score(scripted('sleep 1; cat /scores; cat >/dev/null'))).scores]).toEqual([
        ...SCORES,
      ]);
    });

    it.each<[what: string, script: string, code: string, words: RegExp]>([
      ['text for scores', 'cat >/dev/null; echo 0.25 0.5 0.75', 'SCORES_MALFORMED', /Arrow/],
      ['nothing for scores', 'exec <&-; exit 0', 'SCORES_MALFORMED', /end after 0 rows/],
      ['an exit status', 'echo "no such column" >&2; exit 64', 'MODEL_CRASHED', /status 64: no such column/],
      ['a signal', 'kill -SEGV $$', 'MODEL_CRASHED', /SIGSEGV/],
      ['a program that is not there', 'exec nothing', 'MODEL_LOAD_FAILED', /could not be started.*nothing/],
      ['no end', 'while :; do :; done', 'LIMIT_WALL', /longer/],
      ['words without end', 'while :; do echo words; done', 'SCORES_MALFORMED', /Arrow/],
      ['errors without end', 'while :; do echo errors >&2; done', 'LIMIT_OUTPUT', /more than it may/],
    ])('ends with a reason where it gives %s', async (_, script, code, words) => {
      const error = await failure(score(scripted(script), { wallSeconds: 4 }));
      expect([error.code, error.message]).toEqual([code, expect.stringMatching(words)]);
    });

    it('keep their streams open for one table after another, and are told by their own exit status', async () => {
      const fields = [{ name: 'x', type: 'float64' }] as const;
      const batch = { rows: ROWS, columns: [Float64Array.of(1, 2, 3)] };
      const head = { name: 'bin/head', mode: 0o755, content: readFileSync('/usr/bin/head') };
      const bytes = { schema: encodeSchema(fields).length, batch: encodeBatch(ROWS, batch.columns).length };
      const begin = encodeSchema([{ name: 'score', type: 'float64' }]);
      const script = (then: string) =>
        scripted(
          `head -c ${bytes.schema + bytes.batch} > /dev/null; cat /begin /batch; head -c ${bytes.batch} > /dev/null; ${then}`,
          {},
          head,
          { name: 'begin', content: Buffer.from(begin) },
          { name: 'batch', content: Buffer.from(encodeBatch(ROWS, [SCORES])) },
          { name: 'end', content: Buffer.from(END_OF_STREAM) },
        );
      const open = (image: Buffer) =>
        openImageSession({
          ...source(written(image)),
          columns: fields,
          jail: jailHost(),
          limits: { wallSeconds: 60 },
        });
      const table = featureTable({ x: Float64Array.of(1, 2, 3) });

      const session = await open(script('cat /batch; cat > /dev/null; cat /end'));
      expect(await session.score(table)).toEqual(SCORES);
      expect(await session.score(table)).toEqual(SCORES);
      expect((await session.close()).outcomes.map(({ kind }) => kind)).toEqual(['completed']);

      const broken = await open(script('exit 67'));
      expect(await broken.score(table)).toEqual(SCORES);
      const error = await failure(broken.score(table));
      expect([error.code, error.message]).toEqual([
        'MODEL_CRASHED',
        'the image’s entrypoint ended with status 67',
      ]);
    });

    it('cannot be started by a program whose loader it lacks', async () => {
      const bytes = ociArchive({
        layers: [layer(tar([{ name: 'app/score', mode: 0o755, content: readFileSync('/bin/cat') }]))],
      });
      expect(await failure(score(bytes))).toMatchObject({ code: 'MODEL_LOAD_FAILED', blame: 'model' });
    });
  });

  describe('unpacked images', () => {
    let host: JailHost;
    const images = () => join(host.directory, 'images');
    const whole = () => readdirSync(images()).filter((name) => /^[0-9a-f]{64}-/.test(name));
    const building = () => readdirSync(images()).filter((name) => name.startsWith('building-'));

    beforeEach(() => {
      const state = mkdtempSync(join('/var/tmp', 'image-store-'));
      chmodSync(state, 0o755);
      host = new JailHost({ stateDirectory: state });
    });
    afterEach(() => rmSync(host.directory, { recursive: true, force: true }));

    const small = (text: string) => written(scripted('cat /scores', {}, { name: 'text', content: text }));

    it('are unpacked once however many ask, and honour whiteouts over layers', async () => {
      const { archive, sha256 } = written(
        ociArchive({
          layers: [
            layer(
              tar([
                ...SHELL,
                { name: 'app/score', mode: 0o4755, content: '#!/bin/sh\n' },
                { name: 'd/old' },
                { name: 'gone' },
              ]),
            ),
            layer(
              tar([{ name: '.wh.gone' }, { name: 'd/.wh..wh..opq' }, { name: 'd/new', content: 'n' }]),
              'none',
            ),
          ],
        }),
      );
      const store = new ImageStore(host);
      const held = await Promise.all([1, 2, 3].map(async () => store.acquire(async () => archive, sha256)));
      const root = held[0]?.root ?? '';
      expect(whole()).toHaveLength(1);
      expect(building()).toEqual([]);
      expect(readdirSync(join(root, 'd'))).toEqual(['new']);
      expect(existsSync(join(root, 'gone'))).toBe(false);
      const { uid, mode } = statSync(join(root, 'app/score'));
      expect([uid, mode & 0o7777]).toEqual([process.getuid?.(), 0o755]);
      for (const one of held) one.release();
    });

    it('are compared before use: one that was touched is unpacked anew, one that was only copied is not', async () => {
      const { archive, sha256 } = small('first');
      const store = new ImageStore(host);
      const one = await store.acquire(async () => archive, sha256);
      one.release();
      const text = join(one.root, 'text');
      const { mtime, ino } = statSync(text);
      writeFileSync(text, 'other');
      // Size and time as they were: the change is in the content and in what the kernel keeps.
      utimesSync(text, mtime, mtime);
      const two = await store.acquire(async () => archive, sha256);
      two.release();
      expect(readFileSync(text, 'utf8')).toBe('first');
      expect(two.treeSha256).toBe(one.treeSha256);
      execFileSync('cp', ['-a', two.root, `${two.root}.copy`]);
      rmSync(two.root, { recursive: true });
      execFileSync('mv', [`${two.root}.copy`, two.root]);
      const inode = statSync(text).ino;
      expect(inode).not.toBe(ino);
      (await store.acquire(async () => archive, sha256)).release();
      expect(statSync(text).ino).toBe(inode);
      appendFileSync(join(two.root, 'bin/cat'), 'x');
      (await store.acquire(async () => archive, sha256)).release();
      expect(statSync(text).ino).not.toBe(inode);
    });

    it('go by when they were last used, never while one runs', async () => {
      const store = new ImageStore(host, 1);
      const running = await store.acquire(...pair(small('a')));
      const second = await store.acquire(...pair(small('b')));
      expect(whole()).toHaveLength(2);
      second.release();
      (await store.acquire(...pair(small('c')))).release();
      expect(whole()).toHaveLength(2);
      expect(existsSync(running.root)).toBe(true);
      running.release();
      (await store.acquire(...pair(small('d')))).release();
      expect(whole().map((name) => name.slice(0, 64))).toEqual([small('d').sha256]);
    });

    const pair = ({ archive, sha256 }: { archive: string; sha256: string }) =>
      [async () => archive, sha256] as const;

    it('are whole or absent: who is killed while unpacking leaves nothing that is taken for one', async () => {
      const { archive, sha256 } = small('killed');
      const code = `
        import { JailHost } from ${JSON.stringify(distUrl('engine/isolation/index.js'))};
        import { ImageStore } from ${JSON.stringify(distUrl('engine/scoring/oci/index.js'))};
        await new ImageStore(new JailHost({ stateDirectory: process.argv[1] })).acquire(async () => process.argv[2], process.argv[3]);`;
      const child = spawn(
        process.execPath,
        ['--input-type=module', '-e', code, host.directory, archive, sha256],
        { stdio: ['ignore', 'ignore', 'inherit'] },
      );
      const ended = new Promise((resolve) => child.once('exit', resolve));
      for (let tries = 0; tries < 3000 && !(existsSync(images()) && building().length > 0); tries += 1)
        await sleep(5);
      expect(building()).toHaveLength(1);
      child.kill('SIGKILL');
      await ended;
      expect(whole()).toEqual([]);
      const found = await new ImageStore(host).acquire(async () => archive, sha256);
      expect(readFileSync(join(found.root, 'text'), 'utf8')).toBe('killed');
      expect(building()).toEqual([]);
      found.release();
    });
  });
});

function distUrl(path: string): string {
  return new URL(`../dist/${path}`, import.meta.url).href;
}
