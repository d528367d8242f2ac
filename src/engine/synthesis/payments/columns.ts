import { NAIVE_EPOCH } from '../calendar.js';
import { type ParquetValues } from '../output/parquet.js';
import { attributeColumns, attributeWords, putAttributes } from '../population/attribute-words.js';
import { type People } from '../population/population.js';
import { type Play, type Split } from '../preset.js';
import { BLOCK_INFLOWS, BLOCK_ROWS, type Block } from './block.js';
import { NULL, type Numbers } from './entities.js';
import { OVERSEAS, REMOTE, WARNED } from './events.js';
import { NEVER, type Frauds } from './frauds.js';
import { type Labels } from './labels.js';

const whole = () => new Int32Array(BLOCK_ROWS);
const double = () => new Float64Array(BLOCK_ROWS);
const small = () => new Uint8Array(BLOCK_ROWS);

/** The columns of the tables of a split, whose arrays are used again for every block. */
export class Columns {
  private readonly row = whole();
  private readonly customer = whole();
  private readonly time = double();
  private readonly payee = whole();
  private readonly device = whole();
  private readonly remote = small();
  private readonly overseas = small();
  private readonly alerted = small();
  private readonly known = [whole(), whole(), double()] as const;
  private readonly true = [whole(), whole()] as const;
  private readonly attributes = attributeColumns(BLOCK_ROWS);
  /** two words a customer, side by side for the processor's cache: public number, attributes */
  private readonly customers: Int32Array;
  private readonly inflows = [
    new Int32Array(BLOCK_INFLOWS),
    new Float64Array(BLOCK_INFLOWS),
    new Int32Array(BLOCK_INFLOWS),
  ] as const;

  constructor(
    people: People,
    private readonly numbers: Numbers,
  ) {
    const attributes = attributeWords(people);
    this.customers = new Int32Array(2 * people.count);
    for (let c = 0; c < people.count; c += 1) {
      this.customers[2 * c] = numbers.customer[c] ?? 0;
      this.customers[2 * c + 1] = attributes[c] ?? 0;
    }
  }

  /**
   * The tables with one row a payment.
   *
   * @param first row_id of the block's first payment
   */
  rows(
    { events }: Block,
    first: number,
    features: readonly Float32Array[],
    known: Labels,
    truth: Labels,
  ): Record<string, readonly ParquetValues[]> {
    const { numbers, customers, row, customer, time, payee, device, remote, overseas, alerted } = this;
    const { rows } = events;
    for (let at = 0; at < rows; at += 1) {
      const flags = events.flags[at] ?? 0;
      const used = events.device[at] ?? -1;
      row[at] = first + at;
      const who = 2 * (events.customer[at] ?? 0);
      customer[at] = customers[who] ?? 0;
      putAttributes(customers[who + 1] ?? 0, this.attributes, at);
      time[at] = NAIVE_EPOCH + (events.time[at] ?? 0);
      payee[at] = numbers.payee[events.payee[at] ?? 0] ?? 0;
      device[at] = used < 0 ? NULL : (numbers.device[used] ?? NULL);
      remote[at] = (flags & REMOTE) === 0 ? 0 : 1;
      overseas[at] = (flags & OVERSEAS) === 0 ? 0 : 1;
      alerted[at] = (flags & WARNED) === 0 ? 0 : 1;
    }
    return {
      features: [row, customer, time, ...features],
      labels: [row, ...this.labels(known, rows)],
      truth: [row, ...this.truth(truth, rows)],
      protected: [row, ...this.attributes],
      events: [
        row,
        customer,
        time,
        events.channel,
        events.category,
        payee,
        events.amount,
        events.balance,
        device,
        remote,
        overseas,
        alerted,
      ],
    };
  }

  private labels(labels: Labels, rows: number): ParquetValues[] {
    const [fraud, episode, reported] = this.known;
    this.copy(labels, rows, fraud, episode);
    for (let at = 0; at < rows; at += 1) {
      const second = labels.reportedAt[at] ?? -1;
      reported[at] = second < 0 ? Number.NaN : NAIVE_EPOCH + second;
    }
    return [fraud, labels.typology, labels.role, episode, reported];
  }

  private truth(labels: Labels, rows: number): ParquetValues[] {
    const [fraud, episode] = this.true;
    this.copy(labels, rows, fraud, episode);
    return [fraud, labels.typology, labels.role, episode];
  }

  private copy(labels: Labels, rows: number, fraud: Int32Array, episode: Int32Array): void {
    for (let at = 0; at < rows; at += 1) {
      const number = labels.episode[at] ?? -1;
      fraud[at] = labels.fraud[at] ?? 0;
      episode[at] = number < 0 ? NULL : number;
    }
  }

  /** The movements of money of a block. */
  movements({ inflows }: Block, first: number): readonly ParquetValues[] {
    const [customer, time, before] = this.inflows;
    for (let at = 0; at < inflows.rows; at += 1) {
      customer[at] = this.numbers.customer[inflows.customer[at] ?? 0] ?? 0;
      time[at] = NAIVE_EPOCH + (inflows.time[at] ?? 0);
      before[at] = first + (inflows.before[at] ?? 0);
    }
    return [customer, time, before, inflows.kind, inflows.pocket, inflows.amount];
  }
}

/** Writes the cases of a split and what controls did, in the order of their numbers and of time. */
export async function writeCases(task: Play, split: Split, frauds: Frauds, numbers: Numbers): Promise<void> {
  const { episodes, controls } = frauds;
  const order = Int32Array.from({ length: episodes.count }, (_, place) => place).sort(
    (left, right) => (episodes.number[left] ?? 0) - (episodes.number[right] ?? 0),
  );
  for (let from = 0; from < episodes.count; from += BLOCK_ROWS) {
    const places = order.subarray(from, from + BLOCK_ROWS);
    await task.sink.table(split, 'episodes', places.length, [
      places.map((e) => episodes.number[e] ?? 0),
      Uint8Array.from(places, (e) => episodes.typology[e] ?? 0),
      places.map((e) => numbers.customer[episodes.victim[e] ?? 0] ?? 0),
      Float64Array.from(places, (e) => NAIVE_EPOCH + (episodes.onset[e] ?? 0)),
      Float64Array.from(places, (e) => {
        const second = episodes.reportedAt[e] ?? NEVER;
        return second === NEVER ? Number.NaN : NAIVE_EPOCH + second;
      }),
      places.map((e) => episodes.payments[e] ?? 0),
      Uint8Array.from(places, (e) => episodes.complete[e] ?? 0),
    ]);
  }
  for (let from = 0; from < controls.count; from += BLOCK_ROWS) {
    const to = Math.min(controls.count, from + BLOCK_ROWS);
    await task.sink.table(split, 'controls', to - from, [
      Float64Array.from(controls.time.subarray(from, to), (second) => NAIVE_EPOCH + second),
      controls.customer.subarray(from, to).map((c) => numbers.customer[c] ?? 0),
      controls.payee.subarray(from, to).map((payee) => numbers.payee[payee] ?? 0),
      Float64Array.from(controls.amount.subarray(from, to)),
      controls.kind.subarray(from, to),
      controls.outcome.subarray(from, to),
    ]);
  }
}
