import { criticalDifference } from './studentized-range.js';

test("critical values are scipy's studentized_range.ppf(level, k, inf) / sqrt(2), 1.10", () => {
  expect(criticalDifference(2)).toBe(1.959963984540054);
  expect(criticalDifference(3)).toBeCloseTo(2.343700586378409, 8);
  expect(criticalDifference(5)).toBeCloseTo(2.7277743708703763, 8);
  expect(criticalDifference(8)).toBeCloseTo(3.030878449614413, 8);
  expect(criticalDifference(20)).toBeCloseTo(3.5437991315177815, 8);
  expect(criticalDifference(64)).toBeCloseTo(4.105284272339581, 8);
  expect(criticalDifference(2, Math.sqrt(0.95))).toBeCloseTo(2.2364766445577877, 8);
  expect(criticalDifference(5, Math.sqrt(0.95))).toBeCloseTo(2.9635360386229666, 8);
});
