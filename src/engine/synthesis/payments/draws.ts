import { type Population } from '../population/population.js';
import { type Split } from '../preset.js';
import { type Habits } from './behaviour/habits.js';
import { live } from './behaviour/live.js';
import { draftOf, type Draft } from './events.js';
import { type Frauds } from './frauds.js';
import { WeekDraft } from './week-draft.js';
import { allot, type SplitPlan, type WeekPlan } from './weeks.js';

/** All that a play is made from: plain data and shared memory, so that every thread is given the same. */
export interface World {
  readonly population: Population;
  readonly habits: Habits;
  readonly lookAlikes: number;
  readonly parts: readonly WorldPart[];
  readonly memory: WorldMemory;
}

/** One split of the play. */
export interface WorldPart {
  readonly plan: SplitPlan;
  readonly frauds: Frauds;
  /** derived from the split's key, one for each purpose */
  readonly keys: {
    readonly allotment: Uint8Array;
    readonly life: Uint8Array;
    readonly order: readonly [number, number];
  };
}

export interface WorldMemory {
  /** see the places below */
  readonly control: SharedArrayBuffer;
  /** two weeks: one is being settled while the next is drawn */
  readonly offsets: readonly [SharedArrayBuffer, SharedArrayBuffer];
  readonly weeks: readonly [SharedArrayBuffer, SharedArrayBuffer];
  readonly blocks: readonly SharedArrayBuffer[];
}

/** Places of the words by which threads agree with each other. */
export const Control = {
  /** number of the week that can be drawn, times TICKETS, plus the number of its next range */
  Ticket: 0,
  /** ranges of that week that have been drawn */
  Drawn: 1,
  /** blocks that have been made, and of those how many are done with */
  Made: 2,
  Taken: 3,
  /** 1 when there are no more blocks */
  Ended: 4,
  /** from here on, three words a block: payments, movements of money, number of the split */
  Blocks: 8,
} as const;
const TICKETS = 1_024;
/** Customers of a range: their payments of a week stay in a processor's cache until they are packed. */
const CUSTOMERS_A_RANGE = 2_048;

/** A week of the play with its place in the list of all. */
export interface Place {
  readonly part: WorldPart;
  readonly split: Split;
  readonly index: number;
  readonly plan: WeekPlan;
  /** places of its frauds in the split's */
  readonly fraudFrom: number;
  readonly fraudTo: number;
}

/** The weeks of all splits in order of time. */
export function placesOf(parts: readonly WorldPart[]): Place[] {
  const places: Place[] = [];
  for (const part of parts) {
    const { time } = part.frauds.draft;
    let from = 0;
    for (const plan of part.plan.weeks) {
      let to = from;
      while (to < time.length && (time[to] ?? 0) < plan.week.end) to += 1;
      places.push({
        part,
        split: part.plan.split,
        index: places.length,
        plan,
        fraudFrom: from,
        fraudTo: to,
      });
      from = to;
    }
  }
  return places;
}

/**
 * The honest payments of one week at a time, drawn in ranges of customers by whichever thread has nothing better to
 * do. Each customer's week has a stream of chance and a place of its own, so the bytes don't depend on who draws it.
 */
export class Draws {
  /** the ticket before any week is open */
  static readonly NOTHING = TICKETS - 1;

  readonly places: readonly Place[];
  private readonly control: Int32Array;
  private readonly offsets: readonly Uint32Array[];
  private readonly weeks: readonly WeekDraft[];
  private readonly ranges: number;
  private draft: Draft = draftOf(0);

  constructor(private readonly world: World) {
    const { memory, population, parts } = world;
    this.places = placesOf(parts);
    this.control = new Int32Array(memory.control);
    this.offsets = memory.offsets.map((shared) => new Uint32Array(shared));
    this.weeks = memory.weeks.map((shared) => new WeekDraft(shared));
    this.ranges = Math.max(1, Math.min(TICKETS / 2, Math.ceil(population.customers / CUSTOMERS_A_RANGE)));
  }

  week(index: number): WeekDraft {
    return this.weeks[index % 2] as WeekDraft;
  }

  /** Lets a week be drawn; the one before it must have been. */
  open(index: number): void {
    const { part, plan, fraudFrom, fraudTo } = this.places[index] as Place;
    const offsets = this.offsets[index % 2] as Uint32Array;
    allot(this.world.population, part.keys.allotment, plan.week.index, plan.honest, offsets);
    this.week(index).pack(part.frauds.draft, fraudFrom, fraudTo, plan.honest);
    Atomics.store(this.control, Control.Drawn, 0);
    Atomics.store(this.control, Control.Ticket, index * TICKETS);
    Atomics.notify(this.control, Control.Ticket);
  }

  /** Draws one range of the open week, if one is left. @returns whether there was one */
  drawOne(): boolean {
    if (Atomics.load(this.control, Control.Ticket) % TICKETS >= this.ranges) return false;
    const ticket = Atomics.add(this.control, Control.Ticket, 1);
    const range = ticket % TICKETS;
    if (range >= this.ranges) return false;
    this.draw(Math.floor(ticket / TICKETS), range);
    Atomics.add(this.control, Control.Drawn, 1);
    Atomics.notify(this.control, Control.Drawn);
    return true;
  }

  /** Whether the open week has been drawn to its end. */
  drawn(): boolean {
    return Atomics.load(this.control, Control.Drawn) === this.ranges;
  }

  /** Blocks the thread until another has drawn one more range. */
  waitForOthers(): void {
    const drawn = Atomics.load(this.control, Control.Drawn);
    if (drawn < this.ranges) Atomics.wait(this.control, Control.Drawn, drawn);
  }

  private draw(index: number, range: number): void {
    const { population, habits, lookAlikes } = this.world;
    const { part, plan } = this.places[index] as Place;
    const offsets = this.offsets[index % 2] as Uint32Array;
    const from = Math.floor((population.customers * range) / this.ranges);
    const to = Math.floor((population.customers * (range + 1)) / this.ranges);
    const base = offsets[from] ?? 0;
    const rows = (offsets[to] ?? 0) - base;
    if (rows === 0) return;
    if (this.draft.rows < rows) this.draft = draftOf(Math.ceil(rows * 1.25));
    live({
      population,
      habits,
      key: part.keys.life,
      week: plan.week,
      offsets,
      base,
      draft: this.draft,
      from,
      to,
      lookAlikes,
    });
    this.week(index).pack(this.draft, 0, rows, base);
  }
}
