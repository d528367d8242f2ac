import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { Connection, PageArguments } from '../../platform/graphql/pagination.js';
import { type Actor, Role } from './actor.js';
import {
  InvitePersonInput,
  IssueTokenInput,
  RegisterAuthorityInput,
  RevokeTokenInput,
} from './identity.input.js';
import { IdentityService } from './identity.service.js';
import {
  ApiToken,
  ApiTokenConnection,
  InvitePersonResult,
  IssueTokenResult,
  Person,
  PersonConnection,
  RegisterAuthorityResult,
  Viewer,
} from './identity.type.js';
import { Allow, AllowAnyRole, CurrentActor } from './policy.js';

@Resolver()
export class IdentityResolver {
  constructor(private readonly identity: IdentityService) {}

  @AllowAnyRole()
  @Query(() => Viewer, { description: 'Who this request is from.' })
  viewer(@CurrentActor() actor: Actor): Promise<Viewer> {
    return this.identity.viewer(actor);
  }

  @Allow(Role.TENANT_ADMINISTRATOR, Role.OPERATOR)
  @Query(() => PersonConnection, {
    description: 'People of the caller’s organisation; for operators, of all.',
  })
  people(@CurrentActor() actor: Actor, @Args() page: PageArguments): Promise<Connection<Person>> {
    return this.identity.people(actor, page);
  }

  @Allow(Role.TENANT_ADMINISTRATOR, Role.OPERATOR)
  @Query(() => ApiTokenConnection, {
    description: 'Tokens of the caller’s organisation, live, expired and revoked.',
  })
  apiTokens(@CurrentActor() actor: Actor, @Args() page: PageArguments): Promise<Connection<ApiToken>> {
    return this.identity.tokens(actor, page);
  }

  @Allow(Role.TENANT_ADMINISTRATOR, Role.OPERATOR)
  @Mutation(() => InvitePersonResult, {
    description: 'Adds a person: to their own tenant for administrators, to any organisation for operators.',
  })
  invitePerson(
    @CurrentActor() actor: Actor,
    @Args('input', { description: 'Everything that the mutation needs.' }) input: InvitePersonInput,
  ): Promise<typeof InvitePersonResult> {
    return this.identity.invitePerson(actor, input);
  }

  @Allow(Role.TENANT_ADMINISTRATOR, Role.OPERATOR)
  @Mutation(() => IssueTokenResult, { description: 'Issues a token. Its secret is shown this once.' })
  issueToken(
    @CurrentActor() actor: Actor,
    @Args('input', { description: 'Everything that the mutation needs.' }) input: IssueTokenInput,
  ): Promise<typeof IssueTokenResult> {
    return this.identity.issueToken(actor, input);
  }

  @Allow(Role.TENANT_ADMINISTRATOR, Role.OPERATOR)
  @Mutation(() => ApiToken, { description: 'Revokes a token at once; a revoked one stays so.' })
  revokeToken(
    @CurrentActor() actor: Actor,
    @Args('input', { description: 'Everything that the mutation needs.' }) input: RevokeTokenInput,
  ): Promise<ApiToken> {
    return this.identity.revokeToken(actor, input);
  }

  @Allow(Role.OPERATOR)
  @Mutation(() => RegisterAuthorityResult, { description: 'Registers an authority with its first reviewer.' })
  registerAuthority(
    @CurrentActor() actor: Actor,
    @Args('input', { description: 'Everything that the mutation needs.' }) input: RegisterAuthorityInput,
  ): Promise<typeof RegisterAuthorityResult> {
    return this.identity.registerAuthority(actor, input);
  }
}
