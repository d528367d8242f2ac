import { DAY, drawTime, type Period } from '../calendar.js';
import { type Population } from '../population/population.js';
import { deriveKey, Stream } from '../random.js';
import { rounded } from './behaviour/amounts.js';
import { newPayee } from './behaviour/payees.js';
import { type Cases, type FraudPlan } from './cases.js';
import { Category, Channel, WARNED } from './events.js';
import { Control, NEVER, Outcome, Role } from './frauds.js';
import { type Book } from './typologies/book.js';
import { type Casting } from './typologies/casting.js';
import { shopOf } from './typologies/shops.js';
import { type Underworld } from './typologies/underworld.js';

/** Share of reported accounts that the Suspicious Account Alert comes to name, and the mean days it takes (conventions). */
const LISTED = 0.75;
const LISTING = 1.5;
/** Share of named accounts whose holder has done nothing wrong (a convention). */
const WRONGLY_NAMED = 0.1;
/** Of payers who heed the alert, those who are talked into paying another account; the others pay nothing (convention). */
const TALKED_ROUND = 0.3;
/** Honest card payments that are refused for each refused fraud (a convention). */
const FALSE_DECLINES = 4;
/**
 * Share of what victims of deception send that is stopped: HK$1.57bn, January to September 2025 (am730), of the
 * HK$7.39bn of January to November (Police; stheadline) taken as even over the months.
 */
export const INTERCEPTED = 1.57 / ((7.39 * 9) / 11);

/** From when on payees are named: in no order, each once. */
export class Alerts {
  readonly from = new Map<number, number>();
  /** earliest report of a payment to a payee by a victim of this bank */
  readonly firstReport = new Map<number, number>();
  private readonly stream: Stream;

  constructor(
    key: Uint8Array,
    private readonly population: Population,
    private readonly within: Period,
    private readonly plan: FraudPlan,
    private readonly book: Book,
  ) {
    this.stream = new Stream(deriveKey(key, 'alerts'));
  }

  /** Names accounts to which a reported payment went, some time after the report; never before. */
  name(reportedAt: Int32Array, underworld: Underworld): void {
    const { book, firstReport, stream, population } = this;
    const { payee } = book.draft;
    const merchants = population.merchants.count;
    for (let row = 0; row < book.rows; row += 1) {
      const account = payee[row] ?? 0;
      const reported = reportedAt[book.episode[row] ?? 0] ?? NEVER;
      if (account < merchants || reported === NEVER || !byTransfer(book, row)) continue;
      if (reported < (firstReport.get(account) ?? NEVER)) firstReport.set(account, reported);
    }
    // In the order of the rows that named them first, which is that of insertion.
    for (const [account, reported] of firstReport) {
      stream.rekey(account);
      if (!stream.chance(LISTED)) continue;
      const named = reported + 1_800 + Math.floor(stream.exponential(LISTING * DAY));
      if (named < this.within.end) this.from.set(account, named);
    }
    this.nameWrongly(underworld);
  }

  /** Now and then the holder of a named account is honest, and those who heed the alert had nothing to fear. */
  private nameWrongly(underworld: Underworld): void {
    const { stream, population, within, book } = this;
    const count = Math.round((this.from.size * WRONGLY_NAMED) / (1 - WRONGLY_NAMED));
    for (let k = 0; k < count; k += 1) {
      stream.rekey(k, 1);
      const time = drawTime(stream, within, 0);
      const account = newPayee(population, stream, time);
      if (this.from.has(account) || this.firstReport.has(account) || underworld.has(account)) continue;
      this.from.set(account, time);
      for (let payers = stream.below(3); payers > 0; payers -= 1) {
        const attempt = time + Math.floor(stream.exponential(5 * DAY));
        const amount = rounded(100 * stream.lognormal(2_900, 1.2));
        const payer = stream.below(population.customers);
        if (attempt < within.end)
          book.control(Control.Alert, Outcome.Abandoned, attempt, payer, account, amount);
      }
    }
  }

  /**
   * Victims who are about to pay a named account are shown the alert. Some go on; some are talked into paying another
   * account; and for those, others stop, of whom the table of payments knows nothing. Fraudsters in a victim's name
   * look for an account that is not named.
   */
  warn(cases: Cases, underworld: Underworld, casting: Casting): void {
    const { book, stream, within, plan } = this;
    const { draft } = book;
    underworld.avoid(this.from);
    const ignored = plan.warningIgnored;
    const seen = ignored + TALKED_ROUND * (1 - ignored);
    const goesOn = seen > 0 ? ignored / seen : 0;
    const stoppedFor = ((1 - TALKED_ROUND) * (1 - ignored)) / (seen || 1);
    for (let row = 0; row < book.rows; row += 1) {
      const payee = draft.payee[row] ?? 0;
      const time = draft.time[row] ?? 0;
      if ((this.from.get(payee) ?? NEVER) > time || !byTransfer(book, row)) continue;
      stream.rekey(row, 2);
      const amount = draft.amount[row] ?? 0;
      const customer = draft.customer[row] ?? 0;
      const impostor = book.role[row] === Role.Impostor;
      if (!impostor && stream.chance(goesOn)) {
        this.goOn(row);
      } else {
        if (!impostor) book.control(Control.Alert, Outcome.Abandoned, time, customer, payee, amount);
        const next =
          row + 1 < (cases.firstRow[(book.episode[row] ?? 0) + 1] ?? 0) ? (draft.time[row + 1] ?? 0) : NEVER;
        const later = Math.min(time + 120 + stream.below(1_500), next - 1, within.end - 1);
        draft.time[row] = Math.max(time, later);
        draft.payee[row] = underworld.account(stream, time);
        if ((this.from.get(draft.payee[row] ?? 0) ?? NEVER) <= (draft.time[row] ?? 0)) {
          if (impostor) draft.flags[row] = (draft.flags[row] ?? 0) | WARNED;
          else this.goOn(row);
        }
      }
      if (impostor) continue;
      let stopped = Math.floor(stoppedFor) + (stream.chance(stoppedFor - Math.floor(stoppedFor)) ? 1 : 0);
      for (; stopped > 0; stopped -= 1) {
        const attempt = time + stream.below(6 * 3_600);
        const payer = casting.choose(stream, 'ANYONE');
        const wanted = rounded(amount * stream.lognormal(1, 0.6));
        if (attempt < within.end)
          book.control(Control.Alert, Outcome.Abandoned, attempt, payer, payee, wanted);
      }
    }
  }

  private goOn(row: number): void {
    const { draft } = this.book;
    draft.flags[row] = (draft.flags[row] ?? 0) | WARNED;
    this.book.control(
      Control.Alert,
      Outcome.WentOn,
      draft.time[row] ?? 0,
      draft.customer[row] ?? 0,
      draft.payee[row] ?? 0,
      draft.amount[row] ?? 0,
    );
  }
}

const SPENT_ON = [Category.Travel, Category.ElectronicsGames, Category.Digital, Category.Luxury] as const;

/** Refusals of honest card payments, for speed or for credit: more than of fraud. */
export function declineHonest(
  key: Uint8Array,
  population: Population,
  within: Period,
  book: Book,
  casting: Casting,
): void {
  let refused = 0;
  for (let at = 0; at < book.controls; at += 1) if (book.controlKind[at] === Control.Decline) refused += 1;
  const stream = new Stream(deriveKey(key, 'declines'));
  for (let k = 0; k < refused * FALSE_DECLINES; k += 1) {
    stream.rekey(k);
    const customer = casting.choose(stream, 'CARD_HOLDERS');
    const time = drawTime(stream, within, population.people.wayOfLife[customer] ?? 0);
    const category = SPENT_ON[stream.below(SPENT_ON.length)] ?? Category.Digital;
    const cents = Math.round(100 * stream.lognormal(1_800, 1.1)) + 100;
    book.decline(time, customer, shopOf(population, stream, category), cents);
  }
}

/** Rows sent back in part or whole, in the order of the book. */
export interface Recalls {
  readonly row: number[];
  readonly time: number[];
  readonly share: number[];
}

/**
 * Calls back what victims sent, where they reported soon and much was at stake, until the cited share of all losses by
 * deception is stopped; for the other reported cases it is too late.
 */
export function recall(
  key: Uint8Array,
  population: Population,
  within: Period,
  book: Book,
  cases: Cases,
  reportedAt: Int32Array,
): Recalls {
  const recalls: Recalls = { row: [], time: [], share: [] };
  const stream = new Stream(deriveKey(key, 'recalls'));
  const { draft } = book;
  const candidates: { index: number; score: number; time: number }[] = [];
  let lost = 0;
  for (let index = 0; index < cases.count; index += 1) {
    let loss = 0;
    let last = 0;
    for (let row = cases.firstRow[index] ?? 0; row < (cases.firstRow[index + 1] ?? 0); row += 1) {
      if (book.role[row] !== Role.Victim) continue;
      loss += draft.amount[row] ?? 0;
      last = Math.max(last, draft.time[row] ?? 0);
    }
    if (loss === 0) continue;
    lost += loss;
    const reported = reportedAt[index] ?? NEVER;
    if (reported >= within.end) continue;
    stream.rekey(index);
    const time = reported + 600 + stream.below(7_200);
    const days = (reported - last) / DAY;
    candidates.push({ index, time, score: (loss * stream.lognormal(1, 0.7)) / (1 + days) });
  }
  candidates.sort((left, right) => right.score - left.score || left.index - right.index);
  const firstAccount = population.merchants.count;
  let wanted = INTERCEPTED * lost;
  for (const { index, time } of candidates) {
    const from = cases.firstRow[index] ?? 0;
    const to = cases.firstRow[index + 1] ?? 0;
    let stopped = 0;
    for (let row = from; row < to && time < within.end; row += 1) {
      // What reached an account at this bank is for the ledger to find; what left for another is frozen there.
      const account = (draft.payee[row] ?? 0) - firstAccount;
      const amount = draft.amount[row] ?? 0;
      if (wanted <= 0 || account < population.customers || book.role[row] !== Role.Victim) continue;
      stream.rekey(row, 1);
      const share = Math.min(wanted / amount, stream.between(0.5, 1));
      recalls.row.push(row);
      recalls.time.push(time);
      recalls.share.push(share);
      stopped += Math.floor(share * amount);
      wanted -= share * amount;
    }
    const outcome = stopped > 0 ? Outcome.Recovered : Outcome.TooLate;
    const asked = stopped > 0 ? stopped : (draft.amount[from] ?? 0);
    if (time < within.end)
      book.control(Control.Recall, outcome, time, cases.victim[index] ?? 0, draft.payee[from] ?? 0, asked);
  }
  return recalls;
}

function byTransfer(book: Book, row: number): boolean {
  const channel = book.draft.channel[row];
  return channel === Channel.FpsProxy || channel === Channel.FpsAccount;
}
