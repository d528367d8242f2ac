import { type ReportInput } from './report.js';
import { digest } from './canonical-json.js';

/** A small case with one verdict of each kind, and names that a hostile applicant could choose. */
export function exampleInput(): ReportInput {
  const source = { title: 'Applicant’s own target', status: 'CONVENTION' };
  const sha = (name: string): string => digest(Buffer.from(name));
  const criterion = (id: string, metric: string, comparator: '>=' | '<=', threshold: number) => ({
    id,
    metric,
    comparator,
    threshold,
    source,
    declaredBy: 'Example Bank',
  });
  const criteria = [
    criterion('auc', 'rocAuc', '>=', 0.9),
    criterion('ap', 'averagePrecision', '>=', 0.6),
    { ...criterion('opportunity', 'equalOpportunityDifference', '<=', 0.1), fairness: { column: 'sex' } },
    { ...criterion('small', 'rocAuc', '>=', 0.9), slice: { column: 'race', group: 'Nepalese' } },
    criterion('loss', 'logLoss', '<=', 0.2),
  ];
  const estimate = (value: number, low: number, high: number) => ({
    value,
    low,
    high,
    standardError: (high - low) / 4,
  });
  const group = (
    n: number,
    positives: number,
    selectionRate: number,
    tpr: number,
    fpr: number,
    judged = true,
  ) => ({
    n,
    positives,
    selectionRate,
    tpr,
    fpr,
    judged,
    ...(judged ? {} : { reason: `fewer than 100 rows (${n})` }),
  });
  return {
    model: {
      name: 'Velocity forest',
      version: '2.1.0',
      artefactSha256: sha('model'),
      runtime: 'ONNX',
      assuranceTier: 'A',
      binding: { inputs: [{ name: 'features', columns: ['amount', 'velocity_1d', 'is_night'] }] },
      inspection: { opset: { 'ai.onnx.ml': 3 }, operators: ['TreeEnsembleClassifier'], nodeCount: 1 },
      accountableOwner: 'Chan Tai Man, Chief Risk Officer',
      card: { purpose: 'Card fraud' },
    },
    dataset: {
      preset: 'hk-retail-payments',
      generatorVersion: '1',
      parameters: { rows: 60000, customers: 5000 },
      versionDigest: sha('dataset'),
      split: 'evaluation',
      rows: 20000,
      keyCommitment: sha('commitment'),
      schemaDigest: sha('schema'),
    },
    plan: {
      schema: 'sandbox-plan/1',
      title: 'Card fraud, first look',
      threshold: 0.5,
      replicates: 500,
      seed: 7,
      minimumGroupSize: 100,
      criteria,
    },
    environment: {
      node: 'v24.1.0',
      onnxruntime: '1.30.0',
      arrow: '21.2.0',
      batch: 4096,
      threads: 1,
      cpuClass: 'x86_64/avx2',
      cpuFeatures: ['fma', 'avx2'],
    },
    feed: { kind: 'BATCH', couldSeeLaterRows: true },
    measurement: {
      rows: 20000,
      positives: 412,
      metrics: {
        rocAuc: estimate(0.961234567, 0.9523, 0.9702),
        averagePrecision: estimate(0.52345, 0.49, 0.5567),
        logLoss: {
          value: null,
          low: null,
          high: null,
          standardError: null,
          reason: 'a score lies outside [0, 1]',
        },
      },
      confusion: { threshold: 0.5, tp: 301, fp: 222, tn: 19366, fn: 111 },
      fairness: {
        sex: {
          groups: {
            female: group(9876, 201, 0.0261, 0.7612, 0.0111),
            male: group(10124, 211, 0.0259, 0.7014, 0.0113),
          },
          equalOpportunityDifference: estimate(0.0598, 0.0102, 0.1433),
        },
        race: {
          groups: {
            Chinese: group(18001, 380, 0.02, 0.73, 0.011),
            Nepalese: group(37, 3, 0.054054, 0.6667, 0, false),
          },
        },
      },
      slices: { race: { Nepalese: { rows: 37 } } },
    },
    verdicts: [
      {
        ...pick(criteria[0]),
        verdict: 'PASS',
        value: 0.961234567,
        low: 0.9523,
        high: 0.9702,
        sentence: 'PASS: all of 0.9523 to 0.9702 is at least 0.9.',
      },
      {
        ...pick(criteria[1]),
        verdict: 'FAIL',
        value: 0.52345,
        low: 0.49,
        high: 0.5567,
        sentence: 'FAIL: all of 0.49 to 0.5567 is below 0.6.',
      },
      {
        ...pick(criteria[2]),
        verdict: 'INCONCLUSIVE',
        value: 0.0598,
        low: 0.0102,
        high: 0.1433,
        sentence: 'INCONCLUSIVE: 0.0102 to 0.1433 straddles 0.1.',
      },
      {
        ...pick(criteria[3]),
        verdict: 'INCONCLUSIVE',
        value: null,
        low: null,
        high: null,
        sentence: 'INCONCLUSIVE: the group has 37 rows, fewer than 100.',
      },
      {
        ...pick(criteria[4]),
        verdict: 'ERROR',
        value: null,
        low: null,
        high: null,
        sentence: 'ERROR: a score lies outside [0, 1].',
      },
    ],
    execution: {
      runId: '0199e4a0-0000-7000-8000-000000000001',
      tenant: 'Example Fintech Limited',
      attempt: 1,
      startedAt: '2026-11-23T02:00:00.000Z',
      finishedAt: '2026-11-23T02:00:04.100Z',
      durations: { staging: 0.41, scoring: 1.92, measuring: 1.2, sealing: 0.02 },
      rowsPerSecond: 10416.7,
      jail: {
        wallSeconds: 1.92,
        cpuSeconds: 1.7,
        peakMemoryBytes: 183500800,
        layers: ['namespaces', 'uid per slot', 'seccomp', 'cgroup memory', 'rlimits'],
        hostClass: 'linux x86_64, 2 cores',
      },
      runsOnSplit: 3,
      blindness: { blind: true, exposures: 0, first: null },
      buildDigest: sha('build'),
    },
  };
}

function pick<T>(criterion: T | undefined): T {
  if (criterion === undefined) throw new Error('the fixture names a criterion that it lacks');
  return criterion;
}
