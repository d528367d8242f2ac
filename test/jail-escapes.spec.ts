import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { baseProfile, JailHost, runEscapeChecks } from '../src/engine/isolation/index.js';

const MIB = 2 ** 20;

/** What this machine gives, and then the least a machine gives: no slots, no cgroups. */
describe.each([
  ['as this machine allows', {}],
  ['without slots and cgroups', { slots: null, cgroupParent: null }],
])('escape attempts, jails made %s', (_, settings) => {
  it('are all held', async () => {
    const results = await runEscapeChecks(new JailHost(settings));
    expect(new Set(results.map(({ name }) => name)).size).toBe(results.length);
    expect(results.length).toBeGreaterThanOrEqual(100);
    expect(results.filter(({ held }) => !held)).toEqual([]);
  });
});

describe('an escape attempt', () => {
  const noticed = (results: Awaited<ReturnType<typeof runEscapeChecks>>) =>
    results.filter(({ held }) => !held).map(({ name }) => name);

  it('notices a jail without its system call filter', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'no-filter-'));
    try {
      const host = new JailHost({});
      const path = join(folder, 'allow.bpf');
      // One instruction: return SECCOMP_RET_ALLOW.
      writeFileSync(path, Buffer.from([0x06, 0, 0, 0, 0, 0, 0xff, 0x7f]));
      Object.defineProperty(host, 'filterPath', { value: path });
      const found = noticed(await runEscapeChecks(host));
      expect(found).toEqual(
        expect.arrayContaining([
          'sockets of the internet',
          'file locks',
          'watching files that others read',
          'what of a file lies in memory',
          'mounts',
          'keyrings of the kernel',
          'tracing',
          "others' memory and descriptors",
          'memory outside files',
          'queues and semaphores of System V',
          'addresses that can be guessed',
          'kernel memory in socket buffers',
        ]),
      );
      expect(found.length).toBeGreaterThanOrEqual(25);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('notices a jail that shows more of the host', async () => {
    const base = baseProfile();
    const found = noticed(
      await runEscapeChecks(new JailHost({}), {
        ...base,
        mounts: [
          ...base.mounts,
          { kind: 'readOnly', from: '/etc', to: '/etc' },
          { kind: 'readOnly', from: '/sys', to: '/sys' },
          { kind: 'readOnly', from: tmpdir(), to: '/srv' },
        ],
        env: { ...base.env, DATABASE_PASSWORD: 'secret' },
      }),
    );
    expect(found).toEqual(
      expect.arrayContaining([
        "the host's files",
        'the system in /sys',
        "others' environment",
        'symbolic links in a scratch folder',
        'symbolic links in a writable folder',
      ]),
    );
  });
});

/** What of bubblewrap's arguments is changed, as Perl, and which attempts have to notice; nothing else is touched. */
const LAYERS: readonly [layer: string, change: string, noticed: readonly string[]][] = [
  [
    'network namespace',
    without('net'),
    ['standing in a namespace of the host', "services that listen on the host's names"],
  ],
  [
    'process namespace',
    `${without('pid')} @ARGV = grep { $_ ne "--as-pid-1" } @ARGV;`,
    [
      'standing in a namespace of the host',
      "others' processes and command lines",
      "killing the host's processes by every call",
    ],
  ],
  ['queue and semaphore namespace', without('ipc'), ['standing in a namespace of the host']],
  [
    'name namespace',
    `${without('uts')} splice @ARGV, $_, 2 for grep { $ARGV[$_] eq "--hostname" } reverse 0 .. $#ARGV;`,
    ['standing in a namespace of the host'],
  ],
  [
    'read-only root',
    dropped('--remount-ro', '/'),
    [
      'new files anywhere',
      'folders',
      'symbolic and hard links',
      'a service of its own in a file',
      'bytes and files where there is no disk',
    ],
  ],
  ['read-only devices', dropped('--remount-ro', '/dev'), ['new files anywhere', 'folders']],
  [
    'read-only /usr',
    's/^--ro-bind$/--bind/ for @ARGV[grep { $ARGV[$_ + 1] eq "/usr" } 0 .. $#ARGV];',
    ['programs of a system that can be written to'],
  ],
  [
    'masks of /proc',
    'for (reverse 0 .. $#ARGV) { splice @ARGV, $_, 3 if $ARGV[$_] eq "--ro-bind" && $ARGV[$_ + 2] =~ m{^/proc/} }',
    ["the kernel's secrets in /proc"],
  ],
  ['no capabilities', 's/^--cap-drop$/--cap-add/ for @ARGV;', ['capabilities']],
  [
    'number of processes',
    'my $end = (grep { $ARGV[$_] eq "/usr/bin/prlimit" } 0 .. $#ARGV)[0]; @ARGV = grep { !/^--nproc=/ } @ARGV if defined $end;',
    ['limits that nobody set'],
  ],
  [
    'walls between places of the host',
    'splice @ARGV, $_, 0, "--bind", "/var/tmp", "/var/tmp" for (grep { $ARGV[$_] eq "--proc" } 0 .. $#ARGV)[0];',
    ['files beside the jail', 'symbolic links in a scratch folder', 'symbolic links in a writable folder'],
  ],
  [
    'waiting signals and timers',
    '@ARGV = map { /^--sigpending=/ ? "--sigpending=6000" : $_ } @ARGV;',
    ["timers and signals of the user's", 'limits that nobody set'],
  ],
  ['open files', '@ARGV = map { /^--nofile=/ ? "--nofile=5000" : $_ } @ARGV;', ['limits that nobody set']],
];

/** All namespaces but one. */
function without(kind: string): string {
  const kept = ['user', 'ipc', 'pid', 'net', 'uts', 'cgroup'].filter((each) => each !== kind);
  return `@ARGV = map { $_ eq "--unshare-all" ? qw(${kept.map((each) => `--unshare-${each}`).join(' ')}) : $_ } @ARGV;`;
}

function dropped(option: string, value: string): string {
  return `for (reverse 0 .. $#ARGV - 1) { splice @ARGV, $_, 2 if $ARGV[$_] eq "${option}" && $ARGV[$_ + 1] eq "${value}" }`;
}

describe('with one layer taken away', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync('/var/tmp/no-layer-');
    chmodSync(folder, 0o755);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it.each(LAYERS)('%s: the suite notices', async (_, change, expected) => {
    const host = new JailHost({});
    const bwrap = join(folder, 'bwrap');
    writeFileSync(bwrap, `#!/usr/bin/perl\n${change}\nexec "${host.tools.bwrap}", @ARGV;\n`, { mode: 0o755 });
    chmodSync(bwrap, 0o755);
    Object.defineProperty(host, 'tools', { value: { ...host.tools, bwrap } });
    // What looks at other layers still holds: were the jail as a whole broken, noticing would show nothing.
    const others = ['keyrings of the kernel', 'extended attributes', 'doing nothing'];
    const results = await runEscapeChecks(host, undefined, [...expected, ...others]);
    expect(
      results
        .filter(({ held }) => held)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(others.sort());
  });
});

/** Where no cgroup counts memory, none is shared whatever the limit. */
const counted = new JailHost({}).cgroups?.parents.has('memory') === true;
const SHARED = ['memory shared by many processes', 'shared memory that no process shows any more'];

/** Limits that bubblewrap has no part in, set wider than the attempts want them: not absent, for the machine's sake. */
describe('with one limit wider than it should be', () => {
  it.each([
    [
      'output',
      { outputBytes: 4 * MIB },
      ['a flood of output', 'a flood of errors alone', 'one line without an end'],
    ],
    [
      'memory',
      { memoryBytes: 2048 * MIB },
      ['memory of one process', 'memory of many processes', ...(counted ? SHARED : [])],
    ],
    ['CPU time', { cpuSeconds: 60 }, ['CPU time of many processes']],
    ['open files', { openFiles: 1000 }, ['open files without end', 'timers without end']],
  ])('%s: the suite notices', async (_, lifted, expected) => {
    const others = ['keyrings of the kernel', 'doing nothing'];
    const results = await runEscapeChecks(new JailHost({}), undefined, [...expected, ...others], lifted);
    expect(
      results
        .filter(({ held }) => held)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(others.sort());
  });
});
