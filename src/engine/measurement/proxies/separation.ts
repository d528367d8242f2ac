/** ROC AUC of values between the rows that are of a group and those that are not, with DeLong's variance. */
export interface Separation {
  auc: number;
  /** NaN where either side has fewer than two rows. */
  variance: number;
  inside: number;
  outside: number;
}

/**
 * Mann–Whitney with midranks, and the spread of its components (DeLong, DeLong and Clarke-Pearson 1988).
 *
 * @param order the rows by ascending value
 * @param kept which of them count; all where null
 */
export function separation(
  values: ArrayLike<number>,
  order: Int32Array,
  inside: (row: number) => boolean,
  kept: ((row: number) => boolean) | null,
): Separation {
  const rows = kept === null ? order : order.filter(kept);
  const total = rows.reduce((count, row) => count + (inside(row) ? 1 : 0), 0);
  const rest = rows.length - total;
  let [within, without] = [0, 0];
  let sum = 0;
  let [ofInside, ofOutside] = [0, 0];
  for (let from = 0; from < rows.length;) {
    const value = values[rows[from] as number] as number;
    let to = from;
    let here = 0;
    for (; to < rows.length && values[rows[to] as number] === value; to++) {
      if (inside(rows[to] as number)) here++;
    }
    const tied = to - from - here;
    const below = (without + tied / 2) / rest;
    const above = (total - within - here / 2) / total;
    sum += here * below;
    ofInside += here * (below - 0.5) * (below - 0.5);
    ofOutside += tied * (above - 0.5) * (above - 0.5);
    within += here;
    without += tied;
    from = to;
  }
  const auc = sum / total;
  const spread = (squares: number, n: number): number =>
    Math.max(0, squares - n * (auc - 0.5) ** 2) / (n - 1) / n;
  const variance = total > 1 && rest > 1 ? spread(ofInside, total) + spread(ofOutside, rest) : NaN;
  return { auc, variance, inside: total, outside: rest };
}

/** Rows by ascending value; rows whose value is missing are left out. */
export function ascending(values: ArrayLike<number>): Int32Array {
  const rows: number[] = [];
  for (let row = 0; row < values.length; row++) if (!Number.isNaN(values[row])) rows.push(row);
  return Int32Array.from(rows).sort((a, b) => (values[a] as number) - (values[b] as number));
}
