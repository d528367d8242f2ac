import { type TypedColumn } from './typed-table.js';

/** A feature's values, one a row: numbers with NaN where one is missing, or text with null. */
export type FeatureColumn = TypedColumn;

/**
 * Features held whole, column by column, in the order of their names: what perturbations and explanations change and a
 * model scores. Columns are never written to once they are in a table; a changed table shares those it did not change.
 */
export interface FeatureTable {
  readonly rows: number;
  readonly names: readonly string[];
  readonly columns: readonly FeatureColumn[];
}

/**
 * Scores features, one score a row in the rows' order. Any number of calls may be under way at once, and what scores may put
 * them together: many small ones then cost little more than a large one.
 */
export type ScoreRows = (features: FeatureTable) => Promise<Float64Array>;

/** @throws Error when columns and names do not go together, or a column has another number of rows */
export function featureTable(columns: Readonly<Record<string, FeatureColumn>>): FeatureTable {
  const entries = Object.entries(columns);
  const rows = entries[0]?.[1].length ?? 0;
  const uneven = entries.find(([, column]) => column.length !== rows);
  if (uneven !== undefined)
    throw new Error(`column "${uneven[0]}" has ${uneven[1].length} rows where there are ${rows}`);
  return { rows, names: entries.map(([name]) => name), columns: entries.map(([, column]) => column) };
}

export function isTextColumn(column: FeatureColumn): column is (string | null)[] {
  return Array.isArray(column);
}

/** @throws Error when there is no such column */
export function featureColumn(table: FeatureTable, name: string): FeatureColumn {
  const column = table.columns[table.names.indexOf(name)];
  if (column === undefined) throw new Error(`there is no feature "${name}"`);
  return column;
}

/** The same table but for the columns given. @throws Error for one that is not in it or is not as long */
export function withColumns(
  table: FeatureTable,
  changed: Readonly<Record<string, FeatureColumn>>,
): FeatureTable {
  const columns = [...table.columns];
  for (const [name, column] of Object.entries(changed)) {
    const at = table.names.indexOf(name);
    if (at < 0) throw new Error(`there is no feature "${name}"`);
    if (column.length !== table.rows)
      throw new Error(`column "${name}" has ${column.length} rows where there are ${table.rows}`);
    columns[at] = column;
  }
  return { ...table, columns };
}

/** The rows at those places, in that order; a place may come more than once. */
export function takeRows(table: FeatureTable, places: ArrayLike<number>): FeatureTable {
  return {
    rows: places.length,
    names: table.names,
    columns: table.columns.map((column) => takeValues(column, places)),
  };
}

function takeValues(column: FeatureColumn, places: ArrayLike<number>): FeatureColumn {
  if (isTextColumn(column))
    return Array.from({ length: places.length }, (_, row) => column[places[row] as number] ?? null);
  const Kind = column.constructor as new (length: number) => Exclude<FeatureColumn, (string | null)[]>;
  const values = new Kind(places.length);
  for (let row = 0; row < places.length; row++) values[row] = column[places[row] as number] as never;
  return values;
}
