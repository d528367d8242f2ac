import fc from 'fast-check';
import { type EventTable } from './events.js';
import { FEATURES, FeatureScan } from './features.js';

const CUSTOMERS = 4;
const PAYEES = 6;

/** A table in time order, with ties, whose columns are otherwise anything. */
const tables = fc
  .array(
    fc.record({
      customer: fc.nat(CUSTOMERS - 1),
      gap: fc.oneof(fc.constant(0), fc.nat(5_000), fc.nat(400_000)),
      channel: fc.nat(5),
      category: fc.nat(12),
      payee: fc.nat(PAYEES - 1),
      amount: fc.integer({ min: 100, max: 5_000_000 }),
      balance: fc.integer({ min: 0, max: 9_000_000 }),
      device: fc.integer({ min: -1, max: 3 }),
      flags: fc.nat(3),
    }),
    { minLength: 2, maxLength: 60 },
  )
  .map((rows): EventTable => {
    let time = 1_000_000;
    return {
      rows: rows.length,
      customer: Int32Array.from(rows, (r) => r.customer),
      time: Int32Array.from(rows, (r) => (time += r.gap)),
      channel: Uint8Array.from(rows, (r) => r.channel),
      category: Uint8Array.from(rows, (r) => r.category),
      payee: Int32Array.from(rows, (r) => r.payee),
      amount: Float64Array.from(rows, (r) => r.amount),
      balance: Float64Array.from(rows, (r) => r.balance),
      device: Int16Array.from(rows, (r) => r.device),
      flags: Uint8Array.from(rows, (r) => r.flags),
    };
  });

function head(table: EventTable, rows: number): EventTable {
  return {
    rows,
    customer: table.customer.slice(0, rows),
    time: table.time.slice(0, rows),
    channel: table.channel.slice(0, rows),
    category: table.category.slice(0, rows),
    payee: table.payee.slice(0, rows),
    amount: table.amount.slice(0, rows),
    balance: table.balance.slice(0, rows),
    device: table.device.slice(0, rows),
    flags: table.flags.slice(0, rows),
  };
}

function compute(table: EventTable): Float32Array[] {
  const out = FEATURES.map(() => new Float32Array(table.rows));
  new FeatureScan(table, CUSTOMERS, PAYEES).scan(0, table.rows, out);
  return out;
}

const named = (columns: Float32Array[], name: string) =>
  columns[FEATURES.findIndex((feature) => feature.name === name)] as Float32Array;

describe('features', () => {
  it('do not change when every later payment is dropped', () => {
    fc.assert(
      fc.property(tables, fc.nat(), (table, at) => {
        const rows = 1 + (at % table.rows);
        const whole = compute(table);
        const part = compute(head(table, rows));
        part.forEach((column, index) => expect(column).toEqual(whole[index]?.slice(0, rows)));
      }),
    );
  });

  it('count windows, payees and devices as their definitions say, by brute force', () => {
    fc.assert(
      fc.property(tables, (t) => {
        const columns = compute(t);
        for (let row = 0; row < t.rows; row += 1) {
          const now = t.time[row] as number;
          const earlier = Array.from({ length: row }, (_, i) => i);
          const mine = earlier.filter((i) => t.customer[i] === t.customer[row]);
          const within = (i: number, span: number) => (t.time[i] as number) > now - span;
          const toPayee = mine.filter((i) => t.payee[i] === t.payee[row]);
          const received = earlier.filter((i) => t.payee[i] === t.payee[row]);
          const isFirst = (i: number) =>
            !earlier.some((j) => j < i && t.customer[j] === t.customer[i] && t.payee[j] === t.payee[i]);
          expect(named(columns, 'payments1h')[row]).toBe(mine.filter((i) => within(i, 3_600)).length);
          expect(named(columns, 'payments24h')[row]).toBe(mine.filter((i) => within(i, 86_400)).length);
          expect(named(columns, 'payments7d')[row]).toBe(mine.filter((i) => within(i, 604_800)).length);
          const spent = mine
            .filter((i) => within(i, 604_800))
            .reduce((sum, i) => sum + (t.amount[i] as number), 0);
          expect(named(columns, 'amount7d')[row]).toBe(Math.fround(spent / 100));
          expect(named(columns, 'isNewPayee')[row]).toBe(toPayee.length === 0 ? 1 : 0);
          const known = toPayee[0] === undefined ? 0 : (now - (t.time[toPayee[0]] as number)) / 86_400;
          expect(named(columns, 'payeeKnownDays')[row]).toBe(Math.fround(known));
          expect(named(columns, 'payeePayments7d')[row]).toBe(
            received.filter((i) => within(i, 604_800)).length,
          );
          expect(named(columns, 'payeeFirstPayers7d')[row]).toBe(
            received.filter((i) => within(i, 604_800) && isFirst(i)).length,
          );
          const fps = mine.filter((i) => (t.channel[i] as number) < 2 && within(i, 604_800) && isFirst(i));
          expect(named(columns, 'newPayees7d')[row]).toBe(fps.length);
          const device = t.device[row] as number;
          const seen = mine.find((i) => t.device[i] === device);
          const age = device < 0 ? -1 : seen === undefined ? 0 : (now - (t.time[seen] as number)) / 86_400;
          expect(named(columns, 'deviceKnownDays')[row]).toBe(Math.fround(age));
          expect(named(columns, 'history')[row]).toBe(mine.length);
        }
      }),
      { numRuns: 60 },
    );
  });
});
