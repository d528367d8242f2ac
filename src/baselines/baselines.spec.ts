import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { parsePlan } from '../engine/assessment/index.js';
import { PRESETS } from '../engine/synthesis/index.js';

interface Baseline {
  file: string;
  sha256: string;
  bytes: number;
  features: string[];
  check: { rows: number[][]; scikitLearn: number[] };
  practiceEvaluation: Record<string, number>;
}

const read = (name: string) => readFileSync(new URL(name, import.meta.url));
const { models } = JSON.parse(read('./baselines.json').toString()) as { models: Record<string, Baseline> };
const featureColumns =
  PRESETS['hk-retail-payments']?.columns.filter((column) => column.role === 'feature') ?? [];

describe.each(Object.entries(models))('baseline %s', (_name, baseline) => {
  it('is the file that baselines.json describes, over columns that the preset has', () => {
    const bytes = read(`./${baseline.file}`);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(baseline.sha256);
    expect(bytes.length).toBeLessThan(1_000_000);
    const known = featureColumns.map((column) => column.name);
    expect(baseline.features.filter((feature) => !known.includes(feature))).toEqual([]);
  });

  it('scores as scikit-learn 1.2.1 did, whose answers train.py wrote down', async () => {
    const session = await InferenceSession.create(read(`./${baseline.file}`), { intraOpNumThreads: 1 });
    const { rows, scikitLearn } = baseline.check;
    const input = new Tensor('float32', Float32Array.from(rows.flat()), [
      rows.length,
      baseline.features.length,
    ]);
    const { probabilities } = await session.run({ features: input });
    expect(probabilities?.dims).toEqual([rows.length, 2]);
    const scores = probabilities?.data as Float32Array;
    scikitLearn.forEach((expected, row) => {
      expect(scores[2 * row + 1]).toBeCloseTo(expected, 5);
      expect((scores[2 * row] ?? 0) + (scores[2 * row + 1] ?? 0)).toBeCloseTo(1, 6);
    });
    expect(Math.max(...scikitLearn) - Math.min(...scikitLearn)).toBeGreaterThan(0.05);
  });
});

describe('the dataset is neither trivial nor hopeless', () => {
  it('lets a good model reach an AUC between 0.80 and 0.97, and the weak one far less precision', () => {
    expect(models['strong']?.practiceEvaluation['rocAuc']).toBeGreaterThan(0.8);
    expect(models['strong']?.practiceEvaluation['rocAuc']).toBeLessThan(0.97);
    const precision = (name: string) => models[name]?.practiceEvaluation['averagePrecision'] ?? 0;
    expect(precision('weak')).toBeLessThan(precision('strong') / 3);
  });
});

it.each(['./demo-plan.json', './demo-plan-small-group.json'])('%s is a valid plan', (file) => {
  expect(parsePlan(read(file).toString()).criteria.length).toBeGreaterThan(5);
});
