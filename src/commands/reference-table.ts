import { type Coded, type ReferenceScores } from '../engine/measurement/index.js';
import { type ColumnRequest, TableFile } from '../engine/tables/table-file.js';

const GROUP = 'group ';

/**
 * Reads the scores that stability compares with. The reference need not have the entity or the groups; where it has,
 * entities of both files that share a name are one.
 *
 * @throws InputError as reading a table does
 */
export async function readReference(
  path: string,
  columns: { score: string; entity?: string | undefined; groups: readonly string[] },
  entity: Coded | undefined,
): Promise<ReferenceScores> {
  const table = await TableFile.open(path);
  try {
    const has = (name: string | undefined): name is string =>
      name !== undefined && table.columns.some((column) => column.name === name);
    const wanted: Record<string, ColumnRequest> = { scores: { column: columns.score, as: 'numbers' } };
    if (has(columns.entity)) wanted['entity'] = { column: columns.entity, as: 'categories' };
    for (const column of columns.groups.filter(has)) wanted[GROUP + column] = { column, as: 'categories' };
    const read = (await table.read(wanted)) as unknown as Record<string, Coded>;
    const groups = Object.entries(read).filter(([name]) => name.startsWith(GROUP));
    const entities = read['entity'];
    return {
      scores: read['scores'] as unknown as Float64Array,
      ...(entities === undefined || entity === undefined ? {} : { entity: renumbered(entities, entity) }),
      groups: Object.fromEntries(groups.map(([name, coded]) => [name.slice(GROUP.length), coded])),
    };
  } finally {
    table.close();
  }
}

/** Codes into the names of the measured rows' entities, those it lacks after them; one missing is an entity alone. */
export function renumbered(reference: Coded, known: Coded): Int32Array {
  const codeOf = new Map(known.names.map((name, code) => [name, code]));
  let next = known.names.length;
  const ofCode = Int32Array.from(reference.names, (name) => codeOf.get(name) ?? next++);
  return Int32Array.from(reference.codes, (code) => (code < 0 ? next++ : (ofCode[code] as number)));
}
