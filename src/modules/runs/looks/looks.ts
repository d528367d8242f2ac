import type { EntityManager } from 'typeorm';
import type { Looks } from '../../../engine/reporting/index.js';
import type { SplitName } from '../../datasets/index.js';

/** Looks that a report lists one by one, the newest. */
const LISTED = 50;

interface LookRow {
  run_id: string;
  split: SplitName;
  model: string;
  version: string;
  artefact_sha256: string;
  plan_digest: string;
  at: Date;
  total: string;
}

/**
 * Every look of an organisation at the blind splits of a dataset version, up to a run and with it: over all of its models,
 * versions and plans. A look is a run whose measurement was written; what our own faults spoilt is none, and a sealed
 * split is a draw of its plan's own.
 */
export async function looksUntil(
  tx: EntityManager,
  run: { id: string; tenantId: string; datasetVersionId: string },
): Promise<Looks> {
  const rows = await tx.query<LookRow[]>(
    `SELECT r.id AS run_id, p.split, m.name AS model, v.label AS version, v.artefact_sha256, p.digest AS plan_digest,
            s.created_at AS at, count(*) OVER () AS total
     FROM sandbox.run r
     JOIN sandbox.run_measurement s ON s.run_id = r.id
     JOIN sandbox.evaluation_plan p ON p.id = r.plan_id
     JOIN sandbox.model_version v ON v.id = r.model_version_id
     JOIN sandbox.model m ON m.id = v.model_id
     WHERE r.tenant_id = $1 AND r.dataset_version_id = $2 AND p.split <> 'development' AND r.state <> 'ERRORED'
       AND s.created_at <= (SELECT created_at FROM sandbox.run_measurement WHERE run_id = $3)
     ORDER BY s.created_at DESC, r.id DESC LIMIT ${LISTED}`,
    [run.tenantId, run.datasetVersionId, run.id],
  );
  const grants = await tx.query<{ authority: string; reason: string; created_at: Date }[]>(
    `SELECT g.authority, g.reason, g.created_at FROM sandbox.sealed_run_grant g
     JOIN sandbox.model_version v ON v.model_id = g.model_id
     JOIN sandbox.run r ON r.model_version_id = v.id WHERE r.id = $1 ORDER BY g.created_at`,
    [run.id],
  );
  const total = Number(rows[0]?.total ?? 0);
  return {
    total,
    listed: rows.map((row) => ({
      runId: row.run_id,
      split: row.split,
      model: row.model,
      version: row.version,
      artefactSha256: row.artefact_sha256,
      planDigest: row.plan_digest,
      at: row.at.toISOString(),
    })),
    omitted: total - rows.length,
    grants: grants.map(({ authority, reason, created_at: at }) => ({
      authority,
      reason,
      at: at.toISOString(),
    })),
  };
}

/** How often a tenant looked at a split of each of some dataset versions, as far as the caller may see. */
export async function lookCounts(
  tx: EntityManager,
  versionIds: readonly string[],
): Promise<Map<string, { split: SplitName; looks: number }[]>> {
  const rows = await tx.query<{ id: string; split: SplitName; looks: string }[]>(
    `SELECT r.dataset_version_id AS id, p.split, count(*) AS looks
     FROM sandbox.report t JOIN sandbox.run r ON r.id = t.run_id
     JOIN sandbox.evaluation_plan p ON p.id = r.plan_id
     WHERE r.dataset_version_id = ANY ($1) AND p.split <> 'development'
     GROUP BY 1, 2 ORDER BY 1, 2`,
    [versionIds],
  );
  const found = new Map<string, { split: SplitName; looks: number }[]>(versionIds.map((id) => [id, []]));
  for (const { id, split, looks } of rows) found.get(id)?.push({ split, looks: Number(looks) });
  return found;
}
