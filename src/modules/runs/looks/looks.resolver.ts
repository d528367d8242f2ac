import { Args, Field, Int, Mutation, ObjectType, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Injectable } from '@nestjs/common';
import { Database } from '../../../platform/database/index.js';
import type { RequestContext } from '../../../platform/graphql/context.js';
import { DatasetVersion, Split } from '../../datasets/index.js';
import {
  type Actor,
  Allow,
  AllowedWithParent,
  CurrentActor,
  CurrentRequest,
  Role,
} from '../../identity/index.js';
import { Model } from '../../models/index.js';
import { lookCounts } from './looks.js';
import { SealedRunGrantService } from './sealed-run-grant.service.js';
import { GrantSealedRunInput, SealedRunGrant } from './sealed-run-grant.type.js';

const GRANTS_OF = {};
const LOOKS_AT = {};

@ObjectType({ description: 'How often a blind split was looked at: reports that came of it.' })
export class SplitLooks {
  @Field(() => Split, { description: 'The split.' })
  split: Split;

  @Field(() => Int, { description: 'How often.' })
  looks: number;
}

/** Counts looks for whoever asks: a tenant its own, authorities and operators those of all. */
@Injectable()
export class LookService {
  constructor(private readonly database: Database) {}

  async counts(actor: Actor, versionIds: readonly string[]): Promise<(SplitLooks[] | null)[]> {
    return this.database.within(actor, async (tx) => {
      const found = await lookCounts(tx, versionIds);
      return versionIds.map(
        (id) =>
          found
            .get(id)
            ?.map(({ split, looks }) => Object.assign(new SplitLooks(), { split: split as Split, looks })) ??
          [],
      );
    });
  }
}

@Resolver(() => DatasetVersion)
export class LookResolver {
  constructor(private readonly service: LookService) {}

  @AllowedWithParent()
  @ResolveField(() => [SplitLooks], {
    description:
      'How often its blind splits were looked at, over all models, versions and plans: by the caller’s own tenant; authorities and operators see the sum over all.',
  })
  async looks(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: RequestContext<Actor>,
    @Parent() version: DatasetVersion,
  ): Promise<SplitLooks[]> {
    const loader = request.loader<SplitLooks[]>((ids) => this.service.counts(actor, ids), LOOKS_AT);
    return (await loader.load(version.id)) ?? [];
  }
}

@Resolver(() => Model)
export class SealedRunGrantResolver {
  constructor(private readonly service: SealedRunGrantService) {}

  @Allow(Role.REVIEWER)
  @Mutation(() => SealedRunGrant, {
    description: 'Allows one more run of a model on a sealed split, for a reason that its reports print.',
  })
  grantSealedRun(
    @CurrentActor() actor: Actor,
    @Args('input', { description: 'Everything that the mutation needs.' }) input: GrantSealedRunInput,
  ): Promise<SealedRunGrant> {
    return this.service.grant(actor, input);
  }

  @AllowedWithParent()
  @ResolveField(() => [SealedRunGrant], {
    description: 'Leaves of authorities for another sealed run, the first first.',
  })
  async sealedRunGrants(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: RequestContext<Actor>,
    @Parent() model: Model,
  ): Promise<SealedRunGrant[]> {
    const loader = request.loader<SealedRunGrant[]>(async (ids) => {
      const grants = await this.service.grants(actor, ids);
      return ids.map((id) => grants.filter(({ modelId }) => modelId === id));
    }, GRANTS_OF);
    return (await loader.load(model.id)) ?? [];
  }
}
