import type { Coding } from './fairness-task.js';

/** A column whose groups are ranked on their own. */
export interface RankedColumn extends Coding {
  /** Positives and negatives of each group. */
  positives: Float64Array;
  negatives: Float64Array;
  /** Which pair of entity and group a row belongs to, and how many there are; null: rows are independent. */
  pairs: { ofRow: Int32Array; count: number } | null;
}

export interface RankShare {
  /** All rows by place on the curve: see `orderRows`. */
  order: Int32Array;
  /** Rows in places below each; one more at the end. */
  below: Uint32Array;
  columns: readonly RankedColumn[];
}

export interface GroupRanking {
  /** ROC AUC of each group; NaN where it lacks a class. */
  auc: Float64Array;
  /** DeLong's variance of it; NaN where a class has a single row. */
  variance: Float64Array;
  /** Each pair's share in its group's AUC and the weight of its rows: share − AUC·weight is what it deviates by. */
  parts: { shares: Float64Array; weights: Float64Array } | null;
}

/**
 * ROC AUC of every group among its own rows, with DeLong's variance, in one walk over all rows in the order of their
 * scores. A positive's component is the share of its group's negatives below it, a negative's that of the positives
 * above it, ties counting half (DeLong, DeLong and Clarke-Pearson 1988).
 */
export function rankGroups({ order, below, columns }: RankShare): GroupRanking[] {
  return columns.map((column) => new Walk(column).through(order, below));
}

class Walk {
  private readonly groups: number;
  private readonly codes: Uint8Array | Int32Array;
  /** Rows of each group passed so far. */
  private readonly negativesBelow: Float64Array;
  private readonly positivesBelow: Float64Array;
  /** Twice the number of pairs ranked right. */
  private readonly halves: Float64Array;
  /** What a negative's component would be at the present score, and its squared distance from ½. */
  private readonly above: Float64Array;
  private readonly square: Float64Array;
  /** Σ of the squared distance of components from ½. */
  private readonly ofPositives: Float64Array;
  private readonly ofNegatives: Float64Array;
  /** Rows of each group at the present score. */
  private readonly here: Float64Array;
  private readonly tied: Float64Array;
  private readonly shares: Float64Array | null;
  private readonly weights: Float64Array | null;

  constructor(private readonly column: RankedColumn) {
    const { groups, codes, pairs } = column;
    const counts = (): Float64Array => new Float64Array(groups);
    this.groups = groups;
    this.codes = narrow(codes, groups);
    [this.negativesBelow, this.positivesBelow, this.halves] = [counts(), counts(), counts()];
    [this.above, this.square] = [counts().fill(1), counts().fill(0.25)];
    [this.ofPositives, this.ofNegatives, this.here, this.tied] = [counts(), counts(), counts(), counts()];
    this.shares = pairs === null ? null : new Float64Array(new SharedArrayBuffer(8 * pairs.count));
    this.weights = pairs === null ? null : new Float64Array(new SharedArrayBuffer(8 * pairs.count));
  }

  through(order: Int32Array, below: Uint32Array): GroupRanking {
    const places = below.length - 1;
    for (let place = 0; place < places; place += 3) {
      const [first, ties] = [below[place] as number, below[place + 1] as number];
      this.passNegatives(order, first, ties);
      if (place + 1 === places) break;
      const [positives, end] = [below[place + 2] as number, below[place + 3] as number];
      if (positives === ties && end === positives + 1) this.passPositive(order[positives] as number);
      else this.passTied(order, ties, positives, end);
    }
    return this.result();
  }

  /** Negatives whose score no positive shares: nearly all rows of a rare event, so that little is done for each. */
  private passNegatives(order: Int32Array, from: number, to: number): void {
    const { codes, groups, negativesBelow, ofNegatives, square } = this;
    for (let at = from; at < to; at++) {
      const group = codes[order[at] as number] as number;
      if (group >= groups) continue;
      negativesBelow[group] = (negativesBelow[group] as number) + 1;
      ofNegatives[group] = (ofNegatives[group] as number) + (square[group] as number);
    }
    if (this.shares === null) return;
    for (let at = from; at < to; at++) {
      const row = order[at] as number;
      const group = codes[row] as number;
      if (group < groups) this.note(row, this.above[group] as number, this.column.negatives[group] as number);
    }
  }

  /** A positive whose score no other row shares. */
  private passPositive(row: number): void {
    const group = this.codes[row] as number;
    if (group >= this.groups) return;
    this.countPositive(row, group, 2 * (this.negativesBelow[group] as number));
    this.raise(group, 1);
  }

  private raise(group: number, positives: number): void {
    const passed = (this.positivesBelow[group] as number) + positives;
    const above = 1 - passed / (this.column.positives[group] as number);
    this.positivesBelow[group] = passed;
    this.above[group] = above;
    this.square[group] = (above - 0.5) * (above - 0.5);
  }

  private countPositive(row: number, group: number, halves: number): void {
    const share = halves / 2 / (this.column.negatives[group] as number);
    this.halves[group] = (this.halves[group] as number) + halves;
    this.ofPositives[group] = (this.ofPositives[group] as number) + (share - 0.5) * (share - 0.5);
    if (this.shares !== null) this.note(row, share, this.column.positives[group] as number);
  }

  /** Rows of one score: negatives from `ties`, positives from `positives` to `end`. */
  private passTied(order: Int32Array, ties: number, positives: number, end: number): void {
    const { codes, groups, here, tied, column } = this;
    for (let at = ties; at < end; at++) {
      const group = codes[order[at] as number] as number;
      const counts = at < positives ? tied : here;
      if (group < groups) counts[group] = (counts[group] as number) + 1;
    }
    for (let at = ties; at < end; at++) {
      const row = order[at] as number;
      const group = codes[row] as number;
      if (group >= groups) continue;
      if (at >= positives) {
        const halves = 2 * (this.negativesBelow[group] as number) + (tied[group] as number);
        this.countPositive(row, group, halves);
        continue;
      }
      const passed = (this.positivesBelow[group] as number) + (here[group] as number) / 2;
      const share = 1 - passed / (column.positives[group] as number);
      this.ofNegatives[group] = (this.ofNegatives[group] as number) + (share - 0.5) * (share - 0.5);
      if (this.shares !== null) this.note(row, share, column.negatives[group] as number);
    }
    for (let at = ties; at < end; at++) {
      const group = codes[order[at] as number] as number;
      if (group >= groups) continue;
      this.negativesBelow[group] = (this.negativesBelow[group] as number) + (tied[group] as number);
      if ((here[group] as number) > 0) this.raise(group, here[group] as number);
      tied[group] = here[group] = 0;
    }
  }

  private note(row: number, share: number, rows: number): void {
    const pair = this.column.pairs?.ofRow[row] as number;
    const [shares, weights] = [this.shares as Float64Array, this.weights as Float64Array];
    shares[pair] = (shares[pair] as number) + share / rows;
    weights[pair] = (weights[pair] as number) + 1 / rows;
  }

  private result(): GroupRanking {
    const auc = new Float64Array(this.groups).fill(NaN);
    const variance = new Float64Array(this.groups).fill(NaN);
    for (let group = 0; group < this.groups; group++) {
      const p = this.column.positives[group] as number;
      const n = this.column.negatives[group] as number;
      if (p === 0 || n === 0) continue;
      const value = (this.halves[group] as number) / 2 / p / n;
      auc[group] = value;
      // Σ (x − AUC)² = Σ (x − ½)² − rows·(AUC − ½)², the mean of either class's components being the AUC.
      const spread = (sum: number, rows: number): number =>
        Math.max(0, sum - rows * (value - 0.5) ** 2) / (rows - 1) / rows;
      if (p > 1 && n > 1) {
        variance[group] =
          spread(this.ofPositives[group] as number, p) + spread(this.ofNegatives[group] as number, n);
      }
    }
    const parts =
      this.shares === null || this.weights === null ? null : { shares: this.shares, weights: this.weights };
    return { auc, variance, parts };
  }
}

/** Codes in as few bytes as they take, so that more of them lie near; what is missing is beyond the groups. */
function narrow(codes: Int32Array, groups: number): Uint8Array | Int32Array {
  const narrowed = groups < 256 ? new Uint8Array(codes.length) : new Int32Array(codes.length);
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row] as number;
    narrowed[row] = code < 0 ? groups : code;
  }
  return narrowed;
}
