import { InputError } from '../input-error.js';
import { unknownName } from './nearest.js';
import { readParameters, type Parameters } from './parameters.js';
import { HK_CONSUMER_CREDIT } from './credit/preset.js';
import { HK_AML_NETWORK } from './network/preset.js';
import { type Preset } from './preset.js';
import { HK_RETAIL_PAYMENTS } from './payments/preset.js';

export const PRESETS: Readonly<Record<string, Preset>> = {
  [HK_RETAIL_PAYMENTS.name]: HK_RETAIL_PAYMENTS,
  [HK_AML_NETWORK.name]: HK_AML_NETWORK,
  [HK_CONSUMER_CREDIT.name]: HK_CONSUMER_CREDIT,
};

/** @throws InputError `UNKNOWN_PRESET` */
export function presetOf(name: string): Preset {
  const preset = Object.hasOwn(PRESETS, name) ? PRESETS[name] : undefined;
  if (preset === undefined)
    throw new InputError('UNKNOWN_PRESET', unknownName('preset', name, Object.keys(PRESETS)));
  return preset;
}

/**
 * Parameters of a preset with its defaults filled in.
 *
 * @param rows where known: rows too few for the parameters are refused, too
 * @throws InputError `UNKNOWN_PRESET`, `UNKNOWN_PARAMETER`, `BAD_PARAMETER` or `BAD_ROWS`, naming what is wrong
 */
export function parseParameters(
  preset: string,
  overrides: Readonly<Record<string, unknown>>,
  rows?: number,
): Parameters {
  const found = presetOf(preset);
  const parameters = readParameters(found.parameters, overrides);
  if (rows !== undefined) checkRows(rows, found.mostRows);
  found.check(parameters, rows ?? found.mostRows);
  return parameters;
}

function checkRows(rows: number, most: number): void {
  if (!Number.isSafeInteger(rows) || rows < 1)
    throw new InputError('BAD_ROWS', `rows: ${rows} is not a whole number above zero`);
  if (rows > most) throw new InputError('BAD_ROWS', `rows: ${rows} is above the limit of ${most}`);
}
