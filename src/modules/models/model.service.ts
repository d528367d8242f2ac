import { Injectable, type OnModuleInit } from '@nestjs/common';
import { v7 as uuid, validate as isUuid } from 'uuid';
import type { EntityManager } from 'typeorm';
import type { OnnxInspection } from '../../engine/scoring/index.js';
import type { OciInspection } from '../../engine/scoring/oci/index.js';
import type { PredictionsInspection } from '../../engine/scoring/predictions/index.js';
import { appendAudit } from '../../platform/database/audit-trail.js';
import { Database } from '../../platform/database/index.js';
import { badUserInput, notFound } from '../../platform/graphql/errors.js';
import {
  type Connection,
  connection,
  keysetPage,
  keysetPages,
  type PageArguments,
} from '../../platform/graphql/pagination.js';
import { JobQueue } from '../../platform/jobs/index.js';
import { Stores } from '../../platform/storage/stores.js';
import type { Actor } from '../identity/index.js';
import { type UploadOutcome, UploadService } from '../uploads/index.js';
import { ASSURANCE_TIERS, type AssuranceTierName } from './assurance-tier.js';
import { ModelRow, ModelVersionRow } from './model.entity.js';
import type { CreateModelVersionInput, RegisterModelInput } from './model.input.js';
import {
  ArtefactTooLarge,
  Model,
  ModelNameTaken,
  ModelVersion,
  ModelVersionCreated,
  type ModelVersionStateName,
  Runtime,
} from './model.type.js';

const CARD_MAX_BYTES = 256 * 1024;
/** Held in memory while a jail reads it: about thirty million predictions as CSV. */
const PREDICTIONS_MAX_BYTES = 512 * 1024 * 1024;

@Injectable()
export class ModelService implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly uploads: UploadService,
    private readonly jobs: JobQueue,
    private readonly stores: Stores,
  ) {}

  onModuleInit(): void {
    this.uploads.register({
      purpose: 'MODEL_VERSION',
      store: this.stores.artefacts,
      arrived: async (tx, upload) => {
        const { subjectId, tenantId } = upload;
        // Tenants take turns: the first of one goes before the second of another, however early that came.
        const ahead = await tx.countBy(ModelVersionRow, { tenantId, state: 'INSPECTING' });
        await tx.update(ModelVersionRow, { id: subjectId }, { state: 'INSPECTING' });
        await this.jobs.send(
          tx,
          'inspect',
          { modelVersionId: subjectId },
          { group: tenantId, priority: -ahead },
        );
      },
      outcome: (modelVersionId) => this.inspectionOutcome(modelVersionId),
    });
  }

  async register(actor: Actor, input: RegisterModelInput): Promise<Model | ModelNameTaken> {
    return this.database.within(actor, async (tx) => {
      const taken = await tx
        .createQueryBuilder(ModelRow, 'model')
        .where('lower(model.name) = lower(:name)', { name: input.name })
        .getExists();
      if (taken) return new ModelNameTaken('NAME_TAKEN', `There is a model named ${input.name} already.`);
      const row = await tx.save(
        tx.create(ModelRow, { id: uuid(), tenantId: actor.organisationId, createdAt: new Date(), ...input }),
      );
      await appendAudit(tx, {
        actor,
        action: 'registerModel',
        subject: `model:${row.id}`,
        details: { name: row.name, owner: row.owner },
      });
      return toModel(row);
    });
  }

  async createVersion(
    actor: Actor,
    input: CreateModelVersionInput,
  ): Promise<ModelVersionCreated | ModelNameTaken | ArtefactTooLarge> {
    if (input.card != null && Buffer.byteLength(JSON.stringify(input.card)) > CARD_MAX_BYTES) {
      throw badUserInput([
        { field: 'input.card', problem: `must be at most ${CARD_MAX_BYTES} bytes of JSON` },
      ]);
    }
    const maxBytes =
      input.runtime === Runtime.PREDICTIONS
        ? Math.min(PREDICTIONS_MAX_BYTES, this.uploads.settings.maxBytes)
        : this.uploads.settings.maxBytes;
    if (input.runtime !== Runtime.REMOTE_RUNNER && input.artefactBytes > maxBytes) {
      return new ArtefactTooLarge(
        'ARTEFACT_TOO_LARGE',
        `The artefact has ${input.artefactBytes} bytes; this service takes at most ${maxBytes}.`,
      );
    }
    return this.database.within(actor, async (tx) => {
      const model = isUuid(input.modelId) ? await tx.findOneBy(ModelRow, { id: input.modelId }) : null;
      if (model === null) throw notFound('Model');
      const taken = await tx
        .createQueryBuilder(ModelVersionRow, 'version')
        .where('version.modelId = :model AND lower(version.label) = lower(:label)', {
          model: model.id,
          label: input.label,
        })
        .getExists();
      if (taken)
        return new ModelNameTaken('NAME_TAKEN', `${model.name} has a version ${input.label} already.`);
      const atSite = input.runtime === Runtime.REMOTE_RUNNER;
      const row = await tx.save(
        tx.create(ModelVersionRow, {
          id: uuid(),
          tenantId: actor.organisationId,
          modelId: model.id,
          label: input.label,
          runtime: input.runtime,
          artefactSha256: input.artefactSha256,
          artefactBytes: String(input.artefactBytes),
          card: input.card ?? null,
          // A model that stays at its site has nothing to upload, and nothing that could be inspected here.
          state: atSite ? 'READY' : 'AWAITING_UPLOAD',
          inspection: null,
          refusalCode: null,
          refusalMessage: null,
          createdAt: new Date(),
        }),
      );
      const upload = atSite
        ? null
        : await this.uploads.open(tx, {
            tenantId: actor.organisationId,
            purpose: 'MODEL_VERSION',
            subjectId: row.id,
            sha256: input.artefactSha256,
            bytes: input.artefactBytes,
          });
      await appendAudit(tx, {
        actor,
        action: 'createModelVersion',
        subject: `modelVersion:${row.id}`,
        details: {
          model: model.id,
          label: row.label,
          runtime: row.runtime,
          artefactSha256: row.artefactSha256,
        },
      });
      return Object.assign(new ModelVersionCreated(), { modelVersion: toModelVersion(row), upload });
    });
  }

  async models(actor: Actor, page: PageArguments): Promise<Connection<Model>> {
    return this.database.within(actor, (tx) =>
      keysetPage(tx.createQueryBuilder(ModelRow, 'model'), page, toModel),
    );
  }

  /** The same page of the versions of each model, for loaders. */
  async versionPages(
    actor: Actor,
    modelIds: readonly string[],
    page: PageArguments,
  ): Promise<Map<string, Connection<ModelVersion>>> {
    const rows = await this.database.within(actor, (tx) =>
      keysetPages(tx.createQueryBuilder(ModelVersionRow, 'version'), 'modelId', modelIds, page),
    );
    return new Map(
      [...rows].map(([modelId, versions]) => [modelId, connection(versions, page, toModelVersion)]),
    );
  }

  async version(actor: Actor, id: string): Promise<ModelVersion> {
    const row = await this.database.within(actor, (tx) => findModelVersion(tx, id));
    if (row === null) throw notFound('ModelVersion');
    return toModelVersion(row);
  }

  async modelsById(actor: Actor, ids: readonly string[]): Promise<Model[]> {
    return this.database.within(actor, async (tx) =>
      (await tx.createQueryBuilder(ModelRow, 'model').where('model.id IN (:...ids)', { ids }).getMany()).map(
        toModel,
      ),
    );
  }

  async versionsById(actor: Actor, ids: readonly string[]): Promise<ModelVersion[]> {
    return this.database.within(actor, async (tx) =>
      (
        await tx
          .createQueryBuilder(ModelVersionRow, 'version')
          .where('version.id IN (:...ids)', { ids })
          .getMany()
      ).map(toModelVersion),
    );
  }

  private async inspectionOutcome(modelVersionId: string): Promise<UploadOutcome | null> {
    const row = await this.database.asSystem((tx) =>
      tx.findOneByOrFail(ModelVersionRow, { id: modelVersionId }),
    );
    if (row.state === 'READY') return { status: 200, body: { state: row.state, inspection: row.inspection } };
    if (row.state === 'REFUSED') {
      return {
        status: 422,
        body: { state: row.state, error: { code: row.refusalCode, message: row.refusalMessage } },
      };
    }
    return null;
  }
}

/** A version that the transaction may see, by id; null for an identifier of any other kind. */
export async function findModelVersion(tx: EntityManager, id: string): Promise<ModelVersionRow | null> {
  return isUuid(id) ? tx.findOneBy(ModelVersionRow, { id }) : null;
}

export function toModel(row: ModelRow): Model {
  return Object.assign(new Model(), {
    id: row.id,
    name: row.name,
    purpose: row.purpose,
    owner: row.owner,
    createdAt: row.createdAt,
    tenantId: row.tenantId,
  });
}

export function toModelVersion(row: ModelVersionRow): ModelVersion {
  const tensors = (list: { name: string; elementType: string; shape: (number | string | null)[] }[]) =>
    list.map(({ name, elementType, shape }) => ({
      name,
      elementType,
      shape: shape.map((dimension) => String(dimension ?? '?')),
    }));
  const graph = row.runtime === 'ONNX' ? (row.inspection as OnnxInspection | null) : null;
  return Object.assign(new ModelVersion(), {
    id: row.id,
    label: row.label,
    runtime: row.runtime as Runtime,
    assuranceTier: ASSURANCE_TIERS[row.runtime] as AssuranceTierName,
    artefactSha256: row.artefactSha256,
    artefactBytes: Number(row.artefactBytes),
    state: row.state as ModelVersionStateName,
    inspection:
      graph === null ? null : { ...graph, inputs: tensors(graph.inputs), outputs: tensors(graph.outputs) },
    image: row.runtime === 'OCI_IMAGE' ? (row.inspection as OciInspection | null) : null,
    predictions: row.runtime === 'PREDICTIONS' ? (row.inspection as PredictionsInspection | null) : null,
    refusal:
      row.refusalCode === null
        ? null
        : { code: row.refusalCode, message: row.refusalMessage ?? row.refusalCode },
    card: row.card,
    createdAt: row.createdAt,
    modelId: row.modelId,
  });
}
