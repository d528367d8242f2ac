import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type DatasetManifest,
  generateDataset,
  parseParameters,
  presetOf,
} from '../src/engine/synthesis/index.js';
import { TableFile, TypedTable, type TypedColumn, type TypedField } from '../src/engine/tables/index.js';

/** What a model may be told of an event when it happens. A column more is a decision: is it known by then? */
const KNOWN_BY_THEN = {
  'hk-retail-payments': {
    rows: 20_000,
    set: { prevalence: 0.05 },
    table: 'events',
    fields: {
      row_id: 'int32',
      customer_id: 'int32',
      event_time: 'timestamp',
      channel: 'utf8',
      category: 'utf8',
      payee_id: 'int32',
      amount_cents: 'int32',
      balance_before_cents: 'int64',
      device_id: 'float64',
      remote: 'utf8',
      overseas: 'utf8',
      alerted: 'utf8',
    },
  },
  'hk-aml-network': {
    rows: 60_000,
    set: {},
    table: 'transfers',
    fields: {
      row_id: 'int32',
      event_time: 'timestamp',
      from_account: 'int32',
      to_account: 'int32',
      from_bank: 'utf8',
      to_bank: 'utf8',
      amount_cents: 'int64',
      currency: 'utf8',
      format: 'utf8',
      purpose: 'utf8',
      from_balance_before_cents: 'int64',
      to_balance_before_cents: 'int64',
    },
  },
  'hk-consumer-credit': {
    rows: 5_000,
    set: {},
    table: 'applications',
    fields: {
      row_id: 'int32',
      person_id: 'int32',
      application_time: 'timestamp',
      product: 'utf8',
      virtual_bank: 'utf8',
      amount_hkd: 'float32',
      device_id: 'int32',
      phone_id: 'int32',
      address_id: 'int32',
    },
  },
} as const;

type Values = Record<string, (number | bigint | string | null)[]>;

async function events(path: string): Promise<{ fields: readonly TypedField[]; values: Values }> {
  const table = await TypedTable.open(path);
  try {
    const values: Values = Object.fromEntries(table.fields.map(({ name }) => [name, []]));
    for await (const { columns } of table.batches())
      table.fields.forEach(({ name }, index) => {
        for (const value of columns[index] as Iterable<TypedColumn[number]>) values[name]?.push(value);
      });
    return { fields: table.fields, values };
  } finally {
    table.close();
  }
}

async function numbers(path: string, column: string): Promise<number[]> {
  const table = await TableFile.open(path);
  try {
    return [...(await table.numbers(column))];
  } finally {
    table.close();
  }
}

describe.each(Object.entries(KNOWN_BY_THEN))('the raw events of %s', (name, { rows, set, table, fields }) => {
  let folder: string;
  let manifest: DatasetManifest;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'events-'));
    manifest = await generateDataset({
      preset: name,
      parameters: parseParameters(name, set, rows),
      rows,
      seed: 'events',
      splits: ['evaluation', 'sealed'],
      outDir: join(folder, 'version'),
      allowFailedGates: true,
    });
  }, 300_000);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  const at = (split: string, file: string): string => join(folder, 'version', split, `${file}.parquet`);

  test('are one table of each split, without hindsight, which the datasheet says', () => {
    const kept = manifest.files.filter((file) => file.events);
    expect(kept.map(({ path, hindsight }) => [path, hindsight])).toEqual([
      [`evaluation/${table}.parquet`, false],
      [`sealed/${table}.parquet`, false],
    ]);
    const { description } = presetOf(name).tables.find((other) => other.name === table) ?? {};
    expect(description).toContain(
      'In time order, ties by row_id; a model may be fed this table event by event.',
    );
  });

  test.each(['evaluation', 'sealed'])(
    'stand for every row of %s, in time order, and tell what was known by then',
    async (split) => {
      const { fields: found, values } = await events(at(split, table));
      expect(Object.fromEntries(found.map(({ name: column, type }) => [column, type]))).toEqual(fields);
      const ids = values['row_id'] as number[];
      expect(ids.length).toBeGreaterThan(500);
      expect(ids).toEqual(await numbers(at(split, 'features'), 'row_id'));
      const times = (values['event_time'] ?? values['application_time']) as bigint[];
      const disordered = times.findIndex(
        (time, row) =>
          row > 0 &&
          (time < (times[row - 1] as bigint) ||
            (time === times[row - 1] && (ids[row] as number) <= (ids[row - 1] as number))),
      );
      expect(disordered).toBe(-1);
      // Hong Kong's year 2025 as instants: it began at 16:00 of the day before in UTC.
      expect(Number(times[0])).toBeGreaterThanOrEqual(Date.UTC(2024, 11, 31, 16) * 1_000);
    },
  );
});

test('an alert on a payee is shown from its time on, and on no payment before it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'events-'));
  try {
    await generateDataset({
      preset: 'hk-retail-payments',
      parameters: parseParameters('hk-retail-payments', { prevalence: 0.05 }, 60_000),
      rows: 60_000,
      seed: 'alerts',
      outDir: join(folder, 'version'),
      allowFailedGates: true,
    });
    const since = new Map<number, number>();
    let alerted = 0;
    let before = 0;
    let after = 0;
    for (const split of ['development', 'evaluation']) {
      const { values } = await events(join(folder, 'version', split, 'events.parquet'));
      values['row_id']?.forEach((id, row) => {
        if (!String(values['channel']?.[row]).startsWith('FPS')) return;
        const payee = Number(values['payee_id']?.[row]);
        if (values['alerted']?.[row] === 'yes') {
          alerted += 1;
          if (!since.has(payee)) since.set(payee, Number(id));
        } else if (since.has(payee)) after += 1;
        else before += 1;
      });
    }
    expect(alerted).toBeGreaterThan(10);
    expect(before).toBeGreaterThan(alerted);
    expect(after).toBe(0);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 300_000);
