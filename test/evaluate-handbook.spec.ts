import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeWithReference } from './support/reference.js';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

interface Expected {
  features: string[];
  label: string;
  entity: string;
  time: string;
  expected: Record<string, Record<string, unknown>>;
}

interface Document {
  rows: number;
  metrics: Record<string, { value: number }>;
  confusion: object;
  model: { sha256: string };
}

// The table of the Fraud Detection Handbook: published figures, models trained by scikit-learn, scored elsewhere.
describeWithReference('handbook', (folder) => {
  const { expected, features, label, entity, time } = JSON.parse(
    readFileSync(join(folder, 'expected.json'), 'utf8'),
  ) as Expected;
  let work: string;
  beforeAll(() => (work = mkdtempSync(join(tmpdir(), 'evaluate-'))));
  afterAll(() => rmSync(work, { recursive: true }));

  it.each(Object.keys(expected))('gives every published number of %s', (model) => {
    const out = join(work, `${model}.json`);
    const data = join(folder, 'transactions-2018-08-08.parquet');
    execFileSync(process.execPath, [
      ...[MAIN, 'evaluate', '--model', join(folder, `${model}.onnx`), '--data', data, '--label', label],
      ...['--features', features.join(','), '--entity', entity, '--time', time, '--out', out],
    ]);
    const document = JSON.parse(readFileSync(out, 'utf8')) as Document;
    const { confusion, ...numbers } = expected[model] ?? {};
    expect(Object.keys(numbers).length).toBeGreaterThanOrEqual(9);
    for (const [name, value] of Object.entries(numbers)) {
      expect([name, Math.abs((document.metrics[name]?.value ?? NaN) - Number(value)) < 1e-6]).toEqual([
        name,
        true,
      ]);
    }
    expect(document.confusion).toEqual(confusion);
    expect(document.rows).toBe(58_264);
    expect(document.model.sha256).toMatch(/^[0-9a-f]{64}$/);
  });
});
