export { inspectArtefact, type InspectableRuntime, isInspectable } from './admission/inspect-artefact.js';
export type { JailSettings } from '../isolation/index.js';
export {
  type ArrowColumn,
  ArrowError,
  type ArrowField,
  type ArrowType,
  encodeBatch,
  encodeSchema,
  END_OF_STREAM,
  type TextColumn,
} from './arrow-message.js';
export { defaultBinding, type InputBinding, scoreOutput, streamColumns, validateBinding } from './binding.js';
export { type TypedColumn } from './column-fit.js';
export { equalMessages, type FeatureBatch } from './equal-messages.js';
export { runEscapeSuite, runHostileFiles } from './hostile/index.js';
export { inspectInJail, type JailInspection, type LoadedModel } from './inspect-in-jail.js';
export { fedFields, type FedField, heldFields } from './feature-fit.js';
export { type Efficiency, measureEfficiency } from './efficiency.js';
export { ModelSession, type ModelSessionOptions, openModelSession } from './model-session.js';
export { type SessionEnd } from './stream-session.js';
export { inspectOnnx, type OnnxInspection, type TensorInfo } from './onnx-inspection.js';
export { onnxRuntime, type RuntimeManifest } from './onnx-runtime.js';
export { BATCH_ROWS, boundColumns, type ScoreOptions, scoreOnnx, type ScoreResult } from './score-onnx.js';
export { readScores } from './score-reader.js';
export { ReopeningScorer, type ScorerUsage } from './reopening-scorer.js';
export { type Blame, ScoringError } from './scoring-error.js';
export { STREAM_INPUT, streamBinding } from './stream-binding.js';
export { scoreStream, type StreamOptions, type StreamResult } from './stream-scoring.js';
