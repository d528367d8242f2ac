import { DAY, period, REST_DAYS, stormAt, weeksOf, type Week } from '../../calendar.js';
import { Product } from '../../population/attributes.js';
import { populate } from '../../population/populate.js';
import { type Population } from '../../population/population.js';
import { deriveKey, keyOfSeed } from '../../random.js';
import { calibrate, CELLS } from '../calibration.js';
import { Category, Channel, deviceCount, draftOf, NO_DEVICE, REMOTE, type Draft } from '../events.js';
import { burstiness } from '../../heavy-tails.js';
import { allot } from '../weeks.js';
import { habitsOf, type Habits } from './habits.js';
import { live } from './live.js';

interface Town {
  readonly population: Population;
  readonly habits: Habits;
  readonly key: Uint8Array;
}

function town(seed: string, customers: number): Town {
  const key = keyOfSeed(seed);
  const population = populate(key, { customers, proxyStrength: 1, groupAttribute: 'sex', groupShare: 0 });
  return { population, habits: habitsOf(population, key, 1), key };
}

function shares(of: Town, week: Week, rows: number): Uint32Array {
  const offsets = new Uint32Array(of.population.customers + 1);
  allot(of.population, deriveKey(of.key, 'allotment'), week.index, rows, offsets);
  return offsets;
}

/** One week of a town, drawn in one go or cut into ranges of customers. */
function weekOf(of: Town, week: Week, rows: number, lookAlikes = 0.045, cuts: readonly number[] = []): Draft {
  const offsets = shares(of, week, rows);
  const draft = draftOf(rows);
  const bounds = [0, ...cuts, of.population.customers];
  // Later ranges first: nothing may depend on what was drawn before.
  for (let range = bounds.length - 2; range >= 0; range -= 1)
    live({
      ...of,
      week,
      offsets,
      base: 0,
      draft,
      from: bounds[range] ?? 0,
      to: bounds[range + 1] ?? 0,
      lookAlikes,
    });
  return draft;
}

const COLUMNS = ['customer', 'time', 'channel', 'category', 'payee', 'amount', 'device', 'flags'] as const;
const bytesOf = (draft: Draft) => COLUMNS.map((column) => Buffer.from(draft[column].buffer).toString('hex'));

describe('live', () => {
  const small = town('a small town', 2_000);
  const weeks = weeksOf(period(7, 5));
  const first = weeks[1] as Week;

  it('writes the same bytes however the customers are cut into ranges', () => {
    const whole = bytesOf(weekOf(small, first, 6_000));
    expect(bytesOf(weekOf(small, first, 6_000, 0.045, [1, 700, 701, 1_999]))).toEqual(whole);
    expect(bytesOf(weekOf({ ...small, key: keyOfSeed('another') }, first, 6_000))).not.toEqual(whole);
  });

  it('keeps to the rows, the week, the payees and the devices that there are', () => {
    const { population: p } = small;
    const draft = weekOf(small, first, 6_000, 0.2);
    const offsets = shares(small, first, 6_000);
    let wrong = 0;
    for (let c = 0; c < p.customers; c += 1)
      for (let row = offsets[c] ?? 0; row < (offsets[c + 1] ?? 0); row += 1) {
        const time = draft.time[row] ?? 0;
        const payee = draft.payee[row] ?? -1;
        const device = draft.device[row] ?? 0;
        const own = device === NO_DEVICE || Math.floor(device / 3) === c;
        const strange = device >= 3 * p.customers && device < deviceCount(p.customers);
        if (draft.customer[row] !== c || time < first.start || time >= first.end) wrong += 1;
        if (payee < 0 || payee >= p.merchants.count + p.accounts.count) wrong += 1;
        if ((draft.amount[row] ?? 0) < 100 || !(own || strange)) wrong += 1;
        if (draft.origin[row] !== -1 || draft.intent[row] !== 0) wrong += 1;
        // Cards and purses pay shops, and shops of the category they say.
        if (draft.channel[row] === Channel.CreditCard && p.merchants.category[payee] !== draft.category[row])
          wrong += 1;
        const products = p.people.products[c] ?? 0;
        if (draft.channel[row] === Channel.CreditCard && (products & Product.CreditCard) === 0) wrong += 1;
      }
    expect(wrong).toBe(0);
  });

  it('meets every published figure within 10%, with any seed', () => {
    for (const seed of ['one', 'two', 'three']) {
      const big = town(seed, 3_000);
      const numbers = new Float64Array(CELLS);
      const values = new Float64Array(CELLS);
      for (const week of weeks.slice(1, 9)) {
        const rows = 10_000;
        const draft = weekOf(big, week, rows);
        for (let row = 0; row < rows; row += 1) {
          const cell =
            ((draft.channel[row] ?? 0) << 7) |
            ((draft.category[row] ?? 0) << 2) |
            ((draft.flags[row] ?? 0) & 3);
          numbers[cell] = (numbers[cell] ?? 0) + 1;
          values[cell] = (values[cell] ?? 0) + (draft.amount[row] ?? 0);
        }
      }
      const missed = calibrate(numbers, values)
        .map(({ figure, target, reached }) => ({ figure, error: (reached ?? 0) / target - 1 }))
        .filter(({ error }) => Math.abs(error) > 0.1);
      expect(missed).toEqual([]);
    }
  });

  it('pays standing orders on the same day of the month, the same payee and, unless metered, the same sum', () => {
    const orders = new Map<string, number[]>();
    let atRest = 0;
    for (const week of weeks) {
      const draft = weekOf(small, week, 2_500);
      for (let row = 0; row < draft.rows; row += 1) {
        if (draft.channel[row] !== Channel.StandingOrder || draft.category[row] !== Category.Rent) continue;
        const day = Math.floor((draft.time[row] ?? 0) / DAY);
        if (REST_DAYS[day] !== 0) atRest += 1;
        const order = `${draft.customer[row]} ${draft.payee[row]} ${draft.amount[row]}`;
        orders.set(order, [...(orders.get(order) ?? []), day]);
      }
    }
    expect(atRest).toBe(0);
    const kept = [...orders.values()].filter((days) => days.length > 2);
    expect(kept.length).toBeGreaterThan(20);
    // A month apart, give or take days of rest.
    for (const days of kept)
      for (let i = 1; i < days.length; i += 1) {
        const gap = (days[i] ?? 0) - (days[i - 1] ?? 0);
        const months = Math.round(gap / 30.4);
        expect(Math.abs(gap - months * 30.4)).toBeLessThan(8);
      }
  });

  it('pays in bursts, and more of them on line under a typhoon', () => {
    const last = new Map<number, number>();
    const sums = new Map<number, [n: number, sum: number, squares: number]>();
    const inPerson = { storm: 0, calm: 0 };
    for (const week of weeks.slice(9, 15)) {
      const draft = weekOf(small, week, 6_000);
      const order = Array.from({ length: draft.rows }, (_, row) => row).sort(
        (a, b) => (draft.time[a] ?? 0) - (draft.time[b] ?? 0) || a - b,
      );
      for (const row of order) {
        const time = draft.time[row] ?? 0;
        const customer = draft.customer[row] ?? 0;
        const before = last.get(customer);
        last.set(customer, time);
        if (before !== undefined) {
          const [n, sum, squares] = sums.get(customer) ?? [0, 0, 0];
          sums.set(customer, [n + 1, sum + time - before, squares + (time - before) ** 2]);
        }
        if (((draft.flags[row] ?? 0) & REMOTE) === 0) inPerson[stormAt(time) ? 'storm' : 'calm'] += 1;
      }
    }
    const bursts = [...sums.values()]
      .filter(([n]) => n >= 10)
      .map(([n, sum, squares]) =>
        burstiness(sum / n, Math.sqrt(Math.max(0, squares / n - (sum / n) ** 2)), n),
      );
    expect(bursts.length).toBeGreaterThan(500);
    expect(bursts.reduce((sum, b) => sum + b, 0) / bursts.length).toBeGreaterThan(0.05);
    // Two typhoons of 6 weeks: 46 of 1,008 hours.
    expect(inPerson.storm / inPerson.calm).toBeLessThan(0.4 * (46 / 1_008));
  });

  it('opens more stories that look like fraud when asked to: new devices, sums to somebody new', () => {
    const strange = (lookAlikes: number) => {
      const draft = weekOf(small, first, 6_000, lookAlikes);
      return draft.device.filter((device) => device >= 3 * small.population.customers).length;
    };
    expect(strange(0)).toBe(0);
    expect(strange(0.045)).toBeGreaterThan(20);
    expect(strange(0.2)).toBeGreaterThan(2 * strange(0.045));
  });
});
