import { type Reached } from './profile.js';

const MIB = 2 ** 20;

/** How much of a limit was used, for whoever ran into it: "2,048 MiB, of 2,048 MiB allowed". */
export function usedOf({ used, allowed, unit }: Reached): string {
  const limit = `${amount(allowed, unit)} allowed`;
  return used === null ? `of ${limit}` : `${amount(used, unit)}, of ${limit}`;
}

function amount(value: number, unit: Reached['unit']): string {
  switch (unit) {
    case 'seconds':
      return `${number(value, value < 10 ? 1 : 0)} s`;
    case 'bytes':
      return value < MIB
        ? `${number(value / 1024, 0)} KiB`
        : `${number(value / MIB, value < 10 * MIB ? 1 : 0)} MiB`;
    default:
      return `${number(value, 0)} ${unit}`;
  }
}

function number(value: number, digits: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: digits });
}
