export * from './document.js';
export { type ExplanationLimit } from './limits.js';
export {
  explain,
  type ExplanationInput,
  type ExplanationOptions,
  rowsToExplain,
  type SettledExplanation,
  settleExplanation,
} from './explain.js';
