import { DAY } from '../../calendar.js';
import { deriveKey, Stream } from '../../random.js';
import { firstOfOrganisation, firstOfPerson, Role, type Parties } from '../parties.js';

/** Accounts stay in use for about so many days before they are dropped (a convention). */
const DAYS_IN_USE = 35;
/** Cases that share an account in use, on average. */
const CASES_AN_ACCOUNT = 2.2;
/** Hong Kong's mule accounts are about 90% individuals' (HKMA, second-hand). */
export const INDIVIDUAL_SHARE = 0.9;

/** The accounts that launderers control in one split, drawn from the split's own key. */
export class Ring {
  private readonly mules: Int32Array;
  private readonly windows: number;
  private readonly inUse: number;
  private readonly shells: Int32Array;
  private readonly companies: Int32Array;

  /**
   * @param accounts how many accounts the cases of the split need, roughly
   * @param groupRatio chance of a person of the group to be drawn in, relative to others
   */
  constructor(
    private readonly parties: Parties,
    key: Uint8Array,
    private readonly start: number,
    end: number,
    accounts: number,
    groupRatio: number,
  ) {
    const stream = new Stream(deriveKey(key, 'ring'));
    this.windows = Math.max(1, Math.ceil((end - start) / DAY / DAYS_IN_USE));
    this.inUse = 10 * Math.max(1, Math.round(accounts / CASES_AN_ACCOUNT / this.windows / 10));
    this.mules = Int32Array.from({ length: this.windows * this.inUse }, (_, place) =>
      place % 10 >= 10 * INDIVIDUAL_SHARE ? this.anyOrganisation(stream) : this.anyPerson(stream, groupRatio),
    );
    const organisations = Array.from({ length: parties.organisations }, (_, c) =>
      firstOfOrganisation(parties, c),
    );
    this.shells = Int32Array.from(organisations.filter((account) => parties.role[account] === Role.Shell));
    this.companies = Int32Array.from({ length: Math.max(6, Math.round(accounts / 12)) }, () =>
      this.anyOrganisation(stream),
    );
  }

  /** An account in use around a time. */
  mule(stream: Stream, time: number): number {
    const window = Math.min(
      this.windows - 1,
      Math.max(0, Math.floor((time - this.start) / DAY / DAYS_IN_USE)),
    );
    return this.mules[window * this.inUse + stream.below(this.inUse)] ?? 0;
  }

  shell(stream: Stream): number {
    return this.shells.length === 0
      ? this.company(stream)
      : (this.shells[stream.below(this.shells.length)] ?? 0);
  }

  company(stream: Stream): number {
    return this.companies[stream.below(this.companies.length)] ?? 0;
  }

  /** Bought, lent or coerced accounts: second accounts and young ones oftener, by little. */
  private anyPerson(stream: Stream, groupRatio: number): number {
    const { parties } = this;
    const most = Math.max(1, groupRatio);
    for (;;) {
      const person = stream.below(parties.persons);
      const odds = parties.group[person] === 1 ? groupRatio : 1;
      if (stream.uniform() * most >= odds) continue;
      const first = firstOfPerson(parties, person);
      const second = parties.second[first] ?? -1;
      const account = second >= 0 && stream.chance(0.55) ? second : first;
      if ((parties.opened[account] ?? 0) < -1_100 && stream.chance(0.3)) continue;
      return account;
    }
  }

  private anyOrganisation(stream: Stream): number {
    const { parties } = this;
    for (let look = 0; ; look += 1) {
      const account = firstOfOrganisation(parties, stream.below(parties.organisations));
      const role = parties.role[account];
      if (role === Role.MoneyService && look < 50) continue;
      // Shell companies are few, and sought.
      if (role !== Role.Shell && stream.chance(0.5) && look < 50) continue;
      return account;
    }
  }
}
