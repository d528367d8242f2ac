import { DAY, type Period } from '../../calendar.js';
import { type Population } from '../../population/population.js';
import { type Stream } from '../../random.js';
import { type Casting } from './casting.js';

/** How long an account stays in use, and how many cases share one on average (conventions). */
const DAYS_IN_USE = 12;
const CASES_AN_ACCOUNT = 2.5;
/** Share of mule accounts that are at this bank: its share of the market (a convention). */
const HERE = 0.12;
/**
 * Share of accounts in use that honest people pay, too: collecting accounts of payment providers, money-service
 * operators and dealers in virtual assets, companies that also trade (a convention).
 */
const COLLECTING = 0.3;
/** Of mule accounts elsewhere, those that are second accounts of this bank's customers (a convention). */
const SECOND_ACCOUNTS = 0.15;

/** The accounts that fraudsters have in use in a split, by stretches of days. Nine in ten are persons' (HKMA). */
export class Underworld {
  private readonly payees: Int32Array;
  private readonly used = new Set<number>();
  private named: ReadonlyMap<number, number> | undefined;
  private readonly inUse: number;
  private readonly stretches: number;
  private readonly merchants: number;
  private readonly firstShell: number;
  private readonly shells: number;

  constructor(
    population: Population,
    stream: Stream,
    casting: Casting,
    private readonly within: Period,
    cases: number,
  ) {
    const { accounts, organisations, merchants } = population;
    this.merchants = merchants.count;
    this.firstShell = merchants.count + accounts.organisationStart + organisations.shells;
    this.shells = organisations.count - organisations.shells;
    this.stretches = Math.ceil(within.days / DAYS_IN_USE);
    this.inUse = Math.max(4, Math.ceil(cases / CASES_AN_ACCOUNT / this.stretches));
    this.payees = new Int32Array(this.stretches * this.inUse);
    const strangers = accounts.count - accounts.strangerStart;
    for (let slot = 0; slot < this.payees.length; slot += 1) {
      const account = stream.chance(COLLECTING)
        ? this.collecting(population, stream)
        : stream.chance(HERE / (1 - COLLECTING))
          ? casting.choose(stream, 'MULE_HOLDERS')
          : stream.chance(SECOND_ACCOUNTS)
            ? population.customers + stream.below(population.customers)
            : stream.chance(0.1)
              ? accounts.organisationStart + organisations.shells + stream.below(this.shells)
              : accounts.strangerStart + stream.below(strangers);
      this.payees[slot] = this.merchants + account;
      this.used.add(this.merchants + account);
    }
  }

  /** An organisation's account by popularity, a heavy tail, as its honest payers find it. */
  private collecting({ accounts, organisations }: Population, stream: Stream): number {
    const u = stream.uniform();
    return accounts.organisationStart + Math.floor(organisations.shells * u * u * Math.sqrt(u));
  }

  /** An account in use at a time, one that is not known to be named if that is easy; a payee's number. */
  account(stream: Stream, time: number): number {
    const days = (time - this.within.start) / DAY;
    const stretch = Math.max(0, Math.min(this.stretches - 1, Math.floor(days / DAYS_IN_USE)));
    let payee = this.merchants;
    for (let look = 0; look < 4; look += 1) {
      payee = this.payees[stretch * this.inUse + stream.below(this.inUse)] ?? this.merchants;
      if ((this.named?.get(payee) ?? time + 1) > time) break;
    }
    return payee;
  }

  /** From now on fraudsters know which accounts the Suspicious Account Alert names, and since when. */
  avoid(named: ReadonlyMap<number, number>): void {
    this.named = named;
  }

  /** Whether a payee is one of these accounts. */
  has(payee: number): boolean {
    return this.used.has(payee);
  }

  /** An account of a shell company: a hub for large sums. */
  shellAccount(stream: Stream): number {
    return this.firstShell + stream.below(this.shells);
  }
}
