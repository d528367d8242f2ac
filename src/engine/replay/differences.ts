import { type JsonValue } from '../reporting/canonical-json.js';
import { isObject } from '../reporting/strict-json.js';

/** A place where two documents say different things; `undefined`: one of them says nothing there. */
export interface Difference {
  /** For example `$.metrics.rocAuc.value`. */
  path: string;
  recorded: JsonValue | undefined;
  again: JsonValue | undefined;
}

/** Every place where two documents differ, in their order; an object or list that only one has is one place. */
export function differences(
  recorded: JsonValue | undefined,
  again: JsonValue | undefined,
  path = '$',
): Difference[] {
  if (isObject(recorded) && isObject(again)) {
    const names = new Set([...Object.keys(recorded), ...Object.keys(again)]);
    return [...names].flatMap((name) =>
      differences(own(recorded, name), own(again, name), `${path}${member(name)}`),
    );
  }
  if (Array.isArray(recorded) && Array.isArray(again)) {
    const [a, b] = [recorded, again] as [readonly JsonValue[], readonly JsonValue[]];
    return Array.from({ length: Math.max(a.length, b.length) }, (_, index) =>
      differences(a[index], b[index], `${path}[${index}]`),
    ).flat();
  }
  return recorded === again ? [] : [{ path, recorded, again }];
}

/** |a − b| where both are numbers; null otherwise. */
export function distance({ recorded, again }: Difference): number | null {
  return typeof recorded === 'number' && typeof again === 'number' ? Math.abs(recorded - again) : null;
}

/** Whether two numbers agree to a tolerance: absolute up to 1, relative above. */
export function agrees(difference: Difference, tolerance: number): boolean {
  const apart = distance(difference);
  if (apart === null) return false;
  const [a, b] = [difference.recorded as number, difference.again as number];
  return apart <= tolerance * Math.max(1, Math.abs(a), Math.abs(b));
}

/** What scoring twice gave. */
export interface ScoreComparison {
  rows: number;
  /** Rows whose scores are not the same bits. */
  differing: number;
  /** Largest |difference|, and its row, counted from 1; null where none differs. */
  largest: { difference: number; row: number } | null;
}

/** Compares scores row by row. @throws Error when they are not of the same rows */
export function compareScores(recorded: Float64Array, again: Float64Array): ScoreComparison {
  if (recorded.length !== again.length)
    throw new Error(`${recorded.length} recorded scores for ${again.length} rows`);
  let differing = 0;
  let row = -1;
  let difference = 0;
  for (let at = 0; at < again.length; at++) {
    const apart = Math.abs((recorded[at] as number) - (again[at] as number));
    if (apart === 0) continue;
    differing++;
    // Scores that are no numbers are as far apart as can be.
    const far = Number.isNaN(apart) ? Infinity : apart;
    if (far > difference) [difference, row] = [far, at];
  }
  return { rows: again.length, differing, largest: row < 0 ? null : { difference, row: row + 1 } };
}

function own(object: { readonly [key: string]: JsonValue }, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function member(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}
