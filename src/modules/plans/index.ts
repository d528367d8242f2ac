export { EvaluationPlanRow, InputBindingRow } from './plan.entity.js';
export { Feed } from './plan-feed.js';
export { planLoader } from './plan.loader.js';
export { datasetRevealed, lockedPlanDocument, PlanService } from './plan.service.js';
export { DatasetRevealed, EvaluationPlan } from './plan.type.js';
export { PlansModule } from './plans.module.js';
