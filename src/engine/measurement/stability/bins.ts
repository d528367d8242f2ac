import type { Coded } from '../document.js';
import { STABILITY_BINS } from './document.js';
import { valuesAtRanks } from './order-statistics.js';

/** Categories with a smaller share of the reference are pooled. */
export const RARE_SHARE = 0.01;
/** Categories that stand alone, the most frequent first. */
export const MOST_CATEGORIES = 50;

/** How values become bins: those of the reference first, the missing values last. */
export interface Binning {
  /** With the bin of missing values. */
  count: number;
  describe(
    bin: number,
  ):
    | { above: number | null; upTo: number | null }
    | { category: string }
    | { pooled: true }
    | { missing: true };
}

export interface NumericBinning extends Binning {
  edges: Float64Array;
}

/**
 * Bins at the deciles of the reference: order statistics at rank ⌈n·k/10⌉, equal ones once, each bin holding its upper
 * edge. A reference of one value only gives three bins: below it, at it, above it.
 *
 * @param reference NaN where a value is missing; the missing are a bin of their own
 */
export function decileBins(reference: Float64Array): NumericBinning {
  const known = withoutMissing(reference);
  const edges = known.length === 0 ? new Float64Array(0) : decileEdges(known);
  return {
    edges,
    count: edges.length + 2,
    describe: (bin) =>
      bin > edges.length
        ? { missing: true }
        : { above: bin === 0 ? null : (edges[bin - 1] as number), upTo: edges[bin] ?? null },
  };
}

function decileEdges(known: Float64Array): Float64Array {
  const n = known.length;
  // What lies at or above an edge at the highest value of all would be a bin that the reference leaves empty.
  const ranks = Array.from({ length: STABILITY_BINS + 1 }, (_, k) =>
    k === 0 ? 0 : Math.ceil((n * k) / STABILITY_BINS) - 1,
  );
  const values = valuesAtRanks(known, ranks);
  const lowest = values[0] as number;
  const highest = values[STABILITY_BINS] as number;
  if (lowest === highest) return Float64Array.of(justBelow(lowest), lowest);
  return Float64Array.from(new Set(values.subarray(1, STABILITY_BINS))).filter((edge) => edge < highest);
}

function justBelow(value: number): number {
  if (value === 0) return -Number.MIN_VALUE;
  const words = new BigInt64Array(Float64Array.of(value).buffer);
  words[0] = (words[0] as bigint) + (value > 0 ? -1n : 1n);
  return new Float64Array(words.buffer)[0] as number;
}

function withoutMissing(values: Float64Array): Float64Array {
  let missing = 0;
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) missing++;
  return missing === 0 ? values : values.filter((value) => !Number.isNaN(value));
}

/** The bin of each value, written from a place on. */
export function binNumbers(
  values: Float64Array,
  { edges, count }: NumericBinning,
  into: Uint8Array,
  at: number,
): void {
  const n = edges.length;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    let bin = 0;
    for (let e = 0; e < n; e++) bin += value > (edges[e] as number) ? 1 : 0;
    into[at + i] = value === value ? bin : count - 1;
  }
}

/** Categories as bins. Both columns are codes into names of their own; what the reference hardly knows is pooled. */
export function categoryBins(
  reference: Coded,
  current: Coded,
): Binning & { ofReference: Uint8Array; ofCurrent: Uint8Array } {
  const counts = new Float64Array(reference.names.length);
  let known = 0;
  for (const code of reference.codes) {
    if (code < 0) continue;
    counts[code] = (counts[code] as number) + 1;
    known++;
  }
  const kept = [...counts.keys()]
    .filter((code) => (counts[code] as number) >= RARE_SHARE * known)
    .sort((a, b) => (counts[b] as number) - (counts[a] as number) || a - b)
    .slice(0, MOST_CATEGORIES)
    .sort((a, b) => a - b);
  const names = kept.map((code) => reference.names[code] as string);
  const pooled = names.length;
  const missing = pooled + 1;
  const binOf = new Map(names.map((name, bin) => [name, bin]));
  const bins = (coded: Coded): Uint8Array => {
    const ofCode = Uint8Array.from(coded.names, (name) => binOf.get(name) ?? pooled);
    const result = new Uint8Array(coded.codes.length);
    for (let row = 0; row < result.length; row++) {
      const code = coded.codes[row] as number;
      result[row] = code < 0 ? missing : (ofCode[code] as number);
    }
    return result;
  };
  return {
    count: missing + 1,
    describe: (bin) =>
      bin === missing
        ? { missing: true }
        : bin === pooled
          ? { pooled: true }
          : { category: names[bin] ?? '' },
    ofReference: bins(reference),
    ofCurrent: bins(current),
  };
}
