import type DataLoader from 'dataloader';
import { inOrder, type RequestContext } from '../../platform/graphql/context.js';
import type { Actor } from '../identity/index.js';
import type { PlanService } from './plan.service.js';
import type { EvaluationPlan, ModelInputBinding } from './plan.type.js';

const PLAN = {};
const BINDING = {};

/** Plans by id, one statement a request. */
export function planLoader(
  request: RequestContext<Actor>,
  actor: Actor,
  plans: PlanService,
): DataLoader<string, EvaluationPlan | null> {
  return request.loader(async (ids) => inOrder(ids, await plans.plansById(actor, ids), ({ id }) => id), PLAN);
}

/** Bindings by id, one statement a request. */
export function bindingLoader(
  request: RequestContext<Actor>,
  actor: Actor,
  plans: PlanService,
): DataLoader<string, ModelInputBinding | null> {
  return request.loader(
    async (ids) => inOrder(ids, await plans.bindingsById(actor, ids), ({ id }) => id),
    BINDING,
  );
}
