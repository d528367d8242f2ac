export type { JailSettings } from '../isolation/index.js';
export { defaultBinding, type InputBinding, scoreOutput, validateBinding } from './binding.js';
export { inspectInJail, type JailInspection, type LoadedModel } from './inspect-in-jail.js';
export { inspectOnnx, type OnnxInspection, type TensorInfo } from './onnx-inspection.js';
export { onnxRuntime, type RuntimeManifest } from './onnx-runtime.js';
export { BATCH_ROWS, boundColumns, type ScoreOptions, scoreOnnx, type ScoreResult } from './score-onnx.js';
export { type Blame, ScoringError } from './scoring-error.js';
export { type FeatureBatch, scoreStream, type StreamOptions, type StreamResult } from './stream-scoring.js';
