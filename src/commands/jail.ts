import { Command } from 'commander';
import { constants } from 'node:os';
import { type Readable } from 'node:stream';
import { baseProfile, jailHost, type JailOutcome, startJail, usedOf } from '../engine/isolation/index.js';
import { parseSeconds, parseSize } from './jail-options.js';
import { visible } from '../platform/logging/index.js';

const EXIT = { outOfTime: 124, pastLimit: 125, fault: 1 } as const;

/** How long output may go unread once the jail was ended. */
const UNREAD_MILLISECONDS = 500;

interface Options {
  timeout: number;
  memory?: number;
}

export const command = new Command('jail')
  .description('Run a program under exactly what a job gets: /usr read-only, nothing else')
  .usage('[options] -- PROGRAM [ARG...]')
  .option('--timeout <seconds>', 'wall clock seconds it may take', parseSeconds, 60)
  .option('--memory <size>', 'memory of all its processes together, for example 512M', parseSize)
  .argument('<program>', 'found on the PATH of the jail (/usr/bin)')
  .argument('[args...]')
  .action(run);

async function run(program: string, args: string[], options: Options): Promise<void> {
  const profile = baseProfile({
    wallSeconds: options.timeout,
    // One process can't use more than the wall gives; many together are bounded by the cores they get, and by this.
    cpuSeconds: Math.ceil(options.timeout * 8),
    ...(options.memory !== undefined && { memoryBytes: options.memory }),
  });
  const jail = startJail(jailHost(), profile, { program, args });
  const cancel = () => jail.kill();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, cancel);
  process.stdin.on('error', () => jail.stdin.end());
  process.stdin.pipe(jail.stdin);
  // Bytes go to files and pipes as they are; a terminal would obey what is in them.
  const show = (from: Readable, to: NodeJS.WriteStream) =>
    (to.isTTY ? from.pipe(visible()) : from).pipe(to, { end: false });
  show(jail.stdout, process.stdout);
  show(jail.stderr, process.stderr);
  for (const stream of [process.stdout, process.stderr]) stream.on('error', cancel);
  const outcome = await jail.outcome;
  // Reading our own stdin must not keep the process alive once the program is gone.
  process.stdin.unpipe().destroy();
  process.exitCode = report(outcome);
  // Whoever reads our output may have stopped to: past a limit nobody waits for that. The timer alone keeps nothing up.
  if (outcome.kind !== 'completed' && outcome.kind !== 'crashed') {
    setTimeout(() => process.exit(), UNREAD_MILLISECONDS).unref();
  }
}

function report(outcome: JailOutcome): number {
  switch (outcome.kind) {
    case 'completed':
      return 0;
    case 'crashed':
      return outcome.exitCode ?? EXIT.fault;
    case 'cancelled':
      process.stderr.write('sandbox jail: cancelled\n');
      return 128 + constants.signals.SIGTERM;
    case 'fault':
      process.stderr.write(`sandbox jail: ${outcome.reason}\n`);
      return EXIT.fault;
    case 'limit':
      process.stderr.write(
        `sandbox jail: past the limit: ${WORDS[outcome.limit]}: ${usedOf(outcome.reached)}\n`,
      );
      return outcome.limit === 'wall' ? EXIT.outOfTime : EXIT.pastLimit;
  }
}

const WORDS = {
  wall: 'time',
  cpu: 'CPU time',
  memory: 'memory',
  output: 'output (stdout and stderr together)',
  processes: 'processes',
  files: 'files',
} as const;
