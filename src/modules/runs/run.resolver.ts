import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import type { RequestContext } from '../../platform/graphql/context.js';
import type { Connection } from '../../platform/graphql/pagination.js';
import { DatasetService, DatasetVersion, datasetVersionLoader } from '../datasets/index.js';
import {
  type Actor,
  Allow,
  AllowAnyRole,
  AllowedWithParent,
  CurrentActor,
  CurrentRequest,
  IdentityService,
  Role,
} from '../identity/index.js';
import { AssuranceTierName, ModelService, ModelVersion, modelVersionLoader } from '../models/index.js';
import { EvaluationPlan, planLoader, PlanService } from '../plans/index.js';
import { RunChanges } from './run.changes.js';
import { sealedDrawLoader } from './run.loader.js';
import { RunService } from './run.service.js';
import {
  CancelRunInput,
  CancelRunResult,
  Run,
  RunConnection,
  RunsArguments,
  SealedDraw,
  StartRunInput,
  StartRunResult,
} from './run.type.js';

@Resolver(() => Run)
export class RunResolver {
  constructor(
    private readonly service: RunService,
    private readonly changes: RunChanges,
    private readonly identity: IdentityService,
    private readonly models: ModelService,
    private readonly datasets: DatasetService,
    private readonly plans: PlanService,
  ) {}

  @Allow(Role.TENANT_DEVELOPER)
  @Mutation(() => StartRunResult, { description: 'Starts a run of a locked plan.' })
  startRun(
    @CurrentActor() actor: Actor,
    @Args('input', { description: 'Everything that the mutation needs.' }) input: StartRunInput,
  ): Promise<typeof StartRunResult> {
    return this.service.start(actor, input);
  }

  @Allow(Role.TENANT_DEVELOPER)
  @Mutation(() => CancelRunResult, { description: 'Cancels a run that is not final.' })
  cancelRun(
    @CurrentActor() actor: Actor,
    @Args('input', { description: 'Everything that the mutation needs.' }) input: CancelRunInput,
  ): Promise<typeof CancelRunResult> {
    return this.service.cancel(actor, input);
  }

  @AllowAnyRole()
  @Query(() => Run, { description: 'One run.' })
  run(
    @CurrentActor() actor: Actor,
    @Args('id', { type: () => ID, description: 'Which.' }) id: string,
  ): Promise<Run> {
    return this.service.run(actor, id);
  }

  @AllowAnyRole()
  @Query(() => RunConnection, { description: 'Runs that the caller may see, newest first.' })
  runs(@CurrentActor() actor: Actor, @Args() { filter, ...page }: RunsArguments): Promise<Connection<Run>> {
    return this.service.runs(actor, page, filter ?? null);
  }

  @AllowAnyRole()
  @Subscription(() => Run, {
    description: 'The run now, and again at each change until it is final.',
    resolve: (run: Run) => run,
  })
  async *runChanged(
    @CurrentActor() actor: Actor,
    @Args('id', { type: () => ID, description: 'Which.' }) id: string,
  ): AsyncGenerator<Run> {
    const changes = this.changes.of(id);
    try {
      // Asked for before the run is read: a change in between is not missed.
      let next = changes.next();
      let run = await this.service.run(actor, id);
      yield run;
      while (run.finishedAt === null) {
        if ((await next).done === true) return;
        next = changes.next();
        await this.identity.stillHolds(actor);
        run = await this.service.run(actor, id);
        yield run;
      }
    } finally {
      await changes.return?.();
    }
  }

  @AllowedWithParent()
  @ResolveField(() => SealedDraw, {
    nullable: true,
    description: 'The sealed split of its plan; null for other splits, and until it is drawn.',
  })
  sealedDraw(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: RequestContext<Actor>,
    @Parent() run: Run,
  ): Promise<SealedDraw | null> {
    return sealedDrawLoader(request, actor, this.service).load(run.planId);
  }

  @AllowedWithParent()
  @ResolveField(() => EvaluationPlan, { description: 'The plan that it follows.' })
  plan(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: RequestContext<Actor>,
    @Parent() run: Run,
  ): Promise<EvaluationPlan | null> {
    return planLoader(request, actor, this.plans).load(run.planId);
  }

  @AllowedWithParent()
  @ResolveField(() => AssuranceTierName, {
    description: 'How much of it happens under our eyes: the runtime of its model version decides.',
  })
  async assuranceTier(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: RequestContext<Actor>,
    @Parent() run: Run,
  ): Promise<AssuranceTierName | null> {
    const version = await modelVersionLoader(request, actor, this.models).load(run.modelVersionId);
    return version?.assuranceTier ?? null;
  }

  @AllowedWithParent()
  @ResolveField(() => ModelVersion, { description: 'The model version that it evaluates.' })
  modelVersion(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: RequestContext<Actor>,
    @Parent() run: Run,
  ): Promise<ModelVersion | null> {
    return modelVersionLoader(request, actor, this.models).load(run.modelVersionId);
  }

  @AllowedWithParent()
  @ResolveField(() => DatasetVersion, { description: 'The dataset version that it evaluates on.' })
  datasetVersion(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: RequestContext<Actor>,
    @Parent() run: Run,
  ): Promise<DatasetVersion | null> {
    return datasetVersionLoader(request, actor, this.datasets).load(run.datasetVersionId);
  }
}
