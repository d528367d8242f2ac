import fc from 'fast-check';
import { byInterval } from '../assessment/assess.js';
import { type JsonObject } from '../reporting/canonical-json.js';
import { compareScores, differences } from './differences.js';
import { judgeReplay, type ReplayInput, ROUNDING } from './judge.js';

const AUC_AT_LEAST = 0.8;

/** A document whose AUC, interval and verdict are those of the number given. */
function document(
  auc: number,
  verdict: string = byInterval(auc - 0.01, auc + 0.01, '>=', AUC_AT_LEAST),
): JsonObject {
  const [low, high] = [auc - 0.01, auc + 0.01];
  return {
    rows: 1000,
    metrics: { rocAuc: { value: auc, low, high }, ks: { value: null, reason: 'no' } },
    verdicts: [
      { id: 'auc', threshold: AUC_AT_LEAST, verdict, value: auc, low, high, sentence: `${auc}: ${verdict}` },
    ],
    model: { sha256: 'a' },
  };
}

const scoresApart = (difference: number) =>
  compareScores(Float64Array.of(0.5, 0.25), Float64Array.of(0.5, 0.25 + difference));

/** Recorded scores gave `recorded`, new ones, so far apart, `again`. */
function judged(recorded: JsonObject, again: JsonObject, apart: number, extra: Partial<ReplayInput> = {}) {
  return judgeReplay({
    recorded,
    again,
    scores: scoresApart(apart),
    fromRecordedScores: apart === 0 ? null : recorded,
    tolerance: 1e-5,
    ...extra,
  });
}

it('takes equal bytes for equal', () => {
  const result = judged(document(0.9), document(0.9), 0);
  expect(result).toMatchObject({ outcome: 'EQUAL', differences: [], unfounded: [], flips: [] });
  expect(result.evidence.recordedSha256).toBe(result.evidence.againSha256);
});

it('lets numbers move with scores that agree to the tolerance, and lists them all', () => {
  const result = judged(document(0.9), document(0.9004), 1e-6);
  expect(result.outcome).toBe('WITHIN_TOLERANCE');
  expect(result.differences.map(({ path }) => path)).toEqual([
    '$.metrics.rocAuc.value',
    '$.metrics.rocAuc.low',
    '$.metrics.rocAuc.high',
    '$.verdicts[0].value',
    '$.verdicts[0].low',
    '$.verdicts[0].high',
    '$.verdicts[0].sentence',
  ]);
});

it('does not once scores are further apart, whatever the numbers', () => {
  expect(judged(document(0.9), document(0.9), 1.1e-5).outcome).toBe('DIFFERENT');
  expect(judged(document(0.9), document(0.9), 1.1e-5, { tolerance: 2e-5 }).outcome).toBe('WITHIN_TOLERANCE');
});

it('takes a verdict that flips inside the tolerance for inconclusive, and for a difference', () => {
  const result = judged(document(0.8100001), document(0.8099999), 1e-6);
  expect(result).toMatchObject({
    outcome: 'DIFFERENT',
    unfounded: [],
    flips: [
      { id: 'auc', recorded: 'PASS', again: 'INCONCLUSIVE', replayed: 'INCONCLUSIVE', insideTolerance: true },
    ],
  });
  // From one side to the other at once, by scores that moved by less than the tolerance.
  const across = judged(document(0.82), document(0.78), 1e-6);
  expect(across.flips).toMatchObject([{ recorded: 'PASS', again: 'FAIL', replayed: 'INCONCLUSIVE' }]);
});

it('takes it for what it is beyond the tolerance', () => {
  expect(judged(document(0.82), document(0.78), 1e-4).flips).toMatchObject([
    {
      again: 'FAIL',
      replayed: 'FAIL',
      insideTolerance: false,
      reason: expect.stringContaining('more than') as string,
    },
  ]);
});

it('finds a verdict that was rewritten, scores being equal or not', () => {
  const forged = document(0.7, 'PASS');
  for (const apart of [0, 1e-6]) {
    const result = judged(forged, document(0.7), apart, {
      fromRecordedScores: apart === 0 ? null : document(0.7),
    });
    expect(result.outcome).toBe('DIFFERENT');
    expect(result.flips).toMatchObject([
      {
        replayed: 'FAIL',
        insideTolerance: false,
        reason: 'the recorded verdict does not follow from its own interval',
      },
    ]);
    expect(result.unfounded.map(({ path }) => path)).toContain('$.verdicts[0].verdict');
  }
});

it('finds a verdict that was rewritten with its numbers, where scores moved a little for a pretext', () => {
  const result = judged(document(0.9), document(0.7), 1e-6, { fromRecordedScores: document(0.7000001) });
  expect(result.flips).toMatchObject([
    { replayed: 'FAIL', reason: 'the recorded verdict does not follow from the recorded scores' },
  ]);
  expect(result.unfounded.map(({ path }) => path)).toContain('$.metrics.rocAuc.value');
});

it('holds numbers from equal scores to rounding only', () => {
  expect(judged(document(0.9), document(0.9 + ROUNDING / 2), 0).outcome).toBe('WITHIN_TOLERANCE');
  const result = judged(document(0.9), document(0.9 + 3 * ROUNDING), 0);
  expect(result.outcome).toBe('DIFFERENT');
  expect(result.unfounded[0]?.path).toBe('$.metrics.rocAuc.value');
});

it('holds numbers to the tolerance where the recorded scores are not at hand', () => {
  const without = { scores: null, fromRecordedScores: null };
  expect(judged(document(0.9), document(0.900009), 0, without).outcome).toBe('WITHIN_TOLERANCE');
  expect(judged(document(0.9), document(0.90002), 0, without).outcome).toBe('DIFFERENT');
  expect(judged(document(0.810001), document(0.809999), 0, without).flips).toMatchObject([
    { replayed: 'INCONCLUSIVE', insideTolerance: true },
  ]);
});

it('never excuses what is no number: another model, a place that one document lacks', () => {
  const other = { ...document(0.9), model: { sha256: 'b' } };
  expect(judged(other, document(0.9), 1e-6, { fromRecordedScores: document(0.9) }).outcome).toBe('DIFFERENT');
  const { rows: _, ...less } = document(0.9);
  expect(judged(less, document(0.9), 0).unfounded).toEqual([
    { path: '$.rows', recorded: undefined, again: 1000 },
  ]);
});

it('names every place where two documents differ, and only those', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      const [x, y] = [a, b].map((value) => JSON.parse(JSON.stringify(value)) as JsonObject) as [
        JsonObject,
        JsonObject,
      ];
      expect(differences(x, x)).toEqual([]);
      expect(differences(x, y).length === 0).toBe(equal(x, y));
      expect(
        differences(y, x)
          .map(({ path }) => path)
          .toSorted(),
      ).toEqual(
        differences(x, y)
          .map(({ path }) => path)
          .toSorted(),
      );
    }),
  );
});

it('tells a score that is no number from any other', () => {
  const result = compareScores(Float64Array.of(0.5, Number.NaN), Float64Array.of(0.5, 0.5));
  expect(result).toEqual({ rows: 2, differing: 1, largest: { difference: Infinity, row: 2 } });
  expect(() => compareScores(new Float64Array(1), new Float64Array(2))).toThrow();
});

function equal(a: unknown, b: unknown): boolean {
  try {
    expect(a).toStrictEqual(b);
    return true;
  } catch {
    return false;
  }
}
