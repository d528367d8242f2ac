import { normalCdf } from './distributions.js';
import type { MeasurementInput } from './document.js';
import { MeasuringThreads } from './threads.js';
import { Xoshiro128 } from './random.js';

const DRAWS = 1000;

// Once, since in a test every look at a global is slow; for the same reason threads measure, outside of the test's realm.
const { sqrt, log, cos, floor, PI, SQRT1_2 } = Math;

/**
 * Binormal scores: negatives N(0, 1), positives N(`apart`, `spread`²), every `size` rows an entity with a part of its
 * scores in common and labels that go together.
 */
interface World {
  rows: number;
  prevalence: number;
  apart: number;
  spread: number;
  size: number;
}

function draw({ rows, prevalence, apart, spread, size }: World, random: Xoshiro128): MeasurementInput {
  const uniform = (): number => (random.next() + 0.5) / 2 ** 32;
  const normal = (): number => sqrt(-2 * log(uniform())) * cos(2 * PI * uniform());
  const scores = new Float64Array(rows);
  const labels = new Uint8Array(rows);
  const codes = new Int32Array(rows);
  let common = 0;
  let bent = false;
  for (let row = 0; row < rows; row++) {
    codes[row] = floor(row / size);
    if (size > 1 && row % size === 0) {
      common = normal();
      bent = uniform() < prevalence;
    }
    const label = size === 1 ? uniform() < prevalence : uniform() < 0.6 * (bent ? 1 : 0) + 0.4 * prevalence;
    const noise = size === 1 ? normal() : SQRT1_2 * (common + normal());
    labels[row] = label ? 1 : 0;
    scores[row] = label ? apart + spread * noise : noise;
  }
  if (size === 1) return { scores, labels };
  return { scores, labels, entity: { codes, names: Array.from({ length: rows / size }, String) } };
}

type Covered = 'rocAuc' | 'averagePrecision' | 'ks' | 'tprAtFpr5';

/** What an endless sample would give. */
function truth({ prevalence, apart, spread }: World): Record<Covered, number> {
  let averagePrecision = 0;
  let ks = 0;
  const step = 1 / 64;
  for (let z = -8; z <= 8; z += step) {
    const tpr = normalCdf(-z);
    const fpr = normalCdf(-apart - spread * z);
    const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    averagePrecision += (step * density * prevalence * tpr) / (prevalence * tpr + (1 - prevalence) * fpr);
    ks = Math.max(ks, Math.abs(tpr - fpr));
  }
  const cut = 1.6448536269514722;
  return {
    rocAuc: normalCdf(apart / Math.hypot(1, spread)),
    averagePrecision,
    ks,
    tprAtFpr5: normalCdf((apart - cut) / spread),
  };
}

const threads = new MeasuringThreads(1);
afterAll(() => threads.close());

async function coverage(world: World, seed: number): Promise<Record<Covered, number>> {
  const random = new Xoshiro128(seed, 0);
  const goal = truth(world);
  const held = { rocAuc: 0, averagePrecision: 0, ks: 0, tprAtFpr5: 0 };
  for (let i = 0; i < DRAWS; i++) {
    const { metrics } = await threads.measure(draw(world, random));
    for (const name of Object.keys(held) as Covered[]) {
      const { low, high } = metrics[name];
      if (low !== null && high !== null && low <= goal[name] && goal[name] <= high) held[name] += 1 / DRAWS;
    }
  }
  return held;
}

describe.each([
  ['balanced', { rows: 300, prevalence: 0.5, apart: 0.95, spread: 1, size: 1 }],
  ['one in ten', { rows: 500, prevalence: 0.1, apart: 1.8, spread: 1, size: 1 }],
  ['one in thirty', { rows: 900, prevalence: 0.033, apart: 1.8, spread: 1, size: 1 }],
  ['an AUC of 0.95 with 40 positives', { rows: 400, prevalence: 0.1, apart: 2.33, spread: 1, size: 1 }],
  ['positives twice as spread', { rows: 500, prevalence: 0.1, apart: 1.5, spread: 2, size: 1 }],
  ['customers of five alike rows', { rows: 1000, prevalence: 0.1, apart: 1.5, spread: 1, size: 5 }],
])('without resampling, %s', (_, world) => {
  let held: Record<Covered, number>;
  beforeAll(async () => {
    held = await coverage(world, 20_260_101);
  });

  test.each(['rocAuc', 'averagePrecision', 'tprAtFpr5'] as const)(
    `the interval of %s holds the truth in 93 to 97% of ${DRAWS} samples`,
    (metric) => {
      expect(held[metric]).toBeGreaterThanOrEqual(0.93);
      expect(held[metric]).toBeLessThanOrEqual(0.97);
    },
  );

  test('that of ks holds it in 93% or more; of entities it needs the bootstrap', () => {
    if (world.size === 1) expect(held.ks).toBeGreaterThanOrEqual(0.93);
    else expect(held.ks).toBe(0);
  });
});
