/** The rows of each unit of resampling: entity or, where there is none, the row itself. */
export interface Units {
  count: number;
  /** Unit of each row; null where each row is its own. */
  codes: Int32Array | null;
  /** Rows ordered by unit, and where each unit's begin (one more at the end); null where each row is its own. */
  rows: Int32Array | null;
  starts: Int32Array | null;
}

/** Orders rows by their unit: a counting sort, in row order within a unit. */
export function unitsOf(codes: Int32Array | null, count: number): Units {
  if (codes === null) return { count, codes, rows: null, starts: null };
  const starts = new Int32Array(count + 1);
  for (const code of codes) starts[code + 1] = (starts[code + 1] as number) + 1;
  for (let unit = 0; unit < count; unit++)
    starts[unit + 1] = (starts[unit + 1] as number) + (starts[unit] as number);
  const next = starts.slice();
  const rows = new Int32Array(codes.length);
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row] as number;
    const at = next[code] as number;
    rows[at] = row;
    next[code] = at + 1;
  }
  return { count, codes, rows, starts };
}

/**
 * Sums over the rows of a unit that fall into a cell: one entry for each pair that occurs, units ascending. Entities
 * have few cells, so that a replicate walks far fewer entries than rows.
 */
export interface Tally {
  /** How many cells there are. */
  count: number;
  /** Unit of each entry; null where entry i is unit i's. */
  units: Int32Array | null;
  /** Cell of each entry; null where there is one cell. */
  cells: Uint16Array | Int32Array | null;
  /** Sum of each entry; null where all are 1. */
  sums: Float64Array | null;
}

/**
 * @param cells of each row its cell, −1 for none; null: one cell that holds all
 * @param valueOf what is summed of a row; null counts rows
 */
export function tally(
  units: Units,
  cells: ArrayLike<number> | null,
  count: number,
  valueOf: ((row: number) => number) | null,
): Tally {
  const { rows, starts } = units;
  const last = new Int32Array(count).fill(-1);
  let entries = 0;
  walk(units, cells, (unit, cell) => {
    if (rows !== null && last[cell] === unit) return;
    last[cell] = unit;
    entries++;
  });
  const owners = new Int32Array(new SharedArrayBuffer(4 * entries));
  const own =
    count > 65536
      ? new Int32Array(new SharedArrayBuffer(4 * entries))
      : new Uint16Array(new SharedArrayBuffer(2 * entries));
  const sums = new Float64Array(new SharedArrayBuffer(8 * entries));
  const entryOf = new Int32Array(count);
  last.fill(-1);
  let next = 0;
  walk(units, cells, (unit, cell, row) => {
    if (rows === null || last[cell] !== unit) {
      last[cell] = unit;
      entryOf[cell] = next;
      owners[next] = unit;
      own[next] = cell;
      next++;
    }
    const entry = entryOf[cell] as number;
    sums[entry] = (sums[entry] as number) + (valueOf === null ? 1 : valueOf(row));
  });
  const dense = entries === units.count && (count === 1 || starts === null);
  return {
    count,
    units: dense ? null : owners,
    cells: count === 1 ? null : own,
    sums: valueOf === null && rows === null ? null : sums,
  };
}

function walk(
  { count, rows, starts }: Units,
  cells: ArrayLike<number> | null,
  visit: (unit: number, cell: number, row: number) => void,
): void {
  for (let unit = 0; unit < count; unit++) {
    const end = starts === null ? unit + 1 : (starts[unit + 1] as number);
    for (let at = starts === null ? unit : (starts[unit] as number); at < end; at++) {
      const row = rows === null ? at : (rows[at] as number);
      const cell = cells === null ? 0 : (cells[row] as number);
      if (cell >= 0) visit(unit, cell, row);
    }
  }
}

/** Each cell's sum, units weighing what they were drawn. */
export function weighed({ count, units, cells, sums }: Tally, weights: Uint16Array): Float64Array {
  const totals = new Float64Array(count);
  const entries = (units ?? cells ?? sums ?? weights).length;
  if (cells === null) {
    let total = 0;
    for (let i = 0; i < entries; i++) {
      const weight = weights[units === null ? i : (units[i] as number)] as number;
      total += sums === null ? weight : weight * (sums[i] as number);
    }
    totals[0] = total;
    return totals;
  }
  for (let i = 0; i < entries; i++) {
    const cell = cells[i] as number;
    const weight = weights[units === null ? i : (units[i] as number)] as number;
    totals[cell] = (totals[cell] as number) + (sums === null ? weight : weight * (sums[i] as number));
  }
  return totals;
}
