import fc from 'fast-check';
import { Category, type Events, type Inflows } from '../events.js';
import {
  CUSTOMER,
  CustomerFeatures,
  describePayments,
  FEATURES,
  Missingness,
  PAYMENT,
  RELATION,
  RelationFeatures,
} from './index.js';

const CUSTOMERS = 3;
const DISTRICTS = Uint8Array.of(0, 1, 1, 17);
const MERCHANTS = DISTRICTS.length;
const AT_VIRTUAL_BANK = Uint8Array.of(0, 0, 0, 1, 0);
const PAYEES = MERCHANTS + AT_VIRTUAL_BANK.length;
const HOUR = 3_600;
const DAY = 24 * HOUR;

interface Payment {
  time: number;
  customer: number;
  channel: number;
  category: number;
  payee: number;
  amount: number;
  balance: number;
  device: number;
  flags: number;
}
interface Receipt {
  time: number;
  customer: number;
  kind: number;
  amount: number;
  pocket: number;
}
interface Story {
  payments: Payment[];
  receipts: Receipt[];
}

const gap = fc.oneof(
  fc.constant(0),
  fc.nat(50),
  fc.nat(5_000),
  fc.nat(90_000),
  fc.nat(700_000),
  fc.nat(3_000_000),
);
function timed<T extends { time: number }>(rows: T[]): T[] {
  let time = 15_000_000;
  return rows.map((row) => ({ ...row, time: (time += row.time) }));
}
/** Payments and money received in time order, with ties; what they are is otherwise anything. */
const stories: fc.Arbitrary<Story> = fc.record({
  payments: fc
    .array(
      fc.record({
        time: gap,
        customer: fc.nat(CUSTOMERS - 1),
        channel: fc.nat(9),
        category: fc.nat(16),
        payee: fc.nat(PAYEES - 1),
        amount: fc.oneof(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 1, max: 0x7fffffff })),
        balance: fc.integer({ min: 0, max: 9_000_000 }),
        device: fc.oneof(fc.constant(-1), fc.nat(3 * CUSTOMERS + 2)),
        flags: fc.nat(7),
      }),
      { minLength: 2, maxLength: 60 },
    )
    .map(timed),
  receipts: fc
    .array(
      fc.record({
        time: gap,
        customer: fc.nat(CUSTOMERS - 1),
        kind: fc.nat(7),
        amount: fc.integer({ min: -1_000_000, max: 50_000_000 }),
        pocket: fc.nat(3),
      }),
      { maxLength: 40 },
    )
    .map(timed),
});

function eventsOf(payments: readonly Payment[]): Events {
  return {
    rows: payments.length,
    customer: Int32Array.from(payments, (p) => p.customer),
    time: Int32Array.from(payments, (p) => p.time),
    channel: Uint8Array.from(payments, (p) => p.channel),
    category: Uint8Array.from(payments, (p) => p.category),
    payee: Int32Array.from(payments, (p) => p.payee),
    amount: Int32Array.from(payments, (p) => p.amount),
    balance: Float64Array.from(payments, (p) => p.balance),
    device: Int32Array.from(payments, (p) => p.device),
    flags: Uint8Array.from(payments, (p) => p.flags),
  };
}

function inflowsOf(receipts: readonly Receipt[]): Inflows {
  return {
    rows: receipts.length,
    customer: Int32Array.from(receipts, (r) => r.customer),
    time: Int32Array.from(receipts, (r) => r.time),
    before: new Int32Array(receipts.length), // not looked at: time decides
    kind: Uint8Array.from(receipts, (r) => r.kind),
    amount: Float64Array.from(receipts, (r) => r.amount),
    pocket: Uint8Array.from(receipts, (r) => r.pocket),
  };
}

const width = (definitions: object) => Object.keys(definitions).length;

/** Every feature of the story, told week by week of the given length, and block by block. */
function compute({ payments, receipts }: Story, week: number, block: number): Float32Array[] {
  const out = FEATURES.map(() => new Float32Array(payments.length));
  const customers = new CustomerFeatures(CUSTOMERS, DISTRICTS);
  const relations = new RelationFeatures(CUSTOMERS, MERCHANTS, AT_VIRTUAL_BANK);
  const last = Math.max(payments.at(-1)?.time ?? 0, receipts.at(-1)?.time ?? 0);
  let done = 0;
  for (let start = 15_000_000; start <= last; start += week) {
    const inWeek = ({ time }: { time: number }) => time >= start && time < start + week;
    const events = eventsOf(payments.filter(inWeek));
    const inflows = inflowsOf(receipts.filter(inWeek));
    for (let from = 0; from === 0 || from < events.rows; from += block) {
      const to = Math.min(events.rows, from + block);
      const part = out.map((column) => column.subarray(done, done + to - from));
      describePayments(events, from, to, part);
      const own = part.slice(width(PAYMENT));
      customers.scan(events, inflows, from, to, own);
      relations.scan(events, from, to, own.slice(width(CUSTOMER)));
      done += to - from;
    }
  }
  expect(done).toBe(payments.length);
  return out;
}

const WEEK = 7 * DAY;
const whole = (story: Story) => compute(story, 1_000 * WEEK, 1_000_000);
const place = (name: string) => FEATURES.findIndex((feature) => feature.name === name);

describe('features of payments', () => {
  it('have a name, definition, unit and window each, and a column', () => {
    expect(new Set(FEATURES.map(({ name }) => name)).size).toBe(FEATURES.length);
    expect(FEATURES.length).toBe(width(PAYMENT) + width(CUSTOMER) + width(RELATION));
    for (const { definition, unit, window } of FEATURES)
      for (const text of [definition, unit, window]) expect(text.length).toBeGreaterThan(2);
  });

  it('do not change when every later payment and receipt is dropped', () => {
    fc.assert(
      fc.property(stories, fc.nat(), (story, at) => {
        const rows = 1 + (at % story.payments.length);
        const now = story.payments[rows - 1]?.time ?? 0;
        const head = compute(
          {
            payments: story.payments.slice(0, rows),
            receipts: story.receipts.filter(({ time }) => time < now),
          },
          WEEK,
          7,
        );
        whole(story).forEach((column, index) => expect(column.slice(0, rows)).toEqual(head[index]));
      }),
    );
  });

  it('do not depend on how the rows are cut into weeks and blocks', () => {
    fc.assert(
      fc.property(
        stories,
        fc.integer({ min: DAY, max: 30 * DAY }),
        fc.integer({ min: 1, max: 70 }),
        (story, week, block) => expect(compute(story, week, block)).toEqual(whole(story)),
      ),
    );
  });

  it('are what their definitions say, by brute force', () => {
    const kinds = [0, 0, 1, 1, 2, 2, 3, 0, 0, 0];
    const prior = [
      [7.6, 1.7],
      [5.5, 1.3],
      [3.4, 1.2],
      [6.9, 0.9],
    ];
    fc.assert(
      fc.property(stories, ({ payments, receipts }) => {
        const columns = whole({ payments, receipts });
        payments.forEach((now, row) => {
          const earlier = payments.slice(0, row);
          const mine = earlier.filter((p) => p.customer === now.customer);
          const paid = earlier.filter((p) => p.payee === now.payee);
          const within = <T extends { time: number }>(rows: T[], span: number) =>
            rows.filter(({ time }) => time > now.time - span);
          const sum = (rows: { amount: number }[]) =>
            rows.reduce((total, { amount }) => total + amount, 0) / 100;
          const isFirst = (p: Payment, index: number) =>
            !payments.slice(0, index).some((q) => q.customer === p.customer && q.payee === p.payee);
          const firstOnes = earlier.filter(isFirst);
          const money = receipts.filter(
            (r) => r.customer === now.customer && r.pocket === 0 && r.amount > 0 && r.time < now.time,
          );
          const savings = money.filter((r) => r.kind === 1);
          const received = money.filter((r) => r.kind === 2 || r.kind === 7);
          const got = sum(within(received, DAY));
          const hours = (since: number) => Math.floor(now.time / HOUR) - Math.floor(since / HOUR);
          const share = (rows: Payment[], p: number, weight: number) =>
            (rows.length + p * weight) / (mine.length + weight);
          const eighth = (p: Payment) => Math.floor((p.time % DAY) / (3 * HOUR));
          const kind = kinds[now.channel] ?? 0;
          const [mean, deviation] = prior[kind] as [number, number];
          const logs = mine.filter((p) => kinds[p.channel] === kind).map((p) => Math.log(p.amount / 100));
          const n = logs.length + 4;
          const m = (logs.reduce((a, b) => a + b, 0) + 4 * mean) / n;
          const s = (logs.reduce((a, b) => a + b * b, 0) + 4 * (mean * mean + deviation * deviation)) / n;
          const here = (p: Payment) =>
            p.payee < MERCHANTS && (p.flags & 1) === 0 ? DISTRICTS[p.payee] : undefined;
          const onDevice = mine.filter((p) => p.device === now.device);
          const withDevice = mine.filter((p) => p.device >= 0);
          const known = onDevice[0] === undefined ? 0 : hours(onDevice[0].time);
          const others = new Set(
            earlier
              .filter((p) => p.device === now.device && p.customer !== now.customer)
              .map((p) => p.customer),
          );
          const expected: Record<string, number> = {
            amount: now.amount / 100,
            hour: (now.time % DAY) / HOUR,
            weekday: (Math.floor(now.time / DAY) + 2) % 7,
            isFpsProxy: Number(now.channel === 0),
            isCrossBorder: Number(now.channel === 9),
            isRemote: now.flags & 1,
            isOverseas: (now.flags >> 1) & 1,
            balance: now.balance / 100,
            amountToBalance: Math.min(10, now.amount / Math.max(100, now.balance)),
            amountToLargest: Math.min(100, now.amount / Math.max(10_000, ...mine.map((p) => p.amount))),
            hoursSincePrevious: Math.min(720, (now.time - (mine.at(-1)?.time ?? -1e9)) / HOUR),
            payments1h: within(mine, HOUR).length,
            payments24h: within(mine, DAY).length,
            payments7d: within(mine, 7 * DAY).length,
            payments30d: within(mine, 30 * DAY).length,
            amount24h: sum(within(mine, DAY)),
            amount7d: sum(within(mine, 7 * DAY)),
            amount30d: sum(within(mine, 30 * DAY)),
            transferAmount24h: sum(within(mine, DAY).filter((p) => kinds[p.channel] === 0)),
            cashAmount24h: sum(within(mine, DAY).filter((p) => p.channel === 6)),
            smallRemote24h: within(mine, DAY).filter(
              (p) => kinds[p.channel] === 1 && (p.flags & 1) === 1 && p.amount < 10_000,
            ).length,
            hourHabit: share(
              mine.filter((p) => eighth(p) === eighth(now)),
              1 / 8,
              8,
            ),
            channelHabit: share(
              mine.filter((p) => p.channel === now.channel),
              1 / 10,
              5,
            ),
            categoryHabit: share(
              mine.filter((p) => p.category === now.category),
              1 / 17,
              5,
            ),
            fashionShare: share(
              mine.filter((p) => p.category === Category.FashionBeauty),
              0.08,
              6,
            ),
            gamesShare: share(
              mine.filter((p) => p.category === Category.ElectronicsGames),
              0.05,
              6,
            ),
            remittanceShare: share(
              mine.filter((p) => p.category === Category.Remittance),
              0.01,
              6,
            ),
            isNewDistrict: Number(here(now) !== undefined && !mine.some((p) => here(p) === here(now))),
            received24h: got,
            passThrough24h:
              got > 0 ? Math.min(10, (sum(within(mine, DAY)) * 100 + now.amount) / (got * 100)) : 0,
            hoursSinceReceived: Math.min(720, (now.time - (received.at(-1)?.time ?? -1e9)) / HOUR),
            savings24h: sum(within(savings, DAY)),
            history: Math.min(20, mine.length),
            isNewPayee: Number(!mine.some((p) => p.payee === now.payee)),
            payeeKnownDays: Math.min(
              30,
              hours(mine.find((p) => p.payee === now.payee)?.time ?? now.time) / 24,
            ),
            newPayees7d: within(firstOnes, 7 * DAY).filter(
              (p) => p.customer === now.customer && p.channel < 2,
            ).length,
            isToAccount: Number(now.payee >= MERCHANTS),
            payeeAtOtherBank: Number(now.payee >= MERCHANTS + CUSTOMERS),
            payeeAtVirtualBank: Number(now.payee === MERCHANTS + 3),
            isPayeeAlerted: (now.flags >> 2) & 1,
            payeePayments7d: within(paid, 7 * DAY).length,
            payeeAmount7d: sum(within(paid, 7 * DAY)),
            payeeFirstPayers7d: within(firstOnes, 7 * DAY).filter((p) => p.payee === now.payee).length,
            payeePayers: Math.min(50, new Set(paid.map((p) => p.customer)).size),
            payeeSeenDays: paid[0] === undefined ? 0 : Math.min(30, (now.time - paid[0].time) / DAY),
            payeeIdleHours: Math.min(720, (now.time - (paid.at(-1)?.time ?? -1e9)) / HOUR),
            isNewDevice: Number(now.device >= 0 && known < 24 && withDevice.some((p) => hours(p.time) >= 24)),
            deviceKnownDays: now.device < 0 ? -1 : Math.min(30, known / 24),
            deviceOtherCustomers: now.device < 0 ? 0 : others.size,
          };
          for (const [name, value] of Object.entries(expected))
            expect([name, columns[place(name)]?.[row]]).toEqual([name, Math.fround(value)]);
          const score = (Math.log(now.amount / 100) - m) / Math.sqrt(Math.max(0.04, s - m * m));
          expect(columns[place('amountDeviation')]?.[row]).toBeCloseTo(score, 4);
        });
      }),
      { numRuns: 60 },
    );
  });
});

describe('values that are lost', () => {
  const KEY = new Uint8Array(32).fill(7);
  const blotted = (share: number, blocks: number[]) => {
    const rows = blocks.reduce((a, b) => a + b, 0);
    const out = FEATURES.map(() => new Float32Array(rows));
    const missingness = new Missingness(KEY, share);
    let done = 0;
    for (const block of blocks) {
      missingness.blot(
        out.map((column) => column.subarray(done, done + block)),
        block,
      );
      done += block;
    }
    return out;
  };

  it('are as many as asked for, all of a system at once, and no others', () => {
    const out = blotted(0.05, [50_000]);
    const lost = (name: string) => Array.from(out[place(name)] ?? []).map((value) => value !== value);
    for (const { name, source } of FEATURES) {
      const share = lost(name).filter(Boolean).length / 50_000;
      if (source === undefined) expect(share).toBe(0);
      // four standard errors of a share of 0.05 in 50,000
      else expect(Math.abs(share - 0.05)).toBeLessThan(0.004);
    }
    expect(lost('isNewDevice')).toEqual(lost('deviceKnownDays'));
    expect(lost('isNewDevice')).not.toEqual(lost('payeeAtOtherBank'));
  });

  it('do not depend on how the rows are cut', () => {
    expect(blotted(0.1, [1, 0, 499, 1_500])).toEqual(blotted(0.1, [2_000]));
    expect(blotted(0, [100])[place('isNewDevice')]?.includes(Number.NaN)).toBe(false);
    expect(blotted(1, [100])[place('isNewDevice')]?.every(Number.isNaN)).toBe(true);
  });
});
