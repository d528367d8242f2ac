import { Int, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { inOrder, type RequestContext } from '../../../platform/graphql/context.js';
import {
  type Actor,
  Allow,
  AllowedWithParent,
  CurrentActor,
  CurrentRequest,
  Role,
} from '../../identity/index.js';
import { Run } from '../run.type.js';
import type { Place } from './positions.js';
import { RunAttemptService, usageOf } from './run-attempt.service.js';
import { RunAttempt, RunFault, RunUsage } from './run-attempt.type.js';

const PLACE = {};
const ATTEMPTS = {};
const FAULTS = {};

/** How a run waits and is worked on. */
@Resolver(() => Run)
export class RunAttemptResolver {
  constructor(private readonly service: RunAttemptService) {}

  @AllowedWithParent()
  @ResolveField(() => Int, {
    nullable: true,
    description:
      'Its place among all runs that wait for a slot, 1 for the next, as tenants take turns. Null unless it waits for one: a sealed run waits for its draw first, one that a fault of ours stopped waits a little.',
  })
  async queuePosition(
    @CurrentRequest() request: RequestContext<Actor>,
    @Parent() run: Run,
  ): Promise<number | null> {
    return (await this.place(request, run))?.position ?? null;
  }

  @AllowedWithParent()
  @ResolveField(() => Date, {
    nullable: true,
    description:
      'When it will begin, an estimate from the runs that ended last; null unless it waits for a slot, and where nothing is known yet to estimate from.',
  })
  async estimatedStartAt(
    @CurrentRequest() request: RequestContext<Actor>,
    @Parent() run: Run,
  ): Promise<Date | null> {
    return (await this.place(request, run))?.estimatedStartAt ?? null;
  }

  @AllowedWithParent()
  @ResolveField(() => [RunAttempt], { description: 'The attempts to score it, the first first.' })
  attempts(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: RequestContext<Actor>,
    @Parent() run: Run,
  ): Promise<RunAttempt[]> {
    return this.attemptsOf(actor, request, run);
  }

  @AllowedWithParent()
  @ResolveField(() => RunUsage, {
    nullable: true,
    description: 'What it used of the machines; null until it held a slot.',
  })
  async usage(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: RequestContext<Actor>,
    @Parent() run: Run,
  ): Promise<RunUsage | null> {
    return usageOf(await this.attemptsOf(actor, request, run));
  }

  @Allow(Role.OPERATOR, Role.REVIEWER)
  @ResolveField(() => [RunFault], { description: 'The faults of the sandbox during it, the first first.' })
  async faults(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: RequestContext<Actor>,
    @Parent() run: Run,
  ): Promise<RunFault[]> {
    const loader = request.loader(async (ids) => {
      const found = await this.service.faults(actor, ids);
      return ids.map((id) => found.get(id) ?? []);
    }, FAULTS);
    return (await loader.load(run.id)) ?? [];
  }

  private async attemptsOf(actor: Actor, request: RequestContext<Actor>, run: Run): Promise<RunAttempt[]> {
    const loader = request.loader(async (ids) => {
      const found = await this.service.attempts(actor, ids);
      return ids.map((id) => found.get(id) ?? []);
    }, ATTEMPTS);
    return (await loader.clear(run.id).load(run.id)) ?? [];
  }

  /** A subscription's request lives long: what is asked again is looked up again. */
  private place(request: RequestContext<Actor>, run: Run): Promise<Place | null> {
    if (run.finishedAt !== null) return Promise.resolve(null);
    const loader = request.loader(
      async (ids) => inOrder(ids, await this.service.places(ids), ({ runId }) => runId),
      PLACE,
    );
    return loader.clear(run.id).load(run.id);
  }
}
