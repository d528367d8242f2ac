import { log } from '../../arithmetic.js';
import { Occupation } from '../../population/attributes.js';
import { type People, type Population } from '../../population/population.js';
import { type Stream } from '../../random.js';
import { type Crowd } from './typology.js';

/** A group that is treated differently: who is in it, and how. */
export interface Group {
  /** 1 for its members, a customer */
  readonly member: Uint8Array;
  /** risk of a member to become a victim, relative to everyone else's */
  readonly prevalenceRatio: number;
  /** 0 … 1: how much less the members' frauds stand out */
  readonly separability: number;
}

const OLDER = 60;
/** Of mule accounts here, those lent by students, and those of domestic helpers in debt (conventions). */
const LENT_BY_STUDENTS = 0.2;
const HELPERS_IN_DEBT = 0.1;

/**
 * Who becomes a victim. Within the crowd that a script looks for, everybody is as likely as everybody else, whatever
 * the sex, race, marital or family status or disability, unless a group's prevalence ratio says otherwise. The crowds
 * go by age, occupation, card and ownership, as the Police describe victims.
 */
export class Casting {
  private readonly lists = new Map<Crowd, Int32Array>();
  private readonly students: Int32Array;
  private readonly helpers: Int32Array;

  constructor(
    private readonly population: Population,
    private readonly group: Group | undefined,
  ) {
    const { people } = population;
    const occupation = (i: number) => people.occupation[i] ?? 0;
    const student = (i: number) =>
      occupation(i) === Occupation.LocalStudent || occupation(i) === Occupation.MainlandStudent;
    this.students = those(people, student);
    this.lists.set(
      'MAINLAND_STUDENTS',
      those(people, (i) => occupation(i) === Occupation.MainlandStudent),
    );
    this.lists.set(
      'LOCAL_STUDENTS',
      those(people, (i) => occupation(i) === Occupation.LocalStudent),
    );
    this.helpers = those(people, (i) => occupation(i) === Occupation.DomesticHelper);
    this.lists.set(
      'NO_STUDENTS',
      those(people, (i) => !student(i)),
    );
    this.lists.set(
      'OLDER',
      those(people, (i) => (people.age[i] ?? 0) >= OLDER),
    );
    this.lists.set(
      'CARD_HOLDERS',
      those(people, (i) => (people.creditLimit[i] ?? 0) > 0),
    );
    this.lists.set(
      'BUSINESS_OWNERS',
      those(people, (i) => occupation(i) === Occupation.SoleTrader),
    );
  }

  /** A customer of the crowd; of all customers where nobody is in it. */
  choose(stream: Stream, crowd: Crowd): number {
    const { group } = this;
    const list = this.listOf(stream, crowd);
    for (;;) {
      const customer =
        list === undefined || list.length === 0
          ? stream.below(this.population.customers)
          : (list[stream.below(list.length)] ?? 0);
      if (group === undefined || group.prevalenceRatio === 1 || crowd === 'MULE_HOLDERS') return customer;
      const ratio = group.prevalenceRatio;
      const risk = group.member[customer] === 1 ? ratio : 1;
      if (stream.uniform() * Math.max(1, ratio) < risk) return customer;
    }
  }

  private listOf(stream: Stream, crowd: Crowd): Int32Array | undefined {
    if (crowd === 'ANYONE') return undefined;
    if (crowd !== 'MULE_HOLDERS') return this.lists.get(crowd);
    const u = stream.uniform();
    if (u < LENT_BY_STUDENTS) return this.students;
    return u < LENT_BY_STUDENTS + HELPERS_IN_DEBT ? this.helpers : undefined;
  }
}

function those(people: People, chosen: (i: number) => boolean): Int32Array {
  let count = 0;
  const list = new Int32Array(people.count);
  for (let i = 0; i < people.count; i += 1) {
    if (!chosen(i)) continue;
    list[count] = i;
    count += 1;
  }
  return list.slice(0, count);
}

const CENTRAL = [
  -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1,
  2.506628277459239,
] as const;
const CENTRAL_BELOW = [
  -5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1,
] as const;
const TAIL = [
  -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
] as const;
const TAIL_BELOW = [
  7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416,
] as const;

/** Standard normal quantile (Acklam's rational approximation, relative error below 1.2e-9), for 0 < p < 1. */
export function normalQuantile(p: number): number {
  if (p > 0.97575) return -normalQuantile(1 - p);
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * log(p));
    const [a, b, c, d, e, f] = TAIL;
    const [g, h, i, j] = TAIL_BELOW;
    return (((((a * q + b) * q + c) * q + d) * q + e) * q + f) / ((((g * q + h) * q + i) * q + j) * q + 1);
  }
  const q = p - 0.5;
  const r = q * q;
  const [a, b, c, d, e, f] = CENTRAL;
  const [g, h, i, j, k] = CENTRAL_BELOW;
  return (
    ((((((a * r + b) * r + c) * r + d) * r + e) * r + f) * q) /
    (((((g * r + h) * r + i) * r + j) * r + k) * r + 1)
  );
}
