export { EvaluationPlanRow, InputBindingRow } from './plan.entity.js';
export { Feed } from './plan-feed.js';
export { planLoader } from './plan.loader.js';
export { CriteriaPackRow } from './packs/criteria-pack.entity.js';
export { lockedPlanDocument } from './plan-document.js';
export { datasetRevealed, PlanService, preflightPlan } from './plan.service.js';
export { DatasetRevealed, EvaluationPlan, PlanInvalid } from './plan.type.js';
export { PlansModule } from './plans.module.js';
