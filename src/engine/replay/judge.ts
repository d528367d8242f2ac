import { documentDigest, type JsonObject, type JsonValue } from '../reporting/canonical-json.js';
import { isObject } from '../reporting/strict-json.js';
import { agrees, type Difference, differences, type ScoreComparison } from './differences.js';

/**
 * How far two scorings may lie apart, on the scale of the scores. ONNX Runtime promises no equal bits between processors:
 * wider vector units sum a float32 model in another order, and an order costs about as many units in the last place
 * (6e-8 at 1) as there are terms that round. 1e-5 bears some 160 of them and is far below what any threshold is
 * declared to.
 */
export const SCORE_TOLERANCE = 1e-5;

/**
 * How far a number measured from the same scores may lie apart, relative above 1: libraries of other versions may round a
 * logarithm's last place otherwise, and a sum of 10 million bears that.
 */
export const ROUNDING = 1e-9;

export type ReplayOutcome =
  /** The same evidence, byte for byte. */
  | 'EQUAL'
  /** Scores agree to the tolerance, what differs follows from them, and no verdict flips. */
  | 'WITHIN_TOLERANCE'
  | 'DIFFERENT';

/** A verdict that came out otherwise. */
export interface FlippedVerdict {
  id: string;
  recorded: string;
  again: string;
  /** What the replay says of the criterion: INCONCLUSIVE where it flips inside the tolerance. */
  replayed: string;
  insideTolerance: boolean;
  reason: string;
}

/** All documents are without what differs from run to run (`execution`). */
export interface ReplayInput {
  recorded: JsonObject;
  again: JsonObject;
  /** Null where the recorded scores are not at hand. */
  scores: ScoreComparison | null;
  /** `again`, but measured and judged from the recorded scores; null where they are not at hand. */
  fromRecordedScores: JsonObject | null;
  tolerance: number;
}

export interface ReplayResult {
  outcome: ReplayOutcome;
  evidence: { recordedSha256: string; againSha256: string };
  tolerance: number;
  scores: ScoreComparison | null;
  /** Of the recorded document and the new one, every place. */
  differences: Difference[];
  /** Places where the recorded document says what its own scores, plan and data don't: nothing excuses those. */
  unfounded: Difference[];
  flips: FlippedVerdict[];
}

/**
 * Judges a replay. What the recorded document says must follow from the recorded scores, wherever it is measured; the
 * scores themselves agree to the tolerance; and where they do not agree in every bit, no number that moved with them
 * counts against it unless a verdict flips. Without the recorded scores the numbers themselves are held to the
 * tolerance.
 */
export function judgeReplay(input: ReplayInput): ReplayResult {
  const { recorded, again, scores, fromRecordedScores, tolerance } = input;
  const evidence = { recordedSha256: documentDigest(recorded), againSha256: documentDigest(again) };
  const found = differences(recorded, again);
  const moved = scores?.largest?.difference ?? 0;
  const scoresAgree = moved <= tolerance;
  const unfounded = unexplained(input, found);
  const flips = flippedVerdicts(recorded, again, {
    founded: fromRecordedScores === null ? null : verdictsOf(fromRecordedScores),
    scoresMovedInside: moved > 0 && scoresAgree,
    tolerance: scores === null ? tolerance : ROUNDING,
  });
  const equal = found.length === 0 && moved === 0;
  const within = scoresAgree && unfounded.length === 0 && flips.length === 0;
  return {
    outcome: equal ? 'EQUAL' : within ? 'WITHIN_TOLERANCE' : 'DIFFERENT',
    evidence,
    tolerance,
    scores,
    differences: found,
    unfounded,
    flips,
  };
}

/** Parts made by scoring other tables than the data itself: their scores are not recorded. */
const SCORED_BESIDE = /^\$\.(?:robustness|evasion|explanation)\b/;

function unexplained(input: ReplayInput, found: readonly Difference[]): Difference[] {
  const { recorded, scores, fromRecordedScores, tolerance } = input;
  if (scores?.largest === null) return beyond(found, () => ROUNDING);
  if (fromRecordedScores === null) return beyond(found, () => tolerance);
  return beyond(differences(recorded, fromRecordedScores), (path) =>
    SCORED_BESIDE.test(path) ? tolerance : ROUNDING,
  );
}

const OF_VERDICT = /^\$\.verdicts\[(\d+)\]\.(value|low|high|verdict|sentences?)(?:\.|\[|$)/;

/** Verdicts and sentences are made of their numbers: where those moved by little, these are told by their flips alone. */
function beyond(found: readonly Difference[], tolerance: (path: string) => number): Difference[] {
  const numbers = new Set(['value', 'low', 'high']);
  const moved = new Set(
    found.flatMap(({ path }) => {
      const [, place, name] = OF_VERDICT.exec(path) ?? [];
      return name !== undefined && numbers.has(name) ? [place] : [];
    }),
  );
  return found.filter((difference) => {
    if (agrees(difference, tolerance(difference.path))) return false;
    const [, place, name] = OF_VERDICT.exec(difference.path) ?? [];
    return name === undefined || numbers.has(name) || !moved.has(place);
  });
}

interface Verdict {
  id: string;
  verdict: string;
  value: JsonValue | undefined;
  low: JsonValue | undefined;
  high: JsonValue | undefined;
}

function verdictsOf(document: JsonObject): Verdict[] {
  const list = document['verdicts'];
  if (!Array.isArray(list)) return [];
  return (list as readonly JsonValue[]).flatMap((entry): Verdict[] => {
    if (!isObject(entry)) return [];
    const { id, verdict, value, low, high } = entry;
    return typeof id === 'string' && typeof verdict === 'string' ? [{ id, verdict, value, low, high }] : [];
  });
}

function flippedVerdicts(
  recorded: JsonObject,
  again: JsonObject,
  how: { founded: Verdict[] | null; scoresMovedInside: boolean; tolerance: number },
): FlippedVerdict[] {
  const now = new Map(verdictsOf(again).map((verdict) => [verdict.id, verdict]));
  return verdictsOf(recorded).flatMap((before): FlippedVerdict[] => {
    const after = now.get(before.id);
    if (after === undefined || after.verdict === before.verdict) return [];
    const founded = how.founded?.find(({ id }) => id === before.id);
    const moves = (['value', 'low', 'high'] as const)
      .map((name) => ({ path: name, recorded: before[name], again: after[name] }))
      .filter(({ recorded: a, again: b }) => a !== b);
    const common = { id: before.id, recorded: before.verdict, again: after.verdict };
    const refused = (reason: string): FlippedVerdict[] => [
      { ...common, replayed: after.verdict, insideTolerance: false, reason },
    ];
    if (moves.length === 0) return refused('the recorded verdict does not follow from its own interval');
    const small = moves.every((move) => agrees(move, how.tolerance));
    if (founded !== undefined && founded.verdict !== before.verdict && !small)
      return refused('the recorded verdict does not follow from the recorded scores');
    if (!how.scoresMovedInside && !small) return refused('the numbers differ by more than the tolerance');
    return [
      {
        ...common,
        replayed: 'INCONCLUSIVE',
        insideTolerance: true,
        reason: 'flips inside the tolerance',
      },
    ];
  });
}
