import fc from 'fast-check';
import { DAY, monthOf, period } from '../calendar.js';
import { Sex } from '../population/attributes.js';
import { populate } from '../population/populate.js';
import { type Population } from '../population/population.js';
import { keyOfSeed } from '../random.js';
import { type FraudPlan } from './cases.js';
import { conspire } from './conspire.js';
import { fraudCalibration } from './fraud-calibration.js';
import { Role, type Frauds } from './frauds.js';
import { TYPOLOGIES } from './typologies/index.js';

const options = { proxyStrength: 1, groupAttribute: 'sex', groupShare: 0 } as const;
const population = populate(keyOfSeed('people'), { customers: 6_000, ...options });
const within = period(7, 3);
const usual: FraudPlan = {
  weights: TYPOLOGIES.map(({ cases }) => [cases]),
  monthsBefore: 0,
  care: 0.65,
  drift: 0.5,
  labelDelayDays: 10,
  labelNever: 0.2,
  labelWrong: 0.02,
  warningIgnored: 0.5,
};
const only = (...names: string[]): FraudPlan => ({
  ...usual,
  weights: TYPOLOGIES.map(({ name }) => [names.includes(name) ? 1 : 0]),
});

function play(seed: string, rows: number, plan: FraudPlan = usual, p: Population = population): Frauds {
  return conspire(p, keyOfSeed(seed), within, rows, plan);
}
const at = (column: ArrayLike<number>, place: number) => column[place] ?? Number.NaN;
const where = (count: number, test: (place: number) => boolean) =>
  Array.from({ length: count }, (_, place) => place).filter(test);
const casesOf = ({ episodes }: Frauds, name: string) =>
  where(episodes.count, (e) => TYPOLOGIES[at(episodes.typology, e)]?.name === name);

describe('conspire', () => {
  it('plays exactly the payments asked for, in time order and inside the split, whatever the weights', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 400 }),
        fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 17, maxLength: 17 }),
        fc.nat(),
        (rows, weights, seed) => {
          fc.pre(weights.some((weight) => weight > 0));
          const frauds = play(`any ${seed}`, rows, { ...usual, weights: weights.map((weight) => [weight]) });
          const { draft, episodes } = frauds;
          expect(draft.rows).toBe(rows);
          expect(episodes.payments.reduce((sum, count) => sum + count, 0)).toBe(rows);
          const wrong = where(rows, (row) => {
            const before = row > 0 ? at(draft.time, row - 1) : within.start;
            const inOrder = at(draft.time, row) >= before && at(draft.time, row) < within.end;
            const asked = at(draft.amount, row) > 0 === (at(draft.intent, row) === 0);
            const own = at(draft.customer, row) === at(episodes.victim, at(frauds.episode, row));
            return !inOrder || !asked || !own || weights[at(frauds.typology, row)] === 0;
          });
          expect(wrong).toEqual([]);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('refuses a plan in which nothing can happen', () => {
    expect(() => play('none', 10, only())).toThrow('parameters weight.*: every weight is 0');
    expect(play('none', 0, only()).episodes.count).toBe(0);
  });

  it('plays as many cases as the weights say, each of the length that its script declares', () => {
    const frauds = play('shares', 30_000);
    const total = TYPOLOGIES.reduce((sum, { cases }) => sum + cases, 0);
    for (const { name, cases, payments } of TYPOLOGIES) {
      const played = casesOf(frauds, name);
      const length = played.reduce((sum, e) => sum + at(frauds.episodes.payments, e), 0) / played.length;
      const share = (played.length / frauds.episodes.count / cases) * total;
      expect([name, Math.abs(share - 1) < 0.12]).toEqual([name, true]);
      expect([name, Math.abs(length / payments - 1) < 0.12]).toEqual([name, true]);
    }
  });

  it('begins cases in the months that have a weight', () => {
    const weights = usual.weights.map((_, t) => (t === 0 ? [0, 3, 1] : [0]));
    const { episodes } = play('months', 3_000, { ...usual, weights });
    const months = Array.from(episodes.onset, (second) => monthOf(Math.floor(second / DAY)));
    expect(months.filter((month) => month === 7)).toHaveLength(0);
    const august = months.filter((month) => month === 8).length / months.length;
    // A month's share of payments goes by its days, then by typology: with one typology, by days alone.
    expect(august).toBeCloseTo(31 / 61, 1);
    expect(new Set(months)).toEqual(new Set([8, 9]));
  });

  it('meets the published losses, shares of kinds and interception', () => {
    for (const seed of ['a', 'b', 'c'])
      for (const { figure, reached, target } of fraudCalibration(play(seed, 12_000), population.people, true))
        expect([seed, figure, reached !== null && Math.abs(reached / target - 1) < 0.1]).toEqual([
          seed,
          figure,
          true,
        ]);
  });

  it('claims no share of kinds where the weights are not the usual ones', () => {
    const figures = fraudCalibration(play('x', 3_000, only('INVESTMENT')), population.people, false);
    expect(figures.some(({ unit, figure }) => unit === 'share' && figure.includes('by cases'))).toBe(false);
    expect(figures.find(({ figure }) => figure.includes('telephone deception'))?.reached).toBeNull();
  });

  it('lets no mule pass on what has not come in before', () => {
    const frauds = play('mules', 20_000);
    const { draft, inflows, episodes } = frauds;
    const mules = casesOf(frauds, 'MULE');
    expect(mules.length).toBeGreaterThan(100);
    const movements = new Map(mules.map((e) => [e, [] as (readonly [number, number])[]]));
    const ofHolder = new Map(mules.map((e) => [at(episodes.victim, e), e]));
    inflows.time.forEach((second, k) =>
      movements.get(at(inflows.episode, k))?.push([second, at(inflows.amount, k)]),
    );
    let fromHere = 0;
    for (let row = 0; row < draft.rows; row += 1) {
      const second = at(draft.time, row);
      movements.get(at(frauds.episode, row))?.push([second, -at(draft.amount, row)]);
      const holder = ofHolder.get(at(draft.payee, row) - population.merchants.count);
      if (holder === undefined) continue;
      movements.get(holder)?.push([second, at(draft.amount, row)]);
      fromHere += 1;
    }
    expect(fromHere).toBeGreaterThan(50);
    const holders = new Set(mules.map((e) => at(episodes.victim, e)));
    // Where one holder's account serves two cases, the money of both counts together.
    for (const holder of holders) {
      const all = mules
        .filter((e) => at(episodes.victim, e) === holder)
        .flatMap((e) => movements.get(e) ?? []);
      let held = 0;
      let least = 0;
      for (const [, cents] of all.sort((left, right) => left[0] - right[0] || right[1] - left[1])) {
        held += cents;
        least = Math.min(least, held);
      }
      expect(least).toBe(0);
    }
  });

  it('says under one key nothing of the victims, mules and devices of another', () => {
    const left = play('left', 3_000);
    const right = play('right', 3_000);
    const victims = new Set(left.episodes.victim);
    const again = where(right.episodes.count, (e) => victims.has(at(right.episodes.victim, e))).length;
    const byChance = (right.episodes.count * victims.size) / population.customers;
    // Crowds are smaller than all customers, so somewhat more than by chance among all.
    expect(again).toBeLessThan(1.5 * byChance);
    const twin = play('left', 3_000);
    for (const name of ['customer', 'time', 'amount', 'payee', 'device'] as const)
      expect(twin.draft[name]).toEqual(left.draft[name]);
    expect(twin.controls).toEqual(left.controls);
  });

  it('is as likely to strike any sex, unless a ratio says otherwise', () => {
    const plan = only('SHOPPING', 'INVESTMENT', 'ACCOUNT_TAKEOVER');
    const women = ({ episodes }: Frauds) =>
      where(episodes.count, (e) => population.people.sex[at(episodes.victim, e)] === Sex.Female).length /
      episodes.count;
    const member = Uint8Array.from(population.people.sex, (sex) => (sex === Sex.Female ? 1 : 0));
    const share = member.reduce((sum, one) => sum + one, 0) / member.length;
    expect(women(play('even', 9_000, plan))).toBeCloseTo(share, 1);
    const odds = (p: number) => p / (1 - p);
    const twice = { ...plan, group: { member, prevalenceRatio: 2, separability: 0 } };
    const reached = odds(women(play('twice', 9_000, twice))) / odds(share);
    expect(Math.abs(reached / 2 - 1)).toBeLessThan(0.15);
  });

  it('lets fraudsters learn to look like the customer, by care, by drift and for a group', () => {
    const strange = (plan: FraudPlan) => {
      const { draft, role } = play('care', 6_000, { ...plan, weights: only('ACCOUNT_TAKEOVER').weights });
      const made = where(draft.rows, (row) => role[row] === Role.Impostor && at(draft.device, row) >= 0);
      return made.filter((row) => at(draft.device, row) >= 3 * population.customers).length / made.length;
    };
    const blunt = strange({ ...usual, care: 0, drift: 0 });
    expect(strange({ ...usual, care: 1, drift: 0 })).toBeLessThan(0.85 * blunt);
    expect(strange({ ...usual, care: 0, drift: 1, monthsBefore: 6 })).toBeLessThan(0.85 * blunt);
    const member = new Uint8Array(population.customers).fill(1);
    const hidden = { member, prevalenceRatio: 1, separability: 1 };
    expect(strange({ ...usual, care: 0, drift: 0, group: hidden })).toBeLessThan(0.85 * blunt);
  });
});
