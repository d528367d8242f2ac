export { assess, METRIC_TITLES, VERDICTS, type CriterionVerdict, type Verdict } from './assess.js';
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
