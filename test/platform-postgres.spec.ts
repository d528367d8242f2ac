import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { compiled } from '../src/engine/compiled.js';
import type { ConnectionAddress } from '../src/platform/database/index.js';
import { EmbeddedPostgres } from '../src/platform/database/index.js';
import { connect } from '../src/platform/database/roles.js';

/** A root user's clone lies below a folder that nobody else can enter; the name alone is too long for a socket. */
const FOLDER = path.join(
  fs.mkdtempSync(path.join(os.tmpdir(), 'sandbox-postgres-test-')),
  'a-folder-with-a-long-name'.repeat(5),
);
const children: ChildProcess[] = [];

interface User {
  process: ChildProcess;
  address: ConnectionAddress;
  shared: boolean;
  uid: number;
}

function options(name: string): { folder: string; passwordFile: string } {
  return {
    folder: path.join(FOLDER, name, 'postgres'),
    passwordFile: path.join(FOLDER, name, 'secrets', 'postgres'),
  };
}

/** A process of its own that starts the server and stops it when its input ends. */
async function user(name: string, prefix: readonly string[] = []): Promise<User> {
  const module = compiled(
    new URL('../src/platform/database/x.ts', import.meta.url).href,
    './embedded-postgres.js',
  );
  const script = `
    import { EmbeddedPostgres } from ${JSON.stringify(module.href)};
    const server = await EmbeddedPostgres.start(${JSON.stringify(options(name))});
    console.log(JSON.stringify({ address: server.address, shared: server.shared, uid: process.getuid() }));
    process.stdin.resume();
    process.stdin.once('end', async () => { await server.stop(); process.exit(0); });`;
  const command = [...prefix, process.execPath, '--input-type=module', '-e', script];
  const child = spawn(command[0] ?? '', command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const lines = createInterface({ input: child.stdout });
  const [line] = (await Promise.race([once(lines, 'line'), once(child, 'exit').then(() => [undefined])])) as [
    string | undefined,
  ];
  if (line === undefined) throw new Error('the process ended before its server was up');
  return { process: child, ...(JSON.parse(line) as Omit<User, 'process'>) };
}

async function leave({ process: child }: User): Promise<void> {
  child.stdin?.end();
  if (child.exitCode === null) await once(child, 'exit');
}

async function kill({ process: child }: User): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** Processes of a server: they stand in its cluster, or name it. */
function processes(name: string): { pid: number; program: string }[] {
  const { folder } = options(name);
  return fs
    .readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .flatMap((entry) => {
      try {
        const command = fs.readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ');
        const place = fs.readlinkSync(`/proc/${entry}/cwd`);
        const program = fs.readFileSync(`/proc/${entry}/comm`, 'utf8').trim();
        const ours =
          command.includes(`${folder}/`) && ['sh', 'postgres', 'initdb', 'flock'].includes(program);
        return ours || place.startsWith(folder) ? [{ pid: Number(entry), program }] : [];
      } catch {
        return []; // ended while we looked
      }
    });
}

function postmaster(name: string): number {
  return Number(
    fs.readFileSync(path.join(options(name).folder, 'cluster', 'postmaster.pid'), 'utf8').split('\n')[0],
  );
}

/** Whether a server stands in the place of one that was killed. Its file may go and come between two looks. */
function isAnother(before: number): boolean {
  try {
    const now = postmaster('plain');
    return now > 0 && now !== before;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let waited = 0; !(await condition()); waited += 20) {
    if (waited > 30_000) throw new Error(`never: ${what}`);
    await pause(20);
  }
}

async function query<T extends object>(address: ConnectionAddress, sql: string): Promise<T[]> {
  const client = await connect(address);
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function answers(address: ConnectionAddress): Promise<boolean> {
  return query(address, 'SELECT 1').then(
    () => true,
    () => false,
  );
}

beforeAll(() => {
  fs.mkdirSync(FOLDER, { mode: 0o700 });
});

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  for (const name of fs.readdirSync(FOLDER)) {
    await until(() => processes(name).length === 0, `no process of ${name} is left`);
  }
  fs.rmSync(path.dirname(FOLDER), { recursive: true });
});

describe('EmbeddedPostgres', () => {
  it('starts below a folder that only its owner can enter, and leaves no process behind', async () => {
    const server = await EmbeddedPostgres.start(options('plain'));
    expect(server.shared).toBe(false);
    const [facts] = await query(
      server.address,
      `SELECT current_setting('timezone') AS zone, current_setting('server_encoding') AS encoding,
              (SELECT datlocprovider::text || ' ' || datlocale FROM pg_database WHERE datname = 'postgres') AS locale,
              current_setting('listen_addresses') AS network, current_setting('data_checksums') AS checksums,
              current_setting('server_version_num')::int / 10000 AS version,
              (SELECT rolpassword LIKE 'SCRAM-SHA-256$%' FROM pg_authid WHERE rolname = 'postgres') AS scram`,
    );
    expect(facts).toEqual({
      zone: 'UTC',
      encoding: 'UTF8',
      locale: 'b C.UTF-8',
      network: '',
      checksums: 'on',
      version: 18,
      scram: true,
    });
    expect(fs.statSync(options('plain').passwordFile).mode & 0o777).toBe(0o600);
    expect(fs.statSync(options('plain').folder).mode & 0o777).toBe(0o700);
    await expect(query({ ...server.address, password: 'guess' }, 'SELECT 1')).rejects.toThrow(/password/);
    expect(processes('plain').length).toBeGreaterThan(3);
    expect(await server.stop()).toBe(false);
    expect(processes('plain')).toEqual([]);
    expect(fs.existsSync(server.address.host)).toBe(false);
  });

  it('starts for root below a home that is closed to all but its owner, another user', async () => {
    const home = path.join(FOLDER, 'home');
    fs.mkdirSync(home, { mode: 0o700 });
    if (process.getuid?.() === 0) fs.chownSync(home, 65_534, 65_534);
    const server = await EmbeddedPostgres.start(options('home'));
    expect(await answers(server.address)).toBe(true);
    const again = await EmbeddedPostgres.start(options('home'));
    expect(again.shared).toBe(true);
    await server.stop();
    expect(await answers(again.address)).toBe(true);
    await again.stop();
    expect(processes('home')).toEqual([]);
  });

  it('starts for an ordinary user', async () => {
    const prefix =
      process.getuid?.() === 0 ? ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--'] : [];
    const ordinary = await user('ordinary', prefix);
    expect(ordinary).toMatchObject({ shared: false });
    expect(ordinary.uid).not.toBe(0);
    expect(await answers(ordinary.address)).toBe(true);
    await leave(ordinary);
    expect(processes('ordinary')).toEqual([]);
  });

  it('is shared by all who start it, at the same moment too, and ends with the last of them', async () => {
    const users = await Promise.all([user('shared'), user('shared'), user('shared')]);
    expect(users.map(({ shared }) => shared).sort()).toEqual([false, true, true]);
    expect(new Set(users.map(({ address }) => address.host)).size).toBe(1);
    const [first, second, third] = users.sort((a, b) => Number(a.shared) - Number(b.shared));
    await leave(first);
    expect(await answers(second.address)).toBe(true);
    await kill(second);
    expect(await answers(third.address)).toBe(true);
    await leave(third);
    expect(processes('shared')).toEqual([]);
  });

  it('ends when its only user is killed, and keeps what was committed', async () => {
    const killed = await user('killed');
    await query(killed.address, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await kill(killed);
    await until(() => processes('killed').length === 0, 'the server ended with its user');
    const next = await EmbeddedPostgres.start(options('killed'));
    expect(await query(next.address, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await next.stop();
  });

  it('starts after a crash of everything, whatever process has the number in the stale lock now', async () => {
    const crashed = await user('crashed');
    await query(crashed.address, 'CREATE TABLE kept AS SELECT 43 AS answer');
    const lock = path.join(options('crashed').folder, 'cluster', 'postmaster.pid');
    const stale = fs.readFileSync(lock, 'utf8').split('\n');
    crashed.process.kill('SIGKILL');
    for (const { pid } of processes('crashed')) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // it went with its parent
      }
    }
    await until(() => processes('crashed').length === 0, 'all of the server is dead');
    expect(fs.existsSync(lock)).toBe(true);
    fs.writeFileSync(lock, [String(process.pid), ...stale.slice(1)].join('\n'));
    const next = await EmbeddedPostgres.start(options('crashed'));
    expect(await query(next.address, 'SELECT answer FROM kept')).toEqual([{ answer: 43 }]);
    expect(fs.existsSync(crashed.address.host)).toBe(false);
    await next.stop();
    expect(processes('crashed')).toEqual([]);
  });

  it('comes back when the server itself is killed under its users', async () => {
    const server = await EmbeddedPostgres.start(options('plain'));
    await query(server.address, 'CREATE TABLE kept AS SELECT 44 AS answer');
    const before = postmaster('plain');
    process.kill(before, 'SIGKILL');
    await until(() => isAnother(before), 'a new server');
    await until(() => answers(server.address), 'it answers again, at the same address');
    expect(await query(server.address, 'SELECT answer FROM kept')).toEqual([{ answer: 44 }]);
    await server.stop();
    expect(processes('plain')).toEqual([]);
  });

  it('ends a server that lost its supervisor before it starts another', async () => {
    const orphaned = await user('orphaned');
    const orphan = postmaster('orphaned');
    for (const { pid, program } of processes('orphaned')) {
      if (program === 'sh') process.kill(pid, 'SIGKILL');
    }
    await kill(orphaned);
    expect(fs.existsSync(`/proc/${orphan}`)).toBe(true);
    const next = await EmbeddedPostgres.start(options('orphaned'));
    expect(next.shared).toBe(false);
    expect(postmaster('orphaned')).not.toBe(orphan);
    await next.stop();
    expect(processes('orphaned')).toEqual([]);
  });

  it('makes the cluster anew when its making was interrupted', async () => {
    const { folder } = options('interrupted');
    fs.mkdirSync(path.join(folder, 'cluster.new', 'base'), { recursive: true, mode: 0o700 });
    fs.writeFileSync(path.join(folder, 'cluster.new', 'PG_VERSION'), '18\n');
    const server = await EmbeddedPostgres.start(options('interrupted'));
    expect(await answers(server.address)).toBe(true);
    expect(fs.readdirSync(folder).sort()).toEqual(['cluster', 'lease', 'lock', 'server.log']);
    await server.stop();
  });

  it('says in one line why it cannot start', async () => {
    const { folder, passwordFile } = options('plain');
    const wrong = path.join(FOLDER, 'wrong-password');
    fs.writeFileSync(wrong, 'not it\n', { mode: 0o600 });
    await expect(EmbeddedPostgres.start({ folder, passwordFile: wrong })).rejects.toMatchObject({
      code: 'EMBEDDED_POSTGRES_FAILED',
      message: expect.stringContaining(`its superuser's password is not the one in ${wrong}`) as string,
    });
    await until(() => processes('plain').length === 0, 'the refused server ended');
    fs.rmSync(wrong);
    await expect(
      EmbeddedPostgres.start({ folder, passwordFile, settings: { shared_buffers: 'plenty' } }),
    ).rejects.toMatchObject({
      code: 'EMBEDDED_POSTGRES_FAILED',
      message: expect.stringMatching(
        /^[^\n]*invalid value for parameter "shared_buffers": "plenty"[^\n]*$/,
      ) as string,
    });
    expect(processes('plain')).toEqual([]);
  });
});
