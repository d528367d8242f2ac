import { type Coded } from '../measurement/document.js';
import { type FeatureColumn, isTextColumn } from '../tables/index.js';

/** What tells which row of an entity came before which. Rows of one day are in the order of the file. */
export interface History {
  entity: Coded;
  days: Int32Array;
}

/**
 * For each row the place of an earlier row of its entity, or its own where there is none.
 *
 * @param lagDays null: the row before; otherwise the latest that is at least so many days older
 */
export function earlierRows({ entity, days }: History, lagDays: number | null): Int32Array {
  const rows = days.length;
  const order = Int32Array.from({ length: rows }, (_, row) => row);
  if (days.some((day, row) => row > 0 && day < (days[row - 1] as number)))
    order.sort((a, b) => (days[a] as number) - (days[b] as number) || a - b);
  const earlier = Int32Array.from({ length: rows }, (_, row) => row);
  const seen = new Map<number, { rows: number[]; next: number }>();
  for (const row of order) {
    const code = entity.codes[row] as number;
    if (code < 0) continue;
    const own = seen.get(code) ?? { rows: [], next: 0 };
    seen.set(code, own);
    if (lagDays === null) {
      earlier[row] = own.rows.at(-1) ?? row;
    } else {
      const latest = (days[row] as number) - lagDays;
      // Days ascend, so what was old enough once stays so.
      while (own.next < own.rows.length && (days[own.rows[own.next] as number] as number) <= latest)
        own.next += 1;
      earlier[row] = own.rows[own.next - 1] ?? row;
    }
    own.rows.push(row);
  }
  return earlier;
}

/** The values that earlier rows had, at the rows wanted. */
export function staleColumn(
  column: FeatureColumn,
  earlier: Int32Array,
  places: ArrayLike<number>,
): FeatureColumn {
  const at = (row: number): number => earlier[places[row] as number] as number;
  if (isTextColumn(column)) return Array.from({ length: places.length }, (_, row) => column[at(row)] ?? null);
  const values = column as ArrayLike<number | bigint>;
  return Float64Array.from({ length: places.length }, (_, row) => Number(values[at(row)]));
}
