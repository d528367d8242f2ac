export { CustomerFeatures } from './customer-features.js';
export { Missingness } from './missing.js';
export { describePayments } from './payment-features.js';
export { RelationFeatures } from './relation-features.js';
export { CUSTOMER, FEATURES, PAYMENT, RELATION, SOURCES, type FeatureSpec } from './specs.js';
