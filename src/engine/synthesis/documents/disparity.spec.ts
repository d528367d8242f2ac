import { clusteredDifference, effectiveEntities } from './disparity.js';

describe('disparity', () => {
  it('counts entities and not their rows, as by hand', () => {
    // Group 0: an entity with rows 1 and 0, another with 0: mean 1/3, residuals 1/3 and −1/3, so that the variance is
    // 2 / (2 − 1) × (1/9 + 1/9) / 3^2 = 4/81. Group 1: rows 1 and 1 of two entities: mean 1, no residual.
    const found = clusteredDifference(
      [1, 0, 0, 1, 1, 9],
      Uint8Array.of(0, 0, 0, 1, 1, 2),
      Float64Array.of(7, 7, 8, 9, 5_000_000_000, 1),
    );
    expect(found?.groups).toEqual([
      { rows: 3, entities: 2, mean: 1 / 3 },
      { rows: 2, entities: 2, mean: 1 },
    ]);
    expect(found?.difference).toBeCloseTo(2 / 3, 15);
    expect(found?.standardError).toBeCloseTo(2 / 9, 15);
  });

  it('does not judge a group of one entity', () => {
    expect(clusteredDifference([1, 0, 1], Uint8Array.of(0, 0, 1), Float64Array.of(1, 2, 3))).toBeNull();
  });

  it('weighs entities by their rows', () => {
    // Negatives: 3 rows of one and 1 of another: 16 / 10. Positives: one row each of two.
    const entities = Float64Array.of(4, 4, 4, 6, 4, 6);
    expect(effectiveEntities(entities, Uint8Array.of(0, 0, 0, 0, 1, 1))).toEqual([1.6, 2]);
    expect(effectiveEntities(entities, new Uint8Array(6))).toEqual([36 / 20, 0]);
  });
});
