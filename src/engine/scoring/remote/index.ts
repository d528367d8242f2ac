export { runRunner } from './client.js';
export { type GatewayAddress, parsePin, type RunnerIdentity } from './connection.js';
export { startOnnx } from './onnx-program.js';
export { ModelFailed, type ProgramEnd, type ScoringProgram, startProgram } from './program.js';
export {
  ARROW_MEDIA_TYPE,
  batchCount,
  type FailureReport,
  JSON_MAX_BYTES,
  type Lease,
  LEASE_WAIT_MS,
  type LeaseRequest,
  parseFailure,
  parseLeaseRequest,
  PROTOCOL_VERSION,
  type Receipt,
  type Refusal,
  type RemoteFeed,
  rowsOfBatch,
  scoresMaxBytes,
} from './protocol.js';
export { type RunnerEvent, type RunnerOptions } from './runner-options.js';
