import { InvalidArgumentError } from 'commander';

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** `512M`, `1.5GiB`, `1000000`: bytes, with binary units. */
export function parseSize(text: string): number {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)\s*(?:([KMGT])?i?B?)?$/i.exec(text) ?? [];
  const bytes = Math.floor(Number(amount) * (UNITS[unit.toUpperCase()] ?? NaN));
  if (!Number.isSafeInteger(bytes) || bytes < 2 ** 20) {
    throw new InvalidArgumentError('expected a size of at least 1M, for example 512M or 2G.');
  }
  return bytes;
}

/** Wall clock seconds, fractions allowed. */
export function parseSeconds(text: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (!(seconds > 0 && seconds <= 86_400)) {
    throw new InvalidArgumentError('expected seconds, more than 0 and at most 86400.');
  }
  return seconds;
}
