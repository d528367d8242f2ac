import type { Coded } from '../document.js';
import { Xoshiro128 } from '../random.js';

/**
 * Rows to look for proxies in: of each entity one at random, so that they are independent, and of these at most so many.
 * They depend on the seed alone. Ascending.
 */
export function sampleRows(rows: number, entity: Coded | undefined, most: number, seed: number): Int32Array {
  const random = new Xoshiro128(seed, 0);
  const chosen = entity === undefined ? everyRow(rows) : oneOfEach(entity, random);
  // The first of a shuffle (Fisher and Yates), as far as it is needed.
  const kept = Math.min(most, chosen.length);
  for (let at = 0; at < kept; at++) {
    const other = at + random.below(chosen.length - at);
    const held = chosen[at] as number;
    chosen[at] = chosen[other] as number;
    chosen[other] = held;
  }
  return chosen.slice(0, kept).sort();
}

function everyRow(rows: number): Int32Array {
  return Int32Array.from({ length: rows }, (_, row) => row);
}

/** One row of each entity, all equally likely (reservoir sampling). */
function oneOfEach({ codes, names }: Coded, random: Xoshiro128): Int32Array {
  const seen = new Uint32Array(names.length);
  const chosen = new Int32Array(names.length).fill(-1);
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row] as number;
    const count = (seen[code] as number) + 1;
    seen[code] = count;
    if (random.below(count) === 0) chosen[code] = row;
  }
  return chosen.filter((row) => row >= 0);
}
