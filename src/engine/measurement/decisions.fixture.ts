import { readFileSync } from 'node:fs';
import type { MeasurementInput } from './index.js';

/** What decisions.golden.py wrote; see there for which library each number comes from. */
export interface DecisionsGolden {
  cases: Record<string, GoldenCase>;
}

export interface GoldenCase {
  thresholds: {
    threshold: number;
    confusion: number[];
    values: Record<string, number>;
    hkd: Record<string, number>;
    byEntity: Record<string, number>;
    byRow: Record<string, number>;
  }[];
  ratio: GoldenChoice;
  hkd: GoldenChoice;
  calibration: Record<string, number> & { hosmerLemeshow: number[] };
  curves: { roc: [number, number][]; precisionRecall: [number, number][] };
}

interface GoldenChoice {
  leastCost: { tp: number; fp: number };
  withinBudget: { tp: number; fp: number };
}

export const GOLDEN = JSON.parse(
  readFileSync(new URL('decisions.golden.json', import.meta.url), 'utf8'),
) as DecisionsGolden;

const N = 4000;
const row = Array.from({ length: N }, (_, i) => i);

/** The rows of decisions.golden.py. */
export function rowsOf(name: string): MeasurementInput & { amounts: Float64Array; days: Int32Array } {
  const labels = row.map((i) => ((i * 7919) % 97 < 9 ? 1 : 0));
  const distinct = row.map((i) => {
    const u = ((i * 48271) % 65537) / 65537;
    return 0.02 + 0.7 * u + 0.25 * u * (labels[i] ?? 0);
  });
  const scores: Record<string, (score: number, i: number) => number> = {
    distinct: (score) => score,
    ties: (score) => Math.floor(score * 20) / 20,
    extremes: (score, i) => (i % 50 === 0 ? 0 : i % 50 === 1 ? 1 : score),
  };
  return {
    scores: Float64Array.from(distinct, (score, i) => scores[name]?.(score, i) ?? NaN),
    labels: Uint8Array.from(labels),
    days: Int32Array.from(row, (i) => Math.floor(i / 400)),
    amounts: Float64Array.from(row, (i) => 100 + ((i * 7919) % 10007)),
  };
}

export const ENTITY = {
  codes: Int32Array.from(row, (i) => (i * 31) % 257),
  names: Array.from({ length: 257 }, (_, i) => `customer ${i}`),
};
