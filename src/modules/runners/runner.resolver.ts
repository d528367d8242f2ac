import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { type Connection, PageArguments } from '../../platform/graphql/pagination.js';
import { type Actor, Allow, AllowAnyRole, CurrentActor, Role } from '../identity/index.js';
import { RunnerService } from './runner.service.js';
import {
  EnrolRunnerInput,
  EnrolRunnerResult,
  RevokeRunnerInput,
  RevokeRunnerResult,
  Runner,
  RunnerConnection,
  RunnerGateway,
} from './runner.type.js';

@Resolver(() => Runner)
export class RunnerResolver {
  constructor(private readonly service: RunnerService) {}

  @Allow(Role.TENANT_DEVELOPER)
  @Mutation(() => EnrolRunnerResult, {
    description: 'Enrols the certificate of a runner at the tenant’s site, made with `sandbox runner init`.',
  })
  enrolRunner(
    @CurrentActor() actor: Actor,
    @Args('input', { description: 'Everything that the mutation needs.' }) input: EnrolRunnerInput,
  ): Promise<typeof EnrolRunnerResult> {
    return this.service.enrol(actor, input);
  }

  @Allow(Role.TENANT_DEVELOPER)
  @Mutation(() => RevokeRunnerResult, {
    description: 'Shuts a runner out for ever, on open connections too. Its run waits for another runner.',
  })
  revokeRunner(
    @CurrentActor() actor: Actor,
    @Args('input', { description: 'Everything that the mutation needs.' }) input: RevokeRunnerInput,
  ): Promise<typeof RevokeRunnerResult> {
    return this.service.revoke(actor, input);
  }

  @AllowAnyRole()
  @Query(() => RunnerConnection, { description: 'Runners that the caller may see, newest first.' })
  runners(@CurrentActor() actor: Actor, @Args() page: PageArguments): Promise<Connection<Runner>> {
    return this.service.runners(actor, page);
  }

  @AllowAnyRole()
  @Query(() => RunnerGateway, {
    nullable: true,
    description: 'Where runners connect to; null where this sandbox takes none.',
  })
  runnerGateway(@CurrentActor() actor: Actor): Promise<RunnerGateway | null> {
    return this.service.gateway(actor);
  }
}
