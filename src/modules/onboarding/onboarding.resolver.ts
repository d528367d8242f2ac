import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import type { RequestContext } from '../../platform/graphql/context.js';
import { Connection, PageArguments } from '../../platform/graphql/pagination.js';
import { type Actor, Allow, CurrentActor, CurrentRequest, Public, Role } from '../identity/index.js';
import { AdmitTenantInput, ApplyForAdmissionInput } from './onboarding.input.js';
import { OnboardingService } from './onboarding.service.js';
import {
  AdmitTenantResult,
  Application,
  ApplicationConnection,
  ApplyForAdmissionResult,
} from './onboarding.type.js';

@Resolver()
export class OnboardingResolver {
  constructor(private readonly onboarding: OnboardingService) {}

  @Public()
  @Mutation(() => ApplyForAdmissionResult, {
    description: 'Applies for admission. Needs no token; limited per address.',
  })
  applyForAdmission(
    @CurrentRequest() request: RequestContext<Actor>,
    @Args('input', { description: 'Everything that the mutation needs.' }) input: ApplyForAdmissionInput,
  ): Promise<typeof ApplyForAdmissionResult> {
    return this.onboarding.apply(request.address, input);
  }

  @Allow(Role.OPERATOR)
  @Query(() => ApplicationConnection, { description: 'Applications, newest first.' })
  applications(@CurrentActor() actor: Actor, @Args() page: PageArguments): Promise<Connection<Application>> {
    return this.onboarding.applications(actor, page);
  }

  @Allow(Role.OPERATOR)
  @Mutation(() => AdmitTenantResult, {
    description: 'Admits an applicant as a tenant; its administrator’s token is shown once.',
  })
  admitTenant(
    @CurrentActor() actor: Actor,
    @Args('input', { description: 'Everything that the mutation needs.' }) input: AdmitTenantInput,
  ): Promise<typeof AdmitTenantResult> {
    return this.onboarding.admit(actor, input);
  }
}
