export {
  assess,
  byInterval,
  METRIC_TITLES,
  VERDICTS,
  type CriterionVerdict,
  type Verdict,
} from './assess.js';
export { forecast, type CriterionForecast, type ForecastTarget } from './forecast.js';
export { LANGUAGES, type Language, type Translated } from './language.js';
export { multiplicity, type Multiplicity } from './multiplicity.js';
export {
  PACK_SCHEMA,
  packProblems,
  parsePack,
  USE_CASES,
  type UseCase,
  withPack,
  type CriteriaPack,
} from './pack.js';
export { diffPlans, type PlanChange } from './plan-diff.js';
export {
  COMPARATORS,
  MOST_WINDOW_ROWS,
  parsePlan,
  PLAN_SCHEMA,
  planOptions,
  requirements,
  SOURCE_STATUSES,
  WINDOW_ROWS,
  type Criterion,
  type EventFeed,
  type Plan,
  type PlanRequirements,
  type ThresholdSource,
} from './plan.js';
export { SUITES, type Suite } from './suites.js';
export { type Grounds, type Judged, verdictSentences } from './verdict-sentence.js';
export { METRIC_WORDS, type MetricWords } from './words/metrics.js';
