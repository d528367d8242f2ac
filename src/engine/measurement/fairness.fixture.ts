import { readFileSync } from 'node:fs';
import type { MeasurementInput } from './document.js';

/** Golden values of the rows below, written by fairness.golden.py. */
export interface GoldenFairness {
  measures: Record<string, [number, number, number]>;
  pairs: Record<string, [number, number, number][]>;
  groups: Record<string, Record<string, number | number[]>>;
  entropy: { value: number; within: number; between: number };
}

export const GOLDEN_FAIRNESS = JSON.parse(
  readFileSync(new URL('./fairness.golden.json', import.meta.url), 'utf8'),
) as { missing: number } & Record<'rows' | 'nested' | 'crossed', GoldenFairness>;

const N = 4000;
const rows = Array.from({ length: N }, (_, i) => i);
const group = rows.map((i) =>
  (i * 31) % 53 === 0 ? -1 : ([0, 0, 0, 0, 1, 1, 1, 2, 2, 3][(i * 7907) % 10] ?? -1),
);
const inner = rows.map((i) => [0, 0, 0, 0, 1, 1, 1, 2, 2, 3][(i * 7907) % 10] ?? 0);
const labels = Uint8Array.from(rows, (i) => ((i * 7919) % 97 < 22 + 3 * (inner[i] ?? 0) ? 1 : 0));
const scores = Float64Array.from(rows, (i) => {
  const u = ((i * 48271) % 65537) / 65537;
  return Math.floor(200 * (0.7 * u + 0.25 * (labels[i] ?? 0) + 0.012 * (inner[i] ?? 0))) / 200;
});

/** The rows of the golden values; of their entities none, each in one group, or each in several. */
export function goldenInput(entities: 'rows' | 'nested' | 'crossed'): MeasurementInput {
  const codes = Int32Array.from(rows, (i) => {
    const g = group[i] ?? -1;
    if (entities === 'crossed') return (i * 37) % 450;
    return g < 0 ? 4000 + i : g * 120 + ((i * 37) % 113);
  });
  return {
    scores,
    labels,
    groups: { g: { codes: Int32Array.from(group), names: ['a', 'b', 'c', 'd'] } },
    ...(entities === 'rows'
      ? {}
      : { entity: { codes, names: Array.from({ length: 8000 }, (_, i) => `${i}`) } }),
  };
}
