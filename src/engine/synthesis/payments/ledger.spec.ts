import fc from 'fast-check';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { DAY, monthStart } from '../calendar.js';
import { ParquetWriter } from '../output/parquet.js';
import { populate } from '../population/populate.js';
import { keyOfSeed, Stream } from '../random.js';
import { blockMemory, blockOf, type Block } from './block.js';
import {
  Category,
  Channel,
  CHANNELS,
  draftOf,
  OVERSEAS,
  Pocket,
  pocketOf,
  POCKETS,
  REMOTE,
  WARNED,
} from './events.js';
import { type Frauds } from './frauds.js';
import { Ledger } from './ledger.js';
import {
  E_CNY_BALANCE_LIMIT,
  E_CNY_TRANSACTION_LIMIT,
  E_CNY_YEAR_LIMIT,
  PAYMENT_CONNECT_DAY_LIMIT,
  PAYMENT_CONNECT_YEAR_LIMIT,
  PURSE_LIMIT,
} from './limits.js';
import { opening } from './opening.js';
import { WeekDraft } from './week-draft.js';

const CUSTOMERS = 40;
const population = populate(keyOfSeed('books'), {
  customers: CUSTOMERS,
  proxyStrength: 1,
  groupAttribute: 'sex',
  groupShare: 0,
});
const FIRST_DAY = monthStart(7);
const DAYS = 40;

function wild(seed: number, rows: number): WeekDraft {
  const stream = new Stream(keyOfSeed(`wild ${seed}`));
  const draft = draftOf(rows);
  for (let row = 0; row < rows; row += 1) {
    draft.customer[row] = stream.below(CUSTOMERS);
    draft.time[row] = FIRST_DAY * DAY + stream.below(DAYS * DAY);
    draft.channel[row] = stream.below(CHANNELS.length);
    draft.payee[row] = stream.chance(0.5)
      ? population.merchants.count + stream.below(population.accounts.count)
      : population.merchants.count + stream.below(CUSTOMERS);
    draft.flags[row] = (stream.chance(0.4) ? REMOTE : 0) | (stream.chance(0.1) ? OVERSEAS : 0);
    if (stream.chance(0.2)) draft.intent[row] = stream.uniform();
    else draft.amount[row] = Math.floor(stream.lognormal(500_000, 2));
    draft.origin[row] = stream.chance(0.05) ? 0 : -1;
    if (draft.channel[row] === Channel.StoredValue)
      draft.category[row] = stream.chance(0.4) ? Category.TopUp : Category.Grocery;
  }
  const week = new WeekDraft(WeekDraft.memory(rows));
  week.pack(draft, 0, rows, 0);
  return week;
}

/** A click farm's payout, an alert and a recall, whose fraudulent payment is of no customer's week above. */
function conspiracy(): Frauds {
  const start = FIRST_DAY * DAY;
  const draft = draftOf(1);
  draft.payee[0] = population.merchants.count + 3;
  draft.time[0] = start;
  draft.amount[0] = 77_700;
  return {
    draft,
    typology: new Uint8Array(1),
    role: new Uint8Array(1),
    episode: new Int32Array(1),
    reportedAt: new Int32Array(1),
    inflows: {
      customer: Int32Array.of(5, 6),
      time: Int32Array.of(start + 10, start + 5 * DAY),
      kind: Uint8Array.of(2, 2),
      amount: Float64Array.of(12_345, 99_999),
      episode: new Int32Array(2),
    },
    alerted: {
      payee: Int32Array.of(population.merchants.count + 7),
      from: Int32Array.of(start + 9 * DAY),
    },
    recalls: {
      origin: Int32Array.of(0),
      time: Int32Array.of(start + 2 * DAY),
      share: Float32Array.of(0.5),
    },
  } as unknown as Frauds;
}

function settled(seed: number, rows: number): Block {
  const week = wild(seed, rows);
  const order = new Uint32Array(rows);
  week.order(rows, FIRST_DAY * DAY, DAYS * DAY, [1, 2], order);
  const block = blockOf(blockMemory(0), 0);
  const ledger = new Ledger(population, FIRST_DAY);
  ledger.begin(conspiracy());
  expect(ledger.settle(week, order, 0, rows, block)).toBe(rows);
  expect(ledger.catchUp((FIRST_DAY + DAYS) * DAY - 1, block)).toBe(true);
  return block;
}

describe('the ledger', () => {
  it('accounts for every cent, lets no pocket fall below zero, and keeps the limits', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 4_000 }), (seed, rows) => {
        const { events, inflows } = settled(seed, rows);
        const held = Array.from({ length: CUSTOMERS * 4 }, (_, i) => opening(population, i >> 2, i & 3));
        const sums = new Map<string, number>();
        const wrong: string[] = [];
        const hold = (what: string, row: number, holds: boolean) => {
          if (!holds) wrong.push(`${what} at ${row}`);
        };
        const atMost = (name: string, row: number, amount: number, most: number) => {
          sums.set(name, (sums.get(name) ?? 0) + amount);
          hold(name, row, (sums.get(name) ?? 0) <= most);
        };
        let moved = 0;
        let last = 0;
        for (let row = 0; row <= events.rows; row += 1) {
          for (; moved < inflows.rows && (inflows.before[moved] ?? 0) <= row; moved += 1) {
            const at = 4 * (inflows.customer[moved] ?? 0) + (inflows.pocket[moved] ?? 0);
            held[at] = (held[at] ?? 0) + (inflows.amount[moved] ?? 0);
            hold('movements in order', row, (inflows.time[moved] ?? 0) >= last);
            last = inflows.time[moved] ?? 0;
          }
          if (row === events.rows) break;
          const time = events.time[row] ?? 0;
          const channel = events.channel[row] ?? 0;
          const customer = events.customer[row] ?? 0;
          const amount = events.amount[row] ?? 0;
          const balance = events.balance[row] ?? 0;
          hold('payments in order', row, time >= last);
          last = time;
          const category = events.category[row] ?? 0;
          const at = 4 * customer + pocketOf(channel, category);
          hold('every cent', row, balance === held[at]);
          held[at] = balance - amount;
          hold('smallest', row, amount >= 100);
          hold('not below zero', row, balance >= amount);
          hold('purse', row, (held[4 * customer + Pocket.Purse] ?? 0) <= PURSE_LIMIT);
          if (category === Category.TopUp) hold('added value', row, amount <= PURSE_LIMIT);
          if (channel === Channel.Atm) hold('notes', row, amount % 10_000 === 0);
          if (channel === Channel.ECny) {
            hold('e-CNY payment', row, amount <= E_CNY_TRANSACTION_LIMIT);
            hold('e-CNY wallet', row, balance <= E_CNY_BALANCE_LIMIT);
            atMost(`e-CNY year of ${customer}`, row, amount, E_CNY_YEAR_LIMIT);
          }
          if (channel === Channel.CrossBorder) {
            const day = Math.floor(time / DAY);
            atMost(`Connect year of ${customer}`, row, amount, PAYMENT_CONNECT_YEAR_LIMIT);
            atMost(`Connect day ${day} of ${customer}`, row, amount, PAYMENT_CONNECT_DAY_LIMIT);
          }
        }
        expect(wrong).toEqual([]);
        expect(moved).toBe(inflows.rows);
        expect(Math.min(...held)).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 25 },
    );
  });

  it('warns of a payee from when the alert names it', () => {
    const { events } = settled(11, 20_000);
    const from = (FIRST_DAY + 9) * DAY;
    let warned = 0;
    let wrong = 0;
    for (let row = 0; row < events.rows; row += 1) {
      const channel = events.channel[row] ?? 0;
      const named = events.payee[row] === population.merchants.count + 7;
      const transfer = channel === Channel.FpsProxy || channel === Channel.FpsAccount;
      const shown = ((events.flags[row] ?? 0) & WARNED) !== 0;
      if (shown !== (named && transfer && (events.time[row] ?? 0) >= from)) wrong += 1;
      if (shown) warned += 1;
    }
    expect(wrong).toBe(0);
    expect(warned).toBeGreaterThan(20);
  });

  it('goes on where a block has no room left', () => {
    const whole = settled(3, 5_000);
    const week = wild(3, 5_000);
    const order = new Uint32Array(5_000);
    week.order(5_000, FIRST_DAY * DAY, DAYS * DAY, [1, 2], order);
    const ledger = new Ledger(population, FIRST_DAY);
    ledger.begin(conspiracy());
    const block = blockOf(blockMemory(0), 0);
    const amounts: number[] = [];
    const moved: number[] = [];
    for (let place = 0; place < 5_000;) {
      // A block that has been nearly filled by others: room for a few hundred movements.
      block.events.rows = 0;
      block.inflows.rows = block.inflows.time.length - 300;
      place = ledger.settle(week, order, place, 5_000, block);
      amounts.push(...block.events.amount.slice(0, block.events.rows));
      moved.push(...block.inflows.amount.slice(block.inflows.time.length - 300, block.inflows.rows));
    }
    expect(amounts).toEqual([...whole.events.amount.slice(0, 5_000)]);
    expect(moved).toEqual([...whole.inflows.amount.slice(0, moved.length)]);
  });

  it('can be replayed in SQL from what is written', async () => {
    const { events, inflows } = settled(7, 30_000);
    const folder = await mkdtemp(join(tmpdir(), 'sandbox-ledger-'));
    try {
      const write = async (
        name: string,
        rows: number,
        columns: [string, Int32Array | Float64Array | Uint8Array][],
      ) => {
        const writer = await ParquetWriter.create(
          join(folder, name),
          columns.map(([column, values]) => ({
            name: column,
            type: values instanceof Float64Array ? ('int64' as const) : ('int32' as const),
          })),
        );
        await writer.group(
          rows,
          columns.map(([, values]) => values),
        );
        await writer.finish();
      };
      const pocket = events.channel.map((channel, row) => pocketOf(channel, events.category[row] ?? 0));
      await write('events.parquet', events.rows, [
        ['customer', events.customer],
        ['pocket', pocket],
        ['balance', events.balance],
        ['amount', events.amount],
        ['row', Int32Array.from({ length: events.rows }, (_, row) => row)],
      ]);
      await write('inflows.parquet', inflows.rows, [
        ['customer', inflows.customer],
        ['pocket', inflows.pocket],
        ['amount', inflows.amount],
        ['before', inflows.before],
      ]);
      const openings = Array.from({ length: CUSTOMERS * POCKETS.length }, (_, i) => i);
      await write('openings.parquet', openings.length, [
        ['customer', Int32Array.from(openings, (i) => i >> 2)],
        ['pocket', Int32Array.from(openings, (i) => i & 3)],
        ['amount', Float64Array.from(openings, (i) => opening(population, i >> 2, i & 3))],
      ]);
      const connection = await (await DuckDBInstance.create(':memory:')).connect();
      const rows = await connection.runAndReadAll(`
        WITH movements AS (
          SELECT customer, pocket, -1.0 AS place, amount, NULL AS balance FROM '${join(folder, 'openings.parquet')}'
          UNION ALL SELECT customer, pocket, before - 0.5, amount, NULL FROM '${join(folder, 'inflows.parquet')}'
          UNION ALL SELECT customer, pocket, row, -amount, balance FROM '${join(folder, 'events.parquet')}'),
        replayed AS (
          SELECT *, sum(amount) OVER (PARTITION BY customer, pocket ORDER BY place) - amount AS expected FROM movements)
        SELECT count(balance)::INT AS payments, count_if(balance <> expected)::INT AS wrong FROM replayed`);
      expect(rows.getRowObjectsJson()).toEqual([{ payments: 30_000, wrong: 0 }]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
