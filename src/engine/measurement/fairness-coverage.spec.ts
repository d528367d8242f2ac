import { normalCdf } from './distributions.js';
import type { Coded, Fairness } from './document.js';
import { byEntity, clusterColumn } from './fairness-clusters.js';
import { CriticalValues } from './critical-values.js';
import { fairness } from './fairness.js';
import type { GroupTally } from './fairness-groups.js';
import { measure } from './measure.js';
import { unitsOf } from './tally.js';

/**
 * What the intervals promise: over 1,000 samples each 95% interval of a rate holds the rate, and the intervals of all
 * pairs hold all differences at once, in 93 to 97% of them. The interval of a gap may hold it more often: where groups
 * lie apart, pairs that cannot be the largest make it wider than it need be.
 */
const DRAWS = 1000;
const LEAST = 0.93;
const MOST = 0.97;
const limits = { minimumGroupSize: 50, minimumGroupPositives: 5 };
const criticals = new CriticalValues();

const { sqrt, log, cos, exp, PI } = Math;

/** Marsaglia's xorshift: under jest a call of Math costs more than all of it, and there are some ten million. */
class Draw {
  constructor(private state: number) {}

  uniform(): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return ((this.state >>> 0) + 0.5) / 4294967296;
  }

  normal(): number {
    return sqrt(-2 * log(this.uniform())) * cos(2 * PI * this.uniform());
  }
}

function tallyOf(counts: ArrayLike<number>, groups: number, clusters: GroupTally['clusters']): GroupTally {
  const names = Array.from({ length: groups }, (_, group) => `g${group}`);
  return { names, missing: 0, counts, misses: null, bins: null, ranking: null, clusters };
}

type Held = Pick<Fairness['aucDifference'], 'low' | 'high'> | undefined;
const holds = (truth: number, interval: Held): boolean =>
  interval !== undefined &&
  interval.low !== null &&
  interval.high !== null &&
  interval.low <= truth + 1e-12 &&
  interval.high >= truth - 1e-12;

/** Shares of samples in which each group's interval, all pairs' at once, and the gap's hold the true rates. */
function coverage(
  truths: readonly number[],
  kind: 'tpr' | 'selectionRate' | 'ppv',
  draw: (random: Draw) => GroupTally,
): { rates: number; pairs: number; gap: number; ratio: number } {
  const measures = {
    tpr: 'equalOpportunityDifference',
    selectionRate: 'demographicParityDifference',
    ppv: 'predictiveParityDifference',
  } as const;
  const held = { rates: 0, pairs: 0, gap: 0, ratio: 0 };
  const gap = Math.max(...truths) - Math.min(...truths);
  const ratio = Math.min(...truths) / Math.max(...truths);
  const random = new Draw(20261128);
  for (let i = 0; i < DRAWS; i++) {
    const measured = fairness(draw(random), limits, criticals, null);
    truths.forEach((truth, group) => {
      if (holds(truth, measured.groups[`g${group}`]?.estimates[kind])) held.rates += 1 / truths.length;
    });
    const pairs = measured.pairs[kind]?.pairs ?? [];
    const all = pairs.every((pair) => {
      const [a, b] = pair.groups.map((name) => truths[Number(name.slice(1))] as number) as [number, number];
      return holds(a - b, pair);
    });
    if (pairs.length > 0 && all) held.pairs++;
    if (holds(gap, measured[measures[kind]])) held.gap++;
    if (kind === 'selectionRate' && holds(ratio, measured.disparateImpactRatio)) held.ratio++;
  }
  const share = (count: number): number => count / DRAWS;
  return {
    rates: share(held.rates),
    pairs: share(held.pairs),
    gap: share(held.gap),
    ratio: share(held.ratio),
  };
}

function within(share: number, most = MOST): void {
  expect(share).toBeGreaterThanOrEqual(LEAST);
  expect(share).toBeLessThanOrEqual(most);
}

/** Counts of independent rows: a tenth positive, found at the group's rate, others predicted positive at 0.1. */
function independent(sizes: readonly number[], rates: readonly number[]): (random: Draw) => GroupTally {
  return (random) => {
    const counts = new Float64Array(4 * sizes.length);
    sizes.forEach((size, group) => {
      for (let row = 0; row < size; row++) {
        const label = random.uniform() < 0.3 ? 1 : 0;
        const predicted = random.uniform() < (label === 1 ? (rates[group] as number) : 0.1) ? 1 : 0;
        const cell = 4 * group + 2 * predicted + label;
        counts[cell] = (counts[cell] as number) + 1;
      }
    });
    return tallyOf(counts, sizes.length, null);
  };
}

describe('independent rows', () => {
  const sizes = [400, 250, 900, 150, 300];
  test.each([
    ['2 groups alike', [0.6, 0.6]],
    ['2 groups apart', [0.75, 0.6]],
    ['3 groups alike', [0.6, 0.6, 0.6]],
    ['3 groups apart', [0.8, 0.6, 0.65]],
    ['5 groups alike', [0.7, 0.7, 0.7, 0.7, 0.7]],
    ['5 groups apart', [0.8, 0.55, 0.6, 0.7, 0.65]],
  ])('%s: true-positive rates, their pairs and gap', (_, rates) => {
    const {
      rates: each,
      pairs,
      gap,
    } = coverage(rates, 'tpr', independent(sizes.slice(0, rates.length), rates));
    within(each);
    within(pairs);
    within(gap, rates.length === 2 || rates[0] === rates[1] ? MOST : 1);
  });

  test('a gap of alike groups begins at 0 in 93 to 97% of samples: that is what holding it means', () => {
    const { gap, ratio } = coverage(
      [0.3 * 0.6 + 0.07, 0.3 * 0.6 + 0.07, 0.3 * 0.6 + 0.07],
      'selectionRate',
      independent([300, 500, 200], [0.6, 0.6, 0.6]),
    );
    within(gap);
    within(ratio);
  });

  test('rare rates: intervals hold where some groups show none', () => {
    const { rates, pairs } = coverage(
      [0.02, 0.02, 0.05],
      'tpr',
      independent([400, 300, 500], [0.02, 0.02, 0.05]),
    );
    within(rates, 0.99);
    within(pairs, 0.99);
  });
});

/**
 * Rows of entities that agree with each other: each entity has a leaning of its own. Entities lie in one group, or
 * have rows in all.
 */
function clustered(crossed: boolean, rates: readonly number[]): (random: Draw) => GroupTally {
  const groups = rates.length;
  const [entities, each] = crossed ? [150, 4 * groups] : [70 * groups, 5];
  const rows = entities * each;
  const labels = new Uint8Array(rows).fill(1);
  const scores = new Float64Array(rows);
  const entity = Int32Array.from({ length: rows }, (_, row) => Math.floor(row / each));
  const names = Array.from({ length: groups }, (_, group) => `g${group}`);
  const codes = entity.map((code, row) => (crossed ? row : code) % groups);
  const coded: Coded = { codes, names };
  const units = unitsOf(entity, entities);
  const spread = 0.8;
  // The rate is what a normal leaning leaves on average: P(leaning + noise > cut).
  const cuts = rates.map((rate) => -Math.sqrt(1 + spread ** 2) * quantileOf(rate));
  return (random) => {
    const counts = new Float64Array(4 * groups);
    for (let code = 0; code < entities; code++) {
      const leaning = spread * random.normal();
      for (let row = code * each; row < (code + 1) * each; row++) {
        const group = codes[row] as number;
        scores[row] = leaning + random.normal() > (cuts[group] as number) ? 1 : 0;
        const cell = 4 * group + 1 + 2 * (scores[row] as number);
        counts[cell] = (counts[cell] as number) + 1;
      }
    }
    const held = byEntity(units, scores, labels, 0.5);
    return tallyOf(counts, groups, held === null ? null : clusterColumn(held, coded, criticals).clusters);
  };
}

function quantileOf(rate: number): number {
  let [low, high] = [-8, 8];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < rate) low = middle;
    else high = middle;
  }
  return low;
}

describe('rows of entities', () => {
  test.each([
    ['each in one of 3 groups, alike', false, [0.4, 0.4, 0.4]],
    ['each in one of 3 groups, apart', false, [0.4, 0.5, 0.35]],
    ['each in both of 2 groups', true, [0.4, 0.5]],
    ['each in all of 3 groups', true, [0.4, 0.5, 0.45]],
  ])('%s: rates, their pairs and gap', (_, crossed, rates) => {
    const { rates: each, pairs, gap } = coverage(rates, 'tpr', clustered(crossed, rates));
    within(each);
    within(pairs, crossed ? 0.98 : MOST);
    within(gap, 1);
  });
});

test('by the whole measurement: predictive values, AUC and calibration of 3 groups', () => {
  const sizes = [300, 220, 180];
  const shifts = [1.2, 1.2, 0.8];
  const shares = [0.3, 0.4, 0.35];
  const n = sizes.reduce((sum, size) => sum + size, 0);
  const codes = Int32Array.from({ length: n }, (_, row) => (row < 300 ? 0 : row < 520 ? 1 : 2));
  const scores = new Float64Array(n);
  const labels = new Uint8Array(n);
  const logistic = (x: number): number => 1 / (1 + exp(-x));
  const meanScore = (shift: number): number => {
    let sum = 0;
    for (let x = -9; x <= 9; x += 1 / 64) sum += logistic(x + shift) * exp(-x * x * 0.5);
    return sum / 64 / Math.sqrt(2 * Math.PI);
  };
  const truth = {
    rocAuc: shifts.map((shift) => normalCdf(shift / Math.SQRT2)),
    ppv: shifts.map((shift, group) => {
      const share = shares[group] as number;
      const hits = share * normalCdf(shift - 0.5);
      return hits / (hits + (1 - share) * normalCdf(-0.5));
    }),
    calibration: shifts.map((shift, group) => {
      const share = shares[group] as number;
      return share * meanScore(shift) + (1 - share) * meanScore(0) - share;
    }),
  };
  const kinds = ['rocAuc', 'ppv', 'calibration'] as const;
  const held = { rocAuc: 0, ppv: 0, calibration: 0 };
  const alone = { rocAuc: 0, ppv: 0, calibration: 0 };
  const random = new Draw(20261129);
  for (let i = 0; i < DRAWS; i++) {
    for (let row = 0; row < n; row++) {
      const group = codes[row] as number;
      labels[row] = random.uniform() < (shares[group] as number) ? 1 : 0;
      scores[row] = logistic((shifts[group] as number) * (labels[row] as number) + random.normal());
    }
    const input = { scores, labels, groups: { g: { codes, names: ['g0', 'g1', 'g2'] } } };
    const measured = measure(input, { threshold: logistic(0.5) }).fairness['g'] as Fairness;
    for (const kind of kinds) {
      const pairs = measured.pairs[kind]?.pairs ?? [];
      const of = (name: string): number => truth[kind][Number(name.slice(1))] as number;
      if (pairs.length === 3 && pairs.every((pair) => holds(of(pair.groups[0]) - of(pair.groups[1]), pair))) {
        held[kind]++;
      }
      for (const [name, { estimates }] of Object.entries(measured.groups)) {
        if (holds(of(name), estimates[kind])) alone[kind] += 1 / 3;
      }
    }
  }
  for (const kind of kinds) {
    within(held[kind] / DRAWS);
    within(alone[kind] / DRAWS);
  }
});
