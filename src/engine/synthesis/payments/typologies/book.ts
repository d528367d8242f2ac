import { draftOf, type Draft } from '../events.js';
import { Control, Outcome } from '../frauds.js';

/** Entries of what grows, by doubling. */
const FIRST = 256;

/** Where scripts write: payments, what comes in, what the bank refused. Plain columns, in the order of writing. */
export class Book {
  readonly draft: Draft;
  readonly role: Uint8Array;
  readonly episode: Int32Array;
  rows = 0;

  inflows = 0;
  inflowCustomer = new Int32Array(FIRST);
  inflowTime = new Int32Array(FIRST);
  inflowKind = new Uint8Array(FIRST);
  inflowAmount = new Float64Array(FIRST);
  inflowEpisode = new Int32Array(FIRST);

  controls = 0;
  controlTime = new Int32Array(FIRST);
  controlCustomer = new Int32Array(FIRST);
  controlPayee = new Int32Array(FIRST);
  controlAmount = new Int32Array(FIRST);
  controlKind = new Uint8Array(FIRST);
  controlOutcome = new Uint8Array(FIRST);

  constructor(rows: number) {
    this.draft = draftOf(rows);
    this.role = new Uint8Array(rows);
    this.episode = new Int32Array(rows);
  }

  row(
    episode: number,
    role: number,
    customer: number,
    time: number,
    channel: number,
    category: number,
    payee: number,
    amount: number,
    intent: number,
    device: number,
    flags: number,
  ): void {
    const { draft, rows } = this;
    draft.customer[rows] = customer;
    draft.time[rows] = time;
    draft.channel[rows] = channel;
    draft.category[rows] = category;
    draft.payee[rows] = payee;
    draft.amount[rows] = amount;
    draft.intent[rows] = intent;
    draft.device[rows] = device;
    draft.flags[rows] = flags;
    this.role[rows] = role;
    this.episode[rows] = episode;
    this.rows = rows + 1;
  }

  /** Second of the last payment of a case. */
  lastTime(firstRow: Int32Array, index: number): number {
    let last = 0;
    for (let row = firstRow[index] ?? 0; row < (firstRow[index + 1] ?? 0); row += 1)
      last = Math.max(last, this.draft.time[row] ?? 0);
    return last;
  }

  /** Money that reaches a customer from outside. */
  inflow(customer: number, time: number, kind: number, amount: number, episode: number): void {
    const at = this.inflows;
    if (at === this.inflowTime.length) {
      this.inflowCustomer = longer(this.inflowCustomer, new Int32Array(2 * at));
      this.inflowTime = longer(this.inflowTime, new Int32Array(2 * at));
      this.inflowKind = longer(this.inflowKind, new Uint8Array(2 * at));
      this.inflowAmount = longer(this.inflowAmount, new Float64Array(2 * at));
      this.inflowEpisode = longer(this.inflowEpisode, new Int32Array(2 * at));
    }
    this.inflowCustomer[at] = customer;
    this.inflowTime[at] = time;
    this.inflowKind[at] = kind;
    this.inflowAmount[at] = amount;
    this.inflowEpisode[at] = episode;
    this.inflows = at + 1;
  }

  decline(time: number, customer: number, payee: number, amount: number): void {
    this.control(Control.Decline, Outcome.Declined, time, customer, payee, amount);
  }

  control(
    kind: number,
    outcome: number,
    time: number,
    customer: number,
    payee: number,
    amount: number,
  ): void {
    const at = this.controls;
    if (at === this.controlTime.length) {
      this.controlTime = longer(this.controlTime, new Int32Array(2 * at));
      this.controlCustomer = longer(this.controlCustomer, new Int32Array(2 * at));
      this.controlPayee = longer(this.controlPayee, new Int32Array(2 * at));
      this.controlAmount = longer(this.controlAmount, new Int32Array(2 * at));
      this.controlKind = longer(this.controlKind, new Uint8Array(2 * at));
      this.controlOutcome = longer(this.controlOutcome, new Uint8Array(2 * at));
    }
    this.controlTime[at] = time;
    this.controlCustomer[at] = customer;
    this.controlPayee[at] = payee;
    this.controlAmount[at] = amount;
    this.controlKind[at] = kind;
    this.controlOutcome[at] = outcome;
    this.controls = at + 1;
  }
}

function longer<T extends Int32Array | Uint8Array | Float64Array>(old: T, room: T): T {
  room.set(old);
  return room;
}
