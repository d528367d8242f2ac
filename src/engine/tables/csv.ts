import { InputError } from '../input-error.js';
import { quoteName, quoteText } from './database.js';

/** How a CSV file is laid out, as its header tells. */
export interface CsvLayout {
  delimiter: string;
  names: readonly string[];
}

/**
 * Reads the header of a CSV file: comma, semicolon, tab or bar, whichever is commonest in it, separates the columns.
 *
 * @param start the file's first bytes
 * @throws InputError `UNREADABLE_TABLE` where there is no header, or one with a name twice
 */
export function csvLayout(start: Buffer, path: string): CsvLayout {
  const bad = (why: string): never => {
    throw new InputError('UNREADABLE_TABLE', `${path}: cannot be read: ${why}`);
  };
  const text = start.toString('utf8').replace(/^\uFEFF/, '');
  if (text.includes('\0')) bad('it is neither Parquet nor text');
  const end = text.search(/[\r\n]/);
  if (end < 0 && start.length >= HEADER_BYTES) bad(`its header is longer than ${HEADER_BYTES} bytes`);
  const header = end < 0 ? text : text.slice(0, end);
  const bare = header.replace(/"[^"]*"/g, '');
  const count = (separator: string): number => bare.split(separator).length;
  const delimiter = [',', ';', '\t', '|'].reduce((best, next) => (count(next) > count(best) ? next : best));
  const fields = header.match(
    new RegExp(`("(?:[^"]|"")*"|[^${delimiter}]*)(${delimiter === '|' ? '\\|' : delimiter}|$)`, 'g'),
  );
  // The pattern matches once more, at the very end.
  const names = (fields ?? [])
    .map((field) => (field.endsWith(delimiter) ? field.slice(0, -1) : field))
    .slice(0, count(delimiter))
    .map((field) => (field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field).trim());
  names.forEach((name, i) => {
    if (name === '') bad(`column ${i + 1} of its header has no name`);
    const first = names.findIndex((other) => other.toLowerCase() === name.toLowerCase());
    if (first < i) bad(`its header names the column "${name}" twice`);
  });
  return { delimiter, names };
}

export const HEADER_BYTES = 65536;

/** The SQL that reads a CSV file as text: nothing is guessed, and a row of another shape is an error with its line. */
export function csvSource(path: string, { delimiter, names }: CsvLayout): string {
  const columns = names.map((name) => `${quoteText(name)}: 'VARCHAR'`).join(', ');
  return `read_csv(${quoteText(path)}, auto_detect = false, header = true, delim = ${quoteText(delimiter)}, quote = '"', escape = '"', compression = 'none', columns = {${columns}})`;
}

/** SQL of one row: how many rows there are, and per column the narrowest type that all its values can be read as. */
export function csvTypes({ names }: CsvLayout, source: string): string {
  // Each value is put into the first class it fits, so that most are tried once: a cast that fails is slow. A cast to
  // BIGINT would round 1.5, one to DATE drop the hour, and one to BOOLEAN take "yes", so these go by their spelling.
  const classes = names.map((name, i) => {
    const column = quoteName(name);
    const casts = (type: string): string => `TRY_CAST(${column} AS ${type}) IS NOT NULL`;
    const spelt = (pattern: string): string => `regexp_full_match(trim(${column}), '${pattern}')`;
    return `CASE WHEN ${column} IS NULL THEN NULL
      WHEN ${casts('DOUBLE')} THEN CASE WHEN ${spelt('[+-]?[0-9]{1,18}')} THEN 1 ELSE 2 END
      WHEN ${spelt('(?i)(true|false)')} THEN 3
      WHEN ${spelt('[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}')} AND ${casts('DATE')} THEN 4
      WHEN ${casts('TIMESTAMP')} THEN 5 ELSE 6 END AS c${i}`;
  });
  const types = names.map(
    (_, i) => `CASE WHEN max(c${i}) = 1 THEN 'BIGINT' WHEN max(c${i}) = 2 THEN 'DOUBLE'
      WHEN min(c${i}) = 3 AND max(c${i}) = 3 THEN 'BOOLEAN' WHEN min(c${i}) = 4 AND max(c${i}) = 4 THEN 'DATE'
      WHEN min(c${i}) >= 4 AND max(c${i}) = 5 THEN 'TIMESTAMP' ELSE 'VARCHAR' END`,
  );
  return `SELECT CAST(count(*) AS DOUBLE), ${types.join(', ')} FROM (SELECT ${classes.join(', ')} FROM ${source})`;
}
