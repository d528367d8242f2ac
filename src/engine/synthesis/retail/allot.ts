import { type Population } from './population.js';
import { Stream } from '../random.js';

/**
 * Shares `total` payments among the customers by activity, each in a month's own mood, so that the parts add up to
 * the total exactly (systematic sampling: one random start, equal steps over the cumulative weights).
 *
 * @returns first row of each customer, and `total` after the last
 */
export function allot(p: Population, key: Uint8Array, total: number): Uint32Array {
  const stream = new Stream(key);
  const cumulative = new Float64Array(p.customers + 1);
  for (let i = 0; i < p.customers; i += 1)
    cumulative[i + 1] = (cumulative[i] ?? 0) + (p.activity[i] ?? 1) * Math.exp(0.35 * stream.normal());
  const whole = cumulative[p.customers] ?? 1;
  const start = stream.uniform();
  const offsets = new Uint32Array(p.customers + 1);
  for (let i = 1; i < p.customers; i += 1)
    offsets[i] = Math.min(total, Math.floor(((cumulative[i] ?? 0) / whole) * total + start));
  offsets[p.customers] = total;
  return offsets;
}
