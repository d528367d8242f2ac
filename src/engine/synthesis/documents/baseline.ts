import { exp, log } from '../arithmetic.js';
import { BINS, type Binned } from './bins.js';

/** How the trees are grown; rates are shares of rows and of features that each tree sees. */
export const BASELINE = {
  trees: 60,
  leaves: 12,
  learningRate: 0.15,
  rowShare: 0.33,
  featureShare: 0.4,
  leastHessian: 1.5,
  regularisation: 2,
} as const;

interface Tree {
  /** feature of each inner node, or −1 at a leaf */
  readonly feature: Int16Array;
  /** highest bin that goes left; missing values are in the lowest bin and so go left */
  readonly bin: Uint8Array;
  /** left child; the right one follows it */
  readonly child: Int16Array;
  readonly value: Float64Array;
}

export interface Forest {
  readonly features: number;
  readonly start: number;
  readonly trees: readonly Tree[];
  /** by feature: what its splits gained, as a share of all gain */
  readonly importance: readonly number[];
}

interface Leaf {
  readonly node: number;
  readonly from: number;
  readonly to: number;
  readonly histogram: Float64Array;
  readonly gradient: number;
  readonly hessian: number;
  gain: number;
  feature: number;
  bin: number;
}

/**
 * Gradient-boosted trees for two classes on binned features: Newton steps on the logistic loss (Friedman, 2001; Chen
 * and Guestrin, 2016), trees grown leaf by leaf from histograms with the larger child by subtraction (Ke et al.,
 * 2017). One thread, a fixed order of additions, chance from a fixed scramble: the same rows give the same trees.
 */
export function grow(data: Binned): Forest {
  return new Grower(data).grow();
}

class Grower {
  private readonly order: Uint32Array;
  private readonly spare: Uint32Array;
  private readonly scores: Float64Array;
  private readonly gradients: Float64Array;
  private readonly hessians: Float64Array;
  private readonly pool: Float64Array[] = [];
  private readonly gains: Float64Array;
  private chosen: Uint16Array = new Uint16Array(0);

  constructor(private readonly data: Binned) {
    this.order = new Uint32Array(data.rows);
    this.spare = new Uint32Array(data.rows);
    this.scores = new Float64Array(data.rows);
    this.gradients = new Float64Array(data.rows);
    this.hessians = new Float64Array(data.rows);
    this.gains = new Float64Array(data.features);
  }

  grow(): Forest {
    const { data, scores, gains } = this;
    let positives = 0;
    for (let row = 0; row < data.rows; row += 1) positives += data.label[row] ?? 0;
    const start = log((positives + 1) / (data.rows - positives + 1));
    scores.fill(start);
    const trees: Tree[] = [];
    for (let t = 0; t < BASELINE.trees; t += 1) {
      const tree = this.tree(t);
      trees.push(tree);
      addTree(tree, data, scores);
    }
    const all = gains.reduce((sum, gain) => sum + gain, 0);
    return {
      features: data.features,
      start,
      trees,
      importance: Array.from(gains, (gain) => (all > 0 ? gain / all : 0)),
    };
  }

  private tree(number: number): Tree {
    const { data, order, scores, gradients, hessians } = this;
    let rows = 0;
    for (let row = 0; row < data.rows; row += 1) {
      // A positive is rare, so that leaving any of them out would cost more than it brings.
      if (data.label[row] !== 1 && scramble(row, number) >= BASELINE.rowShare) continue;
      const p = 1 / (1 + exp(-(scores[row] ?? 0)));
      gradients[row] = p - (data.label[row] ?? 0);
      hessians[row] = p * (1 - p);
      order[rows] = row;
      rows += 1;
    }
    const chosen: number[] = [];
    for (let f = 0; f < data.features; f += 1)
      if (scramble(f + 0x1000000, number) < BASELINE.featureShare || data.features < 8) chosen.push(f);
    this.chosen = Uint16Array.from(chosen);

    const most = 2 * BASELINE.leaves - 1;
    const tree = {
      feature: new Int16Array(most).fill(-1),
      bin: new Uint8Array(most),
      child: new Int16Array(most),
      value: new Float64Array(most),
    };
    let nodes = 1;
    const leaves: Leaf[] = [this.leaf(0, 0, rows, this.histogramOf(0, rows))];
    while (leaves.length < BASELINE.leaves) {
      let best = 0;
      for (let at = 1; at < leaves.length; at += 1)
        if ((leaves[at]?.gain ?? 0) > (leaves[best]?.gain ?? 0)) best = at;
      const leaf = leaves[best] as Leaf;
      if (leaf.gain <= 0) break;
      const middle = this.partition(leaf);
      const leftSmaller = middle - leaf.from <= leaf.to - middle;
      const small = leftSmaller ? this.histogramOf(leaf.from, middle) : this.histogramOf(middle, leaf.to);
      this.subtract(leaf.histogram, small);
      const [left, right] = leftSmaller ? [small, leaf.histogram] : [leaf.histogram, small];
      tree.feature[leaf.node] = leaf.feature;
      tree.bin[leaf.node] = leaf.bin;
      tree.child[leaf.node] = nodes;
      this.gains[leaf.feature] = (this.gains[leaf.feature] ?? 0) + leaf.gain;
      leaves[best] = this.leaf(nodes, leaf.from, middle, left);
      leaves.push(this.leaf(nodes + 1, middle, leaf.to, right));
      nodes += 2;
    }
    for (const { node, gradient, hessian, histogram } of leaves) {
      tree.value[node] = (-BASELINE.learningRate * gradient) / (hessian + BASELINE.regularisation);
      this.pool.push(histogram);
    }
    return tree;
  }

  /** Sums of gradients and hessians by chosen feature and bin. */
  private histogramOf(from: number, to: number): Float64Array {
    const { order, gradients, hessians, chosen } = this;
    const { bins, features } = this.data;
    const histogram = this.pool.pop() ?? new Float64Array(2 * BINS * features);
    histogram.fill(0);
    for (let at = from; at < to; at += 1) {
      const row = order[at] ?? 0;
      const gradient = gradients[row] ?? 0;
      const hessian = hessians[row] ?? 0;
      const base = row * features;
      for (let k = 0; k < chosen.length; k += 1) {
        const f = chosen[k] ?? 0;
        const cell = 2 * (f * BINS + (bins[base + f] ?? 0));
        histogram[cell] = (histogram[cell] ?? 0) + gradient;
        histogram[cell + 1] = (histogram[cell + 1] ?? 0) + hessian;
      }
    }
    return histogram;
  }

  private subtract(from: Float64Array, what: Float64Array): void {
    for (const f of this.chosen) {
      const end = 2 * BINS * (f + 1);
      for (let cell = 2 * BINS * f; cell < end; cell += 1) from[cell] = (from[cell] ?? 0) - (what[cell] ?? 0);
    }
  }

  /** A leaf with the best split that it could have. */
  private leaf(node: number, from: number, to: number, histogram: Float64Array): Leaf {
    const { chosen } = this;
    const { regularisation, leastHessian } = BASELINE;
    let gradient = 0;
    let hessian = 0;
    const first = 2 * BINS * (chosen[0] ?? 0);
    for (let cell = first; cell < first + 2 * BINS; cell += 2) {
      gradient += histogram[cell] ?? 0;
      hessian += histogram[cell + 1] ?? 0;
    }
    const leaf: Leaf = { node, from, to, histogram, gradient, hessian, gain: 0, feature: -1, bin: 0 };
    const whole = (gradient * gradient) / (hessian + regularisation);
    for (let k = 0; k < chosen.length; k += 1) {
      const f = chosen[k] ?? 0;
      let g = 0;
      let h = 0;
      for (let bin = 0; bin < BINS - 1; bin += 1) {
        const cell = 2 * (f * BINS + bin);
        const more = histogram[cell + 1] ?? 0;
        g += histogram[cell] ?? 0;
        h += more;
        const rest = hessian - h;
        if (h < leastHessian || more === 0) continue;
        if (rest < leastHessian) break;
        const other = gradient - g;
        const gain = (g * g) / (h + regularisation) + (other * other) / (rest + regularisation) - whole;
        if (gain > leaf.gain + 1e-9) {
          leaf.gain = gain;
          leaf.feature = f;
          leaf.bin = bin;
        }
      }
    }
    return leaf;
  }

  /** Rows that go left come first, both sides in their old order. @returns where the right side begins */
  private partition({ from, to, feature, bin }: Leaf): number {
    const { order, spare } = this;
    const { bins, features } = this.data;
    let left = from;
    let right = 0;
    for (let at = from; at < to; at += 1) {
      const row = order[at] ?? 0;
      if ((bins[row * features + feature] ?? 0) <= bin) {
        order[left] = row;
        left += 1;
      } else {
        spare[right] = row;
        right += 1;
      }
    }
    for (let at = 0; at < right; at += 1) order[left + at] = spare[at] ?? 0;
    return left;
  }
}

function addTree(tree: Tree, data: Binned, scores: Float64Array): void {
  const { feature, bin, child, value } = tree;
  const { bins, features, rows } = data;
  for (let row = 0; row < rows; row += 1) {
    const base = row * features;
    let node = 0;
    let at = feature[0] ?? -1;
    while (at >= 0) {
      const right = +((bins[base + at] ?? 0) > (bin[node] ?? 0));
      node = (child[node] ?? 0) + right;
      at = feature[node] ?? -1;
    }
    scores[row] = (scores[row] ?? 0) + (value[node] ?? 0);
  }
}

/** Scores (log odds, but for the share of positives that it was grown on) of rows that were binned with the same cuts. */
export function scoresOf(forest: Forest, data: Binned): Float32Array {
  const scores = new Float64Array(data.rows).fill(forest.start);
  for (const tree of forest.trees) addTree(tree, data, scores);
  return Float32Array.from(scores);
}

const { imul } = Math;

/** A fixed number in [0, 1) for each pair. */
function scramble(left: number, right: number): number {
  let h = imul(left ^ 0x9e3779b9, 0x85ebca6b) ^ imul(right + 0x51ed270b, 0xc2b2ae35);
  h = imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = imul(h ^ (h >>> 12), 0x297a2d39);
  return ((h ^ (h >>> 15)) >>> 0) / 0x1_0000_0000;
}
