import { type FeatureColumn, featureTable } from '../tables/index.js';
import { changedColumn, type ColumnFacts, generatorFor, spread, unseenText } from './changes.js';
import { shiftDate, swapDayMonth } from './dates.js';
import { type Change } from './perturbation.js';
import { marginal, replayedColumn } from './replay.js';
import { earlierRows, staleColumn } from './stale.js';
import { sampleRows } from './sample.js';
import { type ColumnTraits, columnTraits } from './traits.js';

function changed(
  values: FeatureColumn,
  change: Change,
  more: Partial<ColumnTraits> & { hours?: number[] } = {},
): unknown[] {
  const { hours, ...traits } = more;
  const [found] = columnTraits(featureTable({ x: values }));
  const facts: ColumnFacts = {
    traits: { name: 'x', kind: found?.kind ?? 'number', ...traits },
    spread: spread(values),
    unseen: unseenText(values),
    hours: hours === undefined ? null : Float64Array.from(hours),
  };
  return [...changedColumn(values, change, facts, generatorFor(1, 'a test', 'x'))];
}

const money = Float64Array.of(12.5, 0, 1234.56, NaN, -3.05);

describe('perturbations, value by value', () => {
  it('slips units and decimal commas, and leaves what is missing', () => {
    expect(changed(money, { change: 'scale', factor: 100, rate: 1 })).toEqual([1250, 0, 123456, NaN, -305]);
    expect(changed(money, { change: 'commaDropped', decimals: 2, rate: 1 })).toEqual([
      1250,
      0,
      123456,
      NaN,
      -305,
    ]);
    // A file that writes 12.5 with three places gives another number for it: the slip is of what is written.
    expect(changed(money, { change: 'commaDropped', decimals: 3, rate: 1 })[0]).toBe(12500);
    expect(changed(money, { change: 'commaCut', rate: 1 })).toEqual([12, 0, 1234, NaN, -3]);
    expect(changed(money, { change: 'rounded', digits: 2 })).toEqual([13, 0, 1200, NaN, -3]);
    expect(changed(money, { change: 'missing', rate: 1 })).toEqual([NaN, NaN, NaN, NaN, NaN]);
    expect(changed(['a', null, 'b'], { change: 'missing', rate: 1 })).toEqual([null, null, null]);
    expect(changed(['never seen before', null], { change: 'unseen', rate: 1 })).toEqual([
      'never seen before!',
      null,
    ]);
  });

  it('moves clocks round the day, and the weekday with them', () => {
    const ahead: Change = { change: 'clockShifted', hours: 8 };
    const behind: Change = { change: 'clockShifted', hours: -8 };
    const hours = [0.5, 17.25, 23, NaN];
    expect(changed(Float64Array.from(hours), ahead, { meaning: 'hourOfDay' })).toEqual([8.5, 1.25, 7, NaN]);
    expect(changed(Float64Array.from(hours), behind, { meaning: 'hourOfDay' })).toEqual([
      16.5,
      9.25,
      15,
      NaN,
    ]);
    const weekdays = Float64Array.of(0, 6, 5, 3);
    expect(changed(weekdays, ahead, { meaning: 'weekday', hours })).toEqual([0, 0, 6, 3]);
    expect(changed(weekdays, behind, { meaning: 'weekday', hours })).toEqual([6, 6, 5, 3]);
    expect(shiftDate('2024-12-31 17:05:09', 8)).toBe('2025-01-01 01:05:09');
    expect(shiftDate('2024-03-01T02:00Z', -8)).toBe('2024-02-29T18:00Z');
    expect([shiftDate('2024-12-31', 8), shiftDate('soon', 8)]).toEqual(['2024-12-31', 'soon']);
  });

  it('exchanges day and month only where that is a date', () => {
    expect(['2025-03-04', '2025-03-14', '04/03/2025', '14/03/2025', 'n/a'].map(swapDayMonth)).toEqual([
      '2025-04-03',
      '2025-03-14',
      '03/04/2025',
      '14/03/2025',
      'n/a',
    ]);
  });

  it('draws noise of the size that is said, whole numbers staying whole, the same for the same seed', () => {
    const values = Float64Array.from({ length: 20_000 }, (_, row) => 100 + (row % 2) / 2);
    const noisy = changed(values, { change: 'relativeNoise', level: 0.05 }) as number[];
    const errors = noisy.map((value, row) => value / (values[row] ?? NaN) - 1);
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    const deviation = Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length);
    expect(Math.abs(mean)).toBeLessThan(0.0015);
    expect(Math.abs(deviation - 0.05)).toBeLessThan(0.001);
    expect(changed(values, { change: 'relativeNoise', level: 0.05 })).toEqual(noisy);
    const normal = Float64Array.from({ length: 20_001 }, (_, row) => row - 10_000);
    expect(spread(normal)).toBeCloseTo(6826, 0);
    const counts = changed(normal, { change: 'jitter', level: 0.001 }) as number[];
    expect(counts.every(Number.isInteger)).toBe(true);
    const lost = changed(values, { change: 'missing', rate: 0.2 }).filter(Number.isNaN).length;
    expect(Math.abs(lost / values.length - 0.2)).toBeLessThan(0.01);
  });
});

describe('features of earlier rows', () => {
  const entity = { names: ['a', 'b'], codes: Int32Array.of(0, 1, 0, 0, -1, 1, 0) };
  const days = Int32Array.of(10, 10, 11, 11, 12, 13, 18);

  it('takes the row before of the entity, or the latest that is old enough', () => {
    expect([...earlierRows({ entity, days }, null)]).toEqual([0, 1, 0, 2, 4, 1, 3]);
    expect([...earlierRows({ entity, days }, 1)]).toEqual([0, 1, 0, 0, 4, 1, 3]);
    expect([...earlierRows({ entity, days }, 7)]).toEqual([0, 1, 2, 3, 4, 5, 3]);
    expect([...earlierRows({ entity, days }, 8)]).toEqual([0, 1, 2, 3, 4, 5, 0]);
    const column = Float64Array.of(0, 1, 2, 3, 4, 5, 6);
    expect([...staleColumn(column, earlierRows({ entity, days }, null), [6, 2])]).toEqual([3, 0]);
  });

  it('goes by days, not by the order of the file', () => {
    const back = Int32Array.from(days, (_, row) => days[6 - row] ?? 0);
    const codes = Int32Array.from(entity.codes, (_, row) => entity.codes[6 - row] ?? 0);
    const earlier = earlierRows({ entity: { names: entity.names, codes }, days: back }, 1);
    // Of one day the file's order counts: of the two rows of day 11 the later in the file.
    expect([...earlier]).toEqual([4, 5, 2, 6, 6, 5, 6]);
  });
});

describe('replays', () => {
  const replayed = (column: FeatureColumn, then: FeatureColumn, now = column) =>
    replayedColumn(column, marginal(now), marginal(then), generatorFor(1, 'replay'));

  it('gives a column the values of another month, its rows in their order', () => {
    const column = Float64Array.of(3, 1, 2, NaN);
    expect([...replayed(column, Float64Array.of(30, 10, NaN, 20))]).toEqual([30, 10, 20, NaN]);
    // Ranks are those among the whole month, whichever of its rows are asked about.
    const month = Float64Array.from({ length: 100 }, (_, row) => row);
    const later = month.map((value) => 2 * value);
    expect([...replayed(Float64Array.of(99, 98, 50), later, month)]).toEqual([198, 196, 100]);
    // Shares of zeros follow: of rows without one, three quarters get it.
    const flags = [...replayed(new Float64Array(10_000), Float64Array.of(0, 1, 1, 1))];
    expect(flags.filter((value) => value === 1).length / 10_000).toBeCloseTo(0.75, 1);
    // The same month, value by value, with ties and what is missing.
    const same = Float64Array.from({ length: 500 }, (_, row) => (row % 9 === 0 ? NaN : (row * 7919) % 50));
    expect([...replayed(same, same)]).toEqual([...same]);
  });

  it('moves as few rows of text as bring the other month’s shares', () => {
    const now = Array.from({ length: 4000 }, (_, row) => (row % 4 === 0 ? 'b' : 'a'));
    const moved = replayed(now, ['a', 'a', 'b', 'c']) as string[];
    const share = (wanted: string) => moved.filter((value) => value === wanted).length / 4000;
    expect(share('a')).toBeCloseTo(0.5, 1);
    expect(share('c')).toBeCloseTo(0.25, 1);
    expect(moved.every((value, row) => value === now[row] || (now[row] === 'a' && value === 'c'))).toBe(true);
  });
});

describe('what columns are taken for', () => {
  it('goes by their values, and by their names only where nothing is said', () => {
    const table = featureTable({
      TX_AMOUNT: Float64Array.of(1.5, 2),
      amount24h: Float64Array.of(1.5, 2),
      amountToBalance: Float64Array.of(0.5, 0.2),
      balance: Float64Array.of(0.5, 0.2),
      hour: Float64Array.of(12.5, 2),
      weekday: Float64Array.of(2, 3),
      isCash: Float64Array.of(0, 1),
      opened: ['2024-01-02', '03/04/2024'],
      channel: ['fps', 'card'],
      lost: Float64Array.of(NaN, NaN),
    });
    const traits = columnTraits(table, [
      { name: 'balance', source: 'core' },
      { name: 'lost', meaning: 'money' },
    ]);
    expect(traits.map(({ name, kind, meaning }) => [name, kind, meaning])).toEqual([
      ['TX_AMOUNT', 'number', 'money'],
      ['amount24h', 'number', 'money'],
      ['amountToBalance', 'number', undefined],
      ['balance', 'number', undefined],
      ['hour', 'number', 'hourOfDay'],
      ['weekday', 'count', 'weekday'],
      ['isCash', 'binary', undefined],
      ['opened', 'date', undefined],
      ['channel', 'text', undefined],
      ['lost', 'number', 'money'],
    ]);
  });
});

describe('sampled rows', () => {
  it('hold every positive, stand for all negatives, and are the same for a seed', () => {
    const labels = Uint8Array.from({ length: 5000 }, (_, row) => (row % 50 === 0 ? 1 : 0));
    const sample = sampleRows(labels, undefined, 1000, 3);
    expect([sample.places.length, sample.labels.reduce((sum, label) => sum + label, 0)]).toEqual([1000, 100]);
    expect(sample.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(5000, 6);
    expect(sampleRows(labels, undefined, 1000, 3).places).toEqual(sample.places);
    expect(sampleRows(labels, undefined, 1000, 4).places).not.toEqual(sample.places);
    const many = sampleRows(
      labels.map((label) => 1 - label),
      undefined,
      1000,
      3,
    );
    expect(many.labels.reduce((sum, label) => sum + label, 0)).toBe(500);
    expect(sampleRows(labels, undefined, 5000, 3).weights.every((weight) => weight === 1)).toBe(true);
  });
});
