import { DuckDBInstance } from '@duckdb/node-api';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../input-error.js';
import { briefly, quoteName, quoteText } from './database.js';
import { TableFile } from './table-file.js';

/** A declared column: which table of a dataset it belongs to, and what it is there. */
export interface DeclaredColumn {
  name: string;
  table: 'features' | 'labels' | 'protected';
  role: 'key' | 'entity' | 'time' | 'feature' | 'label' | 'protected' | 'control' | 'information';
  type: string;
  definition: string;
  unit: string;
}

export interface SplitPart {
  split: 'development' | 'evaluation';
  table: 'features' | 'labels' | 'protected';
  path: string;
  rows: number;
}

/** The key that joins the tables of an import: the row's number in the file that was handed in. */
export const IMPORT_KEY = 'row_id';

const TABLES = ['features', 'labels', 'protected'] as const;

/**
 * Takes one table apart into features, labels and protected attributes, by split, as Parquet below `outDir`, so that
 * what a model may see and what it may not never lie in one object.
 *
 * @param options.evaluationFrom rows whose time is before this ISO 8601 moment are development, the rest evaluation;
 *   all are evaluation where it is null
 * @throws InputError `MISSING_COLUMN` · `BAD_LABEL` and the like as `TableFile` gives them · `UNREADABLE_TABLE` ·
 *   `EMPTY_SPLIT` where a split would have no row, or labels of one class only · `KEY_NAME_TAKEN`
 */
export async function splitTable(options: {
  path: string;
  columns: readonly DeclaredColumn[];
  evaluationFrom: string | null;
  outDir: string;
}): Promise<{ parts: SplitPart[]; columns: DeclaredColumn[] }> {
  const { path, columns, evaluationFrom, outDir } = options;
  const label = columns.find(({ role }) => role === 'label')?.name;
  if (label === undefined) throw new InputError('NO_LABEL', 'the declaration names no label column');
  if (columns.some(({ name }) => name === IMPORT_KEY)) {
    throw new InputError(
      'KEY_NAME_TAKEN',
      `the column ${IMPORT_KEY} cannot be declared: the import makes its own key of that name`,
    );
  }
  const types = await checkedTypes(path, columns, label);
  const time = columns.find(({ role }) => role === 'time')?.name;
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '2',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    preserve_insertion_order: 'true',
    temp_directory: '',
  });
  const connection = await instance.connect();
  try {
    await connection.run(`SET allowed_paths = [${quoteText(path)}]`);
    await connection.run(`SET allowed_directories = [${quoteText(outDir)}]`);
    await connection.run('SET enable_external_access = false');
    const reader =
      types.format === 'parquet'
        ? `read_parquet(${quoteText(path)})`
        : `read_csv(${quoteText(path)}, header = true)`;
    const late =
      evaluationFrom === null || time === undefined
        ? 'true'
        : `${quoteName(time)}::TIMESTAMP >= ${quoteText(evaluationFrom.replace(/Z$/, ''))}::TIMESTAMP`;
    await connection.run(
      `CREATE TABLE whole AS SELECT row_number() OVER () AS ${IMPORT_KEY}, ${late} AS is_evaluation, ${columns
        .map(({ name }) => quoteName(name))
        .join(', ')} FROM ${reader}`,
    );
    const parts: SplitPart[] = [];
    for (const split of evaluationFrom === null
      ? (['evaluation'] as const)
      : (['development', 'evaluation'] as const)) {
      const where = split === 'evaluation' ? 'is_evaluation' : 'NOT is_evaluation';
      const counted = await connection.runAndReadAll(
        `SELECT count(*)::DOUBLE, count(*) FILTER (${quoteName(label)}::INTEGER = 1)::DOUBLE FROM whole WHERE ${where}`,
      );
      const [rows, positives] = (counted.getRows()[0] ?? [0, 0]) as [number, number];
      if (rows === 0) throw new InputError('EMPTY_SPLIT', `the ${split} split would have no row`);
      if (split === 'evaluation' && (positives === 0 || positives === rows)) {
        throw new InputError('ONE_CLASS', `the ${split} split would have labels of one class only`);
      }
      await mkdir(join(outDir, split), { recursive: true });
      for (const table of TABLES) {
        const wanted = columns.filter((column) => column.table === table);
        if (wanted.length === 0) continue;
        const target = join(outDir, split, `${table}.parquet`);
        await connection.run(
          `COPY (SELECT ${[IMPORT_KEY, ...wanted.map(({ name }) => quoteName(name))].join(', ')}
           FROM whole WHERE ${where} ORDER BY ${IMPORT_KEY}) TO ${quoteText(target)} (FORMAT parquet, COMPRESSION zstd)`,
        );
        parts.push({ split, table, path: target, rows });
      }
    }
    return {
      parts,
      columns: [
        { name: IMPORT_KEY, table: 'features', role: 'key', ...KEY_DOCUMENT },
        // A key of the file's own stays readable; it no longer joins anything.
        ...columns.map((column) => ({
          ...column,
          ...(column.role === 'key' ? { role: 'information' as const } : {}),
          type: types.byName.get(column.name) ?? 'unknown',
        })),
      ],
    };
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError('UNREADABLE_TABLE', `the file cannot be taken apart: ${briefly(error)}`);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

const KEY_DOCUMENT = {
  type: 'int64',
  definition: 'The row’s number in the file that was imported.',
  unit: 'row',
};

/** Refuses a file whose columns are missing or whose labels are not 0 and 1, before anything is written. */
async function checkedTypes(
  path: string,
  columns: readonly DeclaredColumn[],
  label: string,
): Promise<{ format: 'parquet' | 'csv'; byName: Map<string, string> }> {
  const file = await TableFile.open(path);
  try {
    const byName = new Map(file.columns.map(({ name, type }) => [name, type]));
    for (const { name } of columns) {
      if (!byName.has(name)) {
        throw new InputError(
          'MISSING_COLUMN',
          `the file has no column ${JSON.stringify(name)}; it has ${[...byName.keys()].slice(0, 20).join(', ')}`,
        );
      }
    }
    await file.labels(label);
    return { format: file.format, byName };
  } finally {
    file.close();
  }
}
