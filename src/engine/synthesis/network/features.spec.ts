import fc from 'fast-check';
import { DAY, monthStart } from '../calendar.js';
import { FEATURES } from './feature-specs.js';
import { blot, FeatureScan, REMEMBERED, type Balances } from './features.js';
import { ABROAD } from './institutions.js';
import { smallNetwork } from './network.fixture.js';
import { Role } from './parties.js';
import { Format, type Transfers } from './transfers.js';

const { parties } = smallNetwork();
/** A few accounts that meet often: two institutions, persons, companies, an owner and what it owns. */
const owned = Array.from({ length: parties.organisations }, (_, c) => c).filter(
  (c) => (parties.ownerAccount[c] ?? -1) >= 0 && (parties.depth[c] ?? 0) > 0,
);
const firstOrganisation = parties.institutions + parties.persons;
const CAST = [
  0,
  parties.institutions - 1,
  ...[0, 1, 2, 3].map((person) => parties.institutions + person),
  ...owned.slice(0, 2).flatMap((c) => [firstOrganisation + c, parties.ownerAccount[c] ?? 0]),
];
const START = monthStart(7) * DAY;

type Sheet = Transfers & Balances;

/** Transfers among the cast, in time order. */
const sheets = fc
  .array(
    fc.record({
      gap: fc.oneof(fc.nat(4 * 3600), fc.nat(20 * DAY)),
      from: fc.nat(CAST.length - 1),
      to: fc.nat(CAST.length - 2),
      cents: fc.oneof(fc.integer({ min: 1, max: 5_000_000 }), fc.constantFrom(1_000_000, 11_900_000)),
      format: fc.nat(6),
    }),
    { minLength: 2, maxLength: 60 },
  )
  .map((drawn): Sheet & { rows: number } => {
    let time = START;
    const times = drawn.map(({ gap }) => (time += gap));
    return {
      rows: drawn.length,
      time: Int32Array.from(times),
      from: Int32Array.from(drawn, ({ from }) => CAST[from] ?? 0),
      to: Int32Array.from(drawn, ({ from, to }) => CAST[to >= from ? to + 1 : to] ?? 0),
      amount: Int32Array.from(drawn, ({ cents }) => cents),
      format: Uint8Array.from(drawn, ({ format }) => format),
      purpose: new Uint8Array(drawn.length),
      currency: new Uint8Array(drawn.length),
      senderBalance: Float64Array.from(drawn, ({ cents, gap }) => cents + gap),
    };
  });

function scanned(sheet: Sheet, rows: number, cuts: readonly number[] = []): number[][] {
  const scan = new FeatureScan(parties);
  const columns = FEATURES.map(() => [] as number[]);
  const bounds = [0, ...[...new Set(cuts.map((cut) => cut % rows))].sort((a, b) => a - b), rows];
  bounds.slice(1).forEach((to, place) => {
    const from = bounds[place] ?? 0;
    const out = FEATURES.map(() => new Float32Array(Math.max(1, to - from)));
    scan.scan(sheet, from, to, out);
    out.forEach((values, f) => columns[f]?.push(...values.subarray(0, to - from)));
  });
  return columns;
}

/** Every feature of one row from its definition, by looking through all earlier rows. */
function byDefinition(t: Sheet, row: number): Record<string, number> {
  const earlier = Array.from({ length: row }, (_, i) => i);
  const at = (i: number) => ({
    time: t.time[i] ?? 0,
    from: t.from[i] ?? 0,
    to: t.to[i] ?? 0,
    cents: t.amount[i] ?? 0,
    cash: t.format[i] === Format.Cash,
    abroad: ABROAD[t.from[i] ?? 0] === 1 || ABROAD[t.to[i] ?? 0] === 1,
  });
  const now = at(row);
  const faded = (days: number, which: (i: number) => number) =>
    earlier.reduce((sum, i) => sum + which(i) * Math.exp(-(now.time - at(i).time) / DAY / days), 0);
  const out = (account: number) => (i: number) => (at(i).from === account ? 1 : 0);
  const into = (account: number) => (i: number) => (at(i).to === account ? 1 : 0);
  const hkd = (of: (i: number) => number) => (i: number) => (of(i) * at(i).cents) / 100;
  /** the latest distinct others of an account up to a row, with their times */
  const remembered = (account: number, paying: boolean, before: number) => {
    const found = new Map<number, number>();
    for (let i = before - 1; i >= 0 && found.size < REMEMBERED; i -= 1) {
      const { from, to, time } = at(i);
      const other = paying ? to : from;
      if ((paying ? from : to) === account && !found.has(other)) found.set(other, time);
    }
    return found;
  };
  const met = (sender: number, receiver: number, before: number) =>
    Math.max(
      remembered(sender, true, before).get(receiver) ?? -1,
      remembered(receiver, false, before).get(sender) ?? -1,
    );
  const fresh = (i: number) => (met(at(i).from, at(i).to, i) < 0 ? 1 : 0);
  const touches = (account: number) => earlier.filter((i) => at(i).from === account || at(i).to === account);
  const idle = (account: number) => {
    const last = touches(account).at(-1);
    return last === undefined ? 2_160 : Math.min(2_160, (now.time - at(last).time) / 3600);
  };
  const woken = (account: number) => {
    const times = [...touches(account).map((i) => at(i).time), now.time];
    let answer = 0;
    times.slice(1).forEach((time, place) => {
      const rest = time - (times[place] ?? 0);
      if (rest >= 14 * DAY) answer = now.time - time <= 7 * DAY ? rest / DAY : 0;
      else if (answer > 0 && now.time - time > 7 * DAY) answer = 0;
    });
    const woke = times.slice(1).filter((time, place) => time - (times[place] ?? 0) >= 14 * DAY);
    return now.time - (woke.at(-1) ?? -Infinity) <= 7 * DAY ? answer : 0;
  };
  const incoming = earlier.filter(into(now.from)).at(-1);
  const share = (a: number, b: number) => (Math.max(a, b) > 0 ? Math.min(a, b) / Math.max(a, b) : 0);
  const back = met(now.to, now.from, row);
  const pair = met(now.from, now.to, row);
  const local = (account: number) => account >= parties.institutions;
  let triangles = 0;
  let common = 0;
  if (local(now.from) && local(now.to)) {
    const payersOfSender = remembered(now.from, false, row);
    for (const [middle, paid] of remembered(now.to, true, row))
      if (local(middle) && now.time - paid <= 28 * DAY && (payersOfSender.get(middle) ?? -1) >= paid)
        triangles += 1;
    const source = [...payersOfSender.keys()][0] ?? -1;
    if (local(source))
      for (const [other, time] of remembered(now.to, false, row))
        if (
          local(other) &&
          other !== now.from &&
          now.time - time <= 28 * DAY &&
          [...remembered(other, false, row).keys()][0] === source
        )
          common += 1;
  }
  const inSum = faded(28, hkd(into(now.from)));
  const allSum = inSum + faded(28, hkd(out(now.from)));
  return {
    amount: now.cents / 100,
    amountToBalance: now.cents / (t.senderBalance[row] ?? 1),
    senderOut1d: faded(1, out(now.from)),
    senderOut7d: faded(7, out(now.from)),
    senderIn7d: faded(7, into(now.from)),
    receiverIn1d: faded(1, into(now.to)),
    receiverIn7d: faded(7, into(now.to)),
    receiverOut7d: faded(7, out(now.to)),
    senderNewPayees28d: faded(28, (i) => out(now.from)(i) * fresh(i)),
    receiverNewPayers28d: faded(28, (i) => into(now.to)(i) * fresh(i)),
    senderPassThrough7d: share(faded(7, hkd(into(now.from))), faded(7, hkd(out(now.from))) + now.cents / 100),
    receiverPassThrough7d: share(faded(7, hkd(into(now.to))) + now.cents / 100, faded(7, hkd(out(now.to)))),
    senderHoursSinceIn: incoming === undefined ? 720 : Math.min(720, (now.time - at(incoming).time) / 3600),
    amountToLastIn: incoming === undefined ? 0 : Math.min(10, now.cents / at(incoming).cents),
    senderIdleHours: idle(now.from),
    receiverIdleHours: idle(now.to),
    senderWokenDays: woken(now.from),
    receiverWokenDays: woken(now.to),
    pairKnownDays: pair < 0 ? -1 : (now.time - pair) / DAY,
    returnDays: back < 0 ? -1 : (now.time - back) / DAY,
    trianglesClosed28d: triangles,
    commonSources28d: common,
    senderBanksPaid: new Set(earlier.filter(out(now.from)).map((i) => parties.bank[at(i).to])).size,
    senderCashIn28d: faded(28, (i) => (at(i).cash ? hkd(into(now.from))(i) : 0)) / Math.max(1, inSum),
    senderAbroad28d:
      faded(28, (i) => (at(i).abroad ? hkd(into(now.from))(i) + hkd(out(now.from))(i) : 0)) /
      Math.max(1, allSum),
    senderKind: !local(now.from) ? 2 : (parties.role[now.from] ?? 0) <= Role.PersonSecond ? 0 : 1,
    senderAgeDays: Math.min(3_650, Math.floor(now.time / DAY) - (parties.opened[now.from] ?? 0)),
    history: earlier.filter(out(now.from)).length,
  };
}

describe('features of transfers', () => {
  it('are what their definitions say, by looking through every earlier transfer', () => {
    fc.assert(
      fc.property(sheets, (sheet) => {
        const columns = scanned(sheet, sheet.rows);
        for (let row = 0; row < sheet.rows; row += 1)
          for (const [name, value] of Object.entries(byDefinition(sheet, row))) {
            const reached = columns[FEATURES.findIndex((feature) => feature.name === name)]?.[row] ?? NaN;
            if (Math.abs(reached - value) > 1e-4 * Math.max(1, Math.abs(value)))
              throw new Error(`${name} of row ${row} is ${reached}, by definition ${value}`);
          }
      }),
      { numRuns: 400 },
    );
  });

  it('do not change when later transfers are dropped, or when rows come in other blocks', () => {
    fc.assert(
      fc.property(sheets, fc.nat(60), fc.array(fc.nat(60), { maxLength: 5 }), (sheet, kept, cuts) => {
        const all = scanned(sheet, sheet.rows);
        const rows = 1 + (kept % sheet.rows);
        expect(scanned(sheet, rows)).toEqual(all.map((column) => column.slice(0, rows)));
        expect(scanned(sheet, sheet.rows, cuts)).toEqual(all);
      }),
      { numRuns: 60 },
    );
  });

  it('tell owners from strangers', () => {
    const c = owned[0] ?? 0;
    const owner = parties.ownerAccount[c] ?? 0;
    const sheet = (from: number, to: number): Sheet => ({
      time: Int32Array.of(START),
      from: Int32Array.of(from),
      to: Int32Array.of(to),
      amount: Int32Array.of(100_000),
      format: Uint8Array.of(0),
      purpose: Uint8Array.of(0),
      currency: Uint8Array.of(0),
      senderBalance: Float64Array.of(100_000),
    });
    const value = (from: number, to: number, name: string) =>
      scanned(sheet(from, to), 1)[FEATURES.findIndex((feature) => feature.name === name)]?.[0];
    expect(value(owner, firstOrganisation + c, 'related')).toBe(1);
    expect(value(firstOrganisation + c, owner, 'related')).toBe(1);
    expect(value(parties.institutions, parties.institutions + 40, 'related')).toBe(0);
    expect(value(firstOrganisation + c, owner, 'senderOwnershipDepth')).toBe(parties.depth[c]);
  });

  it('are lost by source, about as often as asked', () => {
    const rows = 20_000;
    const out = FEATURES.map(() => new Float32Array(rows).fill(1));
    blot(out, rows, 0, 0.1, 12345);
    const lost = (name: string) => {
      const column = out[FEATURES.findIndex((feature) => feature.name === name)] ?? new Float32Array(0);
      return column.filter((value) => Number.isNaN(value)).length;
    };
    expect(Math.abs(lost('senderAgeDays') / rows - 0.1)).toBeLessThan(0.01);
    expect(lost('receiverAgeDays')).toBe(lost('senderAgeDays'));
    expect(lost('amount')).toBe(0);
  });
});
