import { InputError } from '../../input-error.js';
import { readParameters, type Parameters } from '../parameters.js';
import { HK_RETAIL_PAYMENTS } from './hk-retail-payments.js';
import { type Preset } from './preset.js';

export const PRESETS: Readonly<Record<string, Preset>> = {
  [HK_RETAIL_PAYMENTS.name]: HK_RETAIL_PAYMENTS,
};

/** @throws InputError `UNKNOWN_PRESET` */
export function presetOf(name: string): Preset {
  const preset = Object.hasOwn(PRESETS, name) ? PRESETS[name] : undefined;
  if (preset === undefined)
    throw new InputError(
      'UNKNOWN_PRESET',
      `unknown preset "${name}"; known: ${Object.keys(PRESETS).join(', ')}`,
    );
  return preset;
}

/**
 * Parameters of a preset with its defaults filled in.
 *
 * @throws InputError `UNKNOWN_PRESET`, `UNKNOWN_PARAMETER` or `BAD_PARAMETER`, naming the parameter
 */
export function parseParameters(
  preset: string,
  overrides: Readonly<Record<string, string | number>>,
): Parameters {
  const found = presetOf(preset);
  const parameters = readParameters(found.parameters, overrides);
  found.check(parameters);
  return parameters;
}
