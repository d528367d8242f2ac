import { DAY, monthOf, NAIVE_EPOCH } from '../calendar.js';
import { type ParquetValues } from '../output/parquet.js';
import { type Population } from '../population/population.js';
import { type Sink, type SplitBlock } from '../preset.js';
import { type Crimes, NEVER } from './crime/conspire.js';
import { type Known } from './labels.js';
import { firstOfOrganisation, type Parties } from './parties.js';
import { ATTRIBUTES } from './tables.js';
import { HONEST, type Settled } from './transfers.js';

/** Columns of a version's transfers, as the tables have them. */
export class Columns {
  /** by attribute: the code of each account's holder */
  private readonly attributes: readonly Uint8Array[];

  constructor(
    private readonly parties: Parties,
    population: Population,
    private readonly startMonth: number,
  ) {
    this.attributes = ATTRIBUTES.map(({ of, none }) => {
      const codes = new Uint8Array(parties.accounts).fill(none);
      const values = of(population.people);
      for (let account = 0; account < parties.accounts; account += 1) {
        const holder = parties.holder[account] ?? -1;
        if (holder >= 0 && holder < parties.persons) codes[account] = values[holder] ?? 0;
      }
      return codes;
    });
  }

  /** Rows `from … to` of what was settled, of which the first is row `first` of the split. */
  block(
    settled: Settled,
    from: number,
    to: number,
    first: number,
    features: readonly Float32Array[],
    known: Known,
    crimes: Crimes,
  ): SplitBlock {
    const { parties } = this;
    const rows = to - from;
    const key = new Int32Array(rows);
    const time = new Float64Array(rows);
    const month = new Uint8Array(rows);
    const truth = new Uint8Array(rows);
    const laundering = new Int32Array(rows);
    const pattern = new Uint8Array(rows);
    const cases = new Int32Array(rows).fill(-1);
    const reported = new Float64Array(rows);
    const sender = new Int32Array(rows);
    const receiver = new Int32Array(rows);
    const senderBank = new Uint8Array(rows);
    const receiverBank = new Uint8Array(rows);
    const amount = new Float64Array(rows);
    for (let row = 0; row < rows; row += 1) {
      const at = from + row;
      const second = settled.time[at] ?? 0;
      const a = settled.from[at] ?? 0;
      const b = settled.to[at] ?? 0;
      const origin = settled.origin[at] ?? HONEST;
      key[row] = first + row;
      time[row] = NAIVE_EPOCH + second;
      month[row] = monthOf(Math.floor(second / DAY)) - this.startMonth;
      sender[row] = parties.id[a] ?? 0;
      receiver[row] = parties.id[b] ?? 0;
      senderBank[row] = parties.bank[a] ?? 0;
      receiverBank[row] = parties.bank[b] ?? 0;
      amount[row] = settled.amount[at] ?? 0;
      reported[row] = NAIVE_EPOCH + (known.reportedAt[at] ?? Number.NaN);
      if (origin === HONEST) continue;
      truth[row] = 1;
      laundering[row] = 1;
      pattern[row] = 1 + (crimes.pattern[origin] ?? 0);
      cases[row] = crimes.case[origin] ?? -1;
    }
    return {
      rows,
      truth,
      month,
      tables: {
        features: [key, sender, time, ...features],
        labels: [
          key,
          Int32Array.from(known.laundering.subarray(from, to)),
          known.pattern.subarray(from, to),
          known.case.subarray(from, to),
          reported,
        ],
        protected: [key, ...this.attributes.map((codes) => this.ofSender(codes, settled, from, rows))],
        transfers: [
          key,
          time,
          sender,
          receiver,
          senderBank,
          receiverBank,
          amount,
          settled.currency.subarray(from, to),
          settled.format.subarray(from, to),
          settled.purpose.subarray(from, to),
          settled.senderBalance.subarray(from, to),
          settled.receiverBalance.subarray(from, to),
        ],
        truth: [key, laundering, pattern, cases],
      },
    };
  }

  private ofSender(codes: Uint8Array, settled: Settled, from: number, rows: number): Uint8Array {
    const values = new Uint8Array(rows);
    for (let row = 0; row < rows; row += 1) values[row] = codes[settled.from[from + row] ?? 0] ?? 0;
    return values;
  }
}

/** The cases of a split. */
export function casesTable(crimes: Crimes): { rows: number; values: ParquetValues[] } {
  const { cases } = crimes;
  return {
    rows: cases.length,
    values: [
      Int32Array.from(cases, (_, number) => number),
      Uint8Array.from(cases, ({ script }) => script),
      Float64Array.from(cases, ({ onset }) => NAIVE_EPOCH + onset),
      Int32Array.from(cases, ({ rows }) => rows),
      Float64Array.from(cases, ({ reportedAt }) =>
        reportedAt === NEVER ? Number.NaN : NAIVE_EPOCH + reportedAt,
      ),
    ],
  };
}

/** Accounts, organisations and ownership, in the order of their public numbers, which tell nothing. */
export async function writeEntities(sink: Sink, parties: Parties, population: Population): Promise<void> {
  const { organisations: o } = population;
  const place = new Int32Array(parties.accounts);
  for (let account = 0; account < parties.accounts; account += 1) place[parties.id[account] ?? 0] = account;
  const firstOf = (account: number) => {
    const holder = parties.holder[account] ?? -1;
    return parties.id[holder < 0 ? account : parties.institutions + holder] ?? 0;
  };
  await sink.table(undefined, 'accounts', parties.accounts, [
    Int32Array.from(place, (_, number) => number),
    Uint8Array.from(place, (account) => parties.role[account] ?? 0),
    Int32Array.from(place, firstOf),
    Uint8Array.from(place, (account) => parties.bank[account] ?? 0),
    Int32Array.from(place, (account) => parties.opened[account] ?? 0),
  ]);
  const numberOf = (c: number) => parties.id[firstOfOrganisation(parties, c)] ?? 0;
  const sorted = Int32Array.from({ length: o.count }, (_, c) => c).sort((a, b) => numberOf(a) - numberOf(b));
  await sink.table(undefined, 'organisations', o.count, [
    Int32Array.from(sorted, numberOf),
    Uint8Array.from(sorted, (c) => o.kind[c] ?? 0),
    Uint8Array.from(sorted, (c) => o.sector[c] ?? 0),
    Uint8Array.from(sorted, (c) => o.district[c] ?? 0),
    Int32Array.from(sorted, (c) => o.ageDays[c] ?? 0),
  ]);
  const owned = sorted.filter((c) => (parties.ownerAccount[c] ?? -1) >= 0);
  await sink.table(undefined, 'ownership', owned.length, [
    Int32Array.from(owned, (c) => parties.id[parties.ownerAccount[c] ?? 0] ?? 0),
    Int32Array.from(owned, numberOf),
    Uint8Array.from(owned, (c) => parties.role[parties.ownerAccount[c] ?? 0] ?? 0),
  ]);
}
