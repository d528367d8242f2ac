import { exp } from '../arithmetic.js';
import { Occupation } from '../population/attributes.js';
import { type People } from '../population/population.js';
import { Stream } from '../random.js';
import { ProductCode, STAYS, Trait, type Applications } from './application.js';
import { F } from './features.js';
import { DAY, macro, weekdayOf } from './months.js';

/** Months of conduct that a lender sees before an application. */
const HISTORY = 12;
/** Months in arrears that make a default: 90 days past due. */
const DEFAULT_AFTER = 3;
/** Monthly interest on cards and overdrafts, and the least payment as a share of the balance (conventions). */
const INTEREST = 0.024;
const LEAST_PAYMENT = 0.04;
const LOAN_INTEREST = 0.009;
/** 2^−16 */
const SIXTEENTH_BIT = 1.52587890625e-5;

/** What shapes the lives of one split. */
export interface Circumstances {
  /** of the split: lives of one split say nothing of those of another */
  readonly key: Uint8Array;
  readonly people: People;
  /** 1 for the people of the group that is treated differently */
  readonly inGroup: Uint8Array;
  /** how hard life is, for others and for the group: 1 is a convention, raised until the default rate is met */
  readonly stress: readonly [others: number, group: number];
  /** share of the group's files that tell of somebody else's conduct */
  readonly separability: number;
  readonly outcomeMonths: number;
  /** how much harder each month gets, 0 … 1 over a year */
  readonly drift: number;
  /** share of files whose income proof, account conduct or register entries were lost */
  readonly missingness: number;
}

/** Where lives are written, row by row. */
export interface Told {
  readonly features: readonly Float32Array[];
  /** month on book in which the default came, or 0 */
  readonly defaultMonth: Uint8Array;
  /** months in arrears after each month on book: `row × outcomeMonths + month` */
  readonly arrears: Uint8Array;
}

/**
 * A person's money, month by month: wages that may stop, rent, living, debts; what is short is drawn on cards, and
 * what cannot be drawn is not paid. A default is what this comes to, never a formula on features.
 */
export class Lives {
  private readonly stream: Stream;
  private readonly application: Stream;
  private income = 0;
  private rent = 0;
  private living = 0;
  private prudence = 0;
  private steadiness = 0;
  private hazard = 0;
  private earning = true;
  private secure = false;
  private savings = 0;
  private limit = 0;
  private card = 0;
  private loans = 0;
  private loanPayment = 0;
  private loanCount = 0;
  private stress = 1;
  private drew = false;
  private missed = false;
  private paidLeast = false;
  private readonly inflows = new Float64Array(HISTORY);
  private readonly savingsAt = new Float64Array(HISTORY);
  private readonly utilisationAt = new Float64Array(HISTORY);

  constructor(private readonly c: Circumstances) {
    this.stream = new Stream(c.key);
    this.application = new Stream(c.key);
  }

  /** Lives application `row` of a vintage and writes its features and its end at `at`. */
  live(from: Applications, row: number, vintage: number, into: Told, at: number): void {
    const { c } = this;
    const person = from.person[row] ?? 0;
    const group = c.inGroup[person] ?? 0;
    const traits = from.traits[row] ?? 0;
    this.stress = (c.stress[group] ?? 1) * (1 + (c.drift * (vintage - 1)) / 12);
    const told = this.application;
    told.rekey(person, 0x4000_0000 + (from.time[row] ?? 0));
    const decoy = group === 1 && c.separability > 0 && told.uniform() < c.separability;
    this.begin(person, vintage, decoy ? 1 : 0, traits);
    this.describe(from, row, vintage, into.features, at, traits);
    if (decoy) {
      this.begin(person, vintage, 0, traits);
      this.history(vintage, traits, into.features, -1);
    }
    const asked = into.features[F.amountAsked]?.[at] ?? 0;
    const term = into.features[F.termMonths]?.[at] ?? 0;
    into.defaultMonth[at] = this.repay(from, row, vintage, asked, term, into.arrears, at * c.outcomeMonths);
  }

  /** The person a year before: traits are the person's own, the same for every application of a month. */
  private begin(person: number, vintage: number, part: number, traits: number): void {
    const { people } = this.c;
    const s = this.stream;
    s.rekey(person, vintage * 4 + part);
    const occupation = people.occupation[person] ?? 0;
    this.prudence = s.normal() + ((traits & Trait.Groomed) !== 0 ? 0.9 : 0);
    this.steadiness = s.normal();
    this.hazard = 0.0075 * exp(-0.7 * this.steadiness);
    this.income = Math.max(3_000, (people.income[person] ?? 15_000) * exp(0.1 * s.normal()));
    this.secure = occupation === Occupation.Retired || occupation === Occupation.DomesticHelper;
    if (this.secure) this.hazard = 0.0008;
    this.earning = occupation !== Occupation.Unemployed || s.uniform() < 0.3;
    this.rent = this.income * (s.uniform() < 0.25 ? 0.03 : s.between(0.12, 0.42));
    const months = ((people.habitualBalance[person] ?? 0) / 100 / this.income) * exp(0.5 * this.prudence);
    this.savings = this.income * Math.min(40, months * s.between(0.15, 0.9));
    this.limit = (people.creditLimit[person] ?? 0) / 100;
    const revolves = s.uniform() < 0.28 - 0.16 * this.prudence;
    this.card = revolves ? this.limit * s.between(0.1, 0.85) : 0;
    this.loanCount = 0;
    this.loans = 0;
    while (this.loanCount < 4 && s.uniform() < 0.24 - 0.1 * this.prudence) {
      this.loanCount += 1;
      this.loans += this.income * s.between(0.5, 4);
    }
    this.loanPayment = this.loans * (1 / 30 + LOAN_INTEREST);
    // People live on what rent and debts leave them, and lay something by, or overspend.
    const left = this.income - this.rent - this.loanPayment;
    this.living = Math.max(0.2 * this.income, left * (0.9 - 0.05 * this.prudence + 0.07 * s.normal()));
  }

  /**
   * One month; `extra` is what the new credit asks for. Amounts are worked on in locals, since a month is lived two
   * dozen times a row.
   *
   * @returns whether `extra` was paid
   */
  private month(calendar: number, extra: number): boolean {
    const s = this.stream;
    const { stress, income, prudence, limit, loanPayment } = this;
    let { earning, savings, card } = this;
    // One word of chance for three small matters.
    const word = s.next();
    const first = (word >>> 16) * SIXTEENTH_BIT;
    if (earning) {
      if (first < this.hazard * macro(calendar) * stress) earning = false;
    } else if (first < 0.2) earning = true;
    const noise = (word & 0xff) * 0.0078125 - 1;
    const inflow = earning ? income * (1 + 0.07 * noise) : 0.14 * income;
    const shock = s.uniform() < 0.03 * stress ? income * s.exponential(1.1) : 0;
    const careless = prudence < 0 ? -0.05 * stress * prudence : 0;
    // Without wages, and under a new debt, belts are tightened.
    const wanted = this.living * (1 + careless) * (earning ? 1 : 0.7) - 0.7 * extra;
    const floor = 0.15 * income;
    const spent = (wanted > floor ? wanted : floor) + this.rent;
    const least = card * (LEAST_PAYMENT + INTEREST);
    const due = loanPayment + least;
    let drew = false;
    let missed = false;
    let paidLeast = false;
    card = card * (1 + INTEREST) - least;
    if (card < 1) card = 0;
    savings += inflow - spent - shock - due;
    if (savings < 0) {
      const free = limit > card ? limit - card : 0;
      const draw = -savings < free ? -savings : free;
      card += draw;
      savings += draw;
      drew = draw > 0.1 * income;
      if (savings < 0) {
        missed = due > 0;
        card += least;
        savings = savings + due > 0 ? savings + due : 0;
      }
    }
    if (card > 0) {
      const spare = savings - 0.35 * spent - extra;
      const share = spare * (prudence > 0 ? 0.8 : 0.3);
      const repaid = spare > 0 ? (card < share ? card : share) : 0;
      card -= repaid;
      savings -= repaid;
      paidLeast = card > 0 && repaid < 0.1 * card;
    }
    if (this.loans > 0) this.repayLoans();
    let paid = true;
    if (extra > 0) {
      const open = savings + 0.6 * (limit > card ? limit - card : 0);
      paid = !missed && open >= extra;
      if (paid) {
        savings -= extra;
        if (savings < 0) {
          card -= savings;
          savings = 0;
        }
      }
    }
    this.earning = earning;
    this.savings = savings;
    this.card = card;
    this.drew = drew;
    this.missed = missed;
    this.paidLeast = paidLeast;
    return paid;
  }

  private repayLoans(): void {
    this.loans -= this.loanPayment * 0.76;
    if (this.loans > 0) return;
    this.loans = 0;
    this.loanPayment = 0;
    this.loanCount = 0;
  }

  /** The year before, and what files and accounts show of it (`at` below 0: shows nothing). */
  private history(vintage: number, traits: number, out: readonly Float32Array[], at: number): void {
    const s = this.stream;
    const groomed = (traits & Trait.Groomed) !== 0;
    let missed = 0;
    let least = 0;
    let low = 0;
    let wages = 0;
    let advances = 0;
    let enquiries1 = 0;
    let enquiries3 = 0;
    let enquiries12 = 0;
    let since = 60;
    for (let t = 0; t < HISTORY; t += 1) {
      const stress = this.stress;
      if (groomed) this.stress = 0.25 * stress;
      this.month(vintage - HISTORY + t, 0);
      this.stress = stress;
      const outgoings = this.living + this.rent;
      this.inflows[t] = this.earning ? this.income : 0.14 * this.income;
      this.savingsAt[t] = this.savings / outgoings;
      this.utilisationAt[t] = this.limit > 0 ? this.card / this.limit : 0;
      since += 1;
      if (this.missed) {
        missed += 1;
        since = 0;
      }
      if (this.paidLeast) least += 1;
      if (this.earning) wages += 1;
      if (this.savings < 0.2 * outgoings) low += 1;
      if (this.drew && t >= 6 && s.uniform() < 0.45) advances += 1;
      const need =
        0.06 + (this.savings < 0.3 * outgoings ? 0.16 : 0) + (this.card > 0.8 * this.limit ? 0.14 : 0);
      if (s.uniform() < need) {
        enquiries12 += 1;
        if (t >= 9) enquiries3 += 1;
        if (t === 11) enquiries1 += 1;
      }
    }
    if (at < 0) return;
    const older = s.uniform() < 0.16 - 0.08 * this.prudence ? 13 + s.below(44) : 60;
    set(out, F.monthsSinceMissed, at, Math.min(60, since > 60 ? older : since));
    set(out, F.missedPayments12m, at, missed);
    set(out, F.minimumPayments12m, at, least);
    set(out, F.lowBalanceMonths12m, at, low);
    set(out, F.salaryMonths12m, at, wages);
    set(out, F.cashAdvances6m, at, advances);
    set(out, F.enquiries1m, at, enquiries1);
    set(out, F.enquiries3m, at, enquiries3);
    set(out, F.enquiries12m, at, enquiries12);
  }

  /** Lives the year before and writes every feature that does not need other people's applications. */
  private describe(
    from: Applications,
    row: number,
    vintage: number,
    out: readonly Float32Array[],
    at: number,
    traits: number,
  ): void {
    const { people } = this.c;
    const person = from.person[row] ?? 0;
    const time = from.time[row] ?? 0;
    const told = this.application;
    this.history(vintage, traits, out, at);
    const age = people.age[person] ?? 40;
    const product = from.product[row] ?? 0;
    const day = Math.floor(time / DAY);
    const outgoings = this.living + this.rent;
    const thin = (traits & Trait.ThinFile) !== 0;
    let raises = told.uniform() < 0.12 ? 1 : 0;
    if ((traits & Trait.Raised) !== 0) {
      raises += 1 + told.below(2);
      this.limit = Math.max(this.limit, 20_000) * 1.5;
      this.card = Math.max(this.card, this.limit * told.between(0.25, 0.85));
    }
    const stated =
      this.income * (told.uniform() < 0.1 ? told.between(1.1, 1.7) : 1) * (this.earning ? 1 : 0.9);
    const greedy = (traits & Trait.Greedy) !== 0 ? 1.7 : 1;
    const need = exp(0.55 * told.normal() - 0.18 * this.prudence) * greedy;
    const wish = product === ProductCode.Loan ? 3 : product === ProductCode.Card ? 1.6 : 2;
    const asked = Math.max(1, Math.round((this.income * wish * need) / 1_000)) * 1_000;
    // A term at which the instalment looks bearable.
    const bearable = this.income * told.between(0.06, 0.2);
    const term =
      product === ProductCode.Loan ? 6 * Math.max(1, Math.min(10, Math.ceil(asked / bearable / 6))) : 0;
    const payment = term > 0 ? asked / term + asked * LOAN_INTEREST : asked * 0.5 * LEAST_PAYMENT;
    const debts = this.loans + this.card;
    set(out, F.amountAsked, at, asked);
    set(out, F.termMonths, at, term);
    set(out, F.isCard, at, product === ProductCode.Card ? 1 : 0);
    set(out, F.isOverdraft, at, product === ProductCode.Overdraft ? 1 : 0);
    set(out, F.isVirtualBank, at, from.virtualBank[row] ?? 0);
    set(out, F.hour, at, (time - day * DAY) / 3_600);
    set(out, F.weekday, at, weekdayOf(day));
    set(out, F.statedIncome, at, Math.round(stated));
    const verified = told.uniform() < (stated > 1.05 * this.income ? 0.3 : this.earning ? 0.8 : 0.4) ? 1 : 0;
    set(out, F.incomeVerified, at, verified);
    set(out, F.amountToIncome, at, asked / stated);
    const least = this.card * LEAST_PAYMENT;
    set(out, F.debtServiceRatio, at, (this.loanPayment + least + payment) / stated);
    set(out, F.debtToIncome, at, debts / stated);
    const utilisation = this.limit > 0 ? this.card / this.limit : 0;
    set(out, F.cardUtilisation, at, utilisation);
    set(out, F.utilisationTrend6m, at, this.limit > 0 ? utilisation - (this.utilisationAt[5] ?? 0) : 0);
    set(out, F.openLoans, at, this.loanCount);
    const cards = this.limit > 0 ? 1 + told.below(thin ? 2 : 4) : 0;
    set(out, F.openCards, at, cards);
    const years = thin ? told.between(0.2, 2.5) : Math.max(0.3, (age - 19) * told.between(0.15, 0.95));
    const oldest = this.limit > 0 || this.loanCount > 0 ? Math.floor(12 * years) : 0;
    set(out, F.oldestAccountMonths, at, oldest);
    set(out, F.limitRaises12m, at, raises);
    const job = this.earning && !this.secure;
    const tenure = 12 * (age - 20) * told.uniform() * told.uniform() * exp(0.3 * this.steadiness);
    set(out, F.employmentMonths, at, job ? Math.floor(Math.max(1, Math.min(tenure, thin ? 40 : 480))) : 0);
    set(out, F.incomeTrend6m, at, Math.min(3, trend(this.inflows)));
    // A lender sees the accounts that it is shown, not every one.
    const shown = told.uniform() < 0.35 ? told.between(0.05, 0.9) : 1;
    set(out, F.savingsMonths, at, Math.min(60, (shown * this.savings) / outgoings));
    const change = shown * ((this.savingsAt[11] ?? 0) - (this.savingsAt[5] ?? 0));
    set(out, F.savingsTrend6m, at, Math.max(-12, Math.min(12, change)));
    set(out, F.rentToIncome, at, this.rent / stated);
    set(out, F.residenceMonths, at, Math.floor(told.exponential(thin ? 20 : 75)));
    const known = told.uniform() < (from.virtualBank[row] === 1 ? 0.35 : 0.7);
    set(out, F.relationshipMonths, at, known ? Math.floor(Math.min(oldest + 6, told.exponential(60))) : 0);
    this.lose(out, at);
  }

  /** What was lost on the way: income proof, account conduct, the register's answer; as often for anybody. */
  private lose(out: readonly Float32Array[], at: number): void {
    const { missingness } = this.c;
    if (missingness === 0) return;
    for (const source of SOURCES)
      if (this.application.uniform() < missingness)
        for (const feature of source) set(out, feature, at, Number.NaN);
  }

  /** What follows. @returns the month on book of the default, or 0 */
  private repay(
    from: Applications,
    row: number,
    vintage: number,
    asked: number,
    term: number,
    arrearsOut: Uint8Array,
    first: number,
  ): number {
    const { outcomeMonths } = this.c;
    const gone = from.goneAfter[row] ?? STAYS;
    const told = this.application;
    let owed = term > 0 ? asked : asked * (this.prudence < 0 ? told.between(0.3, 1) : told.between(0, 0.5));
    if (term > 0 && told.uniform() < 0.4) this.card = Math.max(0, this.card - 0.6 * asked);
    else if (term > 0 && told.uniform() < 0.35) this.savings += 0.5 * asked;
    else if (term === 0) this.limit += asked;
    let arrears = 0;
    let end = 0;
    for (let m = 1; m <= outcomeMonths; m += 1) {
      const due =
        term > 0 ? (m > term ? 0 : asked / term + asked * LOAN_INTEREST) : owed * (LEAST_PAYMENT + INTEREST);
      const paid = m > gone ? false : this.month(vintage + m, due);
      if (!paid) arrears += 1;
      else if (arrears > 0 && this.savings > 2 * due) {
        this.savings -= due;
        arrears -= 1;
      }
      if (term === 0) owed = Math.max(0, owed * (1 + INTEREST) - (paid ? due : 0));
      arrearsOut[first + m - 1] = arrears;
      if (arrears >= DEFAULT_AFTER && end === 0) end = m;
    }
    return end;
  }
}

/** Features by the source that gives them. */
const SOURCES: readonly (readonly number[])[] = [
  [F.incomeVerified, F.employmentMonths],
  [
    F.salaryMonths12m,
    F.incomeTrend6m,
    F.savingsMonths,
    F.savingsTrend6m,
    F.lowBalanceMonths12m,
    F.rentToIncome,
  ],
  [
    F.debtToIncome,
    F.enquiries1m,
    F.enquiries3m,
    F.enquiries12m,
    F.oldestAccountMonths,
    F.monthsSinceMissed,
    F.missedPayments12m,
    F.openLoans,
    F.openCards,
  ],
];

function set(out: readonly Float32Array[], feature: number, at: number, value: number): void {
  (out[feature] as Float32Array)[at] = value;
}

function trend(inflows: Float64Array): number {
  let late = 0;
  let early = 0;
  for (let t = 6; t < 9; t += 1) early += inflows[t] ?? 0;
  for (let t = 9; t < 12; t += 1) late += inflows[t] ?? 0;
  return late / early;
}
