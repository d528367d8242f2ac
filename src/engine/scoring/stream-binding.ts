import { InputError } from '../input-error.js';
import { type InputBinding } from './binding.js';

/** The one input of a model that reads the scoring protocol's stream. */
export const STREAM_INPUT = 'features';

/**
 * The binding of a model that reads the stream itself, by name and in any language: the columns asked for in their order, or
 * else all. Its score is the column `score` of what comes back.
 *
 * @throws InputError `UNKNOWN_OUTPUT`, `UNKNOWN_INPUT`, `MISSING_COLUMN`, `WRONG_COLUMN_COUNT`
 */
export function streamBinding(wanted: Partial<InputBinding>, features: readonly string[]): InputBinding {
  if (wanted.output !== undefined) {
    throw new InputError(
      'UNKNOWN_OUTPUT',
      'scores come back as a stream with the column score: bind no output',
    );
  }
  const [first, second] = wanted.inputs ?? [{ name: STREAM_INPUT, columns: [...features] }];
  if (first?.name !== STREAM_INPUT || second !== undefined)
    throw new InputError('UNKNOWN_INPUT', `the model reads one stream: bind one input, "${STREAM_INPUT}"`);
  const missing = first.columns.find((column) => !features.includes(column));
  if (missing !== undefined)
    throw new InputError(
      'MISSING_COLUMN',
      `no feature "${missing}"; there are ${features.join(', ').slice(0, 400)}`,
    );
  if (first.columns.length === 0)
    throw new InputError('WRONG_COLUMN_COUNT', 'the stream needs at least one column');
  if (new Set(first.columns).size !== first.columns.length)
    throw new InputError('WRONG_COLUMN_COUNT', 'a column is bound twice');
  return { inputs: [{ name: STREAM_INPUT, columns: [...first.columns] }] };
}
