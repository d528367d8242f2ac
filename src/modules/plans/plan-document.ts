import type { Plan } from '../../engine/assessment/index.js';
import type { InputBinding } from '../../engine/scoring/index.js';
import { Feed } from './plan-feed.js';
import type { CriterionInput, PlanContentInput } from './plan.input.js';
import type { LockedPack } from './packs/criteria-pack.entity.js';

/** A plan as its document says it, `sandbox-plan/1`; still to be checked. */
export function planDocument(content: PlanContentInput): Record<string, unknown> {
  return {
    schema: 'sandbox-plan/1',
    title: content.title,
    threshold: content.threshold,
    replicates: content.replicates,
    seed: content.seed,
    minimumGroupSize: content.minimumGroupSize,
    // Left out where it is BATCH: plans were locked before there was another feed, and keep their digests.
    ...(content.feed === Feed.EVENTS ? { feed: { kind: content.feed, windowRows: content.windowRows } } : {}),
    criteria: content.criteria.map(criterionDocument),
  };
}

export function criterionDocument(criterion: CriterionInput): Record<string, unknown> {
  return {
    id: criterion.id,
    metric: criterion.metric,
    ...(criterion.slice == null
      ? {}
      : { slice: { column: criterion.slice.column, group: criterion.slice.group } }),
    ...(criterion.fairnessColumn == null ? {} : { fairness: { column: criterion.fairnessColumn } }),
    comparator: criterion.comparator,
    threshold: criterion.threshold,
    source: {
      title: criterion.source.title,
      status: criterion.source.status,
      ...(criterion.source.url == null ? {} : { url: criterion.source.url }),
    },
    declaredBy: criterion.declaredBy,
  };
}

/** What a plan is about, and what it was held against. */
export interface PlanSubject {
  artefactSha256: string;
  datasetDigest: string;
  split: string;
  binding: InputBinding;
  /** criteria packs that bound it; none where no authority had published any */
  packs: readonly LockedPack[] | null;
}

/** What a locked plan fixes: every criterion, and to what model, data, split and binding they apply. */
export function lockedPlanDocument(plan: Plan, { packs, ...subject }: PlanSubject): Record<string, unknown> {
  // Left out where there are none: plans were locked before there were packs, and keep their digests.
  return { ...plan, subject: { ...subject, ...(packs === null || packs.length === 0 ? {} : { packs }) } };
}
