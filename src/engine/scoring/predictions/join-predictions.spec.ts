import { joinPredictions } from './join-predictions.js';

const joined = (keys: number[], ids: number[], scores: number[]): unknown => {
  const found = joinPredictions(Float64Array.from(keys), Float64Array.from(ids), Float64Array.from(scores));
  return found instanceof Float64Array ? [...found] : found;
};

describe('joining predictions', () => {
  test('puts every score where its key is, whatever the order', () => {
    expect(joined([7, 8, 9], [7, 8, 9], [0.1, 0.2, 0.3])).toEqual([0.1, 0.2, 0.3]);
    expect(joined([7, 8, 9], [9, 7, 8], [0.1, 0.2, 0.3])).toEqual([0.2, 0.3, 0.1]);
  });

  test('counts what has no prediction and what nobody asked for', () => {
    expect(joined([7, 8, 9], [9, 5, 4], [1, 1, 1])).toEqual({ missing: 2, unknown: 2, firstUnknown: 5 });
    expect(joined([7, 8, 9], [9], [1])).toEqual({ missing: 2, unknown: 0, firstUnknown: null });
    expect(joined([7], [7, 6], [1, 1])).toEqual({ missing: 0, unknown: 1, firstUnknown: 6 });
  });
});
