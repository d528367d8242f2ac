import { InputError } from '../input-error.js';

export interface ParameterSpec {
  readonly name: string;
  readonly description: string;
  readonly type: 'integer' | 'number';
  readonly default: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** Every parameter of a preset with its value. */
export type Parameters = Readonly<Record<string, number>>;

/**
 * Fills in defaults and checks ranges.
 *
 * @throws InputError `UNKNOWN_PARAMETER` or `BAD_PARAMETER`, naming the parameter
 */
export function readParameters(
  specs: readonly ParameterSpec[],
  overrides: Readonly<Record<string, string | number>>,
): Record<string, number> {
  const names = specs.map((spec) => spec.name);
  for (const name of Object.keys(overrides))
    if (!names.includes(name))
      throw new InputError('UNKNOWN_PARAMETER', `unknown parameter "${name}"; known: ${names.join(', ')}`);
  const values: Record<string, number> = {};
  for (const spec of specs) {
    const given = Object.hasOwn(overrides, spec.name) ? overrides[spec.name] : undefined;
    const text = typeof given === 'string' ? given.trim() : given;
    const value = text === undefined ? spec.default : text === '' ? Number.NaN : Number(text);
    if (!Number.isFinite(value) || (spec.type === 'integer' && !Number.isInteger(value)))
      throw new InputError(
        'BAD_PARAMETER',
        `parameter ${spec.name}: "${given ?? ''}" is not ${spec.type === 'integer' ? 'a whole number' : 'a number'}`,
      );
    if (value < spec.minimum || value > spec.maximum)
      throw new InputError(
        'BAD_PARAMETER',
        `parameter ${spec.name}: ${value} is outside ${spec.minimum} to ${spec.maximum}`,
      );
    values[spec.name] = value;
  }
  return values;
}
