import { type Coded, type ReferenceScores } from '../engine/measurement/index.js';
import { type ColumnRequest, TableFile } from '../engine/tables/table-file.js';

const GROUP = 'group ';

/** Columns that the reference need not have; they are compared where it has them. */
export interface ReferenceColumns {
  entity?: string | undefined;
  groups: readonly string[];
}

/**
 * Reads the scores that stability compares with.
 *
 * @param entity of the measured rows: entities of both files that share a name are one
 * @throws InputError as reading a table does
 */
export async function readReference(
  path: string,
  columns: ReferenceColumns & { score: string },
  entity: Coded | undefined,
): Promise<ReferenceScores> {
  const table = await TableFile.open(path);
  try {
    const scores = await table.numbers(columns.score);
    return { scores, ...(await readBeside(table, columns, entity)) };
  } finally {
    table.close();
  }
}

/** Entities and groups of a reference's rows. */
export async function readBeside(
  table: TableFile,
  columns: ReferenceColumns,
  entity: Coded | undefined,
): Promise<Omit<ReferenceScores, 'scores'>> {
  const has = (name: string | undefined): name is string =>
    name !== undefined && table.columns.some((column) => column.name === name);
  const wanted: Record<string, ColumnRequest> = {};
  if (has(columns.entity)) wanted['entity'] = { column: columns.entity, as: 'categories' };
  for (const column of columns.groups.filter(has)) wanted[GROUP + column] = { column, as: 'categories' };
  if (Object.keys(wanted).length === 0) return { groups: {} };
  const read = (await table.read(wanted)) as unknown as Record<string, Coded>;
  const groups = Object.entries(read).filter(([name]) => name.startsWith(GROUP));
  const entities = read['entity'];
  return {
    ...(entities === undefined || entity === undefined ? {} : { entity: renumbered(entities, entity) }),
    groups: Object.fromEntries(groups.map(([name, coded]) => [name.slice(GROUP.length), coded])),
  };
}

/** Codes into the names of the measured rows' entities, those it lacks after them; one missing is an entity alone. */
function renumbered(reference: Coded, known: Coded): Int32Array {
  const codeOf = new Map(known.names.map((name, code) => [name, code]));
  let next = known.names.length;
  const ofCode = Int32Array.from(reference.names, (name) => codeOf.get(name) ?? next++);
  return Int32Array.from(reference.codes, (code) => (code < 0 ? next++ : (ofCode[code] as number)));
}
