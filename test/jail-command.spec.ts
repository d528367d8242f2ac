import { spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const MAIN = join(PROJECT, 'dist/main.js');
const ROOT = process.getuid?.() === 0;

/** Every command started here. */
const STARTED = new Set<number>();

interface Result {
  code: number | null;
  stdout: Buffer;
  stderr: string;
}

interface How {
  input?: string;
  env?: NodeJS.ProcessEnv;
  uid?: number;
  extra?: number[];
}

/** Another user's call: the project is bound where that user can reach it, since a clone may lie in a closed folder. */
function asUser(uid: number, args: string[]): string[] {
  const script = `mount --bind "$1" /mnt; shift; cd /; exec setpriv --reuid ${uid} --regid ${uid} --clear-groups -- \
    /mnt/${relative(PROJECT, process.execPath)} /mnt/dist/main.js "$@"`;
  return [
    'unshare',
    '--mount',
    '--propagation',
    'private',
    '--',
    'sh',
    '-ec',
    script,
    'sh',
    PROJECT,
    ...args,
  ];
}

function sandbox(args: string[], how: How = {}): Promise<Result> {
  return new Promise((resolve, reject) => {
    const [program = '', ...words] =
      how.uid === undefined ? [process.execPath, MAIN, ...args] : asUser(how.uid, args);
    const child = spawn(program, words, {
      env: how.env ?? process.env,
      cwd: '/',
      stdio: ['pipe', 'pipe', 'pipe', ...(how.extra ?? [])],
    });
    STARTED.add(child.pid ?? 0);
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(how.input ?? '');
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({ code, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString() }),
    );
  });
}

const jail = (args: string[], how?: How) => sandbox(['jail', ...args], how);

/** Groups of jails that these tests made, however they are mounted: others may be at work on this machine. */
function leftovers(): string[] {
  const found: string[] = [];
  const groups = '/sys/fs/cgroup';
  const look = (folder: string, depth: number) => {
    for (const entry of existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : []) {
      if (!entry.isDirectory()) continue;
      const launcher = /^sandbox-jail-(\d+)-\d+-job/.exec(entry.name)?.[1];
      if (STARTED.has(Number(launcher))) found.push(join(folder, entry.name));
      if (depth > 0) look(join(folder, entry.name), depth - 1);
    }
  };
  look(groups, 4);
  return found;
}

describe('sandbox jail', () => {
  it('passes stdin, stdout, stderr and the exit status through', async () => {
    const result = await jail(
      ['--', 'sh', '-c', 'cat; echo to stderr >&2; echo again > /dev/stderr; exit 7'],
      {
        input: 'über\0binär',
      },
    );
    expect(result).toEqual({ code: 7, stdout: Buffer.from('über\0binär'), stderr: 'to stderr\nagain\n' });
  });

  it.each([
    ['KILL', 137],
    ['TERM', 143],
    ['SEGV', 139],
    ['XCPU', 152],
  ])('gives 128 and the signal for a program that died of SIG%s', async (signal, code) => {
    expect(await jail(['--', 'sh', '-c', `kill -${signal} $$`])).toMatchObject({ code, stderr: '' });
  });

  it('says what is not there', async () => {
    expect(await jail(['--', 'no-such-program'])).toMatchObject({ code: 127 });
    expect((await jail(['--'])).code).toBe(2);
    expect((await jail(['--timeout', 'soon', '--', 'true'])).code).toBe(2);
    expect((await jail(['--memory', '1', '--', 'true'])).code).toBe(2);
  });

  it('ends a program that takes too long with 124, survivors included', async () => {
    const result = await jail([
      '--timeout',
      '1',
      '--',
      'sh',
      '-c',
      'setsid sleep 4321.1 & echo begun; sleep 4321.1',
    ]);
    expect(result).toMatchObject({ code: 124, stdout: Buffer.from('begun\n') });
    expect(result.stderr).toMatch(/past the limit: time/);
    const alive = readdirSync('/proc').filter(
      (pid) => /^\d+$/.test(pid) && commandLine(pid).includes('4321.1'),
    );
    expect(alive).toEqual([]);
  });

  it('ends in time though nobody reads what was printed', async () => {
    const child = spawn(
      process.execPath,
      [MAIN, 'jail', '--timeout', '1', '--', 'sh', '-c', 'head -c 1000000 /dev/zero; sleep 4321.2'],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const code = await new Promise((resolve) => child.once('exit', resolve));
    child.stdout.destroy();
    expect(code).toBe(124);
  });

  it('lets 32 MiB of output pass to the byte, and ends with 125 on the next', async () => {
    const cap = 32 * 2 ** 20;
    const exact = await jail(['--', 'head', '-c', String(cap), '/dev/zero']);
    expect([exact.code, exact.stdout.length]).toEqual([0, cap]);
    const over = await jail(['--', 'head', '-c', String(cap + 1), '/dev/zero']);
    expect([over.code, over.stdout.length]).toEqual([125, cap]);
    expect(over.stderr).toMatch(/past the limit: output/);
  });

  it('shows nothing of the launcher: environment, descriptors, files, processes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'jail-secret-'));
    const secret = join(folder, 'secret');
    writeFileSync(secret, 'the secret');
    // Above the descriptors that Node closes by itself: entry 20 of stdio is this file.
    const fd = openSync(secret, 'r');
    try {
      const result = await jail(
        [
          '--',
          'sh',
          '-c',
          `cat /proc/[0-9]*/environ; echo; ls /proc/self/fd; cat ${secret} /proc/self/fd/*20 2>&1; ls -A /`,
        ],
        { env: { ...process.env, CANARY: 'sings' }, extra: Array.from({ length: 20 }, () => fd) },
      );
      const text = result.stdout.toString();
      expect(text).not.toMatch(/sings|the secret/);
      expect(text.match(/^\d+$/gm)).toEqual(['0', '1', '2', '3']);
      const root = text.trim().split('\n').slice(-7);
      expect(root.filter((name) => !/^(s?bin|dev|job|lib(32|64|x32)?|proc|usr)$/.test(name))).toEqual([]);
    } finally {
      closeSync(fd);
      rmSync(folder, { recursive: true });
    }
  });

  it('leaves no group behind', async () => {
    await Promise.all(
      Array.from({ length: 4 }, () => jail(['--timeout', '1', '--', 'sh', '-c', 'sleep 30 & sleep 30'])),
    );
    expect(leftovers()).toEqual([]);
  });

  it.each([
    ['memory', ['--memory', '64M', '--', 'perl', '-e', 'my $x = "x" x (400 * 2 ** 20); sleep 20']],
    ['processes', ['--', 'perl', '-e', 'while (1) { fork }']],
  ])('ends with 125 past the limit of %s', async (limit, args) => {
    const users = ROOT ? [undefined, 64_999] : [undefined];
    for (const uid of users) {
      const result = await jail(args, uid === undefined ? {} : { uid, env: { PATH: '/usr/bin:/bin' } });
      expect(result.code).toBe(125);
      expect(result.stderr).toContain(`past the limit: ${limit}`);
    }
  });

  if (ROOT) {
    it('works for an ordinary user', async () => {
      const result = await jail(
        ['--timeout', '5', '--', 'sh', '-c', 'id -u; touch /usr/x /x /tmp/x 2>&1 | grep -c ""'],
        {
          uid: 64_999,
          env: { PATH: '/usr/bin:/bin' },
        },
      );
      expect(result).toMatchObject({ code: 0, stdout: Buffer.from('1000\n3\n') });
    });
  }
});

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return '';
  }
}
