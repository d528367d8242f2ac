import { DAY } from '../../calendar.js';
import { type Stream } from '../../random.js';
import { agreed, localFormat, notes } from '../honest/amounts.js';
import {
  BROKERS,
  CORRESPONDENTS,
  INSTITUTION_CURRENCY,
  OTHER_BANKS,
  PURSES,
  TOKEN_EXCHANGES,
} from '../institutions.js';
import { firstOfOrganisation, firstOfPerson, lasting, Role, type Parties } from '../parties.js';
import { whenOpen } from '../slices.js';
import { Format, MOST_CENTS, Purpose } from '../transfers.js';
import { type Ring } from './ring.js';

/** One transfer as a script intends it. */
export interface Step {
  time: number;
  from: number;
  to: number;
  cents: number;
  format: number;
  purpose: number;
  currency: number;
  /** part of the script itself, rather than of the placement before it or the integration after it */
  core: boolean;
}

export const SHOPS = 1;

/**
 * What a laundering script may use while it plays one case: accounts that the ring controls, money, time. Scripts
 * only ever pass on what has come in, so no account runs dry.
 */
export class Scene {
  readonly steps: Step[] = [];
  readonly mules = new Set<number>();
  private readonly taken = new Set<number>();

  constructor(
    readonly parties: Parties,
    readonly stream: Stream,
    private readonly ring: Ring,
    /** the case begins here; everything ends before `end` */
    readonly onset: number,
    private readonly end: number,
    /** 0 … 1: how far the ring avoids what monitoring looks for */
    private care: number,
    /** how much of what would stand out is hidden when somebody of the group is drawn in, 0 … 1 */
    private readonly cover: number,
    /** dirty money of the case, in cents */
    readonly sum: number,
    /** rows that integration may take */
    private spare: number,
  ) {}

  /** An account of the ring that no other part of the case uses. */
  mule(): number {
    const account = this.fresh(() => this.ring.mule(this.stream, this.onset));
    this.mules.add(account);
    return account;
  }

  shell(): number {
    return this.fresh(() => this.ring.shell(this.stream));
  }

  company(): number {
    return this.fresh(() => this.ring.company(this.stream));
  }

  /** A money service: a licensed one, used rather than owned. */
  moneyService(): number {
    const { parties, stream } = this;
    return firstOfOrganisation(
      parties,
      parties.moneyServices[stream.below(parties.moneyServices.length)] ?? 0,
    );
  }

  private fresh(draw: () => number): number {
    let account = draw();
    for (let look = 0; this.taken.has(account); look += 1)
      account = look < 20 ? draw() : firstOfPerson(this.parties, this.stream.below(this.parties.persons));
    this.taken.add(account);
    const holder = this.parties.holder[account] ?? -1;
    if (holder >= 0 && holder < this.parties.persons && this.parties.group[holder] === 1)
      this.care = Math.max(this.care, this.care + (1 - this.care) * this.cover);
    return account;
  }

  abroad(): number {
    return CORRESPONDENTS.first + this.stream.below(CORRESPONDENTS.count);
  }

  broker(): number {
    return BROKERS.first + this.stream.below(BROKERS.count);
  }

  purse(): number {
    return PURSES.first + this.stream.below(PURSES.count);
  }

  cashDesk(account: number): number {
    return this.parties.bank[account] ?? 0;
  }

  /** Some time after `time`, by the ring's pace: careful rings let money rest. Always before the end. */
  after(time: number, hours = 7): number {
    const mean = hours * (0.25 + 3.5 * this.care * this.care) * 3600;
    const room = this.end - 2 - time;
    const delay = 240 + Math.floor(this.stream.exponential(mean));
    return time + Math.max(1, Math.min(delay, Math.floor(room * this.stream.between(0.08, 0.3))));
  }

  /** What is passed on of a sum after the commission of one hop: 0.5 to 6%, a convention; mostly a sum that people type. */
  lessCommission(cents: number): number {
    if (this.stream.chance(0.12)) return cents;
    const rest = Math.max(1, Math.floor(cents * this.stream.between(0.94, 0.995)));
    const u = this.stream.uniform();
    let step = u < 0.22 ? 1 : u < 0.4 ? 100 : u < 0.62 ? 1_000 : u < 0.93 ? 10_000 : 100_000;
    while (step > 1 && rest < 20 * step) step /= 10;
    return rest - (rest % step);
  }

  /** A sum in `parts` unequal parts that add up to it exactly; most are as round as sums that people agree on. */
  split(cents: number, parts: number): number[] {
    const pieces: number[] = [];
    let rest = cents;
    for (let left = parts; left > 1; left -= 1) {
      const fair = rest / left;
      let piece = fair * this.stream.between(0.6, 1.4);
      if (this.stream.chance(0.8)) piece = agreed(this.stream, piece / 100, 0.1);
      piece = Math.max(1, Math.min(Math.floor(piece), rest - (left - 1)));
      pieces.push(piece);
      rest -= piece;
    }
    pieces.push(Math.max(1, rest));
    return pieces;
  }

  /** A transfer of the script. @returns its time, which may be later than asked where offices are closed */
  pay(time: number, from: number, to: number, cents: number): number {
    return this.step(time, from, to, cents, this.formatOf(from, to, cents), this.pretext(from, to), true);
  }

  payAs(time: number, from: number, to: number, cents: number, format: number, purpose: number): number {
    return this.step(time, from, to, cents, format, purpose, true);
  }

  /**
   * Placement: dirty money comes in, as cash over the counter, from a victim's account outside or in the network, or
   * from abroad. Takes one row. @returns the time of arrival
   */
  place(account: number, cents: number, time: number): number {
    const { stream } = this;
    const u = stream.uniform();
    const open = 0.45 - 0.2 * this.care;
    if (u < open) {
      const desk = this.cashDesk(account);
      return this.step(
        time,
        desk,
        account,
        Math.max(cents, notes(stream, cents / 100)),
        Format.Cash,
        Purpose.CashDeposit,
        false,
      );
    }
    if (u < open + 0.15) {
      return this.step(time, this.abroad(), account, cents, Format.Wire, this.pretextOf(account), false);
    }
    const from = OTHER_BANKS.first + stream.below(OTHER_BANKS.count);
    return this.step(
      time,
      from,
      account,
      cents,
      localFormat(stream, this.isPerson(account), cents),
      this.pretextOf(account),
      false,
    );
  }

  /** Integration: what an account holds of the money becomes goods, assets, cash or money abroad, if rows are left. */
  integrate(account: number, cents: number, time: number): void {
    const { stream, parties } = this;
    let rest = cents;
    let when = time;
    while (this.spare > 0 && rest > 20_000 && stream.chance(0.62)) {
      this.spare -= 1;
      when = this.after(when, 16);
      const piece = stream.chance(0.5)
        ? rest
        : Math.min(rest, agreed(stream, (rest / 100) * stream.between(0.2, 0.8), 0.2));
      rest -= piece;
      const u = stream.uniform();
      const late = 0.1 + 0.15 * this.care;
      if (u < 0.28 - late / 2) {
        const drawn = Math.max(10_000, piece - (piece % 10_000));
        this.step(
          when,
          account,
          this.cashDesk(account),
          Math.min(piece, drawn),
          Format.Cash,
          Purpose.CashWithdrawal,
          false,
        );
      } else if (u < 0.42) {
        this.step(when, account, this.abroad(), piece, Format.Wire, this.pretextOf(account), false);
      } else if (u < 0.42 + late) {
        const desk = TOKEN_EXCHANGES.first + stream.below(TOKEN_EXCHANGES.count);
        this.step(when, account, desk, piece, Format.Fps, Purpose.Investment, false);
      } else if (u < 0.54 + late) {
        this.step(when, account, this.broker(), piece, Format.Fps, Purpose.Investment, false);
      } else {
        const shop = lasting(parties, account, stream.below(24), SHOPS);
        if (shop === account) {
          this.step(when, account, this.broker(), piece, Format.Fps, Purpose.Investment, false);
          continue;
        }
        const format = localFormat(stream, this.isPerson(account), piece);
        this.step(when, account, shop, piece, format, Purpose.Invoice, false);
      }
    }
  }

  /** Where free-form money goes next: another account of the ring, a shop, the world outside. */
  destination(from: number): number {
    const u = this.stream.uniform();
    if (u < 0.5) return this.mule();
    if (u < 0.6) return this.company();
    if (u < 0.68) return this.abroad();
    if (u < 0.76) return TOKEN_EXCHANGES.first + this.stream.below(TOKEN_EXCHANGES.count);
    if (u < 0.84) return OTHER_BANKS.first + this.stream.below(OTHER_BANKS.count);
    const shop = lasting(this.parties, from, this.stream.below(24), SHOPS);
    if (shop === from || this.taken.has(shop)) return this.broker();
    return shop;
  }

  /** Whether an account is not the ring's: what reaches it is spent. */
  isShop(account: number): boolean {
    return !this.taken.has(account);
  }

  isPerson(account: number): boolean {
    const role = this.parties.role[account];
    return role === Role.Person || role === Role.PersonSecond;
  }

  /** The same moment, or the morning after it: who wants to pass for a customer sleeps at night. */
  private awake(time: number): number {
    const second = time % DAY;
    if (second >= 25_200 || !this.stream.chance(0.55 + 0.4 * this.care)) return time;
    const morning = time - second + 25_200 + this.stream.below(4 * 3_600);
    return morning < this.end ? morning : time;
  }

  private formatOf(from: number, to: number, cents: number): number {
    const { parties, stream } = this;
    if (from >= CORRESPONDENTS.first && from < parties.institutions) return Format.Wire;
    if (to >= CORRESPONDENTS.first && to < parties.institutions) return Format.Wire;
    if (this.isPerson(from)) return localFormat(stream, true, cents);
    return localFormat(stream, false, cents);
  }

  /** What the instruction says: what people and companies say anyway. */
  private pretext(from: number, to: number): number {
    if (this.isPerson(from) && this.isPerson(to))
      return this.stream.chance(0.9) ? Purpose.Personal : Purpose.Loan;
    return this.pretextOf(this.isPerson(from) ? to : from);
  }

  private pretextOf(account: number): number {
    const u = this.stream.uniform();
    if (this.isPerson(account)) return u < 0.85 ? Purpose.Personal : Purpose.Loan;
    return u < 0.55 ? Purpose.Invoice : u < 0.75 ? Purpose.Services : u < 0.9 ? Purpose.Loan : Purpose.Trade;
  }

  private step(
    time: number,
    from: number,
    to: number,
    cents: number,
    format: number,
    purpose: number,
    core: boolean,
  ): number {
    const when =
      format === Format.Wire || format === Format.Chats || format === Format.Cheque
        ? whenOpen(this.stream, time, this.end - 1)
        : this.awake(time);
    const abroad = from < this.parties.institutions ? from : to;
    this.steps.push({
      time: when,
      from,
      to,
      cents: Math.max(1, Math.min(MOST_CENTS, Math.floor(cents))),
      format,
      purpose,
      currency: format === Format.Wire ? (INSTITUTION_CURRENCY[abroad] ?? 0) : 0,
      core,
    });
    return when;
  }
}
