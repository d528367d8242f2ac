import { DAY, drawTime, type Period } from '../../calendar.js';
import { type Population } from '../../population/population.js';
import { type Stream } from '../../random.js';
import { priced, rounded, typed } from '../behaviour/amounts.js';
import { deviceOf, strangeDevice } from '../behaviour/devices.js';
import { newPayee } from '../behaviour/payees.js';
import { Category, Channel, InflowKind, OVERSEAS, REMOTE } from '../events.js';
import { Role } from '../frauds.js';
import { PROXY_LIMIT } from '../limits.js';
import { type Book } from './book.js';
import { shopOf } from './shops.js';
import { type Underworld } from './underworld.js';

/** Most payments of one case. */
const MOST_PARTS = 24;
/** Most sums that one mule account takes in and hands on. */
const MOST_TAKINGS = 64;
/** Most that goes from wallet to wallet at once (cents): no purse holds much more, see limits.ts. */
export const PURSE_PAYMENT = 200_000;
/** Most that goes in one transfer: a usual ceiling of internet banking, convention of this preset (cents). */
const TRANSFER_LIMIT = 200_000_000;

/**
 * What a script may use while it plays one case: the victim, the clock, and the ways to pay. One scene is used for
 * all cases; nothing is allocated a payment.
 */
export class Scene {
  victim = 0;
  episode = 0;
  /** seconds: where the case has come to */
  now = 0;
  /** rows that are still wanted */
  room = 0;
  /** 0 … 1: how much the fraudsters take care to look like the customer */
  care = 0;
  /** cents that the case shall take, where the typology says */
  loss = 0;
  /** 0 … 1, evenly spread over the cases of a typology: how long the case is */
  size = 0;
  /** the payments of the case so far are all it has: cut short neither by the end of the split nor by `room` */
  complete = true;
  /** whether the payments are parts of the loss */
  divided = false;
  /** the parts that `divide` made, in cents */
  readonly parts = new Float64Array(MOST_PARTS);
  /** what a mule account has taken in: seconds in order, and cents */
  takings = 0;
  readonly takingTime = new Int32Array(MOST_TAKINGS);
  readonly takingAmount = new Float64Array(MOST_TAKINGS);
  private readonly day = { start: 0, end: 0, firstDay: 0, days: 1, cumulative: Float64Array.of(1) };

  constructor(
    readonly population: Population,
    readonly stream: Stream,
    readonly underworld: Underworld,
    readonly book: Book,
    readonly within: Period,
  ) {}

  /** Payments of this case, from `least` to `most`, and no more than are wanted. */
  count(least: number, most: number): number {
    return Math.max(1, Math.min(this.room, least + Math.floor(this.size * (most - least + 1))));
  }

  /** Splits the loss into parts of which each is about `growth` times the one before. */
  divide(count: number, growth: number): void {
    this.divided = true;
    const { parts, stream } = this;
    let weight = 1;
    let total = 0;
    for (let k = 0; k < count; k += 1) {
      const part = weight * stream.between(0.7, 1.3);
      parts[k] = part;
      total += part;
      weight *= growth;
    }
    for (let k = 0; k < count; k += 1)
      parts[k] = Math.min(TRANSFER_LIMIT, Math.max(100, ((parts[k] ?? 0) / total) * this.loss));
  }

  /** Lets seconds go by. */
  wait(least: number, mean: number): void {
    this.now += least + Math.floor(this.stream.exponential(mean));
  }

  /** Goes on to a later day, at an hour at which the victim is about. */
  sleep(days: number): void {
    this.day.firstDay = Math.floor(this.now / DAY) + 1 + Math.floor(this.stream.exponential(days));
    this.now = drawTime(this.stream, this.day, this.population.people.wayOfLife[this.victim] ?? 0);
  }

  /** Moves on to a given hour of the day at hand, or of the next where that hour has gone by. */
  until(hour: number): void {
    const time = Math.floor(this.now / DAY) * DAY + hour * 3600 + this.stream.below(3600);
    this.now = time > this.now ? time : time + DAY;
  }

  /** An account that fraudsters have in use now. */
  mule(): number {
    return this.underworld.account(this.stream, this.now);
  }

  /** A seller whom honest buyers pay for the first time in these days, too. */
  seller(): number {
    return newPayee(this.population, this.stream, this.now);
  }

  ownDevice(): number {
    return deviceOf(this.population, this.stream, this.victim, this.now);
  }

  strangeDevice(): number {
    return strangeDevice(this.population, this.stream);
  }

  merchant(category: number): number {
    return shopOf(this.population, this.stream, category);
  }

  /** The victim sends money by FPS, or a small sum from wallet to wallet, from an own device. False when the case is over. */
  transfer(payee: number, cents: number, category: number = Category.Person): boolean {
    const { stream } = this;
    const amount = typed(stream, Math.round(cents));
    const byPurse = amount <= PURSE_PAYMENT && category === Category.Person && stream.chance(0.3);
    const byProxy = amount <= PROXY_LIMIT && stream.chance(0.62);
    return this.emit(
      Role.Victim,
      byPurse ? Channel.StoredValue : byProxy ? Channel.FpsProxy : Channel.FpsAccount,
      category,
      payee,
      amount,
      0,
      this.ownDevice(),
      REMOTE,
    );
  }

  /** Money is sent by FPS in the victim's name: `share` of the balance, or `cents` where it is 0. */
  drain(payee: number, share: number, cents: number, device: number): boolean {
    const byProxy = cents <= PROXY_LIMIT && this.stream.chance(0.5);
    return this.emit(
      Role.Impostor,
      byProxy ? Channel.FpsProxy : Channel.FpsAccount,
      Category.Person,
      payee,
      share > 0 ? 0 : typed(this.stream, Math.round(cents)),
      share,
      device,
      REMOTE,
    );
  }

  /** The card, or its details, in somebody else's hands. */
  charge(
    category: number,
    cents: number,
    device: number,
    flags: number,
    channel: number = Channel.CreditCard,
  ): boolean {
    const amount = Math.max(100, priced(this.stream, Math.round(cents)));
    const payee = this.merchant(category);
    return this.emit(Role.Impostor, channel, category, payee, amount, 0, device, flags);
  }

  /** Money that came in is handed on by FPS; `cents` as they are. */
  remit(role: number, payee: number, category: number, cents: number, device: number): boolean {
    const byProxy = cents <= PROXY_LIMIT && this.stream.chance(0.45);
    const channel = byProxy ? Channel.FpsProxy : Channel.FpsAccount;
    return this.emit(role, channel, category, payee, cents, 0, device, REMOTE);
  }

  /** Money from outside reaches the account, to be handed on. */
  take(time: number, cents: number, kind: number): void {
    if (time >= this.within.end) return;
    this.book.inflow(this.victim, time, kind, cents, this.episode);
    this.taken(time, cents);
  }

  /** Notes what has reached the account, in time order. */
  taken(time: number, cents: number): void {
    const { takingTime, takingAmount } = this;
    if (this.takings === MOST_TAKINGS) return;
    let at = this.takings;
    for (; at > 0 && (takingTime[at - 1] ?? 0) > time; at -= 1) {
      takingTime[at] = takingTime[at - 1] ?? 0;
      takingAmount[at] = takingAmount[at - 1] ?? 0;
    }
    takingTime[at] = time;
    takingAmount[at] = cents;
    this.takings += 1;
  }

  /** Cash from a machine. */
  cash(role: number, notes: number, overseas: boolean): boolean {
    const flags = overseas ? OVERSEAS : 0;
    const payee = this.merchant(Category.Cash);
    return this.emit(role, Channel.Atm, Category.Cash, payee, 10_000 * notes, 0, -1, flags);
  }

  /** The fraudsters pay something out, so that more is sent. */
  payout(cents: number): void {
    if (this.now < this.within.end && this.complete)
      this.book.inflow(this.victim, this.now, InflowKind.TransferReceived, rounded(cents), this.episode);
  }

  /** The bank refuses a payment by card. */
  decline(category: number, cents: number): void {
    if (this.now < this.within.end && this.complete)
      this.book.decline(this.now, this.victim, this.merchant(category), Math.max(100, Math.round(cents)));
  }

  /** Cents on a card that may still be spent before somebody notices: never more than a part of its limit. */
  onCard(hkd: number, sigma: number): number {
    const { people } = this.population;
    const most = 0.3 * (people.creditLimit[this.victim] ?? 0);
    const wanted = 100 * Math.sqrt(people.scale[this.victim] ?? 1) * this.stream.lognormal(hkd, sigma);
    return Math.max(2_000, Math.min(most, wanted));
  }

  /** Writes one payment of the case; false when no more are wanted or the split is over, and the script must stop. */
  emit(
    role: number,
    channel: number,
    category: number,
    payee: number,
    amount: number,
    intent: number,
    device: number,
    flags: number,
  ): boolean {
    if (this.now >= this.within.end || this.room === 0) {
      this.complete = false;
      return false;
    }
    this.book.row(
      this.episode,
      role,
      this.victim,
      this.now,
      channel,
      category,
      payee,
      amount,
      intent,
      device,
      flags,
    );
    this.room -= 1;
    return true;
  }
}
