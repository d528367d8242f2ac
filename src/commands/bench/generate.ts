import { Command } from 'commander';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateDataset, parseParameters } from '../../engine/synthesis/index.js';
import { wholeFrom } from '../arguments.js';

interface Options {
  rows: number;
  threads: number;
  json?: boolean;
}

export const command = new Command('generate')
  .description('Time the generation of a dataset, all files and audits included')
  .option('--rows <n>', 'payments', wholeFrom(1), 1_000_000)
  .option('--threads <n>', 'threads', wholeFrom(1), availableParallelism())
  .option('--json', 'print one line of JSON')
  .action(async (options: Options) => {
    const preset = 'hk-retail-payments';
    const folder = await mkdtemp(join(tmpdir(), 'sandbox-bench-'));
    try {
      const started = performance.now();
      const manifest = await generateDataset({
        preset,
        parameters: parseParameters(preset, {}),
        rows: options.rows,
        seed: 'bench',
        threads: options.threads,
        outDir: join(folder, 'dataset'),
      });
      const seconds = (performance.now() - started) / 1000;
      const result = {
        rows: options.rows,
        seconds,
        rowsPerSecond: options.rows / seconds,
        threads: options.threads,
        featureColumns: manifest.columns.filter((column) => column.role === 'feature').length,
        bytes: manifest.files.reduce((sum, file) => sum + file.bytes, 0),
        peakMemoryMiB: process.resourceUsage().maxRSS / 1024,
        digest: manifest.digest,
      };
      process.stdout.write(
        options.json
          ? `${JSON.stringify(result)}\n`
          : `${result.rows} rows in ${seconds.toFixed(2)} s: ${Math.round(result.rowsPerSecond)} rows a second with ${result.threads} threads, ${Math.round(result.peakMemoryMiB)} MiB at most\n`,
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
