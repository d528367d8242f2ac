import { DAY, monthStart, NAIVE_EPOCH } from '../calendar.js';
import { deriveKey, keyOfSeed } from '../random.js';
import { INSTITUTIONS } from './institutions.js';
import { keysOf, parametersOf, playSmall, smallNetwork, type MemorySink } from './network.fixture.js';
import { HK_AML_NETWORK } from './preset.js';
import { slicesOf } from './slices.js';

const DENSE = { enrichment: 20, labelNever: 0.3, labelDelayDays: 14, labelWrong: 0.3 };
const ROWS = 12_000;
const small = playSmall(DENSE, ROWS);
const splits = ['development', 'evaluation'] as const;

function cases(sink: MemorySink, split: 'development' | 'evaluation'): Map<number, number[]> {
  const found = new Map<number, number[]>();
  sink.column(split, 'truth', 'case_id').forEach((number, row) => {
    if (number >= 0) found.set(number, [...(found.get(number) ?? []), row]);
  });
  return found;
}

describe('hk-aml-network', () => {
  it('has exactly the rows and the laundering asked for, in time order and inside the splits', async () => {
    const { sink } = await small;
    const counts = splits.map((split) => sink.column(split, 'features', 'row_id').length);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(ROWS);
    const bounds = [7, 10, 12].map((month) => NAIVE_EPOCH + monthStart(month) * DAY);
    splits.forEach((split, place) => {
      const truth = sink.column(split, 'truth', 'laundering');
      expect(truth.reduce((sum, value) => sum + value, 0)).toBe(Math.round((counts[place] ?? 0) * 0.02));
      expect(sink.truth.get(split)).toEqual(truth);
      const times = sink.column(split, 'transfers', 'event_time');
      expect(times.every((time, row) => row === 0 || time >= (times[row - 1] ?? 0))).toBe(true);
      expect(times[0]).toBeGreaterThanOrEqual(bounds[place] ?? 0);
      expect(times.at(-1)).toBeLessThan(bounds[place + 1] ?? 0);
    });
  });

  it('conserves every cent of every account, by replaying the transfers alone', async () => {
    const { sink } = await small;
    const balances = new Map<number, number>();
    const check = (account: number, before: number) => {
      const held = balances.get(account);
      if (held !== undefined && held !== before)
        throw new Error(`account ${account} held ${held}, the table says ${before}`);
      if (before < 0) throw new Error(`account ${account} is at ${before}`);
    };
    for (const split of splits) {
      const column = (name: string) => sink.column(split, 'transfers', name);
      const [from, to, cents] = [column('from_account'), column('to_account'), column('amount_cents')];
      const [sent, received] = [column('from_balance_before_cents'), column('to_balance_before_cents')];
      from.forEach((sender, row) => {
        const receiver = to[row] ?? 0;
        const amount = cents[row] ?? 0;
        check(sender, sent[row] ?? 0);
        check(receiver, received[row] ?? 0);
        if (sender === receiver || amount < 1 || amount > (sent[row] ?? 0))
          throw new Error(`row ${row}: ${amount} from ${sender} to ${receiver}`);
        balances.set(sender, (sent[row] ?? 0) - amount);
        balances.set(receiver, (received[row] ?? 0) + amount);
      });
    }
    expect(balances.size).toBeGreaterThan(100);
  });

  it('labels in development only what is reported by its end, and evaluation as it is', async () => {
    const { sink } = await small;
    const label = sink.column('development', 'labels', 'laundering');
    const truth = sink.column('development', 'truth', 'laundering');
    const reported = sink.column('development', 'labels', 'reported_at');
    const end = NAIVE_EPOCH + monthStart(10) * DAY;
    const [found, wrong, missed] = [0, 0, 0].map((_, kind) =>
      label.reduce((sum, value, row) => {
        const real = truth[row] === 1;
        const counts = [value === 1 && real, value === 1 && !real, value === 0 && real][kind];
        return sum + (counts === true ? 1 : 0);
      }, 0),
    );
    expect(found).toBeGreaterThan(20);
    expect(missed).toBeGreaterThan(20);
    expect(wrong).toBeGreaterThan(0);
    expect(wrong).toBeLessThan(found ?? 0);
    label.forEach((value, row) => {
      const at = reported[row] ?? NaN;
      if ((value === 1) !== at < end) throw new Error(`row ${row}: label ${value}, reported at ${at}`);
    });
    expect(sink.column('evaluation', 'labels', 'laundering')).toEqual(
      sink.column('evaluation', 'truth', 'laundering'),
    );
  });

  it('keeps development as it is whatever the other keys and splits are, and changes with its own', async () => {
    const { sink } = await small;
    const keys = keysOf('play');
    const other = await playSmall(DENSE, ROWS, {
      keys: { ...keys, evaluation: deriveKey(keyOfSeed('other'), 'evaluation') },
      splits: ['development', 'evaluation', 'sealed'],
    });
    expect(other.sink.textOf('development')).toBe(sink.textOf('development'));
    expect(other.sink.textOf(undefined)).toBe(sink.textOf(undefined));
    expect(other.sink.textOf('evaluation')).not.toBe(sink.textOf('evaluation'));
    expect(other.sink.column('sealed', 'features', 'row_id')).toHaveLength(ROWS / 5);
    const senders = (from: MemorySink) =>
      from.column('evaluation', 'truth', 'laundering').flatMap((value, row) => {
        const account = from.column('evaluation', 'transfers', 'from_account')[row] ?? 0;
        return value === 1 ? [account] : [];
      });
    const shared = new Set(senders(sink));
    const again = senders(other.sink).filter((account) => shared.has(account));
    // Who launders follows from the split's key: another key, other people (institutions may be the same).
    expect(again.length).toBeLessThan(0.6 * senders(other.sink).length);
  });

  it('gives the same with two threads, and with the sealed split played along', async () => {
    const { sink } = await small;
    const { sink: threaded } = await playSmall(DENSE, ROWS, {
      threads: 2,
      splits: ['development', 'evaluation', 'sealed'],
    });
    for (const split of [...splits, undefined]) expect(threaded.textOf(split)).toBe(sink.textOf(split));
  });

  it('plays every kind of case, whole', async () => {
    const { sink, told } = await small;
    for (const { name, rows } of told.typologies)
      expect([name, (rows.development ?? 0) + (rows.evaluation ?? 0)]).not.toEqual([name, 0]);
    for (const split of splits) {
      const found = cases(sink, split);
      const transfers = sink.column(split, 'cases', 'transfers');
      transfers.forEach((count, number) => expect(found.get(number)).toHaveLength(count));
    }
  });

  it('gives every sender’s attributes, and none to organisations', async () => {
    const { sink } = await small;
    const sex = sink.column('development', 'protected', 'sex');
    const control = sink.column('development', 'protected', 'control');
    const kind = sink.column('development', 'features', 'senderKind');
    sex.forEach((code, row) => {
      if ((code === 2) !== (kind[row] ?? 0) > 0)
        throw new Error(`row ${row}: sex ${code}, kind ${kind[row]}`);
    });
    const share = control.filter((code) => code === 0).length / control.filter((code) => code < 2).length;
    expect(Math.abs(share - 0.5)).toBeLessThan(0.12);
  });

  it('draws the group in as often as asked', async () => {
    const overrides = { ...DENSE, groupAttribute: 'sex', groupPrevalenceRatio: 8 };
    const { sink } = await playSmall(overrides, ROWS);
    const share = (of: MemorySink) => {
      const codes = of
        .column('development', 'protected', 'sex')
        .filter((code, row) => code < 2 && of.column('development', 'truth', 'laundering')[row] === 1);
      return codes.filter((code) => code === 0).length / codes.length;
    };
    expect(share(sink)).toBeGreaterThan(share((await small).sink) + 0.15);
  });

  it('numbers accounts by a permutation that puts institutions anywhere', () => {
    const { parties } = smallNetwork();
    expect([...parties.id].sort((a, b) => a - b)).toEqual([...parties.id.keys()]);
    const mean = INSTITUTIONS.reduce((sum, _, account) => sum + (parties.id[account] ?? 0), 0);
    expect(mean / INSTITUTIONS.length).toBeGreaterThan(parties.accounts / 5);
  });

  it('cuts months into weeks that begin on Mondays and whose weights add up to 1', () => {
    const slices = slicesOf(7, 3);
    expect(slices.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
    slices.forEach(({ period }, place) => {
      expect(period.start).toBe(slices[place - 1]?.period.end ?? monthStart(7) * DAY);
      if (place > 0) expect((period.firstDay + 2) % 7).toBe(0);
    });
    expect(slices.at(-1)?.period.end).toBe(monthStart(10) * DAY);
  });

  it.each([
    [{ sealedMonths: 2 }, 200_000, 'sealedMonths'],
    [{ groupShare: 0.001 }, 200_000, 'groupShare'],
    [{}, 4_000, 'enrichment'],
    [
      Object.fromEntries(
        Object.keys(parametersOf()).flatMap((name) => (name.startsWith('weight.') ? [[name, 0]] : [])),
      ),
      200_000,
      'weight.',
    ],
  ])('refuses %j with %i rows, naming %s', (overrides, rows, named) => {
    expect(() =>
      HK_AML_NETWORK.check(parametersOf(overrides) as unknown as Record<string, number | string>, rows),
    ).toThrow(named);
  });
});
