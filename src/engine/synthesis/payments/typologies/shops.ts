import { type Population } from '../../population/population.js';
import { type Stream } from '../../random.js';

/** A merchant of a category by popularity alone, a heavy tail: fraudsters have no favourites of the customer's. */
export function shopOf(p: Population, stream: Stream, category: number): number {
  const from = p.merchants.categoryStart[category] ?? 0;
  const size = (p.merchants.categoryStart[category + 1] ?? from + 1) - from;
  const u = stream.uniform();
  return from + Math.min(size - 1, Math.floor(size * u * u * Math.sqrt(u)));
}
