import { execFile } from 'node:child_process';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { Command, InvalidArgumentError } from 'commander';
import { wholeFrom } from '../arguments.js';
import { MeasuringThreads, type MeasurementDocument } from '../../engine/measurement/index.js';
import { TableFile } from '../../engine/tables/index.js';

interface Options {
  rows: number;
  prevalence: number;
  distribution: keyof typeof DISTRIBUTIONS;
  seed: number;
  replicates: number;
  rounds: number;
  peer?: boolean;
  json?: boolean;
}

/** Scores as SQL over `u`, uniform in [0, 1) with 53 bits. */
const DISTRIBUTIONS = {
  uniform: 'u',
  skewed: 'pow(u, 8)',
  ties: 'round(u, 3)',
  float32: 'CAST(CAST(u AS FLOAT) AS DOUBLE)',
} as const;

const THREADS = 2;
const PYTHON = '/usr/bin/python3';
const run = promisify(execFile);

export const command = new Command('measure')
  .option('--rows <count>', 'rows to measure', wholeFrom(1), 10_000_000)
  .option('--prevalence <share>', 'share of positives', share, 0.02)
  .option(
    '--distribution <name>',
    `scores: ${Object.keys(DISTRIBUTIONS).join(', ')}`,
    distribution,
    'uniform',
  )
  .option('--seed <number>', 'seed of the data', wholeFrom(1), 1)
  .option('--replicates <count>', 'bootstrap replicates, timed apart', wholeFrom(1), 20)
  .option('--rounds <count>', 'measurements, of which the median counts', wholeFrom(1), 3)
  .option('--peer', 'require scikit-learn beside it (it is used anyway where it is found)')
  .option('--no-peer', 'leave scikit-learn out')
  .option('--json', 'one JSON document to standard output')
  .action(async (options: Options, self: Command) => {
    const folder = await mkdtemp(join(tmpdir(), 'sandbox-bench-'));
    try {
      const wanted = self.getOptionValueSource('peer') === 'cli' && options.peer === true;
      const result = await bench(
        options,
        folder,
        options.peer !== false && (await scikitLearn(wanted, self)),
      );
      process.stdout.write(options.json === true ? `${JSON.stringify(result)}\n` : inWords(result));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

interface Result {
  rows: number;
  positives: number;
  distribution: string;
  threads: number;
  seconds: number;
  endToEndSeconds: number;
  bootstrap: { replicates: number; seconds: number };
  peer?: {
    version: string;
    seconds: number;
    functions: Record<string, number>;
    ratio: number;
    endToEndRatio: number;
    largestDifference: number;
  };
}

async function bench(options: Options, folder: string, peer: boolean): Promise<Result> {
  const file = join(folder, 'scores.parquet');
  await writeData(options, file);
  const table = await TableFile.open(file);
  const input = await table.read({
    scores: { column: 'score', as: 'numbers' },
    labels: { column: 'label', as: 'labels' },
  });
  table.close();
  const threads = new MeasuringThreads(THREADS);
  try {
    let document: MeasurementDocument = await threads.measure(input);
    const seconds = await median(options.rounds, async () => (document = await threads.measure(input)));
    const out = join(folder, 'measured.json');
    const main = fileURLToPath(new URL('../../main.js', import.meta.url));
    const call = ['measure', '--scores', file, '--label', 'label', '--score', 'score', '--out', out];
    const endToEndSeconds = await median(options.rounds, () => run(process.execPath, [main, ...call]));
    const replicates = options.replicates;
    const bootstrapSeconds = await median(1, () => threads.measure(input, { replicates }));
    return {
      rows: options.rows,
      positives: document.positives,
      distribution: options.distribution,
      threads: THREADS,
      seconds,
      endToEndSeconds,
      bootstrap: { replicates, seconds: bootstrapSeconds },
      ...(peer ? { peer: await besidePeer(input, document, folder, seconds, endToEndSeconds) } : {}),
    };
  } finally {
    await threads.close();
  }
}

/** Scores and labels from a hash of the row's number and the seed: the same file wherever it is written. */
async function writeData(options: Options, file: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', { threads: String(THREADS) });
  const connection = await instance.connect();
  const uniform = (stream: number): string =>
    `CAST(hash(i, ${options.seed}, ${stream}) >> 11 AS DOUBLE) / 9007199254740992.0`;
  await connection.run(
    `COPY (SELECT label, ${DISTRIBUTIONS[options.distribution]} AS score FROM (
       SELECT label, CASE WHEN label = 1 THEN greatest(a, b) ELSE a END AS u FROM (
         SELECT CAST(${uniform(0)} < ${options.prevalence} AS INTEGER) AS label, ${uniform(1)} AS a, ${uniform(2)} AS b
         FROM range(${options.rows}) AS numbers(i))))
     TO '${file.replaceAll("'", "''")}' (FORMAT parquet)`,
  );
  connection.closeSync();
  instance.closeSync();
}

const SCRIPT = `
import json, sys, time
import numpy as np, sklearn
from sklearn.metrics import roc_auc_score, average_precision_score, brier_score_loss, log_loss, roc_curve
s = np.fromfile(sys.argv[1]); y = np.fromfile(sys.argv[2], dtype=np.uint8).astype(np.int64)
times, values = {}, {}
# Log loss is compared under our clipping of scores; from release to release scikit-learn's own differs.
clipped = np.clip(s, 1e-15, 1 - 1e-15)
for f in (roc_auc_score, average_precision_score, brier_score_loss, log_loss, roc_curve):
    start = time.perf_counter(); value = f(y, clipped if f is log_loss else s); times[f.__name__] = time.perf_counter() - start
    if f is not roc_curve: values[f.__name__] = float(value)
print(json.dumps({"version": sklearn.__version__, "times": times, "values": values}))
`;

async function besidePeer(
  input: { scores: Float64Array; labels: Uint8Array },
  document: MeasurementDocument,
  folder: string,
  seconds: number,
  endToEndSeconds: number,
): Promise<NonNullable<Result['peer']>> {
  const scores = join(folder, 'scores.bin');
  const labels = join(folder, 'labels.bin');
  await writeFile(scores, new Uint8Array(input.scores.buffer));
  await writeFile(labels, input.labels);
  const { stdout } = await run(PYTHON, ['-c', SCRIPT, scores, labels]);
  const peer = JSON.parse(stdout) as {
    version: string;
    times: Record<string, number>;
    values: Record<string, number>;
  };
  const total = Object.values(peer.times).reduce((sum, time) => sum + time, 0);
  const ours = {
    roc_auc_score: document.metrics.rocAuc.value,
    average_precision_score: document.metrics.averagePrecision.value,
    brier_score_loss: document.metrics.brier.value,
    log_loss: document.metrics.logLoss.value,
  };
  const differences = Object.entries(ours).map(([name, value]) =>
    Math.abs((value ?? NaN) - (peer.values[name] ?? NaN)),
  );
  return {
    version: peer.version,
    seconds: total,
    functions: peer.times,
    ratio: total / seconds,
    endToEndRatio: total / endToEndSeconds,
    largestDifference: Math.max(...differences),
  };
}

async function scikitLearn(wanted: boolean, self: Command): Promise<boolean> {
  try {
    await access(PYTHON);
    await run(PYTHON, ['-c', 'import sklearn, numpy']);
    return true;
  } catch {
    if (wanted) self.error(`error: ${PYTHON} with scikit-learn is not installed`, { exitCode: 2 });
    return false;
  }
}

async function median(rounds: number, work: () => Promise<unknown>): Promise<number> {
  const seconds: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await work();
    seconds.push((performance.now() - start) / 1000);
  }
  seconds.sort((a, b) => a - b);
  return seconds[Math.floor((rounds - 1) / 2)] ?? NaN;
}

function inWords(result: Result): string {
  const { rows, seconds, endToEndSeconds, bootstrap, peer } = result;
  const lines = [
    `${rows.toLocaleString('en')} rows, ${result.distribution} scores, ${result.positives.toLocaleString('en')} positives, ${result.threads} threads`,
    `measured in process       ${seconds.toFixed(3)} s`,
    `sandbox measure, whole    ${endToEndSeconds.toFixed(3)} s`,
    `with ${bootstrap.replicates} replicates        ${bootstrap.seconds.toFixed(3)} s`,
  ];
  if (peer !== undefined) {
    lines.push(
      `scikit-learn ${peer.version}        ${peer.seconds.toFixed(3)} s: ${peer.ratio.toFixed(1)} times in process, ${peer.endToEndRatio.toFixed(1)} times whole`,
      `largest difference        ${peer.largestDifference.toExponential(1)}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function share(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError('Not between 0 and 1.');
  return value;
}

function distribution(text: string): string {
  if (!Object.hasOwn(DISTRIBUTIONS, text))
    throw new InvalidArgumentError(`Not one of ${Object.keys(DISTRIBUTIONS).join(', ')}.`);
  return text;
}
