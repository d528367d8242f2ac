import { InputError } from '../input-error.js';
import type { Coded, MeasurementInput } from './document.js';

/** Between the names of columns that are crossed, and of their groups: `sex × age_band`, `F × 30-39`. */
const CROSS = ' × ';

/** Groups that crossed columns may have at most. */
const MOST_GROUPS = 10_000;

/** The columns that a name such as `sex × age_band` crosses; one for a column of its own. */
export function crossedColumns(name: string): string[] {
  return name.split(CROSS);
}

/** Every way to cross 2, 3 … up to `size` of the columns. */
export function combinations(columns: readonly string[], size: number): string[][] {
  const found: string[][] = [];
  const extend = (chosen: readonly string[], from: number): void => {
    if (chosen.length > 1) found.push([...chosen]);
    if (chosen.length === size) return;
    for (let next = from; next < columns.length; next++)
      extend([...chosen, columns[next] as string], next + 1);
  };
  extend([], 0);
  return found;
}

/**
 * The input with a column more for each intersection, whose groups are those combinations that occur. Where one of the
 * columns is missing the combination is.
 *
 * @throws InputError `UNKNOWN_GROUP` for a column that is not there, `BAD_OPTION` for one alone, twice, or too many groups
 */
export function withIntersections(
  input: MeasurementInput,
  intersections: readonly (readonly string[])[],
): MeasurementInput {
  if (intersections.length === 0) return input;
  const groups = { ...input.groups };
  for (const columns of intersections) groups[columns.join(CROSS)] = crossed(input.groups ?? {}, columns);
  return { ...input, groups };
}

function crossed(groups: Readonly<Record<string, Coded>>, columns: readonly string[]): Coded {
  if (columns.length < 2 || new Set(columns).size < columns.length) {
    throw new InputError(
      'BAD_OPTION',
      `intersections: [${columns.join(', ')}] does not name two columns or more`,
    );
  }
  const crossing = columns.map((column) => {
    const coded = Object.hasOwn(groups, column) ? groups[column] : undefined;
    if (coded === undefined) {
      throw new InputError('UNKNOWN_GROUP', `intersections: there is no group column "${column}"`);
    }
    return coded;
  });
  const combined = crossing.reduce((product, { names }) => product * names.length, 1);
  if (combined > MOST_GROUPS) {
    throw new InputError(
      'BAD_OPTION',
      `intersections: ${columns.join(CROSS)} has ${combined} combinations, more than ${MOST_GROUPS}`,
    );
  }
  const rows = crossing[0]?.codes.length ?? 0;
  const codes = new Int32Array(new SharedArrayBuffer(4 * rows));
  for (const { codes: own, names } of crossing) {
    for (let row = 0; row < rows; row++) {
      const [before, code] = [codes[row] as number, own[row] as number];
      codes[row] = before < 0 || code < 0 ? -1 : before * names.length + code;
    }
  }
  return named(codes, crossing, combined);
}

/** Renumbers the combinations that occur, in the order of the columns' own groups. */
function named(codes: Int32Array, crossing: readonly Coded[], combined: number): Coded {
  const renumbered = new Int32Array(combined).fill(-1);
  for (const code of codes) if (code >= 0) renumbered[code] = 0;
  const names: string[] = [];
  for (let code = 0; code < combined; code++) {
    if ((renumbered[code] as number) < 0) continue;
    renumbered[code] = names.length;
    let rest = code;
    const parts: string[] = [];
    for (const { names: own } of [...crossing].reverse()) {
      parts.unshift(own[rest % own.length] as string);
      rest = Math.floor(rest / own.length);
    }
    names.push(parts.join(CROSS));
  }
  for (let row = 0; row < codes.length; row++) {
    if ((codes[row] as number) >= 0) codes[row] = renumbered[codes[row] as number] as number;
  }
  return { codes, names };
}
