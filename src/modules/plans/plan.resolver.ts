import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { RequestContext } from '../../platform/graphql/context.js';
import { type Connection, PageArguments } from '../../platform/graphql/pagination.js';
import { DatasetService, DatasetVersion, datasetVersionLoader } from '../datasets/index.js';
import {
  type Actor,
  Allow,
  AllowAnyRole,
  AllowedWithParent,
  CurrentActor,
  CurrentRequest,
  Role,
} from '../identity/index.js';
import { ModelService, ModelVersion, modelVersionLoader } from '../models/index.js';
import {
  CreateEvaluationPlanInput,
  CreateInputBindingInput,
  LockEvaluationPlanInput,
  ReviseEvaluationPlanInput,
} from './plan.input.js';
import { bindingLoader } from './plan.loader.js';
import { PlanService } from './plan.service.js';
import {
  CreateEvaluationPlanResult,
  CreateInputBindingResult,
  EvaluationPlan,
  EvaluationPlanConnection,
  LockEvaluationPlanResult,
  ModelInputBinding,
  PlanChange,
  ReviseEvaluationPlanResult,
} from './plan.type.js';

@Resolver(() => EvaluationPlan)
export class PlanResolver {
  constructor(
    private readonly plans: PlanService,
    private readonly models: ModelService,
    private readonly datasets: DatasetService,
  ) {}

  @Allow(Role.TENANT_DEVELOPER)
  @Mutation(() => CreateInputBindingResult, { description: 'Binds a model’s inputs to a dataset’s columns.' })
  createInputBinding(
    @CurrentActor() actor: Actor,
    @Args('input', { description: 'Everything that the mutation needs.' }) input: CreateInputBindingInput,
  ): Promise<typeof CreateInputBindingResult> {
    return this.plans.bind(actor, input);
  }

  @Allow(Role.TENANT_DEVELOPER)
  @Mutation(() => CreateEvaluationPlanResult, { description: 'Makes a plan, as a draft.' })
  createEvaluationPlan(
    @CurrentActor() actor: Actor,
    @Args('input', { description: 'Everything that the mutation needs.' }) input: CreateEvaluationPlanInput,
  ): Promise<typeof CreateEvaluationPlanResult> {
    return this.plans.create(actor, input);
  }

  @Allow(Role.TENANT_DEVELOPER)
  @Mutation(() => ReviseEvaluationPlanResult, {
    description: 'Changes a draft; a locked plan stays as it is.',
  })
  reviseEvaluationPlan(
    @CurrentActor() actor: Actor,
    @Args('input', { description: 'Everything that the mutation needs.' }) input: ReviseEvaluationPlanInput,
  ): Promise<typeof ReviseEvaluationPlanResult> {
    return this.plans.revise(actor, input);
  }

  @Allow(Role.TENANT_DEVELOPER)
  @Mutation(() => LockEvaluationPlanResult, { description: 'Locks a draft under its digest, for ever.' })
  lockEvaluationPlan(
    @CurrentActor() actor: Actor,
    @Args('input', { description: 'Everything that the mutation needs.' }) input: LockEvaluationPlanInput,
  ): Promise<typeof LockEvaluationPlanResult> {
    return this.plans.lock(actor, input);
  }

  @AllowAnyRole()
  @Query(() => EvaluationPlan, { description: 'One plan.' })
  evaluationPlan(
    @CurrentActor() actor: Actor,
    @Args('id', { type: () => ID, description: 'Which.' }) id: string,
  ): Promise<EvaluationPlan> {
    return this.plans.plan(actor, id);
  }

  @AllowAnyRole()
  @Query(() => EvaluationPlanConnection, { description: 'Plans that the caller may see, newest first.' })
  evaluationPlans(
    @CurrentActor() actor: Actor,
    @Args() page: PageArguments,
  ): Promise<Connection<EvaluationPlan>> {
    return this.plans.plans(actor, page);
  }

  @AllowAnyRole()
  @Query(() => [PlanChange], {
    description:
      'How a plan differs from another: a locked plan is never changed, so a change is a new plan.',
  })
  evaluationPlanChanges(
    @CurrentActor() actor: Actor,
    @Args('from', { type: () => ID, description: 'The earlier plan.' }) from: string,
    @Args('to', { type: () => ID, description: 'The later plan.' }) to: string,
  ): Promise<PlanChange[]> {
    return this.plans.changes(actor, from, to);
  }

  @AllowedWithParent()
  @ResolveField(() => ModelVersion, { description: 'The model version that it evaluates.' })
  modelVersion(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: RequestContext<Actor>,
    @Parent() plan: EvaluationPlan,
  ): Promise<ModelVersion | null> {
    return modelVersionLoader(request, actor, this.models).load(plan.modelVersionId);
  }

  @AllowedWithParent()
  @ResolveField(() => DatasetVersion, { description: 'The dataset version that it evaluates on.' })
  datasetVersion(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: RequestContext<Actor>,
    @Parent() plan: EvaluationPlan,
  ): Promise<DatasetVersion | null> {
    return datasetVersionLoader(request, actor, this.datasets).load(plan.datasetVersionId);
  }

  @AllowedWithParent()
  @ResolveField(() => ModelInputBinding, { description: 'How the model is fed.' })
  inputBinding(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: RequestContext<Actor>,
    @Parent() plan: EvaluationPlan,
  ): Promise<ModelInputBinding | null> {
    return bindingLoader(request, actor, this.plans).load(plan.inputBindingId);
  }
}
