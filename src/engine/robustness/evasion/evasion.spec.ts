import fc from 'fast-check';
import { featureColumn, type FeatureTable, featureTable } from '../../tables/index.js';
import { gaussian, generatorFor, uniform } from '../changes.js';
import { columnsSpace } from './columns-space.js';
import { type EvasionInput, measureEvasion } from './evasion.js';
import { PAYMENT_COSTS, paymentsSpace } from './payments-space.js';
import { type EvasionProfile, parseEvasion } from './profile.js';
import { searchEvasions } from './search.js';

const ROWS = 600;

/** Loans asked for: amount, months, a ratio and a logarithm that follow, two shares that sum to one, a channel. */
function loans(): FeatureTable {
  const random = generatorFor(3, 'loans');
  const amount = Float64Array.from({ length: ROWS }, () => Math.round(2000 + 30_000 * uniform(random)));
  const income = Float64Array.from({ length: ROWS }, () => 5000 + 20_000 * uniform(random));
  const first = Float64Array.from({ length: ROWS }, () => Math.round(100 * uniform(random)) / 100);
  return featureTable({
    amount,
    months: Float64Array.from({ length: ROWS }, () => 6 * (1 + random.below(10))),
    income,
    burden: Float64Array.from(amount, (value, row) => Math.min(5, value / Math.max(1000, income[row] ?? 0))),
    logAmount: Float64Array.from(amount, (value) => Math.log(value + 1)),
    first,
    second: Float64Array.from(first, (value) => 1 - value),
    channel: Array.from({ length: ROWS }, () => (uniform(random) < 0.5 ? 'branch' : 'app')),
    noise: Float64Array.from({ length: ROWS }, () => gaussian(random)),
  });
}

const PROFILE = {
  schema: 'sandbox-evasion/1',
  budgetHkd: 4000,
  queries: 60,
  rows: 80,
  gain: 'amount',
  columns: [
    { name: 'amount', least: 500, direction: 'down', step: 100, costPerUnit: 1 },
    { name: 'months', least: 6, most: 60, step: 6, costPerUnit: 10 },
    { name: 'first', least: 0, most: 1, costFixed: 50 },
    { name: 'second', least: 0, most: 1 },
    { name: 'channel', choices: ['app'], costFixed: 200 },
  ],
  equalities: [
    {
      terms: [
        { column: 'first', factor: 1 },
        { column: 'second', factor: 1 },
      ],
      solvedBy: 'second',
    },
  ],
  derived: [
    { name: 'burden', rule: { kind: 'ratio', of: 'amount', to: 'income', floor: 1000, cap: 5 }, most: 5 },
    { name: 'logAmount', rule: { kind: 'logarithm', of: 'amount', plus: 1 } },
  ],
};

const profile = (more: object = {}): EvasionProfile => parseEvasion({ ...PROFILE, ...more });

/** Every constraint of the profile above, of one row. */
function broken(table: FeatureTable, row: number, changes: Readonly<Record<string, unknown>>): string[] {
  const was = (name: string) => featureColumn(table, name)[row] as number;
  const now = (name: string) => (changes[name] ?? was(name)) as number;
  const close = (a: number, b: number) => Math.abs(a - b) < 1e-9 * Math.max(1, Math.abs(b));
  const known = ['amount', 'months', 'first', 'second', 'channel', 'burden', 'logAmount'];
  const rules: Record<string, boolean> = {
    'nothing else': Object.keys(changes).every((name) => known.includes(name)),
    'amount down to 500': now('amount') <= was('amount') && now('amount') >= Math.min(500, was('amount')),
    'amount on its step': now('amount') === was('amount') || now('amount') % 100 === 0,
    'months from 6 to 60': now('months') >= 6 && now('months') <= 60 && now('months') % 6 === 0,
    'shares in bounds': [now('first'), now('second')].every((share) => share >= 0 && share <= 1),
    'shares sum': close(now('first') + now('second'), was('first') + was('second')),
    burden: close(now('burden'), Math.min(5, now('amount') / Math.max(1000, was('income')))),
    logarithm: close(now('logAmount'), Math.log(now('amount') + 1)),
    channel: !('channel' in changes) || changes['channel'] === 'app',
  };
  return Object.entries(rules).flatMap(([name, holds]) => (holds ? [] : [name]));
}

const logistic = (z: number) => 1 / (1 + Math.exp(-z));
const column = (table: FeatureTable, name: string) => featureColumn(table, name) as Float64Array;

/** Sees large and short loans by the branch. */
const scoreLoans = (table: FeatureTable) =>
  Float64Array.from(column(table, 'burden'), (burden, row) =>
    logistic(
      2 * burden -
        (column(table, 'months')[row] ?? 0) / 20 +
        (featureColumn(table, 'channel')[row] === 'app' ? -1 : 0),
    ),
  );

function input(score: (table: FeatureTable) => Float64Array, features = loans()): EvasionInput {
  const random = generatorFor(4, 'labels');
  return {
    features,
    scores: score(features),
    labels: Uint8Array.from({ length: features.rows }, () => (uniform(random) < 0.5 ? 1 : 0)),
  };
}

describe('changes of declared columns', () => {
  it('are feasible whatever is turned, and cost what they say', () => {
    const table = loans();
    const space = columnsSpace(profile(), table);
    fc.assert(
      fc.property(
        fc.nat(ROWS - 1),
        fc.array(fc.double({ min: -0.2, max: 1.2, noNaN: true }), { minLength: 5, maxLength: 5 }),
        (row, turned) => {
          const point = Float64Array.from(space.variables(row), ({ kind, least, most }, at) =>
            kind === 'choice'
              ? Math.round((turned[at] ?? 0) * most)
              : least + (turned[at] ?? 0) * (most - least),
          );
          const realised = space.realise(row, point);
          if (realised === null) return;
          const [changes = {}] = realised.rows;
          expect(broken(table, row, changes)).toEqual([]);
          const moved = (name: string) =>
            Math.abs(Number(changes[name] ?? column(table, name)[row]) - (column(table, name)[row] ?? 0));
          const cost =
            moved('amount') +
            10 * moved('months') +
            (moved('first') > 0 ? 50 : 0) +
            ('channel' in changes && changes['channel'] !== featureColumn(table, 'channel')[row] ? 200 : 0);
          expect(realised.costHkd).toBeCloseTo(cost, 6);
          const amount = Number(changes['amount'] ?? column(table, 'amount')[row]);
          expect(realised.netHkd).toBeCloseTo(amount - (cost - moved('amount')), 6);
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([
    [{ columns: [{ name: 'amount', least: 1 }] }, 'needs a bound on each side'],
    [{ columns: [{ name: 'amount', least: 2, most: 1 }] }, 'least is above its most'],
    [
      { columns: [{ name: 'channel', choices: ['app'], least: 1 }] },
      'lists what it may be, and so has no least',
    ],
    [{ preset: 'hk-retail-payments' }, 'a preset brings its own columns'],
    [{ derived: [{ name: 'burden', rule: { kind: 'ratio', of: 'amount' } }] }, 'ratio needs to'],
    [{ equalities: [{ terms: [{ column: 'first', factor: 1 }], solvedBy: 'income' }] }, 'solvedBy must be'],
  ])('are refused where a profile makes no sense: %j', (wrong, words) => {
    expect(() => profile(wrong)).toThrow(words);
  });

  it('are refused where the data does not have them', () => {
    const wrong = (columns: object[]) => () =>
      columnsSpace(profile({ columns, derived: [], equalities: [], gain: 'amount' }), loans());
    expect(wrong([{ name: 'age', least: 1, most: 2 }])).toThrow('no feature "age"');
    expect(wrong([{ name: 'channel', least: 1, most: 2 }])).toThrow('"channel" is text');
    expect(wrong([{ name: 'months', choices: ['x'] }])).toThrow('give values, no choices');
  });
});

describe('an attack', () => {
  it('gets past a model that can be got past, by feasible changes within the budget', async () => {
    const seen: FeatureTable[] = [];
    const given = input(scoreLoans);
    const document = await measureEvasion(
      given,
      async (table) => {
        seen.push(table);
        return scoreLoans(table);
      },
      profile(),
      0.5,
    );
    expect(document.success?.value).toBeGreaterThan(0.6);
    expect(document.success?.low).toBeGreaterThan(0.45);
    expect(document.success?.high).toBeLessThan(1);
    expect(seen.reduce((sum, { rows }) => sum + rows, 0)).toBe(document.queries);
    expect(document.queries).toBeLessThanOrEqual(document.attacked * 60);
    const rising = (rates: { success: { value: number } }[]) =>
      rates.every(({ success }, at) => success.value >= (rates[at - 1]?.success.value ?? 0));
    expect([rising(document.byBudget), rising(document.byQueries)]).toEqual([true, true]);
    expect(document.byBudget.at(-1)?.success).toEqual(document.byQueries.at(-1)?.success);
    expect(document.byQueries.map(({ queries }) => queries)).toEqual([1, 2, 5, 10, 20, 50, 60]);
    expect(document.cost?.meanHkd).toBeLessThanOrEqual(4000);
    expect(document.moves['first']).toBeLessThan(document.success?.rows ?? 0);

    // Every change that passed, once more by hand.
    const { features, scores } = given;
    const space = columnsSpace(profile(), features);
    const rows = [...scores.keys()].filter((row) => (scores[row] ?? 0) >= 0.5).slice(0, 60);
    const score = async (table: FeatureTable) => scoreLoans(table);
    const options = { seed: 5, threshold: 0.5, budgetHkd: 3000, queries: 80 };
    for (const { row, cheapest } of await searchEvasions(space, features, rows, scores, score, options)) {
      if (cheapest === null) continue;
      const realised = space.realise(row, cheapest.point);
      expect(broken(features, row, realised?.rows[0] ?? { none: 1 })).toEqual([]);
      expect(realised?.costHkd).toBe(cheapest.costHkd);
      expect(cheapest.costHkd).toBeLessThanOrEqual(3000);
      expect(cheapest.score).toBeLessThan(0.5);
    }
  });

  it('finds the cheapest way nearly, where there is only one', async () => {
    const only = profile({
      columns: [{ name: 'amount', least: 0, direction: 'down', costPerUnit: 1 }],
      derived: [],
      equalities: [],
      budgetHkd: 40_000,
      queries: 300,
    });
    const score = (table: FeatureTable) =>
      Float64Array.from(column(table, 'amount'), (amount) => amount / 40_000);
    const document = await measureEvasion(input(score), async (table) => score(table), only, 0.5);
    expect(document.success?.value).toBe(1);
    const { features, scores, labels } = input(score);
    const caught = [...scores.keys()].filter((row) => labels[row] === 1 && (scores[row] ?? 0) >= 0.5);
    const mean =
      caught.reduce((sum, row) => sum + (column(features, 'amount')[row] ?? 0) - 20_000, 0) / caught.length;
    expect(Math.abs((document.cost?.meanHkd ?? NaN) / mean - 1)).toBeLessThan(0.1);
  });

  it('never gets past a constant, nor past one that looks at what cannot be changed, and says so with an interval', async () => {
    for (const score of [
      (table: FeatureTable) => new Float64Array(table.rows).fill(0.9),
      (table: FeatureTable) => Float64Array.from(column(table, 'noise'), logistic),
    ]) {
      const document = await measureEvasion(input(score), async (table) => score(table), profile(), 0.5);
      expect([document.success?.value, document.success?.low, document.success?.rows]).toEqual([0, 0, 0]);
      expect(document.success?.high).toBeGreaterThan(0.01);
      expect([document.cost, document.money?.netOfEvadedHkd]).toEqual([null, 0]);
    }
    const none = (table: FeatureTable) => new Float64Array(table.rows).fill(0.1);
    const document = await measureEvasion(input(none), async (table) => none(table), profile(), 0.5);
    expect([document.success, document.reason]).toEqual([null, 'no positive is caught at the threshold']);
  });

  it('counts a score that is no number as caught', async () => {
    const score = async (table: FeatureTable) =>
      Float64Array.from(column(table, 'amount'), (_, row) => (row % 2 === 0 ? NaN : 0.9));
    const given = input((table) => new Float64Array(table.rows).fill(0.9));
    const document = await measureEvasion(given, score, profile(), 0.5);
    expect(document.success?.value).toBe(0);
    expect(document.refused).toBeGreaterThan(100);
  });

  it('gives the same bytes for a seed, and each row the same whichever others are attacked', async () => {
    const run = (more: object) =>
      measureEvasion(input(scoreLoans), async (table) => scoreLoans(table), profile(more), 0.5);
    const first = JSON.stringify(await run({}));
    expect(JSON.stringify(await run({}))).toBe(first);
    expect(JSON.stringify(await run({ seed: 9 }))).not.toBe(first);
    const { features, scores } = input(scoreLoans);
    const space = columnsSpace(profile(), features);
    const options = { seed: 1, threshold: 0.5, budgetHkd: 4000, queries: 60 };
    const rows = [...scores.keys()].filter((row) => (scores[row] ?? 0) >= 0.5).slice(0, 6);
    const attack = (some: number[]) =>
      searchEvasions(space, features, some, scores, async (table) => scoreLoans(table), options);
    expect(await attack(rows.slice(2, 4))).toEqual((await attack(rows)).slice(2, 4));
  });
});

describe('changes of a payment', () => {
  /** Two payments of a customer, by columns of hk-retail-payments, and an account that frauds went to. */
  const payments = (): FeatureTable =>
    featureTable({
      amount: Float64Array.of(300, 9000.1, 2500),
      hour: Float64Array.of(10, 13.25, 23.5),
      weekday: Float64Array.of(3, 4, 4),
      restDay: Float64Array.of(0, 0, 0),
      balance: Float64Array.of(12_000, 9500, 2600),
      amountToBalance: Float64Array.of(300 / 12_000, 9000.1 / 9500, 2500 / 2600),
      amountDeviation: Float64Array.of(-1, 2, 1),
      amountToLargest: Float64Array.of(0.5, 15, 3),
      isFpsProxy: Float64Array.of(0, 1, 1),
      isFpsAccount: Float64Array.of(1, 0, 0),
      isToAccount: Float64Array.of(1, 1, 1),
      isRemote: Float64Array.of(1, 1, 1),
      isNewPayee: Float64Array.of(0, 1, 1),
      isPayeeAlerted: Float64Array.of(0, 0, 0),
      payeePayers: Float64Array.of(1, 0, 30),
      payeeIdleHours: Float64Array.of(5, 720, 2),
      channelHabit: Float64Array.of(0.7, 0.02, 0.02),
      history: Float64Array.of(20, 20, 20),
      payments1h: Float64Array.of(0, 1, 2),
      payments24h: Float64Array.of(1, 4, 4),
      amount24h: Float64Array.of(10, 900, 800),
      isNewDevice: Float64Array.of(0, 1, 1),
      deviceKnownDays: Float64Array.of(30, 0, 0),
      deviceOtherCustomers: Float64Array.of(0, 2, 2),
    });
  const labels = Uint8Array.of(0, 1, 1);
  const entity = { codes: Int32Array.of(0, 0, 1), names: ['a', 'b'] };
  const space = () => paymentsSpace(payments(), labels, entity, 1);
  const realised = (row: number, ...point: number[]) => space().realise(row, Float64Array.from(point));

  it('splits it: the first piece as small, the last after the others', () => {
    const found = realised(1, 1, 2, 0, 0, 0, 0);
    const piece = Math.floor(900_010 / 3) / 100;
    expect(found?.costHkd).toBeCloseTo(2 * PAYMENT_COSTS.piece + 9000.1 - 3 * piece, 6);
    const [first, last] = found?.rows ?? [];
    expect(first).toMatchObject({
      amount: piece,
      amountToBalance: piece / 9500,
      amountToLargest: piece / (9000.1 / 15),
    });
    expect(first).not.toHaveProperty('payments1h');
    expect(last).toMatchObject({
      amount: piece,
      balance: 9500 - 2 * piece,
      payments1h: 3,
      payments24h: 6,
      amount24h: 900 + 2 * piece,
      isNewPayee: 0,
      payeePayers: 1,
      amountToLargest: 1,
    });
    expect(last).not.toHaveProperty('payments7d');
  });

  it('waits, changes channel, account and device, and pays for it', () => {
    // A day later, by account number, to the other account, from the customer's own device.
    const other = space().variables(1)[4]?.most ?? 0;
    expect(other).toBe(2);
    const choices = [1, 2].map((account) => realised(1, 1, 0, 3, 1, account, 1));
    const found = choices.find((choice) => choice?.rows[0]?.['payeePayers'] === 30);
    expect(found?.rows).toEqual([
      {
        weekday: 5,
        restDay: 1,
        payments1h: 0,
        payments24h: 0,
        amount24h: 0,
        isFpsProxy: 0,
        isFpsAccount: 1,
        channelHabit: 0.7,
        payeePayers: 30,
        payeeIdleHours: 2,
        isNewDevice: 0,
        deviceKnownDays: 30,
        deviceOtherCustomers: 0,
      },
    ]);
    expect(found?.costHkd).toBe(24 * PAYMENT_COSTS.hour + PAYMENT_COSTS.account + PAYMENT_COSTS.device);
    expect(found?.netHkd).toBeCloseTo(9000.1 - (found?.costHkd ?? 0), 6);
  });

  it('does not what cannot be done', () => {
    // One hour on from half past eleven at night is another part of the day; nobody knows the other customer's device.
    expect(realised(2, 1, 0, 1, 0, 0, 0)).toBeNull();
    expect(realised(2, 1, 0, 0, 0, 0, 1)).toBeNull();
    // Nothing may cost less than a dollar, and what changes nothing changes nothing.
    expect(realised(2, 1, 0, 0, 0, 0, 0)).toEqual({ rows: [{}], costHkd: 0, netHkd: 2500 });
    expect(() => paymentsSpace(featureTable({ amount: Float64Array.of(1) }), labels, entity, 1)).toThrow(
      'needs the columns hour',
    );
  });

  it('keeps what follows from an amount, and never takes more than there is', () => {
    const table = payments();
    fc.assert(
      fc.property(
        fc.nat(2),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.tuple(fc.nat(4), fc.nat(5), fc.nat(1), fc.nat(2), fc.nat(1)),
        (row, share, choices) => {
          const found = realised(row, share, ...choices);
          if (found === null) return;
          const was = (name: string) => column(table, name)[row] ?? NaN;
          expect(found.costHkd).toBeGreaterThanOrEqual(0);
          expect((found.netHkd ?? 0) + found.costHkd).toBeCloseTo(was('amount'), 6);
          for (const changes of found.rows) {
            const now = (name: string) => Number(changes[name] ?? was(name));
            expect(now('amount')).toBeLessThanOrEqual(was('amount'));
            expect(Math.abs(100 * now('amount') - Math.round(100 * now('amount')))).toBeLessThan(1e-6);
            expect(now('balance')).toBeGreaterThanOrEqual(now('amount') - 1e-9);
            expect(now('amountToBalance')).toBeCloseTo(
              Math.min(10, now('amount') / Math.max(1, now('balance'))),
              9,
            );
            expect(now('isFpsProxy') + now('isFpsAccount')).toBe(1);
            expect(now('hour')).toBeLessThan(24);
            expect(Math.floor(now('hour') / 3)).toBe(Math.floor(was('hour') / 3));
            expect(now('payments1h')).toBeLessThanOrEqual(now('payments24h') + 1e-9);
            for (const flag of ['isNewPayee', 'isNewDevice', 'restDay']) expect([0, 1]).toContain(now(flag));
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
