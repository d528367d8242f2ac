import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v7 as uuid, validate as isUuid } from 'uuid';
import {
  type CriteriaPack as PackDocument,
  packProblems,
  parsePack,
  type Plan,
  type UseCase,
} from '../../../engine/assessment/index.js';
import { InputError } from '../../../engine/input-error.js';
import { canonicalJson, digest } from '../../../engine/reporting/index.js';
import { appendAudit } from '../../../platform/database/audit-trail.js';
import { Database } from '../../../platform/database/index.js';
import { notFound } from '../../../platform/graphql/errors.js';
import { type Connection, keysetPage, type PageArguments } from '../../../platform/graphql/pagination.js';
import type { DatasetVersionRow } from '../../datasets/index.js';
import type { Actor } from '../../identity/index.js';
import { criterionDocument } from '../plan-document.js';
import { CriteriaPackRow, type LockedPack } from './criteria-pack.entity.js';
import type {
  CriteriaPackFilter,
  PublishCriteriaPackInput,
  WithdrawCriteriaPackInput,
} from './criteria-pack.input.js';
import {
  CriteriaPack,
  CriteriaPackInvalid,
  CriteriaPackUnmet,
  CriteriaPackWithdrawn,
  type UseCaseName,
} from './criteria-pack.type.js';

/** What a dataset's rows are about. An import says nothing of it, so no pack is for it. */
const USE_CASE_OF_PRESET: Readonly<Record<string, UseCase>> = {
  'hk-retail-payments': 'FRAUD',
  'hk-aml-network': 'LAUNDERING',
  'hk-consumer-credit': 'CREDIT',
};

@Injectable()
export class CriteriaPackService {
  constructor(private readonly database: Database) {}

  async publish(actor: Actor, input: PublishCriteriaPackInput): Promise<CriteriaPack | CriteriaPackInvalid> {
    let document: PackDocument;
    try {
      document = parsePack(packDocument(input));
    } catch (error) {
      if (error instanceof InputError) return new CriteriaPackInvalid(error.code, error.message);
      throw error;
    }
    const cohort = input.cohort ?? null;
    return this.database.within(actor, async (tx) => {
      await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('criteria pack ' || $1, 0))`, [
        actor.organisationId,
      ]);
      const newest = await tx
        .createQueryBuilder(CriteriaPackRow, 'pack')
        .select('max(pack.version)', 'version')
        .where('pack.authorityId = :authority AND pack.useCase = :useCase', {
          authority: actor.organisationId,
          useCase: document.useCase,
        })
        .andWhere('pack.cohort IS NOT DISTINCT FROM :cohort', { cohort })
        .getRawOne<{ version: number | null }>();
      const row = await tx.save(
        tx.create(CriteriaPackRow, {
          id: uuid(),
          authorityId: actor.organisationId,
          authority: actor.organisationName,
          useCase: document.useCase,
          cohort,
          version: (newest?.version ?? 0) + 1,
          document,
          digest: digest(canonicalJson(document)),
          publishedBy: actor.personId,
          createdAt: new Date(),
          withdrawnAt: null,
        }),
      );
      await appendAudit(tx, {
        actor,
        action: 'publishCriteriaPack',
        subject: `criteriaPack:${row.id}`,
        details: { useCase: row.useCase, cohort, version: row.version, digest: row.digest },
      });
      return toCriteriaPack(row);
    });
  }

  async withdraw(
    actor: Actor,
    input: WithdrawCriteriaPackInput,
  ): Promise<CriteriaPack | CriteriaPackWithdrawn> {
    return this.database.within(actor, async (tx) => {
      const row = isUuid(input.criteriaPackId)
        ? await tx.findOneBy(CriteriaPackRow, {
            id: input.criteriaPackId,
            authorityId: actor.organisationId,
          })
        : null;
      if (row === null) throw notFound('CriteriaPack');
      if (row.withdrawnAt !== null) {
        return new CriteriaPackWithdrawn(
          'CRITERIA_PACK_WITHDRAWN',
          `It was withdrawn on ${row.withdrawnAt.toISOString()}.`,
        );
      }
      row.withdrawnAt = new Date();
      await tx.update(CriteriaPackRow, { id: row.id }, { withdrawnAt: row.withdrawnAt });
      await appendAudit(tx, {
        actor,
        action: 'withdrawCriteriaPack',
        subject: `criteriaPack:${row.id}`,
        details: { digest: row.digest, reason: input.reason },
      });
      return toCriteriaPack(row);
    });
  }

  async packs(
    actor: Actor,
    page: PageArguments,
    filter: CriteriaPackFilter | null,
  ): Promise<Connection<CriteriaPack>> {
    return this.database.within(actor, (tx) => {
      const query = tx.createQueryBuilder(CriteriaPackRow, 'pack');
      if (filter?.useCase != null) query.andWhere('pack.useCase = :useCase', { useCase: filter.useCase });
      if (filter?.withdrawn != null)
        query.andWhere(`pack.withdrawnAt IS ${filter.withdrawn ? 'NOT NULL' : 'NULL'}`);
      return keysetPage(query, page, toCriteriaPack);
    });
  }
}

/**
 * Holds a plan against every pack that binds it: of each authority the newest that stands for the dataset's use case, for
 * every cohort and for its tenant's own.
 *
 * @returns the packs that it satisfies, or what it leaves out or loosens
 */
export async function heldAgainstPacks(
  tx: EntityManager,
  plan: Plan,
  dataset: Pick<DatasetVersionRow, 'preset'>,
  tenantId: string,
): Promise<LockedPack[] | CriteriaPackUnmet> {
  const binding = await bindingPacks(tx, dataset, tenantId);
  const problems = binding.flatMap((pack) =>
    packProblems(plan, pack.document).map(
      (problem) => `${pack.authority}, ${pack.document.title}: ${problem}`,
    ),
  );
  if (problems.length === 0)
    return binding.map(({ digest, authority, document, version }) => ({
      digest,
      authority,
      title: document.title,
      version,
    }));
  return Object.assign(
    new CriteriaPackUnmet(
      'CRITERIA_PACK_UNMET',
      `The plan does not meet what authorities require: ${problems.join('; ')}.`,
    ),
    { problems },
  );
}

/** The packs that bind a tenant's plans on a dataset. */
async function bindingPacks(
  tx: EntityManager,
  { preset }: Pick<DatasetVersionRow, 'preset'>,
  tenantId: string,
): Promise<CriteriaPackRow[]> {
  const useCase = USE_CASE_OF_PRESET[preset ?? ''];
  if (useCase === undefined) return [];
  return tx
    .createQueryBuilder(CriteriaPackRow, 'pack')
    .distinctOn(['pack.authority_id', 'pack.cohort'])
    .where('pack.useCase = :useCase AND pack.withdrawnAt IS NULL', { useCase })
    .andWhere(
      `(pack.cohort IS NULL OR pack.cohort = (SELECT o.cohort FROM sandbox.organisation o WHERE o.id = :tenantId))`,
      { tenantId },
    )
    .orderBy('pack.authority_id')
    .addOrderBy('pack.cohort')
    .addOrderBy('pack.version', 'DESC')
    .getMany();
}

function packDocument(input: PublishCriteriaPackInput): Record<string, unknown> {
  return {
    schema: 'sandbox-criteria-pack/1',
    title: input.title,
    useCase: input.useCase,
    minimumGroupSizeAtMost: input.minimumGroupSizeAtMost ?? undefined,
    replicatesAtLeast: input.replicatesAtLeast ?? undefined,
    criteria: input.criteria.map(criterionDocument),
  };
}

function toCriteriaPack(row: CriteriaPackRow): CriteriaPack {
  return Object.assign(new CriteriaPack(), {
    id: row.id,
    title: row.document.title,
    authority: row.authority,
    useCase: row.useCase as UseCaseName,
    cohort: row.cohort,
    version: row.version,
    digest: row.digest,
    document: { ...row.document },
    createdAt: row.createdAt,
    withdrawnAt: row.withdrawnAt,
  });
}
