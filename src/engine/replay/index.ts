export {
  BUNDLE_FILE,
  BUNDLE_SCHEMA,
  type Bundle,
  type BundleOption,
  type BundlePart,
  parseBundle,
  partsOf,
} from './bundle.js';
export {
  agrees,
  compareScores,
  type Difference,
  differences,
  distance,
  type ScoreComparison,
} from './differences.js';
export {
  type FlippedVerdict,
  judgeReplay,
  type ReplayInput,
  type ReplayOutcome,
  type ReplayResult,
  ROUNDING,
  SCORE_TOLERANCE,
} from './judge.js';
