import { Args, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type DataLoader from 'dataloader';
import { inOrder, type RequestContext } from '../../../platform/graphql/context.js';
import {
  type Actor,
  Allow,
  AllowedWithParent,
  CurrentActor,
  CurrentRequest,
  Role,
} from '../../identity/index.js';
import { EvaluationPlan } from '../../plans/index.js';
import { runLoader } from '../run.loader.js';
import { RunService } from '../run.service.js';
import { Run } from '../run.type.js';
import {
  PlanForecast,
  PreflightEvaluationPlanInput,
  PreflightEvaluationPlanResult,
} from './plan-forecast.type.js';
import { PreflightService } from './preflight.service.js';

const FORECAST_OF = {};

@Resolver(() => EvaluationPlan)
export class PreflightResolver {
  constructor(private readonly service: PreflightService) {}

  @Allow(Role.TENANT_DEVELOPER)
  @Mutation(() => PreflightEvaluationPlanResult, {
    description:
      'Tries a plan on the open development split: free of the quota, no look at blind data, and the plan’s `forecast` comes of it.',
  })
  preflightEvaluationPlan(
    @CurrentActor() actor: Actor,
    @Args('input', { description: 'Everything that the mutation needs.' })
    input: PreflightEvaluationPlanInput,
  ): Promise<typeof PreflightEvaluationPlanResult> {
    return this.service.start(actor, input);
  }

  @AllowedWithParent()
  @ResolveField(() => PlanForecast, {
    nullable: true,
    description: 'What its newest preflight told; null where none has ended yet.',
  })
  forecast(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: RequestContext<Actor>,
    @Parent() plan: EvaluationPlan,
  ): Promise<PlanForecast | null> {
    return forecastLoader(request, actor, this.service).load(plan.id);
  }
}

@Resolver(() => PlanForecast)
export class PlanForecastResolver {
  constructor(private readonly runs: RunService) {}

  @AllowedWithParent()
  @ResolveField(() => Run, { description: 'The preflight that told it.' })
  run(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: RequestContext<Actor>,
    @Parent() forecast: PlanForecast,
  ): Promise<Run | null> {
    return runLoader(request, actor, this.runs).load(forecast.runId);
  }
}

/** The newest forecast of each plan, one transaction a request. */
function forecastLoader(
  request: RequestContext<Actor>,
  actor: Actor,
  service: PreflightService,
): DataLoader<string, PlanForecast | null> {
  return request.loader(
    async (planIds) => inOrder(planIds, await service.forecasts(actor, planIds), ({ planId }) => planId),
    FORECAST_OF,
  );
}
