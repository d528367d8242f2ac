import { Command } from 'commander';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { jailHost } from '../../engine/isolation/index.js';
import { BATCH_ROWS, type FeatureBatch, onnxRuntime, scoreOnnx } from '../../engine/scoring/index.js';
import { benchFeatures, type BenchModel, benchModel } from './forest.js';
import { wholeFrom } from '../arguments.js';
import { benchMemory } from './score-memory.js';

/** Short rounds in turn, the best of each counted: whatever else the machine does then disturbs all alike. */
const ROUNDS = 5;

export const command = new Command('score')
  .description('Rows a second through the jail, beside bare onnxruntime-node on the same rows')
  .option(
    '--rows <counts>',
    'rows to score; several, separated by commas, show how memory grows with them',
    rowCounts,
    [500_000],
  )
  .option(
    '--model <file>',
    'ONNX model with one float input (default: the forest among the reference models)',
  )
  .option('--json', 'one JSON document to standard output')
  .action(async ({ rows: counts, ...options }: { rows: number[]; model?: string; json?: boolean }) => {
    const model = await benchModel(options.model);
    const host = jailHost();
    const [rows = 0, second] = counts;
    if (second !== undefined) return benchMemory(model, host, counts, options.json === true);
    // Staging is paid once for a machine, not for a run.
    const { manifest } = await onnxRuntime(host);
    const columns = inColumns(benchFeatures(rows, model.width), model.width, rows);
    const bare: Timing[] = [];
    const jailed: Timing[] = [];
    const twoLanes: Timing[] = [];
    let same = true;
    for (let round = 0; round < ROUNDS; round += 1) {
      const expected = await scoreBare(model, columns, rows);
      bare.push(expected);
      for (const [lanes, into] of [
        [1, jailed],
        [2, twoLanes],
      ] as const) {
        const began = performance.now();
        const result = await scoreOnnx({
          model: model.bytes,
          inspection: model.inspection,
          binding: model.binding,
          batches: batches(columns),
          rows,
          jail: host,
          lanes,
        });
        const { scoringSeconds } = result.latency;
        into.push({
          seconds: (performance.now() - began) / 1000,
          // The first batch is out when this clock starts.
          rowsPerSecond: Math.max(0, rows - result.batchRows) / scoringSeconds,
        });
        same &&= Buffer.compare(bytesOf(result.scores), bytesOf(expected.scores)) === 0;
      }
    }
    const [one, two, alone] = [best(jailed), best(twoLanes), best(bare)];
    const result = {
      rows,
      seconds: one.seconds,
      rowsPerSecond: one.rowsPerSecond,
      bare: alone,
      // Rows a second once the model is loaded, in the jail and out of it; `bench launch` times what comes before.
      ratio: one.rowsPerSecond / alone.rowsPerSecond,
      ratioStartIncluded: alone.seconds / one.seconds,
      twoLanes: { ...two, ratio: two.rowsPerSecond / alone.rowsPerSecond },
      sameScores: same,
      rounds: ROUNDS,
      model: model.path,
      onnxruntime: manifest.onnxruntime,
      cpu: manifest.cpu,
    };
    process.stdout.write(
      options.json === true
        ? `${JSON.stringify(result)}\n`
        : `jail ${Math.round(result.rowsPerSecond)} rows/s, bare ${Math.round(result.bare.rowsPerSecond)} rows/s, ratio ${result.ratio.toFixed(3)} (two jails ${result.twoLanes.ratio.toFixed(3)})\n`,
    );
  });

function rowCounts(text: string): number[] {
  return text.split(',').map((count) => wholeFrom(1)(count));
}

interface Timing {
  /** From nothing to the last score, the model's loading included. */
  seconds: number;
  /** Once the model is loaded. */
  rowsPerSecond: number;
}

function best(timings: readonly Timing[]): Timing {
  return {
    seconds: Math.min(...timings.map(({ seconds }) => seconds)),
    rowsPerSecond: Math.max(...timings.map(({ rowsPerSecond }) => rowsPerSecond)),
  };
}

/**
 * Bare onnxruntime-node in this process: one session, one thread, the same batches with the tail padded, from the same
 * columns, whose turning into a matrix is part of what both do.
 */
async function scoreBare(
  model: BenchModel,
  batches: readonly FeatureBatch[],
  rows: number,
): Promise<Timing & { scores: Float32Array }> {
  const { width } = model;
  const scores = new Float32Array(rows);
  const output = model.inspection.outputs.find(({ elementType }) => elementType === 'float')?.name ?? '';
  const input = model.inspection.inputs[0]?.name ?? '';
  const began = performance.now();
  const session = await InferenceSession.create(model.bytes, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    logSeverityLevel: 3,
  });
  const matrix = new Float32Array(BATCH_ROWS * width);
  let from = 0;
  let first = 0;
  for (const batch of batches) {
    toMatrix(batch, matrix, width);
    const result = (
      await session.run({ [input]: new Tensor('float32', matrix, [BATCH_ROWS, width]) }, [output])
    )[output];
    const values = result?.data as Float32Array;
    const across = values.length / BATCH_ROWS;
    for (let row = 0; row < batch.rows; row += 1)
      scores[from + row] = values[row * across + across - 1] ?? NaN;
    from += batch.rows;
    if (first === 0) first = performance.now();
  }
  const ended = performance.now();
  await session.release();
  return {
    seconds: (ended - began) / 1000,
    // As for the jail: what comes before the first batch's scores is start.
    rowsPerSecond: Math.max(0, rows - BATCH_ROWS) / ((ended - first) / 1000),
    scores,
  };
}

const BLOCK_ROWS = 64;

/** Block by block, as the jail's runner does it, so that what is written stays in the nearest cache. */
function toMatrix({ rows, columns }: FeatureBatch, matrix: Float32Array, width: number): void {
  for (let from = 0; from < BATCH_ROWS; from += BLOCK_ROWS) {
    columns.forEach((column, place) => {
      for (let row = from, at = from * width + place; row < from + BLOCK_ROWS; row += 1, at += width) {
        matrix[at] = column[row < rows ? row : rows - 1] as number;
      }
    });
  }
}

/** The features as a table gives them; made before the clocks start. */
function inColumns(features: Float32Array, width: number, rows: number): FeatureBatch[] {
  const batches: FeatureBatch[] = [];
  for (let from = 0; from < rows; from += BATCH_ROWS) {
    const count = Math.min(BATCH_ROWS, rows - from);
    const columns = Array.from({ length: width }, (_, place) => {
      const column = new Float32Array(count);
      for (let row = 0; row < count; row += 1) column[row] = features[(from + row) * width + place] ?? NaN;
      return column;
    });
    batches.push({ rows: count, columns });
  }
  return batches;
}

async function* batches(all: readonly FeatureBatch[]): AsyncGenerator<FeatureBatch> {
  yield* all;
}

function bytesOf(values: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
