import { type Calibration } from '../preset.js';
import { CARDS, FPS, STORED_VALUE } from './behaviour/figures.js';
import { Category, Channel, CHANNELS, OVERSEAS, REMOTE } from './events.js';

/** Cells of a count by channel, category, and on line or overseas: `channel << 7 | category << 2 | flags & 3`. */
export const CELLS = CHANNELS.length << 7;
type Test = (category: number, flags: number) => boolean;

/** Sum over a channel's cells, those of the categories and flags that pass the test. */
export function sumOf(cells: Float64Array, channel: number, test?: Test): number {
  let total = 0;
  for (let cell = channel << 7; cell < (channel + 1) << 7; cell += 1)
    if (test === undefined || test((cell >> 2) & 31, cell & 3)) total += cells[cell] ?? 0;
  return total;
}

/** Published figures of honest payments, by channel and kind as behaviour/figures.ts cites them. */
export function calibrate(numbers: Float64Array, values: Float64Array): Calibration[] {
  const mean = (channel: number, test?: Test): number | null => {
    const of = sumOf(numbers, channel, test);
    return of > 0 ? sumOf(values, channel, test) / 100 / of : null;
  };
  const share = (channel: number, test: Test): number | null => {
    const of = sumOf(values, channel);
    return of > 0 ? sumOf(values, channel, test) / of : null;
  };
  const ratio = (left: number, right: number): number | null => {
    const of = sumOf(numbers, right);
    return of > 0 ? sumOf(numbers, left) / of : null;
  };
  const cash: Test = (category) => category === Category.Cash;
  const figure = (name: string, target: number, reached: number | null, unit: string, source: string) => ({
    figure: name,
    target,
    reached,
    unit,
    source,
  });
  const { creditSource, debitSource } = CARDS;
  return [
    figure('mean FPS payment by proxy', FPS.proxyMean, mean(Channel.FpsProxy), 'HKD', FPS.source),
    figure(
      'mean FPS payment by account number',
      FPS.accountMean,
      mean(Channel.FpsAccount),
      'HKD',
      FPS.source,
    ),
    figure(
      'FPS payments by proxy for each by account number',
      FPS.proxyPerAccount,
      ratio(Channel.FpsProxy, Channel.FpsAccount),
      'ratio',
      FPS.source,
    ),
    figure('mean credit card payment', CARDS.creditMean, mean(Channel.CreditCard), 'HKD', creditSource),
    figure(
      'credit card value spent in Hong Kong',
      CARDS.local,
      share(Channel.CreditCard, (category, flags) => !cash(category, flags) && (flags & OVERSEAS) === 0),
      'share of value',
      creditSource,
    ),
    figure(
      'credit card value spent overseas',
      CARDS.overseas,
      share(Channel.CreditCard, (category, flags) => !cash(category, flags) && (flags & OVERSEAS) !== 0),
      'share of value',
      creditSource,
    ),
    figure(
      'credit card value advanced in cash',
      CARDS.cash,
      share(Channel.CreditCard, cash),
      'share of value',
      creditSource,
    ),
    figure('mean debit card payment', CARDS.debitMean, mean(Channel.DebitCard), 'HKD', debitSource),
    figure(
      'credit card payments for each debit card payment',
      CARDS.creditPerDebit,
      ratio(Channel.CreditCard, Channel.DebitCard),
      'ratio',
      `${creditSource}; debit cards Q1 2024`,
    ),
    figure(
      'mean stored value transaction',
      STORED_VALUE.mean,
      mean(Channel.StoredValue),
      'HKD',
      STORED_VALUE.source,
    ),
    ...STORED_VALUE.kinds.map(({ name, value }, kind) =>
      figure(
        `stored value: ${name}`,
        value,
        share(Channel.StoredValue, (category, flags) => storedValueKind(category, flags) === kind),
        'share of value',
        STORED_VALUE.source,
      ),
    ),
  ];
}

/** Index into STORED_VALUE.kinds. */
function storedValueKind(category: number, flags: number): number {
  if (category === Category.TopUp) return 4;
  if (category === Category.Withdrawal) return 3;
  if (category === Category.Person) return 2;
  return (flags & REMOTE) !== 0 ? 1 : 0;
}
