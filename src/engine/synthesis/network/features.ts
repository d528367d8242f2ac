import { exp, log } from '../arithmetic.js';
import { DAY, REST_DAYS } from '../calendar.js';
import { tie } from '../random.js';
import { ABROAD } from './institutions.js';
import { Role, type Parties } from './parties.js';
import { Format, type Transfers } from './transfers.js';
import { FEATURES, SOURCES, THRESHOLDS_HKD } from './feature-specs.js';

/** How many latest payees, and payers, of an account are remembered. */
export const REMEMBERED = 8;
/** Rests of this many days and more count as dormancy. */
const DORMANT = 14 * DAY;
const FOUR_WEEKS = 28 * DAY;

/** Places in an account's sums; those named with days fade with that mean life. */
const S = {
  out1: 0,
  in1: 1,
  out7: 2,
  in7: 3,
  outSum7: 4,
  inSum7: 5,
  newPayees28: 6,
  newPayers28: 7,
  inSum28: 8,
  cashIn28: 9,
  sum28: 10,
  abroad28: 11,
  outs: 12,
  outLog: 13,
  outSquare: 14,
  ins: 15,
  inLog: 16,
  inSquare: 17,
} as const;
const WIDTH = 18;
const FADING_1 = 2;
const FADING_7 = 6;
const FADING_28 = 12;

/** What amounts of an account are taken to be before it has any: mean and deviation of log HKD, weighing so many. */
const PRIOR_MEAN = 7.6;
const PRIOR_DEVIATION = 1.9;
const PRIOR_WEIGHT = 4;

/** Balances of both ends just before each transfer, in cents. */
export interface Balances {
  readonly senderBalance: Float64Array;
}

/**
 * Computes the features of transfers in one pass in time order. Only transfers that have been passed are looked at,
 * and nothing here knows a label. State is about 350 bytes an account, whatever the number of rows.
 */
export class FeatureScan {
  private readonly sums: Float64Array;
  private readonly touched: Int32Array;
  private readonly lastIn: Int32Array;
  private readonly lastInCents: Int32Array;
  private readonly wokeAt: Int32Array;
  private readonly slept: Int32Array;
  private readonly moved: Int32Array;
  private readonly banks: Uint16Array;
  /** latest first, REMEMBERED of them an account, −1 where there is none yet */
  private readonly payee: Int32Array;
  private readonly payeeAt: Int32Array;
  private readonly payer: Int32Array;
  private readonly payerAt: Int32Array;
  private readonly values = new Float64Array(FEATURES.length);

  constructor(private readonly parties: Parties) {
    const { accounts } = parties;
    this.sums = new Float64Array(accounts * WIDTH);
    this.touched = new Int32Array(accounts).fill(-1);
    this.lastIn = new Int32Array(accounts).fill(-1);
    this.lastInCents = new Int32Array(accounts);
    this.wokeAt = new Int32Array(accounts).fill(-1);
    this.slept = new Int32Array(accounts);
    this.moved = new Int32Array(accounts);
    this.banks = new Uint16Array(accounts);
    this.payee = new Int32Array(accounts * REMEMBERED).fill(-1);
    this.payeeAt = new Int32Array(accounts * REMEMBERED);
    this.payer = new Int32Array(accounts * REMEMBERED).fill(-1);
    this.payerAt = new Int32Array(accounts * REMEMBERED);
  }

  /** Features of rows `from … to`, which follow those asked for before, into `out[feature][row − from]`. */
  scan(transfers: Transfers & Balances, from: number, to: number, out: readonly Float32Array[]): void {
    const { values } = this;
    for (let row = from; row < to; row += 1) {
      this.one(transfers, row, values);
      const at = row - from;
      for (let f = 0; f < values.length; f += 1) (out[f] as Float32Array)[at] = values[f] ?? 0;
    }
  }

  private one(t: Transfers & Balances, row: number, v: Float64Array): void {
    const { parties, sums } = this;
    const sender = t.from[row] ?? 0;
    const receiver = t.to[row] ?? 0;
    const time = t.time[row] ?? 0;
    const cents = t.amount[row] ?? 0;
    const format = t.format[row] ?? 0;
    const hkd = cents / 100;
    const day = Math.floor(time / DAY);
    const s = sender * WIDTH;
    const r = receiver * WIDTH;
    const senderIdle = this.fade(sender, time);
    const receiverIdle = this.fade(receiver, time);
    const logarithm = log(hkd);

    v[0] = hkd;
    v[1] = (time - day * DAY) / 3600;
    v[2] = REST_DAYS[day] ?? 0;
    v[3] = format === Format.Fps ? 1 : 0;
    v[4] = format === Format.Wire ? 1 : 0;
    v[5] = format === Format.Cash ? 1 : 0;
    v[6] = format === Format.StoredValue ? 1 : 0;
    v[7] = zeros(cents);
    v[8] = belowThreshold(hkd);
    v[9] = cents / Math.max(1, t.senderBalance[row] ?? 1);
    v[10] = deviation(sums, s + S.outs, logarithm);
    v[11] = deviation(sums, r + S.ins, logarithm);
    v[12] = sums[s + S.out1] ?? 0;
    v[13] = sums[s + S.out7] ?? 0;
    v[14] = sums[s + S.in7] ?? 0;
    v[15] = sums[r + S.in1] ?? 0;
    v[16] = sums[r + S.in7] ?? 0;
    v[17] = sums[r + S.out7] ?? 0;
    v[18] = sums[s + S.newPayees28] ?? 0;
    v[19] = sums[r + S.newPayers28] ?? 0;
    v[20] = ratio(sums[s + S.inSum7] ?? 0, (sums[s + S.outSum7] ?? 0) + hkd);
    v[21] = ratio((sums[r + S.inSum7] ?? 0) + hkd, sums[r + S.outSum7] ?? 0);
    const lastIn = this.lastIn[sender] ?? -1;
    v[22] = lastIn < 0 ? 720 : Math.min(720, (time - lastIn) / 3600);
    v[23] = lastIn < 0 ? 0 : Math.min(10, cents / Math.max(1, this.lastInCents[sender] ?? 1));
    v[24] = senderIdle < 0 ? 2_160 : Math.min(2_160, senderIdle / 3600);
    v[25] = receiverIdle < 0 ? 2_160 : Math.min(2_160, receiverIdle / 3600);
    v[26] = this.woken(sender, time);
    v[27] = this.woken(receiver, time);

    const pair = Math.max(
      seen(this.payee, this.payeeAt, sender, receiver),
      seen(this.payer, this.payerAt, receiver, sender),
    );
    v[28] = pair < 0 ? -1 : (time - pair) / DAY;
    const back = Math.max(
      seen(this.payee, this.payeeAt, receiver, sender),
      seen(this.payer, this.payerAt, sender, receiver),
    );
    v[29] = back < 0 ? -1 : (time - back) / DAY;
    v[30] = this.trianglesClosed(sender, receiver, time);
    v[31] = this.commonSources(sender, receiver, time);

    v[32] = parties.bank[sender] === parties.bank[receiver] ? 1 : 0;
    v[33] = ones(this.banks[sender] ?? 0);
    v[34] = (sums[s + S.cashIn28] ?? 0) / Math.max(1, sums[s + S.inSum28] ?? 0);
    v[35] = (sums[s + S.abroad28] ?? 0) / Math.max(1, sums[s + S.sum28] ?? 0);
    v[36] = Math.min(3_650, day - (parties.opened[sender] ?? 0));
    v[37] = Math.min(3_650, day - (parties.opened[receiver] ?? 0));
    v[38] = kind(parties, sender);
    v[39] = kind(parties, receiver);
    v[40] = depth(parties, sender);
    v[41] = depth(parties, receiver);
    v[42] = related(parties, sender, receiver) ? 1 : 0;
    v[43] = this.moved[sender] ?? 0;

    this.pass(sender, receiver, time, cents, hkd, logarithm, format, pair);
  }

  /** Lets an account's fading sums fade to now. @returns seconds since its last transfer, or −1 */
  private fade(account: number, time: number): number {
    const last = this.touched[account] ?? -1;
    if (last < 0) return -1;
    const idle = time - last;
    if (idle > 0) {
      const { sums } = this;
      const at = account * WIDTH;
      // The three mean lives are 28, 7 and 1 days, so that one exponential gives all three by multiplication.
      const by28 = exp(-idle / FOUR_WEEKS);
      const by14 = by28 * by28;
      const by7 = by14 * by14;
      const by3 = by7 * by7 * by7;
      const by1 = by3 * by3 * by7;
      for (let i = at; i < at + FADING_1; i += 1) sums[i] = (sums[i] ?? 0) * by1;
      for (let i = at + FADING_1; i < at + FADING_7; i += 1) sums[i] = (sums[i] ?? 0) * by7;
      for (let i = at + FADING_7; i < at + FADING_28; i += 1) sums[i] = (sums[i] ?? 0) * by28;
      if (idle >= DORMANT) {
        this.wokeAt[account] = time;
        this.slept[account] = idle;
      }
      // What a transfer reads counts as seen: its own row touches the account anyway.
      this.touched[account] = time;
    }
    return idle;
  }

  /** Days of the last dormancy, if it ended within 7 days. */
  private woken(account: number, time: number): number {
    const woke = this.wokeAt[account] ?? -1;
    return woke >= 0 && time - woke <= 7 * DAY ? (this.slept[account] ?? 0) / DAY : 0;
  }

  /** How many accounts the receiver paid before they paid the sender, both within 28 days. */
  private trianglesClosed(sender: number, receiver: number, time: number): number {
    if (sender < this.parties.institutions || receiver < this.parties.institutions) return 0;
    let closed = 0;
    const r = receiver * REMEMBERED;
    const s = sender * REMEMBERED;
    for (let i = 0; i < REMEMBERED; i += 1) {
      const middle = this.payee[r + i] ?? -1;
      if (middle < this.parties.institutions) continue;
      const paid = this.payeeAt[r + i] ?? 0;
      if (time - paid > FOUR_WEEKS) continue;
      for (let j = 0; j < REMEMBERED; j += 1)
        if (this.payer[s + j] === middle && (this.payerAt[s + j] ?? 0) >= paid) closed += 1;
    }
    return closed;
  }

  /** How many of the receiver's latest payers were themselves last paid by whoever last paid the sender. */
  private commonSources(sender: number, receiver: number, time: number): number {
    const source = this.payer[sender * REMEMBERED] ?? -1;
    const { institutions } = this.parties;
    if (source < institutions || sender < institutions || receiver < institutions) return 0;
    let common = 0;
    const r = receiver * REMEMBERED;
    for (let i = 0; i < REMEMBERED; i += 1) {
      const other = this.payer[r + i] ?? -1;
      if (other < institutions || other === sender || time - (this.payerAt[r + i] ?? 0) > FOUR_WEEKS)
        continue;
      if (this.payer[other * REMEMBERED] === source) common += 1;
    }
    return common;
  }

  private pass(
    sender: number,
    receiver: number,
    time: number,
    cents: number,
    hkd: number,
    logarithm: number,
    format: number,
    pair: number,
  ): void {
    const { parties, sums } = this;
    const s = sender * WIDTH;
    const r = receiver * WIDTH;
    const fresh = pair < 0 ? 1 : 0;
    const abroad = (ABROAD[sender] ?? 0) | (ABROAD[receiver] ?? 0);
    sums[s + S.out1] = (sums[s + S.out1] ?? 0) + 1;
    sums[s + S.out7] = (sums[s + S.out7] ?? 0) + 1;
    sums[s + S.outSum7] = (sums[s + S.outSum7] ?? 0) + hkd;
    sums[s + S.newPayees28] = (sums[s + S.newPayees28] ?? 0) + fresh;
    sums[s + S.sum28] = (sums[s + S.sum28] ?? 0) + hkd;
    sums[s + S.outs] = (sums[s + S.outs] ?? 0) + 1;
    sums[s + S.outLog] = (sums[s + S.outLog] ?? 0) + logarithm;
    sums[s + S.outSquare] = (sums[s + S.outSquare] ?? 0) + logarithm * logarithm;
    sums[r + S.in1] = (sums[r + S.in1] ?? 0) + 1;
    sums[r + S.in7] = (sums[r + S.in7] ?? 0) + 1;
    sums[r + S.inSum7] = (sums[r + S.inSum7] ?? 0) + hkd;
    sums[r + S.newPayers28] = (sums[r + S.newPayers28] ?? 0) + fresh;
    sums[r + S.inSum28] = (sums[r + S.inSum28] ?? 0) + hkd;
    sums[r + S.sum28] = (sums[r + S.sum28] ?? 0) + hkd;
    sums[r + S.ins] = (sums[r + S.ins] ?? 0) + 1;
    sums[r + S.inLog] = (sums[r + S.inLog] ?? 0) + logarithm;
    sums[r + S.inSquare] = (sums[r + S.inSquare] ?? 0) + logarithm * logarithm;
    if (format === Format.Cash) sums[r + S.cashIn28] = (sums[r + S.cashIn28] ?? 0) + hkd;
    if (abroad === 1) {
      sums[s + S.abroad28] = (sums[s + S.abroad28] ?? 0) + hkd;
      sums[r + S.abroad28] = (sums[r + S.abroad28] ?? 0) + hkd;
    }
    this.touched[sender] = time;
    this.touched[receiver] = time;
    this.lastIn[receiver] = time;
    this.lastInCents[receiver] = cents;
    this.moved[sender] = (this.moved[sender] ?? 0) + 1;
    this.banks[sender] = (this.banks[sender] ?? 0) | (1 << (parties.bank[receiver] ?? 0));
    remember(this.payee, this.payeeAt, sender, receiver, time);
    remember(this.payer, this.payerAt, receiver, sender, time);
  }
}

/**
 * Loses the values whose source failed for a row, by a scramble of row and source that knows nothing of labels:
 * they become NaN.
 *
 * @param first number of the split's row that stands at place 0
 */
export function blot(
  out: readonly Float32Array[],
  rows: number,
  first: number,
  share: number,
  salt: number,
): void {
  if (share === 0) return;
  SOURCES.forEach((columns, source) => {
    for (let row = 0; row < rows; row += 1)
      if (tie(first + row, source, salt) < share)
        for (const column of columns) (out[column] as Float32Array)[row] = Number.NaN;
  });
}

function zeros(cents: number): number {
  let rest = cents;
  if (rest % 100 !== 0) return 0;
  rest /= 100;
  let count = 0;
  while (rest >= 10 && rest % 10 === 0 && count < 6) {
    rest /= 10;
    count += 1;
  }
  return count;
}

function belowThreshold(hkd: number): number {
  for (const threshold of THRESHOLDS_HKD) if (hkd < threshold) return hkd / threshold;
  return 0;
}

function deviation(sums: Float64Array, at: number, logarithm: number): number {
  const n = (sums[at] ?? 0) + PRIOR_WEIGHT;
  const mean = ((sums[at + 1] ?? 0) + PRIOR_WEIGHT * PRIOR_MEAN) / n;
  const square =
    ((sums[at + 2] ?? 0) + PRIOR_WEIGHT * (PRIOR_MEAN * PRIOR_MEAN + PRIOR_DEVIATION * PRIOR_DEVIATION)) / n;
  return (logarithm - mean) / Math.sqrt(Math.max(0.04, square - mean * mean));
}

/** The smaller over the larger; 0 where both are. */
function ratio(left: number, right: number): number {
  const most = Math.max(left, right);
  return most > 0 ? Math.min(left, right) / most : 0;
}

function ones(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

function kind(parties: Parties, account: number): number {
  const role = parties.role[account] ?? 0;
  return role === Role.Institution ? 2 : role <= Role.PersonSecond ? 0 : 1;
}

function organisationOf(parties: Parties, account: number): number {
  return Math.max(-1, (parties.holder[account] ?? -1) - parties.persons);
}

function depth(parties: Parties, account: number): number {
  const organisation = organisationOf(parties, account);
  return organisation < 0 ? 0 : (parties.depth[organisation] ?? 0);
}

/** One holder, one owns the other, or both are owned by the same. */
function related(parties: Parties, sender: number, receiver: number): boolean {
  const holder = parties.holder[sender] ?? -1;
  if (holder < 0 || (parties.holder[receiver] ?? -1) < 0) return false;
  if (holder === parties.holder[receiver]) return true;
  const a = organisationOf(parties, sender);
  const b = organisationOf(parties, receiver);
  const ownerOfSender = a < 0 ? -1 : (parties.ownerAccount[a] ?? -1);
  const ownerOfReceiver = b < 0 ? -1 : (parties.ownerAccount[b] ?? -1);
  if (ownerOfSender >= 0 && parties.holder[ownerOfSender] === parties.holder[receiver]) return true;
  if (ownerOfReceiver >= 0 && parties.holder[ownerOfReceiver] === holder) return true;
  return ownerOfSender >= 0 && ownerOfSender === ownerOfReceiver;
}

/** When `account` last met `other`, as far as it remembers, or −1. */
function seen(others: Int32Array, times: Int32Array, account: number, other: number): number {
  const from = account * REMEMBERED;
  for (let i = from; i < from + REMEMBERED; i += 1) if (others[i] === other) return times[i] ?? -1;
  return -1;
}

/** Puts `other` first among those remembered; the one met longest ago is forgotten. */
function remember(others: Int32Array, times: Int32Array, account: number, other: number, time: number): void {
  const from = account * REMEMBERED;
  let hole = from;
  while (hole < from + REMEMBERED - 1 && others[hole] !== other) hole += 1;
  for (; hole > from; hole -= 1) {
    others[hole] = others[hole - 1] ?? -1;
    times[hole] = times[hole - 1] ?? 0;
  }
  others[from] = other;
  times[from] = time;
}
