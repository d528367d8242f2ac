import { InputError } from '../engine/input-error.js';
import { type MeasurementInput } from '../engine/measurement/index.js';
import { type ColumnRequest, TableFile } from '../engine/tables/index.js';
import { decisionColumns, decisionInput, type DecisionOptions } from './decision-options.js';

/** What measuring needs beside the scores, and where it lies. */
export interface Columns extends Pick<DecisionOptions, 'amount' | 'case'> {
  label: string;
  entity?: string | undefined;
  time?: string;
  groups: readonly string[];
  /** Labels (and whatever the data file lacks) in a file of their own, joined by `key`. */
  labels?: string | undefined;
  key?: string | undefined;
}

type Known = Omit<MeasurementInput, 'scores'>;

/** Reads labels, entities, days and groups in the data's row order. */
export async function readKnown(data: TableFile, columns: Columns): Promise<Known> {
  const wanted = requests(columns);
  if (columns.labels === undefined || columns.key === undefined) return assemble(await readAll(data, wanted));
  const labels = await TableFile.open(columns.labels);
  try {
    const inData = (request: ColumnRequest) =>
      request.column !== columns.label && data.columns.some(({ name }) => name === request.column);
    const here = Object.entries(wanted).filter(([, request]) => inData(request));
    const there = Object.entries(wanted).filter(([, request]) => !inData(request));
    const places = await join(data, labels, columns.key);
    const read = await readAll(labels, Object.fromEntries(there));
    const joined = Object.entries(read).map(([name, column]) => [name, reordered(column, places)] as const);
    return assemble({ ...(await readAll(data, Object.fromEntries(here))), ...Object.fromEntries(joined) });
  } finally {
    labels.close();
  }
}

interface Coded {
  codes: Int32Array;
  names: string[];
}

type Column = Uint8Array | Int32Array | Float64Array | Coded;

const GROUP = 'group ';

function requests(columns: Columns): Record<string, ColumnRequest> {
  return {
    labels: { column: columns.label, as: 'labels' },
    ...(columns.entity !== undefined && { entity: { column: columns.entity, as: 'categories' } }),
    ...(columns.time !== undefined && { days: { column: columns.time, as: 'days' } }),
    ...decisionColumns(columns),
    ...Object.fromEntries(
      columns.groups.map((column) => [`${GROUP}${column}`, { column, as: 'categories' }] as const),
    ),
  };
}

async function readAll(
  table: TableFile,
  wanted: Record<string, ColumnRequest>,
): Promise<Record<string, Column>> {
  return Object.keys(wanted).length === 0 ? {} : await table.read(wanted);
}

function assemble(read: Record<string, Column>): Known {
  const groups = Object.entries(read).filter(([name]) => name.startsWith(GROUP));
  return {
    labels: read['labels'] as Uint8Array,
    ...(read['entity'] !== undefined && { entity: read['entity'] as Coded }),
    ...(read['days'] !== undefined && { days: read['days'] as Int32Array }),
    ...decisionInput(read),
    ...(groups.length > 0 && {
      groups: Object.fromEntries(groups.map(([name, column]) => [name.slice(GROUP.length), column as Coded])),
    }),
  };
}

function reordered(column: Column, places: Int32Array): Column {
  if ('codes' in column) return { names: column.names, codes: pick(column.codes, places, 4) };
  return pick(column, places, column.BYTES_PER_ELEMENT);
}

function pick<T extends Uint8Array | Int32Array | Float64Array>(
  values: T,
  places: Int32Array,
  width: number,
): T {
  const Kind = values.constructor as new (buffer: SharedArrayBuffer) => T;
  const picked = new Kind(new SharedArrayBuffer(width * places.length));
  for (let row = 0; row < places.length; row += 1) picked[row] = values[places[row] ?? 0] ?? 0;
  return picked;
}

/**
 * For each row of the data the row of the labels that has the same key.
 *
 * @throws InputError `DUPLICATE_KEY`, `MISSING_LABEL`, each naming the file, the key and the row
 */
async function join(data: TableFile, labels: TableFile, key: string): Promise<Int32Array> {
  const [left, right] = await keys(data, labels, key);
  const rows = new Map<number | string, number>();
  for (let row = 0; row < labels.rows; row += 1) {
    const value = right(row);
    const earlier = rows.get(value);
    if (earlier !== undefined) throw duplicate(labels, key, value, earlier, row);
    rows.set(value, row);
  }
  const places = new Int32Array(data.rows);
  const taken = new Int32Array(labels.rows);
  for (let row = 0; row < data.rows; row += 1) {
    const value = left(row);
    const place = rows.get(value);
    if (place === undefined) {
      throw new InputError(
        'MISSING_LABEL',
        `${labels.path}: no label for ${key} ${value} of row ${row + 1} of ${data.path}`,
      );
    }
    const earlier = taken[place] ?? 0;
    if (earlier !== 0) throw duplicate(data, key, value, earlier - 1, row);
    taken[place] = row + 1;
    places[row] = place;
  }
  return places;
}

function duplicate(
  table: TableFile,
  key: string,
  value: number | string,
  first: number,
  second: number,
): InputError {
  return new InputError(
    'DUPLICATE_KEY',
    `${table.path}: ${key} ${value} stands in row ${first + 1} and again in row ${second + 1}`,
  );
}

type Key = (row: number) => number | string;

/** Keys as numbers where both files hold integers that a double keeps exact, otherwise as text. */
async function keys(data: TableFile, labels: TableFile, key: string): Promise<readonly [Key, Key]> {
  const integer = (table: TableFile) =>
    /^U?(TINY|SMALL|BIG)?INT(EGER)?$/.test(table.columns.find(({ name }) => name === key)?.type ?? '');
  if (integer(data) && integer(labels)) {
    const [left, right] = [await data.numbers(key), await labels.numbers(key)];
    if (left.every(Number.isSafeInteger) && right.every(Number.isSafeInteger)) {
      return [(row) => left[row] ?? NaN, (row) => right[row] ?? NaN];
    }
  }
  const [left, right] = [await data.categories(key), await labels.categories(key)];
  const text = (table: TableFile, column: Coded): Key => {
    const missing = column.codes.indexOf(-1);
    if (missing >= 0) throw new InputError('MISSING_KEY', `${table.path}: row ${missing + 1} has no ${key}`);
    return (row) => column.names[column.codes[row] ?? 0] ?? '';
  };
  return [text(data, left), text(labels, right)];
}
