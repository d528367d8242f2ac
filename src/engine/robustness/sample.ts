import { type Coded } from '../measurement/document.js';
import { generatorFor } from './changes.js';
import { type PairedRows } from './paired.js';

/** Rows that perturbed scores are asked for. */
export interface SampledRows extends PairedRows {
  /** Their places in the whole, ascending. */
  places: Int32Array;
}

/**
 * Every positive, and negatives by chance up to the rows wanted, each standing for as many as it was drawn from: rates,
 * AUC and average precision are then those of the whole but for the chance of the draw, which their intervals hold.
 * Positives beyond half of the rows wanted are drawn as well.
 */
export function sampleRows(
  labels: Uint8Array,
  entity: Coded | undefined,
  wanted: number,
  seed: number,
  among?: ArrayLike<number>,
): SampledRows {
  const all = among === undefined ? Int32Array.from(labels, (_, row) => row) : Int32Array.from(among);
  const random = generatorFor(seed, 'rows');
  const ofLabel = (label: number) => all.filter((row) => labels[row] === label);
  const [positives, negatives] = [ofLabel(1), ofLabel(0)];
  const draw = (rows: Int32Array, most: number) => {
    if (rows.length <= most) return rows;
    const left = rows.slice();
    for (let at = 0; at < most; at++) {
      const other = at + random.below(left.length - at);
      [left[at], left[other]] = [left[other] as number, left[at] as number];
    }
    return left.subarray(0, most);
  };
  const everything = all.length <= wanted;
  const hits = everything ? positives : draw(positives, Math.max(1, wanted >> 1));
  const rest = everything ? negatives : draw(negatives, Math.max(1, wanted - hits.length));
  const places = Int32Array.from([...hits, ...rest]).sort();
  const weight = [negatives.length / rest.length, positives.length / hits.length];
  const codes = Int32Array.from(places, (row, at) => entity?.codes[row] ?? at);
  return {
    places,
    labels: Uint8Array.from(places, (row) => labels[row] as number),
    weights: Float64Array.from(places, (row) => weight[labels[row] as number] as number),
    ...unitsOf(codes),
  };
}

/** Entities numbered as they come; a row without one is a unit of its own. */
function unitsOf(codes: Int32Array): { unit: Int32Array; units: number } {
  const numbers = new Map<number, number>();
  let units = 0;
  const unit = codes.map((code) => {
    const known = code < 0 ? undefined : numbers.get(code);
    if (known !== undefined) return known;
    if (code >= 0) numbers.set(code, units);
    return units++;
  });
  return { unit, units };
}
