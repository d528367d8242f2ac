import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import {
  baseProfile,
  JailHost,
  type JailLimits,
  type JailMount,
  type JailOutcome,
  startJail,
} from '../src/engine/isolation/index.js';

const MIB = 2 ** 20;

let folder: string;
let root: string;

/** A root with one dynamic program, its loader and its library, and nothing else: no prlimit, no second program. */
beforeEach(() => {
  folder = mkdtempSync('/var/tmp/jail-mounts-');
  chmodSync(folder, 0o755);
  root = join(folder, 'root');
  const files = execFileSync('ldd', ['/bin/sh'], { encoding: 'utf8' }).match(/\/\S+/g) ?? [];
  for (const file of [...files, '/bin/sh']) {
    mkdirSync(join(root, dirname(file)), { recursive: true });
    copyFileSync(file, join(root, file));
  }
  for (const place of ['proc', 'dev', 'tmp', 'out']) mkdirSync(join(root, place));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Ran {
  outcome: JailOutcome;
  output: string;
  errors: string;
}

async function run(
  host: JailHost,
  mounts: readonly JailMount[],
  script: string,
  more: { env?: Record<string, string>; limits?: Partial<JailLimits>; program?: string } = {},
): Promise<Ran> {
  const profile = {
    ...baseProfile({ wallSeconds: 20, ...more.limits }),
    mounts,
    env: more.env ?? {},
    workingDirectory: '/',
  };
  const jail = startJail(host, profile, { program: more.program ?? '/bin/sh', args: ['-c', script] });
  jail.stdin.end();
  const text = { output: '', errors: '' };
  jail.stdout.on('data', (chunk: Buffer) => (text.output += chunk.toString()));
  jail.stderr.on('data', (chunk: Buffer) => (text.errors += chunk.toString()));
  return { outcome: await jail.outcome, ...text };
}

describe.each([
  ['as this machine allows', {}],
  ['without slots and cgroups', { slots: null, cgroupParent: null }],
])('a jail made %s', (_, settings) => {
  const host = new JailHost(settings);
  const image = (): JailMount => ({ kind: 'root', from: root });

  it('has the folder as its root, read-only, and none of the host’s programs', async () => {
    const { outcome, output, errors } = await run(
      host,
      [image()],
      'echo /*; echo /bin/*; [ -e /usr/bin/env ] && echo env; : > /new; echo "$?"; ulimit -n; ulimit -f',
    );
    expect(outcome.kind).toBe('crashed');
    expect(output.split('\n')[0]?.split(' ').sort()).toEqual(
      readdirSync(root)
        .map((name) => `/${name}`)
        .sort(),
    );
    expect(output.split('\n')[1]).toBe('/bin/sh');
    expect(errors).toMatch(/Read-only file system/);
    expect(existsSync(join(root, 'new'))).toBe(false);
    const limits = await run(host, [image()], 'ulimit -n; ulimit -f; ulimit -c', {
      limits: { openFiles: 99, fileBytes: 4096 },
    });
    expect([limits.outcome.kind, limits.output]).toEqual(['completed', '99\n8\n0\n']);
  });

  it('lets neither the image’s environment nor its loader settings into the tools that set limits', async () => {
    mkdirSync(join(root, 'etc'));
    writeFileSync(join(root, 'etc/ld.so.preload'), '/lib/planted.so\n');
    const env = { LD_PRELOAD: '/lib/planted.so', LD_DEBUG: 'libs', PATH: '/bin', n: 'a b\nc', IFS: '1' };
    const plain = await run(host, [image()], 'ulimit -n; echo "$n"', {
      env: { PATH: '/bin', n: 'a b\nc', IFS: '1' },
      limits: { openFiles: 99 },
      program: 'sh',
    });
    expect(plain).toMatchObject({ outcome: { kind: 'completed' }, output: '99\na b\nc\n', errors: '' });
    // The program itself gets what its image asks for: once, where the tools would say it several times.
    const bent = await run(host, [image()], ':', { env });
    expect(bent.errors.match(/planted\.so' from LD_PRELOAD cannot be preloaded/g)).toHaveLength(1);
  });

  it.each([
    ['/proc', () => rmSync(join(root, 'proc'), { recursive: true }), /no empty folder \/proc \(missing\)/],
    [
      '/dev as a link',
      () => {
        rmSync(join(root, 'dev'), { recursive: true });
        symlinkSync('/etc', join(root, 'dev'));
      },
      /no empty folder \/dev \(link\)/,
    ],
    [
      '/etc as a link',
      () => symlinkSync('tmp', join(root, 'etc')),
      /a link at or above \/etc\/ld\.so\.preload/,
    ],
  ])('is a fault of ours where the root has not %s', async (__, spoil, reason) => {
    spoil();
    const { outcome } = await run(host, [image()], ':');
    expect(outcome).toMatchObject({ kind: 'fault', reason: expect.stringMatching(reason) as unknown });
  });

  it('caps a scratch folder in bytes and in files, and takes it away', async () => {
    const scratch: JailMount = { kind: 'scratch', at: '/tmp', bytes: MIB, files: 10 };
    const many = await run(
      host,
      [image(), scratch],
      'i=0; while [ $i -lt 12 ]; do i=$((i+1)); : > /tmp/$i || exit 9; done',
    );
    expect(many.errors).toMatch(/tmp\/11.*No space left/);
    const much = await run(
      host,
      [...baseProfile().mounts, scratch],
      'head -c 2000000 /dev/zero > /tmp/a; wc -c < /tmp/a; grep " /tmp " /proc/self/mountinfo; ls -A /tmp',
      { env: { PATH: '/usr/bin' } },
    );
    expect(much.errors).toMatch(/No space left/);
    expect(much.output).toMatch(/^1048576\n.* \/tmp rw,nosuid,nodev,relatime - tmpfs scratch .*\na\n$/);
    expect(readdirSync(join(host.directory, 'scratch/0'))).toEqual([]);
  });

  it('fills a folder of ours, whose files then are ours and lend nobody rights', async () => {
    const out = join(folder, 'out');
    mkdirSync(out);
    writeFileSync(join(folder, 'outside'), 'as it was');
    const { outcome } = await run(
      host,
      [...baseProfile().mounts, { kind: 'writable', from: out, to: '/out' }],
      `cp /usr/bin/env /out/env; chmod 6755 /out/env; ln -s ${folder}/outside /out/link; mkdir -p /out/a/b; echo x > /out/a/b/c; chmod 0 /out/a;
       ln /usr/bin/env /out/hard 2>/dev/null && echo linked; head -c 100000 /dev/zero > /out/long; :`,
      { env: { PATH: '/usr/bin' }, limits: { fileBytes: 65_536 } },
    );
    expect(outcome.kind).toBe('completed');
    expect(readdirSync(out).sort()).toEqual(['a', 'env', 'link', 'long']);
    const { uid, mode } = statSync(join(out, 'env'));
    expect([uid, (mode & 0o7777).toString(8)]).toEqual([process.getuid?.(), '755']);
    expect(readFileSync(join(out, 'a/b/c'), 'utf8')).toBe('x\n');
    expect(statSync(join(out, 'long')).size).toBe(65_536);
    expect(readFileSync(join(folder, 'outside'), 'utf8')).toBe('as it was');
    expect(statSync(join(folder, 'outside')).uid).toBe(process.getuid?.());
  });
});
