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

/**
 * ROC AUC, Mann–Whitney with ties counted half: for each positive, how many of all values lie below it and how many
 * are equal, less the same sum among the positives, which is always half their number squared.
 *
 * @param sorted the same values, ascending
 */
export function rocAuc(values: Float32Array, sorted: Float32Array, label: Uint8Array): number {
  let positives = 0;
  let below = 0;
  for (let row = 0; row < values.length; row += 1) {
    if (label[row] !== 1) continue;
    const value = values[row] ?? 0;
    positives += 1;
    below += (lowerBound(sorted, value) + upperBound(sorted, value)) / 2;
  }
  const negatives = values.length - positives;
  return (below - (positives * positives) / 2) / (positives * negatives);
}

function lowerBound(sorted: Float32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function upperBound(sorted: Float32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

const BINS = 64;

/** A feature cut at its 64-quantiles: bin b holds values above `cuts[b − 1]` and at most `cuts[b]`. */
interface Binned {
  readonly cuts: Float32Array;
  readonly bins: Uint8Array;
}

function binned(values: Float32Array, sorted: Float32Array): Binned {
  const quantiles = Array.from(
    { length: BINS - 1 },
    (_, i) => sorted[Math.floor(((i + 1) / BINS) * sorted.length)] ?? 0,
  );
  const cuts = Float32Array.from(new Set(quantiles));
  const bins = new Uint8Array(values.length);
  for (let row = 0; row < values.length; row += 1) bins[row] = lowerBound(cuts, values[row] ?? 0);
  return { cuts, bins };
}

interface Cut {
  feature: number;
  bin: number;
  gain: number;
}

/** The best Gini split of the members over all features and quantiles. */
function bestCut(label: Uint8Array, members: Uint32Array, features: readonly Binned[]): Cut | undefined {
  const total = positivesOf(label, members);
  if (total === 0 || total === members.length) return undefined;
  let best: Cut | undefined;
  const counts = new Float64Array(BINS);
  const hits = new Float64Array(BINS);
  features.forEach(({ cuts, bins }, feature) => {
    counts.fill(0);
    hits.fill(0);
    for (let i = 0; i < members.length; i += 1) {
      const row = members[i] ?? 0;
      const bin = bins[row] ?? 0;
      counts[bin] = (counts[bin] ?? 0) + 1;
      hits[bin] = (hits[bin] ?? 0) + (label[row] ?? 0);
    }
    let n = 0;
    let k = 0;
    for (let bin = 0; bin < cuts.length; bin += 1) {
      n += counts[bin] ?? 0;
      k += hits[bin] ?? 0;
      const m = members.length - n;
      if (n === 0 || m === 0) continue;
      const gain = (k * k) / n + ((total - k) * (total - k)) / m;
      if (best === undefined || gain > best.gain) best = { feature, bin, gain };
    }
  });
  return best;
}

function positivesOf(label: Uint8Array, members: Uint32Array): number {
  let found = 0;
  for (let i = 0; i < members.length; i += 1) found += label[members[i] ?? 0] ?? 0;
  return found;
}

/** Grows a tree of depth 2 and gives its average precision on the rows it was grown on (an upper bound). */
function depth2(
  label: Uint8Array,
  features: readonly Binned[],
  names: readonly string[],
): LeakAudit['depth2Tree'] {
  const rules: string[] = [];
  const leaves: { n: number; k: number }[] = [];
  const grow = (members: Uint32Array, depth: number, path: string): void => {
    const cut = depth < 2 ? bestCut(label, members, features) : undefined;
    if (cut === undefined) {
      const k = positivesOf(label, members);
      leaves.push({ n: members.length, k });
      rules.push(`${path === '' ? 'all' : path}: ${k} of ${members.length}`);
      return;
    }
    const { cuts, bins } = features[cut.feature] as Binned;
    const name = names[cut.feature] ?? '';
    const threshold = Number((cuts[cut.bin] ?? 0).toPrecision(6));
    const join = path === '' ? '' : `${path} and `;
    grow(
      members.filter((row) => (bins[row] ?? 0) <= cut.bin),
      depth + 1,
      `${join}${name} <= ${threshold}`,
    );
    grow(
      members.filter((row) => (bins[row] ?? 0) > cut.bin),
      depth + 1,
      `${join}${name} > ${threshold}`,
    );
  };
  const all = new Uint32Array(label.length);
  for (let row = 0; row < all.length; row += 1) all[row] = row;
  grow(all, 0, '');
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

/** Looks for what would make the split too easy. */
export function auditLeaks(split: string, sample: Sample): LeakAudit {
  const { names } = sample;
  const label = sample.label.subarray(0, sample.rows);
  const constantFeatures: string[] = [];
  let notFinite = 0;
  const cuts: Binned[] = [];
  const singles = names.map((feature, index) => {
    const values = (sample.features[index] as Float32Array).subarray(0, sample.rows);
    const sorted = values.slice().sort();
    // NaN sorts last and infinities outermost.
    if (!Number.isFinite(sorted[0]) || !Number.isFinite(sorted.at(-1)))
      for (const value of values) if (!Number.isFinite(value)) notFinite += 1;
    if (sorted[0] === sorted.at(-1)) constantFeatures.push(feature);
    cuts.push(binned(values, sorted));
    const auc = rocAuc(values, sorted, label);
    return { feature, auc: Math.max(auc, 1 - auc), flipped: auc < 0.5 };
  });
  singles.sort((left, right) => right.auc - left.auc || (left.feature < right.feature ? -1 : 1));
  const tree = depth2(label, cuts, names);
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
