import fc from 'fast-check';
import { DAY, monthStart } from '../calendar.js';
import { populate } from '../population/populate.js';
import { SPLITS } from '../preset.js';
import { keyOfSeed } from '../random.js';
import { draftOf } from './events.js';
import { inverse, publicNumbers } from './public-numbers.js';
import { WeekDraft } from './week-draft.js';
import { allot, planOf } from './weeks.js';

const LAYOUT = { startMonth: 7, developmentMonths: 3, evaluationMonths: 2, sealedMonths: 1 };

describe('the plan of a version', () => {
  it('shares out every row, by days between splits and by weeks within them', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 500, max: 60_000_000 }),
        fc.double({ min: 0.001, max: 0.2, noNaN: true }),
        (rows, share) => {
          const plans = planOf(LAYOUT, rows, share, SPLITS);
          const [development, evaluation, sealed] = plans;
          expect((development?.rows ?? 0) + (evaluation?.rows ?? 0)).toBe(rows);
          expect(development?.rows).toBe(Math.round((rows * 92) / 153));
          expect(sealed?.rows).toBe(Math.round(rows / 5));
          let end = monthStart(7) * DAY;
          for (const plan of plans) {
            expect(plan.frauds).toBe(Math.round(plan.rows * share));
            const honest = plan.weeks.reduce((sum, week) => sum + week.honest, 0);
            expect(honest).toBe(plan.rows - plan.frauds);
            for (const { week, honest: ofWeek } of plan.weeks) {
              expect(ofWeek).toBeGreaterThanOrEqual(0);
              expect(week.start).toBe(end);
              end = week.end;
            }
          }
          expect(end).toBe(monthStart(13) * DAY);
          // What is played besides changes nothing of what comes before it.
          expect(planOf(LAYOUT, rows, share, ['development', 'evaluation'])).toEqual(plans.slice(0, 2));
        },
      ),
      { numRuns: 50 },
    );
  });

  it('allots a week to the row, and more of it to those who pay more', () => {
    const people = { proxyStrength: 1, groupAttribute: 'sex', groupShare: 0 } as const;
    const population = populate(keyOfSeed('allotment'), { customers: 3_000, ...people });
    const offsets = new Uint32Array(3_001);
    const paid = new Float64Array(3_000);
    for (let week = 0; week < 20; week += 1) {
      allot(population, keyOfSeed('key'), week, 9_001, offsets);
      expect([offsets[0], offsets[3_000]]).toEqual([0, 9_001]);
      for (let c = 0; c < 3_000; c += 1) {
        const rows = (offsets[c + 1] ?? 0) - (offsets[c] ?? 0);
        expect(rows >= 0).toBe(true);
        paid[c] = (paid[c] ?? 0) + rows;
      }
    }
    const { activity } = population.people;
    const busy = [...activity.keys()].sort((a, b) => (activity[b] ?? 0) - (activity[a] ?? 0));
    const sum = (list: number[]) => list.reduce((total, c) => total + (paid[c] ?? 0), 0);
    const expected = (list: number[]) => list.reduce((total, c) => total + (activity[c] ?? 0), 0);
    const top = busy.slice(0, 300);
    expect(sum(top) / sum(busy) / (expected(top) / expected(busy))).toBeCloseTo(1, 1);
  });
});

describe('the order of a week', () => {
  const rows = 5_000;
  const ordered = (key: readonly [number, number]) => {
    const draft = draftOf(rows);
    // Few seconds and many rows: nearly every payment shares its second with others.
    for (let row = 0; row < rows; row += 1) {
      draft.time[row] = 1_000 + ((row * 7_919) % 500);
      draft.intent[row] = row / 8;
      draft.flags[row] = row % 8;
      draft.category[row] = row % 17;
      draft.origin[row] = row % 2 === 0 ? -1 : row;
    }
    const week = new WeekDraft(WeekDraft.memory(rows));
    week.pack(draft, 0, 3_000, 0);
    week.pack(draft, 3_000, rows, 3_000);
    const order = new Uint32Array(rows);
    week.order(rows, 1_000, 600, key, order);
    return { draft, week, order };
  };

  it('is by time, holds every row once, and reads back what was packed', () => {
    const { draft, week, order } = ordered([5, 6]);
    expect(new Set(order).size).toBe(rows);
    const read = {
      ...{ time: 0, customer: 0, payee: 0, amount: 0, device: 0, channel: 0 },
      ...{ category: 0, flags: 0, intent: 0, origin: 0 },
    };
    let last = 0;
    for (const row of order) {
      week.read(row, read);
      expect(read.time).toBeGreaterThanOrEqual(last);
      last = read.time;
      expect([read.category, read.flags, read.intent, read.origin]).toEqual([
        draft.category[row],
        draft.flags[row],
        draft.intent[row],
        draft.origin[row],
      ]);
    }
  });

  it('is within a second by the key, so that the place in the draft does not show', () => {
    const { order, draft } = ordered([5, 6]);
    expect([...ordered([5, 6]).order]).toEqual([...order]);
    expect([...ordered([5, 7]).order]).not.toEqual([...order]);
    let ascending = 0;
    let pairs = 0;
    for (let place = 1; place < rows; place += 1) {
      const before = order[place - 1] ?? 0;
      const row = order[place] ?? 0;
      if (draft.time[before] !== draft.time[row]) continue;
      pairs += 1;
      if (before < row) ascending += 1;
    }
    // A fair coin would be within 5 standard deviations.
    expect(Math.abs(ascending / pairs - 0.5)).toBeLessThan((5 * 0.5) / Math.sqrt(pairs));
  });

  it('refuses a payment that lies outside the week', () => {
    const draft = draftOf(1);
    draft.time[0] = 700;
    const week = new WeekDraft(WeekDraft.memory(1));
    week.pack(draft, 0, 1, 0);
    expect(() => week.order(1, 0, 700, [1, 2], new Uint32Array(1))).toThrow('second 700 of a week');
  });
});

describe('public numbers', () => {
  it('are a permutation that depends on the key and on what is numbered', () => {
    const numbers = publicNumbers(keyOfSeed('a'), 'payees', 10_000);
    expect(new Set(numbers).size).toBe(10_000);
    expect(Math.max(...numbers)).toBe(9_999);
    const entities = inverse(numbers);
    expect(numbers.every((number, entity) => entities[number] === entity)).toBe(true);
    expect([...publicNumbers(keyOfSeed('a'), 'devices', 10_000)]).not.toEqual([...numbers]);
    expect([...publicNumbers(keyOfSeed('b'), 'payees', 10_000)]).not.toEqual([...numbers]);
    // Rank correlation with the place, in standard errors.
    const centre = 4_999.5;
    let sum = 0;
    for (let i = 0; i < 10_000; i += 1) sum += (i - centre) * ((numbers[i] ?? 0) - centre);
    const correlation = sum / (10_000 * ((10_000 ** 2 - 1) / 12));
    expect(Math.abs(correlation) * Math.sqrt(10_000)).toBeLessThan(5);
  });
});
