import { deriveKey, cumulate, Stream } from '../random.js';
import {
  ageBandOf,
  DISTRICTS,
  Marital,
  Occupation,
  Race,
  RACE_SHARES,
  Sex,
  type GroupAttribute,
} from './attributes.js';
import { type People } from './population.js';

const DISTRICT_TABLE = cumulate(DISTRICTS.map(([, share]) => share));
const RACE_TABLE = cumulate(RACE_SHARES);
/** Adults who bank here: alone, a couple, a couple with grown children, a parent with one, with an elder, sharing. */
const KINDS = cumulate([30, 25, 19, 8, 8, 10]);
const Kind = { Alone: 0, Couple: 1, Family: 2, Parent: 3, Elder: 4, Sharing: 5 } as const;
/** Of households of two generations or of couples, those that employ a domestic helper (a convention). */
const HELPED = 0.15;
/** Of shared flats, those of students from the Mainland (a convention). */
const MAINLAND_FLATS = 0.16;
const CARERS_AMONG_PARENTS = 0.5;
const UNDECIDED = 255;

/** Fills households, age and the statutory attributes, one household after the other. */
export function settleHouseholds(key: Uint8Array, people: People): void {
  const stream = new Stream(deriveKey(key, 'households'));
  let next = 0;
  let household = 0;
  let district = 0;
  let race = 0;

  const join = (age: number, sex: number, marital: number, family: number): void => {
    if (next >= people.count) return;
    const i = next;
    next += 1;
    people.household[i] = household;
    people.district[i] = district;
    people.race[i] = race;
    people.age[i] = Math.max(18, Math.min(99, Math.floor(age)));
    people.sex[i] = sex;
    people.maritalStatus[i] = marital;
    people.familyStatus[i] = stream.uniform() < family ? 1 : 0;
    people.occupation[i] = UNDECIDED;
  };
  const anySex = () => (stream.uniform() < 0.525 ? Sex.Female : Sex.Male);
  const couple = (age: number) => {
    const sex = anySex();
    const caring = age > 27 && age < 56 ? CARERS_AMONG_PARENTS : 0.12;
    join(age, sex, Marital.Married, caring);
    join(age + stream.between(-5, 5), 1 - sex, Marital.Married, caring);
  };
  const alone = (age: number) => {
    const u = stream.uniform();
    const marital =
      u < 1.25 - age / 60
        ? Marital.Never
        : u > 0.55 && age > 64
          ? Marital.Widowed
          : u < 0.8
            ? Marital.Divorced
            : Marital.Never;
    join(age, anySex(), marital, 0.06);
  };

  while (next < people.count) {
    const from = next;
    district = stream.pick(DISTRICT_TABLE, 0, DISTRICTS.length);
    race = stream.pick(RACE_TABLE, 0, RACE_SHARES.length);
    const kind = stream.pick(KINDS, 0, 6);
    switch (kind) {
      case Kind.Alone:
        alone(stream.uniform() < 0.45 ? stream.between(24, 55) : stream.between(48, 90));
        break;
      case Kind.Couple:
        couple(stream.uniform() < 0.6 ? stream.between(26, 60) : stream.between(55, 84));
        break;
      case Kind.Family: {
        const age = stream.between(44, 70);
        couple(age);
        join(age - stream.between(24, 34), anySex(), Marital.Never, 0.1);
        if (stream.uniform() < 0.45) join(age - stream.between(26, 38), anySex(), Marital.Never, 0.1);
        break;
      }
      case Kind.Parent: {
        const age = stream.between(44, 80);
        join(
          age,
          stream.uniform() < 0.78 ? Sex.Female : Sex.Male,
          age > 66 ? Marital.Widowed : Marital.Divorced,
          0.45,
        );
        join(age - stream.between(23, 34), anySex(), Marital.Never, 0.25);
        break;
      }
      case Kind.Elder: {
        const age = stream.between(34, 58);
        couple(age);
        join(
          age + stream.between(24, 33),
          stream.uniform() < 0.68 ? Sex.Female : Sex.Male,
          Marital.Widowed,
          0.02,
        );
        break;
      }
      default: {
        const students = stream.uniform() < MAINLAND_FLATS;
        if (students) race = Race.Chinese;
        const mates = 2 + (stream.uniform() < 0.35 ? 1 : 0);
        for (let mate = 0; mate < mates; mate += 1)
          join(students ? stream.between(18, 27) : stream.between(21, 38), anySex(), Marital.Never, 0.02);
        if (students) people.occupation.fill(Occupation.MainlandStudent, from, next);
      }
    }
    const helped = kind === Kind.Family || kind === Kind.Couple || kind === Kind.Elder;
    if (helped && stream.uniform() < HELPED && next < people.count) {
      race = stream.uniform() < 0.57 ? Race.Filipino : Race.Indonesian;
      const i = next;
      const sex = stream.uniform() < 0.985 ? Sex.Female : Sex.Male;
      join(stream.between(24, 54), sex, stream.uniform() < 0.5 ? Marital.Married : Marital.Never, 0.35);
      people.occupation[i] = Occupation.DomesticHelper;
    }
    household += 1;
  }
  for (let i = 0; i < people.count; i += 1) {
    const age = people.age[i] ?? 0;
    people.ageBand[i] = ageBandOf(age);
    people.disability[i] = stream.uniform() < (age < 45 ? 0.02 : age < 65 ? 0.055 : 0.18) ? 1 : 0;
  }
}

/** Whether a person is in the group of an attribute that `groupShare` sizes and frauds can be turned against. */
export function inGroup(people: People, attribute: GroupAttribute, person: number): boolean {
  switch (attribute) {
    case 'sex':
      return people.sex[person] === Sex.Female;
    case 'race':
      return people.race[person] !== Race.Chinese;
    case 'marital_status':
      return people.maritalStatus[person] !== Marital.Married;
    case 'family_status':
      return people.familyStatus[person] === 1;
    case 'disability':
      return people.disability[person] === 1;
  }
}

/**
 * Moves people into or out of the group until about `share` of all are in it: each one with the same chance. What
 * hangs together in a household (spouses' sexes, a family's race) hangs together less then.
 */
export function sizeGroup(key: Uint8Array, people: People, attribute: GroupAttribute, share: number): void {
  if (share === 0) return;
  const stream = new Stream(deriveKey(key, 'group'));
  let members = 0;
  for (let i = 0; i < people.count; i += 1) if (inGroup(people, attribute, i)) members += 1;
  const found = members / people.count;
  const into = share > found ? (share - found) / (1 - found) : 0;
  const out = share < found ? (found - share) / found : 0;
  const column = {
    sex: people.sex,
    race: people.race,
    marital_status: people.maritalStatus,
    family_status: people.familyStatus,
    disability: people.disability,
  }[attribute];
  for (let i = 0; i < people.count; i += 1) {
    const member = inGroup(people, attribute, i);
    if (stream.uniform() >= (member ? out : into)) continue;
    if (attribute === 'race') column[i] = member ? Race.Chinese : 1 + stream.below(6);
    else if (attribute === 'marital_status') column[i] = member ? Marital.Married : Marital.Never;
    else if (attribute === 'sex') column[i] = member ? Sex.Male : Sex.Female;
    else column[i] = member ? 0 : 1;
  }
}
