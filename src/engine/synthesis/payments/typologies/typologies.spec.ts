import { DAY, period } from '../../calendar.js';
import { Occupation } from '../../population/attributes.js';
import { populate } from '../../population/populate.js';
import { keyOfSeed } from '../../random.js';
import { type FraudPlan } from '../cases.js';
import { conspire } from '../conspire.js';
import { Channel, NO_DEVICE, OVERSEAS, REMOTE } from '../events.js';
import { Role, type Frauds } from '../frauds.js';
import { normalQuantile } from './casting.js';
import { TYPOLOGIES } from './index.js';

const population = populate(keyOfSeed('people'), {
  customers: 6_000,
  proxyStrength: 1,
  groupAttribute: 'sex',
  groupShare: 0,
});
const { people } = population;
const within = period(7, 3);

interface Case {
  readonly victim: number;
  readonly rows: readonly number[];
  readonly complete: boolean;
}

/** Frauds of one typology alone, and its cases with their rows in time order. */
function play(name: string, rows = 2_000): { frauds: Frauds; cases: Case[] } {
  const plan: FraudPlan = {
    weights: TYPOLOGIES.map((typology) => [typology.name === name ? 1 : 0]),
    monthsBefore: 0,
    care: 0.4,
    drift: 0,
    labelDelayDays: 10,
    labelNever: 0.2,
    labelWrong: 0,
    warningIgnored: 1,
  };
  const frauds = conspire(population, keyOfSeed(name), within, rows, plan);
  const byCase: number[][] = Array.from({ length: frauds.episodes.count }, () => []);
  frauds.episode.forEach((episode, row) => byCase[episode]?.push(row));
  const cases = byCase.map((ofCase, episode) => ({
    victim: frauds.episodes.victim[episode] ?? 0,
    rows: ofCase,
    complete: frauds.episodes.complete[episode] === 1,
  }));
  return { frauds, cases };
}
const at = (column: ArrayLike<number>, place: number | undefined) => column[place ?? 0] ?? Number.NaN;
const shareOf = <T>(all: readonly T[], test: (one: T) => boolean) => all.filter(test).length / all.length;
const spanOf = ({ draft }: Frauds, { rows }: Case) => at(draft.time, rows.at(-1)) - at(draft.time, rows[0]);

describe('typologies', () => {
  it('have names and descriptions of their own, and mules last', () => {
    expect(new Set(TYPOLOGIES.map(({ name }) => name)).size).toBe(TYPOLOGIES.length);
    expect(new Set(TYPOLOGIES.map(({ description }) => description)).size).toBe(TYPOLOGIES.length);
    expect(TYPOLOGIES.at(-1)?.name).toBe('MULE');
    for (const { victims } of TYPOLOGIES)
      expect(victims.reduce((sum, [, share]) => sum + share, 0)).toBeCloseTo(1, 9);
  });

  it('let victims of deception pay by FPS or from wallet to wallet, from devices of their own', () => {
    for (const name of ['SHOPPING', 'INVESTMENT', 'GUESS_WHO', 'BUSINESS_EMAIL']) {
      const { draft, role } = play(name, 500).frauds;
      for (let row = 0; row < draft.rows; row += 1) {
        expect([Channel.FpsProxy, Channel.FpsAccount, Channel.StoredValue]).toContain(draft.channel[row]);
        expect(Math.floor(at(draft.device, row) / 3)).toBe(draft.customer[row]);
        expect(draft.payee[row]).toBeGreaterThanOrEqual(population.merchants.count);
        expect(role[row]).toBe(Role.Victim);
      }
    }
  });

  it('pay out before a click farm’s deposits, which grow', () => {
    const { frauds, cases } = play('CLICK_FARM');
    const whole = cases.filter(({ complete, rows }) => complete && rows.length > 2);
    const grown = shareOf(
      whole,
      ({ rows }) => at(frauds.draft.amount, rows.at(-1)) > at(frauds.draft.amount, rows[0]),
    );
    expect(grown).toBeGreaterThan(0.9);
    const { inflows } = frauds;
    for (let k = 0; k < inflows.time.length; k += 1)
      expect(at(inflows.customer, k)).toBe(cases[at(inflows.episode, k)]?.victim);
    const paidFirst = shareOf(cases, ({ rows }) => {
      const first = inflows.episode.indexOf(at(frauds.episode, rows[0]));
      return first >= 0 && at(inflows.time, first) <= at(frauds.draft.time, rows[0]);
    });
    expect(paidFirst).toBeGreaterThan(0.4);
  });

  it('find the victims that the Police describe', () => {
    const officials = play('FAKE_OFFICIAL').cases;
    const isStudent = ({ victim }: Case) =>
      people.occupation[victim] === Occupation.MainlandStudent ||
      people.occupation[victim] === Occupation.LocalStudent;
    expect(shareOf(officials, isStudent)).toBeCloseTo(0.65, 1);
    const guesses = play('GUESS_WHO').cases;
    expect(shareOf(guesses, ({ victim }) => at(people.age, victim) >= 60)).toBeGreaterThan(0.68);
    expect(shareOf(guesses, isStudent)).toBe(0);
    const owners = play('BUSINESS_EMAIL', 400).cases;
    expect(shareOf(owners, ({ victim }) => people.occupation[victim] === Occupation.SoleTrader)).toBe(1);
  });

  it('keep their own time', () => {
    const romance = play('ROMANCE');
    const service = play('FAKE_CUSTOMER_SERVICE');
    const median = (frauds: Frauds, cases: readonly Case[]) => {
      const spans = cases.filter(({ rows }) => rows.length > 1).map((one) => spanOf(frauds, one));
      return spans.sort((left, right) => left - right)[spans.length >> 1] ?? 0;
    };
    expect(median(romance.frauds, romance.cases)).toBeGreaterThan(5 * DAY);
    expect(median(service.frauds, service.cases)).toBeLessThan(0.15 * DAY);
    const { draft } = play('BUSINESS_EMAIL', 400).frauds;
    for (const second of draft.time)
      expect([8, 18].map((hour) => (second % DAY) / 3_600 > hour)).toEqual([true, false]);
  });

  it('drain accounts after a takeover by shares of the balance, often at night', () => {
    const { draft } = play('ACCOUNT_TAKEOVER').frauds;
    const rows = Array.from({ length: draft.rows }, (_, row) => row);
    expect(shareOf(rows, (row) => at(draft.intent, row) > 0)).toBeGreaterThan(0.6);
    expect(rows.every((row) => at(draft.intent, row) <= 0.5)).toBe(true);
    const night = (row: number) => at(draft.time, row) % DAY < 6 * 3_600;
    expect(shareOf(rows, night)).toBeGreaterThan(0.2);
  });

  it('use cards as their thieves do', () => {
    const absent = play('CARD_NOT_PRESENT').frauds.draft;
    const rows = Array.from({ length: absent.rows }, (_, row) => row);
    expect(rows.every((row) => absent.channel[row] === Channel.CreditCard)).toBe(true);
    expect(shareOf(rows, (row) => (at(absent.flags, row) & REMOTE) !== 0)).toBeGreaterThan(0.6);
    expect(rows.every((row) => at(absent.payee, row) < population.merchants.count)).toBe(true);
    const cloned = play('COMPROMISED_TERMINAL').frauds.draft;
    expect(cloned.flags.every((flags) => (flags & (OVERSEAS | REMOTE)) === OVERSEAS)).toBe(true);
    const stolen = play('STOLEN_CARD');
    expect(stolen.frauds.draft.flags.every((flags) => flags === 0)).toBe(true);
    expect(stolen.frauds.draft.device.every((device) => device === NO_DEVICE)).toBe(true);
    const hours = stolen.cases.map((one) => spanOf(stolen.frauds, one) / 3_600);
    expect(shareOf(hours, (span) => span < 12)).toBeGreaterThan(0.9);
    for (const { victim } of stolen.cases) expect(people.creditLimit[victim]).toBeGreaterThan(0);
  });

  it('fan money in to mules from many senders, and let it leave in a burst by several ways', () => {
    const { frauds, cases } = play('MULE');
    const { draft, role, inflows } = frauds;
    expect(inflows.time.length / cases.length).toBeGreaterThan(2);
    const rows = Array.from({ length: draft.rows }, (_, row) => row);
    const exits = rows.filter((row) => role[row] === Role.MuleExit);
    expect(exits.length / rows.length).toBeGreaterThan(0.25);
    expect(new Set(exits.map((row) => draft.channel[row]))).toEqual(
      new Set([Channel.Atm, Channel.CrossBorder, Channel.StoredValue, Channel.FpsAccount, Channel.FpsProxy]),
    );
    const hours = cases.filter(({ rows: { length } }) => length > 2).map((one) => spanOf(frauds, one) / DAY);
    expect(shareOf(hours, (days) => days < 6)).toBeGreaterThan(0.8);
  });
});

describe('normalQuantile', () => {
  // scipy.stats.norm.ppf, SciPy 1.17.1
  it.each([
    [0.001, -3.090232306167813],
    [0.02, -2.053748910631823],
    [0.3, -0.5244005127080409],
    [0.5, 0],
    [0.975, 1.959963984540054],
    [0.9999, 3.719016485455709],
  ])('of %d', (p, z) => {
    expect(Math.abs(normalQuantile(p) - z)).toBeLessThan(1e-7);
  });
});
