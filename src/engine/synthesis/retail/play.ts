import { DAY, monthOf, NAIVE_EPOCH } from '../calendar.js';
import { type ParquetValues } from '../output/parquet.js';
import { SPLITS, type Play, type Played } from '../preset.js';
import { calibrate } from './calibration.js';
import { OVERSEAS, REMOTE } from './events.js';
import { FEATURES, FeatureScan } from './features.js';
import { type RetailParameters } from './preset.js';
import { realism } from './realism.js';
import { simulate, type World } from './simulate.js';
import { TYPOLOGIES } from './typologies/index.js';

/** Rows of a row group: DuckDB's own default, and a thread's unit of work when it reads. */
const GROUP = 122_880;

/** Plays the world and hands its rows to the sink, block by block. */
export async function play(task: Play): Promise<Played> {
  const parameters = task.parameters as unknown as RetailParameters;
  const world = await simulate(parameters, task.rows, task.keys, task.threads, (share) =>
    task.pause(share, 'simulating'),
  );
  const { events, population, typology, bounds } = world;
  const scan = new FeatureScan(events, population.customers, population.merchants + population.accounts);
  const block = FEATURES.map(() => new Float32Array(GROUP));
  for (const [index, split] of SPLITS.slice(0, 2).entries()) {
    const end = bounds[index + 1] ?? 0;
    for (let from = bounds[index] ?? 0; from < end; from += GROUP) {
      const to = Math.min(end, from + GROUP);
      scan.scan(from, to, block);
      const rows = to - from;
      const month = new Uint8Array(rows);
      for (let row = 0; row < rows; row += 1)
        month[row] = monthOf(Math.floor((events.time[from + row] ?? 0) / DAY)) - parameters.startMonth;
      await task.sink.rows(split, {
        rows,
        tables: {
          features: columnsOf('features', world, from, to, block),
          labels: columnsOf('labels', world, from, to, block),
          protected: columnsOf('protected', world, from, to, block),
          events: columnsOf('events', world, from, to, block),
        },
        truth: typology.subarray(from, to).map((code) => (code > 0 ? 1 : 0)),
        month,
      });
      await task.pause(0.5 + (0.5 * to) / events.rows, 'writing');
    }
  }
  await writeEntities(task, world);
  return {
    composition: {
      customers: population.customers,
      merchants: population.merchants,
      payableAccounts: population.accounts,
      prevalence: `${parameters.prevalence} of payments are fraudulent. This is an enrichment: banks see fraud far more rarely. Precision and calibration measured here do not carry over to another prevalence.`,
    },
    typologies: TYPOLOGIES.map(({ name, title, description }, index) => ({
      name,
      title,
      description,
      rows: Object.fromEntries(
        SPLITS.slice(0, 2).map((split, place) => [
          split,
          typology.subarray(bounds[place], bounds[place + 1]).filter((code) => code === index + 1).length,
        ]),
      ),
    })),
    calibration: calibrate(world),
    realism: [],
    aggregates: realism(world),
    pictures: [],
    knownLimits: [
      'Volumes by channel are chosen so that every channel has rows enough, not to match the market: stored value payments are far more numerous in reality.',
      'Shares of race are near the 2021 Population Census and approximate; shares of women in each group, incomes and habits are conventions of this preset.',
      'By default the risk of fraud does not depend on sex or race; habits do (parameter proxyStrength), and reach the features.',
      'Labels are true and known at once: no late, missing or wrong labels yet.',
      'Wages and savings move the balance without rows of their own; credit card bills are settled outside the table.',
      'The first weeks have little history behind their features: column history says how much.',
    ],
  };
}

function columnsOf(
  table: string,
  world: World,
  from: number,
  to: number,
  block: readonly Float32Array[],
): ParquetValues[] {
  const { events, population, typology } = world;
  const rows = to - from;
  const key = new Int32Array(rows);
  for (let row = 0; row < rows; row += 1) key[row] = from + row;
  const customer = events.customer.subarray(from, to);
  const times = () => {
    const seconds = new Float64Array(rows);
    for (let row = 0; row < rows; row += 1) seconds[row] = NAIVE_EPOCH + (events.time[from + row] ?? 0);
    return seconds;
  };
  const ofCustomer = (attribute: Uint8Array) => {
    const values = new Uint8Array(rows);
    for (let row = 0; row < rows; row += 1) values[row] = attribute[customer[row] ?? 0] ?? 0;
    return values;
  };
  switch (table) {
    case 'features':
      return [key, customer, times(), ...block];
    case 'labels': {
      const codes = typology.subarray(from, to);
      return [key, codes.map((code) => (code > 0 ? 1 : 0)), codes];
    }
    case 'protected':
      return [
        key,
        ...[population.sex, population.race, population.ageBand, population.control].map(ofCustomer),
      ];
    default: {
      const flags = events.flags.subarray(from, to);
      return [
        key,
        customer,
        times(),
        events.channel.subarray(from, to),
        events.category.subarray(from, to),
        events.payee.subarray(from, to),
        events.amount.subarray(from, to),
        events.balance.subarray(from, to),
        new Int32Array(events.device.subarray(from, to)),
        flags.map((flag) => ((flag & REMOTE) !== 0 ? 1 : 0)),
        flags.map((flag) => ((flag & OVERSEAS) !== 0 ? 1 : 0)),
      ];
    }
  }
}

/** Customers and merchants. Sex and race are not among the customer's columns: they stay apart. */
async function writeEntities(task: Play, world: World): Promise<void> {
  const p = world.population;
  const numbers = (count: number) => Int32Array.from({ length: count }, (_, id) => id);
  await task.sink.table(undefined, 'customers', p.customers, [
    numbers(p.customers),
    p.district,
    p.ageBand,
    p.income,
    Int32Array.from(p.payDay),
    p.habitualBalance,
    p.wayOfLife,
  ]);
  await task.sink.table(undefined, 'merchants', p.merchants, [
    numbers(p.merchants),
    p.merchantCategory,
    p.merchantDistrict,
  ]);
}
