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
  usedOf,
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
    const full = (script: string, more = {}) =>
      run(host, [...baseProfile().mounts, scratch], script, { env: { PATH: '/usr/bin' }, ...more });
    const within = await full(
      'head -c 1000000 /dev/zero > /tmp/a; : > /tmp/b; ls -A /tmp; grep " /tmp " /proc/self/mountinfo',
    );
    expect(within.outcome.kind).toBe('completed');
    expect(within.output).toMatch(/^a\nb\n.* \/tmp rw,nosuid,nodev,relatime - tmpfs scratch /);
    // Whether it lives on until the next look or fails at once: what ended it is the limit.
    for (const last of ['sleep 20', 'exit 9']) {
      const many = await full(`for i in 1 2 3 4 5 6 7 8 9 10 11; do : > /tmp/$i; done; ${last}`);
      expect(many.outcome).toMatchObject({
        kind: 'limit',
        limit: 'files',
        reached: { used: 10, allowed: 10, unit: 'files' },
      });
      const much = await full(`head -c 2000000 /dev/zero > /tmp/a; ${last}`);
      expect(much.outcome).toMatchObject({
        kind: 'limit',
        limit: 'files',
        reached: { used: MIB, allowed: MIB, unit: 'bytes' },
      });
    }
    const long = await full('head -c 200000 /dev/zero > /tmp/a', { limits: { fileBytes: 65_536 } });
    expect(long.outcome).toMatchObject({ kind: 'limit', limit: 'files', reached: { used: 65_536 } });
    expect(readdirSync(join(host.directory, 'scratch/0'))).toEqual([]);
  });

  it('tells what was used of each limit', async () => {
    const base = [...baseProfile().mounts];
    const past = async (script: string, limits: Partial<JailLimits>) => {
      const { outcome } = await run(host, base, script, { env: { PATH: '/usr/bin' }, limits });
      if (outcome.kind !== 'limit') throw new Error(JSON.stringify(outcome));
      return { limit: outcome.limit, said: usedOf(outcome.reached), usage: outcome.usage };
    };
    const files = await past(
      `perl -e 'my @f; while (open(my $f, "<", "/dev/null")) { push @f, $f } sleep 20'`,
      { openFiles: 100 },
    );
    expect(files).toMatchObject({ limit: 'files', said: '100 open files, of 100 open files allowed' });
    expect(files.usage.peakOpenFiles).toBe(100);
    const time = await past('sleep 20', { wallSeconds: 0.5 });
    // The timer of a busy machine comes late.
    expect([time.limit, time.said]).toEqual([
      'wall',
      expect.stringMatching(/^0\.[5-9] s, of 0\.5 s allowed$/),
    ]);
    const cpu = await past('while :; do :; done', { cpuSeconds: 1 });
    expect([cpu.limit, cpu.said]).toEqual(['cpu', expect.stringMatching(/^1(\.[0-4])? s, of 1 s allowed$/)]);
    const output = await past('yes', { outputBytes: MIB });
    expect(output).toMatchObject({
      limit: 'output',
      said: '1 MiB, of 1 MiB allowed',
      usage: { outputBytes: MIB },
    });
    const memory = await past(`perl -e 'my $x = "x" x (200 * 2 ** 20); sleep 20'`, {
      memoryBytes: 64 * MIB,
    });
    expect([memory.limit, memory.said]).toEqual([
      'memory',
      expect.stringMatching(/^\d+ MiB, of 64 MiB allowed$/),
    ]);
    const processes = await past('while :; do sleep 20 & done', { processes: 20 });
    // Where no kernel counts them, more may begin between two looks of the watch.
    const counted = host.processLimitBinds
      ? /^2\d processes, of 20/
      : /^([2-9]\d|[\d,]{3,}) processes, of 20/;
    expect([processes.limit, processes.said]).toEqual(['processes', expect.stringMatching(counted)]);
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
