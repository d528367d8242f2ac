import { drawTime } from '../../calendar.js';
import { Stream } from '../../random.js';
import { CORRESPONDENTS, INSTITUTION_CURRENCY } from '../institutions.js';
import { firstOfPerson, lasting, Role, TYPICAL_TURNOVER, type Parties } from '../parties.js';
import { officeMoment, whenOpen, type Slice } from '../slices.js';
import { Format, put, type Draft } from '../transfers.js';

/** Writes the transfers of one account after another into their places in the draft. */
export class Pen {
  readonly stream: Stream;
  /** the account whose life is written, its role, and its holder */
  account = 0;
  role = 0;
  holder = 0;
  /** next place, and the first that is no longer this account's */
  row = 0;
  end = 0;
  private previous = 0;

  constructor(
    readonly parties: Parties,
    readonly draft: Draft,
    readonly slice: Slice,
    key: Uint8Array,
    private readonly week: number,
  ) {
    this.stream = new Stream(key, 0, week);
  }

  open(account: number, row: number, end: number): void {
    this.stream.rekey(account, this.week);
    this.account = account;
    this.role = this.parties.role[account] ?? 0;
    this.holder = this.parties.holder[account] ?? 0;
    this.row = row;
    this.end = end;
    this.previous = -1;
  }

  get left(): number {
    return this.end - this.row;
  }

  /**
   * What the sizes of the account's transfers go by, in HKD: a person's income, and the root of a firm's turnover,
   * whose transfers grow in number as in size.
   */
  get means(): number {
    const monthly = this.parties.monthly[this.account] ?? 20_000;
    return this.holder < this.parties.persons ? monthly : Math.sqrt(monthly * TYPICAL_TURNOVER);
  }

  /** A moment by the holder's habits; often soon after what was done just before, as errands are run together. */
  moment(): number {
    const { stream, slice } = this;
    const { end } = slice.period;
    if (this.previous >= 0 && stream.chance(0.6)) {
      const soon = this.previous + 20 + Math.floor(stream.exponential(stream.chance(0.6) ? 300 : 4_000));
      if (soon < end) {
        this.previous = soon;
        return soon;
      }
    }
    this.previous =
      this.role === Role.Person || this.role === Role.PersonSecond
        ? drawTime(stream, slice.period, this.parties.wayOfLife[this.holder] ?? 0)
        : stream.chance(0.9)
          ? officeMoment(stream, slice)
          : drawTime(stream, slice.period, 0);
    return this.previous;
  }

  /** Later than `time` by about so many hours, before the slice ends. */
  later(time: number, hours: number): number {
    const room = this.slice.period.end - 1 - time;
    const wait = 60 + Math.floor(this.stream.exponential(hours * 3600));
    // What would fall past the slice comes somewhere before its end, not all at its last second.
    return time + (wait < room ? wait : Math.floor(room * this.stream.uniform()));
  }

  write(time: number, from: number, to: number, cents: number, format: number, purpose: number): void {
    const abroad =
      from < this.parties.institutions ? from : to < this.parties.institutions ? to : CORRESPONDENTS.first;
    const currency = format === Format.Wire ? (INSTITUTION_CURRENCY[abroad] ?? 0) : 0;
    const when =
      format === Format.Fps || format === Format.StoredValue || format === Format.Cash
        ? time
        : whenOpen(this.stream, time, this.slice.period.end);
    put(this.draft, this.row, when, from, to, cents, format, purpose, currency);
    this.row += 1;
  }

  /** Account of somebody the holder knows; the closest are met most. */
  contact(): number {
    const { parties, stream } = this;
    const person = this.holder;
    const start = parties.contactStart[person] ?? 0;
    const count = (parties.contactStart[person + 1] ?? 0) - start;
    if (count < 1) return this.stranger();
    const u = stream.uniform();
    return firstOfPerson(parties, parties.contact[start + Math.floor(u * u * count)] ?? person);
  }

  /** Any other person's first account. */
  stranger(): number {
    const { parties, stream } = this;
    const other = firstOfPerson(parties, stream.below(parties.persons));
    return other === this.account ? firstOfPerson(parties, (this.holder + 1) % parties.persons) : other;
  }

  /** One of so many lasting counterparties of a kind (`salt`), the first of them oftenest. */
  regular(count: number, salt: number): number {
    const u = this.stream.uniform();
    const other = lasting(this.parties, this.account, Math.floor(u * u * count), salt);
    return other === this.account ? this.institution(0, 1) : other;
  }

  institution(first: number, count: number): number {
    return first + this.stream.below(count);
  }
}
