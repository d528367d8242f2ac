import { type ParquetValues } from '../output/parquet.js';
import { inGroup } from '../population/households.js';
import { populate } from '../population/populate.js';
import { bytes, type People } from '../population/population.js';
import { type Play, type Played, type Split } from '../preset.js';
import { deriveKey, Stream } from '../random.js';
import { applicationsOf, Kind, type Applications } from './application.js';
import { Applying } from './applying.js';
import { Crew } from './crew.js';
import { type Circumstances, type Told } from './life.js';
import { Linkage } from './linkage.js';
import { daysOf, NAIVE_EPOCH, SEASONS } from './months.js';
import { peopleFor, weightOf, type CreditParameters } from './parameters.js';
import { findStress, toldOf } from './stress.js';
import { Summary } from './summary.js';
import { TYPOLOGIES } from './typologies/index.js';

const GROUP = 122_880;
const NO_MONTH = -2_147_483_648;
const REPAYMENTS_OF = 20_000;

interface Vintage {
  readonly split: Split;
  /** 1 = January 2024 */
  readonly month: number;
  /** counted from the first of the version */
  readonly index: number;
  readonly rows: number;
}

/** Plays application after application, vintage by vintage, and hands them to the sink. */
export async function play(task: Play): Promise<Played> {
  const p = task.parameters as unknown as CreditParameters;
  const { development } = task.keys;
  if (development === undefined) throw new Error('the key of the development split is missing');
  const own = deriveKey(development, 'population');
  const { people } = populate(own, {
    customers: peopleFor(task.rows, p),
    proxyStrength: p.proxyStrength,
    groupAttribute: p.groupAttribute,
    groupShare: p.groupShare,
    merchants: 1,
    accounts: 1,
  });
  const member = bytes(people.count);
  for (let i = 0; i < people.count; i += 1) member[i] = inGroup(people, p.groupAttribute, i) ? 1 : 0;
  const applying = new Applying(people);
  await task.pause(0.02, 'peopling');

  const crimeRate = (p.defaultRate * p.crimeShare) / MEANT_AND_DONE;
  const share = member.reduce((sum, one) => sum + one, 0) / people.count;
  const honest = (p.defaultRate - crimeRate * MEANT_AND_DONE) / (1 - crimeRate);
  const others = honest / (1 - share + share * p.groupPrevalenceRatio);
  const plain: Circumstances = {
    key: own,
    people,
    inGroup: member,
    stress: [1, 1],
    separability: p.groupSeparability,
    outcomeMonths: p.outcomeMonths,
    drift: p.drift,
    missingness: p.missingness,
  };
  const middle = p.startMonth + Math.floor((p.developmentMonths - 1) / 2);
  const stress = await findStress(
    own,
    applying,
    plain,
    middle,
    task.rows,
    [others, others * p.groupPrevalenceRatio],
    () => task.pause(0.04, 'calibrating'),
  );

  const vintages = vintagesOf(task, p);
  const most = Math.max(...vintages.map(({ rows }) => rows), 1);
  const linkage = new Linkage(people.count, applying.devices, applying.addresses, 3 * most);
  const summary = new Summary(p);
  const total = vintages.reduce((sum, { rows }) => sum + rows, 0);
  const told = toldOf(Math.min(GROUP, most), p.outcomeMonths);
  let done = 0;
  let episode = 0;
  for (const split of task.splits) {
    const key = task.keys[split];
    if (key === undefined) throw new Error(`the key of split ${split} is missing`);
    const circumstances: Circumstances = { ...plain, key: deriveKey(key, 'lives'), stress };
    const crew = new Crew(circumstances, task.threads);
    try {
      let first = 0;
      for (const vintage of vintages.filter((one) => one.split === split)) {
        const { rows, month } = vintage;
        const applications = applicationsOf(rows);
        const counts = crimeCounts(task, vintage, Math.round(rows * crimeRate));
        const crimes = counts.reduce((sum, count) => sum + count, 0);
        applying.honest(
          new Stream(deriveKey(key, 'applicants'), month),
          month,
          applications,
          0,
          rows - crimes,
        );
        const chance = new Stream(deriveKey(key, 'crime'), month);
        episode = applying.criminal(chance, month, applications, rows - crimes, counts, episode);
        const order = byTime(applications, new Stream(deriveKey(key, 'order'), month).next());
        for (let from = 0; from < rows; from += GROUP) {
          const to = Math.min(rows, from + GROUP);
          await crew.live({ applications, order, vintage: month, from, to, base: from, told });
          linkage.count(applications, order, from, to, told.features);
          await hand(task, p, key, vintage, people, applications, order, from, to, first, told, summary);
          done += to - from;
          await task.pause(0.06 + (0.94 * done) / total, 'playing');
        }
        first += rows;
      }
    } finally {
      await crew.dismiss();
    }
  }
  await writePersons(task, people);
  return summary.played(people.count, p);
}

/** Share of the crimes that end in default: what the scripts' chances of leaving come to. */
const MEANT_AND_DONE = 0.89;

/** Months of every split with their rows: by days and season, exactly as many as were asked for. */
function vintagesOf(task: Play, p: CreditParameters): Vintage[] {
  const evaluation = p.startMonth + p.developmentMonths + p.labelMonths;
  const months = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);
  const plan: readonly (readonly [Split, readonly number[]])[] = [
    ['development', months(p.startMonth, p.developmentMonths)],
    ['evaluation', months(evaluation, p.evaluationMonths)],
    ['sealed', months(evaluation + p.evaluationMonths, p.sealedMonths)],
  ];
  const weight = (month: number) => daysOf(month) * (SEASONS[(month - 1) % 12] ?? 1);
  const open = plan.slice(0, 2).flatMap(([split, list]) => list.map((month) => ({ split, month })));
  const sealed = plan.slice(2).flatMap(([split, list]) => list.map((month) => ({ split, month })));
  const sealedRows = Math.round((task.rows * p.sealedMonths) / (p.developmentMonths + p.evaluationMonths));
  const spread = (list: readonly { split: Split; month: number }[], rows: number): Vintage[] => {
    const whole = list.reduce((sum, { month }) => sum + weight(month), 0);
    let running = 0;
    let before = 0;
    return list.map(({ split, month }) => {
      running += weight(month);
      const upTo = Math.round((rows * running) / whole);
      const vintage = { split, month, index: month - p.startMonth, rows: upTo - before };
      before = upTo;
      return vintage;
    });
  };
  return [...spread(open, task.rows), ...spread(sealed, sealedRows)].filter(({ split }) =>
    task.splits.includes(split),
  );
}

/** Rows of each typology in a vintage, by its weights. */
function crimeCounts(task: Play, { index }: Vintage, total: number): number[] {
  const weights = TYPOLOGIES.map(({ name }) => weightOf(task.parameters, name, index));
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  let running = 0;
  let before = 0;
  return weights.map((weight) => {
    running += weight;
    const upTo = Math.round((total * running) / whole);
    const count = upTo - before;
    before = upTo;
    return count;
  });
}

/** The order by time; those of the same second by a keyed scramble. */
function byTime({ rows, time }: Applications, scramble: number): Uint32Array {
  let size = 2;
  while (size < rows) size *= 2;
  const factor = (scramble | 1) >>> 0;
  let inverse = factor;
  for (let step = 0; step < 5; step += 1) inverse = Math.imul(inverse, 2 - Math.imul(factor, inverse));
  const keys = new Float64Array(rows);
  for (let row = 0; row < rows; row += 1)
    keys[row] = (time[row] ?? 0) * size + ((Math.imul(row, factor) & (size - 1)) >>> 0);
  keys.sort();
  const order = new Uint32Array(new SharedArrayBuffer(4 * rows));
  for (let place = 0; place < rows; place += 1)
    order[place] = (Math.imul((keys[place] ?? 0) % size, inverse) & (size - 1)) >>> 0;
  return order;
}

/** Hands rows `order[from … to)` of a vintage, which are lived, to the sink. */
async function hand(
  task: Play,
  p: CreditParameters,
  splitKey: Uint8Array,
  vintage: Vintage,
  people: People,
  applications: Applications,
  order: Uint32Array,
  from: number,
  to: number,
  first: number,
  told: Told,
  summary: Summary,
): Promise<void> {
  const rows = to - from;
  const id = new Int32Array(rows);
  const person = new Int32Array(rows);
  const time = new Float64Array(rows);
  const truth = new Uint8Array(rows);
  const kind = new Uint8Array(rows);
  const month = new Int32Array(rows);
  const known = new Int32Array(rows);
  const knownKind = new Uint8Array(rows);
  const knownMonth = new Int32Array(rows);
  const matured = new Uint8Array(rows);
  const caseOf = new Int32Array(rows);
  const chance = new Stream(deriveKey(splitKey, 'register'), first + from);
  const open = vintage.split === 'development';
  // Labels are read `labelMonths` after the split's end: so many months on book are known by then.
  const seen = open ? p.developmentMonths - 1 - vintage.index + p.labelMonths : Infinity;
  for (let i = 0; i < rows; i += 1) {
    const row = order[from + i] ?? 0;
    const end = told.defaultMonth[i] ?? 0;
    const meant = applications.kind[row] ?? 0;
    id[i] = first + from + i;
    person[i] = applications.person[row] ?? 0;
    time[i] = NAIVE_EPOCH + (applications.time[row] ?? 0);
    truth[i] = end > 0 ? 1 : 0;
    kind[i] = end > 0 ? (meant > 0 ? meant : Kind.Distress) : Kind.None;
    month[i] = end > 0 ? end : NO_MONTH;
    caseOf[i] = meant > 0 ? (applications.episode[row] ?? 0) : NO_MONTH;
    const never = chance.uniform() < p.labelNever;
    const wrong = chance.uniform() < (p.labelWrong * p.defaultRate) / (1 - p.defaultRate);
    const shown = open ? (end > 0 ? end <= seen && !never : wrong) : end > 0;
    known[i] = shown ? 1 : 0;
    knownKind[i] = shown ? (end > 0 ? (kind[i] ?? 0) : Kind.Distress) : Kind.None;
    knownMonth[i] = shown && end > 0 ? end : NO_MONTH;
    matured[i] = seen >= p.outcomeMonths ? 1 : 0;
  }
  const features = told.features.map((column) => column.subarray(0, rows));
  const of = (column: Uint8Array | Int32Array): ParquetValues => {
    const values = new Int32Array(rows);
    for (let i = 0; i < rows; i += 1) values[i] = column[order[from + i] ?? 0] ?? 0;
    return values;
  };
  const ofPerson = (column: Uint8Array): ParquetValues => {
    const values = new Uint8Array(rows);
    for (let i = 0; i < rows; i += 1) values[i] = column[person[i] ?? 0] ?? 0;
    return values;
  };
  summary.add(vintage, rows, features, told, kind);
  await task.sink.rows(vintage.split, {
    rows,
    tables: {
      features: [id, person, time, ...features],
      labels: [id, known, knownKind, knownMonth, matured],
      protected: [
        id,
        ofPerson(people.sex),
        ofPerson(people.maritalStatus),
        ofPerson(people.familyStatus),
        ofPerson(people.race),
        ofPerson(people.disability),
        ofPerson(people.ageBand),
        ofPerson(people.control),
      ],
      applications: [
        id,
        person,
        time,
        of(applications.product),
        of(applications.virtualBank),
        features[0] ?? new Float32Array(rows),
        of(applications.device),
        of(applications.phone),
        of(applications.address),
      ],
      truth: [id, Int32Array.from(truth), kind, month, caseOf],
    },
    truth,
    month: new Uint8Array(rows).fill(vintage.index),
  });
  await writeRepayments(task, p, vintage.split, id, told);
}

async function writeRepayments(
  task: Play,
  p: CreditParameters,
  split: Split,
  id: Int32Array,
  told: Told,
): Promise<void> {
  const step = Math.max(1, Math.ceil(task.rows / REPAYMENTS_OF));
  const ids: number[] = [];
  const months: number[] = [];
  const arrears: number[] = [];
  for (let i = 0; i < id.length; i += 1) {
    if ((id[i] ?? 0) % step !== 0) continue;
    for (let m = 1; m <= p.outcomeMonths; m += 1) {
      ids.push(id[i] ?? 0);
      months.push(m);
      arrears.push(told.arrears[i * p.outcomeMonths + m - 1] ?? 0);
    }
  }
  if (ids.length > 0)
    await task.sink.table(split, 'repayments', ids.length, [
      Int32Array.from(ids),
      Int32Array.from(months),
      Int32Array.from(arrears),
    ]);
}

async function writePersons(task: Play, people: People): Promise<void> {
  for (let from = 0; from < people.count; from += GROUP) {
    const to = Math.min(people.count, from + GROUP);
    await task.sink.table(undefined, 'persons', to - from, [
      Int32Array.from({ length: to - from }, (_, i) => from + i),
      people.district.subarray(from, to),
      people.occupation.subarray(from, to),
      people.income.subarray(from, to),
    ]);
  }
}
