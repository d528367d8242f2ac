import { BINS, type Binned } from './bins.js';

export interface ShallowTree {
  /** on the rows that it was grown from, so an upper bound of what such a rule would reach */
  readonly averagePrecision: number;
  /** each leaf as a rule with its positives and rows */
  readonly rules: readonly string[];
}

interface Cut {
  readonly feature: number;
  readonly bin: number;
  readonly gain: number;
}

/** Number of rows and of positives in a node, weighted. */
interface Mass {
  readonly rows: number;
  readonly positives: number;
}

/**
 * The best rule of two questions: a tree of depth 2 by Gini impurity, its cuts chosen on some rows with weights, its
 * average precision (the step sum over leaves) then counted on all rows.
 *
 * @param weights of a negative and of a positive among the chosen rows
 */
export function depth2(
  chosen: Binned,
  weights: readonly [negative: number, positive: number],
  cuts: readonly Float32Array[],
  names: readonly string[],
  features: readonly Float32Array[],
  label: Uint8Array,
): ShallowTree {
  const root = Array.from({ length: chosen.rows }, (_, row) => row);
  const cut = bestCut(chosen, weights, cuts, root);
  if (cut === undefined) return { averagePrecision: 0, rules: [] };
  const bin = (row: number) => chosen.bins[row * chosen.features + cut.feature] ?? 0;
  const sides = [
    bestCut(
      chosen,
      weights,
      cuts,
      root.filter((row) => bin(row) <= cut.bin),
    ),
    bestCut(
      chosen,
      weights,
      cuts,
      root.filter((row) => bin(row) > cut.bin),
    ),
  ];
  const asked = question(cut, cuts, names);
  const leaves = [0, 1].flatMap((right) => {
    const side = sides[right];
    const first = asked[right] ?? '';
    const second = side === undefined ? [''] : question(side, cuts, names).map((text) => ` and ${text}`);
    return [0, 1].map((place) => ({ rule: `${first}${second[place] ?? ''}`, rows: 0, positives: 0 }));
  });
  const firstValues = features[cut.feature] as Float32Array;
  const firstEdge = edgeOf(cut, cuts);
  const secondValues = sides.map((side) => (side === undefined ? undefined : features[side.feature]));
  const secondEdges = sides.map((side) => (side === undefined ? 0 : edgeOf(side, cuts)));
  // A missing value answers no to "greater than", as it does in the bins, where it is the lowest.
  for (let row = 0; row < label.length; row += 1) {
    const right = (firstValues[row] ?? 0) > firstEdge ? 1 : 0;
    const above = (secondValues[right]?.[row] ?? Number.NaN) > (secondEdges[right] ?? 0) ? 1 : 0;
    const leaf = leaves[2 * right + above] as (typeof leaves)[number];
    leaf.rows += 1;
    leaf.positives += label[row] ?? 0;
  }
  const filled = leaves.filter(({ rows }) => rows > 0);
  const rules = filled.map(({ rule, rows, positives }) => `${rule}: ${positives} of ${rows}`);
  return { averagePrecision: averagePrecisionOf(filled), rules };
}

/** What lies above goes right; above −Infinity lies all that is not missing. */
function edgeOf({ feature, bin }: Cut, cuts: readonly Float32Array[]): number {
  return bin === 0 ? -Infinity : (cuts[feature]?.[bin - 1] ?? 0);
}

/** The two answers, left and right. */
function question(cut: Cut, cuts: readonly Float32Array[], names: readonly string[]): [string, string] {
  const name = names[cut.feature] ?? '';
  if (cut.bin === 0) return [`${name} missing`, `${name} present`];
  const edge = Number(edgeOf(cut, cuts).toPrecision(6));
  return [`${name} <= ${edge}`, `${name} > ${edge}`];
}

function averagePrecisionOf(leaves: Mass[]): number {
  leaves.sort((left, right) => right.positives / right.rows - left.positives / left.rows);
  const positives = leaves.reduce((sum, leaf) => sum + leaf.positives, 0);
  let rows = 0;
  let found = 0;
  let averagePrecision = 0;
  for (const leaf of leaves) {
    rows += leaf.rows;
    found += leaf.positives;
    averagePrecision += (leaf.positives / positives) * (found / rows);
  }
  return averagePrecision;
}

/** The best Gini split of the members over all features and bins. */
function bestCut(
  { bins, features, label }: Binned,
  weights: readonly [number, number],
  cuts: readonly Float32Array[],
  members: readonly number[],
): Cut | undefined {
  const counts = new Float64Array(2 * BINS * features);
  let negatives = 0;
  let positives = 0;
  for (const row of members) {
    const one = label[row] ?? 0;
    if (one === 1) positives += 1;
    else negatives += 1;
    for (let f = 0; f < features; f += 1) {
      const cell = 2 * (f * BINS + (bins[row * features + f] ?? 0)) + one;
      counts[cell] = (counts[cell] ?? 0) + 1;
    }
  }
  if (negatives === 0 || positives === 0) return undefined;
  const hits = positives * weights[1];
  const total = negatives * weights[0] + hits;
  let best: Cut | undefined;
  for (let f = 0; f < features; f += 1) {
    let n = 0;
    let k = 0;
    const last = cuts[f]?.length ?? 0;
    for (let bin = 0; bin <= last; bin += 1) {
      const cell = 2 * (f * BINS + bin);
      const more = (counts[cell + 1] ?? 0) * weights[1];
      k += more;
      n += (counts[cell] ?? 0) * weights[0] + more;
      const m = total - n;
      if (n <= 0 || m <= 1e-9) continue;
      const gain = (k * k) / n + ((hits - k) * (hits - k)) / m;
      if (best === undefined || gain > best.gain) best = { feature: f, bin, gain };
    }
  }
  return best;
}
