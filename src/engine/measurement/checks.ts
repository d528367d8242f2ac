import { InputError } from '../input-error.js';
import type { MeasurementInput } from './document.js';
import type { TaskResult } from './tasks.js';

/**
 * @throws InputError `EMPTY_TABLE`; `LENGTH_MISMATCH`; `MISSING_ENTITY` naming the first row without one;
 *   `BAD_AMOUNT`, `BAD_TIME` naming the first such row
 */
export function checkLengths(input: MeasurementInput): void {
  const { scores, labels, entity, days, groups, times, amounts, cases } = input;
  const rows = scores.length;
  if (rows === 0) throw new InputError('EMPTY_TABLE', 'there are no rows to measure');
  const check = (what: string, length: number): void => {
    if (length !== rows) {
      throw new InputError('LENGTH_MISMATCH', `${what}: ${length} values for ${rows} scores`);
    }
  };
  check('labels', labels.length);
  if (entity !== undefined) check('entity', entity.codes.length);
  if (days !== undefined) check('time', days.length);
  if (times !== undefined) check('time', times.length);
  if (amounts !== undefined) check('amount', amounts.length);
  if (cases !== undefined) check('case', cases.codes.length);
  for (const [column, coded] of Object.entries(groups ?? {})) check(`group ${column}`, coded.codes.length);
  const nameless = entity === undefined ? -1 : entity.codes.indexOf(-1);
  if (nameless >= 0) throw new InputError('MISSING_ENTITY', `entity, row ${nameless + 1}: is missing`);
  const unpaid = amounts?.findIndex((amount) => !(amount >= 0 && amount < Infinity)) ?? -1;
  if (unpaid >= 0) {
    const shown = amounts?.[unpaid] as number;
    throw new InputError('BAD_AMOUNT', `amount, row ${unpaid + 1}: ${shown} is not a finite number from 0`);
  }
  const timeless = times?.findIndex((time) => !Number.isFinite(time)) ?? -1;
  if (timeless >= 0)
    throw new InputError(
      'BAD_TIME',
      `time, row ${timeless + 1}: ${times?.[timeless]} is not a finite number`,
    );
}

/** @throws InputError `BAD_SCORE`, `BAD_LABEL` naming the first such row (from 1); `ONE_CLASS` */
export function checkRows(
  parts: readonly TaskResult<'collect'>[],
  scores: Float64Array,
  labels: Uint8Array,
): void {
  for (const { badScore, badLabel } of parts) {
    if (badScore >= 0) {
      throw new InputError(
        'BAD_SCORE',
        `score, row ${badScore + 1}: ${scores[badScore]} is not a finite number`,
      );
    }
    if (badLabel >= 0) {
      throw new InputError('BAD_LABEL', `label, row ${badLabel + 1}: ${labels[badLabel]} is not 0 or 1`);
    }
  }
  const positives = parts.reduce((total, part) => total + part.positives, 0);
  if (positives === 0)
    throw new InputError('ONE_CLASS', 'label: every row is 0; measuring needs both classes');
  if (positives === scores.length) {
    throw new InputError('ONE_CLASS', 'label: every row is 1; measuring needs both classes');
  }
}
