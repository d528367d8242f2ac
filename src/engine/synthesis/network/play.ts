import { inGroup } from '../population/households.js';
import { populate } from '../population/populate.js';
import { type Population } from '../population/population.js';
import { type Play, type Played } from '../preset.js';
import { deriveKey, Stream } from '../random.js';
import { casesTable, Columns, writeEntities } from './columns.js';
import { conspire, type Crimes } from './crime/conspire.js';
import { SCRIPTS } from './crime/scripts.js';
import { Drawer, type DrawTask } from './draw.js';
import { FEATURES } from './feature-specs.js';
import { blot, FeatureScan } from './features.js';
import { labelsOf } from './labels.js';
import { Ledger } from './ledger.js';
import { type NetworkParameters, prevalence } from './parameters.js';
import { openAccounts, personsFor, type Parties } from './parties.js';
import { seasonsOf, shareOut, type Season } from './plan.js';
import { Tally } from './tally.js';
import { draftOf, settledOf, type Draft } from './transfers.js';

/** Rows of a row group: DuckDB's own default, and a thread's unit of work when it reads. */
const GROUP = 122_880;

/** As many shops as the other presets have for their people, but few where there are few people. */
const PERSONS_A_SHOP = 6;
const FEWEST_SHOPS = 40;

/** One week: what is drawn, and which laundering transfers fall into it. */
interface Week {
  readonly act: Act;
  readonly task: DrawTask;
}

/** One split with its laundering. */
interface Act {
  readonly season: Season;
  readonly crimes: Crimes;
  readonly honest: readonly number[];
  readonly key: Uint8Array;
  readonly labelSalt: number;
  readonly blotSalt: number;
}

/** How many persons so many transfers need. */
export function personsOf(parameters: NetworkParameters, rows: number): number {
  const months = parameters.developmentMonths + parameters.evaluationMonths;
  return personsFor(rows / months / parameters.transfersPerMonth);
}

/** The population and its accounts, from the development split's key. */
export function settleNetwork(
  parameters: NetworkParameters,
  rows: number,
  development: Uint8Array,
): { population: Population; parties: Parties } {
  const key = deriveKey(development, 'population');
  const customers = personsOf(parameters, rows);
  const population = populate(key, {
    customers,
    proxyStrength: parameters.proxyStrength,
    groupAttribute: parameters.groupAttribute,
    groupShare: parameters.groupShare,
    merchants: Math.max(FEWEST_SHOPS, Math.round(customers / PERSONS_A_SHOP)),
    accounts: 0,
  });
  const { people } = population;
  const group = Uint8Array.from({ length: people.count }, (_, person) =>
    inGroup(people, parameters.groupAttribute, person) ? 1 : 0,
  );
  return { population, parties: openAccounts(population, key, group) };
}

/**
 * Plays the network week by week and hands its rows to the sink: while a week is settled, measured and written, the
 * next is drawn (in another thread where there are two).
 */
export async function play(task: Play): Promise<Played> {
  const parameters = task.parameters as unknown as NetworkParameters;
  const { development } = task.keys;
  if (development === undefined) throw new Error('the key of the development split is missing');
  await task.pause(0, 'peopling');
  const { population, parties } = settleNetwork(parameters, task.rows, development);
  await writeEntities(task.sink, parties, population);
  const seasons = seasonsOf(parameters, task.rows, task.splits);
  const acts = seasons.map((season) => stage(parameters, parties, season, task));
  const weeks = weeksOf(acts, parameters);
  const total = seasons.reduce((sum, { rows }) => sum + rows, 0);
  const widest = weeks.reduce((most, { task: { all } }) => Math.max(most, all), 0);

  const drawer = new Drawer(parties, task.threads);
  const ledger = new Ledger(parties);
  const opened = ledger.total();
  const scan = new FeatureScan(parties);
  const tally = new Tally(parties);
  const columns = new Columns(parties, population, parameters.startMonth);
  const buffers = [0, 1].map(() => ({
    draft: draftOf(widest),
    order: new Uint32Array(new SharedArrayBuffer(4 * Math.max(2, widest))),
  }));
  const settled = settledOf(widest);
  const block = FEATURES.map(() => new Float32Array(Math.min(GROUP, widest)));
  const start = (number: number): Promise<void> => {
    const week = weeks[number];
    const buffer = buffers[number % 2];
    if (week === undefined || buffer === undefined) return Promise.resolve();
    addCrimes(week, buffer.draft);
    return drawer.draw({ ...week.task, ...buffer });
  };
  let done = 0;
  let first = 0;
  try {
    let drawn = start(0);
    // A failure of the thread must not go unheard while this one is busy.
    drawn.catch(() => undefined);
    for (const [number, { act, task: week }] of weeks.entries()) {
      await drawn;
      const buffer = buffers[number % 2];
      if (buffer === undefined) break;
      if (week.week === 0) first = 0;
      drawn = start(number + 1);
      drawn.catch(() => undefined);
      ledger.settle(buffer.draft, buffer.order.subarray(0, week.all), act.crimes.earmark, settled);
      const known = labelsOf(
        settled,
        week.all,
        act.crimes,
        parameters,
        act.season.end,
        act.labelSalt,
        act.season.split !== 'development',
      );
      for (let from = 0; from < week.all; from += GROUP) {
        const to = Math.min(week.all, from + GROUP);
        scan.scan(settled, from, to, block);
        tally.add(settled, from, to, act.crimes, block[RETURN_DAYS] ?? new Float32Array(0));
        blot(block, to - from, first + from, parameters.missingness, act.blotSalt);
        await task.sink.rows(
          act.season.split,
          columns.block(settled, from, to, first + from, block, known, act.crimes),
        );
        done += to - from;
        await task.pause(done / total, 'playing');
      }
      first += week.all;
      if (weeks[number + 1]?.act !== act) task.sink.ended(act.season.split);
    }
  } finally {
    await drawer.end();
  }
  for (const { season, crimes } of acts) {
    tally.take(crimes);
    const { rows, values } = casesTable(crimes);
    await task.sink.table(season.split, 'cases', rows, values);
  }
  return {
    composition: composition(parameters, parties, ledger),
    typologies: SCRIPTS.map(({ name, title, description }, script) => ({
      name,
      title,
      description,
      rows: Object.fromEntries(
        acts.map(({ season, crimes }) => [
          season.split,
          crimes.pattern.reduce((sum, code) => sum + (code === script ? 1 : 0), 0),
        ]),
      ),
    })),
    calibration: tally.calibration(parameters),
    realism: tally.realism(ledger, opened),
    aggregates: tally.aggregates(),
    pictures: tally.pictures(),
    knownLimits: KNOWN_LIMITS,
  };
}

const RETURN_DAYS = FEATURES.findIndex(({ name }) => name === 'returnDays');

const KNOWN_LIMITS = [
  'The whole network is seen: no bank in Hong Kong sees the other end’s history as these features do.',
  'All accounts of a foreign country, of a broker or of a stored value operator are one account each; what happens behind it is not seen.',
  'Kinds, shares and sizes of honest transfers, commissions, delays and sums of cases are conventions of this preset; only the calibration table is anchored in published figures.',
  'Cards and everyday spending are seen as takings that acquirers pay out, not as payments of their own.',
  'An honest payer who runs short brings money from an account elsewhere: such transfers are commoner here than in reality.',
  'Half of the cases are reported by default; in reality most laundering never is.',
  'There is no history before the first day: features of the first weeks have little behind them, column history says how much.',
  'At 1 in 1,000 a set of 200,000 transfers has 200 that launder: a pattern may have no case in a split, and figures by pattern need more rows or parameter enrichment.',
];

function stage(parameters: NetworkParameters, parties: Parties, season: Season, task: Play): Act {
  const key = task.keys[season.split];
  if (key === undefined) throw new Error(`the key of split ${season.split} is missing`);
  const laundering = Math.round(season.rows * prevalence(parameters));
  const crimes = conspire(
    parties,
    deriveKey(key, 'laundering'),
    season.firstMonth,
    season.months,
    season.firstMonth - parameters.startMonth,
    laundering,
    parameters,
  );
  return {
    season,
    crimes,
    honest: shareOut(season, season.rows - laundering),
    key: deriveKey(key, 'life'),
    labelSalt: new Stream(deriveKey(key, 'labels')).next() | 0,
    blotSalt: new Stream(deriveKey(key, 'losses')).next() | 0,
  };
}

/** Every week of every split in order, with how many rows it has. */
function weeksOf(acts: readonly Act[], parameters: NetworkParameters): Week[] {
  const empty = { draft: draftOf(0), order: new Uint32Array(0) };
  return acts.flatMap((act) => {
    const scrambles = new Stream(deriveKey(act.key, 'order'));
    let next = 0;
    return act.season.slices.map((slice, week) => {
      const honest = act.honest[week] ?? 0;
      const from = next;
      while (next < act.crimes.rows && (act.crimes.time[next] ?? 0) < slice.period.end) next += 1;
      return {
        act,
        task: {
          key: act.key,
          week,
          slice,
          rows: honest,
          all: honest + next - from,
          firstCrime: from,
          lookAlikes: parameters.lookAlikes,
          scramble: scrambles.next(),
          ...empty,
        },
      };
    });
  });
}

/** Puts a week's laundering behind its honest rows, where the drawing thread finds it. */
function addCrimes({ act: { crimes }, task }: Week, draft: Draft): void {
  for (let row = task.rows; row < task.all; row += 1) {
    const origin = task.firstCrime + row - task.rows;
    draft.time[row] = crimes.time[origin] ?? 0;
    draft.from[row] = crimes.from[origin] ?? 0;
    draft.to[row] = crimes.to[origin] ?? 0;
    draft.amount[row] = crimes.amount[origin] ?? 0;
    draft.format[row] = crimes.format[origin] ?? 0;
    draft.purpose[row] = crimes.purpose[origin] ?? 0;
    draft.currency[row] = crimes.currency[origin] ?? 0;
    draft.origin[row] = origin;
  }
}

function composition(
  parameters: NetworkParameters,
  parties: Parties,
  ledger: Ledger,
): Record<string, unknown> {
  const share = `1 in ${parameters.oneIn / parameters.enrichment}`;
  return {
    persons: parties.persons,
    organisations: parties.organisations,
    institutions: parties.institutions,
    accounts: parties.accounts,
    transfersThatBringMissingMoney: ledger.brought,
    prevalence:
      parameters.enrichment === 1
        ? `${share} transfers launders, within the 1 in 807 to 1 in 1,948 of the AMLworld data; not enriched.`
        : `${share} transfers launders: enriched ${parameters.enrichment} times over 1 in ${parameters.oneIn}. Precision and calibration measured here do not carry over to another prevalence.`,
  };
}
