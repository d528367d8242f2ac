import { Stream } from '../../random.js';
import { Role, type Parties } from '../parties.js';
import { type Slice } from '../slices.js';
import { type Draft } from '../transfers.js';
import { resemble } from './look-alikes.js';
import { remit, trade } from './organisations.js';
import { Pen } from './pen.js';
import { earn, live as livePerson, payRent, rentDay } from './persons.js';

/** What draws the honest transfers of one slice; the arrays are shared memory, so it can run in another thread. */
export interface LiveTask {
  readonly parties: Parties;
  readonly key: Uint8Array;
  /** number of the slice in its split */
  readonly week: number;
  readonly slice: Slice;
  readonly rows: number;
  /** chance that an account's next conduct is one that looks like laundering */
  readonly lookAlikes: number;
  readonly draft: Draft;
}

/** Wages and rent that are due from or to an account in the slice. */
function dues(pen: Pen): number {
  const { parties, account, slice } = pen;
  if (parties.role[account] !== Role.Person) return 0;
  const person = account - parties.institutions;
  const paid = (parties.employer[person] ?? -1) >= 0 && slice.pays[parties.payDay[person] ?? 0] === 1 ? 1 : 0;
  return paid + (rentDay(pen) >= 0 ? 1 : 0);
}

/** Weeks differ: most are quiet and some are full. Mean 1. */
function mood(moods: Stream): number {
  const u = moods.uniform();
  const fourth = u * u * u * u;
  return 0.1 + 8.1 * fourth * fourth;
}

/**
 * Writes exactly `rows` honest transfers: what is due, and the rest shared among the accounts by activity, each in
 * its own mood of the week (systematic sampling: one random start, equal steps over the cumulative weights). What an
 * account does comes from its own stream, so it does not matter which account is written first.
 */
export function live(task: LiveTask): void {
  const { parties, slice, rows, week } = task;
  const pen = new Pen(parties, task.draft, slice, task.key, week);
  const { accounts, institutions } = parties;
  let due = 0;
  for (let account = institutions; account < accounts; account += 1) {
    pen.open(account, 0, 0);
    due += dues(pen);
  }
  // So few rows that even what is due does not fit: then everything is shared out.
  const keep = due <= rows;
  const free = keep ? rows - due : rows;
  const moods = new Stream(task.key, 0, 0x1_0000 + week);
  const start = moods.uniform();
  let total = 0;
  for (let account = institutions; account < accounts; account += 1)
    total += (parties.activity[account] ?? 0) * mood(moods);
  moods.rekey(0, 0x1_0000 + week);
  moods.uniform();
  let running = 0;
  let shared = 0;
  let row = 0;
  for (let account = institutions; account < accounts; account += 1) {
    running += (parties.activity[account] ?? 0) * mood(moods);
    const upTo =
      account === accounts - 1 ? free : Math.min(free, Math.floor((running / total) * free + start));
    pen.open(account, row, row);
    const owed = keep ? dues(pen) : 0;
    row += owed + upTo - shared;
    shared = upTo;
    if (row === pen.row) continue;
    pen.open(account, pen.row, row);
    write(pen, owed, task.lookAlikes);
  }
}

function write(pen: Pen, owed: number, lookAlikes: number): void {
  const { parties, account, role, slice } = pen;
  if (owed > 0) {
    const person = account - parties.institutions;
    const usual = parties.payDay[person] ?? 0;
    if ((parties.employer[person] ?? -1) >= 0 && slice.pays[usual] === 1) earn(pen, usual);
    const day = rentDay(pen);
    if (day >= 0) payRent(pen, day);
  }
  while (pen.row < pen.end) {
    if (pen.left > 1 && pen.stream.chance(lookAlikes)) resemble(pen);
    else if (role === Role.Person || role === Role.PersonSecond) livePerson(pen);
    else if (role === Role.MoneyService) remit(pen);
    else trade(pen);
  }
}
