import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { appendAudit } from '../../platform/database/audit-trail.js';
import { Database } from '../../platform/database/index.js';
import { notFound } from '../../platform/graphql/errors.js';
import { type Connection, keysetPage, type PageArguments } from '../../platform/graphql/pagination.js';
import { JobQueue } from '../../platform/jobs/index.js';
import { type Actor, IdentityService } from '../identity/index.js';
import { findDatasetVersion, SealedDrawRow } from '../datasets/index.js';
import { DatasetRevealed, datasetRevealed, EvaluationPlanRow } from '../plans/index.js';
import { lastSealedRun } from './looks/sealed-run-grant.service.js';
import { queueRun } from './queue/queue-run.js';
import { RunRow } from './run.entity.js';
import { isFinal, walk } from './run.lifecycle.js';
import {
  type CancelRunInput,
  PlanNotLocked,
  QuotaExceeded,
  Run,
  RunAlreadyFinal,
  type RunFilter,
  type RunStateName,
  SealedDraw,
  SealedRunTaken,
  type StartRunInput,
} from './run.type.js';

@Injectable()
export class RunService {
  constructor(
    private readonly database: Database,
    private readonly identity: IdentityService,
    private readonly jobs: JobQueue,
  ) {}

  /**
   * Queues a run: its row and its job stand or fall together. Runs that we spoilt, and those on the open development split,
   * do not count against the quota.
   */
  async start(
    actor: Actor,
    input: StartRunInput,
  ): Promise<Run | QuotaExceeded | PlanNotLocked | DatasetRevealed | SealedRunTaken> {
    return this.database.within(actor, async (tx) => {
      const plan = isUuid(input.planId) ? await tx.findOneBy(EvaluationPlanRow, { id: input.planId }) : null;
      if (plan === null) throw notFound('EvaluationPlan');
      if (plan.state !== 'LOCKED') {
        return new PlanNotLocked('PLAN_NOT_LOCKED', `The plan ${plan.title} is a draft: lock it first.`);
      }
      const revealed = await revealedBefore(tx, plan);
      if (revealed !== null) return revealed;
      // Two starts at once must not both take the last run of the quota, or the only one of a sealed split.
      await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('run quota ' || $1, 0))`, [
        actor.organisationId,
      ]);
      const quota = await this.identity.runQuota(tx, actor.organisationId);
      const used = await tx
        .createQueryBuilder(RunRow, 'run')
        .innerJoin(EvaluationPlanRow, 'plan', 'plan.id = run.planId')
        .where(`run.tenantId = :tenant AND run.state <> 'ERRORED' AND plan.split <> 'development'`, {
          tenant: actor.organisationId,
        })
        .getCount();
      if (plan.split !== 'development' && used >= quota) {
        return Object.assign(
          new QuotaExceeded('QUOTA_EXCEEDED', `All ${quota} runs of ${actor.organisationName} are used.`),
          { quota },
        );
      }
      if (plan.split === 'sealed') {
        const taken = await sealedRunOf(tx, plan);
        if (taken !== null) return taken;
      }
      const row = await queueRun(tx, this.jobs, actor, plan);
      await appendAudit(tx, {
        actor,
        action: 'startRun',
        subject: `run:${row.id}`,
        details: { plan: plan.id, planDigest: plan.digest },
      });
      return toRun(row);
    });
  }

  /** Ends a run at its tenant's wish. What works on it notices at its next step, and its result is not taken. */
  async cancel(actor: Actor, input: CancelRunInput): Promise<Run | RunAlreadyFinal> {
    return this.database.within(actor, async (tx) => {
      const row = isUuid(input.runId) ? await tx.findOneBy(RunRow, { id: input.runId }) : null;
      if (row === null) throw notFound('Run');
      const cancelled = await walk(tx, row.id, {
        to: 'CANCELLED',
        reasonCode: 'CANCELLED_BY_TENANT',
        reason: 'Cancelled by its tenant.',
        power: 'api',
      });
      if (!cancelled) {
        // As it is now: it was final when it was to be moved, and perhaps not when it was read.
        const { state } = await tx.findOneByOrFail(RunRow, { id: row.id });
        return new RunAlreadyFinal('RUN_ALREADY_FINAL', `The run is ${state} already.`);
      }
      await appendAudit(tx, { actor, action: 'cancelRun', subject: `run:${row.id}`, details: {} });
      return toRun(await tx.findOneByOrFail(RunRow, { id: row.id }));
    });
  }

  async run(actor: Actor, id: string): Promise<Run> {
    const run = await this.findRun(actor, id);
    if (run === null) throw notFound('Run');
    return run;
  }

  async findRun(actor: Actor, id: string): Promise<Run | null> {
    const row = isUuid(id) ? await this.database.within(actor, (tx) => tx.findOneBy(RunRow, { id })) : null;
    return row === null ? null : toRun(row);
  }

  async runs(actor: Actor, page: PageArguments, filter: RunFilter | null): Promise<Connection<Run>> {
    return this.database.within(actor, (tx) => {
      const query = tx.createQueryBuilder(RunRow, 'run');
      if (filter?.states != null) query.andWhere('run.state = ANY(:states)', { states: filter.states });
      if (filter?.modelVersionId != null) {
        // What is no UUID matches nothing, like one that nobody has.
        if (isUuid(filter.modelVersionId)) {
          query.andWhere('run.modelVersionId = :version', { version: filter.modelVersionId });
        } else query.andWhere('false');
      }
      return keysetPage(query, page, toRun);
    });
  }

  /** The sealed draws of plans, for loaders. */
  async sealedDraws(actor: Actor, planIds: readonly string[]): Promise<SealedDraw[]> {
    return this.database.within(actor, async (tx) =>
      (
        await tx
          .createQueryBuilder(SealedDrawRow, 'draw')
          .where('draw.planId IN (:...planIds)', { planIds })
          .getMany()
      ).map((row) =>
        Object.assign(new SealedDraw(), { ...row, rows: Number(row.rows), drawnAt: row.createdAt }),
      ),
    );
  }

  async runsById(actor: Actor, ids: readonly string[]): Promise<Run[]> {
    return this.database.within(actor, async (tx) =>
      (await tx.createQueryBuilder(RunRow, 'run').where('run.id IN (:...ids)', { ids }).getMany()).map(toRun),
    );
  }
}

async function revealedBefore(tx: EntityManager, plan: EvaluationPlanRow): Promise<DatasetRevealed | null> {
  const dataset = await findDatasetVersion(tx, plan.datasetVersionId);
  if (dataset !== null && dataset.revealedAt !== null)
    return datasetRevealed(dataset.name, dataset.revealedAt);
  const draw = await tx.findOneBy(SealedDrawRow, { planId: plan.id });
  return draw === null || draw.revealedAt === null
    ? null
    : datasetRevealed('the sealed split of this plan', draw.revealedAt);
}

async function sealedRunOf(tx: EntityManager, plan: EvaluationPlanRow): Promise<SealedRunTaken | null> {
  const taken = await lastSealedRun(tx, plan.tenantId, plan.modelVersionId);
  return taken === null
    ? null
    : Object.assign(
        new SealedRunTaken(
          'SEALED_RUN_TAKEN',
          `A sealed split is scored once for a model: run ${taken.id} of it is ${taken.state}. An authority may allow another, for a reason.`,
        ),
        { runId: taken.id },
      );
}

/** How far the whole is when a stage begins, and how much of it the stage is. */
const STAGE_SHARE: Partial<Record<string, readonly [begins: number, share: number]>> = {
  STAGING: [0.02, 0.03],
  SCORING: [0.05, 0.55],
  MEASURING: [0.6, 0.3],
  SEALING: [0.9, 0.1],
};

export function toRun(row: RunRow): Run {
  const [begins, share] = STAGE_SHARE[row.state] ?? [isFinal(row.state) ? 1 : 0, 0];
  return Object.assign(new Run(), {
    id: row.id,
    state: row.state as RunStateName,
    progress: begins + share * row.progress,
    attempt: row.attempt,
    reasonCode: row.reasonCode,
    reason: row.reason,
    createdAt: row.createdAt,
    startedAt: row.startedAt,
    finishedAt: row.finishedAt,
    planId: row.planId,
    modelVersionId: row.modelVersionId,
    datasetVersionId: row.datasetVersionId,
    tenantId: row.tenantId,
  });
}
