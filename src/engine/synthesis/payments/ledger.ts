import { DAY } from '../calendar.js';
import { type Population } from '../population/population.js';
import { tie } from '../random.js';
import { BLOCK_INFLOWS, BLOCK_ROWS, type Block } from './block.js';
import { Category, Channel, InflowKind, Pocket, pocketOf, REMOTE, WARNED } from './events.js';
import { type Frauds } from './frauds.js';
import {
  E_CNY_BALANCE_LIMIT,
  E_CNY_TRANSACTION_LIMIT,
  E_CNY_YEAR_LIMIT,
  HKD_PER_RMB,
  PAYMENT_CONNECT_DAY_LIMIT,
  PAYMENT_CONNECT_YEAR_LIMIT,
  PROXY_LIMIT,
  PURSE_LIMIT,
} from './limits.js';
import { Nights, type NightList } from './nights.js';
import { opening } from './opening.js';
import { type Intended, type WeekDraft } from './week-draft.js';

/** Numbers that the ledger keeps of a customer: eight of eight bytes, one cache line. The pockets come first. */
const STATE = 8;
const E_CNY_OF_YEAR = 4;
const CONNECT_OF_YEAR = 5;
const CONNECT_OF_DAY = 6;
const CONNECT_DAY = 7;

/** Whole dollars and cents: nothing smaller than HK$1 is paid. */
const SMALLEST = 100;
/** Cash machines give notes of HK$100. */
const NOTE = 10_000;
const LARGEST = 2_000_000_000;
/** Payments whose memory is fetched together. */
const BATCH = 32;
/** The bank books wages, card bills, cheques and refunds in one run of the night. */
const NIGHTLY = 4 * 3_600;
/** Share of on-line card purchases that shops take back, 3 to 12 days later; convention of this preset. */
const REFUNDED = 0.015;
/** Customers who pay their whole card bill; the others pay 30% of it. Convention of this preset. */
const TRANSACTORS = 0.8;
/** Movements that one payment can cause at most, with room to spare. */
const ROOM = BLOCK_INFLOWS - 16;
const LAST_DAY = 366;

/**
 * The bank's books: walks payments in time order and says what each pocket holds. Money is never made: what an account
 * cannot bear is moved from savings first, a purse or wallet that is too light is filled from the account, a card near
 * its limit is paid off early, and each of these is written down. No pocket falls below zero, and the limits of
 * limits.ts hold.
 */
export class Ledger {
  private readonly state: Float64Array;
  private readonly nights: Nights;
  /** one bit a payee whom the Suspicious Account Alert names */
  private readonly alerted: Uint8Array;
  /** by day: customer, pocket, kind and cents, one after the other */
  private readonly owed: number[][] = Array.from({ length: LAST_DAY + 30 }, () => []);
  private readonly intended: Intended = {
    time: 0,
    customer: 0,
    payee: 0,
    amount: 0,
    device: 0,
    channel: 0,
    category: 0,
    flags: 0,
    intent: 0,
    origin: -1,
  };

  /** keeps what `warm` reads from being optimised away */
  protected warmth = 0;
  private frauds: Frauds | undefined;
  private inflow = 0;
  private recall = 0;
  private alert = 0;
  private alerts: { readonly second: number; readonly payee: number }[] = [];

  /** the day whose night comes next, and how far its list has been worked off */
  private day: number;
  private night: NightList[] = [];
  private nightBegun = false;
  private nightOwed = 0;
  /** the second at which something other than a payment is due */
  private next = 0;

  constructor(
    private readonly p: Population,
    firstDay: number,
  ) {
    this.state = new Float64Array(p.customers * STATE);
    for (let c = 0; c < p.customers; c += 1)
      for (let pocket = 0; pocket < 4; pocket += 1) this.state[c * STATE + pocket] = opening(p, c, pocket);
    this.nights = new Nights(p);
    this.alerted = new Uint8Array(((p.merchants.count + p.accounts.count) >> 3) + 1);
    this.day = firstDay;
    this.plan();
  }

  /** Takes up what fraudsters and controls do in the split that comes next; alerts that are still to come stay. */
  begin(frauds: Frauds): void {
    const { payee, from } = frauds.alerted;
    const late = this.alerts.slice(this.alert);
    this.alerts = [...late, ...Array.from(from, (second, i) => ({ second, payee: payee[i] ?? 0 }))].sort(
      (left, right) => left.second - right.second || left.payee - right.payee,
    );
    this.frauds = frauds;
    this.inflow = 0;
    this.recall = 0;
    this.alert = 0;
    this.plan();
  }

  /**
   * Settles payments of a week from `place` of the order on, until the block is full or the week at its end.
   *
   * @returns the place that comes next
   */
  settle(week: WeekDraft, order: Uint32Array, place: number, rows: number, block: Block): number {
    const { events, inflows, origin } = block;
    const { intended } = this;
    let row = events.rows;
    for (; place < rows && row < BLOCK_ROWS && inflows.rows < ROOM; place += 1, row += 1) {
      if (row % BATCH === 0) this.warm(week, order, place, Math.min(rows, place + BATCH));
      week.read(order[place] ?? 0, intended);
      events.rows = row;
      if (intended.time >= this.next && !this.catchUp(intended.time, block)) break;
      this.pay(block, row);
      events.customer[row] = intended.customer;
      events.time[row] = intended.time;
      events.channel[row] = intended.channel;
      events.category[row] = intended.category;
      events.payee[row] = intended.payee;
      events.amount[row] = intended.amount;
      events.device[row] = intended.device;
      events.flags[row] = intended.flags;
      origin[row] = intended.origin;
      if (intended.origin >= 0 && this.frauds !== undefined)
        this.frauds.draft.amount[intended.origin] = intended.amount;
    }
    events.rows = row;
    return place;
  }

  /**
   * Touches the memory of the next payments and of who makes them, so that the processor fetches it all at once and
   * not one after the other.
   */
  private warm(week: WeekDraft, order: Uint32Array, from: number, to: number): void {
    const { state } = this;
    let sum = 0;
    for (let place = from; place < to; place += 1)
      sum += state[week.customer(order[place] ?? 0) * STATE] ?? 0;
    this.warmth = sum;
  }

  /**
   * Does what is due up to `time` besides payments, in the order of its time.
   *
   * @returns false when the block has no room for more movements
   */
  catchUp(time: number, block: Block): boolean {
    while (this.next <= time) {
      if (block.inflows.rows >= ROOM) return false;
      const now = this.next;
      if (now === this.day * DAY + NIGHTLY) {
        if (!this.workNight(now, block)) return false;
        this.day += 1;
      } else this.workFrauds(now, block);
      this.plan();
    }
    return true;
  }

  private plan(): void {
    const { frauds } = this;
    let next = this.day * DAY + NIGHTLY;
    if (frauds !== undefined) {
      next = Math.min(
        next,
        frauds.inflows.time[this.inflow] ?? next,
        frauds.recalls.time[this.recall] ?? next,
        this.alerts[this.alert]?.second ?? next,
      );
    }
    this.next = next;
  }

  private workFrauds(now: number, block: Block): void {
    const { frauds } = this;
    if (frauds === undefined) return;
    const { inflows, recalls } = frauds;
    const alert = this.alerts[this.alert];
    if (alert?.second === now) {
      const bit = 1 << (alert.payee & 7);
      this.alerted[alert.payee >> 3] = (this.alerted[alert.payee >> 3] ?? 0) | bit;
      this.alert += 1;
    } else if (inflows.time[this.inflow] === now) {
      const customer = inflows.customer[this.inflow] ?? 0;
      this.book(
        block,
        customer,
        now,
        inflows.kind[this.inflow] ?? 0,
        Pocket.Account,
        inflows.amount[this.inflow] ?? 0,
      );
      this.inflow += 1;
    } else {
      this.sendBack(now, recalls.origin[this.recall] ?? 0, recalls.share[this.recall] ?? 0, block);
      this.recall += 1;
    }
  }

  /** A payment called back: what is still there, where the payee's account is at this bank. */
  private sendBack(now: number, origin: number, share: number, block: Block): void {
    const draft = this.frauds?.draft;
    if (draft === undefined || (draft.time[origin] ?? 0) >= now) return;
    const holder = (draft.payee[origin] ?? 0) - this.p.merchants.count;
    let amount = Math.floor(share * (draft.amount[origin] ?? 0));
    if (holder >= 0 && holder < this.p.customers) {
      amount = Math.min(amount, this.state[holder * STATE] ?? 0);
      if (amount > 0) this.book(block, holder, now, InflowKind.Recall, Pocket.Account, -amount);
    }
    if (amount <= 0) return;
    const pocket = pocketOf(draft.channel[origin] ?? 0, draft.category[origin] ?? 0);
    this.book(
      block,
      draft.customer[origin] ?? 0,
      now,
      InflowKind.Recall,
      pocket === Pocket.Credit ? Pocket.Credit : Pocket.Account,
      amount,
    );
  }

  /** The run of a night; it can be interrupted where the block has no more room, and goes on in the next. */
  private workNight(now: number, block: Block): boolean {
    const { inflows } = block;
    if (!this.nightBegun) {
      this.nightBegun = true;
      this.nightOwed = 0;
      this.night = this.nights.of(this.day);
    }
    for (const part of this.night) {
      for (; part.at < part.to; part.at += 1) {
        if (inflows.rows >= ROOM) return false;
        const customer = part.list[part.at] ?? 0;
        if (part.wages) this.earn(block, customer, now);
        else this.payBill(block, customer, now);
      }
    }
    const owed = this.owed[this.day] ?? [];
    for (; this.nightOwed < owed.length; this.nightOwed += 4) {
      if (inflows.rows >= ROOM) return false;
      const [customer = 0, pocket = 0, kind = 0, amount = 0] = owed.slice(this.nightOwed, this.nightOwed + 4);
      this.book(block, customer, now, kind, pocket, amount);
    }
    owed.length = 0;
    this.night = [];
    this.nightBegun = false;
    return true;
  }

  /** Wages; then most of what lies above the customer's habit goes to savings, or comes from there. */
  private earn(block: Block, customer: number, now: number): void {
    const { habitualBalance, income } = this.p.people;
    const wages = Math.round(100 * (income[customer] ?? 0));
    if (wages > 0) this.book(block, customer, now, InflowKind.Wages, Pocket.Account, wages);
    const held = this.state[customer * STATE] ?? 0;
    const moved = NOTE * Math.round((0.7 * ((habitualBalance[customer] ?? 0) - held)) / NOTE);
    if (moved !== 0 && held + moved >= 0)
      this.book(block, customer, now, InflowKind.Savings, Pocket.Account, moved);
  }

  private payBill(block: Block, customer: number, now: number): void {
    const limit = this.p.people.creditLimit[customer] ?? 0;
    const debt = limit - (this.state[customer * STATE + Pocket.Credit] ?? 0);
    if (debt < SMALLEST) return;
    const paid = tie(customer, 12, this.p.salt) < TRANSACTORS ? debt : Math.ceil(0.3 * debt);
    this.payCard(block, customer, now, paid);
  }

  private payCard(block: Block, customer: number, now: number, paid: number): void {
    this.provide(block, customer, now, paid);
    this.book(block, customer, now, InflowKind.CardBill, Pocket.Account, -paid);
    this.book(block, customer, now, InflowKind.CardBill, Pocket.Credit, paid);
  }

  /** Moves savings to an account that holds less than `amount`: what is missing and some more, in whole HK$100. */
  private provide(block: Block, customer: number, now: number, amount: number): void {
    const held = this.state[customer * STATE] ?? 0;
    if (held >= amount) return;
    const more = 0.5 * (this.p.people.habitualBalance[customer] ?? 0) * tie(customer, now, this.p.salt);
    const moved = NOTE * Math.ceil((amount - held + more) / NOTE);
    this.book(block, customer, now, InflowKind.Savings, Pocket.Account, moved);
  }

  /** Lets a purse that cannot hold what is to be added give as much back to the account first. */
  private makeRoom(block: Block, base: number): void {
    const { intended } = this;
    intended.amount = Math.min(intended.amount, PURSE_LIMIT);
    const over = (this.state[base + Pocket.Purse] ?? 0) + intended.amount - PURSE_LIMIT;
    if (over <= 0) return;
    this.book(block, intended.customer, intended.time, InflowKind.TopUp, Pocket.Purse, -over);
    this.book(block, intended.customer, intended.time, InflowKind.TopUp, Pocket.Account, over);
  }

  /** Fills a purse or wallet from the account. */
  private topUp(block: Block, customer: number, now: number, pocket: number, amount: number): void {
    this.provide(block, customer, now, amount);
    this.book(block, customer, now, InflowKind.TopUp, Pocket.Account, -amount);
    this.book(block, customer, now, InflowKind.TopUp, pocket, amount);
  }

  /** Makes the payment in `intended` bearable, takes it from its pocket and gives it to the payee. */
  private pay(block: Block, row: number): void {
    const { intended, state } = this;
    const { customer, time } = intended;
    const base = customer * STATE;
    if (intended.intent > 0) this.share(base);
    intended.amount = Math.max(SMALLEST, Math.min(LARGEST, intended.amount));
    if (intended.channel === Channel.CrossBorder) this.limitConnect(base, time);
    else if (intended.channel === Channel.ECny) this.limitECny(base);
    else if (intended.channel === Channel.CreditCard) this.limitCredit(block, base);
    else if (intended.channel === Channel.Atm)
      intended.amount = Math.max(NOTE, NOTE * Math.floor(intended.amount / NOTE));
    const pocket = pocketOf(intended.channel, intended.category);
    if (intended.category === Category.TopUp) this.makeRoom(block, base);
    if (pocket === Pocket.Account) this.provide(block, customer, time, intended.amount);
    else if (pocket !== Pocket.Credit) this.fillPurse(block, base);
    const before = state[base + pocket] ?? 0;
    state[base + pocket] = before - intended.amount;
    block.events.balance[row] = before;
    if (intended.channel === Channel.FpsProxy || intended.channel === Channel.FpsAccount) {
      const { payee } = intended;
      if ((((this.alerted[payee >> 3] ?? 0) >> (payee & 7)) & 1) === 1) intended.flags |= WARNED;
    }
    this.pass(block, row);
  }

  /** What the payment does elsewhere: the payee's account at this bank, or a refund that will come. */
  private pass(block: Block, row: number): void {
    const { customer, time, channel, category, amount, payee } = this.intended;
    if (category === Category.TopUp) {
      block.events.rows = row + 1;
      this.book(block, customer, time, InflowKind.TopUp, Pocket.Purse, amount);
      return;
    }
    if (channel === Channel.CreditCard || channel === Channel.DebitCard) {
      if ((this.intended.flags & REMOTE) !== 0 && tie(customer, time, this.p.salt + 1) < REFUNDED) {
        const pocket = pocketOf(channel, category);
        const days = 3 + Math.floor(10 * tie(customer, time, this.p.salt + 2));
        this.owed[Math.floor(time / DAY) + days]?.push(customer, pocket, InflowKind.Refund, amount);
      }
      return;
    }
    const holder = payee - this.p.merchants.count;
    if (holder < 0 || holder >= this.p.customers) return;
    if (channel === Channel.Atm || channel === Channel.CrossBorder) return;
    if (channel === Channel.Cheque) {
      this.owed[Math.floor(time / DAY) + 1]?.push(
        holder,
        Pocket.Account,
        InflowKind.TransferReceived,
        amount,
      );
      return;
    }
    block.events.rows = row + 1;
    this.book(block, holder, time, InflowKind.TransferReceived, Pocket.Account, amount);
  }

  /** An amount that is a share of what is held, in a round sum as people type it. */
  private share(base: number): void {
    const { intended } = this;
    const pocket = intended.channel === Channel.CreditCard ? Pocket.Credit : Pocket.Account;
    let amount = Math.min(LARGEST, intended.intent * (this.state[base + pocket] ?? 0));
    if (intended.channel === Channel.FpsProxy) amount = Math.min(PROXY_LIMIT, amount);
    const unit = amount < 100_000 ? 1_000 : amount < 1_000_000 ? 10_000 : 100_000;
    intended.amount = unit * Math.floor(amount / unit);
  }

  private limitConnect(base: number, time: number): void {
    const { intended, state } = this;
    const day = Math.floor(time / DAY);
    const today = state[base + CONNECT_DAY] === day ? (state[base + CONNECT_OF_DAY] ?? 0) : 0;
    const ofYear = state[base + CONNECT_OF_YEAR] ?? 0;
    const left = Math.min(PAYMENT_CONNECT_DAY_LIMIT - today, PAYMENT_CONNECT_YEAR_LIMIT - ofYear);
    if (left < NOTE) {
      // What Payment Connect no longer takes goes to the same person by account number.
      intended.channel = Channel.FpsAccount;
      return;
    }
    intended.amount = Math.min(intended.amount, left);
    state[base + CONNECT_DAY] = day;
    state[base + CONNECT_OF_DAY] = today + intended.amount;
    state[base + CONNECT_OF_YEAR] = ofYear + intended.amount;
  }

  private limitECny(base: number): void {
    const { intended, state } = this;
    const ofYear = state[base + E_CNY_OF_YEAR] ?? 0;
    const left = E_CNY_YEAR_LIMIT - ofYear;
    if (left < NOTE) {
      intended.channel = Channel.DebitCard;
      return;
    }
    intended.amount = Math.min(intended.amount, E_CNY_TRANSACTION_LIMIT, left);
    state[base + E_CNY_OF_YEAR] = ofYear + intended.amount;
  }

  /** A card that is nearly used up is paid off early; one with a smaller limit than the purchase is not used. */
  private limitCredit(block: Block, base: number): void {
    const { intended, state } = this;
    if (intended.amount <= (state[base + Pocket.Credit] ?? 0)) return;
    const limit = this.p.people.creditLimit[intended.customer] ?? 0;
    if (intended.amount > limit) {
      intended.channel = Channel.DebitCard;
      return;
    }
    this.payCard(block, intended.customer, intended.time, limit - (state[base + Pocket.Credit] ?? 0));
  }

  /** The purse is filled by the customer's usual sum, or as much more as the payment needs, up to its cap. */
  private fillPurse(block: Block, base: number): void {
    const { intended, state } = this;
    const inECny = intended.channel === Channel.ECny;
    const pocket = inECny ? Pocket.ECny : Pocket.Purse;
    const cap = inECny ? E_CNY_BALANCE_LIMIT : PURSE_LIMIT;
    intended.amount = Math.min(intended.amount, cap);
    const held = state[base + pocket] ?? 0;
    if (held >= intended.amount) return;
    const unit = inECny ? Math.round(10_000 * HKD_PER_RMB) : 25_000;
    const usual = unit * (1 + Math.floor(4 * tie(intended.customer, 13 + pocket, this.p.salt)));
    const needed = unit * Math.ceil((intended.amount - held) / unit);
    this.topUp(
      block,
      intended.customer,
      intended.time,
      pocket,
      Math.min(cap - held, Math.max(usual, needed)),
    );
  }

  private book(
    block: Block,
    customer: number,
    time: number,
    kind: number,
    pocket: number,
    amount: number,
  ): void {
    const { inflows } = block;
    const at = inflows.rows;
    const base = customer * STATE + pocket;
    this.state[base] = (this.state[base] ?? 0) + amount;
    inflows.customer[at] = customer;
    inflows.time[at] = time;
    inflows.before[at] = block.events.rows;
    inflows.kind[at] = kind;
    inflows.pocket[at] = pocket;
    inflows.amount[at] = amount;
    inflows.rows = at + 1;
  }
}
