import { period, weeksOf, type Week } from '../calendar.js';
import { populate } from '../population/populate.js';
import { deriveKey, keyOfSeed, Stream } from '../random.js';
import { habitsOf } from './behaviour/habits.js';
import { live } from './behaviour/live.js';
import { Channel, CHANNELS, draftOf, type Events } from './events.js';
import { burstiness, hill, tailOf } from '../heavy-tails.js';
import { Tally } from './tally.js';
import { allot } from './weeks.js';

const key = keyOfSeed('a tally');
const population = populate(key, {
  customers: 3_000,
  proxyStrength: 1,
  groupAttribute: 'sex',
  groupShare: 0,
});
const week = weeksOf(period(9, 1))[1] as Week;
const rows = 12_000;

/** A week's payments in time order, every fiftieth called a fraud. */
function aWeek(): { events: Events; origin: Int32Array } {
  const offsets = new Uint32Array(population.customers + 1);
  allot(population, deriveKey(key, 'allotment'), week.index, rows, offsets);
  const draft = draftOf(rows);
  live({
    population,
    habits: habitsOf(population, key, 1),
    key,
    week,
    offsets,
    base: 0,
    draft,
    from: 0,
    to: population.customers,
    lookAlikes: 0.045,
  });
  const order = Uint32Array.from({ length: rows }, (_, row) => row).sort(
    (a, b) => (draft.time[a] ?? 0) - (draft.time[b] ?? 0) || a - b,
  );
  const sorted = <T extends Uint8Array | Int32Array>(column: T): T =>
    column.map((_, place) => column[order[place] ?? 0] ?? 0) as T;
  const amount = sorted(draft.amount);
  return {
    events: {
      rows,
      customer: sorted(draft.customer),
      time: sorted(draft.time),
      channel: sorted(draft.channel),
      category: sorted(draft.category),
      payee: sorted(draft.payee),
      amount,
      balance: Float64Array.from(amount, (cents) => cents + 500),
      device: sorted(draft.device),
      flags: sorted(draft.flags),
    },
    origin: Int32Array.from({ length: rows }, (_, row) => (row % 50 === 0 ? row / 50 : -1)),
  };
}

describe('the tally', () => {
  const { events, origin } = aWeek();
  const tally = new Tally(population);
  tally.add(events, origin);

  it('agrees with a count by hand', () => {
    const honest = (channel: number) =>
      Array.from({ length: rows }, (_, row) => row).filter(
        (row) => events.channel[row] === channel && (origin[row] ?? 0) < 0,
      );
    const cards = honest(Channel.CreditCard);
    const mean = cards.reduce((sum, row) => sum + (events.amount[row] ?? 0), 0) / 100 / cards.length;
    const figures = new Map(tally.calibration().map(({ figure, reached }) => [figure, reached]));
    expect(figures.get('mean credit card payment')).toBeCloseTo(mean, 8);
    expect(figures.get('credit card payments for each debit card payment')).toBeCloseTo(
      cards.length / honest(Channel.DebitCard).length,
      8,
    );
    const shares = ['point of sale', 'online', 'person to person', 'withdrawal', 'add-value'].map(
      (kind) => figures.get(`stored value: ${kind}`) ?? 0,
    );
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 8);
    const { months, channels } = tally.aggregates() as {
      months: { month: string; payments: number; frauds: number }[];
      channels: { channel: string; honestPayments: number; firstDigits: number[] | null }[];
    };
    expect(months).toEqual([{ month: 'Sep', payments: rows, frauds: rows / 50, prevalence: 0.02 }]);
    const digits = new Array<number>(9).fill(0);
    let read = 0;
    for (let row = 0; row < rows; row += 4)
      if (events.channel[row] === Channel.FpsProxy) {
        const digit = Number(String(events.amount[row])[0]);
        digits[digit - 1] = (digits[digit - 1] ?? 0) + 1;
        read += 1;
      }
    expect(channels[Channel.FpsProxy]?.firstDigits).toEqual(digits.map((n) => n / read));
  });

  it('counts the same whatever blocks the payments come in', () => {
    const inBlocks = new Tally(population);
    // First digits are taken from every fourth row of a block, hence blocks of a multiple of four.
    for (let from = 0; from < rows; from += 1_024) {
      const to = Math.min(rows, from + 1_024);
      const cut = Object.fromEntries(
        Object.entries(events)
          .filter(([name]) => name !== 'rows')
          .map(([name, column]) => [name, (column as Int32Array).subarray(from, to)]),
      ) as unknown as Events;
      inBlocks.add({ ...cut, rows: to - from }, origin.subarray(from, to));
    }
    expect(inBlocks.calibration()).toEqual(tally.calibration());
    expect(inBlocks.realism()).toEqual(tally.realism());
    expect(inBlocks.aggregates()).toEqual(tally.aggregates());
    expect(inBlocks.pictures()).toEqual(tally.pictures());
  });

  it('says what is missing as null, and the least that was left', () => {
    const empty = new Tally(population);
    expect(empty.calibration().every(({ reached }) => reached === null)).toBe(true);
    const lowest = tally.realism().find(({ figure }) => figure.startsWith('lowest balance'));
    expect(lowest?.reached).toBe(5);
  });

  it('draws pictures whose shares are shares', () => {
    const pictures = tally.pictures();
    expect(pictures.map(({ name }) => name)).toEqual([
      'degree-tail',
      'hour-by-weekday',
      'amounts-per-channel',
      'prevalence-by-month',
    ]);
    for (const picture of pictures) {
      if (picture.kind === 'heatmap') expect(picture.values.flat().reduce((sum, n) => sum + n, 0)).toBe(rows);
      if (picture.name === 'amounts-per-channel' && picture.kind === 'lines') {
        expect(picture.lines.length).toBeLessThanOrEqual(CHANNELS.length);
        for (const { points } of picture.lines)
          expect(points.reduce((sum, [, share]) => sum + share, 0)).toBeCloseTo(1, 8);
      }
    }
  });
});

describe('bursts and tails', () => {
  it('calls a metronome −1, chance 0 and one far burst 1', () => {
    expect(burstiness(60, 0, 20)).toBeCloseTo(-1, 12);
    // All intervals nothing but one: deviation over mean is the root of n − 1.
    expect(burstiness(1, Math.sqrt(19), 20)).toBeCloseTo(1, 12);
    const stream = new Stream(keyOfSeed('poisson'));
    let sum = 0;
    for (let customer = 0; customer < 2_000; customer += 1) {
      const gaps = Array.from({ length: 20 }, () => stream.exponential(1));
      const mean = gaps.reduce((total, gap) => total + gap, 0) / 20;
      const variance = gaps.reduce((total, gap) => total + (gap - mean) ** 2, 0) / 20;
      sum += burstiness(mean, Math.sqrt(variance), 20);
    }
    expect(Math.abs(sum / 2_000)).toBeLessThan(0.03);
  });

  it('finds the exponent of a power law, and its tail', () => {
    const stream = new Stream(keyOfSeed('pareto'));
    const counts = Uint32Array.from({ length: 100_000 }, () =>
      Math.floor(100 * Math.pow(1 - stream.uniform(), -1 / 1.4)),
    );
    expect(hill(counts, 0.02)).toBeCloseTo(2.4, 1);
    expect(hill(new Uint32Array(10).fill(3), 0.5)).toBeNull();
    const points = tailOf(counts);
    expect(points[0]).toEqual([1, 1]);
    for (let i = 1; i < points.length; i += 1)
      expect(points[i]?.[1] ?? 0).toBeLessThanOrEqual(points[i - 1]?.[1] ?? 0);
  });
});
