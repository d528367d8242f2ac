import { InputError } from '../input-error.js';
import { unknownName } from './nearest.js';

interface Described {
  readonly name: string;
  readonly description: string;
}

export interface NumberSpec extends Described {
  readonly type: 'integer' | 'number';
  readonly default: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** One number for all months, or one a month separated by `/`; the last holds for the months that follow. */
export interface SeriesSpec extends Described {
  readonly type: 'series';
  readonly default: string;
  readonly minimum: number;
  readonly maximum: number;
}

export interface ChoiceSpec extends Described {
  readonly type: 'choice';
  readonly default: string;
  readonly choices: readonly string[];
}

export type ParameterSpec = NumberSpec | SeriesSpec | ChoiceSpec;

/** Every parameter of a preset with its value: a number, a series in its text form, or a choice. */
export type Parameters = Readonly<Record<string, number | string>>;

/** Most values of a series: one a month of the year. */
const MOST_MONTHS = 12;

/**
 * Fills in defaults and checks types and ranges.
 *
 * @throws InputError `UNKNOWN_PARAMETER` or `BAD_PARAMETER`, naming the parameter
 */
export function readParameters(
  specs: readonly ParameterSpec[],
  overrides: Readonly<Record<string, unknown>>,
): Record<string, number | string> {
  const names = specs.map((spec) => spec.name);
  for (const name of Object.keys(overrides))
    if (!names.includes(name))
      throw new InputError('UNKNOWN_PARAMETER', unknownName('parameter', name, names));
  const values: Record<string, number | string> = {};
  for (const spec of specs) {
    const given = Object.hasOwn(overrides, spec.name) ? overrides[spec.name] : undefined;
    if (given !== undefined && typeof given !== 'number' && typeof given !== 'string')
      throw bad(spec, `${JSON.stringify(given)} is neither a number nor a text`);
    values[spec.name] = given === undefined ? spec.default : read(spec, given);
  }
  return values;
}

function read(spec: ParameterSpec, given: number | string): number | string {
  const text = String(given).trim();
  switch (spec.type) {
    case 'choice':
      if (!spec.choices.includes(text)) throw bad(spec, `"${text}" is none of ${spec.choices.join(', ')}`);
      return text;
    case 'series': {
      const parts = text.split('/');
      if (parts.length > MOST_MONTHS) throw bad(spec, `${parts.length} values are more than ${MOST_MONTHS}`);
      return parts.map((part) => inRange(spec, part)).join('/');
    }
    default:
      return inRange(spec, text);
  }
}

function inRange(spec: NumberSpec | SeriesSpec, text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(value) || (spec.type === 'integer' && !Number.isInteger(value)))
    throw bad(spec, `"${text}" is not ${spec.type === 'integer' ? 'a whole number' : 'a number'}`);
  if (value < spec.minimum || value > spec.maximum)
    throw bad(spec, `${value} is outside ${spec.minimum} to ${spec.maximum}`);
  return value;
}

function bad(spec: ParameterSpec, problem: string): InputError {
  return new InputError('BAD_PARAMETER', `parameter ${spec.name}: ${problem}`);
}

/** The value of a series in a month, counted from 0. */
export function atMonth(series: number | string, month: number): number {
  if (typeof series === 'number') return series;
  const parts = series.split('/');
  return Number(parts[Math.min(month, parts.length - 1)]);
}
