import {
  DAY,
  drawTime,
  monthOf,
  monthStart,
  NAIVE_EPOCH,
  payDay,
  period,
  REST_DAYS,
  weekday,
} from './calendar.js';
import { keyOfSeed, Stream } from './random.js';

describe('the calendar of 2025', () => {
  it('agrees with the Gregorian calendar of the runtime on every day', () => {
    for (let day = 0; day < 365; day += 1) {
      const date = new Date((NAIVE_EPOCH + day * DAY) * 1000);
      expect(date.getUTCFullYear()).toBe(2025);
      expect(weekday(day)).toBe((date.getUTCDay() + 6) % 7);
      expect(monthOf(day)).toBe(date.getUTCMonth() + 1);
      if (date.getUTCDate() === 1) expect(monthStart(monthOf(day))).toBe(day);
    }
  });

  it('pays wages on the usual day or on the last working day before', () => {
    for (let month = 1; month <= 12; month += 1)
      for (const usual of [1, 5, 15, 28, 31]) {
        const day = payDay(month, usual);
        if (day > 0) expect(REST_DAYS[day]).toBe(0);
        const last = Math.min(usual, monthStart(month + 1) - monthStart(month));
        const wanted = monthStart(month) + last - 1;
        for (let skipped = day + 1; skipped <= wanted; skipped += 1) expect(REST_DAYS[skipped]).toBe(1);
      }
    // 31 August 2025 is a Sunday: wages come on Friday the 29th.
    expect(payDay(8, 31)).toBe(monthStart(8) + 28);
  });

  it('draws times inside the period, by day at the office and less at night', () => {
    const within = period(10, 2);
    const stream = new Stream(keyOfSeed('times'));
    let night = 0;
    for (let i = 0; i < 20_000; i += 1) {
      const time = drawTime(stream, within, 0);
      expect(time >= within.start && time < within.end).toBe(true);
      if (time % DAY < 6 * 3600) night += 1;
    }
    expect(night / 20_000).toBeGreaterThan(0.02);
    expect(night / 20_000).toBeLessThan(0.1);
  });
});
