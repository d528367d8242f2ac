import { attributeColumns, attributeWords, putAttributes } from '../population/attribute-words.js';
import { type People } from '../population/population.js';
import { type Play, type Split } from '../preset.js';
import { deriveKey, Stream } from '../random.js';
import { Kind } from './application.js';
import { type Told } from './life.js';
import { NAIVE_EPOCH } from './months.js';
import { type CreditParameters } from './parameters.js';
import { type Summary } from './summary.js';
import { keyOf, type Chunk } from './vintages.js';

/** Rows of a row group, at most: DuckDB's own default. */
export const GROUP = 122_880;
const NO_MONTH = -2_147_483_648;
const REPAYMENTS_OF = 20_000;

/** Turns lives into rows of the tables. */
export class Desk {
  private readonly attributes: Int32Array;

  constructor(
    private readonly task: Play,
    private readonly p: CreditParameters,
    people: People,
    private readonly summary: Summary,
  ) {
    this.attributes = attributeWords(people);
  }

  /** Hands a chunk that is lived to the sink. */
  async hand(chunk: Chunk, told: Told): Promise<void> {
    const { task, p } = this;
    const { vintage, applications, from, to } = chunk;
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
    const chance = new Stream(deriveKey(keyOf(task, vintage.split), 'register'), chunk.first);
    const open = vintage.split === 'development';
    // Labels are read `labelMonths` after the split's end: so many months on book are known by then.
    const seen = open ? p.developmentMonths - 1 - vintage.index + p.labelMonths : Infinity;
    for (let i = 0; i < rows; i += 1) {
      const row = from + i;
      const end = told.defaultMonth[i] ?? 0;
      const meant = applications.kind[row] ?? 0;
      id[i] = chunk.first + i;
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
    const attributes = attributeColumns(rows);
    for (let i = 0; i < rows; i += 1) putAttributes(this.attributes[person[i] ?? 0] ?? 0, attributes, i);
    this.summary.add(vintage, rows, features, told, kind);
    await task.sink.rows(vintage.split, {
      rows,
      tables: {
        features: [id, person, time, ...features],
        labels: [id, known, knownKind, knownMonth, matured],
        protected: [id, ...attributes],
        applications: [
          id,
          person,
          time,
          applications.product.subarray(from, to),
          applications.virtualBank.subarray(from, to),
          features[0] ?? new Float32Array(rows),
          applications.device.subarray(from, to),
          applications.phone.subarray(from, to),
          applications.address.subarray(from, to),
        ],
        truth: [id, Int32Array.from(truth), kind, month, caseOf],
      },
      truth,
      month: new Uint8Array(rows).fill(vintage.index),
    });
    await this.repayments(vintage.split, id, told);
  }

  private async repayments(split: Split, id: Int32Array, told: Told): Promise<void> {
    const step = Math.max(1, Math.ceil(this.task.rows / REPAYMENTS_OF));
    const ids: number[] = [];
    const months: number[] = [];
    const arrears: number[] = [];
    for (let i = 0; i < id.length; i += 1) {
      if ((id[i] ?? 0) % step !== 0) continue;
      for (let m = 1; m <= this.p.outcomeMonths; m += 1) {
        ids.push(id[i] ?? 0);
        months.push(m);
        arrears.push(told.arrears[i * this.p.outcomeMonths + m - 1] ?? 0);
      }
    }
    if (ids.length > 0)
      await this.task.sink.table(split, 'repayments', ids.length, [
        Int32Array.from(ids),
        Int32Array.from(months),
        Int32Array.from(arrears),
      ]);
  }
}

/** Writes the people, without protected attributes. It pauses before each piece. */
export async function writePersons(
  sink: Play['sink'],
  people: People,
  pause: () => Promise<void>,
): Promise<void> {
  for (let from = 0; from < people.count; from += GROUP) {
    const to = Math.min(people.count, from + GROUP);
    await pause();
    await sink.table(undefined, 'persons', to - from, [
      new Int32Array(to - from).map((_, i) => from + i),
      people.district.subarray(from, to),
      people.occupation.subarray(from, to),
      people.income.subarray(from, to),
    ]);
  }
}
