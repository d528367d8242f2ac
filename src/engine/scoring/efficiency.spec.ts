import { percentiles, perMillion } from './efficiency.js';
import { type SessionEnd } from './stream-session.js';

const end = (rows: number, cpuSeconds: number | null) =>
  ({ rows, messages: 1, outcomes: [], usage: { cpuSeconds } }) as unknown as SessionEnd;

it('takes percentiles by nearest rank: always a value that was seen', () => {
  const hundred = Array.from({ length: 100 }, (_, at) => 100 - at);
  expect(percentiles(hundred)).toEqual({ count: 100, p50: 50, p95: 95, p99: 99, most: 100 });
  expect(percentiles([10, 2])).toEqual({ count: 2, p50: 2, p95: 10, p99: 10, most: 10 });
  expect(percentiles([7])).toEqual({ count: 1, p50: 7, p95: 7, p99: 7, most: 7 });
  expect(() => percentiles([])).toThrow();
});

it('takes starting off what a million rows cost, and says why where nothing is left', () => {
  expect(perMillion(end(101_000, 0.7), end(1000, 0.5))).toEqual({ value: expect.closeTo(2, 9) as number });
  expect(perMillion(end(101_000, 0.5), end(1000, 0.5))).toMatchObject({
    value: null,
    reason: expect.stringContaining('no more') as string,
  });
  expect(perMillion(end(101_000, null), end(1000, 0.5))).toMatchObject({ value: null });
  expect(perMillion(undefined, end(1000, 0.5))).toMatchObject({ value: null });
});
