/**
 * Where each key of `wanted` stands in `present`; null when both are the same list, which needs no arranging.
 *
 * @throws Error when a key is missing or there twice: a dataset whose objects do not fit together
 */
export function positions(wanted: Float64Array, present: Float64Array): Int32Array | null {
  if (wanted.length !== present.length)
    throw new Error(`${wanted.length} rows cannot join ${present.length}`);
  if (wanted.every((key, row) => key === present[row])) return null;
  const place = new Map<number, number>();
  present.forEach((key, row) => place.set(key, row));
  if (place.size !== present.length) throw new Error('a key stands twice in the object to join');
  return Int32Array.from(wanted, (key) => {
    const row = place.get(key);
    if (row === undefined) throw new Error(`key ${key} is missing in the object to join`);
    return row;
  });
}
