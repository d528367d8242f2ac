import { InputError } from '../input-error.js';
import type { Coded, MeasurementInput, MeasurementOptions, SliceMeasurement } from './document.js';
import type { Core, SettledOptions } from './measure.js';
import type { Team } from './team.js';

/**
 * Measures groups on their own, with the metrics of the whole. A group of one class has no metrics, and says so.
 *
 * @throws InputError `UNKNOWN_GROUP` for a column or a group that is not there
 */
export function measureSlices(
  input: MeasurementInput,
  slices: NonNullable<MeasurementOptions['slices']>,
  options: SettledOptions,
  team: Team,
  measureCore: (input: MeasurementInput, options: SettledOptions, team: Team) => Core,
): Record<string, Record<string, SliceMeasurement>> {
  const result: Record<string, Record<string, SliceMeasurement>> = {};
  for (const { column, group } of slices) {
    const coded = input.groups?.[column];
    if (coded === undefined)
      throw new InputError('UNKNOWN_GROUP', `slice: there is no group column "${column}"`);
    const of = (result[column] ??= {});
    of[group] ??= measureSlice(subset(input, coded, group, column), options, team, measureCore);
  }
  return result;
}

/** Measures rows on their own; rows of one class only have no metrics, and say so. */
export function measureSlice(
  input: MeasurementInput,
  options: SettledOptions,
  team: Team,
  measureCore: (input: MeasurementInput, options: SettledOptions, team: Team) => Core,
): SliceMeasurement {
  const rows = input.scores.length;
  let positives = 0;
  for (const label of input.labels) positives += label;
  if (rows === 0 || positives === 0 || positives === rows) {
    const reason =
      rows === 0 ? 'the group has no rows' : `the group holds only the label ${positives === 0 ? 0 : 1}`;
    return { rows, positives, reason };
  }
  const { metrics, confusion } = measureCore(input, options, team);
  return { rows, positives, metrics, confusion };
}

/** The rows of one group, entities renumbered so that a draw of entities draws those of the group. */
function subset(input: MeasurementInput, coded: Coded, group: string, column: string): MeasurementInput {
  const code = coded.names.indexOf(group);
  if (code < 0) {
    const known = coded.names.slice(0, 8).join(', ') + (coded.names.length > 8 ? ', …' : '');
    throw new InputError(
      'UNKNOWN_GROUP',
      `slice: column "${column}" has no group "${group}"; it has ${known}`,
    );
  }
  let rows = 0;
  for (const each of coded.codes) if (each === code) rows++;
  const scores = new Float64Array(new SharedArrayBuffer(8 * rows));
  const labels = new Uint8Array(new SharedArrayBuffer(rows));
  const days = new Int32Array(new SharedArrayBuffer(4 * rows));
  const entities = new Int32Array(new SharedArrayBuffer(4 * rows));
  const cases = new Int32Array(new SharedArrayBuffer(4 * rows));
  const times = new Float64Array(new SharedArrayBuffer(8 * rows));
  const amounts = new Float64Array(new SharedArrayBuffer(8 * rows));
  for (let row = 0, at = 0; row < coded.codes.length; row++) {
    if (coded.codes[row] !== code) continue;
    scores[at] = input.scores[row] as number;
    labels[at] = input.labels[row] as number;
    if (input.days !== undefined) days[at] = input.days[row] as number;
    if (input.entity !== undefined) entities[at] = input.entity.codes[row] as number;
    if (input.cases !== undefined) cases[at] = input.cases.codes[row] as number;
    if (input.times !== undefined) times[at] = input.times[row] as number;
    if (input.amounts !== undefined) amounts[at] = input.amounts[row] as number;
    at++;
  }
  return {
    scores,
    labels,
    ...(input.days === undefined ? {} : { days }),
    ...(input.entity === undefined ? {} : { entity: renumber(entities, input.entity.names) }),
    ...(input.cases === undefined ? {} : { cases: { codes: cases, names: input.cases.names } }),
    ...(input.times === undefined ? {} : { times }),
    ...(input.amounts === undefined ? {} : { amounts }),
  };
}

function renumber(codes: Int32Array, names: readonly string[]): Coded {
  const present = new Int32Array(names.length);
  for (const code of codes) present[code] = 1;
  const kept: string[] = [];
  for (let code = 0; code < names.length; code++) {
    if (present[code] !== 1) continue;
    present[code] = kept.length;
    kept.push(names[code] as string);
  }
  for (let row = 0; row < codes.length; row++) codes[row] = present[codes[row] as number] as number;
  return { codes, names: kept };
}
