import { InputError } from '../../input-error.js';
import { featureColumn, type FeatureTable, isTextColumn } from '../../tables/index.js';
import {
  alternatives,
  type DerivedColumn,
  type Equality,
  type EvasionProfile,
  type MutableColumn,
} from './profile.js';
import { type EvasionSpace, type Point, type Realised, type Variable } from './space.js';

type Value = number | string | null;

const LIMITS = [
  'What can be changed, within which bounds and at what cost, is as the profile declares; nobody checked it against the world.',
  'Columns that follow from others and are not declared to stay as they were.',
];

/** Sums of a row's terms may differ by so much of their size and still be equal. */
const ROUNDING = 1e-9;

/**
 * Changes of columns as a profile declares them: each within its bounds and on its step, sums that must stay kept by the
 * column that solves them, derived columns computed again.
 *
 * @throws InputError `BAD_EVASION` for columns that the data does not have or that hold something else
 */
export function columnsSpace(profile: EvasionProfile, table: FeatureTable): EvasionSpace {
  const { columns = [], derived = [], equalities = [], gain } = profile;
  checkColumns(profile, table);
  const value = (row: number, name: string): Value => {
    const column = featureColumn(table, name);
    return isTextColumn(column) ? (column[row] ?? null) : Number(column[row]);
  };
  const taken = (row: number) => (gain === undefined ? null : (value(row, gain) as number));
  return {
    name: 'declared columns',
    limits: LIMITS,
    gain: taken,
    variables: (row) => columns.map((column) => variableOf(column, value(row, column.name))),
    realise: (row, point) => realise({ columns, derived, equalities, gain }, row, point, value),
  };
}

function variableOf(column: MutableColumn, now: Value): Variable {
  const { name } = column;
  const choices = alternatives(column);
  if (choices !== undefined) return { name, kind: 'choice', origin: 0, least: 0, most: choices.length };
  const origin = now as number;
  // A value that is missing cannot be moved from where it is.
  if (Number.isNaN(origin)) return { name, kind: 'number', origin, least: origin, most: origin };
  const { direction = 'both' } = column;
  return {
    name,
    kind: 'number',
    origin,
    least: direction === 'up' ? origin : Math.min(origin, column.least ?? -Infinity),
    most: direction === 'down' ? origin : Math.max(origin, column.most ?? Infinity),
  };
}

function realise(
  profile: {
    gain: string | undefined;
    columns: readonly MutableColumn[];
    derived: readonly DerivedColumn[];
    equalities: readonly Equality[];
  },
  row: number,
  point: Point,
  value: (row: number, name: string) => Value,
): Realised | null {
  const { columns, derived, equalities, gain } = profile;
  const now = new Map<string, Value>();
  const read = (name: string): number => Number(now.has(name) ? now.get(name) : value(row, name));
  columns.forEach((column, at) => {
    const turned = point[at] as number;
    const before = value(row, column.name);
    const choices = alternatives(column);
    if (choices !== undefined) {
      const choice = Math.round(turned);
      if (choice > 0) now.set(column.name, choices[choice - 1] ?? null);
      return;
    }
    const { least, most, origin } = variableOf(column, before);
    if (!Number.isFinite(origin) || turned === origin) return;
    now.set(column.name, onStep(turned, { ...column, least, most, origin }));
  });
  for (const { terms, solvedBy } of equalities) {
    const sum = (at: (name: string) => number) =>
      terms.reduce((total, { column, factor }) => total + factor * at(column), 0);
    const own = terms.find(({ column }) => column === solvedBy)?.factor ?? 1;
    const before = sum((name) => Number(value(row, name)));
    const missing = before - sum(read);
    if (missing === 0) continue;
    const solved = read(solvedBy) + missing / own;
    const column = columns.find(({ name }) => name === solvedBy);
    if (column === undefined || !admits(column, Number(value(row, solvedBy)), solved)) return null;
    now.set(solvedBy, solved);
    const size = terms.reduce((total, { column: name, factor }) => total + Math.abs(factor * read(name)), 1);
    if (Math.abs(sum(read) - before) > ROUNDING * size) return null;
  }
  for (const column of derived) {
    const changes = inputsOf(column).some((name) => now.has(name));
    if (!changes) continue;
    const found = derive(column, read, (name) => Number(value(row, name)));
    const { least = -Infinity, most = Infinity } = column;
    if (!(found >= least && found <= most)) return null;
    now.set(column.name, found);
  }
  let cost = 0;
  let spent = 0;
  for (const { name, costPerUnit = 0, costFixed = 0 } of columns) {
    if (!now.has(name)) continue;
    const [before, after] = [value(row, name), now.get(name) ?? null];
    if (before === after) continue;
    const distance = typeof after === 'number' ? Math.abs(after - Number(before)) : 0;
    const own = costFixed + costPerUnit * distance;
    cost += own;
    // What is no longer taken is in the takings already.
    if (name !== gain) spent += own;
  }
  return {
    rows: [Object.fromEntries(now)],
    costHkd: cost,
    netHkd: gain === undefined ? null : read(gain) - spent,
  };
}

/** Brings a number within its bounds and onto its step, counted from zero, without leaving them. */
function onStep(
  turned: number,
  { step, least, most, origin }: { step?: number; least: number; most: number; origin: number },
): number {
  const within = Math.min(most, Math.max(least, turned));
  if (step === undefined) return within;
  const stepped = [Math.round(within / step), Math.floor(within / step), Math.ceil(within / step)]
    .map((count) => count * step)
    .find((each) => each >= least && each <= most);
  return stepped ?? origin;
}

function admits(column: MutableColumn, origin: number, value: number): boolean {
  const { least, most } = variableOf(column, origin);
  if (!(value >= least && value <= most)) return false;
  if (column.step === undefined) return true;
  const count = value / column.step;
  return Math.abs(count - Math.round(count)) <= ROUNDING * Math.max(1, Math.abs(count));
}

function inputsOf({ rule }: DerivedColumn): string[] {
  switch (rule.kind) {
    case 'linear':
      return rule.terms.map(({ column }) => column);
    case 'ratio':
      return [rule.of, rule.to];
    default:
      return [rule.of];
  }
}

/** A derived column's value, by what its inputs are now and what they, and it, were. */
function derive(
  { name, rule }: DerivedColumn,
  now: (name: string) => number,
  before: (name: string) => number,
): number {
  switch (rule.kind) {
    case 'linear':
      return rule.terms.reduce((sum, { column, factor }) => sum + factor * now(column), rule.constant ?? 0);
    case 'ratio': {
      const ratio = now(rule.of) / Math.max(rule.floor ?? -Infinity, now(rule.to));
      return Math.min(rule.cap ?? Infinity, ratio);
    }
    case 'logarithm':
      return Math.log(now(rule.of) + (rule.plus ?? 0));
    case 'sine':
      return Math.sin((2 * Math.PI * now(rule.of)) / rule.period);
    case 'cosine':
      return Math.cos((2 * Math.PI * now(rule.of)) / rule.period);
    case 'proportional':
      return before(rule.of) === 0
        ? before(name)
        : Math.min(rule.cap ?? Infinity, (before(name) * now(rule.of)) / before(rule.of));
  }
}

function checkColumns(profile: EvasionProfile, table: FeatureTable): void {
  const { columns = [], derived = [], equalities = [], gain } = profile;
  const numbers = [
    ...columns.filter((column) => alternatives(column) === undefined).map(({ name }) => name),
    ...derived.flatMap((column) => [column.name, ...inputsOf(column)]),
    ...equalities.flatMap(({ terms }) => terms.map(({ column }) => column)),
    ...(gain === undefined ? [] : [gain]),
  ];
  for (const name of [...numbers, ...columns.map((column) => column.name)]) {
    if (!table.names.includes(name))
      throw new InputError(
        'BAD_EVASION',
        `evasion profile: the data has no feature "${name}"; there are ${table.names.join(', ').slice(0, 400)}`,
      );
    if (numbers.includes(name) && isTextColumn(featureColumn(table, name)))
      throw new InputError('BAD_EVASION', `evasion profile: the feature "${name}" is text, not a number`);
  }
  for (const { name, choices, values } of columns) {
    const text = isTextColumn(featureColumn(table, name));
    if ((text && values !== undefined) || (!text && choices !== undefined))
      throw new InputError(
        'BAD_EVASION',
        `evasion profile: the feature "${name}" is ${text ? 'text: give choices, no values' : 'a number: give values, no choices'}`,
      );
  }
}
