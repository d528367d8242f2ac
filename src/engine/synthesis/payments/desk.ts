import { DAY, monthOf } from '../calendar.js';
import { BankKind, BANKS } from '../population/institutions.js';
import { type People, type Population } from '../population/population.js';
import { type Play, type Played, type Split } from '../preset.js';
import { deriveKey } from '../random.js';
import { BLOCK_ROWS, type Block } from './block.js';
import { Columns } from './columns.js';
import { type WorldPart } from './draws.js';
import { type Numbers } from './entities.js';
import { describePayments, Missingness, PAYMENT, RELATION, RelationFeatures } from './features/index.js';
import { fraudCalibration } from './fraud-calibration.js';
import { KnownLabels, labelsOf, NONE, trueLabels, type Labels } from './labels.js';
import { type PaymentParameters } from './parameters.js';
import { Tally } from './tally.js';
import { TYPOLOGIES } from './typologies/index.js';

/** What is worked out of a block. */
interface Tray {
  readonly columns: Columns;
  readonly own: readonly Float32Array[];
  readonly others: readonly Float32Array[];
  readonly known: Labels;
  readonly true: Labels;
  readonly month: Uint8Array;
}

function trayOf(people: People, numbers: Numbers): Tray {
  return {
    columns: new Columns(people, numbers),
    own: Object.keys(PAYMENT).map(() => new Float32Array(BLOCK_ROWS)),
    others: Object.keys(RELATION).map(() => new Float32Array(BLOCK_ROWS)),
    known: labelsOf(BLOCK_ROWS),
    true: labelsOf(BLOCK_ROWS),
    month: new Uint8Array(BLOCK_ROWS),
  };
}

/** Turns blocks of payments into rows of the tables, and remembers what the datasheet tells. */
export class Desk {
  /** payments that have been through */
  rows = 0;
  private readonly p: PaymentParameters;
  private readonly relations: RelationFeatures;
  private readonly tray: Tray;
  /** fraudulent payments by split and typology */
  private readonly counts: readonly Float64Array[];
  private readonly tally: Tally;
  private part = -1;
  private missing: Missingness | undefined;
  private labels: KnownLabels | undefined;

  constructor(
    private readonly task: Play,
    private readonly population: Population,
    numbers: Numbers,
    private readonly parts: readonly WorldPart[],
  ) {
    const { merchants, accounts, customers, people } = population;
    this.p = task.parameters as unknown as PaymentParameters;
    const virtual = accounts.bank.map((bank) => (BANKS[bank]?.[1] === BankKind.Virtual ? 1 : 0));
    const expected = parts.reduce((sum, { plan }) => sum + plan.rows, 0);
    this.relations = new RelationFeatures(customers, merchants.count, virtual, expected);
    this.tray = trayOf(people, numbers);
    this.tally = new Tally(population);
    this.counts = parts.map(() => new Float64Array(TYPOLOGIES.length));
  }

  /** Works a block out and hands it to the sink. Its arrays may be used again when this resolves. */
  async take(block: Block): Promise<void> {
    const { tray } = this;
    const { events, origin } = block;
    const { rows } = events;
    if (block.part !== this.part) this.begin(block.part);
    const { frauds } = this.parts[block.part] as WorldPart;
    const counts = this.counts[block.part] as Float64Array;
    describePayments(events, 0, rows, tray.own);
    this.relations.scan(events, 0, rows, tray.others);
    this.missing?.blot([...tray.own, ...block.features, ...tray.others], rows);
    trueLabels(frauds, origin, 0, rows, tray.true);
    if (this.labels === undefined) trueLabels(frauds, origin, 0, rows, tray.known);
    else this.labels.block(events, origin, 0, rows, tray.known);
    this.tally.add(events, origin);
    for (let row = 0; row < rows; row += 1) {
      tray.month[row] = monthOf(Math.floor((events.time[row] ?? 0) / DAY)) - this.p.startMonth;
      const typology = tray.true.typology[row] ?? NONE;
      if (typology !== NONE) counts[typology] = (counts[typology] ?? 0) + 1;
    }
    await this.write(block, this.rows);
    this.rows += rows;
  }

  private async write(block: Block, first: number): Promise<void> {
    const { tray } = this;
    const { events, inflows } = block;
    const { rows } = events;
    const { split } = (this.parts[block.part] as WorldPart).plan;
    const features = [...tray.own, ...block.features, ...tray.others];
    if (rows > 0)
      await this.task.sink.rows(split, {
        rows,
        tables: tray.columns.rows(block, first, features, tray.known, tray.true),
        truth: tray.true.fraud.subarray(0, rows),
        month: tray.month.subarray(0, rows),
      });
    if (inflows.rows > 0)
      await this.task.sink.table(split, 'inflows', inflows.rows, tray.columns.movements(block, first));
  }

  private begin(part: number): void {
    const { plan, frauds } = this.parts[part] as WorldPart;
    const key = this.task.keys[plan.split] as Uint8Array;
    this.part = part;
    this.missing =
      this.p.missingness > 0 ? new Missingness(deriveKey(key, 'missingness'), this.p.missingness) : undefined;
    // Who gets the development split knows what was known at its end; who judges knows what is true.
    this.labels =
      plan.split === 'development'
        ? new KnownLabels(frauds, key, plan.rows - plan.frauds, plan.period.end - 1, this.p.labelDelayDays)
        : undefined;
  }

  /** What the datasheet tells, when all blocks have been taken. */
  told(usual: boolean): Played {
    const { population, parts, p } = this;
    const development = parts[0] as WorldPart;
    return {
      composition: {
        customers: population.customers,
        merchants: population.merchants.count,
        payableAccounts: population.accounts.count,
        organisations: population.organisations.count,
        prevalence: `${p.prevalence} of payments are fraudulent. This is an enrichment: banks see fraud far more rarely. Precision and calibration measured here do not carry over to another prevalence.`,
      },
      typologies: TYPOLOGIES.map(({ name, title, description }, typology) => ({
        name,
        title,
        description,
        rows: Object.fromEntries(
          parts.map(({ plan }, part): [Split, number] => [plan.split, this.counts[part]?.[typology] ?? 0]),
        ),
      })),
      calibration: [
        ...this.tally.calibration(),
        ...fraudCalibration(development.frauds, population.people, usual),
      ],
      realism: this.tally.realism(),
      aggregates: this.tally.aggregates(),
      pictures: this.tally.pictures(),
      knownLimits: KNOWN_LIMITS,
    };
  }
}

const KNOWN_LIMITS: readonly string[] = [
  'Volumes by channel are chosen so that every channel has rows enough, not to match the market: stored value payments are far more numerous in reality.',
  'Shares of groups are near the 2021 Population Census and approximate; incomes, habits and what the parameters call habits are conventions of this preset.',
  'By default the risk of fraud depends on a protected attribute only where a typology looks for somebody (students, the old, helpers); habits differ between groups (parameter proxyStrength) and reach the features.',
  'What an account cannot bear is moved from savings, which have no end here: nobody is ever refused for want of money.',
  'Wages arrive whole on one day; there are no overdrafts, interest or fees.',
  'Payments by strangers to customers are seen only where a script brings them; customers of other banks are accounts without a life of their own.',
  'The first weeks have little history behind their features (column history says how much), and of the last weeks of development many frauds are not yet reported: who trains on it does well to leave both out.',
];
