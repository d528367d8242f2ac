export * from './document.js';
export { featureDrift, type FeaturePair } from './feature-drift.js';
export { monthsOf } from './months.js';
export { layOut, type Layout, type ReferenceScores, stability } from './stability.js';
