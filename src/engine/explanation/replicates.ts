import { Xoshiro128 } from '../measurement/random.js';
import { Z95 } from '../measurement/intervals.js';
import { STREAMS } from './choose-rows.js';
import type { Bounded } from './document.js';

/**
 * Bootstrap weights of rows: each replicate draws as many units as there are, with replacement; a unit is an entity with
 * all its rows, or the row itself.
 *
 * @param weights what each row weighs in the sample
 * @param units unit of each row, any numbers; null: each row is its own
 */
export function bootstrapWeights(
  weights: Float64Array,
  units: Int32Array | null,
  replicates: number,
  seed: number,
): Float64Array[] {
  const place = new Map<number, number>();
  const unitOf = Int32Array.from(weights, (_, row) => {
    const unit = units === null ? row : (units[row] as number);
    const known = place.get(unit);
    if (known !== undefined) return known;
    place.set(unit, place.size);
    return place.size - 1;
  });
  return Array.from({ length: replicates }, (_, number) => {
    const random = new Xoshiro128(seed, STREAMS.bootstrap + number);
    const drawn = new Float64Array(place.size);
    for (let i = 0; i < drawn.length; i++) {
      const unit = random.below(drawn.length);
      drawn[unit] = (drawn[unit] as number) + 1;
    }
    return weights.map((weight, row) => weight * (drawn[unitOf[row] as number] as number));
  });
}

/** Standard deviation of the replicates that exist; 0 for fewer than two. */
export function spread(values: readonly number[]): number {
  const known = values.filter((value) => Number.isFinite(value));
  if (known.length < 2) return 0;
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  return Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (known.length - 1));
}

export function bounded(value: number, standardError: number): Bounded {
  return { value, low: value - Z95 * standardError, high: value + Z95 * standardError, standardError };
}
