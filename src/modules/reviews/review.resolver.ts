import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { inOrder, type RequestContext } from '../../platform/graphql/context.js';
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
import { Report, reportLoader, ReportService } from '../reports/index.js';
import { ReviewService } from './review.service.js';
import {
  ConfirmDecisionInput,
  ConfirmDecisionResult,
  Decision,
  OpenReviewInput,
  OpenReviewResult,
  ProposeDecisionInput,
  ProposeDecisionResult,
  Review,
  ReviewConnection,
} from './review.type.js';

const DECISION_OF = {};

@Resolver(() => Review)
export class ReviewResolver {
  constructor(
    private readonly service: ReviewService,
    private readonly reports: ReportService,
  ) {}

  @Allow(Role.REVIEWER)
  @Mutation(() => OpenReviewResult, { description: 'Opens the authority’s review of a report.' })
  openReview(
    @CurrentActor() actor: Actor,
    @Args('input', { description: 'Everything that the mutation needs.' }) input: OpenReviewInput,
  ): Promise<typeof OpenReviewResult> {
    return this.service.open(actor, input);
  }

  @Allow(Role.REVIEWER)
  @Mutation(() => ProposeDecisionResult, {
    description: 'Proposes a decision; a second person has to confirm it.',
  })
  proposeDecision(
    @CurrentActor() actor: Actor,
    @Args('input', { description: 'Everything that the mutation needs.' }) input: ProposeDecisionInput,
  ): Promise<typeof ProposeDecisionResult> {
    return this.service.propose(actor, input);
  }

  @Allow(Role.REVIEWER)
  @Mutation(() => ConfirmDecisionResult, { description: 'Confirms a decision that somebody else proposed.' })
  confirmDecision(
    @CurrentActor() actor: Actor,
    @Args('input', { description: 'Everything that the mutation needs.' }) input: ConfirmDecisionInput,
  ): Promise<typeof ConfirmDecisionResult> {
    return this.service.confirm(actor, input);
  }

  @AllowAnyRole()
  @Query(() => Review, { description: 'One review.' })
  review(
    @CurrentActor() actor: Actor,
    @Args('id', { type: () => ID, description: 'Which.' }) id: string,
  ): Promise<Review> {
    return this.service.review(actor, id);
  }

  @AllowAnyRole()
  @Query(() => ReviewConnection, { description: 'Reviews that the caller may see, newest first.' })
  reviews(@CurrentActor() actor: Actor, @Args() page: PageArguments): Promise<Connection<Review>> {
    return this.service.reviews(actor, page);
  }

  @AllowedWithParent()
  @ResolveField(() => Report, { description: 'The report under review.' })
  report(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: RequestContext<Actor>,
    @Parent() review: Review,
  ): Promise<Report | null> {
    return reportLoader(request, actor, this.reports).load(review.reportId);
  }

  @AllowedWithParent()
  @ResolveField(() => Decision, {
    nullable: true,
    description: 'Its decision; null while there is none, and for tenants until it is confirmed.',
  })
  decision(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: RequestContext<Actor>,
    @Parent() review: Review,
  ): Promise<Decision | null> {
    return request
      .loader(
        async (ids) => inOrder(ids, await this.service.decisionsOf(actor, ids), ({ reviewId }) => reviewId),
        DECISION_OF,
      )
      .load(review.id);
  }
}
