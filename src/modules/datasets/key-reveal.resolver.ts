import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { type Actor, Allow, CurrentActor, Role } from '../identity/index.js';
import { KeyRevealService } from './key-reveal.service.js';
import { RevealSplitKeyInput, RevealSplitKeyResult, SplitKeyReveal } from './key-reveal.type.js';

@Resolver(() => SplitKeyReveal)
export class KeyRevealResolver {
  constructor(private readonly service: KeyRevealService) {}

  @Allow(Role.REVIEWER)
  @Mutation(() => RevealSplitKeyResult, {
    description:
      'Has the key of a blind split revealed to authorities. It ends the use of what was drawn from it: plans are locked and runs started on it no more.',
  })
  revealSplitKey(
    @CurrentActor() actor: Actor,
    @Args('input', { description: 'Everything that the mutation needs.' }) input: RevealSplitKeyInput,
  ): Promise<typeof RevealSplitKeyResult> {
    return this.service.reveal(actor, input);
  }

  @Allow(Role.REVIEWER)
  @Query(() => [SplitKeyReveal], {
    description: 'The keys of a dataset version that were asked for, oldest first.',
  })
  splitKeyReveals(
    @CurrentActor() actor: Actor,
    @Args('datasetVersionId', { type: () => ID, description: 'Which dataset version.' })
    datasetVersionId: string,
  ): Promise<SplitKeyReveal[]> {
    return this.service.reveals(actor, datasetVersionId);
  }
}
