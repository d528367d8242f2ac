import type { Coded } from '../document.js';

/** Numbers (NaN where missing) or categories, one a row. */
export type Feature = Float64Array | Float32Array | Coded;

/** A feature as bins: a bin a row, and how many there are. */
export interface Binned {
  bins: Uint16Array;
  count: number;
}

export function isCoded(feature: Feature): feature is Coded {
  return 'names' in feature;
}

/** Bins of equal mass for numbers, the commonest categories each on its own; what is missing has a bin too. */
export function binned(feature: Feature, most: number): Binned {
  const raw = isCoded(feature) ? ofCategories(feature, most) : ofNumbers(feature, most);
  const used = new Int32Array(most + 2).fill(-1);
  for (const bin of raw) used[bin] = 0;
  let count = 0;
  for (let bin = 0; bin < used.length; bin++) if (used[bin] === 0) used[bin] = count++;
  return { bins: raw.map((bin) => used[bin] as number), count };
}

function ofNumbers(values: Float64Array | Float32Array, most: number): Uint16Array {
  const sorted = Float64Array.from(values.filter((value) => !Number.isNaN(value))).sort();
  const edges: number[] = [];
  for (let cut = 1; cut < most; cut++) {
    const edge = sorted[Math.floor((cut * sorted.length) / most)];
    if (edge !== undefined && edge > (edges.at(-1) ?? sorted[0] ?? 0)) edges.push(edge);
  }
  return Uint16Array.from(values, (value) => {
    if (Number.isNaN(value)) return most;
    let bin = 0;
    while (bin < edges.length && value >= (edges[bin] as number)) bin++;
    return bin;
  });
}

function ofCategories({ codes, names }: Coded, most: number): Uint16Array {
  const counts = new Float64Array(names.length);
  for (const code of codes) if (code >= 0) counts[code] = (counts[code] as number) + 1;
  const order = [...counts.keys()].sort((a, b) => (counts[b] as number) - (counts[a] as number) || a - b);
  // All others share the last bin.
  const binOf = new Uint16Array(names.length).fill(most - 1);
  order.slice(0, most - 1).forEach((code, bin) => (binOf[code] = bin));
  return Uint16Array.from(codes, (code) => (code < 0 ? most : (binOf[code] as number)));
}
