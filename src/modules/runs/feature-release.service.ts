import { Injectable } from '@nestjs/common';
import { v7 as uuid } from 'uuid';
import { appendAudit } from '../../platform/database/audit-trail.js';
import { Database } from '../../platform/database/index.js';
import { notFound } from '../../platform/graphql/errors.js';
import { JobQueue } from '../../platform/jobs/index.js';
import { DatasetObjectRow, FeatureReleaseRow, findDatasetVersion, RELEASED_PATH } from '../datasets/index.js';
import type { Actor } from '../identity/index.js';
import {
  FeatureRelease,
  NothingToRelease,
  type ReleaseBlindFeaturesInput,
  ReleaseState,
} from './feature-release.type.js';

/** What tenants ask of blind splits. The API cannot read them: it asks the evaluator. */
@Injectable()
export class FeatureReleaseService {
  constructor(
    private readonly database: Database,
    private readonly jobs: JobQueue,
  ) {}

  /** Asks the evaluator for the features of the evaluation split. What was asked for already is not asked for again. */
  async release(actor: Actor, input: ReleaseBlindFeaturesInput): Promise<FeatureRelease | NothingToRelease> {
    return this.database.within(actor, async (tx) => {
      const version = await findDatasetVersion(tx, input.datasetVersionId);
      if (version === null) throw notFound('DatasetVersion');
      const there = await tx.existsBy(DatasetObjectRow, {
        ...{ datasetVersionId: version.id, split: 'evaluation', part: 'features' },
      });
      if (version.state !== 'READY' || !there)
        return new NothingToRelease(
          'NOTHING_TO_RELEASE',
          `Dataset ${version.name} is ${version.state}${there ? '' : ' and has no evaluation split'}.`,
        );
      const id = uuid();
      const [asked] = await tx.query<{ id: string }[]>(
        `INSERT INTO sandbox.feature_release (id, tenant_id, dataset_version_id, requested_by, reason, created_at)
         VALUES ($1, $2, $3, $4, $5, now()) ON CONFLICT DO NOTHING RETURNING id`,
        [id, actor.organisationId, version.id, actor.personId, input.reason],
      );
      if (asked !== undefined) {
        await this.jobs.send(tx, 'release', { releaseId: id }, { group: actor.organisationId });
        await appendAudit(tx, {
          actor,
          action: 'releaseBlindFeatures',
          subject: `datasetVersion:${version.id}`,
          details: { split: 'evaluation', reason: input.reason },
        });
      }
      const rows = await tx.findBy(FeatureReleaseRow, {
        datasetVersionId: version.id,
        tenantId: actor.organisationId,
      });
      const row = rows.find(({ failedAt }) => failedAt === null);
      if (row === undefined) throw new Error('the release that was asked for is not there');
      return toRelease(row);
    });
  }

  async releases(actor: Actor, datasetVersionId: string): Promise<FeatureRelease[]> {
    return this.database.within(actor, async (tx) => {
      if ((await findDatasetVersion(tx, datasetVersionId)) === null) throw notFound('DatasetVersion');
      const rows = await tx.find(FeatureReleaseRow, { where: { datasetVersionId }, order: { id: 'ASC' } });
      return rows.map(toRelease);
    });
  }
}

function toRelease(row: FeatureReleaseRow): FeatureRelease {
  const released = row.releasedAt !== null;
  return Object.assign(new FeatureRelease(), {
    id: row.id,
    datasetVersionId: row.datasetVersionId,
    state: released
      ? ReleaseState.RELEASED
      : row.failedAt !== null
        ? ReleaseState.FAILED
        : ReleaseState.REQUESTED,
    url: released ? `/datasets/${row.datasetVersionId}/${RELEASED_PATH}` : null,
    sha256: row.sha256,
    sizeBytes: row.bytes === null ? null : Number(row.bytes),
    rows: row.rows === null ? null : Number(row.rows),
    reason: row.reason,
    requestedAt: row.createdAt,
    releasedAt: row.releasedAt,
  });
}
