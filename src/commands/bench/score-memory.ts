import { readFileSync, writeFileSync } from 'node:fs';
import { type JailHost } from '../../engine/isolation/index.js';
import { BATCH_ROWS, type FeatureBatch, scoreOnnx } from '../../engine/scoring/index.js';
import { benchFeatures, type BenchModel } from './forest.js';

/** One line of the table: what scoring so many rows took. */
interface Memory {
  rows: number;
  seconds: number;
  rowsPerSecond: number;
  /** This process's most, above what it held before, and of it the scores themselves, one a row. */
  hostBytes: number | null;
  scoreBytes: number;
  /** The jail's most, its programs and their libraries included. */
  jailBytes: number | null;
}

/**
 * Scores one count of rows after another from batches that are made once and given again and again, so that nothing but
 * the scores may grow with the rows. Prints a line each, or one document.
 */
export async function benchMemory(
  model: BenchModel,
  host: JailHost,
  counts: readonly number[],
  json: boolean,
): Promise<void> {
  const batch = oneBatch(model.width);
  const measured: Memory[] = [];
  for (const rows of counts) {
    const before = startCounting();
    const began = performance.now();
    const { scores, usage } = await scoreOnnx({
      model: model.bytes,
      inspection: model.inspection,
      binding: model.binding,
      batches: again(batch, rows),
      rows,
      jail: host,
      limits: { wallSeconds: 3600, cpuSeconds: 7200 },
    });
    const seconds = (performance.now() - began) / 1000;
    const peak = peakBytes();
    measured.push({
      rows,
      seconds,
      rowsPerSecond: rows / seconds,
      hostBytes: before === null || peak === null ? null : Math.max(0, peak - before),
      scoreBytes: scores.byteLength,
      jailBytes: usage.peakMemoryBytes,
    });
    if (!json) process.stdout.write(`${line(measured.at(-1) as Memory)}\n`);
  }
  if (json)
    process.stdout.write(`${JSON.stringify({ rows: counts, memory: measured, model: model.path })}\n`);
}

function line({ rows, seconds, rowsPerSecond, hostBytes, scoreBytes, jailBytes }: Memory): string {
  const mib = (bytes: number | null) => (bytes === null ? '?' : `${Math.round(bytes / 2 ** 20)} MiB`);
  return `${rows} rows in ${seconds.toFixed(1)} s, ${Math.round(rowsPerSecond)} rows/s; host +${mib(hostBytes)} of which scores ${mib(scoreBytes)}, jail ${mib(jailBytes)}`;
}

function oneBatch(width: number): FeatureBatch {
  const features = benchFeatures(BATCH_ROWS, width);
  const columns = Array.from({ length: width }, (_, place) =>
    Float32Array.from({ length: BATCH_ROWS }, (__, row) => features[row * width + place] ?? NaN),
  );
  return { rows: BATCH_ROWS, columns };
}

async function* again(batch: FeatureBatch, rows: number): AsyncGenerator<FeatureBatch> {
  for (let left = rows; left > 0; left -= batch.rows) yield { ...batch, rows: Math.min(left, batch.rows) };
}

/** Sets the kernel's mark of this process's most memory back. @returns what it holds now; null where that can't be had */
function startCounting(): number | null {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    return null;
  }
  return peakBytes();
}

function peakBytes(): number | null {
  const kilobytes = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * 1024;
}
