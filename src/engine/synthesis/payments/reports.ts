import { DAY } from '../calendar.js';
import { deriveKey, Stream } from '../random.js';
import { type Cases, type FraudPlan } from './cases.js';
import { NEVER } from './frauds.js';
import { type Book } from './typologies/book.js';
import { TYPOLOGIES } from './typologies/index.js';

/** Spread of the delay: standard deviation of its logarithm (a convention). */
const SPREAD = 1;
/** Mean days that the bank takes from the first report of a victim to the mule account (a convention). */
const INVESTIGATION = 3;

/** When each case is reported: some weeks late, some never. Every case has a stream of its own. */
export class Reports {
  readonly at: Int32Array;
  private readonly stream: Stream;

  constructor(
    key: Uint8Array,
    private readonly plan: FraudPlan,
    private readonly book: Book,
    private readonly cases: Cases,
  ) {
    this.stream = new Stream(deriveKey(key, 'reports'));
    this.at = new Int32Array(cases.typology.length).fill(NEVER);
  }

  /** Cases `from … to`: the delay counts from the last payment, and is longer where victims hope longer. */
  file(from: number, to: number): void {
    const { at, plan, stream, cases } = this;
    let lateness = 0;
    for (let index = from; index < to; index += 1) lateness += this.latenessOf(index);
    const unit = (plan.labelDelayDays * DAY * (to - from)) / (lateness || 1);
    for (let index = from; index < to; index += 1) {
      stream.rekey(index);
      if (stream.chance(plan.labelNever)) continue;
      const delay = Math.floor(stream.lognormal(unit * this.latenessOf(index), SPREAD));
      at[index] = Math.min(NEVER - 1, this.book.lastTime(cases.firstRow, index) + delay);
    }
  }

  /** Cases `from … to` of mules: where a victim at this bank has reported the account, it does not stay unknown. */
  investigate(
    from: number,
    to: number,
    firstReport: ReadonlyMap<number, number>,
    firstAccount: number,
  ): void {
    this.file(from, to);
    for (let index = from; index < to; index += 1) {
      const known = firstReport.get(firstAccount + (this.cases.victim[index] ?? 0)) ?? NEVER;
      if (known === NEVER) continue;
      this.stream.rekey(index, 1);
      const last = Math.max(known, this.book.lastTime(this.cases.firstRow, index));
      const found = last + Math.floor(this.stream.exponential(INVESTIGATION * DAY));
      this.at[index] = Math.min(this.at[index] ?? NEVER, found);
    }
  }

  private latenessOf(index: number): number {
    return TYPOLOGIES[this.cases.typology[index] ?? 0]?.lateness ?? 1;
  }
}
