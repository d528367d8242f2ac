import { type Population } from '../population/population.js';
import { type Play } from '../preset.js';
import { BLOCK_ROWS } from './block.js';
import { POCKETS } from './events.js';
import { opening } from './opening.js';
import { inverse, publicNumbers } from './public-numbers.js';

/** The numbers by which the tables name customers, payees, devices and organisations. */
export interface Numbers {
  readonly customer: Int32Array;
  readonly payee: Int32Array;
  readonly device: Int32Array;
  readonly organisation: Int32Array;
}

export function numbersOf(key: Uint8Array, p: Population, devices: number): Numbers {
  return {
    customer: publicNumbers(key, 'customers', p.customers),
    payee: publicNumbers(key, 'payees', p.merchants.count + p.accounts.count),
    device: publicNumbers(key, 'devices', devices),
    organisation: publicNumbers(key, 'organisations', p.organisations.count),
  };
}

/** A null of an `int32` column. */
export const NULL = -2_147_483_648;

/** Writes the tables of the version, each in the order of its public numbers. It pauses before it begins. */
export async function writeEntities(
  sink: Play['sink'],
  p: Population,
  numbers: Numbers,
  pause: () => Promise<void>,
): Promise<void> {
  const inChunks = async (table: string, entities: Int32Array, columns: (who: Int32Array) => Columns) => {
    for (let from = 0; from < entities.length; from += BLOCK_ROWS) {
      await pause();
      const who = entities.subarray(from, from + BLOCK_ROWS);
      await sink.table(undefined, table, who.length, columns(who));
    }
  };
  await pause();
  const { people, merchants, accounts, organisations } = p;
  const customers = inverse(numbers.customer);
  await inChunks('customers', customers, (who) => [
    who.map((c) => numbers.customer[c] ?? 0),
    pick(people.district, who),
    pick(people.occupation, who),
    pick(people.wayOfLife, who),
    Float64Array.from(who, (c) => people.income[c] ?? 0),
    who.map((c) => people.payDay[c] ?? 0),
    Float64Array.from(who, (c) => Math.round(people.habitualBalance[c] ?? 0)),
    Float64Array.from(who, (c) => Math.round(people.creditLimit[c] ?? 0)),
    ...POCKETS.map((_, pocket) => Float64Array.from(who, (c) => opening(p, c, pocket))),
  ]);
  const payees = inverse(numbers.payee);
  const organisation = (o: number) => (o < 0 ? NULL : (numbers.organisation[o] ?? NULL));
  await inChunks(
    'merchants',
    payees.filter((payee) => payee < merchants.count),
    (who) => [
      who.map((m) => numbers.payee[m] ?? 0),
      who.map(organisation),
      pick(merchants.category, who),
      pick(merchants.district, who),
    ],
  );
  await inChunks(
    'accounts',
    payees.filter((payee) => payee >= merchants.count),
    (who) => [
      who.map((payee) => numbers.payee[payee] ?? 0),
      Uint8Array.from(who, (payee) => accounts.bank[payee - merchants.count] ?? 0),
      who.map((payee) => {
        const holder = payee - merchants.count;
        return holder < p.customers ? (numbers.customer[holder] ?? NULL) : NULL;
      }),
      who.map((payee) => organisation(accounts.organisation[payee - merchants.count] ?? -1)),
    ],
  );
  await inChunks('organisations', inverse(numbers.organisation), (who) => [
    who.map(organisation),
    pick(organisations.kind, who),
    pick(organisations.sector, who),
    pick(organisations.district, who),
    who.map((o) => {
      const owner = organisations.owner[o] ?? -1;
      return owner < 0 ? NULL : (numbers.customer[owner] ?? NULL);
    }),
    who.map((o) => organisation(organisations.parent[o] ?? -1)),
    Float64Array.from(who, (o) => organisations.turnover[o] ?? 0),
    who.map((o) => organisations.ageDays[o] ?? 0),
  ]);
}

type Columns = Parameters<Play['sink']['table']>[3];

function pick(codes: Uint8Array, who: Int32Array): Uint8Array {
  return Uint8Array.from(who, (i) => codes[i] ?? 0);
}
