import { type Sample } from './sample.js';

export interface LeakAudit {
  readonly split: string;
  readonly rows: number;
  readonly positives: number;
  /** each feature's ROC AUC alone, the better of its two directions, best first */
  readonly singleFeatureAuc: readonly {
    readonly feature: string;
    readonly auc: number;
    readonly flipped: boolean;
  }[];
  readonly depth2Tree: { readonly averagePrecision: number; readonly rules: readonly string[] };
  readonly constantFeatures: readonly string[];
  readonly notFinite: number;
  readonly gates: readonly {
    readonly name: string;
    readonly limit: number;
    readonly reached: number;
    readonly passed: boolean;
  }[];
}

export const SINGLE_FEATURE_LIMIT = 0.9;
export const TREE_LIMIT = 0.5;

/** ROC AUC by midranks (Mann–Whitney). */
export function rocAuc(values: Float32Array, label: Uint8Array): number {
  const order = ascending(values);
  let positives = 0;
  let ranks = 0;
  for (let from = 0; from < order.length;) {
    let to = from;
    let found = 0;
    const value = values[order[from] ?? 0];
    while (to < order.length && values[order[to] ?? 0] === value) {
      found += label[order[to] ?? 0] ?? 0;
      to += 1;
    }
    ranks += found * ((from + 1 + to) / 2);
    positives += found;
    from = to;
  }
  const negatives = order.length - positives;
  return (ranks - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/** Indices by ascending value; sorting packed numbers is several times as fast as sorting with a comparator. */
function ascending(values: Float32Array): Uint32Array {
  const bits = new Uint32Array(values.buffer.slice(values.byteOffset, values.byteOffset + values.length * 4));
  const size = 2 ** 21;
  const keys = new Float64Array(values.length);
  for (let i = 0; i < keys.length; i += 1) {
    const raw = (values[i] === 0 ? 0 : bits[i]) ?? 0;
    const ordered = (raw & 0x8000_0000) !== 0 ? ~raw >>> 0 : (raw | 0x8000_0000) >>> 0;
    keys[i] = ordered * size + i;
  }
  keys.sort();
  return Uint32Array.from(keys, (key) => key % size);
}

interface Cut {
  feature: number;
  threshold: number;
  gain: number;
}

/** The best Gini split over at most 64 quantile thresholds a feature. */
function bestCut(sample: Sample, members: Uint32Array, quantiles: readonly Float32Array[]): Cut | undefined {
  let total = 0;
  for (const row of members) total += sample.label[row] ?? 0;
  if (total === 0 || total === members.length) return undefined;
  let best: Cut | undefined;
  quantiles.forEach((thresholds, feature) => {
    const bins = thresholds.length + 1;
    const counts = new Float64Array(bins);
    const hits = new Float64Array(bins);
    const column = sample.features[feature] as Float32Array;
    for (const row of members) {
      const value = column[row] ?? 0;
      let low = 0;
      let high = thresholds.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (value <= (thresholds[middle] ?? 0)) high = middle;
        else low = middle + 1;
      }
      counts[low] = (counts[low] ?? 0) + 1;
      hits[low] = (hits[low] ?? 0) + (sample.label[row] ?? 0);
    }
    let n = 0;
    let k = 0;
    for (let bin = 0; bin < bins - 1; bin += 1) {
      n += counts[bin] ?? 0;
      k += hits[bin] ?? 0;
      const m = members.length - n;
      if (n === 0 || m === 0) continue;
      const gain = (k * k) / n + ((total - k) * (total - k)) / m;
      if (best === undefined || gain > best.gain) best = { feature, threshold: thresholds[bin] ?? 0, gain };
    }
  });
  return best;
}

/** Grows a tree of depth 2 and gives its average precision on the rows it was grown on (an upper bound). */
function depth2(sample: Sample, names: readonly string[]): LeakAudit['depth2Tree'] {
  const quantiles = sample.features.map((column) => {
    const sorted = column.slice(0, sample.rows).sort();
    const cuts = Array.from(
      { length: 63 },
      (_, i) => sorted[Math.floor(((i + 1) / 64) * sorted.length)] ?? 0,
    );
    return Float32Array.from([...new Set(cuts)]);
  });
  const rules: string[] = [];
  const leaves: { n: number; k: number }[] = [];
  const grow = (members: Uint32Array, depth: number, path: string): void => {
    const cut = depth < 2 ? bestCut(sample, members, quantiles) : undefined;
    if (cut === undefined) {
      let k = 0;
      for (const row of members) k += sample.label[row] ?? 0;
      leaves.push({ n: members.length, k });
      rules.push(`${path === '' ? 'all' : path}: ${k} of ${members.length}`);
      return;
    }
    const column = sample.features[cut.feature] as Float32Array;
    const name = names[cut.feature] ?? '';
    const threshold = Number(cut.threshold.toPrecision(6));
    const join = path === '' ? '' : `${path} and `;
    grow(
      members.filter((row) => (column[row] ?? 0) <= cut.threshold),
      depth + 1,
      `${join}${name} <= ${threshold}`,
    );
    grow(
      members.filter((row) => (column[row] ?? 0) > cut.threshold),
      depth + 1,
      `${join}${name} > ${threshold}`,
    );
  };
  grow(
    Uint32Array.from({ length: sample.rows }, (_, row) => row),
    0,
    '',
  );
  leaves.sort((left, right) => right.k / right.n - left.k / left.n);
  const positives = leaves.reduce((sum, leaf) => sum + leaf.k, 0);
  let n = 0;
  let k = 0;
  let averagePrecision = 0;
  for (const leaf of leaves) {
    n += leaf.n;
    k += leaf.k;
    averagePrecision += (leaf.k / positives) * (k / n);
  }
  return { averagePrecision, rules };
}

/** Looks for what would make the split too easy. At most 2^21 rows of sample. */
export function auditLeaks(split: string, sample: Sample, names: readonly string[]): LeakAudit {
  const label = sample.label.subarray(0, sample.rows);
  const constantFeatures: string[] = [];
  let notFinite = 0;
  const singles = names.map((feature, index) => {
    const values = (sample.features[index] as Float32Array).subarray(0, sample.rows);
    let constant = true;
    for (const value of values) {
      if (!Number.isFinite(value)) notFinite += 1;
      if (value !== values[0]) constant = false;
    }
    if (constant) constantFeatures.push(feature);
    const auc = rocAuc(values, label);
    return { feature, auc: Math.max(auc, 1 - auc), flipped: auc < 0.5 };
  });
  singles.sort((left, right) => right.auc - left.auc || (left.feature < right.feature ? -1 : 1));
  const tree = depth2(sample, names);
  const best = singles[0]?.auc ?? 0;
  const gate = (name: string, reached: number, limit: number) => ({
    name,
    limit,
    reached,
    passed: reached < limit,
  });
  return {
    split,
    rows: sample.rows,
    positives: label.reduce((sum, value) => sum + value, 0),
    singleFeatureAuc: singles,
    depth2Tree: tree,
    constantFeatures,
    notFinite,
    gates: [
      gate('best single feature ROC AUC', best, SINGLE_FEATURE_LIMIT),
      gate('depth-2 tree average precision', tree.averagePrecision, TREE_LIMIT),
      { name: 'values that are not finite', limit: 0, reached: notFinite, passed: notFinite === 0 },
    ],
  };
}
