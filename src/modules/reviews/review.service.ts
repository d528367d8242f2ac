import { Injectable } from '@nestjs/common';
import { v7 as uuid, validate as isUuid } from 'uuid';
import { appendAudit } from '../../platform/database/audit-trail.js';
import { Database } from '../../platform/database/index.js';
import { notFound } from '../../platform/graphql/errors.js';
import { type Connection, keysetPage, type PageArguments } from '../../platform/graphql/pagination.js';
import type { Actor } from '../identity/index.js';
import { ReportRow } from '../reports/index.js';
import { DecisionRow, ReviewRow } from './review.entity.js';
import {
  type ConfirmDecisionInput,
  Decision,
  DecisionExists,
  DecisionInvalid,
  DecisionOutcomeName,
  type DecisionStateName,
  type OpenReviewInput,
  type ProposeDecisionInput,
  Review,
  ReviewExists,
  SecondPersonNeeded,
} from './review.type.js';

@Injectable()
export class ReviewService {
  constructor(private readonly database: Database) {}

  async open(actor: Actor, input: OpenReviewInput): Promise<Review | ReviewExists> {
    return this.database.within(actor, async (tx) => {
      const report = isUuid(input.reportId) ? await tx.findOneBy(ReportRow, { id: input.reportId }) : null;
      if (report === null) throw notFound('Report');
      // Two of one authority at once: the second waits and finds the first's.
      await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('review ' || $1, 0))`, [report.id]);
      const existing = await tx.findOneBy(ReviewRow, {
        reportId: report.id,
        authorityId: actor.organisationId,
      });
      if (existing !== null) {
        return new ReviewExists(
          'REVIEW_EXISTS',
          `${actor.organisationName} opened review ${existing.id} of this report already.`,
        );
      }
      const row = await tx.save(
        tx.create(ReviewRow, {
          id: uuid(),
          tenantId: report.tenantId,
          reportId: report.id,
          authorityId: actor.organisationId,
          authority: actor.organisationName,
          openedBy: actor.personId,
          reportDigest: report.digest,
          createdAt: new Date(),
        }),
      );
      await appendAudit(tx, {
        actor,
        action: 'openReview',
        subject: `review:${row.id}`,
        details: { report: report.id, reportDigest: report.digest },
      });
      return toReview(row);
    });
  }

  async propose(
    actor: Actor,
    input: ProposeDecisionInput,
  ): Promise<Decision | DecisionExists | DecisionInvalid> {
    const problem = decisionProblem(input, new Date());
    if (problem !== null) return new DecisionInvalid('DECISION_INVALID', problem);
    return this.database.within(actor, async (tx) => {
      const review = isUuid(input.reviewId)
        ? await tx.findOneBy(ReviewRow, { id: input.reviewId, authorityId: actor.organisationId })
        : null;
      if (review === null) throw notFound('Review');
      await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('decision ' || $1, 0))`, [review.id]);
      const existing = await tx.findOneBy(DecisionRow, { reviewId: review.id });
      if (existing !== null) {
        return new DecisionExists(
          'DECISION_EXISTS',
          `A decision on this review is ${existing.state.toLowerCase()} already.`,
        );
      }
      const row = await tx.save(
        tx.create(DecisionRow, {
          id: uuid(),
          tenantId: review.tenantId,
          reviewId: review.id,
          authorityId: actor.organisationId,
          outcome: input.outcome,
          scope: input.scope,
          reason: input.reason,
          conditions: input.conditions.map(({ text, dueAt }) => ({ text, dueAt: dueAt.toISOString() })),
          expiresAt: input.expiresAt ?? null,
          state: 'PROPOSED',
          proposedBy: actor.personId,
          confirmedBy: null,
          createdAt: new Date(),
          confirmedAt: null,
        }),
      );
      await appendAudit(tx, {
        actor,
        action: 'proposeDecision',
        subject: `decision:${row.id}`,
        details: { review: review.id, outcome: row.outcome, reportDigest: review.reportDigest },
      });
      return toDecision(row);
    });
  }

  /** The second person's word: the first one's is not enough, whatever their roles. */
  async confirm(
    actor: Actor,
    input: ConfirmDecisionInput,
  ): Promise<Decision | SecondPersonNeeded | DecisionExists> {
    return this.database.within(actor, async (tx) => {
      const row = isUuid(input.decisionId)
        ? await tx.findOne(DecisionRow, {
            where: { id: input.decisionId, authorityId: actor.organisationId },
            lock: { mode: 'pessimistic_write' },
          })
        : null;
      if (row === null) throw notFound('Decision');
      if (row.state === 'CONFIRMED') {
        return new DecisionExists(
          'DECISION_EXISTS',
          `This decision was confirmed on ${row.confirmedAt?.toISOString() ?? ''}.`,
        );
      }
      if (row.proposedBy === actor.personId) {
        return new SecondPersonNeeded(
          'SECOND_PERSON_NEEDED',
          'You proposed this decision: somebody else has to confirm it.',
        );
      }
      row.state = 'CONFIRMED';
      row.confirmedBy = actor.personId;
      row.confirmedAt = new Date();
      await tx.save(row);
      await appendAudit(tx, {
        actor,
        action: 'confirmDecision',
        subject: `decision:${row.id}`,
        details: { review: row.reviewId, outcome: row.outcome, proposedBy: row.proposedBy },
      });
      return toDecision(row);
    });
  }

  async review(actor: Actor, id: string): Promise<Review> {
    const row = isUuid(id)
      ? await this.database.within(actor, (tx) => tx.findOneBy(ReviewRow, { id }))
      : null;
    if (row === null) throw notFound('Review');
    return toReview(row);
  }

  async reviews(actor: Actor, page: PageArguments): Promise<Connection<Review>> {
    return this.database.within(actor, (tx) =>
      keysetPage(tx.createQueryBuilder(ReviewRow, 'review'), page, toReview),
    );
  }

  /** The decision of each review, for loaders. A tenant sees it once it is confirmed. */
  async decisionsOf(
    actor: Actor,
    reviewIds: readonly string[],
  ): Promise<(Decision & { reviewId: string })[]> {
    return this.database.within(actor, async (tx) => {
      const query = tx
        .createQueryBuilder(DecisionRow, 'decision')
        .where('decision.reviewId IN (:...reviewIds)', { reviewIds });
      if (actor.scope === 'tenant') query.andWhere(`decision.state = 'CONFIRMED'`);
      return (await query.getMany()).map((row) => Object.assign(toDecision(row), { reviewId: row.reviewId }));
    });
  }
}

function decisionProblem(input: ProposeDecisionInput, now: Date): string | null {
  const approval = input.outcome !== DecisionOutcomeName.DECLINED;
  if (approval && input.expiresAt == null) return 'An approval needs the moment at which it ends: expiresAt.';
  if (!approval && input.expiresAt != null) return 'A decline has no expiry: leave expiresAt out.';
  if (input.expiresAt != null && input.expiresAt <= now) return 'expiresAt lies in the past.';
  if (input.outcome === DecisionOutcomeName.APPROVED_WITH_CONDITIONS && input.conditions.length === 0) {
    return 'APPROVED_WITH_CONDITIONS needs at least one condition.';
  }
  if (input.outcome !== DecisionOutcomeName.APPROVED_WITH_CONDITIONS && input.conditions.length > 0) {
    return `${input.outcome} takes no conditions.`;
  }
  const late = input.conditions.findIndex(({ dueAt }) => dueAt <= now);
  return late < 0 ? null : `conditions.${late}.dueAt lies in the past.`;
}

export function toReview(row: ReviewRow): Review {
  return Object.assign(new Review(), {
    id: row.id,
    authority: row.authority,
    reportDigest: row.reportDigest,
    createdAt: row.createdAt,
    reportId: row.reportId,
  });
}

export function toDecision(row: DecisionRow): Decision {
  return Object.assign(new Decision(), {
    id: row.id,
    outcome: row.outcome as DecisionOutcomeName,
    scope: row.scope,
    reason: row.reason,
    conditions: row.conditions.map(({ text, dueAt }) => ({ text, dueAt: new Date(dueAt) })),
    expiresAt: row.expiresAt,
    state: row.state as DecisionStateName,
    createdAt: row.createdAt,
    confirmedAt: row.confirmedAt,
  });
}
