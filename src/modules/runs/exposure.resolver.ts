import { Args, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { RequestContext } from '../../platform/graphql/context.js';
import { DatasetVersion, Split } from '../datasets/index.js';
import { type Actor, AllowedWithParent, CurrentActor, CurrentRequest } from '../identity/index.js';
import { EvaluationPlan, Feed, planLoader, PlanService } from '../plans/index.js';
import { firstExposuresOf, planWarningsLoader, takenBeforeLoader } from './exposure.loader.js';
import { ExposureService } from './exposure.service.js';
import { BlindnessExposure, ExposuresArguments, PlanWarning } from './exposure.type.js';
import { Run } from './run.type.js';

/** What a run could know: of rows that came later, and of its split from elsewhere. */
@Resolver(() => Run)
export class RunBlindnessResolver {
  constructor(
    private readonly service: ExposureService,
    private readonly plans: PlanService,
  ) {}

  @AllowedWithParent()
  @ResolveField(() => Boolean, {
    description:
      'Whether the model could see later rows before it scored earlier ones: true where the whole split was within its reach at once (BATCH, and handed-in predictions). False for EVENTS: at most the later events of its own window, one fewer than the plan’s `windowRows`.',
  })
  async couldSeeLaterRows(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: RequestContext<Actor>,
    @Parent() run: Run,
  ): Promise<boolean> {
    return (await planLoader(request, actor, this.plans).load(run.planId))?.feed !== Feed.EVENTS;
  }

  @AllowedWithParent()
  @ResolveField(() => Boolean, {
    description:
      'Whether its split was blind to its tenant when it started: false on the development split, which is open, and where rows had been sent outside before; see `exposedBefore`.',
  })
  async blind(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: RequestContext<Actor>,
    @Parent() run: Run,
  ): Promise<boolean> {
    const plan = await planLoader(request, actor, this.plans).load(run.planId);
    if (plan?.split === Split.DEVELOPMENT) return false;
    return (await takenBeforeLoader(request, actor, this.service).load(run.id)) === null;
  }

  @AllowedWithParent()
  @ResolveField(() => BlindnessExposure, {
    nullable: true,
    description:
      'What first took the blindness of its split before it started; null where nothing did. What the run itself sends out counts for later runs.',
  })
  exposedBefore(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: RequestContext<Actor>,
    @Parent() run: Run,
  ): Promise<BlindnessExposure | null> {
    return takenBeforeLoader(request, actor, this.service).load(run.id);
  }
}

/** A plan's blindness is the runs' to tell: they are what takes it. */
@Resolver(() => EvaluationPlan)
export class PlanBlindnessResolver {
  constructor(private readonly service: ExposureService) {}

  @AllowedWithParent()
  @ResolveField(() => [BlindnessExposure], {
    description:
      'When and how its split was sent outside for its tenant, the first first; a sealed one: its draw.',
  })
  exposures(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: RequestContext<Actor>,
    @Parent() plan: EvaluationPlan,
    @Args() { first }: ExposuresArguments,
  ): Promise<BlindnessExposure[]> {
    return firstExposuresOf(request, actor, this.service, 'plan', plan.id, first);
  }

  @AllowedWithParent()
  @ResolveField(() => [PlanWarning], {
    description: 'What to know before it is locked, and after; none where all is well.',
  })
  async warnings(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: RequestContext<Actor>,
    @Parent() plan: EvaluationPlan,
  ): Promise<PlanWarning[]> {
    return (await planWarningsLoader(request, actor, this.service).load(plan.id)) ?? [];
  }
}

@Resolver(() => DatasetVersion)
export class DatasetBlindnessResolver {
  constructor(private readonly service: ExposureService) {}

  @AllowedWithParent()
  @ResolveField(() => [BlindnessExposure], {
    description:
      'When and how its blind splits were sent outside, the first first: for the caller’s own tenant; authorities and operators see all tenants’.',
  })
  exposures(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: RequestContext<Actor>,
    @Parent() version: DatasetVersion,
    @Args() { first }: ExposuresArguments,
  ): Promise<BlindnessExposure[]> {
    return firstExposuresOf(request, actor, this.service, 'version', version.id, first);
  }
}
