import { deriveKey, Stream } from '../random.js';

/**
 * Public numbers for entities: a keyed permutation of 0 … count − 1, so that neither a number nor the order of a table
 * tells how popular, how old or how honest somebody is.
 */
export function publicNumbers(key: Uint8Array, label: string, count: number): Int32Array {
  const stream = new Stream(deriveKey(key, `public numbers of ${label}`));
  const numbers = new Int32Array(count);
  for (let i = 0; i < count; i += 1) {
    // Fisher and Yates, from the inside out.
    const j = stream.below(i + 1);
    numbers[i] = numbers[j] ?? 0;
    numbers[j] = i;
  }
  return numbers;
}

/** Which entity has each public number. */
export function inverse(numbers: Int32Array): Int32Array {
  const entities = new Int32Array(numbers.length);
  for (let i = 0; i < numbers.length; i += 1) entities[numbers[i] ?? 0] = i;
  return entities;
}
