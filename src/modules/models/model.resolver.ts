import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { RequestContext } from '../../platform/graphql/context.js';
import { type Connection, PageArguments } from '../../platform/graphql/pagination.js';
import {
  type Actor,
  Allow,
  AllowAnyRole,
  AllowedWithParent,
  CurrentActor,
  CurrentRequest,
  Role,
} from '../identity/index.js';
import { CreateModelVersionInput, RegisterModelInput } from './model.input.js';
import { modelLoader, versionsOfModel } from './model.loader.js';
import { ModelService } from './model.service.js';
import {
  CreateModelVersionResult,
  Model,
  ModelConnection,
  ModelVersion,
  ModelVersionConnection,
  RegisterModelResult,
} from './model.type.js';

@Resolver(() => Model)
export class ModelResolver {
  constructor(private readonly service: ModelService) {}

  @Allow(Role.TENANT_DEVELOPER)
  @Mutation(() => RegisterModelResult, { description: 'Registers a model.' })
  registerModel(
    @CurrentActor() actor: Actor,
    @Args('input', { description: 'Everything that the mutation needs.' }) input: RegisterModelInput,
  ): Promise<typeof RegisterModelResult> {
    return this.service.register(actor, input);
  }

  @Allow(Role.TENANT_DEVELOPER)
  @Mutation(() => CreateModelVersionResult, {
    description: 'Creates a version and says where to PUT its artefact.',
  })
  createModelVersion(
    @CurrentActor() actor: Actor,
    @Args('input', { description: 'Everything that the mutation needs.' }) input: CreateModelVersionInput,
  ): Promise<typeof CreateModelVersionResult> {
    return this.service.createVersion(actor, input);
  }

  @AllowAnyRole()
  @Query(() => ModelConnection, { description: 'Models that the caller may see.' })
  models(@CurrentActor() actor: Actor, @Args() page: PageArguments): Promise<Connection<Model>> {
    return this.service.models(actor, page);
  }

  @AllowedWithParent()
  @ResolveField(() => ModelVersionConnection, { description: 'Its versions.' })
  versions(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: RequestContext<Actor>,
    @Parent() model: Model,
    @Args() page: PageArguments,
  ): Promise<Connection<ModelVersion> | null> {
    return versionsOfModel(request, actor, this.service, model.id, page);
  }
}

@Resolver(() => ModelVersion)
export class ModelVersionResolver {
  constructor(private readonly service: ModelService) {}

  @AllowAnyRole()
  @Query(() => ModelVersion, { description: 'One version.' })
  modelVersion(
    @CurrentActor() actor: Actor,
    @Args('id', { type: () => ID, description: 'Which.' }) id: string,
  ): Promise<ModelVersion> {
    return this.service.version(actor, id);
  }

  @AllowedWithParent()
  @ResolveField(() => Model, { description: 'The model it is a version of.' })
  async model(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: RequestContext<Actor>,
    @Parent() version: ModelVersion,
  ): Promise<Model | null> {
    return modelLoader(request, actor, this.service).load(version.modelId);
  }
}
