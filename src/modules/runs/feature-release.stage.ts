import { Injectable } from '@nestjs/common';
import { appendAudit } from '../../platform/database/audit-trail.js';
import { Database } from '../../platform/database/index.js';
import { Stores } from '../../platform/storage/stores.js';
import { recordExposure } from './exposure.js';

/** The evaluator's answer to a tenant that asks for blind features: it alone writes what may be downloaded. */
@Injectable()
export class FeatureReleaseStage {
  constructor(
    private readonly database: Database,
    private readonly stores: Stores,
  ) {}

  /** Copies the features to where tenants download, and with the row that lets them, remembers it. Repeatable. */
  async release(releaseId: string): Promise<void> {
    const [asked] = await this.database.asSystem((tx) =>
      tx.query<
        { tenant_id: string; dataset_version_id: string; sha256: string; bytes: string; rows: string }[]
      >(
        `SELECT f.tenant_id, f.dataset_version_id, o.sha256, o.bytes, o.rows FROM sandbox.feature_release f
         JOIN sandbox.dataset_object o
           ON o.dataset_version_id = f.dataset_version_id AND o.split = 'evaluation' AND o.part = 'features'
         WHERE f.id = $1 AND f.released_at IS NULL AND f.failed_at IS NULL`,
        [releaseId],
      ),
    );
    if (asked === undefined) return;
    const { sha256, bytes, rows } = asked;
    await this.stores.development.put(await this.stores.features.open(sha256), {
      maxBytes: Number(bytes),
      expectedBytes: Number(bytes),
      expectedSha256: sha256,
    });
    await this.database.asSystem(async (tx) => {
      const [, released] = await tx.query<[unknown[], number]>(
        `UPDATE sandbox.feature_release SET sha256 = $2, bytes = $3, rows = $4, released_at = now()
         WHERE id = $1 AND released_at IS NULL AND failed_at IS NULL`,
        [releaseId, sha256, bytes, rows],
      );
      if (released === 0) return;
      await recordExposure(tx, {
        ...{ tenantId: asked.tenant_id, datasetVersionId: asked.dataset_version_id },
        ...{ split: 'evaluation', planId: null, runId: null },
        ...{ tier: 'D', what: 'features', power: 'evaluator' },
      });
      await appendAudit(tx, {
        actor: { power: 'evaluator' },
        action: 'handOutBlindFeatures',
        subject: `datasetVersion:${asked.dataset_version_id}`,
        details: { tenant: asked.tenant_id, split: 'evaluation', sha256 },
      });
    });
  }

  /** Ends a release that no try is left for. */
  async giveUp(releaseId: string): Promise<void> {
    await this.database.asSystem((tx) =>
      tx.query(
        `UPDATE sandbox.feature_release SET failed_at = now()
         WHERE id = $1 AND released_at IS NULL AND failed_at IS NULL`,
        [releaseId],
      ),
    );
  }
}
