import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v7 as uuid, validate as isUuid } from 'uuid';
import { appendAudit } from '../../../platform/database/audit-trail.js';
import { Database } from '../../../platform/database/index.js';
import { notFound } from '../../../platform/graphql/errors.js';
import type { Actor } from '../../identity/index.js';
import { ModelRow } from '../../models/index.js';
import { SealedRunGrantRow } from './sealed-run-grant.entity.js';
import { type GrantSealedRunInput, SealedRunGrant } from './sealed-run-grant.type.js';

@Injectable()
export class SealedRunGrantService {
  constructor(private readonly database: Database) {}

  async grant(actor: Actor, input: GrantSealedRunInput): Promise<SealedRunGrant> {
    return this.database.within(actor, async (tx) => {
      const model = isUuid(input.modelId) ? await tx.findOneBy(ModelRow, { id: input.modelId }) : null;
      if (model === null) throw notFound('Model');
      const row = await tx.save(
        tx.create(SealedRunGrantRow, {
          id: uuid(),
          tenantId: model.tenantId,
          modelId: model.id,
          authorityId: actor.organisationId,
          authority: actor.organisationName,
          grantedBy: actor.personId,
          reason: input.reason,
          createdAt: new Date(),
        }),
      );
      await appendAudit(tx, {
        actor,
        action: 'grantSealedRun',
        subject: `model:${model.id}`,
        details: { grant: row.id, reason: row.reason },
      });
      return toGrant(row);
    });
  }

  /** The grants of some models, the first first, for loaders. */
  async grants(actor: Actor, modelIds: readonly string[]): Promise<SealedRunGrant[]> {
    return this.database.within(actor, async (tx) =>
      (
        await tx
          .createQueryBuilder(SealedRunGrantRow, 'grant')
          .where('grant.modelId IN (:...modelIds)', { modelIds })
          .orderBy('grant.createdAt')
          .addOrderBy('grant.id')
          .getMany()
      ).map(toGrant),
    );
  }
}

/**
 * The sealed run that uses up what a model may have, or null while one is left. A model has one, and one more for each
 * grant of an authority, over all of its versions and whatever name an artefact comes under. It is used by a result: a
 * fault of ours uses nothing, and a run that was cancelled used it where its scores were there already.
 */
export async function lastSealedRun(
  tx: EntityManager,
  tenantId: string,
  modelVersionId: string,
): Promise<{ id: string; state: string } | null> {
  const earlier = await tx.query<{ id: string; state: string; permitted: string }[]>(
    `SELECT r.id, r.state, 1 + (
       SELECT count(*) FROM sandbox.sealed_run_grant g JOIN sandbox.model_version w ON w.model_id = g.model_id WHERE w.id = $2
     ) AS permitted
     FROM sandbox.run r
     JOIN sandbox.evaluation_plan p ON p.id = r.plan_id
     JOIN sandbox.model_version v ON v.id = r.model_version_id
     JOIN sandbox.model_version own ON own.id = $2
     WHERE r.tenant_id = $1 AND p.split = 'sealed' AND r.state <> 'ERRORED'
       AND (r.state <> 'CANCELLED' OR EXISTS (
         SELECT 1 FROM sandbox.run_attempt a WHERE a.run_id = r.id AND a.outcome = 'SCORED'))
       AND (v.artefact_sha256 = own.artefact_sha256 OR v.model_id = own.model_id)
     ORDER BY r.id DESC`,
    [tenantId, modelVersionId],
  );
  const [newest] = earlier;
  return newest === undefined || earlier.length < Number(newest.permitted) ? null : newest;
}

function toGrant(row: SealedRunGrantRow): SealedRunGrant {
  return Object.assign(new SealedRunGrant(), {
    id: row.id,
    authority: row.authority,
    reason: row.reason,
    createdAt: row.createdAt,
    modelId: row.modelId,
  });
}
