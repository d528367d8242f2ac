import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync, type WriteStream } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { postmaster, type PowerName, powerOf, processes, signal } from './processes.ts';
import type { Blow, Target } from './schedule.ts';

const RESTART_MS = 500;
const LOOK_MS = 250;
/** How long a blow waits for its target to be there: it may be down from the blow before. */
const PATIENCE_MS = 90_000;

/** A `sandbox serve`, started again whenever it ends, as systemd would. */
class TopProcess {
  readonly name: string;
  starts = 0;
  private readonly args: readonly string[];
  private readonly env: Readonly<Record<string, string>>;
  private readonly log: WriteStream;
  private child: ChildProcess | undefined;
  private stopping = false;
  private ended: Promise<void> = Promise.resolve();

  constructor(
    name: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    logFolder: string,
  ) {
    this.name = name;
    this.args = args;
    this.env = env;
    this.log = createWriteStream(join(logFolder, `${name}.log`), { flags: 'a' });
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  start(): void {
    this.starts += 1;
    const child = spawn(process.execPath, [...this.args], {
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const output of [child.stdout, child.stderr]) output.pipe(this.log, { end: false });
    this.child = child;
    this.ended = new Promise((resolve) => {
      child.once('exit', (code, by) => {
        this.log.write(`${this.name} ended: ${by ?? code}\n`);
        this.child = undefined;
        resolve();
        if (!this.stopping) setTimeout(() => this.stopping || this.start(), RESTART_MS);
      });
    });
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.child?.kill('SIGTERM');
    await this.ended;
    this.log.end();
  }
}

export interface SiteOptions {
  projectRoot: string;
  folder: string;
  workers: number;
  /** Settings of the service beside those of every chaos test. */
  settings: Readonly<Record<string, string>>;
}

/** One whole installation on this machine: an API, workers, and the PostgreSQL that they share. */
export class Site {
  readonly dataFolder: string;
  readonly url: string;
  private readonly tops: TopProcess[];
  private readonly seen = new Map<string, Set<number>>();
  private readonly looking: NodeJS.Timeout;

  private constructor(options: SiteOptions, port: number) {
    const { projectRoot, folder, workers } = options;
    this.dataFolder = join(folder, 'data');
    this.url = `http://127.0.0.1:${port}`;
    const logs = join(folder, 'logs');
    mkdirSync(logs, { recursive: true });
    const main = join(projectRoot, 'dist', 'main.js');
    const env = {
      PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      SANDBOX_DATA: this.dataFolder,
      ...options.settings,
    };
    const worker = (number: number): TopProcess =>
      new TopProcess(`worker-${number}`, [main, 'serve', '--role', 'worker'], env, logs);
    this.tops = [
      new TopProcess('api', [main, 'serve', '--role', 'api', '--port', String(port)], env, logs),
      ...Array.from({ length: workers }, (_, index) => worker(index + 1)),
    ];
    this.looking = setInterval(() => this.look(), LOOK_MS);
  }

  static async start(options: SiteOptions): Promise<Site> {
    const site = new Site(options, await freePort());
    for (const top of site.tops) top.start();
    return site;
  }

  /** How often anything was started again: the supervisors by this test, the powers by their supervisors. */
  restarts(): Record<string, number> {
    const powers = [...this.seen].map(([name, pids]) => [name, pids.size - this.expected(name)] as const);
    const tops = this.tops.map((top) => [`serve ${top.name}`, top.starts - 1] as const);
    return Object.fromEntries([...tops, ...powers].filter(([, again]) => again > 0));
  }

  /** Waits until the API is ready and every power of every process is there. */
  async whole(milliseconds: number): Promise<void> {
    const until = performance.now() + milliseconds;
    for (;;) {
      const powers = this.powers().map(({ power }) => power);
      const all = powers.length === 1 + 3 * (this.tops.length - 1);
      const ready = await fetch(`${this.url}/health/ready`, { signal: AbortSignal.timeout(5_000) }).then(
        ({ ok }) => ok,
        () => false,
      );
      if (all && ready) return;
      if (performance.now() > until) throw new Error(`the service is not back: ${powers.join(', ')} are up`);
      await pause(200);
    }
  }

  /** The database as its superuser sees it. @throws Error while it is not there */
  async database(): Promise<pg.Client> {
    const lines = readFileSync(join(this.dataFolder, 'postgres/cluster/postmaster.pid'), 'latin1').split(
      '\n',
    );
    const client = new pg.Client({
      host: lines[4]?.trim() ?? '',
      port: Number(lines[3]),
      user: 'postgres',
      password: readFileSync(join(this.dataFolder, 'secrets/database/postgres'), 'utf8').trim(),
      database: 'sandbox',
      application_name: 'chaos',
      connectionTimeoutMillis: 10_000,
    });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  /** @returns what was struck, in words; null when its target did not come up in time */
  async strike({ target, which, seconds }: Blow): Promise<string | null> {
    const until = performance.now() + PATIENCE_MS;
    for (;;) {
      const candidates = this.candidates(target);
      const pid = candidates[Math.floor(which * candidates.length)];
      if (pid !== undefined && (await this.hit(target, pid, seconds))) return `${target} ${pid}`;
      if (performance.now() > until) return null;
      await pause(50);
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.looking);
    await Promise.all(this.tops.map((top) => top.stop()));
  }

  private candidates(target: Target): number[] {
    switch (target) {
      case 'apiSupervisor':
        return this.tops.slice(0, 1).flatMap(({ pid }) => pid ?? []);
      case 'workerSupervisor':
        return this.tops.slice(1).flatMap(({ pid }) => pid ?? []);
      case 'postmaster':
      case 'restart':
      case 'pause':
        return [postmaster(this.dataFolder) ?? []].flat();
      case 'backend':
        return backends(this.dataFolder);
      default:
        return this.powers()
          .filter(({ power }) => power === target)
          .map(({ pid }) => pid);
    }
  }

  private async hit(target: Target, pid: number, seconds: number): Promise<boolean> {
    if (target === 'restart') return signal(pid, 'SIGINT');
    if (target !== 'pause') return signal(pid, 'SIGKILL');
    const all = [pid, ...descendants(pid)];
    for (const one of all) signal(one, 'SIGSTOP');
    await pause(seconds * 1_000);
    return all.filter((one) => signal(one, 'SIGCONT')).includes(pid);
  }

  /** Children of supervisors alone: what a power is about to start looks like the power until it is something else. */
  private powers(): { power: PowerName; pid: number }[] {
    const supervisors = this.tops.map(({ pid }) => pid);
    return processes().flatMap((one) => {
      const power = powerOf(one);
      return power === undefined || !supervisors.includes(one.parent) ? [] : [{ power, pid: one.pid }];
    });
  }

  private expected(name: string): number {
    return name === 'api' || name === 'postgres' ? 1 : this.tops.length - 1;
  }

  private look(): void {
    const note = (name: string, pid: number): void => {
      this.seen.set(name, (this.seen.get(name) ?? new Set()).add(pid));
    };
    for (const { power, pid } of this.powers()) note(power, pid);
    const server = postmaster(this.dataFolder);
    if (server !== undefined) note('postgres', server);
  }
}

/** Sessions of the service: what works for PostgreSQL itself is not among them. */
function backends(dataFolder: string): number[] {
  const server = postmaster(dataFolder);
  return processes()
    .filter(({ parent, command }) => parent === server && /^postgres: sandbox_/.test(command[0] ?? ''))
    .map(({ pid }) => pid);
}

function descendants(root: number): number[] {
  const all = processes();
  const children = (of: number): number[] =>
    all.filter(({ parent }) => parent === of).flatMap(({ pid }) => [pid, ...children(pid)]);
  return children(root);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
