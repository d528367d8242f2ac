const ISO = /^(\d{4})-(\d{2})-(\d{2})(.*)$/;
const SLASH = /^(\d{2})\/(\d{2})\/(\d{4})$/;
const CLOCK = /^([T ])(\d{2}):(\d{2})(.*)$/;

/** 2025-03-04 becomes 2025-04-03, and 04/03/2025 becomes 03/04/2025; a day above 12 stays, since no month is read from it. */
export function swapDayMonth(text: string): string {
  const iso = ISO.exec(text);
  if (iso !== null) {
    const [, year, month, day, rest] = iso as unknown as [string, string, string, string, string];
    return Number(day) > 12 ? text : `${year}-${day}-${month}${rest}`;
  }
  const slash = SLASH.exec(text);
  if (slash === null) return text;
  const [, first, second, year] = slash as unknown as [string, string, string, string];
  return Number(first) > 12 || Number(second) > 12 ? text : `${second}/${first}/${year}`;
}

/** A date with a time of day, so many hours later; one without a time stays. */
export function shiftDate(text: string, hours: number): string {
  const [, year, month, day, rest] = (ISO.exec(text) ?? []) as string[];
  const [, mark, hour, minute, tail] = (CLOCK.exec(rest ?? '') ?? []) as string[];
  if (hour === undefined) return text;
  const shifted = new Date(
    Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour) + hours, Number(minute)),
  ).toISOString();
  return `${shifted.slice(0, 10)}${mark ?? ''}${shifted.slice(11, 16)}${tail ?? ''}`;
}
