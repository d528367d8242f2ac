export * from './attestation.js';
export { canonicalJson, digest, documentDigest, type JsonObject, type JsonValue } from './canonical-json.js';
export * from './dsse.js';
export type * from './evidence.js';
export { REPORT_SCHEMA } from './evidence.js';
export { FileSigner } from './file-signer.js';
export { buildReport, evidenceDigest, type BuiltReport, type ReportInput } from './report.js';
export { parseStrictJson } from './strict-json.js';
export { verifyEnvelope, type Check, type Verification } from './verify.js';
