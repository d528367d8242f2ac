import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { prepareDataFolder } from './data-folder.js';
import { findSeparation, Identities, type Power, type Separation } from './identities.js';
import { INSIDE, launchPlain, launchSeparate, type Launch, type PowerPaths, type Started } from './launch.js';
import { readableProject } from './project-copy.js';

/** What a power is told of the place that it runs in, to make its environment from. */
export interface PowerPlace extends PowerPaths {
  separation: Separation['kind'];
  /** users that jails run as; null where the launcher can become nobody else */
  slots: { first: number; count: number } | null;
}

export interface PowerSpec {
  power: Power;
  /** the compiled JavaScript that it runs, inside the project */
  entry: URL;
  args?: readonly string[];
  /** its whole environment but PATH: nothing of the supervisor's own comes along */
  env: (place: PowerPlace) => Readonly<Record<string, string>>;
}

export interface PowersOptions {
  powers: readonly PowerSpec[];
  projectDir: string;
  dataDir: string;
  /** first of the numeric ids, default 640000: powers from +1, slots from +100, groups from +200 */
  firstId?: number;
  /** `never`: one user even as root. Default: users of their own wherever they can be had. */
  ownUsers?: 'auto' | 'never';
  /** milliseconds that a power has to finish when told to stop, default 10000 */
  graceMs?: number;
  log: (line: string) => void;
  /** what powers send beside `{type:'ready'}` */
  onMessage?: (power: Power, message: unknown) => void;
}

export interface Supervisor {
  separation: Separation;
  /** all powers have said that they are ready; rejects when one keeps dying before it ever was */
  ready: Promise<void>;
  /** process id now, null between a crash and the next start */
  pid(power: Power): number | null;
  send(power: Power, message: object): boolean;
  /** lets each power finish, the API last, so that it answers until nothing is under way; then ends what is left */
  stop(): Promise<void>;
  /** while they finish: lets them give back what is under way, and ends what is left soon */
  hurry(): void;
}

const ATTEMPTS_BEFORE_READY = 5;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 10_000;
/** A power that lived this long starts afresh: its next crash is not the old one again. */
const STEADY_MS = 60_000;
/** Enough to give back what is under way. */
const HURRY_MS = 3_000;

/**
 * Starts each power as a process of its own and keeps it running; as root, under a user of its own. The caller's process
 * does nothing else: it holds root only to begin powers again.
 */
export async function startPowers(options: PowersOptions): Promise<Supervisor> {
  const identities = new Identities(options.firstId);
  const separation: Separation =
    options.ownUsers === 'never'
      ? { kind: 'same-user', reason: 'users of their own were not asked for' }
      : findSeparation(identities);
  const ownUsers = separation.kind === 'own-users';
  options.log(
    separation.kind === 'own-users'
      ? `powers run under users of their own, from id ${identities.id('api')}`
      : `powers run as processes of one user: ${separation.reason}`,
  );
  await prepareDataFolder(options.dataDir, ownUsers, identities);
  const real = ownUsers
    ? {
        ...(await readableProject(options.projectDir, options.dataDir, process.execPath, options.log)),
        data: options.dataDir,
      }
    : { project: options.projectDir, node: process.execPath, data: options.dataDir };
  const place: PowerPlace = {
    ...(ownUsers ? INSIDE : { project: options.projectDir, data: options.dataDir }),
    separation: separation.kind,
    slots: ownUsers ? identities.slots : null,
  };
  const kept = options.powers.map((spec) => {
    const entry = path.relative(options.projectDir, fileURLToPath(spec.entry));
    if (entry.startsWith('..')) throw new Error(`${spec.power}: ${entry} lies outside the project`);
    const launch: Launch = { power: spec.power, entry, args: spec.args ?? [], env: spec.env(place) };
    const start = async (): Promise<Started> =>
      ownUsers ? launchSeparate(launch, real, identities) : launchPlain(launch, real);
    return new KeptPower(spec.power, start, options);
  });
  const find = (power: Power): KeptPower | undefined => kept.find((one) => one.power === power);
  const ready = Promise.all(kept.map((one) => one.ready)).then(() => undefined);
  // Whoever does not wait for it must not fall over it.
  ready.catch(() => undefined);
  return {
    separation,
    ready,
    pid: (power) => find(power)?.pid ?? null,
    send: (power, message) => find(power)?.send(message) ?? false,
    stop: async () => {
      await Promise.all(kept.filter(({ power }) => power !== 'api').map((one) => one.stop()));
      await find('api')?.stop();
    },
    hurry: () => {
      for (const one of kept) one.hurry();
    },
  };
}

class KeptPower {
  readonly ready: Promise<void>;
  private child: ChildProcess | null = null;
  private stopping = false;
  private readonly interrupted = new AbortController();
  private readonly finished: Promise<void>;
  private wasReady = false;
  private settle!: { resolve: () => void; reject: (error: Error) => void };

  constructor(
    readonly power: Power,
    private readonly start: () => Promise<Started>,
    private readonly options: PowersOptions,
  ) {
    this.ready = new Promise((resolve, reject) => (this.settle = { resolve, reject }));
    this.finished = this.keep();
  }

  get pid(): number | null {
    return this.child?.pid ?? null;
  }

  send(message: object): boolean {
    return this.child?.connected === true && this.child.send(message);
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.interrupted.abort();
    const { child } = this;
    if (child === null) return this.finished;
    child.kill('SIGTERM');
    const late = setTimeout(() => {
      this.options.log(`${this.power} did not finish in time and is ended`);
      child.kill('SIGKILL');
    }, this.options.graceMs ?? 10_000);
    await this.finished;
    clearTimeout(late);
  }

  /** Has only to give back what it works on; one that was not told to stop yet is not meant. */
  hurry(): void {
    const { child } = this;
    if (child === null || !this.stopping) return;
    child.kill('SIGTERM');
    setTimeout(() => {
      // One that has ended is not there to be killed: its number may be another's.
      if (this.child === child) child.kill('SIGKILL');
    }, HURRY_MS).unref();
  }

  /** Runs until stopped, or until it proved that it cannot start. */
  private async keep(): Promise<void> {
    let failures = 0;
    while (!this.stopping) {
      const began = performance.now();
      const how = await this.live();
      if (this.stopping) break;
      if (performance.now() - began > STEADY_MS) failures = 0;
      failures++;
      if (!this.wasReady && failures >= ATTEMPTS_BEFORE_READY) {
        this.settle.reject(new Error(`${this.power} could not be started: ${how}`));
        return;
      }
      const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
      this.options.log(`${this.power} ended (${how}); it starts again in ${wait} ms`);
      await sleep(wait, undefined, { signal: this.interrupted.signal }).catch(() => undefined);
    }
    if (!this.wasReady) this.settle.reject(new Error(`${this.power} was stopped before it was ready`));
  }

  /** One life of the process. @returns how it ended */
  private async live(): Promise<string> {
    let started: Started;
    try {
      started = await this.start();
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    const { child, delegation } = started;
    for (const reason of delegation?.missing ?? [])
      this.options.log(`${this.power}: no cgroup to hand down: ${reason}`);
    this.child = child;
    child.on('message', (message: unknown) => this.receive(message));
    if (this.stopping) child.kill('SIGTERM');
    try {
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      return child.signalCode ?? `status ${child.exitCode ?? 'unknown'}`;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      this.child = null;
      delegation?.remove();
    }
  }

  private receive(message: unknown): void {
    if (typeof message === 'object' && message !== null && 'type' in message && message.type === 'ready') {
      this.wasReady = true;
      this.settle.resolve();
    }
    this.options.onMessage?.(this.power, message);
  }
}
