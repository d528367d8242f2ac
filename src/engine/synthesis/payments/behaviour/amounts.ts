import { type Stream } from '../../random.js';

/** HKD to whole cents, at least HK$1. */
export function cents(hkd: number): number {
  return Math.max(100, Math.round(hkd * 100));
}

/** The nearest sum with two leading digits. */
export function rounded(amount: number): number {
  let unit = 100;
  while (amount >= 100 * unit) unit *= 10;
  return Math.max(unit, Math.round(amount / unit) * unit);
}

/** A sum as people type it into a transfer: mostly round, often whole dollars, now and then to the cent. */
export function typed(stream: Stream, amount: number): number {
  const u = stream.uniform();
  if (u < 0.55) return rounded(amount);
  return u < 0.87 ? Math.max(100, Math.round(amount / 100) * 100) : amount;
}

/** A sum as tills ask for it: whole dollars, tenths, or any cent (overseas, by weight, with a fee). */
export function priced(stream: Stream, amount: number): number {
  const u = stream.uniform();
  if (u < 0.42) return Math.max(100, Math.round(amount / 100) * 100);
  return u < 0.8 ? Math.round(amount / 10) * 10 : amount;
}
