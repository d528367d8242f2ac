import { quoteName } from './database.js';

/** What a column is asked for as: see {@link TableFile.read}. */
export type ColumnKind = 'numbers' | 'labels' | 'categories' | 'days' | 'instants';

export interface ColumnInfo {
  readonly name: string;
  /** DuckDB's name of the type; for CSV the type its values were found to have. */
  readonly type: string;
}

const INTEGERS = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER)$/;

export function isInteger(type: string): boolean {
  return INTEGERS.test(type);
}

export function isNumeric(type: string): boolean {
  return isInteger(type) || type === 'FLOAT' || type === 'DOUBLE' || type.startsWith('DECIMAL');
}

/** A column as double, NULL where it is missing or no number. CSV arrives as text and is read here, exactly. */
export function asDouble(column: ColumnInfo, text: boolean): string {
  const name = quoteName(column.name);
  if (!text && (isNumeric(column.type) || column.type === 'BOOLEAN')) return `CAST(${name} AS DOUBLE)`;
  const value = `CAST(${name} AS VARCHAR)`;
  if (column.type === 'BOOLEAN') return `CAST(TRY_CAST(${value} AS BOOLEAN) AS DOUBLE)`;
  // DuckDB reads 1_000 as a thousand, which no other reader of such files does.
  return `CASE WHEN contains(${value}, '_') THEN NULL ELSE TRY_CAST(${value} AS DOUBLE) END`;
}

/** SQL expressions whose results are plain typed arrays, missing values already marked: NaN, 2, -1, the least int. */
export const EXPRESSIONS = {
  numbers: (column: ColumnInfo, text: boolean) =>
    `coalesce(${asDouble(column, text)}, CAST('nan' AS DOUBLE))`,
  labels: (column: ColumnInfo, text: boolean) => {
    const value = asDouble(column, text);
    return `CAST(CASE WHEN ${value} = 0 THEN 0 WHEN ${value} = 1 THEN 1 ELSE 2 END AS UTINYINT)`;
  },
  days: (column: ColumnInfo, text: boolean) =>
    `CAST(coalesce(${asDay(column, text)}, -2147483648) AS INTEGER)`,
  instants: (column: ColumnInfo, text: boolean) =>
    `coalesce(CAST(${asInstant(column, text)} AS DOUBLE), CAST('nan' AS DOUBLE))`,
} as const;

/** Whether text is a time with its zone, or a whole number. */
const ZONED = (value: string): string =>
  `regexp_matches(${value}, ':[0-9.]+ ?(Z|[+-][0-9]{2}(:?[0-9]{2})?)$')`;
const WHOLE = (value: string): string => `regexp_full_match(trim(${value}), '[+-]?[0-9]+([.]0*)?')`;

/**
 * The calendar day as a number of days since 1970-01-01. A time without a zone is taken as it stands; an instant
 * is dated in Hong Kong, which has kept UTC+8 without daylight saving since 1979; whole numbers are day numbers.
 */
function asDay(column: ColumnInfo, text: boolean): string {
  const name = quoteName(column.name);
  const { type } = column;
  // An infinite date has no day; PostgreSQL and DuckDB know them.
  const epochDay = (date: string): string =>
    `CASE WHEN isfinite(${date}) THEN CAST(${date} AS DATE) - DATE '1970-01-01' END`;
  if (!text) {
    if (isInteger(type)) return `TRY_CAST(${name} AS INTEGER)`;
    if (type === 'TIMESTAMP WITH TIME ZONE') {
      return `CASE WHEN isfinite(${name}) THEN CAST(floor((epoch_us(${name}) + 28800000000) / 86400000000.0) AS BIGINT) END`;
    }
    if (type === 'DATE' || type.startsWith('TIMESTAMP')) return epochDay(name);
  }
  const value = `CAST(${name} AS VARCHAR)`;
  const time = `TRY_CAST(${value} AS TIMESTAMP)`;
  return `CASE WHEN ${ZONED(value)} THEN ${epochDay(`${time} + INTERVAL 8 HOUR`)} WHEN ${time} IS NOT NULL THEN ${epochDay(time)} WHEN ${WHOLE(value)} THEN TRY_CAST(${value} AS INTEGER) END`;
}

/** The time by Hong Kong's clock, in milliseconds since 1970-01-01 of that clock, read as {@link asDay} reads days. */
function asInstant(column: ColumnInfo, text: boolean): string {
  const name = quoteName(column.name);
  const { type } = column;
  const milliseconds = (time: string, ahead = 0): string =>
    `CASE WHEN isfinite(${time}) THEN (epoch_us(${time}) + ${ahead}) / 1000.0 END`;
  if (!text) {
    if (isInteger(type)) return `CAST(${name} AS DOUBLE) * 86400000`;
    if (type === 'TIMESTAMP WITH TIME ZONE') return milliseconds(name, 28_800_000_000);
    if (type === 'DATE' || type.startsWith('TIMESTAMP')) return milliseconds(`CAST(${name} AS TIMESTAMP)`);
  }
  const value = `CAST(${name} AS VARCHAR)`;
  const time = `TRY_CAST(${value} AS TIMESTAMP)`;
  return `CASE WHEN ${ZONED(value)} THEN ${milliseconds(time, 28_800_000_000)} WHEN ${time} IS NOT NULL THEN ${milliseconds(time)} WHEN ${WHOLE(value)} THEN TRY_CAST(${value} AS DOUBLE) * 86400000 END`;
}

/** The names closest to a misspelt one, best first: edit distance, case ignored. */
export function closest(wanted: string, names: readonly string[]): string[] {
  const distance = (a: string, b: string): number => {
    let row = Array.from({ length: b.length + 1 }, (_, j) => j);
    for (let i = 1; i <= a.length; i++) {
      const next = [i];
      for (let j = 1; j <= b.length; j++) {
        const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
        next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
      }
      row = next;
    }
    return row[b.length] ?? 0;
  };
  const folded = wanted.toLowerCase();
  return names
    .map((name, place) => ({ name, place, far: distance(folded, name.toLowerCase().slice(0, 200)) }))
    .sort((a, b) => a.far - b.far || a.place - b.place)
    .map(({ name }) => name);
}
