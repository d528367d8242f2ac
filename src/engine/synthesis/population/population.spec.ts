import { keyOfSeed } from '../random.js';
import { hill } from '../heavy-tails.js';
import { GROUP_ATTRIBUTES, Marital, Occupation, Product, Race } from './attributes.js';
import { inGroup } from './households.js';
import { populate } from './populate.js';
import { OrganisationKind, type Population, type PopulationOptions } from './population.js';

const AS_FOUND: PopulationOptions = {
  customers: 12_000,
  proxyStrength: 1,
  groupAttribute: 'sex',
  groupShare: 0,
};
const people = (seed: string, options: Partial<PopulationOptions> = {}): Population =>
  populate(keyOfSeed(seed), { ...AS_FOUND, ...options });

const share = (column: ArrayLike<number>, code: number): number => {
  let found = 0;
  for (let i = 0; i < column.length; i += 1) if (column[i] === code) found += 1;
  return found / column.length;
};
/** Mean of a column over the people with a code, and over the others. */
const means = (values: ArrayLike<number>, column: ArrayLike<number>, code: number): [number, number] => {
  const sums = [0, 0];
  const counts = [0, 0];
  for (let i = 0; i < values.length; i += 1) {
    const side = column[i] === code ? 0 : 1;
    sums[side] = (sums[side] ?? 0) + (values[i] ?? 0);
    counts[side] = (counts[side] ?? 0) + 1;
  }
  return [(sums[0] ?? 0) / (counts[0] ?? 1), (sums[1] ?? 0) / (counts[1] ?? 1)];
};

describe('populate', () => {
  const p = people('a population');

  it('keeps households together: one district, couples of two sexes, at most a handful', () => {
    const { household, district, maritalStatus, sex, occupation } = p.people;
    const spouses = new Map<number, number[]>();
    let torn = 0;
    for (let i = 1; i < p.customers; i += 1) {
      const step = (household[i] ?? 0) - (household[i - 1] ?? 0);
      if (step !== 0 && step !== 1) torn += 1;
      if (step === 0 && district[i] !== district[i - 1]) torn += 1;
      if (maritalStatus[i] === Marital.Married && occupation[i] !== Occupation.DomesticHelper)
        spouses.set(household[i] ?? 0, [...(spouses.get(household[i] ?? 0) ?? []), sex[i] ?? 0]);
    }
    expect(torn).toBe(0);
    expect([...spouses.values()].filter(([one, two]) => two !== undefined && one === two)).toEqual([]);
    expect((household.at(-1) ?? 0) / p.customers).toBeGreaterThan(0.4);
  });

  it('is near the census where it says so', () => {
    const { race, sex, disability, ageBand, maritalStatus } = p.people;
    expect(share(race, Race.Chinese)).toBeGreaterThan(0.9);
    expect(share(race, Race.Chinese)).toBeLessThan(0.945);
    expect(share(race, Race.Filipino)).toBeCloseTo(0.027, 1.7);
    expect(share(sex, 0)).toBeCloseTo(0.54, 1.3);
    expect(share(disability, 1)).toBeCloseTo(0.07, 1.7);
    expect(share(ageBand, 5)).toBeCloseTo(0.2, 1.2);
    expect(share(maritalStatus, Marital.Married)).toBeGreaterThan(0.4);
  });

  it('gives cards and limits together, and everybody a scale that is 1 on average', () => {
    const { products, creditLimit, scale, activity } = p.people;
    let weighted = 0;
    let weights = 0;
    let apart = 0;
    for (let i = 0; i < p.customers; i += 1) {
      if ((creditLimit[i] ?? 0) > 0 !== (((products[i] ?? 0) & Product.CreditCard) !== 0)) apart += 1;
      weighted += (scale[i] ?? 0) * (activity[i] ?? 0);
      weights += activity[i] ?? 0;
    }
    expect(apart).toBe(0);
    expect(weighted / weights).toBeCloseTo(1, 5);
  });

  it('lets every chain of ownership end at a person, shells at the end of the list', () => {
    const { organisations: o } = p;
    let longest = 0;
    let broken = 0;
    for (let i = 0; i < o.count; i += 1) {
      if ((o.kind[i] === OrganisationKind.Shell) !== i >= o.shells) broken += 1;
      let at = i;
      let steps = 0;
      while ((o.parent[at] ?? -1) >= 0) {
        if (o.owner[at] !== -1 || (o.parent[at] ?? 0) >= at) broken += 1;
        at = o.parent[at] ?? 0;
        steps += 1;
      }
      if ((o.owner[at] ?? -1) < 0 || (o.owner[at] ?? 0) >= p.customers) broken += 1;
      longest = Math.max(longest, steps);
    }
    expect(broken).toBe(0);
    expect(longest).toBeGreaterThan(1);
  });

  it('numbers accounts as it says', () => {
    const { accounts: a, customers: n, organisations } = p;
    for (const customer of [0, 1, n - 1]) {
      expect(a.person[customer]).toBe(customer);
      expect(a.bank[customer]).toBe(0);
      expect(a.person[n + customer]).toBe(customer);
      expect(a.bank[n + customer]).not.toBe(0);
    }
    expect(a.organisationStart).toBe(2 * n);
    expect(a.organisation[a.organisationStart + 5]).toBe(5);
    expect(a.strangerStart).toBe(2 * n + organisations.count);
    expect(a.person[a.strangerStart]).toBe(-1);
    expect(a.organisation[a.strangerStart]).toBe(-1);
    expect(a.count).toBeGreaterThan(a.strangerStart + n);
  });

  it('sorts merchants by category without a gap', () => {
    const { merchants: m } = p;
    let misplaced = 0;
    for (let category = 0; category < 19; category += 1)
      for (let i = m.categoryStart[category] ?? 0; i < (m.categoryStart[category + 1] ?? m.count); i += 1)
        if (m.category[i] !== category) misplaced += 1;
    expect(misplaced).toBe(0);
    expect(m.categoryStart[19]).toBe(m.count);
  });

  it('ties people to their household and to others, both ways, nobody twice, with a heavy tail', () => {
    const { start, contact } = p.ties;
    const known = new Set<number>();
    for (let i = 0; i < p.customers; i += 1)
      for (let at = start[i] ?? 0; at < (start[i + 1] ?? 0); at += 1)
        known.add(i * p.customers + (contact[at] ?? 0));
    expect(known.size).toBe(contact.length);
    const oneSided = [...known].filter((pair) => {
      const from = Math.floor(pair / p.customers);
      const to = pair % p.customers;
      return from === to || !known.has(to * p.customers + from);
    });
    expect(oneSided).toEqual([]);
    const { household } = p.people;
    let strangers = 0;
    for (let i = 1; i < 2_000; i += 1)
      if (household[i] === household[i - 1] && !known.has(i * p.customers + i - 1)) strangers += 1;
    expect(strangers).toBe(0);
    const degrees = Uint32Array.from(
      { length: p.customers },
      (_, i) => (start[i + 1] ?? 0) - (start[i] ?? 0),
    );
    const exponent = hill(degrees, 0.02) ?? 0;
    expect(exponent).toBeGreaterThan(2);
    expect(exponent).toBeLessThan(3);
  });

  it('is the same for the same key, and another for another', () => {
    const again = people('a population');
    const other = people('another population');
    const bytes = (column: Uint8Array | Int32Array | Float64Array) => Buffer.from(column.buffer);
    expect(bytes(again.people.income).equals(bytes(p.people.income))).toBe(true);
    expect(bytes(again.ties.contact).equals(bytes(p.ties.contact))).toBe(true);
    expect(bytes(again.accounts.bank).equals(bytes(p.accounts.bank))).toBe(true);
    expect(bytes(other.people.income).equals(bytes(p.people.income))).toBe(false);
    expect(other.salt).not.toBe(p.salt);
  });

  it('takes under 200 bytes a person', () => {
    const size = (value: object): number =>
      Object.values(value).reduce(
        (sum: number, part: unknown) =>
          sum +
          (ArrayBuffer.isView(part)
            ? part.byteLength
            : typeof part === 'object' && part !== null
              ? size(part)
              : 0),
        0,
      );
    expect(size(p) / p.customers).toBeLessThan(200);
  });

  it.each(GROUP_ATTRIBUTES)('sizes the group of %s as asked', (groupAttribute) => {
    for (const groupShare of [0.1, 0.8]) {
      const q = people('sized', { customers: 6_000, groupAttribute, groupShare });
      let members = 0;
      for (let i = 0; i < q.customers; i += 1) if (inGroup(q.people, groupAttribute, i)) members += 1;
      expect(Math.abs(members / q.customers - groupShare)).toBeLessThan(0.02);
    }
  });

  it('lets groups differ by proxyStrength, and the control coin by nothing', () => {
    const alike = people('proxies', { proxyStrength: 0 }).people;
    const apart = people('proxies', { proxyStrength: 2 }).people;
    const gap = (column: keyof typeof alike, of: typeof alike): number => {
      const [ours, theirs] = means(of.income, of[column] as Uint8Array, 1);
      return Math.abs(Math.log(ours / theirs));
    };
    expect(gap('sex', alike)).toBeLessThan(0.05);
    expect(gap('sex', apart)).toBeGreaterThan(0.1);
    for (const either of [alike, apart]) expect(gap('control', either)).toBeLessThan(0.04);
  });
});
