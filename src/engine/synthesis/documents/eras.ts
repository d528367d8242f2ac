import { BINS, type Binned } from './bins.js';
import { standardErrorOfAuc } from './ranks.js';

/** A feature whose higher values are riskier in one half of a split and safer in the other. */
export interface EraFlip {
  readonly feature: string;
  /** ROC AUC of higher values in the first and in the second half */
  readonly first: number;
  readonly second: number;
}

/**
 * How far from one half both areas must lie, and by how many of their standard errors; a half with fewer positives is
 * not looked at, since a handful of cases, each of several rows, can turn a feature over by chance.
 */
export const FLIP = { distance: 0.1, errors: 3, positives: 50 } as const;

/**
 * Features that turn over between the halves of a split, as published sets have: a channel much riskier in one era
 * and much safer in another. Areas are counted to the nearest bin; missing values are left out.
 *
 * @param rows places of the binned rows in the split's sample, ascending
 * @param middle place at which the second half begins
 */
export function eraFlips(
  data: Binned,
  rows: Uint32Array,
  middle: number,
  names: readonly string[],
): EraFlip[] {
  const { bins, features, label } = data;
  const counts = new Float64Array(4 * BINS * features);
  for (let row = 0; row < data.rows; row += 1) {
    const kind = ((rows[row] ?? 0) < middle ? 0 : 2) + (label[row] ?? 0);
    for (let f = 0; f < features; f += 1) {
      const cell = 4 * (f * BINS + (bins[row * features + f] ?? 0)) + kind;
      counts[cell] = (counts[cell] ?? 0) + 1;
    }
  }
  return names.flatMap((feature, f) => {
    const first = lean(counts, f, 0);
    const second = lean(counts, f, 2);
    if (first === undefined || second === undefined || first.lean * second.lean >= 0) return [];
    const turned = [first, second].every(
      ({ lean, error }) => Math.abs(lean) > FLIP.distance && Math.abs(lean) > FLIP.errors * error,
    );
    return turned ? [{ feature, first: 0.5 + first.lean, second: 0.5 + second.lean }] : [];
  });
}

/** ROC AUC less one half, with its standard error, of one feature in one era. */
function lean(counts: Float64Array, f: number, era: number): { lean: number; error: number } | undefined {
  let negatives = 0;
  let positives = 0;
  let wins = 0;
  for (let bin = 1; bin < BINS; bin += 1) {
    const cell = 4 * (f * BINS + bin) + era;
    const n = counts[cell] ?? 0;
    const p = counts[cell + 1] ?? 0;
    wins += p * (negatives + n / 2);
    negatives += n;
    positives += p;
  }
  if (negatives === 0 || positives < FLIP.positives) return undefined;
  const auc = wins / (negatives * positives);
  return { lean: auc - 0.5, error: standardErrorOfAuc(auc, positives, negatives) };
}
