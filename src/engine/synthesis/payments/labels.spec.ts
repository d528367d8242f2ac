import fc from 'fast-check';
import { DAY, period } from '../calendar.js';
import { populate } from '../population/populate.js';
import { keyOfSeed, Stream } from '../random.js';
import { type FraudPlan } from './cases.js';
import { conspire } from './conspire.js';
import { Channel, REMOTE, type Events } from './events.js';
import { NEVER, type Frauds } from './frauds.js';
import { KnownLabels, labelsOf, NONE, trueLabels, type Labels } from './labels.js';
import { TYPOLOGIES } from './typologies/index.js';

const population = populate(keyOfSeed('people'), {
  customers: 3_000,
  proxyStrength: 1,
  groupAttribute: 'sex',
  groupShare: 0,
});
const within = period(7, 3);
const key = keyOfSeed('labels');
const DELAY = 10;
const COLUMNS = ['fraud', 'typology', 'role', 'episode', 'reportedAt'] as const;

function play(seed: string, rows: number, change: Partial<FraudPlan> = {}): Frauds {
  return conspire(population, keyOfSeed(seed), within, rows, {
    weights: TYPOLOGIES.map(({ cases }) => [cases]),
    monthsBefore: 0,
    care: 0.65,
    drift: 0.5,
    labelDelayDays: DELAY,
    labelNever: 0.2,
    labelWrong: 0.04,
    warningIgnored: 0.5,
    ...change,
  });
}

/** The frauds among honest payments of any channel, nine to one, in time order. */
function mix(frauds: Frauds): { events: Events; origin: Int32Array; honest: number } {
  const stream = new Stream(keyOfSeed('honest'));
  const honest = 9 * frauds.draft.rows;
  const rows = honest + frauds.draft.rows;
  const rowsInOrder = [
    ...Array.from(frauds.draft.time, (time, place) => ({ time, place })),
    ...Array.from({ length: honest }, () => ({
      time: within.start + stream.below(within.end - within.start),
      place: -1,
    })),
  ].sort((left, right) => left.time - right.time || left.place - right.place);
  const events = {
    rows,
    customer: new Int32Array(rows),
    time: Int32Array.from(rowsInOrder, ({ time }) => time),
    channel: Uint8Array.from({ length: rows }, () => stream.below(6)),
    category: new Uint8Array(rows),
    payee: new Int32Array(rows),
    amount: new Int32Array(rows).fill(10_000),
    balance: new Float64Array(rows),
    device: new Int32Array(rows),
    flags: Uint8Array.from({ length: rows }, () => (stream.chance(0.4) ? REMOTE : 0)),
  };
  return { events, origin: Int32Array.from(rowsInOrder, ({ place }) => place), honest };
}

const frauds = play('labels', 2_000);
const { events, origin, honest } = mix(frauds);

function known(cutOff: number, cuts: readonly number[] = []): Labels {
  const whole = labelsOf(events.rows);
  const block = labelsOf(events.rows);
  const labels = new KnownLabels(frauds, key, honest, cutOff, DELAY);
  let from = 0;
  for (const to of [...cuts, events.rows]) {
    labels.block(events, origin, from, to, block);
    for (const name of COLUMNS) whole[name].set(block[name].subarray(0, to - from), from);
    from = to;
  }
  return whole;
}

const bytes = ({ buffer }: Uint8Array | Int32Array) => new Uint8Array(buffer);
const count = (column: Uint8Array) => column.reduce((sum, one) => sum + one, 0);

describe('KnownLabels', () => {
  it('only loses labels when the moment is earlier', () => {
    const all = known(NEVER - 1);
    fc.assert(
      fc.property(fc.integer({ min: within.start, max: within.end + 30 * DAY }), (cutOff) => {
        const some = known(cutOff);
        const wrong = Array.from(some.fraud.keys()).filter((row) => {
          const reported = all.reportedAt[row] ?? -1;
          if (some.fraud[row] === 0) return all.fraud[row] === 1 && reported <= cutOff;
          const early = reported < (events.time[row] ?? 0) || reported > cutOff;
          return early || COLUMNS.some((name) => some[name][row] !== all[name][row]);
        });
        expect(wrong).toEqual([]);
      }),
      { numRuns: 8 },
    );
  });

  it('does not depend on the blocks in which payments come', () => {
    const whole = known(within.end);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: events.rows }), { maxLength: 12 }), (cuts) => {
        const cut = known(
          within.end,
          cuts.sort((left, right) => left - right),
        );
        for (const name of COLUMNS) expect(Buffer.compare(bytes(cut[name]), bytes(whole[name]))).toBe(0);
      }),
      { numRuns: 8 },
    );
  });

  it('is wrong as often as it shall be', () => {
    const all = known(NEVER - 1);
    let wrong = 0;
    for (let row = 0; row < events.rows; row += 1)
      if (all.fraud[row] === 1 && (origin[row] ?? -1) < 0) {
        wrong += 1;
        expect([Channel.FpsProxy, Channel.FpsAccount, Channel.CreditCard, Channel.DebitCard]).toContain(
          events.channel[row],
        );
      }
    // A payment that nobody would report passes its false report on to a later one; the last may find none.
    expect(frauds.falseReports.length - wrong).toBeLessThanOrEqual(2);
    expect(wrong / count(all.fraud)).toBeCloseTo(0.04, 2);
  });

  it('calls no case by the number of another', () => {
    const all = known(NEVER - 1);
    const truth = labelsOf(events.rows);
    trueLabels(frauds, origin, 0, events.rows, truth);
    const numbers = new Set(frauds.episodes.number);
    expect(numbers.size).toBe(frauds.episodes.count);
    const wrong = Array.from(all.fraud.keys()).filter((row) => {
      const number = all.episode[row] ?? -1;
      if (all.fraud[row] === 0) return number !== -1;
      return truth.fraud[row] === 1 ? number !== truth.episode[row] : numbers.has(number);
    });
    expect(wrong).toEqual([]);
  });
});

describe('reports', () => {
  it('are late and missing as often as they shall be', () => {
    const { episodes, draft, episode } = play('reports', 20_000);
    const last = new Int32Array(episodes.count);
    draft.time.forEach((time, row) => {
      const e = episode[row] ?? 0;
      last[e] = Math.max(last[e] ?? 0, time);
    });
    let count = 0;
    let reported = 0;
    let days = 0;
    for (let e = 0; e < episodes.count; e += 1) {
      // A mule's account comes to light with its victims' reports, too.
      if (TYPOLOGIES[episodes.typology[e] ?? 0]?.name === 'MULE') continue;
      count += 1;
      if (episodes.reportedAt[e] === NEVER) continue;
      reported += 1;
      days += ((episodes.reportedAt[e] ?? 0) - (last[e] ?? 0)) / DAY;
    }
    expect(Math.abs(reported / count - 0.8)).toBeLessThan(0.03);
    expect(Math.abs(days / reported / DELAY - 1)).toBeLessThan(0.1);
  });
});

describe('trueLabels', () => {
  it('tells every fraud, reported or not', () => {
    const truth = labelsOf(events.rows);
    trueLabels(frauds, origin, 0, events.rows, truth);
    expect(count(truth.fraud)).toBe(frauds.draft.rows);
    const told = (of: Uint8Array) =>
      Uint8Array.from(origin, (place) => (place < 0 ? NONE : (of[place] ?? 0)));
    expect(Buffer.compare(truth.typology, told(frauds.typology))).toBe(0);
    expect(Buffer.compare(truth.role, told(frauds.role))).toBe(0);
  });
});
