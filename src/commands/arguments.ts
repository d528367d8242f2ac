import { InvalidArgumentError } from 'commander';

/** `a,b,c` as names, each once. */
export function columnList(text: string): string[] {
  const columns = text.split(',').map((column) => column.trim());
  if (columns.includes('')) throw new InvalidArgumentError('A column name is empty.');
  const twice = columns.find((column, index) => columns.indexOf(column) !== index);
  if (twice !== undefined) throw new InvalidArgumentError(`Column "${twice}" is named twice.`);
  return columns;
}

/** A finite number. */
export function finite(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(value)) throw new InvalidArgumentError('Not a finite number.');
  return value;
}

/** A whole number in plain digits, from `least` to `most`. */
export function wholeFrom(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) {
      const bounds = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
      throw new InvalidArgumentError(`Not a whole number ${bounds}.`);
    }
    return value;
  };
}
