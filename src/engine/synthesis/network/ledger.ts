import { OTHER_BANKS } from './institutions.js';
import { Role, type Parties } from './parties.js';
import { Format, HONEST, MOST_CENTS, Purpose, type Draft, type Settled } from './transfers.js';

/**
 * What every account holds, to the cent. A transfer moves its amount and nothing else does, so the sum over all
 * accounts, institutions included, never changes; no account goes below zero.
 *
 * An honest transfer that its sender can't pay becomes what brings the money: a transfer from an account that the
 * sender has elsewhere. Dirty money is kept apart (`earmarked`) until its script passes it on, so that honest life
 * does not spend it and every laundering transfer is covered.
 */
export class Ledger {
  readonly balance: Float64Array;
  private readonly earmarked: Float64Array;
  /** transfers that became the money that was missing */
  brought = 0;
  lowest = Infinity;

  constructor(private readonly parties: Parties) {
    this.balance = parties.opening.slice();
    this.earmarked = new Float64Array(parties.accounts);
  }

  /**
   * Settles the rows of a draft in the given order into the first places of `out`.
   *
   * @param earmarks of each laundering transfer, what of it is passed on later, by `origin`
   */
  settle(draft: Draft, order: Uint32Array, earmarks: Float64Array, out: Settled): void {
    const { balance, earmarked, parties } = this;
    for (let place = 0; place < order.length; place += 1) {
      const row = order[place] ?? 0;
      let from = draft.from[row] ?? 0;
      let to = draft.to[row] ?? 0;
      let amount = draft.amount[row] ?? 1;
      let format = draft.format[row] ?? 0;
      let purpose = draft.purpose[row] ?? 0;
      let currency = draft.currency[row] ?? 0;
      const origin = draft.origin[row] ?? HONEST;
      if (origin === HONEST) {
        const free = (balance[from] ?? 0) - (earmarked[from] ?? 0);
        if (amount > free) {
          to = from;
          from = OTHER_BANKS.first + (row % OTHER_BANKS.count);
          amount = brings(amount - free, parties.monthly[to] ?? 0, row);
          const person = parties.role[to] === Role.Person || parties.role[to] === Role.PersonSecond;
          format = person && amount < 10_000_000 ? Format.Fps : Format.Chats;
          purpose = person ? Purpose.OwnAccount : Purpose.Loan;
          currency = 0;
          this.brought += 1;
        }
      } else {
        earmarked[from] = Math.max(0, (earmarked[from] ?? 0) - amount);
        earmarked[to] = (earmarked[to] ?? 0) + (earmarks[origin] ?? 0);
      }
      const held = balance[from] ?? 0;
      const before = balance[to] ?? 0;
      if (held < amount) throw new Error(`account ${from} holds ${held} and is to pay ${amount}`);
      out.time[place] = draft.time[row] ?? 0;
      out.from[place] = from;
      out.to[place] = to;
      out.amount[place] = amount;
      out.format[place] = format;
      out.purpose[place] = purpose;
      out.currency[place] = currency;
      out.origin[place] = origin;
      out.senderBalance[place] = held;
      out.receiverBalance[place] = before;
      balance[from] = held - amount;
      balance[to] = before + amount;
      if (held - amount < this.lowest) this.lowest = held - amount;
    }
  }

  /** Cents over all accounts, exactly. */
  total(): bigint {
    let sum = 0n;
    for (const cents of this.balance) sum += BigInt(cents);
    return sum;
  }
}

/** What is missing and something over, by half of the money of a month, on a round step. */
function brings(missing: number, monthly: number, row: number): number {
  const wanted = missing + monthly * (20 + (row % 41));
  const step = wanted > 10_000_000 ? 1_000_000 : wanted > 1_000_000 ? 100_000 : 10_000;
  return Math.min(MOST_CENTS, Math.ceil(wanted / step) * step);
}
