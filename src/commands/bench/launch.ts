import { Command } from 'commander';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { jailHost } from '../../engine/isolation/index.js';
import { BATCH_ROWS, type FeatureBatch, onnxRuntime, scoreOnnx } from '../../engine/scoring/index.js';
import { benchFeatures, type BenchModel, benchModel } from './forest.js';
import { wholeFrom } from '../arguments.js';

export const command = new Command('launch')
  .description('Time from nothing to the first score in a fresh jail, beside a bare "bwrap true"')
  .option('--rounds <count>', 'jails to start, one after the other', wholeFrom(1), 20)
  .option(
    '--model <file>',
    'ONNX model with one float input (default: the forest among the reference models)',
  )
  .option(
    '--cold',
    'take the runtime’s files out of the page cache before each start, as far as nobody has them mapped',
  )
  .option('--json', 'one JSON document to standard output')
  .action(async (options: { rounds: number; model?: string; cold?: boolean; json?: boolean }) => {
    const model = await benchModel(options.model);
    const host = jailHost();
    const { runtime, runner } = await onnxRuntime(host);
    const features = benchFeatures(BATCH_ROWS, model.width);
    const jailed: number[] = [];
    const bare: number[] = [];
    for (let round = 0; round < options.rounds; round += 1) {
      bare.push(await bareStart(host.tools.bwrap));
      if (options.cold === true) for (const folder of [runtime, runner]) forget(folder);
      const result = await scoreOnnx({
        model: model.bytes,
        binding: model.binding,
        batches: oneBatch(features, model),
        rows: BATCH_ROWS,
        jail: host,
      });
      // The jail's end comes after its first score, and is not what somebody waits for.
      jailed.push(result.latency.firstScoreSeconds);
    }
    const result = {
      rows: BATCH_ROWS,
      rounds: options.rounds,
      cold: options.cold === true,
      seconds: quantile(jailed, 0.5),
      p95Seconds: quantile(jailed, 0.95),
      bestSeconds: Math.min(...jailed),
      bareBubblewrap: { seconds: quantile(bare, 0.5), p95Seconds: quantile(bare, 0.95) },
      model: model.path,
      modelBytes: model.bytes.length,
    };
    const milliseconds = (seconds: number) => `${(seconds * 1000).toFixed(1)} ms`;
    process.stdout.write(
      options.json === true
        ? `${JSON.stringify(result)}\n`
        : `first score after ${milliseconds(result.seconds)} (median of ${options.rounds}, 95% ${milliseconds(result.p95Seconds)}); bare bwrap ${milliseconds(result.bareBubblewrap.seconds)}\n`,
    );
  });

async function* oneBatch(features: Float32Array, { width }: BenchModel): AsyncGenerator<FeatureBatch> {
  const columns = Array.from({ length: width }, (_, place) =>
    Float32Array.from({ length: BATCH_ROWS }, (_, row) => features[row * width + place] ?? NaN),
  );
  yield { rows: BATCH_ROWS, columns };
}

/** Advises the kernel to drop every file below a folder from the page cache: what is mapped elsewhere stays. */
function forget(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile())
      execFileSync('dd', [
        `if=${join(entry.parentPath, entry.name)}`,
        'iflag=nocache',
        'count=0',
        'status=none',
      ]);
}

async function bareStart(bwrap: string): Promise<number> {
  const began = performance.now();
  const child = spawn(
    bwrap,
    [
      ...['--unshare-all', '--ro-bind', '/usr', '/usr', '--symlink', 'usr/bin', '/bin'],
      ...['--symlink', 'usr/lib', '/lib', '--symlink', 'usr/lib64', '/lib64', '/usr/bin/true'],
    ],
    { stdio: 'ignore', env: {} },
  );
  await once(child, 'exit');
  return (performance.now() - began) / 1000;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}
