import { GENERAL_HOLIDAYS, REFERENCE_YEAR } from './calendar.js';
import { Channel } from './events.js';
import { type Parameters } from './parameters.js';
import { type Preset } from './presets/preset.js';
import { type World } from './simulate.js';
import { TYPOLOGIES } from './typologies/index.js';

export interface Calibration {
  readonly figure: string;
  readonly target: number;
  readonly reached: number | null;
  readonly unit: string;
  readonly source: string;
}

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

/** What a user of the dataset must know, in the manner of "Datasheets for Datasets" (Gebru et al., 2021). */
export function datasheet(
  preset: Preset,
  version: string,
  parameters: Parameters,
  world: World,
): Record<string, unknown> {
  const splits = ['development', 'evaluation'].map((split, index) => {
    const from = world.bounds[index] ?? 0;
    const to = world.bounds[index + 1] ?? 0;
    let fraudulent = 0;
    for (let row = from; row < to; row += 1) if ((world.typology[row] ?? 0) > 0) fraudulent += 1;
    return { split, rows: to - from, prevalence: fraudulent / (to - from) };
  });
  return {
    schema: 'sandbox-datasheet/1',
    preset: preset.name,
    title: preset.title,
    generatorVersion: version,
    motivation:
      'To evaluate fraud models where real payments of customers cannot be shared. The data is synthetic: no record describes a person.',
    composition: {
      description: preset.description,
      referenceYear: REFERENCE_YEAR,
      clock: 'Hong Kong time (UTC+8) without a zone',
      customers: world.population.customers,
      merchants: world.population.merchants,
      payableAccounts: world.population.accounts,
      splits,
      prevalence: `${parameters['prevalence'] ?? 0} of payments are fraudulent. This is an enrichment: banks see fraud far more rarely. Precision and calibration measured here do not carry over to another prevalence.`,
    },
    parameters,
    typologies: TYPOLOGIES.map(({ name, title, description }) => ({ name, title, description })),
    columns: preset.columns,
    calibration: {
      measuredOn: 'honest payments of the development split',
      figures: calibrate(world),
      holidays: {
        source: 'General holidays for 2025 as gazetted (gov.hk)',
        days: GENERAL_HOLIDAYS.map(([month, day, name]) => ({ month, day, name })),
      },
    },
    knownLimits: [
      'Volumes by channel are chosen so that every channel has rows enough, not to match the market: stored value payments are far more numerous in reality.',
      'Shares of race are near the 2021 Population Census and approximate; shares of women in each group, incomes and habits are conventions of this preset.',
      'By default the risk of fraud does not depend on sex or race; habits do (parameter proxyStrength), and reach the features.',
      'Labels are true and known at once: no late, missing or wrong labels yet.',
      'Wages and savings move the balance without rows of their own; credit card bills are settled outside the table.',
      'The first weeks have little history behind their features: column history says how much.',
    ],
    uses: 'Practice, comparison of models, and the demonstration of evaluation. Not for estimating losses, nor for a model to be put to use untested on real payments.',
  };
}
