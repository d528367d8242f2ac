import { InputError } from '../input-error.js';
import { type ArrowType } from './arrow-message.js';

/** A dataset's column; its type as the table or the catalogue names it, left out where it is not known. */
export interface TypedColumn {
  name: string;
  type?: string;
}

type Kind = 'whole' | 'number' | 'boolean' | 'text' | 'other';

const KINDS: readonly (readonly [RegExp, Kind])[] = [
  [/^u?(tiny|small|big|huge)?int(eger)?(8|16|32|64|128)?$/, 'whole'],
  [/^(float|double|real|float16|float32|float64|decimal.*)$/, 'number'],
  [/^bool(ean)?$/, 'boolean'],
  [/^(varchar|string|text|utf8|enum.*|dictionary.*|categor.*)$/, 'text'],
];

/**
 * Which columns fit which of a model's inputs, and how a value gets there:
 *
 * | column | float, double | int64, int32 | bool | string |
 * |---|---|---|---|---|
 * | whole numbers | the number | the number, exactly | 0 and 1 | its digits |
 * | numbers | the number | where it is whole | 0 and 1 | refused |
 * | booleans | 0 or 1 | 0 or 1 | as it is | refused |
 * | text, dictionary-encoded or not | refused | refused | refused | as it is |
 * | dates, times, anything else | refused | refused | refused | refused |
 * | a missing value | NaN | refused, row named | refused, row named | the empty string |
 *
 * A tensor of strings cannot hold a missing value; skl2onnx's own imputers stand the empty string for it. A number with a
 * fraction has more than one spelling and a boolean as well ("True", "true", "1"), so neither is made text. What a column
 * of numbers holds is known only when it is read: a fraction, or a missing value, on its way to an integer ends the
 * scoring with its row. A category that the model has never seen goes in as it is: what comes of it is the model's say.
 */
const FITS: Readonly<Record<string, readonly Kind[]>> = {
  float: ['whole', 'number', 'boolean'],
  double: ['whole', 'number', 'boolean'],
  int64: ['whole', 'number', 'boolean'],
  int32: ['whole', 'number', 'boolean'],
  bool: ['whole', 'number', 'boolean'],
  string: ['whole', 'text'],
};

/** Element types of inputs that can be fed. */
export const INPUT_TYPES: ReadonlySet<string> = new Set(Object.keys(FITS));

/** As what a column goes to the jail on its way into an input. */
export function streamType(elementType: string): ArrowType {
  if (elementType === 'string') return 'utf8';
  if (elementType === 'int64') return 'int64';
  return elementType === 'float' ? 'float32' : 'float64';
}

/** @throws InputError `NOT_A_NUMBER` for text on its way to numbers, `COLUMN_UNFIT` for any other that does not fit */
export function checkFit(column: TypedColumn, input: { name: string; elementType: string }): void {
  const kind = kindOf(column.type);
  if (kind === undefined || FITS[input.elementType]?.includes(kind) === true) return;
  const words = kind === 'text' ? `text (${column.type ?? ''})` : (column.type ?? '');
  const what = `column "${column.name}" is ${words}, which does not fit the model's input "${input.name}" of type ${input.elementType}`;
  if (input.elementType === 'string') {
    throw new InputError(
      'COLUMN_UNFIT',
      `${what}: store it as text, spelt as the model was trained on it, or export the model with an input of numbers`,
    );
  }
  if (kind === 'text') {
    throw new InputError(
      'NOT_A_NUMBER',
      `${what}: store it as numbers, or export the model with a string input of its own for it`,
    );
  }
  throw new InputError('COLUMN_UNFIT', `${what}: turn it into a number first, for example days or seconds`);
}

function kindOf(type: string | undefined): Kind | undefined {
  if (type === undefined || type === '' || type === 'unknown') return undefined;
  const folded = type.toLowerCase();
  return KINDS.find(([pattern]) => pattern.test(folded))?.[1] ?? 'other';
}
