import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parsePlan } from '../engine/assessment/index.js';
import { PRESETS } from '../engine/synthesis/index.js';

interface Baseline {
  preset: string;
  file: string;
  sha256: string;
  bytes: number;
  features: string[];
  check: { rows: number[][]; scikitLearn: number[] };
  practiceEvaluation: Record<string, number>;
}

const read = (name: string) => readFileSync(new URL(name, import.meta.url));

/** By the script that train.py checks with, in a process of its own: onnxruntime refuses the arrays of jest's realm. */
async function scoreOutside(model: string, rows: Float32Array, columns: number): Promise<Float32Array> {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-baseline-'));
  try {
    const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
    await writeFile(join(folder, 'rows'), rows);
    await promisify(execFile)(process.execPath, [
      path('./score-onnx.ts'),
      path(`./${model}`),
      join(folder, 'rows'),
      String(columns),
      join(folder, 'scores'),
    ]);
    const bytes = await readFile(join(folder, 'scores'));
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const { models } = JSON.parse(read('./baselines.json').toString()) as { models: Record<string, Baseline> };
const featuresOf = (preset: string) =>
  PRESETS[preset]?.tables[0]?.columns.filter((column) => column.role === 'feature') ?? [];

describe.each(Object.entries(models))('baseline %s', (_name, baseline) => {
  it('is the file that baselines.json describes, over columns that the preset has', () => {
    const bytes = read(`./${baseline.file}`);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(baseline.sha256);
    expect(bytes.length).toBeLessThan(1_000_000);
    const known = featuresOf(baseline.preset).map((column) => column.name);
    expect(baseline.features.filter((feature) => !known.includes(feature))).toEqual([]);
  });

  it('scores as scikit-learn 1.2.1 did, whose answers train.py wrote down', async () => {
    const { rows, scikitLearn } = baseline.check;
    const columns = baseline.features.length;
    const scores = await scoreOutside(baseline.file, Float32Array.from(rows.flat()), columns);
    expect(scores).toHaveLength(2 * rows.length);
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
    expect(models['credit']?.practiceEvaluation['rocAuc']).toBeGreaterThan(0.8);
    expect(models['credit']?.practiceEvaluation['rocAuc']).toBeLessThan(0.97);
    const precision = (name: string) => models[name]?.practiceEvaluation['averagePrecision'] ?? 0;
    expect(precision('weak')).toBeLessThan(precision('strong') / 3);
  });
});

it.each(['./demo-plan.json', './demo-plan-small-group.json', './demo-plan-credit.json'])(
  '%s is a valid plan',
  (file) => {
    expect(parsePlan(read(file).toString()).criteria.length).toBeGreaterThan(4);
  },
);
