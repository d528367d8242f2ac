import {
  DAY,
  drawMoment,
  drawTime,
  monthOf,
  monthStart,
  NAIVE_EPOCH,
  Pace,
  payDay,
  period,
  REST_DAYS,
  stormAt,
  weekday,
  weeksOf,
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

  it('cuts a period into weeks from Monday to Sunday without a gap', () => {
    const within = period(7, 5);
    const weeks = weeksOf(within);
    let next = within.firstDay;
    for (const [place, week] of weeks.entries()) {
      expect(week.firstDay).toBe(next);
      expect(week.start).toBe(next * DAY);
      next += week.days;
      expect(week.end).toBe(next * DAY);
      if (place > 0) expect(weekday(week.firstDay)).toBe(0);
      if (place > 0) expect(week.index).toBe((weeks[place - 1]?.index ?? 0) + 1);
      expect(week.weight).toBeGreaterThan(0);
    }
    expect(next).toBe(within.firstDay + within.days);
    // The same week has the same number whatever period it is cut from.
    expect(weeksOf(period(8, 1))[0]?.index).toBe(
      weeks.find(({ firstDay, days }) => firstDay <= monthStart(8) && monthStart(8) < firstDay + days)?.index,
    );
  });

  it('draws moments inside the week, at counters by day only, and hardly out of doors in a storm', () => {
    const week = weeksOf(period(9, 1)).find(({ firstDay }) => firstDay === monthStart(9) + 21);
    if (week === undefined) throw new Error('the week of Ragasa is missing');
    const stream = new Stream(keyOfSeed('moments'));
    const stormy = { remote: 0, shop: 0 };
    let outside = 0;
    for (let i = 0; i < 20_000; i += 1)
      for (const pace of Object.values(Pace)) {
        const time = drawMoment(stream, week, pace, i % 3);
        if (time < week.start || time >= week.end) outside += 1;
        const hour = Math.floor((time % DAY) / 3600);
        if (pace === Pace.Counter && (hour < 8 || hour >= 18)) outside += 1;
        if (pace === Pace.Remote && stormAt(time)) stormy.remote += 1;
        if (pace === Pace.Shop && stormAt(time)) stormy.shop += 1;
      }
    expect(outside).toBe(0);
    expect(stormy.remote / 20_000).toBeGreaterThan(0.1);
    expect(stormy.shop).toBeLessThan(0.2 * stormy.remote);
  });
});
