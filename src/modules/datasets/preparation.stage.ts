import { Injectable } from '@nestjs/common';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EntityManager } from 'typeorm';
import { InputError } from '../../engine/input-error.js';
import { canonicalJson, digest } from '../../engine/reporting/index.js';
import { generateDataset, parseParameters } from '../../engine/synthesis/index.js';
import { splitTable } from '../../engine/tables/index.js';
import { appendAudit } from '../../platform/database/audit-trail.js';
import { Database } from '../../platform/database/index.js';
import { Lifeline } from '../../platform/jobs/index.js';
import { Stores } from '../../platform/storage/stores.js';
import { type DatasetColumnDocument, DatasetVersionRow } from './dataset.entity.js';
import { DatasetKeeper, isBlind, isOpen, type KeptFile, type VersionFile } from './dataset-keeper.js';
import { Scratch } from './scratch.js';
import { BlindSecret, commitmentTo } from './split-keys.js';

type Document = Record<string, unknown>;

/** What a version tells of itself beside its files. */
interface VersionFacts {
  columns: DatasetColumnDocument[];
  datasheet: Document | null;
  realism: Document | null;
  leakAudit: Document | null;
  commitments: { development: string; evaluation: string } | null;
}

/** How much of the work is generating; the rest is bringing the files into their stores. */
const GENERATING = 0.9;

/** The evaluator's making of a dataset version: generating it from the secret, or taking an import apart. */
@Injectable()
export class PreparationStage {
  constructor(
    private readonly database: Database,
    private readonly stores: Stores,
    private readonly keeper: DatasetKeeper,
    private readonly secret: BlindSecret,
    private readonly scratch: Scratch,
    private readonly threads: number,
  ) {}

  /**
   * Prepares a version that waits for it. Repeatable: a version that is READY, FAILED or CANCELLED is left alone.
   * What it throws is our fault and is tried again.
   *
   * @param stop ends the work, for another worker to take it up
   */
  async prepare(datasetVersionId: string, stop: AbortSignal): Promise<void> {
    const row = await this.database.asSystem((tx) =>
      tx.findOneBy(DatasetVersionRow, { id: datasetVersionId, state: 'PREPARING' }),
    );
    if (row === null) return;
    const lifeline = new Lifeline((share, stage) => this.note(row.id, share, stage));
    const signal = AbortSignal.any([stop, lifeline.signal]);
    try {
      await this.scratch.within((folder) =>
        row.source === 'GENERATED'
          ? this.generate(row, folder, lifeline, signal)
          : this.takeApart(row, folder, signal),
      );
    } catch (error) {
      if (lifeline.signal.aborted) return;
      if (!(error instanceof InputError)) throw error;
      await this.fail(row.id, error.code, this.withoutPaths(row, error.message));
    } finally {
      await lifeline.end();
    }
  }

  /** Ends a preparation that no try is left for. */
  async giveUp(datasetVersionId: string): Promise<void> {
    await this.fail(datasetVersionId, 'PREPARATION_FAULT', 'A fault of the sandbox ended the preparation.');
  }

  /** @returns whether the version still waits to be prepared */
  private async note(id: string, share: number, stage: string): Promise<boolean> {
    const [, waiting] = await this.database.asSystem((tx) =>
      tx.query<[unknown[], number]>(
        `UPDATE sandbox.dataset_version SET progress = $2, stage = $3 WHERE id = $1 AND state = 'PREPARING'`,
        [id, share, stage === '' ? null : stage],
      ),
    );
    return waiting > 0;
  }

  /** The engine names files by their paths, which are nobody's business outside. */
  private withoutPaths(row: DatasetVersionRow, message: string): string {
    const { sha256 } = row.parameters as { sha256?: string };
    const named =
      sha256 === undefined ? message : message.replaceAll(this.stores.imports.path(sha256), 'The file');
    return named.replaceAll(this.scratch.root, '…');
  }

  private async generate(
    row: DatasetVersionRow,
    folder: string,
    lifeline: Lifeline,
    signal: AbortSignal,
  ): Promise<void> {
    const { rows, set } = row.parameters as { rows: number; set: Record<string, string | number> };
    const preset = row.preset ?? '';
    const keys = {
      development: this.secret.splitKey(row.id, 'development'),
      evaluation: this.secret.splitKey(row.id, 'evaluation'),
    };
    const outDir = join(folder, 'version');
    const manifest = await generateDataset({
      preset,
      parameters: parseParameters(preset, set, rows),
      rows,
      splitKeys: keys,
      threads: this.threads,
      outDir,
      onProgress: (share, stage) => lifeline.tell(share * GENERATING, stage),
      signal,
    });
    lifeline.tell(GENERATING, 'keeping');
    const document = async (name: string): Promise<Document> =>
      JSON.parse(await readFile(join(outDir, name), 'utf8')) as Document;
    await this.keep(
      row,
      manifest.files.map((file) => ({
        path: file.path,
        split: file.split ?? null,
        table: file.table,
        hindsight: file.hindsight,
        events: file.events,
        place: join(outDir, file.path),
        rows: file.path.endsWith('.parquet') ? file.rows : null,
      })),
      {
        columns: manifest.columns.map((column) => ({ ...column })),
        datasheet: await document('datasheet.json'),
        realism: await document('realism.json'),
        leakAudit: await document('leak-audit.json'),
        commitments: {
          development: commitmentTo(keys.development),
          evaluation: commitmentTo(keys.evaluation),
        },
      },
      signal,
    );
  }

  private async takeApart(row: DatasetVersionRow, folder: string, signal: AbortSignal): Promise<void> {
    const { sha256, evaluationFrom } = row.parameters as { sha256: string; evaluationFrom: string | null };
    const { parts, columns } = await splitTable({
      path: this.stores.imports.path(sha256),
      columns: row.columns,
      evaluationFrom,
      outDir: folder,
    });
    await this.keep(
      row,
      parts.map(({ split, table, path, rows }) => ({
        path: `${split}/${table}.parquet`,
        split,
        table,
        hindsight: false,
        events: false,
        place: path,
        rows,
      })),
      {
        columns: columns.map((column) => ({ ...column })),
        datasheet: null,
        realism: null,
        leakAudit: null,
        commitments: null,
      },
      signal,
    );
  }

  /** Puts every file into the stores that its kind belongs to, and makes the version READY in one transaction. */
  private async keep(
    row: DatasetVersionRow,
    files: readonly VersionFile[],
    facts: VersionFacts,
    signal: AbortSignal,
  ): Promise<void> {
    await this.keeper.keep(files, signal, async (tx, kept) => {
      const identity = digest(
        canonicalJson({
          schema: 'sandbox-dataset-version/2',
          columns: facts.columns.map((column) => ({ ...column })),
          files: kept
            .map(({ path, sha256 }) => ({ path, sha256 }))
            .sort((a, b) => (a.path < b.path ? -1 : 1)),
        }),
      );
      const text = (document: Document | null): string | null =>
        document === null ? null : JSON.stringify(document);
      const [, changed] = await tx.query<[unknown[], number]>(
        `UPDATE sandbox.dataset_version
         SET state = 'READY', progress = 1, stage = NULL, digest = $2, development_commitment = $3, commitment = $4,
             columns = $5, datasheet = $6, realism = $7, leak_audit = $8, ready_at = now()
         WHERE id = $1 AND state = 'PREPARING'`,
        [
          row.id,
          identity,
          facts.commitments?.development ?? null,
          facts.commitments?.evaluation ?? null,
          JSON.stringify(facts.columns),
          text(facts.datasheet),
          text(facts.realism),
          text(facts.leakAudit),
        ],
      );
      if (changed === 0) return false;
      for (const file of kept) await record(tx, row.id, file);
      await appendAudit(tx, {
        actor: { power: 'evaluator' },
        action: 'prepareDataset',
        subject: `datasetVersion:${row.id}`,
        details: { digest: identity, commitments: facts.commitments },
      });
      return true;
    });
  }

  private async fail(id: string, code: string, message: string): Promise<void> {
    await this.database.asSystem(async (tx) => {
      const [, failed] = await tx.query<[unknown[], number]>(
        `UPDATE sandbox.dataset_version SET state = 'FAILED', stage = NULL, failure_code = $2, failure_message = $3
         WHERE id = $1 AND state = 'PREPARING'`,
        [id, code, message],
      );
      if (failed === 0) return;
      await appendAudit(tx, {
        actor: { power: 'evaluator' },
        action: 'failDataset',
        subject: `datasetVersion:${id}`,
        details: { code },
      });
    });
  }
}

async function record(tx: EntityManager, datasetVersionId: string, file: KeptFile): Promise<void> {
  const { path, split, table, sha256, bytes, rows } = file;
  const part = file.events ? 'events' : table;
  if (split !== null && (part === 'features' || part === 'events')) {
    await tx.query(
      `INSERT INTO sandbox.dataset_object (dataset_version_id, split, part, sha256, bytes, rows) VALUES ($1, $2, $3, $4, $5, $6)`,
      [datasetVersionId, split, part, sha256, bytes, rows],
    );
  }
  if (isBlind(file)) {
    await tx.query(
      `INSERT INTO sandbox.blind_object (dataset_version_id, split, part, sha256, bytes, rows) VALUES ($1, $2, $3, $4, $5, $6)`,
      [datasetVersionId, split, table, sha256, bytes, rows],
    );
  }
  if (isOpen(file)) {
    await tx.query(
      `INSERT INTO sandbox.dataset_file (dataset_version_id, path, split, table_name, sha256, bytes, rows)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [datasetVersionId, path, split, table, sha256, bytes, rows],
    );
  }
}
