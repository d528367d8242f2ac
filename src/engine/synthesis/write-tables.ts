import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { NAIVE_EPOCH } from './calendar.js';
import { CATEGORIES, CHANNELS, OVERSEAS, REMOTE } from './events.js';
import { FEATURES, FeatureScan } from './features.js';
import { type DatasetFile } from './generate.js';
import { ParquetWriter, type ParquetColumn, type ParquetValues } from './parquet.js';
import { AGE_BANDS, CONTROLS, DISTRICTS, RACES, SEXES } from './population.js';
import { SPLITS } from './presets/preset.js';
import { Sample } from './sample.js';
import { type World } from './simulate.js';
import { TYPOLOGIES } from './typologies/index.js';

/** Rows of a row group: DuckDB's own default, and a thread's unit of work when it reads. */
const GROUP = 122_880;
const AUDITED = 200_000;

const KEY: ParquetColumn = { name: 'row_id', type: 'int32' };
const YES_NO = ['no', 'yes'];

const TABLES: Readonly<Record<'features' | 'labels' | 'protected' | 'events', readonly ParquetColumn[]>> = {
  features: [
    KEY,
    { name: 'customer_id', type: 'int32' },
    { name: 'event_time', type: 'timestamp' },
    ...FEATURES.map(({ name }): ParquetColumn => ({ name, type: 'float32' })),
  ],
  labels: [
    KEY,
    { name: 'fraud', type: 'int32' },
    { name: 'typology', type: 'string', dictionary: ['NONE', ...TYPOLOGIES.map(({ name }) => name)] },
  ],
  protected: [
    KEY,
    { name: 'sex', type: 'string', dictionary: SEXES },
    { name: 'race', type: 'string', dictionary: RACES.map(([name]) => name) },
    { name: 'age_band', type: 'string', dictionary: AGE_BANDS },
    { name: 'control', type: 'string', dictionary: CONTROLS },
  ],
  events: [
    KEY,
    { name: 'customer_id', type: 'int32' },
    { name: 'event_time', type: 'timestamp' },
    { name: 'channel', type: 'string', dictionary: CHANNELS },
    { name: 'category', type: 'string', dictionary: CATEGORIES },
    { name: 'payee_id', type: 'int32' },
    { name: 'amount_cents', type: 'int64' },
    { name: 'balance_before_cents', type: 'int64' },
    { name: 'device', type: 'int32' },
    { name: 'remote', type: 'string', dictionary: YES_NO },
    { name: 'overseas', type: 'string', dictionary: YES_NO },
  ],
};

type Table = keyof typeof TABLES;
const NAMES: readonly Table[] = ['features', 'labels', 'protected', 'events'];

/** Computes features block by block and writes the four tables of each split, keeping a sample for the audits. */
export async function writeSplits(
  world: World,
  folder: string,
  pause: (share: number) => Promise<void>,
): Promise<{ files: DatasetFile[]; samples: Sample[] }> {
  const { events, population, typology, bounds } = world;
  const scan = new FeatureScan(events, population.customers, population.merchants + population.accounts);
  const block = FEATURES.map(() => new Float32Array(GROUP));
  const files: DatasetFile[] = [];
  const samples: Sample[] = [];
  for (const [index, split] of SPLITS.entries()) {
    const start = bounds[index] ?? 0;
    const end = bounds[index + 1] ?? 0;
    const sample = new Sample(end - start, FEATURES.length, AUDITED);
    const writers: ParquetWriter[] = [];
    try {
      await mkdir(join(folder, split));
      for (const table of NAMES)
        writers.push(await ParquetWriter.create(join(folder, split, `${table}.parquet`), TABLES[table]));
      for (let from = start; from < end; from += GROUP) {
        const to = Math.min(end, from + GROUP);
        scan.scan(from, to, block);
        sample.take(from - start, to - from, block, typology.subarray(start, end));
        for (const [place, table] of NAMES.entries())
          await writers[place]?.group(to - from, columnsOf(table, world, from, to, block));
        await pause(to / events.rows);
      }
      for (const [place, table] of NAMES.entries()) {
        const writer = writers[place];
        if (writer !== undefined)
          files.push({ path: `${split}/${table}.parquet`, split, table, ...(await writer.finish()) });
      }
    } catch (error) {
      for (const writer of writers) await writer.abandon();
      throw error;
    }
    samples.push(sample);
  }
  return { files, samples };
}

function columnsOf(
  table: Table,
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
    case 'events': {
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

/** The tables of customers and merchants. Sex and race are not among the customer's columns: they stay apart. */
export async function writeEntities(world: World, folder: string): Promise<DatasetFile[]> {
  const p = world.population;
  const districts = DISTRICTS.map(([name]) => name);
  const numbers = (count: number) => Int32Array.from({ length: count }, (_, id) => id);
  const customers = await writeTable(folder, 'customers', p.customers, [
    [{ name: 'customer_id', type: 'int32' }, numbers(p.customers)],
    [{ name: 'district', type: 'string', dictionary: districts }, p.district],
    [{ name: 'age_band', type: 'string', dictionary: AGE_BANDS }, p.ageBand],
    [{ name: 'monthly_income_hkd', type: 'float64' }, p.income],
    [{ name: 'pay_day', type: 'int32' }, Int32Array.from(p.payDay)],
    [{ name: 'habitual_balance_cents', type: 'int64' }, p.habitualBalance],
    [
      { name: 'way_of_life', type: 'string', dictionary: ['OFFICE_HOURS', 'LATE_SHIFTS', 'AT_HOME'] },
      p.wayOfLife,
    ],
  ]);
  const merchants = await writeTable(folder, 'merchants', p.merchants, [
    [{ name: 'payee_id', type: 'int32' }, numbers(p.merchants)],
    [{ name: 'category', type: 'string', dictionary: CATEGORIES }, p.merchantCategory],
    [{ name: 'district', type: 'string', dictionary: districts }, p.merchantDistrict],
  ]);
  return [customers, merchants];
}

async function writeTable(
  folder: string,
  table: string,
  rows: number,
  columns: readonly (readonly [ParquetColumn, ParquetValues])[],
): Promise<DatasetFile> {
  const writer = await ParquetWriter.create(
    join(folder, `${table}.parquet`),
    columns.map(([column]) => column),
  );
  try {
    for (let from = 0; from < rows; from += GROUP) {
      const to = Math.min(rows, from + GROUP);
      await writer.group(
        to - from,
        columns.map(([, values]) => values.subarray(from, to)),
      );
    }
    return { path: `${table}.parquet`, table, ...(await writer.finish()) };
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}
