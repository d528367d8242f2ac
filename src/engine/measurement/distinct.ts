/** Distinct values, ascending, with one or more counts each. */
export interface Distinct {
  values: Float64Array;
  counts: Uint32Array[];
}

/** Distinct values of a sorted array with their counts. */
export function runLengths(sorted: Float64Array): { values: Float64Array; counts: Uint32Array } {
  const n = sorted.length;
  let distinct = 0;
  for (let i = 0; i < n; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) distinct++;
  const values = new Float64Array(new SharedArrayBuffer(8 * distinct));
  const counts = new Uint32Array(new SharedArrayBuffer(4 * distinct));
  let at = -1;
  for (let i = 0; i < n; i++) {
    if (i === 0 || sorted[i] !== sorted[i - 1]) values[++at] = sorted[i] as number;
    counts[at] = (counts[at] as number) + 1;
  }
  return { values, counts };
}

/** Merges ascending distinct values, adding up their counts. */
export function mergeDistinct(parts: readonly Distinct[]): Distinct {
  const none = {
    values: new Float64Array(0),
    counts: (parts[0]?.counts ?? []).map(() => new Uint32Array(0)),
  };
  return parts.reduce(mergeTwo, none);
}

function mergeTwo(a: Distinct, b: Distinct): Distinct {
  const na = a.values.length;
  const nb = b.values.length;
  if (na === 0) return b;
  if (nb === 0) return a;
  const walk = (take: (i: number, j: number) => void): number => {
    let total = 0;
    for (let i = 0, j = 0; i < na || j < nb; total++) {
      const va = i < na ? (a.values[i] as number) : Infinity;
      const vb = j < nb ? (b.values[j] as number) : Infinity;
      take(va <= vb ? i++ : -1, vb <= va ? j++ : -1);
    }
    return total;
  };
  const total = walk(() => undefined);
  const values = new Float64Array(new SharedArrayBuffer(8 * total));
  const counts = a.counts.map(() => new Uint32Array(new SharedArrayBuffer(4 * total)));
  let at = 0;
  walk((i, j) => {
    values[at] = (i >= 0 ? a.values[i] : b.values[j]) as number;
    for (let c = 0; c < counts.length; c++) {
      (counts[c] as Uint32Array)[at] =
        (i >= 0 ? (a.counts[c]?.[i] as number) : 0) + (j >= 0 ? (b.counts[c]?.[j] as number) : 0);
    }
    at++;
  });
  return { values, counts };
}
