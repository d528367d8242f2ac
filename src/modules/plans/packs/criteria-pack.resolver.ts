import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { SUITES } from '../../../engine/assessment/index.js';
import type { Connection } from '../../../platform/graphql/pagination.js';
import { type Actor, Allow, AllowAnyRole, CurrentActor, Role } from '../../identity/index.js';
import {
  CriteriaPacksArguments,
  PublishCriteriaPackInput,
  WithdrawCriteriaPackInput,
} from './criteria-pack.input.js';
import { CriteriaPackService } from './criteria-pack.service.js';
import {
  CriteriaPack,
  CriteriaPackConnection,
  PlanSuite,
  PublishCriteriaPackResult,
  type UseCaseName,
  WithdrawCriteriaPackResult,
} from './criteria-pack.type.js';

@Resolver(() => CriteriaPack)
export class CriteriaPackResolver {
  constructor(private readonly service: CriteriaPackService) {}

  @Allow(Role.REVIEWER)
  @Mutation(() => PublishCriteriaPackResult, {
    description:
      'Publishes criteria that plans for a use case have to meet from now on, in the place of this authority’s earlier version.',
  })
  publishCriteriaPack(
    @CurrentActor() actor: Actor,
    @Args('input', { description: 'Everything that the mutation needs.' }) input: PublishCriteriaPackInput,
  ): Promise<typeof PublishCriteriaPackResult> {
    return this.service.publish(actor, input);
  }

  @Allow(Role.REVIEWER)
  @Mutation(() => WithdrawCriteriaPackResult, {
    description: 'Withdraws criteria of the caller’s authority: an earlier version that stands binds again.',
  })
  withdrawCriteriaPack(
    @CurrentActor() actor: Actor,
    @Args('input', { description: 'Everything that the mutation needs.' }) input: WithdrawCriteriaPackInput,
  ): Promise<typeof WithdrawCriteriaPackResult> {
    return this.service.withdraw(actor, input);
  }

  @AllowAnyRole()
  @Query(() => CriteriaPackConnection, { description: 'Criteria packs, newest first.' })
  criteriaPacks(
    @CurrentActor() actor: Actor,
    @Args() { filter, ...page }: CriteriaPacksArguments,
  ): Promise<Connection<CriteriaPack>> {
    return this.service.packs(actor, page, filter ?? null);
  }

  @AllowAnyRole()
  @Query(() => [PlanSuite], {
    description:
      'Plans to start from, with the sources of their levels; `sandbox plan suites` lists the same.',
  })
  planSuites(): PlanSuite[] {
    return Object.entries(SUITES).map(([name, { useCase, about, plan }]) =>
      Object.assign(new PlanSuite(), { name, useCase: useCase as UseCaseName, about, document: { ...plan } }),
    );
  }
}
