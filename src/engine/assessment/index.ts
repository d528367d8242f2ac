export { assess, METRIC_TITLES, VERDICTS, type CriterionVerdict, type Verdict } from './assess.js';
export {
  COMPARATORS,
  parsePlan,
  PLAN_SCHEMA,
  planOptions,
  requirements,
  SOURCE_STATUSES,
  type Criterion,
  type Plan,
  type PlanRequirements,
  type ThresholdSource,
} from './plan.js';
