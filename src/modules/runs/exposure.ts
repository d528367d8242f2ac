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

/** That a run's split had been sent outside for its tenant before the run started. */
export interface ExposedRun {
  /** the run that started on what was no longer blind */
  ofRunId: string;
  exposures: number;
  first: BlindnessExposureRow;
}

/** Those of some runs whose split was no longer blind when they started. What a run itself sends takes nothing from it. */
export async function exposedBefore(tx: EntityManager, runIds: readonly string[]): Promise<ExposedRun[]> {
  const rows = await tx.query<(RawExposure & { of_run: string; exposures: string })[]>(
    `SELECT DISTINCT ON (r.id) r.id AS of_run, e.*, count(*) OVER (PARTITION BY r.id) AS exposures
     FROM sandbox.run r
     JOIN sandbox.evaluation_plan p ON p.id = r.plan_id
     JOIN sandbox.blindness_exposure e ON ${SAME_SPLIT}
       AND e.run_id IS DISTINCT FROM r.id AND e.at <= coalesce(r.started_at, now())
     WHERE r.id = ANY ($1) ORDER BY r.id, e.at, e.id`,
    [runIds],
  );
  return rows.map(({ of_run: ofRunId, exposures, ...row }) => ({
    ofRunId,
    exposures: Number(exposures),
    first: toExposure(row),
  }));
}

/** What of each plan's split was sent outside for its tenant, the first first, at most so many of each. */
export async function exposuresOfPlans(
  tx: EntityManager,
  planIds: readonly string[],
  first: number,
): Promise<Map<string, BlindnessExposureRow[]>> {
  return grouped(
    planIds,
    await tx.query(
      `SELECT p.id AS of, e.* FROM sandbox.evaluation_plan p
       CROSS JOIN LATERAL (SELECT * FROM sandbox.blindness_exposure e WHERE ${SAME_SPLIT} ORDER BY e.at, e.id LIMIT $2) e
       WHERE p.id = ANY ($1)`,
      [planIds, first],
    ),
  );
}

/** What of each version was sent outside, for whomever the transaction may see; the first first, at most so many. */
export async function exposuresOfVersions(
  tx: EntityManager,
  versionIds: readonly string[],
  first: number,
): Promise<Map<string, BlindnessExposureRow[]>> {
  return grouped(
    versionIds,
    await tx.query(
      `SELECT v.id AS of, e.* FROM unnest($1::uuid[]) AS v (id)
       CROSS JOIN LATERAL (SELECT * FROM sandbox.blindness_exposure e WHERE e.dataset_version_id = v.id
         ORDER BY e.at, e.id LIMIT $2) e`,
      [versionIds, first],
    ),
  );
}

/** That an exposure `e` is of the split that a plan `p` is about, for the plan's tenant. */
const SAME_SPLIT = `e.tenant_id = p.tenant_id AND e.dataset_version_id = p.dataset_version_id AND e.split = p.split
  AND (p.split <> 'sealed' OR e.plan_id = p.id)`;

interface RawExposure {
  id: string;
  tenant_id: string;
  dataset_version_id: string;
  split: 'evaluation' | 'sealed';
  plan_id: string | null;
  tier: OutsideTier;
  run_id: string | null;
  what: 'features' | 'events';
  at: Date;
}

function toExposure(row: RawExposure): BlindnessExposureRow {
  return Object.assign(new BlindnessExposureRow(), {
    id: row.id,
    tenantId: row.tenant_id,
    datasetVersionId: row.dataset_version_id,
    split: row.split,
    planId: row.plan_id,
    tier: row.tier,
    runId: row.run_id,
    what: row.what,
    at: row.at,
  });
}

function grouped(
  ids: readonly string[],
  rows: readonly (RawExposure & { of: string })[],
): Map<string, BlindnessExposureRow[]> {
  const found = new Map<string, BlindnessExposureRow[]>(ids.map((id) => [id, []]));
  for (const { of, ...row } of rows) found.get(of)?.push(toExposure(row));
  return found;
}
