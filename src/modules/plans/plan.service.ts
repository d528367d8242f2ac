import { Injectable } from '@nestjs/common';
import { type EntityManager, IsNull } from 'typeorm';
import { v7 as uuid, validate as isUuid } from 'uuid';
import { diffPlans, parsePlan, type Plan, requirements } from '../../engine/assessment/index.js';
import { InputError } from '../../engine/input-error.js';
import { canonicalJson, digest } from '../../engine/reporting/index.js';
import type { InputBinding } from '../../engine/scoring/index.js';
import { appendAudit } from '../../platform/database/audit-trail.js';
import { Database } from '../../platform/database/index.js';
import { notFound } from '../../platform/graphql/errors.js';
import { type Connection, keysetPage, type PageArguments } from '../../platform/graphql/pagination.js';
import {
  canBeDrawnFrom,
  DatasetObjectRow,
  type DatasetVersionRow,
  findDatasetVersion,
  Split,
} from '../datasets/index.js';
import type { Actor } from '../identity/index.js';
import { findModelVersion, type ModelVersionRow } from '../models/index.js';
import { bindingOf } from './model-binding.js';
import type { LockedPack } from './packs/criteria-pack.entity.js';
import { heldAgainstPacks } from './packs/criteria-pack.service.js';
import { CriteriaPackUnmet } from './packs/criteria-pack.type.js';
import { lockedPlanDocument, planDocument } from './plan-document.js';
import { EvaluationPlanRow, InputBindingRow } from './plan.entity.js';
import { Feed, feedProblem } from './plan-feed.js';
import type {
  CreateEvaluationPlanInput,
  CreateInputBindingInput,
  LockEvaluationPlanInput,
  PlanContentInput,
  ReviseEvaluationPlanInput,
} from './plan.input.js';
import {
  BindingInvalid,
  DatasetNotReady,
  DatasetRevealed,
  EvaluationPlan,
  ModelInputBinding,
  ModelVersionNotReady,
  PlanAlreadyLocked,
  PlanChange,
  PlanInvalid,
  type PlanStateName,
} from './plan.type.js';

@Injectable()
export class PlanService {
  constructor(private readonly database: Database) {}

  async bind(
    actor: Actor,
    input: CreateInputBindingInput,
  ): Promise<ModelInputBinding | BindingInvalid | ModelVersionNotReady | DatasetNotReady> {
    return this.database.within(actor, async (tx) => {
      const model = await findModelVersion(tx, input.modelVersionId);
      if (model === null) throw notFound('ModelVersion');
      const dataset = await findDatasetVersion(tx, input.datasetVersionId);
      if (dataset === null) throw notFound('DatasetVersion');
      if (model.state !== 'READY') {
        return new ModelVersionNotReady(
          'MODEL_VERSION_NOT_READY',
          model.state === 'REFUSED'
            ? `The artefact was refused (${model.refusalCode ?? ''}): ${model.refusalMessage ?? ''}`
            : `Version ${model.label} is ${model.state}: upload its artefact first.`,
        );
      }
      if (dataset.state !== 'READY') {
        return new DatasetNotReady('DATASET_NOT_READY', `Dataset ${dataset.name} is ${dataset.state}.`);
      }
      let document: InputBinding;
      try {
        document = bindingOf(input, model, dataset);
      } catch (error) {
        if (error instanceof InputError) return new BindingInvalid(error.code, error.message);
        throw error;
      }
      const row = await tx.save(
        tx.create(InputBindingRow, {
          id: uuid(),
          tenantId: actor.organisationId,
          modelVersionId: model.id,
          datasetVersionId: dataset.id,
          document,
          createdAt: new Date(),
        }),
      );
      await appendAudit(tx, {
        actor,
        action: 'createInputBinding',
        subject: `inputBinding:${row.id}`,
        details: { modelVersion: model.id, datasetVersion: dataset.id },
      });
      return toBinding(row);
    });
  }

  async create(actor: Actor, input: CreateEvaluationPlanInput): Promise<EvaluationPlan | PlanInvalid> {
    return this.database.within(actor, async (tx) => {
      const binding = isUuid(input.inputBindingId)
        ? await tx.findOneBy(InputBindingRow, { id: input.inputBindingId })
        : null;
      if (binding === null) throw notFound('InputBinding');
      const checked =
        (await missingSplit(tx, binding.datasetVersionId, input.split)) ??
        (await checkedPlan(tx, binding, input.split, input.plan));
      if (checked instanceof PlanInvalid) return checked;
      const row = await tx.save(
        tx.create(EvaluationPlanRow, {
          id: uuid(),
          tenantId: actor.organisationId,
          inputBindingId: binding.id,
          modelVersionId: binding.modelVersionId,
          datasetVersionId: binding.datasetVersionId,
          split: input.split,
          title: checked.title,
          document: checked,
          state: 'DRAFT',
          digest: null,
          packs: null,
          preflightOf: null,
          createdAt: new Date(),
          lockedAt: null,
        }),
      );
      await appendAudit(tx, {
        actor,
        action: 'createEvaluationPlan',
        subject: `evaluationPlan:${row.id}`,
        details: { inputBinding: binding.id, split: row.split },
      });
      return toPlan(row);
    });
  }

  async revise(
    actor: Actor,
    input: ReviseEvaluationPlanInput,
  ): Promise<EvaluationPlan | PlanInvalid | PlanAlreadyLocked> {
    return this.database.within(actor, async (tx) => {
      const row = await findPlanForUpdate(tx, input.planId);
      if (row.state === 'LOCKED') return alreadyLocked(row);
      const checked = await checkedPlan(tx, row, row.split as Split, input.plan);
      if (checked instanceof PlanInvalid) return checked;
      row.title = checked.title;
      row.document = checked;
      await tx.save(row);
      await appendAudit(tx, {
        actor,
        action: 'reviseEvaluationPlan',
        subject: `evaluationPlan:${row.id}`,
        details: { plan: digest(canonicalJson(checked)) },
      });
      return toPlan(row);
    });
  }

  /** Fixes a draft for ever: its digest covers model, dataset, binding, split and every criterion. */
  async lock(
    actor: Actor,
    input: LockEvaluationPlanInput,
  ): Promise<EvaluationPlan | PlanAlreadyLocked | DatasetRevealed | CriteriaPackUnmet> {
    return this.database.within(actor, async (tx) => {
      const row = await findPlanForUpdate(tx, input.planId);
      if (row.state === 'LOCKED') return alreadyLocked(row);
      const dataset = await findDatasetVersion(tx, row.datasetVersionId);
      if (dataset === null) throw notFound('EvaluationPlan');
      if (dataset.revealedAt !== null) return datasetRevealed(dataset.name, dataset.revealedAt);
      const packs = await heldAgainstPacks(tx, row.document, dataset, row.tenantId);
      if (packs instanceof CriteriaPackUnmet) return packs;
      await fix(tx, row, packs);
      await tx.save(row);
      await appendAudit(tx, {
        actor,
        action: 'lockEvaluationPlan',
        subject: `evaluationPlan:${row.id}`,
        details: { digest: row.digest },
      });
      return toPlan(row);
    });
  }

  /** How a plan differs from an earlier one: both have to be the caller's to see. */
  async changes(actor: Actor, from: string, to: string): Promise<PlanChange[]> {
    return this.database.within(actor, async (tx) => {
      const find = async (id: string): Promise<EvaluationPlanRow | null> =>
        isUuid(id) ? tx.findOneBy(EvaluationPlanRow, { id }) : null;
      const before = await find(from);
      const after = await find(to);
      if (before === null || after === null) throw notFound('EvaluationPlan');
      return diffPlans(before.document, after.document).map((change) =>
        Object.assign(new PlanChange(), change),
      );
    });
  }

  async plan(actor: Actor, id: string): Promise<EvaluationPlan> {
    const row = isUuid(id)
      ? await this.database.within(actor, (tx) => tx.findOneBy(EvaluationPlanRow, { id }))
      : null;
    if (row === null) throw notFound('EvaluationPlan');
    return toPlan(row);
  }

  async plans(actor: Actor, page: PageArguments): Promise<Connection<EvaluationPlan>> {
    return this.database.within(actor, (tx) =>
      keysetPage(
        tx.createQueryBuilder(EvaluationPlanRow, 'plan').where('plan.preflightOf IS NULL'),
        page,
        toPlan,
      ),
    );
  }

  async plansById(actor: Actor, ids: readonly string[]): Promise<EvaluationPlan[]> {
    return this.database.within(actor, async (tx) =>
      (
        await tx
          .createQueryBuilder(EvaluationPlanRow, 'plan')
          .where('plan.id IN (:...ids)', { ids })
          .getMany()
      ).map(toPlan),
    );
  }

  async bindingsById(actor: Actor, ids: readonly string[]): Promise<ModelInputBinding[]> {
    return this.database.within(actor, async (tx) =>
      (
        await tx
          .createQueryBuilder(InputBindingRow, 'binding')
          .where('binding.id IN (:...ids)', { ids })
          .getMany()
      ).map(toBinding),
    );
  }
}

/** Gives a plan its digest: over model, dataset, binding, split, packs and every criterion. */
async function fix(tx: EntityManager, row: EvaluationPlanRow, packs: LockedPack[]): Promise<void> {
  const binding = await tx.findOneByOrFail(InputBindingRow, { id: row.inputBindingId });
  const model = await findModelVersion(tx, row.modelVersionId);
  const dataset = await findDatasetVersion(tx, row.datasetVersionId);
  if (model === null || dataset === null || dataset.digest === null) throw notFound('EvaluationPlan');
  row.state = 'LOCKED';
  row.lockedAt = new Date();
  row.packs = packs;
  row.digest = digest(
    canonicalJson(
      lockedPlanDocument(row.document, {
        artefactSha256: model.artefactSha256,
        datasetDigest: dataset.digest,
        split: row.split,
        binding: binding.document,
        packs,
      }),
    ),
  );
}

/**
 * The same criteria on the open development split, to be run before the plan is locked.
 *
 * @returns a plan of its own, locked, or why the development split does not do for it
 */
export async function preflightPlan(
  tx: EntityManager,
  actor: Actor,
  planId: string,
): Promise<EvaluationPlanRow | PlanInvalid> {
  const plan = isUuid(planId)
    ? await tx.findOneBy(EvaluationPlanRow, { id: planId, preflightOf: IsNull() })
    : null;
  if (plan === null) throw notFound('EvaluationPlan');
  const problem = await missingSplit(tx, plan.datasetVersionId, Split.DEVELOPMENT);
  if (problem !== null) return problem;
  const { dataset, model } = await about(tx, plan);
  const unfit = await feedProblem(tx, plan.document.feed, model.runtime, dataset, Split.DEVELOPMENT);
  if (unfit !== null) return new PlanInvalid(...unfit);
  const row = tx.create(EvaluationPlanRow, {
    id: uuid(),
    tenantId: actor.organisationId,
    inputBindingId: plan.inputBindingId,
    modelVersionId: plan.modelVersionId,
    datasetVersionId: plan.datasetVersionId,
    split: Split.DEVELOPMENT,
    title: plan.title,
    document: plan.document,
    state: 'DRAFT',
    digest: null,
    packs: null,
    preflightOf: plan.id,
    createdAt: new Date(),
    lockedAt: null,
  });
  // No pack is held against it: it is there to learn from.
  await fix(tx, row, []);
  return tx.save(row);
}

/** What keeps a split from being scored: a dataset that has none of the name, and can draw none. */
async function missingSplit(
  tx: EntityManager,
  datasetVersionId: string,
  split: Split,
): Promise<PlanInvalid | null> {
  const dataset = await findDatasetVersion(tx, datasetVersionId);
  if (dataset === null) throw notFound('DatasetVersion');
  if (split === Split.SEALED) {
    if (canBeDrawnFrom(dataset)) return null;
    const why = dataset.source === 'IMPORTED' ? 'is an import' : 'was made by an earlier generator';
    return new PlanInvalid(
      'NO_SUCH_SPLIT',
      `Dataset ${dataset.name} ${why}: a sealed split is drawn for datasets of the present generator only.`,
    );
  }
  return (await tx.findOneBy(DatasetObjectRow, { datasetVersionId, split, part: 'features' })) === null
    ? new PlanInvalid('NO_SUCH_SPLIT', `Dataset ${dataset.name} has no ${split} split.`)
    : null;
}

/** The answer where an authority holds the key of what a plan or a run is about. */
export function datasetRevealed(what: string, since: Date): DatasetRevealed {
  return new DatasetRevealed(
    'DATASET_REVEALED',
    `The key of ${what} was revealed to authorities on ${since.toISOString()}: use a dataset that is still blind.`,
  );
}

async function checkedPlan(
  tx: EntityManager,
  { modelVersionId, datasetVersionId }: Pick<InputBindingRow, 'modelVersionId' | 'datasetVersionId'>,
  split: Split,
  content: PlanContentInput,
): Promise<Plan | PlanInvalid> {
  let plan: Plan;
  try {
    plan = parsePlan(planDocument(content));
  } catch (error) {
    if (error instanceof InputError) return new PlanInvalid(error.code, error.message);
    throw error;
  }
  const { dataset, model } = await about(tx, { modelVersionId, datasetVersionId });
  const unfit = await feedProblem(tx, plan.feed, model.runtime, dataset, split);
  if (unfit !== null) return new PlanInvalid(...unfit);
  const groups = new Set(
    dataset.columns.filter(({ role }) => role === 'protected' || role === 'control').map(({ name }) => name),
  );
  const missing = requirements(plan).groups.filter((column) => !groups.has(column));
  if (missing.length > 0) {
    return new PlanInvalid(
      'MISSING_COLUMN',
      `The dataset has no attribute ${missing.join(', ')}; it has ${[...groups].join(', ') || 'none'}.`,
    );
  }
  return plan;
}

async function about(
  tx: EntityManager,
  { modelVersionId, datasetVersionId }: Pick<InputBindingRow, 'modelVersionId' | 'datasetVersionId'>,
): Promise<{ dataset: DatasetVersionRow; model: ModelVersionRow }> {
  const dataset = await findDatasetVersion(tx, datasetVersionId);
  const model = await findModelVersion(tx, modelVersionId);
  if (dataset === null || model === null) throw notFound('InputBinding');
  return { dataset, model };
}

async function findPlanForUpdate(tx: EntityManager, id: string): Promise<EvaluationPlanRow> {
  const row = isUuid(id)
    ? await tx.findOne(EvaluationPlanRow, { where: { id }, lock: { mode: 'pessimistic_write' } })
    : null;
  if (row === null) throw notFound('EvaluationPlan');
  return row;
}

function alreadyLocked(row: EvaluationPlanRow): PlanAlreadyLocked {
  return new PlanAlreadyLocked(
    'PLAN_ALREADY_LOCKED',
    `This plan was locked on ${row.lockedAt?.toISOString() ?? ''} with digest ${row.digest ?? ''}: a change is a new plan.`,
  );
}

function toBinding(row: InputBindingRow): ModelInputBinding {
  return Object.assign(new ModelInputBinding(), {
    id: row.id,
    inputs: row.document.inputs,
    output: row.document.output ?? null,
  });
}

export function toPlan(row: EvaluationPlanRow): EvaluationPlan {
  return Object.assign(new EvaluationPlan(), {
    id: row.id,
    title: row.title,
    split: row.split as Split,
    state: row.state as PlanStateName,
    digest: row.digest,
    feed: row.document.feed === undefined ? Feed.BATCH : Feed.EVENTS,
    windowRows: row.document.feed?.windowRows ?? null,
    document: { ...row.document },
    criteriaPacks: row.packs ?? [],
    createdAt: row.createdAt,
    lockedAt: row.lockedAt,
    modelVersionId: row.modelVersionId,
    datasetVersionId: row.datasetVersionId,
    inputBindingId: row.inputBindingId,
  });
}
