import { Channel } from './events.js';
import { type Calibration } from '../preset.js';
import { type World } from './simulate.js';

/** Means of honest payments of the development split, by channel, against published figures. */
export function calibrate(world: World): Calibration[] {
  const sums = new Float64Array(6);
  const counts = new Float64Array(6);
  const { events, typology } = world;
  const to = world.bounds[1] ?? 0;
  for (let row = 0; row < to; row += 1) {
    if ((typology[row] ?? 0) > 0) continue;
    const channel = events.channel[row] ?? 0;
    sums[channel] = (sums[channel] ?? 0) + (events.amount[row] ?? 0) / 100;
    counts[channel] = (counts[channel] ?? 0) + 1;
  }
  const mean = (channel: number) =>
    (counts[channel] ?? 0) > 0 ? (sums[channel] ?? 0) / (counts[channel] ?? 1) : null;
  const ratio = (left: number, right: number) =>
    (counts[right] ?? 0) > 0 ? (counts[left] ?? 0) / (counts[right] ?? 1) : null;
  const hkma = 'HKMA, October 2018, second-hand; mean computed from number and value';
  const cards = 'HKMA payment card statistics';
  return [
    {
      figure: 'mean FPS payment by proxy',
      target: 2_900,
      reached: mean(Channel.FpsProxy),
      unit: 'HKD',
      source: hkma,
    },
    {
      figure: 'mean FPS payment by account number',
      target: 29_400,
      reached: mean(Channel.FpsAccount),
      unit: 'HKD',
      source: hkma,
    },
    {
      figure: 'FPS payments by proxy for each by account number',
      target: 828 / 608,
      reached: ratio(Channel.FpsProxy, Channel.FpsAccount),
      unit: 'ratio',
      source: hkma,
    },
    {
      figure: 'mean credit card payment',
      target: 756,
      reached: mean(Channel.CreditCard),
      unit: 'HKD',
      source: `${cards}, Q3 2024`,
    },
    {
      figure: 'mean debit card payment',
      target: 75.3e9 / 48.3e6,
      reached: mean(Channel.DebitCard),
      unit: 'HKD',
      source: `${cards}, Q1 2024`,
    },
    {
      figure: 'credit card payments for each debit card payment',
      target: 329.1 / 48.3,
      reached: ratio(Channel.CreditCard, Channel.DebitCard),
      unit: 'ratio',
      source: `${cards}, Q3 and Q1 2024`,
    },
    {
      figure: 'mean stored value transaction',
      target: 285.8e9 / 2.1e9,
      reached: mean(Channel.StoredValue),
      unit: 'HKD',
      source:
        'HKMA stored value statistics, Q2 2025: all kinds of transaction, while this preset has purchases only',
    },
  ];
}
