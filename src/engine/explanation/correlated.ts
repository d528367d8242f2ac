import { type FeatureColumn, type FeatureTable, isTextColumn } from '../tables/index.js';

/** Ranks beyond this correlation are near enough to one feature told twice. */
export const CORRELATED = 0.9;

export interface Cluster {
  /** Places in the table. */
  places: number[];
  /** The largest |Spearman's ρ| within it. */
  strongest: number;
}

/** Features linked by |Spearman's ρ| beyond the threshold, directly or through others (single linkage). Text has no ranks. */
export function correlatedClusters(table: FeatureTable, threshold = CORRELATED): Cluster[] {
  const ranks = table.columns.map((column) => (isTextColumn(column) ? null : standardRanks(column)));
  const root = table.columns.map((_, place) => place);
  const find = (place: number): number => (root[place] === place ? place : find(root[place] as number));
  const strongest = new Map<number, number>();
  const links: [number, number, number][] = [];
  for (let a = 0; a < ranks.length; a++) {
    for (let b = a + 1; b < ranks.length; b++) {
      const [x, y] = [ranks[a], ranks[b]];
      if (x == null || y == null) continue;
      let rho = 0;
      for (let i = 0; i < x.length; i++) rho += (x[i] as number) * (y[i] as number);
      if (Math.abs(rho) <= threshold) continue;
      links.push([a, b, Math.abs(rho)]);
      root[find(b)] = find(a);
    }
  }
  for (const [a, , rho] of links) strongest.set(find(a), Math.max(rho, strongest.get(find(a)) ?? 0));
  return [...strongest.entries()]
    .map(([leader, rho]) => ({
      places: root.flatMap((_, place) => (find(place) === leader ? [place] : [])),
      strongest: rho,
    }))
    .sort((a, b) => (a.places[0] as number) - (b.places[0] as number));
}

/** Midranks, centred and scaled to unit length, missing values lowest; null where all values are equal. */
function standardRanks(column: Exclude<FeatureColumn, (string | null)[]>): Float64Array | null {
  const n = column.length;
  const key = (i: number): number => {
    const value = Number(column[i]);
    return Number.isNaN(value) ? -Infinity : value;
  };
  const keys = Float64Array.from({ length: n }, (_, i) => key(i));
  const order = Int32Array.from(keys.keys()).sort((a, b) => {
    const [x, y] = [keys[a] as number, keys[b] as number];
    return x < y ? -1 : x > y ? 1 : 0;
  });
  const ranks = new Float64Array(n);
  for (let from = 0; from < n;) {
    let to = from + 1;
    while (to < n && keys[order[to] as number] === keys[order[from] as number]) to++;
    for (let at = from; at < to; at++) ranks[order[at] as number] = (from + to - 1) / 2 - (n - 1) / 2;
    from = to;
  }
  let squares = 0;
  for (const rank of ranks) squares += rank * rank;
  return squares === 0 ? null : ranks.map((rank) => rank / Math.sqrt(squares));
}
