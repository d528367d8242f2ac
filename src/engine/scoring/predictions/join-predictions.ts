/** How handed-in ids and the keys of a split differ. */
export interface Misfit {
  /** rows of the split that have no prediction */
  missing: number;
  /** predictions for rows that the split does not have */
  unknown: number;
  /** the first of them, in the file's order; null where there is none */
  firstUnknown: number | null;
}

/**
 * Scores in the order of the keys: each key has exactly one, and nothing is left over.
 *
 * @param keys of the split, each once
 * @param ids of the predictions, each once
 * @returns the scores, or how the two differ
 */
export function joinPredictions(
  keys: Float64Array,
  ids: Float64Array,
  scores: Float64Array,
): Float64Array | Misfit {
  if (keys.length === ids.length && keys.every((key, row) => key === ids[row])) return scores;
  const rowOf = new Map<number, number>();
  keys.forEach((key, row) => rowOf.set(key, row));
  const joined = new Float64Array(new SharedArrayBuffer(keys.length * 8));
  let matched = 0;
  let firstUnknown: number | null = null;
  ids.forEach((id, at) => {
    const row = rowOf.get(id);
    if (row === undefined) firstUnknown ??= id;
    else {
      joined[row] = scores[at] ?? NaN;
      matched += 1;
    }
  });
  const misfit = { missing: keys.length - matched, unknown: ids.length - matched, firstUnknown };
  return misfit.missing === 0 && misfit.unknown === 0 ? joined : misfit;
}
