import { auditLeaks, rocAuc } from './leak-audit.js';
import { Sample } from './sample.js';

function sampleOf(columns: Record<string, number[]>, labels: number[]): Sample {
  const sample = new Sample(
    Object.keys(columns).map((name) => ({ name, type: 'float32' as const })),
    labels.length,
  );
  sample.take({
    rows: labels.length,
    tables: { features: Object.values(columns).map((column) => Float32Array.from(column)) },
    truth: Uint8Array.from(labels),
    month: new Uint8Array(labels.length),
  });
  return sample;
}

describe('leak audit', () => {
  // scikit-learn 1.2.1: roc_auc_score([0,0,1,1,0,1], [.1,.4,.35,.8,.35,.4]) = 0.7777777777777778
  it('agrees with scikit-learn on ties', () => {
    const values = Float32Array.from([0.1, 0.4, 0.35, 0.8, 0.35, 0.4]);
    expect(rocAuc(values, values.slice().sort(), Uint8Array.from([0, 0, 1, 1, 0, 1]))).toBeCloseTo(7 / 9, 15);
  });

  it('fails a split that one rule solves, and one with a value that is not finite', () => {
    const labels = Array.from({ length: 400 }, (_, i) => (i % 10 === 0 ? 1 : 0));
    const noise = labels.map((_, i) => (i * 7919) % 101);
    const audit = auditLeaks(
      'development',
      sampleOf(
        {
          leak: labels,
          noise,
          same: labels.map(() => 3),
          infinite: noise.map((n, i) => (i === 5 ? Infinity : n)),
        },
        labels,
      ),
    );
    expect(audit.singleFeatureAuc[0]).toEqual({ feature: 'leak', auc: 1, flipped: false });
    expect(audit.depth2Tree.averagePrecision).toBe(1);
    expect(audit.constantFeatures).toEqual(['same']);
    expect(audit.notFinite).toBe(1);
    expect(audit.gates.map((gate) => gate.passed)).toEqual([false, false, false]);
  });

  it('finds by a tree what no single feature shows', () => {
    // Positive exactly where two coins differ (exclusive or), with a little asymmetry for the first cut.
    const rows = Array.from({ length: 1_000 }, (_, i) => [(i >> 1) & 1, i % 2 === 0 || i % 50 === 1 ? 1 : 0]);
    const labels = rows.map(([a, b]) => (a === b ? 0 : 1));
    const audit = auditLeaks(
      'development',
      sampleOf({ a: rows.map(([a]) => a ?? 0), b: rows.map(([, b]) => b ?? 0) }, labels),
    );
    expect(audit.singleFeatureAuc[0]?.auc).toBeLessThan(0.6);
    expect(audit.depth2Tree.averagePrecision).toBeGreaterThan(0.999);
  });
});
