import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { type Actor, Allow, AllowAnyRole, CurrentActor, Role } from '../identity/index.js';
import { FeatureReleaseService } from './feature-release.service.js';
import {
  FeatureRelease,
  ReleaseBlindFeaturesInput,
  ReleaseBlindFeaturesResult,
} from './feature-release.type.js';

@Resolver(() => FeatureRelease)
export class FeatureReleaseResolver {
  constructor(private readonly service: FeatureReleaseService) {}

  @Allow(Role.TENANT_DEVELOPER)
  @Mutation(() => ReleaseBlindFeaturesResult, {
    description:
      'Releases the features of a blind evaluation split to the tenant, so that it can hand in PREDICTIONS. Mind: from then on that split is blind for this tenant no more, for ever; this is remembered, shown to authorities, and told in every later report of the tenant on it. Sealed splits are never released.',
  })
  releaseBlindFeatures(
    @CurrentActor() actor: Actor,
    @Args('input', { description: 'Everything that the mutation needs.' }) input: ReleaseBlindFeaturesInput,
  ): Promise<typeof ReleaseBlindFeaturesResult> {
    return this.service.release(actor, input);
  }

  @AllowAnyRole()
  @Query(() => [FeatureRelease], {
    description: 'Releases of a dataset version’s blind features that the caller may see, oldest first.',
  })
  featureReleases(
    @CurrentActor() actor: Actor,
    @Args('datasetVersionId', { type: () => ID, description: 'Which dataset version.' })
    datasetVersionId: string,
  ): Promise<FeatureRelease[]> {
    return this.service.releases(actor, datasetVersionId);
  }
}
