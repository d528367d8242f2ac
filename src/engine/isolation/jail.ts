import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { bubblewrapArguments, FIRST_DATA_FD, STATUS_FD } from './bubblewrap.js';
import { Cgroup } from './cgroup.js';
import { type JailHost } from './jail-host.js';
import { Meter, PROCESSES_OF_OURS } from './meter.js';
import { type OutputBudget, capped } from './output.js';
import { type JailPipe, widen } from './pipes.js';
import { inheritableDescriptors, treeAwaitsInput } from './processes.js';
import { type JailOutcome, type JailProfile, type Reached, type Usage } from './profile.js';
import { FIXED_LIMITS } from './profiles.js';
import { ScratchGauge, scratchLaunch, scratchMounts } from './scratch.js';
import { lend, takeBack } from './writable.js';

export interface JailCommand {
  /** A name found on the jail's PATH, or a path inside the jail. */
  program: string;
  args?: readonly string[];
}

export interface RunningJail {
  stdin: Writable;
  /** Must be read, or resumed: what is printed counts against `outputBytes`, and an unread pipe stalls the program. */
  stdout: Readable;
  stderr: Readable;
  /** Settles when every process of the jail is dead, its output read and its groups removed. Never rejects. */
  outcome: Promise<JailOutcome>;
  /**
   * Whether all that runs in it sleeps, and a thread of it waits to read its stdin, or for some descriptor to be ready;
   * false where the kernel does not tell. A look costs a read of `/proc` for each thread.
   */
  awaitsInput(): boolean;
  /** Raises what it may still print, for a program that is asked for more while it runs. */
  allowOutput(bytes: number): void;
  /** Ends the jail at once with the outcome `cancelled`; within milliseconds every process in it is dead. */
  kill(): void;
}

const WATCH_MILLISECONDS = 25;
/** Where nothing but the watch adds up memory, a program could take much of it between two looks. */
const WATCH_UNCOUNTED_MILLISECONDS = 10;
/**
 * Address space beyond its memory that one process may reserve where no cgroup counts: enough that the watch sees it
 * use too much and says so, instead of the program failing at an allocation as if by a defect of its own.
 */
const UNCOUNTED_SPACE_BYTES = 2 ** 31;
const STDERR_TAIL_BYTES = 4096;
/** How long output may go unread once a limit has ended the jail. */
const DRAIN_MILLISECONDS = 1000;
const EXIT_OF_TRAMPOLINE = 'sandbox: cgroup';

/**
 * Enters the cgroups before anything of the tenant's runs, while it still has the right to, then becomes the next
 * program of the chain: the process keeps its id throughout. Descriptors that our own parent left open across exec
 * are closed first; only bash can name those above 9, so it is called for only when there are such.
 */
const TRAMPOLINE = `for fd in $1; do eval "exec $fd<&-"; done; shift; n=$1; shift; while [ $n -gt 0 ]; do echo 0 > "$1" || { echo "${EXIT_OF_TRAMPOLINE} $1" >&2; exit 96; }; shift; n=$((n-1)); done; exec "$@"`;

/** Starts a program in a jail. Whatever goes wrong, the outcome says it: this function does not throw. */
export function startJail(host: JailHost, profile: JailProfile, command: JailCommand): RunningJail {
  try {
    return new Jail(host, profile, command);
  } catch (error) {
    const reason = `the jail could not be started: ${error instanceof Error ? error.message : String(error)}`;
    return {
      stdin: new PassThrough().resume(),
      stdout: new PassThrough().end(),
      stderr: new PassThrough().end(),
      outcome: Promise.resolve({ kind: 'fault', reason }),
      awaitsInput: () => false,
      allowOutput: () => undefined,
      kill: () => undefined,
    };
  }
}

class Jail implements RunningJail {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly outcome: Promise<JailOutcome>;

  private readonly child: ChildProcess;
  private readonly slot: number | undefined;
  /** Holds the program back until its scratch folders are watched: it could fill them and be gone before. */
  private readonly startFd: number | undefined;
  private readonly cgroup: Cgroup | undefined;
  private readonly started = performance.now();
  private readonly budget: OutputBudget;
  private outputBytes: number;
  private stderrTail = Buffer.alloc(0);
  private status = '';
  private readonly meter: Meter;
  private ending: Reached | 'cancelled' | undefined;

  constructor(
    private readonly host: JailHost,
    private readonly profile: JailProfile,
    command: JailCommand,
  ) {
    const { limits } = profile;
    this.outputBytes = limits.outputBytes;
    const opened: { pipes: JailPipe[]; filter?: number; file?: number } = { pipes: [] };
    const pipe = (made: JailPipe) => {
      opened.pipes.push(made);
      return made;
    };
    try {
      this.slot = host.slots?.acquire();
      if (host.slots !== undefined && this.slot === undefined) throw new Error('every slot is taken');
      if (this.slot !== undefined) for (const folder of writableFolders(profile)) lend(folder, this.slot);
      if (host.cgroups !== undefined && host.cgroups.parents.size > 0) {
        this.cgroup = new Cgroup(host.cgroups, {
          memoryBytes: limits.memoryBytes,
          processes: limits.processes + PROCESSES_OF_OURS,
          cores: limits.cores,
        });
      }
      if (profile.stdinFile !== undefined) opened.file = openSync(profile.stdinFile, 'r');
      const stdin = opened.file === undefined ? pipe(host.pipes.input()) : undefined;
      const [stdout, stderr] = [pipe(host.pipes.output()), pipe(host.pipes.output())];
      opened.filter = openSync(host.filterPath, 'r');
      const data = profile.mounts.filter((mount) => mount.kind === 'data');
      const firstFree = FIRST_DATA_FD + data.length;
      if (scratchMounts(profile).length > 0) this.startFd = firstFree;
      const leaked = inheritableDescriptors(firstFree + (this.startFd === undefined ? 0 : 1));
      const shell = leaked.some((fd) => fd > 9) ? host.tools.bash() : host.tools.sh;
      this.child = spawn(shell, this.launch(command, leaked), {
        // What a profile puts into the environment may be a tenant's, and no tool of the host's may hear of it.
        env: {},
        cwd: '/',
        stdio: [
          stdin?.theirs ?? opened.file ?? 'ignore',
          stdout.theirs,
          stderr.theirs,
          opened.filter,
          'pipe',
          ...data.map(() => 'pipe' as const),
          ...(this.startFd === undefined ? [] : ['pipe' as const]),
        ],
        detached: true,
      });
      this.meter = new Meter(limits, this.cgroup, this.child.pid);
      if (stdin !== undefined && profile.stdinPipeBytes !== undefined)
        widen(stdin.theirs, profile.stdinPipeBytes);
      if (this.startFd !== undefined) this.child.stdio[this.startFd]?.on('error', () => undefined);
      data.forEach((mount, index) => {
        const pipe = this.child.stdio[FIRST_DATA_FD + index] as Writable;
        pipe.on('error', () => undefined);
        pipe.end(mount.bytes);
      });
      this.budget = { left: limits.outputBytes, onExceeded: () => this.end(this.outputReached()) };
      this.stdin = stdin?.ours ?? new PassThrough().resume();
      // A program may end without reading all that it is sent; its outcome tells, not the broken pipe.
      this.stdin.on('error', () => undefined);
      this.stdout = capped(stdout.ours, this.budget);
      this.stderr = capped(stderr.ours, this.budget, (bytes) => {
        this.stderrTail = Buffer.concat([this.stderrTail, bytes]).subarray(-STDERR_TAIL_BYTES);
      });
    } catch (error) {
      for (const made of opened.pipes) made.ours.destroy();
      this.release();
      throw error;
    } finally {
      for (const made of opened.pipes) closeSync(made.theirs);
      for (const fd of [opened.filter, opened.file]) if (fd !== undefined) closeSync(fd);
    }
    this.outcome = this.run();
  }

  awaitsInput(): boolean {
    return this.child.pid !== undefined && treeAwaitsInput(this.child.pid);
  }

  allowOutput(bytes: number): void {
    this.outputBytes += bytes;
    this.budget.left += bytes;
  }

  kill(): void {
    this.end('cancelled');
  }

  private launch(command: JailCommand, leaked: readonly number[]): string[] {
    const { limits } = this.profile;
    const cpu = Math.max(1, Math.ceil(limits.cpuSeconds));
    const rlimits = [
      // Above what the group, or else the watch, counts to: one of them notices first and says so.
      `--nproc=${limits.processes + 2 * PROCESSES_OF_OURS}`,
      // The kernel counts this one by its ticks, which may run ahead of the group's exact sum.
      `--cpu=${cpu + 1}:${cpu + 2}`,
      `--nofile=${limits.openFiles}`,
      `--fsize=${limits.fileBytes ?? limits.outputBytes}`,
      ...Object.entries(FIXED_LIMITS).map(([name, most]) => `--${name}=${most}`),
      ...(this.cgroup?.countsMemory === true
        ? []
        : [`--as=${limits.addressSpaceBytes ?? limits.memoryBytes + UNCOUNTED_SPACE_BYTES}`]),
    ];
    const entrances = this.cgroup?.entrances ?? [];
    const drop =
      this.slot === undefined
        ? []
        : [
            this.host.tools.setpriv,
            ...['--reuid', String(this.slot), '--regid', String(this.slot), '--clear-groups'],
            ...['--inh-caps=-all', '--no-new-privs'],
          ];
    const { scratch, tools } = this.host;
    const pinned = this.cgroup?.limitsCores === true ? [] : this.host.cores.pinned(limits.cores);
    return [
      '-c',
      TRAMPOLINE,
      'jail',
      leaked.join(' '),
      String(entrances.length),
      ...entrances,
      ...pinned,
      ...scratchLaunch(scratchMounts(this.profile), scratch, this.slot, tools),
      ...drop,
      tools.bwrap,
      ...bubblewrapArguments(this.profile, rlimits, [command.program, ...(command.args ?? [])], {
        bring: () => this.host.toolbox(),
        scratch: (index) => scratch.path(index),
        startFd: this.startFd,
      }),
    ];
  }

  private async run(): Promise<JailOutcome> {
    const { wallSeconds } = this.profile.limits;
    const wall = setTimeout(
      () => this.end({ limit: 'wall', used: this.seconds(), allowed: wallSeconds, unit: 'seconds' }),
      wallSeconds * 1000,
    );
    const watch = setInterval(
      () => this.watch(),
      this.cgroup?.countsMemory === true ? WATCH_MILLISECONDS : WATCH_UNCOUNTED_MILLISECONDS,
    );
    const status = this.child.stdio[STATUS_FD] as Readable;
    status.setEncoding('latin1').on('data', (text: string) => this.hear(text));
    try {
      const code = await new Promise<number | Error>((resolve) => {
        this.child.once('error', resolve);
        this.child.once('exit', (exit) => resolve(exit ?? -1));
      });
      clearTimeout(wall);
      clearInterval(watch);
      const wallSecondsUsed = this.seconds();
      this.ending ??= this.meter.lastLook();
      await Promise.all([ended(status), this.drained()]);
      for (const folder of writableFolders(this.profile)) await takeBack(folder);
      return this.judge(code, {
        wallSeconds: wallSecondsUsed,
        ...this.meter.counted(),
        outputBytes: this.outputBytes - this.budget.left,
      });
    } catch (error) {
      return { kind: 'fault', reason: String(error) };
    } finally {
      clearTimeout(wall);
      clearInterval(watch);
      this.stdin.destroy();
      this.meter.close();
      await this.cgroup?.remove();
      this.release();
    }
  }

  private seconds(): number {
    return (performance.now() - this.started) / 1000;
  }

  private outputReached(): Reached {
    const { outputBytes } = this;
    return { limit: 'output', used: outputBytes, allowed: outputBytes, unit: 'bytes' };
  }

  /** bubblewrap's word that its child is there comes when the scratch folders have long been mounted. */
  private hear(text: string): void {
    const before = this.status === '';
    this.status += text;
    const mounts = scratchMounts(this.profile);
    if (!before || mounts.length === 0 || this.child.pid === undefined) return;
    try {
      this.meter.watchScratch(new ScratchGauge(this.child.pid, this.host.scratch, mounts));
    } catch {
      // The jail was ended meanwhile.
    } finally {
      if (this.startFd !== undefined) (this.child.stdio[this.startFd] as Writable).end();
    }
  }

  private end(why: Reached | 'cancelled'): void {
    this.ending ??= why;
    // Killing the namespace's first process lets bubblewrap report when all of them are dead. Its id can't have been
    // given to another while bubblewrap lives, for bubblewrap has not waited for it.
    const inner = /"child-pid": (\d+)/.exec(this.status)?.[1];
    const alive = this.child.exitCode === null && this.child.signalCode === null;
    if (!alive) return;
    try {
      if (inner !== undefined) process.kill(Number(inner), 'SIGKILL');
      else this.child.kill('SIGKILL');
    } catch {
      this.child.kill('SIGKILL');
    }
  }

  private watch(): void {
    const reached = this.meter.look();
    if (reached !== undefined) this.end(reached);
  }

  private async drained(): Promise<void> {
    const both = Promise.all([ended(this.stdout), ended(this.stderr)]);
    if (this.ending === undefined) {
      await both;
      return;
    }
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, DRAIN_MILLISECONDS)));
    await Promise.race([both, patience]);
    clearTimeout(timer);
    this.stdout.destroy();
    this.stderr.destroy();
  }

  private judge(code: number | Error, usage: Usage): JailOutcome {
    const stderrTail = this.stderrTail.toString('utf8');
    if (code instanceof Error) return { kind: 'fault', reason: code.message };
    if (this.ending === 'cancelled') return { kind: 'cancelled', usage };
    if (this.ending !== undefined) {
      return { kind: 'limit', limit: this.ending.limit, reached: this.ending, usage };
    }
    const reported = /"exit-code": (\d+)/.exec(this.status)?.[1];
    if (reported === undefined) {
      const said = stderrTail.trim().split('\n').at(-1) ?? '';
      return { kind: 'fault', reason: `the jail did not come up (status ${code}): ${said}` };
    }
    const exitCode = Number(reported);
    if (exitCode === 0) return { kind: 'completed', usage };
    const signal = signalName(exitCode - 128);
    const reached = this.reachedBy(signal, usage);
    if (reached !== undefined) return { kind: 'limit', limit: reached.limit, reached, usage };
    return { kind: 'crashed', exitCode, ...(signal !== undefined && { signal }), stderrTail, usage };
  }

  /** The limits of the kernel's own that it enforces with a signal, before any watch could see them. */
  private reachedBy(signal: string | undefined, { cpuSeconds }: Usage): Reached | undefined {
    const { limits, mounts } = this.profile;
    if (signal === 'SIGXCPU' && (cpuSeconds ?? 0) >= limits.cpuSeconds * 0.5) {
      return { limit: 'cpu', used: cpuSeconds, allowed: limits.cpuSeconds, unit: 'seconds' };
    }
    const mayWrite = mounts.some(({ kind }) => kind === 'scratch' || kind === 'writable');
    if (signal === 'SIGXFSZ' && mayWrite) {
      const allowed = limits.fileBytes ?? limits.outputBytes;
      return { limit: 'files', used: allowed, allowed, unit: 'bytes' };
    }
    return undefined;
  }

  private release(): void {
    if (this.slot !== undefined) this.host.slots?.release(this.slot);
    void this.cgroup?.remove();
  }
}

function writableFolders(profile: JailProfile): string[] {
  return profile.mounts.flatMap((mount) => (mount.kind === 'writable' ? [mount.from] : []));
}

function signalName(number: number): string | undefined {
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
}

function ended(stream: Readable): Promise<void> {
  return new Promise((resolve) => {
    if (stream.readableEnded || stream.destroyed) resolve();
    else
      stream
        .once('end', resolve)
        .once('close', resolve)
        .once('error', () => resolve());
  });
}
