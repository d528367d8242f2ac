import { type FeatureTable, takeRows } from '../tables/index.js';
import { type ModelSession } from './model-session.js';
import { type SessionEnd } from './stream-session.js';

/** Milliseconds, by nearest rank (the smallest value that at least p percent of all do not pass). */
export interface Percentiles {
  count: number;
  p50: number;
  p95: number;
  p99: number;
  most: number;
}

export interface Throughput {
  /** Rows of a call of the model. */
  batchRows: number;
  rows: number;
  seconds: number;
  rowsPerSecond: number;
  /** Of the jails, from their start to their end. */
  peakMemoryBytes: number | null;
}

export type PerMillion = { value: number } | { value: null; reason: string };

/** What a model takes, on this machine and in its jail. It differs from run to run. */
export interface Efficiency {
  /** From handing in one row until its score is there, pipes and encoding included; the model's batch is one row. */
  latencyAtOne: { batchRows: number; warmUp: number; milliseconds: Percentiles };
  /** One jail, for each batch tried. */
  throughput: Throughput[];
  best: Throughput;
  /** From handing in a call of the best batch until its scores are there, one at a time. */
  latencyAtBest: { batchRows: number; milliseconds: Percentiles };
  /** Seconds of one core of this machine, start and loading taken off, at the best batch. */
  cpuSecondsPerMillion: PerMillion;
}

const WARM_UP = 100;
const SINGLE_ROWS = 1000;
const BATCHES = [256, 2048, 8192];
const THROUGHPUT_ROWS = 1 << 15;
const BEST_CALLS = 100;
/** A slow model is measured on fewer rows; the counts say how many. */
const SECONDS_EACH = 5;

/**
 * Times a model in sessions of its own, each with one jail. A model whose inputs say how many rows a call has keeps that.
 *
 * @param open a session whose calls of the model have so many rows
 * @throws ScoringError when a session ends badly
 */
export async function measureEfficiency(
  features: FeatureTable,
  open: (batchRows: number) => Promise<ModelSession>,
): Promise<Efficiency> {
  const row = (at: number) => cycle(features, at, 1);
  const single = await inSession(open, 1, async (session) => {
    for (let at = 0; at < WARM_UP; at++) await session.score(row(at));
    return timed(session, SINGLE_ROWS, (at) => row(WARM_UP + at));
  });
  const throughput: Throughput[] = [];
  const ends = new Map<number, SessionEnd>();
  for (const batch of BATCHES) {
    const tables = cycles(features, batch, Math.max(1, Math.floor(THROUGHPUT_ROWS / batch)));
    const { result, end, batchRows } = await inSession(open, batch, async (session) => {
      await session.score(tables[0] as FeatureTable);
      return through(session, tables);
    });
    ends.set(batchRows, end);
    throughput.push({ ...result, batchRows, peakMemoryBytes: end.usage.peakMemoryBytes });
    if (batchRows !== batch) break;
  }
  const best = throughput.reduce((a, b) => (b.rowsPerSecond > a.rowsPerSecond ? b : a));
  const calls = cycle(features, 0, best.batchRows);
  const atBest = await inSession(open, best.batchRows, async (session) => {
    await session.score(calls);
    return timed(session, BEST_CALLS, () => calls);
  });
  const idle = await inSession(open, best.batchRows, (session) => session.score(calls));
  return {
    latencyAtOne: { batchRows: single.batchRows, warmUp: WARM_UP, milliseconds: percentiles(single.result) },
    throughput,
    best,
    latencyAtBest: { batchRows: best.batchRows, milliseconds: percentiles(atBest.result) },
    cpuSecondsPerMillion: perMillion(ends.get(best.batchRows), idle.end),
  };
}

/** @throws Error for no values */
export function percentiles(values: readonly number[]): Percentiles {
  if (values.length === 0) throw new Error('percentiles of nothing');
  const sorted = Float64Array.from(values).sort();
  const at = (percent: number) => sorted[Math.ceil((percent / 100) * sorted.length) - 1] as number;
  return { count: sorted.length, p50: at(50), p95: at(95), p99: at(99), most: at(100) };
}

/** What a million rows cost beyond what a session costs that scores next to nothing. */
export function perMillion(busy: SessionEnd | undefined, idle: SessionEnd): PerMillion {
  const [much, little] = [busy?.usage.cpuSeconds ?? null, idle.usage.cpuSeconds];
  if (busy === undefined || much === null || little === null)
    return { value: null, reason: 'the processor time of jails is not counted on this machine' };
  const rows = busy.rows - idle.rows;
  if (rows <= 0 || much <= little)
    return { value: null, reason: 'scoring took no more processor time than starting' };
  return { value: ((much - little) / rows) * 1e6 };
}

async function inSession<T>(
  open: (batchRows: number) => Promise<ModelSession>,
  batch: number,
  use: (session: ModelSession) => Promise<T>,
): Promise<{ result: T; end: SessionEnd; batchRows: number }> {
  const session = await open(batch);
  try {
    const result = await use(session);
    return { result, end: await session.close(), batchRows: session.batchRows };
  } finally {
    await session.kill();
  }
}

/** Milliseconds of calls made one after the other. */
async function timed(
  session: ModelSession,
  calls: number,
  table: (at: number) => FeatureTable,
): Promise<number[]> {
  const took: number[] = [];
  const until = performance.now() + SECONDS_EACH * 1000;
  for (let at = 0; at < calls && (at === 0 || performance.now() < until); at++) {
    const rows = table(at);
    const began = performance.now();
    await session.score(rows);
    took.push(performance.now() - began);
  }
  return took;
}

/** Two calls are under way at once, so that the jail does not wait for the host. */
async function through(
  session: ModelSession,
  tables: readonly FeatureTable[],
): Promise<{ rows: number; seconds: number; rowsPerSecond: number }> {
  const began = performance.now();
  let rows = 0;
  let next = 0;
  const work = async (): Promise<void> => {
    for (let table = tables[next++]; table !== undefined; table = tables[next++]) {
      if (rows > 0 && performance.now() - began > SECONDS_EACH * 1000) return;
      await session.score(table);
      rows += table.rows;
    }
  };
  await Promise.all([work(), work()]);
  const seconds = (performance.now() - began) / 1000;
  return { rows, seconds, rowsPerSecond: rows / seconds };
}

function cycles(features: FeatureTable, rows: number, count: number): FeatureTable[] {
  return Array.from({ length: count }, (_, at) => cycle(features, at * rows, rows));
}

/** So many rows from a place on, from the first again where there are no more. */
function cycle(features: FeatureTable, from: number, rows: number): FeatureTable {
  return takeRows(
    features,
    Int32Array.from({ length: rows }, (_, at) => (from + at) % features.rows),
  );
}
