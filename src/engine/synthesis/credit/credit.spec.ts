import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { readParameters } from '../parameters.js';
import { type ParquetValues } from '../output/parquet.js';
import { type Sink, type Split, type SplitBlock } from '../preset.js';
import { deriveKey, keyOfSeed } from '../random.js';
import { applicationsOf, Kind, put } from './application.js';
import { F, FEATURES } from './features.js';
import { Linkage } from './linkage.js';
import { HK_CONSUMER_CREDIT } from './preset.js';

/** Keeps the tables in memory, one plain array a column. */
class Kept implements Sink {
  readonly columns = new Map<string, number[]>();

  ended(): void {
    // No audit waits for it.
  }

  rows(split: Split, block: SplitBlock): Promise<void> {
    for (const [table, values] of Object.entries(block.tables)) this.keep(`${split}/${table}`, table, values);
    return Promise.resolve();
  }

  table(
    split: Split | undefined,
    table: string,
    _rows: number,
    values: readonly ParquetValues[],
  ): Promise<void> {
    this.keep(`${split ?? ''}/${table}`, table, values);
    return Promise.resolve();
  }

  of(path: string): number[] {
    return this.columns.get(path) ?? [];
  }

  digest(prefix: string): string {
    const hash = createHash('sha256');
    for (const [path, values] of [...this.columns].filter(([path]) => path.startsWith(prefix)))
      hash.update(path).update(Float64Array.from(values));
    return hash.digest('hex');
  }

  private keep(path: string, table: string, values: readonly ParquetValues[]): void {
    const specs = HK_CONSUMER_CREDIT.tables.find(({ name }) => name === table)?.columns ?? [];
    values.forEach((column, index) => {
      const at = `${path}/${specs[index]?.name ?? ''}`;
      const kept = this.columns.get(at) ?? [];
      for (const value of column as Float64Array) kept.push(value);
      this.columns.set(at, kept);
    });
  }
}

const keys = (seed: string, evaluation = seed) => ({
  development: deriveKey(keyOfSeed(seed), 'development'),
  evaluation: deriveKey(keyOfSeed(evaluation), 'evaluation'),
  sealed: deriveKey(keyOfSeed(seed), 'sealed'),
});

interface Asked {
  rows?: number;
  threads?: number;
  splits?: readonly Split[];
  set?: Record<string, number | string>;
  keys?: ReturnType<typeof keys>;
}

const plays = new Map<string, Promise<Kept>>();

/** The same question is played once. */
function play(asked: Asked = {}): Promise<Kept> {
  const question = JSON.stringify(asked, (_, value: unknown) =>
    value instanceof Uint8Array ? [...value] : value,
  );
  const played = plays.get(question) ?? perform(asked);
  plays.set(question, played);
  return played;
}

async function perform(asked: Asked): Promise<Kept> {
  const kept = new Kept();
  await HK_CONSUMER_CREDIT.play({
    parameters: readParameters(HK_CONSUMER_CREDIT.parameters, asked.set ?? {}),
    rows: asked.rows ?? 6_000,
    keys: asked.keys ?? keys('credit'),
    threads: asked.threads ?? 1,
    splits: asked.splits ?? ['development', 'evaluation'],
    sink: kept,
    pause: () => Promise.resolve(),
  });
  return kept;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('hk-consumer-credit', () => {
  it('gives exactly the rows asked for, in time order, and the sealed split its share besides', async () => {
    const kept = await play({ rows: 5_001, splits: ['development', 'evaluation', 'sealed'] });
    const rows = (split: string) => kept.of(`${split}/features/row_id`).length;
    expect(rows('development') + rows('evaluation')).toBe(5_001);
    expect(rows('sealed')).toBe(Math.round(5_001 / 9));
    for (const split of ['development', 'evaluation', 'sealed']) {
      const times = kept.of(`${split}/features/application_time`);
      expect(times.every((time, row) => row === 0 || time >= (times[row - 1] ?? 0))).toBe(true);
      expect(kept.of(`${split}/truth/row_id`)).toEqual(times.map((_, row) => row));
    }
    expect(Math.max(...kept.of('development/features/application_time'))).toBeLessThan(
      Date.UTC(2024, 6, 1) / 1_000,
    );
    expect(Math.min(...kept.of('evaluation/features/application_time'))).toBeGreaterThanOrEqual(
      Date.UTC(2025, 6, 1) / 1_000,
    );
  });

  it('gives the same with one thread and with three', async () => {
    const rows = 40_000;
    expect((await play({ rows, threads: 3 })).digest('')).toBe((await play({ rows })).digest(''));
  });

  it('draws each split from its own key, and no split from what comes later', async () => {
    const both = await play();
    const other = await play({ keys: keys('credit', 'other') });
    const alone = await play({ splits: ['development'] });
    expect(other.digest('development')).toBe(both.digest('development'));
    expect(alone.digest('development')).toBe(both.digest('development'));
    expect(other.digest('evaluation')).not.toBe(both.digest('evaluation'));
    const criminals = (kept: Kept) => {
      const cases = kept.of('evaluation/truth/case_id');
      return new Set(kept.of('evaluation/features/person_id').filter((_, row) => (cases[row] ?? -1) >= 0));
    };
    const [first, second] = [criminals(both), criminals(other)];
    const common = [...first].filter((person) => second.has(person)).length;
    expect(first.size).toBeGreaterThan(15);
    expect(common).toBeLessThan(0.2 * first.size);
  });

  it('ends in default when three payments are in arrears, and not before', async () => {
    const kept = await play();
    const arrears = new Map<number, number[]>();
    const ids = kept.of('development/repayments/row_id');
    ids.forEach((id, line) => {
      const months = arrears.get(id) ?? [];
      months.push(kept.of('development/repayments/payments_in_arrears')[line] ?? 0);
      arrears.set(id, months);
    });
    expect(arrears.size).toBe(kept.of('development/truth/row_id').length);
    const ends = kept.of('development/truth/default_month');
    for (const [id, months] of arrears) {
      const reached = months.findIndex((count) => count >= 3);
      expect(ends[id]).toBe(reached < 0 ? -2_147_483_648 : reached + 1);
      expect(months.every((count, m) => Math.abs(count - (months[m - 1] ?? 0)) <= 1)).toBe(true);
    }
  });

  it('shows in development what the register knew: late vintages are immature, some defaults never show', async () => {
    const set = { labelMonths: 8, labelNever: 0.2, labelWrong: 0.1, defaultRate: 0.2 };
    const kept = await play({ rows: 12_000, set });
    const [known, truth] = [kept.of('development/labels/default'), kept.of('development/truth/default')];
    const ends = kept.of('development/truth/default_month');
    const months = kept
      .of('development/features/application_time')
      .map((time) => new Date(1_000 * time).getUTCMonth());
    const reach = (row: number) => 5 - (months[row] ?? 0) + 8;
    known.forEach((shown, row) => {
      if (shown === 1 && truth[row] === 1) expect(ends[row]).toBeLessThanOrEqual(reach(row));
    });
    expect(kept.of('development/labels/matured')).toEqual(months.map((_, row) => (reach(row) >= 12 ? 1 : 0)));
    const due = truth.flatMap((end, row) =>
      end === 1 && (ends[row] ?? 0) <= reach(row) ? [known[row] ?? 0] : [],
    );
    expect(mean(due)).toBeCloseTo(0.8, 1);
    const wrong = known.filter((shown, row) => shown === 1 && truth[row] === 0).length;
    expect(wrong / truth.filter((end) => end === 1).length).toBeCloseTo(0.1, 1);
    expect(kept.of('evaluation/labels/default')).toEqual(kept.of('evaluation/truth/default'));
  });

  it('meets the default rate, and the group’s share of it', async () => {
    const set = { defaultRate: 0.1, groupAttribute: 'race', groupShare: 0.4, groupPrevalenceRatio: 2 };
    const kept = await play({ rows: 30_000, set });
    const truth = kept.of('development/truth/default');
    const race = kept.of('development/protected/race');
    const meant = kept.of('development/truth/case_id');
    expect(mean(truth) / 0.1).toBeGreaterThan(0.85);
    expect(mean(truth) / 0.1).toBeLessThan(1.15);
    const rate = (inside: boolean) =>
      mean(truth.filter((_, row) => (race[row] ?? 0) > 0 === inside && (meant[row] ?? 0) < 0));
    expect(rate(true) / rate(false)).toBeGreaterThan(1.6);
    expect(rate(true) / rate(false)).toBeLessThan(2.5);
  });

  it('plays its scripts as they read', async () => {
    const kept = await play({ rows: 20_000, set: { crimeShare: 0.6 } });
    const column = (name: string) => kept.of(`development/${name}`);
    const cases = new Map<number, number[]>();
    column('truth/case_id').forEach((number, row) => {
      if (number >= 0) cases.set(number, [...(cases.get(number) ?? []), row]);
    });
    const persons = column('features/person_id');
    const times = column('features/application_time');
    const kinds = column('truth/kind');
    const rings: number[][] = [];
    let stacked = 0;
    for (const rows of cases.values()) {
      const kind = Math.max(...rows.map((row) => kinds[row] ?? 0));
      if (kind === Kind.StackedLoans) {
        stacked += rows.length > 1 ? 1 : 0;
        expect(new Set(rows.map((row) => persons[row])).size).toBe(1);
        expect((times[rows.at(-1) ?? 0] ?? 0) - (times[rows[0] ?? 0] ?? 0)).toBeLessThan(12 * 86_400);
        expect(new Set(rows.map((row) => column('applications/product')[row]))).toEqual(new Set([0]));
      }
      if (kind === Kind.BustOut) expect(rows).toHaveLength(1);
      if (kind === Kind.SyntheticIdentity && rows.length > 2) rings.push(rows);
    }
    expect(stacked).toBeGreaterThan(30);
    expect(rings.length).toBeGreaterThan(20);
    const sharing = rings.filter((rows) =>
      ['device_id', 'phone_id', 'address_id'].some(
        (id) => new Set(rows.map((row) => column(`applications/${id}`)[row])).size < rows.length,
      ),
    );
    expect(sharing.length / rings.length).toBeGreaterThan(0.8);
    const honest = column('features/deviceApplications30d').filter((_, row) => kinds[row] === Kind.None);
    expect(honest.filter((count) => count > 0).length).toBeGreaterThan(100);
  });

  it('loses what missingness says, and only that, as often for those who default', async () => {
    const kept = await play({ rows: 12_000, set: { missingness: 0.2, defaultRate: 0.2 } });
    const truth = kept.of('development/truth/default');
    const lost = (name: string, end: number) =>
      mean(
        kept
          .of(`development/features/${name}`)
          .filter((_, row) => truth[row] === end)
          .map((value) => (Number.isNaN(value) ? 1 : 0)),
      );
    for (const name of ['savingsMonths', 'enquiries3m', 'incomeVerified']) {
      expect(lost(name, 0)).toBeCloseTo(0.2, 1);
      expect(lost(name, 1)).toBeCloseTo(0.2, 1);
    }
    expect(lost('amountAsked', 0) + lost('hour', 1)).toBe(0);
  });

  it.each([
    [{ startMonth: 12 }, 'startMonth 12'],
    [
      { 'weight.BUST_OUT': '0', 'weight.STACKED_LOANS': 0, 'weight.SYNTHETIC_IDENTITY': '1/0' },
      'weight.BUST_OUT',
    ],
    [{ defaultRate: 0 }, 'defaultRate'],
  ])('refuses %j, naming %s', (set, named) => {
    expect(() =>
      HK_CONSUMER_CREDIT.check(readParameters(HK_CONSUMER_CREDIT.parameters, set), 10_000),
    ).toThrow(named);
  });

  it('refuses rows too few for a default in each split', () => {
    const parameters = readParameters(HK_CONSUMER_CREDIT.parameters, {});
    expect(() => HK_CONSUMER_CREDIT.check(parameters, 100)).toThrow('rows: 100');
  });
});

describe('linkage', () => {
  const day = 86_400;

  it('counts the applications of thirty days by brute force, each row blind to those after it', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            gap: fc.oneof(fc.constant(0), fc.nat(3 * day), fc.nat(40 * day)),
            person: fc.nat(2),
            device: fc.nat(3),
            phone: fc.nat(2),
            address: fc.nat(1),
          }),
          { minLength: 1, maxLength: 40 },
        ),
        (list) => {
          const rows = applicationsOf(list.length);
          let time = 0;
          list.forEach(({ gap, ...ids }, row) => {
            time += gap;
            put(rows, row, {
              ...ids,
              time,
              product: 0,
              virtualBank: 0,
              kind: 0,
              traits: 0,
              goneAfter: 255,
              episode: -1,
            });
          });
          const out = FEATURES.map(() => new Float32Array(list.length));
          const half = list.length >> 1;
          const linkage = new Linkage(3, 4, 2, list.length);
          linkage.count(rows, 0, half, out);
          const rest = FEATURES.map(() => new Float32Array(list.length));
          linkage.count(rows, half, list.length, rest);
          for (let row = 0; row < list.length; row += 1) {
            const now = rows.time[row] ?? 0;
            const count = (ids: Int32Array, lag: number) =>
              list.filter((_, i) => {
                const then = rows.time[i] ?? 0;
                return i < row && ids[i] === ids[row] && then > now - 30 * day && then <= now - lag;
              }).length;
            const got = (feature: number) => (row < half ? out[feature]?.[row] : rest[feature]?.[row - half]);
            expect(got(F.deviceApplications30d)).toBe(count(rows.device, 0));
            expect(got(F.phoneApplications30d)).toBe(count(rows.phone, 0));
            expect(got(F.addressApplications30d)).toBe(count(rows.address, 0));
            expect(got(F.personApplications30d)).toBe(count(rows.person, day));
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
