import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v7 as uuid, validate as isUuid } from 'uuid';
import { InputError } from '../../engine/input-error.js';
import { coreColumns, parseParameters, PRESETS } from '../../engine/synthesis/index.js';
import { appendAudit } from '../../platform/database/audit-trail.js';
import { Database } from '../../platform/database/index.js';
import { notFound } from '../../platform/graphql/errors.js';
import { type Connection, keysetPage, type PageArguments } from '../../platform/graphql/pagination.js';
import { JobQueue } from '../../platform/jobs/index.js';
import { Stores } from '../../platform/storage/stores.js';
import type { Actor } from '../identity/index.js';
import { UploadService } from '../uploads/index.js';
import { toDatasetFile } from './dataset-files.js';
import { type DatasetColumnDocument, DatasetFileRow, DatasetVersionRow } from './dataset.entity.js';
import { FeatureReleaseRow, RELEASED_PATH } from './feature-release.entity.js';
import type {
  CancelDatasetGenerationInput,
  GenerateDatasetInput,
  ImportColumnInput,
  ImportDatasetInput,
} from './dataset.input.js';
import {
  ColumnRoleName,
  DatasetColumn,
  type DatasetFile,
  DatasetImportOpened,
  type DatasetPreset,
  type DatasetStateName,
  DatasetVersion,
  DeclarationInvalid,
  GenerationNotRunning,
  ParametersInvalid,
  type ParameterType,
  Split,
} from './dataset.type.js';

const TABLE_OF_ROLE: Readonly<Record<ColumnRoleName, DatasetColumnDocument['table']>> = {
  key: 'features',
  entity: 'features',
  time: 'features',
  feature: 'features',
  information: 'labels',
  label: 'labels',
  protected: 'protected',
  control: 'protected',
};

@Injectable()
export class DatasetService implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly uploads: UploadService,
    private readonly jobs: JobQueue,
    private readonly stores: Stores,
  ) {}

  onModuleInit(): void {
    this.uploads.register({
      purpose: 'DATASET',
      store: this.stores.imports,
      arrived: async (tx, upload) => {
        await tx.update(DatasetVersionRow, { id: upload.subjectId }, { state: 'PREPARING' });
        await this.jobs.send(
          tx,
          'generate',
          { datasetVersionId: upload.subjectId },
          { group: upload.tenantId },
        );
      },
      outcome: async (id) => {
        const row = await this.database.asSystem((tx) => tx.findOneByOrFail(DatasetVersionRow, { id }));
        if (row.state === 'READY') return { status: 200, body: { state: row.state, digest: row.digest } };
        if (row.state !== 'FAILED') return null;
        return {
          status: 422,
          body: { state: row.state, error: { code: row.failureCode, message: row.failureMessage } },
        };
      },
    });
  }

  presets(): DatasetPreset[] {
    return Object.values(PRESETS).map(({ name, title, description, row, mostRows, parameters, tables }) => ({
      name,
      title,
      description,
      row,
      maximumRows: mostRows,
      parameters: parameters.map((parameter) => ({
        name: parameter.name,
        type: parameter.type as ParameterType,
        description: parameter.description,
        default: parameter.default,
        minimum: parameter.type === 'choice' ? null : parameter.minimum,
        maximum: parameter.type === 'choice' ? null : parameter.maximum,
        choices: parameter.type === 'choice' ? parameter.choices : null,
      })),
      tables: tables.map((table) => ({
        name: table.name,
        description: table.description,
        perSplit: table.per === 'split',
        columns: table.columns.map((column) => toColumn({ ...column, table: table.name })),
      })),
    }));
  }

  async generate(actor: Actor, input: GenerateDatasetInput): Promise<DatasetVersion | ParametersInvalid> {
    const preset = PRESETS[input.preset];
    if (preset === undefined) {
      return new ParametersInvalid(
        'UNKNOWN_PRESET',
        `There is no preset ${input.preset}; there is ${Object.keys(PRESETS).join(', ')}.`,
      );
    }
    let parameters: Record<string, unknown>;
    try {
      parameters = { ...parseParameters(input.preset, input.parameters ?? {}, input.rows) };
    } catch (error) {
      if (error instanceof InputError) return new ParametersInvalid(error.code, error.message);
      throw error;
    }
    return this.database.within(actor, async (tx) => {
      const row = await tx.save(
        tx.create(DatasetVersionRow, {
          ...emptyVersion(input.name),
          source: 'GENERATED',
          preset: input.preset,
          parameters: { rows: input.rows, set: input.parameters ?? {}, effective: parameters },
          columns: coreColumns(preset),
          state: 'PREPARING',
        }),
      );
      await this.jobs.send(tx, 'generate', { datasetVersionId: row.id }, { group: actor.organisationId });
      await appendAudit(tx, {
        actor,
        action: 'generateDataset',
        subject: `datasetVersion:${row.id}`,
        details: { preset: input.preset, rows: input.rows },
      });
      return toDatasetVersion(row);
    });
  }

  /** Ends a generation that is queued or at work; the evaluator notices, and nothing of it is kept. */
  async cancelGeneration(
    actor: Actor,
    { datasetVersionId: id }: CancelDatasetGenerationInput,
  ): Promise<DatasetVersion | GenerationNotRunning> {
    return this.database.within(actor, async (tx) => {
      const row = await findDatasetVersion(tx, id);
      if (row === null) throw notFound('DatasetVersion');
      const [, cancelled] = await tx.query<[unknown[], number]>(
        `UPDATE sandbox.dataset_version SET state = 'CANCELLED', stage = NULL
         WHERE id = $1 AND state = 'PREPARING' AND source = 'GENERATED'`,
        [id],
      );
      if (cancelled === 0) {
        return new GenerationNotRunning(
          'GENERATION_NOT_RUNNING',
          row.source === 'GENERATED'
            ? `Dataset ${row.name} is ${row.state} already.`
            : `Dataset ${row.name} is an import: there is no generation to cancel.`,
        );
      }
      await appendAudit(tx, {
        actor,
        action: 'cancelDatasetGeneration',
        subject: `datasetVersion:${id}`,
        details: { progress: row.progress },
      });
      return toDatasetVersion({ ...row, state: 'CANCELLED', stage: null });
    });
  }

  async openImport(
    actor: Actor,
    input: ImportDatasetInput,
  ): Promise<DatasetImportOpened | DeclarationInvalid> {
    const problem = declarationProblem(input);
    if (problem !== null) return new DeclarationInvalid('DECLARATION_INVALID', problem);
    if (input.sizeBytes > this.uploads.settings.maxBytes) {
      return new DeclarationInvalid(
        'FILE_TOO_LARGE',
        `The file has ${input.sizeBytes} bytes; this service takes at most ${this.uploads.settings.maxBytes}.`,
      );
    }
    return this.database.within(actor, async (tx) => {
      const row = await tx.save(
        tx.create(DatasetVersionRow, {
          ...emptyVersion(input.name),
          source: 'IMPORTED',
          preset: null,
          parameters: { sha256: input.sha256, evaluationFrom: input.evaluationFrom?.toISOString() ?? null },
          columns: input.columns.map(({ name, role, definition, unit }) => ({
            name,
            role,
            definition,
            unit,
            type: 'as imported',
            table: TABLE_OF_ROLE[role],
          })),
          state: 'AWAITING_UPLOAD',
        }),
      );
      const upload = await this.uploads.open(tx, {
        tenantId: actor.organisationId,
        purpose: 'DATASET',
        subjectId: row.id,
        sha256: input.sha256,
        bytes: input.sizeBytes,
      });
      await appendAudit(tx, {
        actor,
        action: 'importDataset',
        subject: `datasetVersion:${row.id}`,
        details: { sha256: input.sha256, columns: input.columns.length },
      });
      return Object.assign(new DatasetImportOpened(), { datasetVersion: toDatasetVersion(row), upload });
    });
  }

  async versions(actor: Actor, page: PageArguments): Promise<Connection<DatasetVersion>> {
    return this.database.within(actor, (tx) =>
      keysetPage(tx.createQueryBuilder(DatasetVersionRow, 'version'), page, toDatasetVersion),
    );
  }

  async version(actor: Actor, id: string): Promise<DatasetVersion> {
    const row = await this.database.within(actor, (tx) => findDatasetVersion(tx, id));
    if (row === null) throw notFound('DatasetVersion');
    return toDatasetVersion(row);
  }

  async versionsById(actor: Actor, ids: readonly string[]): Promise<DatasetVersion[]> {
    return this.database.within(actor, async (tx) =>
      (
        await tx
          .createQueryBuilder(DatasetVersionRow, 'version')
          .where('version.id IN (:...ids)', { ids })
          .getMany()
      ).map(toDatasetVersion),
    );
  }

  /** The files of each version that anybody with a token may download, for loaders. */
  async files(actor: Actor, datasetVersionIds: readonly string[]): Promise<Map<string, DatasetFile[]>> {
    const rows = await this.database.within(actor, (tx) =>
      tx
        .createQueryBuilder(DatasetFileRow, 'file')
        .where('file.datasetVersionId IN (:...datasetVersionIds)', { datasetVersionIds })
        .orderBy('file.path')
        .getMany(),
    );
    const files = new Map<string, DatasetFile[]>(datasetVersionIds.map((id) => [id, []]));
    for (const row of rows) files.get(row.datasetVersionId)?.push(toDatasetFile(row));
    return files;
  }

  /** A file to download. @throws CodedError `NOT_FOUND` for whatever is not listed as open */
  async openFile(actor: Actor, datasetVersionId: string, path: string): Promise<DatasetFileRow> {
    const row = isUuid(datasetVersionId)
      ? await this.database.within(
          actor,
          async (tx) =>
            (await tx.findOneBy(DatasetFileRow, { datasetVersionId, path })) ??
            (path === RELEASED_PATH ? releasedTo(tx, actor, datasetVersionId) : null),
        )
      : null;
    if (row === null) throw notFound('File');
    return row;
  }
}

/** The features of the blind split, for the tenant that they were released to and nobody else. */
async function releasedTo(
  tx: EntityManager,
  actor: Actor,
  datasetVersionId: string,
): Promise<DatasetFileRow | null> {
  const releases = await tx.findBy(FeatureReleaseRow, { datasetVersionId, tenantId: actor.organisationId });
  const row = releases.find(({ releasedAt }) => releasedAt !== null);
  if (row === undefined || row.sha256 === null || row.bytes === null) return null;
  return tx.create(DatasetFileRow, {
    ...{ datasetVersionId, path: RELEASED_PATH, split: null, tableName: 'features' },
    ...{ sha256: row.sha256, bytes: row.bytes, rows: row.rows },
  });
}

export async function findDatasetVersion(tx: EntityManager, id: string): Promise<DatasetVersionRow | null> {
  return isUuid(id) ? tx.findOneBy(DatasetVersionRow, { id }) : null;
}

function emptyVersion(name: string): Partial<DatasetVersionRow> {
  return {
    id: uuid(),
    name,
    progress: 0,
    stage: null,
    failureCode: null,
    failureMessage: null,
    digest: null,
    commitment: null,
    developmentCommitment: null,
    datasheet: null,
    realism: null,
    leakAudit: null,
    createdAt: new Date(),
    readyAt: null,
    revealedAt: null,
  };
}

function declarationProblem(input: ImportDatasetInput): string | null {
  const count = (role: ColumnRoleName): number =>
    input.columns.filter((column) => column.role === role).length;
  const names = new Set<string>();
  for (const { name } of input.columns as readonly ImportColumnInput[]) {
    if (names.has(name)) return `The column ${name} is declared twice.`;
    names.add(name);
  }
  if (count(ColumnRoleName.LABEL) !== 1)
    return `There must be exactly one LABEL column; ${count(ColumnRoleName.LABEL)} are declared.`;
  if (count(ColumnRoleName.FEATURE) === 0) return 'There must be at least one FEATURE column.';
  for (const role of [ColumnRoleName.KEY, ColumnRoleName.ENTITY, ColumnRoleName.TIME]) {
    if (count(role) > 1) return `There may be one ${role.toUpperCase()} column; ${count(role)} are declared.`;
  }
  if (input.evaluationFrom != null && count(ColumnRoleName.TIME) === 0)
    return 'evaluationFrom needs a TIME column.';
  return null;
}

export function toDatasetVersion(row: DatasetVersionRow): DatasetVersion {
  return Object.assign(new DatasetVersion(), {
    id: row.id,
    name: row.name,
    preset: row.preset,
    parameters: row.parameters,
    columns: row.columns.map(toColumn),
    state: row.state as DatasetStateName,
    progress: row.progress,
    stage: row.stage,
    failure:
      row.failureCode === null
        ? null
        : { code: row.failureCode, message: row.failureMessage ?? row.failureCode },
    digest: row.digest,
    commitment: row.commitment,
    commitments: [
      { split: Split.DEVELOPMENT, commitment: row.developmentCommitment },
      { split: Split.EVALUATION, commitment: row.commitment },
    ].filter((each) => each.commitment !== null),
    datasheet: row.datasheet,
    realismReport: row.realism,
    leakAudit: row.leakAudit,
    createdAt: row.createdAt,
    revealedAt: row.revealedAt,
  });
}

function toColumn(column: Omit<DatasetColumnDocument, 'table'> & { table: string }): DatasetColumn {
  return Object.assign(new DatasetColumn(), {
    name: column.name,
    type: column.type,
    role: column.role as ColumnRoleName,
    definition: column.definition,
    unit: column.unit,
    window: column.window ?? null,
    values: column.dictionary ?? null,
    table: column.table,
  });
}
