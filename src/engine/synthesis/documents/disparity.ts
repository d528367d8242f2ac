/** How a mean differs between the two groups of an attribute. */
export interface Disparity {
  readonly groups: readonly [first: Group, second: Group];
  readonly difference: number;
  /** counts entities (customers, applicants) and not their rows, which are alike */
  readonly standardError: number;
}

export interface Group {
  readonly rows: number;
  readonly entities: number;
  readonly mean: number;
}

/**
 * Difference of the mean of `values` between groups 0 and 1, with the standard error of a ratio estimate over
 * entities (Cochran, Sampling Techniques, 1977, 6.4); null where a group has fewer than two entities.
 *
 * @param groups by row; rows of any other group are left out
 * @param entities number of each row's entity
 */
export function clusteredDifference(
  values: ArrayLike<number>,
  groups: Uint8Array,
  entities: Float64Array,
): Disparity | null {
  const places = placesOf(entities);
  let count = 0;
  for (const place of places) if (place >= count) count = place + 1;
  const found = [0, 1].map((group) => {
    const rows = new Float64Array(count);
    const sums = new Float64Array(count);
    let all = 0;
    let sum = 0;
    for (let row = 0; row < groups.length; row += 1) {
      if (groups[row] !== group) continue;
      const place = places[row] ?? 0;
      const value = values[row] ?? 0;
      rows[place] = (rows[place] ?? 0) + 1;
      sums[place] = (sums[place] ?? 0) + value;
      all += 1;
      sum += value;
    }
    const mean = all === 0 ? 0 : sum / all;
    let present = 0;
    let squares = 0;
    for (let place = 0; place < count; place += 1) {
      const n = rows[place] ?? 0;
      if (n === 0) continue;
      present += 1;
      const residual = (sums[place] ?? 0) - mean * n;
      squares += residual * residual;
    }
    const variance = present < 2 ? Number.NaN : (squares / (all * all)) * (present / (present - 1));
    return { group: { rows: all, entities: present, mean }, variance };
  });
  const [first, second] = found;
  if (first === undefined || second === undefined) return null;
  const standardError = Math.sqrt(first.variance + second.variance);
  if (standardError !== standardError) return null;
  return {
    groups: [first.group, second.group],
    difference: second.group.mean - first.group.mean,
    standardError,
  };
}

/** Numbers from 0 for the distinct entities, by row. */
function placesOf(entities: Float64Array): Int32Array {
  let capacity = 1_024;
  while (capacity < 2 * entities.length) capacity *= 2;
  const slots = new Int32Array(capacity).fill(-1);
  const held = new Float64Array(entities.length);
  const places = new Int32Array(entities.length);
  let count = 0;
  for (let row = 0; row < entities.length; row += 1) {
    const entity = entities[row] ?? 0;
    const mixed = Math.imul(entity ^ (entity / 0x1_0000_0000), 0x9e3779b1);
    let slot = (mixed ^ (mixed >>> 15)) & (capacity - 1);
    let place = slots[slot] ?? -1;
    while (place >= 0 && held[place] !== entity) {
      slot = (slot + 1) & (capacity - 1);
      place = slots[slot] ?? -1;
    }
    if (place < 0) {
      place = count;
      slots[slot] = place;
      held[place] = entity;
      count += 1;
    }
    places[row] = place;
  }
  return places;
}

/**
 * How many entities of one row each would say as much as those of the negatives and of the positives: the square of
 * the number of rows over the sum of the squares of each entity's (Kish, Survey Sampling, 1965).
 */
export function effectiveEntities(
  entities: Float64Array,
  label: Uint8Array,
): [negatives: number, positives: number] {
  const places = placesOf(entities);
  const counts = [new Float64Array(places.length), new Float64Array(places.length)] as const;
  places.forEach((place, row) => {
    const ofClass = counts[label[row] === 1 ? 1 : 0];
    ofClass[place] = (ofClass[place] ?? 0) + 1;
  });
  const [negatives, positives] = counts.map((ofClass) => {
    let rows = 0;
    let squares = 0;
    for (const count of ofClass) {
      rows += count;
      squares += count * count;
    }
    return squares === 0 ? 0 : (rows * rows) / squares;
  });
  return [negatives ?? 0, positives ?? 0];
}
