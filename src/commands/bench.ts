import { Command } from 'commander';

interface CommandModule {
  command: Command;
}

const BENCHES: readonly (readonly [name: string, description: string, load: () => Promise<CommandModule>])[] =
  [
    [
      'measure',
      'Time the measurement, beside scikit-learn where it is installed',
      () => import('./bench/measure.js'),
    ],
    ['score', 'Time scoring in the jail', () => import('./bench/score.js')],
    ['generate', 'Time the generation of a dataset', () => import('./bench/generate.js')],
    ['launch', 'Time the start of a jail', () => import('./bench/launch.js')],
    ['drain', 'Time the engine’s way through a full queue', () => import('./bench/drain.js')],
    ['queue', 'Time how soon a freed slot is taken with many runs queued', () => import('./bench/queue.js')],
  ];

export const command = new Command('bench');

// As in main.ts: only the one that is called is loaded.
for (const [name, description, load] of BENCHES) {
  const called = process.argv[3] === name || (process.argv[3] === 'help' && process.argv[4] === name);
  const bench = called ? (await load()).command : new Command(name);
  command.addCommand(bench.description(description).exitOverride());
}
