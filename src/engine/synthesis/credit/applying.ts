import { type People } from '../population/population.js';
import { cumulate, type Stream } from '../random.js';
import { Kind, ProductCode, put, STAYS, Trait, type Application, type Applications } from './application.js';
import { DAY, daysOf, firstDay, HOURS, WEEKDAYS, weekdayOf } from './months.js';
import { TYPOLOGIES, type Case } from './typologies/index.js';

const HOUR_TABLE = Float64Array.from(cumulate(HOURS));
/** Nobody older applies. */
const OLDEST = 78;
/** Share of applications by way of a broker or a helper at a branch, whose device many share (a convention). */
const BROKERED = 0.06;
/** Share of people who live where many households have one address (a convention). */
const CROWDED = 0.08;
/** Share of honest applicants who ask several lenders within days (a convention). */
const SHOPS_AROUND = 0.2;

/** Who applies for what, from where: honest applicants and scripts draw from the same pools of everything. */
export class Applying {
  /** devices: two a person, then those of brokers */
  readonly devices: number;
  readonly addresses: number;
  private readonly head: Int32Array;

  constructor(readonly people: People) {
    const { count, household } = people;
    this.devices = 2 * count + Math.max(3, Math.floor(count / 300));
    const households = (household[count - 1] ?? 0) + 1;
    this.addresses = households + Math.max(2, Math.floor(households / 60));
    this.head = new Int32Array(households);
    for (let i = count - 1; i >= 0; i -= 1) this.head[household[i] ?? 0] = i;
  }

  /** Fills in what an ordinary applicant has; the time is left as it is. */
  ordinary(stream: Stream, into: Application): void {
    const { people } = this;
    let person = stream.below(people.count);
    while ((people.age[person] ?? 0) > OLDEST) person = stream.below(people.count);
    const home = people.household[person] ?? 0;
    const u = stream.uniform();
    into.person = person;
    into.product = u < 0.52 ? ProductCode.Loan : u < 0.86 ? ProductCode.Card : ProductCode.Overdraft;
    into.virtualBank = stream.uniform() < (into.product === ProductCode.Card ? 0.18 : 0.34) ? 1 : 0;
    into.kind = Kind.None;
    into.goneAfter = STAYS;
    into.episode = -1;
    const young = (people.age[person] ?? 40) < 27;
    into.traits =
      (stream.uniform() < (young ? 0.4 : 0.07) ? Trait.ThinFile : 0) |
      (stream.uniform() < 0.16 ? Trait.Groomed : 0) |
      (stream.uniform() < 0.07 ? Trait.Raised : 0) |
      (stream.uniform() < 0.14 ? Trait.Greedy : 0);
    const way = stream.uniform();
    const own = 2 * person + (stream.uniform() < 0.8 ? 0 : 1);
    into.device =
      way < BROKERED
        ? 2 * people.count + stream.below(this.devices - 2 * people.count)
        : way < BROKERED + 0.07
          ? 2 * (this.head[home] ?? person)
          : own;
    into.phone = stream.uniform() < 0.05 ? (this.head[home] ?? person) : person;
    const households = this.head.length;
    into.address = stream.uniform() < CROWDED ? households + (home % (this.addresses - households)) : home;
  }

  /** A moment of a month. */
  moment(stream: Stream, month: number): number {
    const days = daysOf(month);
    let day = firstDay(month) + stream.below(days);
    while (stream.uniform() * 1.1 >= (WEEKDAYS[weekdayOf(day)] ?? 1))
      day = firstDay(month) + stream.below(days);
    return day * DAY + 3_600 * stream.pick(HOUR_TABLE, 0, 24) + stream.below(3_600);
  }

  /** Honest applications of a month into rows `from … to`. */
  honest(stream: Stream, month: number, into: Applications, from: number, to: number): void {
    const end = (firstDay(month) + daysOf(month)) * DAY;
    const next = blank();
    let row = from;
    while (row < to) {
      this.ordinary(stream, next);
      next.time = this.moment(stream, month);
      put(into, row, next);
      row += 1;
      if (stream.uniform() >= SHOPS_AROUND) continue;
      for (let more = 1 + stream.below(3); more > 0 && row < to; more -= 1) {
        next.time += 600 + Math.floor(stream.exponential(60_000));
        if (next.time >= end) break;
        next.virtualBank = stream.uniform() < 0.4 ? 1 : 0;
        put(into, row, next);
        row += 1;
      }
    }
  }

  /**
   * Cases of each kind into rows `from …`, `counts` rows of each in the order of TYPOLOGIES.
   *
   * @param episode number of the first case
   * @returns number of the next case
   */
  criminal(
    stream: Stream,
    month: number,
    into: Applications,
    from: number,
    counts: readonly number[],
    episode: number,
  ): number {
    const end = (firstDay(month) + daysOf(month)) * DAY;
    const next = blank();
    let row = from;
    let number = episode;
    TYPOLOGIES.forEach((typology, place) => {
      const upTo = row + (counts[place] ?? 0);
      while (row < upTo) {
        const current = number;
        const credit: Case = {
          stream,
          onset: this.moment(stream, month),
          end,
          next,
          begin: () => {
            this.ordinary(stream, next);
            next.episode = current;
          },
          apply: () => {
            if (row >= upTo || next.time >= end) return false;
            put(into, row, next);
            row += 1;
            return row < upTo;
          },
        };
        typology.play(credit);
        number += 1;
      }
    });
    return number;
  }
}

function blank(): Application {
  return {
    person: 0,
    time: 0,
    product: 0,
    virtualBank: 0,
    kind: 0,
    traits: 0,
    goneAfter: STAYS,
    device: 0,
    phone: 0,
    address: 0,
    episode: -1,
  };
}
