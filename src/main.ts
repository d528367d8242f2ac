#!/usr/bin/env node
import type { Command } from 'commander';
import { InputError } from './engine/input-error.js';
import { runOnPinnedNode } from './pinned-node.js';
import { PlatformError } from './platform/config/platform-error.js';

/** A command's room: loaded only when it is the one called, so that no command pays for another's libraries. */
interface CommandModule {
  command: Command;
}

const COMMANDS: readonly (readonly [
  name: string,
  description: string,
  load: () => Promise<CommandModule>,
])[] = [
  ['serve', 'Run the service', () => import('./commands/serve.js')],
  ['demo', 'One whole case through the public API', () => import('./commands/demo.js')],
  ['generate', 'Generate a version of a synthetic dataset', () => import('./commands/generate.js')],
  ['evaluate', 'Score a model in the jail and measure it', () => import('./commands/evaluate.js')],
  ['measure', 'Measure scores that exist', () => import('./commands/measure.js')],
  [
    'plan',
    'Evaluation plans: start from a suite, check, compare, foretell',
    () => import('./commands/plan.js'),
  ],
  ['verify', 'Check a sealed report or an audit export, offline', () => import('./commands/verify.js')],
  [
    'replay',
    'Evaluate a recorded case again and print every difference',
    () => import('./commands/replay.js'),
  ],
  ['runner', 'Score at your own site for the sandbox', () => import('./commands/runner.js')],
  ['jail', 'Run a program under exactly what a job gets', () => import('./commands/jail.js')],
  ['bench', 'Time what has to be fast', () => import('./commands/bench.js')],
  ['doctor', 'What this machine offers the jail', () => import('./commands/doctor.js')],
  ['schema', 'Print the GraphQL schema into schema.graphql', () => import('./commands/schema.js')],
  ['migrations', 'Migrate the database', () => import('./commands/migrations.js')],
];

/** Exit statuses of the command line: 0 it did its work, 1 bad input (one line says what and where), 2 wrong usage. */
async function main(argv: readonly string[]): Promise<number> {
  const elsewhere = await runOnPinnedNode(argv);
  if (elsewhere !== null) return elsewhere;
  const { Command, CommanderError } = await import('commander');
  try {
    const program = new Command('sandbox')
      .description('A regulatory sandbox for AI in Hong Kong finance.')
      .exitOverride()
      .showSuggestionAfterError()
      .helpCommand(true);
    for (const [name, description, load] of COMMANDS) {
      const called = argv[2] === name || (argv[2] === 'help' && argv[3] === name);
      const command = called ? (await load()).command : new Command(name);
      program.addCommand(command.description(description).exitOverride());
    }
    await program.parseAsync(argv);
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof InputError || error instanceof PlatformError) {
      process.stderr.write(`sandbox: ${error.message}\n`);
      return 1;
    }
    process.stderr.write(
      `sandbox: internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return 1;
  }
}

process.exitCode = await main(process.argv);
