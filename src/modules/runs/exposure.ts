import type { EntityManager } from 'typeorm';
import { v7 as uuid } from 'uuid';
import { appendAudit } from '../../platform/database/audit-trail.js';
import type { SplitName } from '../datasets/index.js';
import { BlindnessExposureRow, type OutsideTier } from './exposure.entity.js';
import type { Step } from './run.lifecycle.js';

/** A split as one tenant meets it. */
export interface TenantSplit {
  tenantId: string;
  datasetVersionId: string;
  split: SplitName;
  /** the plan that it was drawn for; looked at only where the split is sealed */
  planId: string | null;
}

export interface Exposure extends TenantSplit {
  tier: OutsideTier;
  /** the run that it was sent for; null where it was sent for none */
  runId: string | null;
  what: 'features' | 'events';
  /** who sends it, for the audit trail */
  power: Step['power'];
}

/**
 * Remembers, for ever, that rows of a split are sent outside. Call it in a transaction that ends before the first row
 * leaves: what was sent and not remembered would still count as blind. Saying it again changes nothing, and the
 * development split, which is open, is not worth remembering.
 */
export async function recordExposure(tx: EntityManager, exposure: Exposure): Promise<void> {
  const { tenantId, datasetVersionId, split, tier, runId, what, power } = exposure;
  if (split === 'development') return;
  const planId = split === 'sealed' ? exposure.planId : null;
  const recorded = await tx.query<unknown[]>(
    `INSERT INTO sandbox.blindness_exposure (id, tenant_id, dataset_version_id, split, plan_id, tier, run_id, what)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (tenant_id, dataset_version_id, split, plan_id, tier, run_id) DO NOTHING RETURNING id`,
    [uuid(), tenantId, datasetVersionId, split, planId, tier, runId, what],
  );
  if (recorded.length === 0) return;
  await appendAudit(tx, {
    actor: { power },
    action: 'exposeSplit',
    subject: `datasetVersion:${datasetVersionId}`,
    details: { tenant: tenantId, split, plan: planId, tier, run: runId, what },
  });
}

/** What of a split was sent outside for one tenant, the first first. */
export async function exposuresOf(
  tx: EntityManager,
  { tenantId, datasetVersionId, split, planId }: TenantSplit,
): Promise<BlindnessExposureRow[]> {
  if (split === 'development') return [];
  const query = tx
    .createQueryBuilder(BlindnessExposureRow, 'exposure')
    .where('exposure.tenantId = :tenantId', { tenantId })
    .andWhere('exposure.datasetVersionId = :datasetVersionId', { datasetVersionId })
    .andWhere('exposure.split = :split', { split });
  if (split === 'sealed') query.andWhere('exposure.planId = :planId', { planId });
  return query.orderBy('exposure.at').addOrderBy('exposure.id').getMany();
}
