import { Command, InvalidArgumentError } from 'commander';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateDataset, parseParameters, PRESETS } from '../../engine/synthesis/index.js';
import { wholeFrom } from '../arguments.js';

interface Options {
  preset: string;
  rows: number[];
  threads: number;
  folder: string;
  json?: boolean;
}

interface Result {
  readonly rows: number;
  readonly seconds: number;
  readonly rowsPerSecond: number;
  readonly preset: string;
  readonly threads: number;
  readonly featureColumns: number;
  readonly bytes: number;
  readonly peakMemoryMiB: number;
  readonly gatesPassed: boolean;
  readonly digest: string;
}

const parseRows = wholeFrom(1);

function sizes(text: string): number[] {
  const list = text.split(',').map((part) => parseRows(part));
  if (list.length > 20) throw new InvalidArgumentError('Give at most 20 sizes.');
  return list;
}

async function time(options: Options, rows: number): Promise<Result> {
  const folder = await mkdtemp(join(options.folder, 'sandbox-bench-'));
  try {
    const started = performance.now();
    const manifest = await generateDataset({
      preset: options.preset,
      parameters: parseParameters(options.preset, {}, rows),
      rows,
      seed: 'bench',
      threads: options.threads,
      outDir: join(folder, 'dataset'),
      // What is timed here is time; the gates are told.
      allowFailedGates: true,
    });
    const seconds = (performance.now() - started) / 1000;
    return {
      rows,
      seconds,
      rowsPerSecond: rows / seconds,
      preset: options.preset,
      threads: options.threads,
      featureColumns: manifest.columns.filter((column) => column.role === 'feature').length,
      bytes: manifest.files.reduce((sum, file) => sum + file.bytes, 0),
      peakMemoryMiB: process.resourceUsage().maxRSS / 1024,
      gatesPassed: manifest.gates.every((gate) => gate.passed),
      digest: manifest.digest,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A process for each size, so that its peak of memory is its own. */
function timeApart(options: Options, rows: number): Promise<Result> {
  const { preset, threads, folder } = options;
  const args = ['bench', 'generate', '--preset', preset, '--rows', String(rows), '--json'];
  args.push('--threads', String(threads), '--folder', folder);
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [process.argv[1] ?? '', ...args], (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout) as Result);
      else reject(new Error(stderr.trim() === '' ? error.message : stderr.trim()));
    });
  });
}

const COLUMNS = ['rows', 'seconds', 'rows/s', 'peak MiB', 'MB on disk', 'bytes/row', 'gates'];

function line(cells: readonly string[]): string {
  return `${cells.map((cell) => cell.padStart(12)).join('')}\n`;
}

function row(result: Result): string {
  return line([
    String(result.rows),
    result.seconds.toFixed(2),
    String(Math.round(result.rowsPerSecond)),
    String(Math.round(result.peakMemoryMiB)),
    String(Math.round(result.bytes / 1e6)),
    String(Math.round(result.bytes / result.rows)),
    result.gatesPassed ? 'passed' : 'failed',
  ]);
}

export const command = new Command('generate')
  .description('Time the generation of a dataset, all files and audits included')
  .option('--preset <name>', `one of: ${Object.keys(PRESETS).join(', ')}`, 'hk-retail-payments')
  .option(
    '--rows <n,…>',
    'rows; several sizes make a table, each in a process of its own',
    sizes,
    [1_000_000],
  )
  .option('--threads <n>', 'threads', wholeFrom(1), availableParallelism())
  .option('--folder <dir>', 'where the datasets are written, and removed again', tmpdir())
  .option('--json', 'print JSON: one object, or a list where there are several sizes')
  .action(async (options: Options) => {
    const [rows = 1_000_000, ...more] = options.rows;
    const alone = more.length === 0;
    // What a size can't carry is said before any of them takes its time.
    for (const size of options.rows) parseParameters(options.preset, {}, size);
    if (!options.json) {
      process.stdout.write(`${options.preset}, ${options.threads} threads\n`);
      process.stdout.write(line(COLUMNS));
    }
    const results: Result[] = [];
    for (const size of [rows, ...more]) {
      const result = alone ? await time(options, size) : await timeApart(options, size);
      results.push(result);
      if (!options.json) process.stdout.write(row(result));
    }
    if (options.json) process.stdout.write(`${JSON.stringify(alone ? results[0] : results)}\n`);
  });
