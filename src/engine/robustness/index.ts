export { parseRobustness, type RobustnessConfiguration, ROBUSTNESS_SCHEMA } from './configuration.js';
export { ROBUSTNESS_METRICS, type RobustnessMetric } from './influence.js';
export { measureRobustness, type RobustnessDocument } from './robustness.js';
export { type TrialInput, type TrialResult } from './suite.js';
export { type DeclaredColumn } from './traits.js';
export { type EvasionDocument, measureEvasion } from './evasion/evasion.js';
export { EVASION_SCHEMA, type EvasionProfile, parseEvasion } from './evasion/profile.js';
