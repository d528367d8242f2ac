import { exp } from '../../arithmetic.js';
import { type Stream } from '../../random.js';
import { Format } from '../transfers.js';

/** A log-normal amount by its median, in HKD: most amounts of one kind differ by factors, not by sums. */
export function around(stream: Stream, median: number, sigma: number, most: number): number {
  return Math.min(most, median * exp(sigma * stream.normal()));
}

/**
 * Cents of an amount as people agree on it: some to the cent, most on a round step that grows with the amount.
 *
 * @param exact share that is not rounded at all
 */
export function agreed(stream: Stream, hkd: number, exact: number): number {
  const u = stream.uniform();
  if (u < exact) return Math.max(1, Math.floor(hkd * 100));
  const v = (u - exact) / (1 - exact);
  let step = v < 0.3 ? 1 : v < 0.62 ? 10 : v < 0.9 ? 100 : 1_000;
  while (step > 1 && hkd < 4 * step) step /= 10;
  return Math.max(1, Math.floor(hkd / step + 0.5)) * step * 100;
}

/** Notes out of a machine or over a counter: hundreds, as machines in Hong Kong give them. */
export function notes(stream: Stream, hkd: number): number {
  const step = hkd > 20_000 && stream.chance(0.6) ? 1_000 : hkd > 2_000 && stream.chance(0.5) ? 500 : 100;
  return Math.max(1, Math.floor(hkd / step + 0.5)) * step * 100;
}

/** From here on money between accounts hardly ever goes over FPS, and below the second sum mostly (conventions). */
const LARGE_CENTS = 20_000_000;
const SMALL_CENTS = 3_000_000;

/** How money goes between two local accounts. */
export function localFormat(stream: Stream, ofPerson: boolean, cents: number): number {
  const u = stream.uniform();
  if (cents >= LARGE_CENTS) return u < 0.7 ? Format.Chats : u < 0.98 ? Format.Cheque : Format.Fps;
  if (ofPerson) return u < 0.95 ? Format.Fps : Format.Cheque;
  const fps = cents < SMALL_CENTS ? 0.75 : 0.3;
  return u < fps ? Format.Fps : u < fps + 0.65 * (1 - fps) ? Format.Cheque : Format.Chats;
}
