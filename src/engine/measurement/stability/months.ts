import type { Coded } from '../document.js';

/** Calendar months in a document; beyond them a reader wants quarters, and the document would grow. */
export const MOST_MONTHS = 120;

/** Calendar months as `2025-03`, from days since 1970-01-01; each month that has rows, in order. */
export function monthsOf(days: Int32Array): Coded {
  let first = Infinity;
  let last = -Infinity;
  for (let i = 0; i < days.length; i++) {
    const day = days[i] as number;
    if (day < first) first = day;
    if (day > last) last = day;
  }
  if (days.length === 0) return { codes: new Int32Array(0), names: [] };
  const start = monthOf(first);
  // One look-up a row: a month for each day of the span, or, where days lie far apart, one division each.
  const span = last - first + 1;
  const table =
    span <= 1_000_000 ? Int32Array.from({ length: span }, (_, i) => monthOf(first + i) - start) : null;
  const place = (day: number): number =>
    table === null ? monthOf(day) - start : (table[day - first] as number);
  const present = new Map<number, number>();
  const codes = new Int32Array(days.length);
  let latest = -1;
  for (let i = 0; i < days.length; i++) {
    const month = place(days[i] as number);
    codes[i] = month;
    if (month !== latest && !present.has(month)) present.set(month, 0);
    latest = month;
  }
  const ordered = [...present.keys()].sort((a, b) => a - b);
  ordered.forEach((month, code) => present.set(month, code));
  if (ordered.length !== (ordered.at(-1) ?? -1) + 1)
    for (let i = 0; i < codes.length; i++) codes[i] = present.get(codes[i] as number) as number;
  return { codes, names: ordered.map((month) => nameOf(start + month)) };
}

/** Months since year 0 of a day since 1970-01-01 in the proleptic Gregorian calendar (Hinnant's civil_from_days). */
function monthOf(day: number): number {
  const z = day + 719_468;
  const era = Math.floor(z / 146_097);
  const ofEra = z - era * 146_097;
  const year = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const shifted = Math.floor((5 * ofYear + 2) / 153);
  return 12 * (year + era * 400) + shifted + 2;
}

function nameOf(month: number): string {
  const year = Math.floor(month / 12);
  return `${String(year).padStart(4, '0')}-${String(month - 12 * year + 1).padStart(2, '0')}`;
}
