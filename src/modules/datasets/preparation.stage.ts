import { Injectable } from '@nestjs/common';
import { createHash, createHmac } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { EntityManager } from 'typeorm';
import { InputError } from '../../engine/input-error.js';
import { canonicalJson, digest } from '../../engine/reporting/index.js';
import { generateDataset, parseParameters } from '../../engine/synthesis/index.js';
import { splitTable } from '../../engine/tables/index.js';
import { appendAudit } from '../../platform/database/audit-trail.js';
import { Database } from '../../platform/database/index.js';
import type { ContentStore } from '../../platform/storage/content-store.js';
import { Stores } from '../../platform/storage/stores.js';
import {
  type DatasetColumnDocument,
  DatasetObjectRow,
  DatasetVersionRow,
  type SplitName,
} from './dataset.entity.js';

/** The 256-bit secret that blind splits are drawn from. Only the evaluator reads it. */
export class BlindSecret {
  constructor(private readonly secret: Uint8Array) {}

  /** The key of a split: HMAC-SHA-256 of the secret over what is drawn. */
  splitKey(datasetVersionId: string, split: SplitName): Uint8Array {
    return createHmac('sha256', this.secret)
      .update(`sandbox split key/1 ${datasetVersionId} ${split}`)
      .digest();
  }
}

/** What a tenant may see of a split's key: nothing, until an authority has it revealed and compares. */
export function commitmentTo(splitKey: Uint8Array): string {
  return createHash('sha256').update('sandbox commitment/1 ').update(splitKey).digest('hex');
}

type Table = DatasetColumnDocument['table'];

/** A file of a version before it is in its store. */
interface Part {
  split: SplitName;
  table: Table;
  path: string;
  rows: number;
}

const NOTHING_LARGER = Number.MAX_SAFE_INTEGER;

/** The evaluator's making of a dataset version: generating it from the secret, or taking an import apart. */
@Injectable()
export class PreparationStage {
  constructor(
    private readonly database: Database,
    private readonly stores: Stores,
    private readonly secret: BlindSecret,
    private readonly scratch: string,
  ) {}

  /** Prepares a version that waits for it. Repeatable: a version that is READY or FAILED is left alone. */
  async prepare(datasetVersionId: string): Promise<void> {
    const row = await this.database.asSystem((tx) =>
      tx.findOneBy(DatasetVersionRow, { id: datasetVersionId, state: 'PREPARING' }),
    );
    if (row === null) return;
    const folder = await mkdtemp(join(this.scratch, 'dataset-'));
    try {
      await (row.source === 'GENERATED' ? this.generate(row, folder) : this.takeApart(row, folder));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      await this.fail(row.id, error.code, this.withoutPaths(row, error.message));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** The engine names files by their paths, which are nobody's business outside. */
  private withoutPaths(row: DatasetVersionRow, message: string): string {
    const { sha256 } = row.parameters as { sha256?: string };
    const named =
      sha256 === undefined ? message : message.replaceAll(this.stores.imports.path(sha256), 'The file');
    return named.replaceAll(this.scratch, '…');
  }

  /** Ends a preparation that no try is left for. */
  async giveUp(datasetVersionId: string): Promise<void> {
    await this.fail(datasetVersionId, 'PREPARATION_FAULT', 'A fault of the sandbox ended the preparation.');
  }

  private async generate(row: DatasetVersionRow, folder: string): Promise<void> {
    const { rows, set } = row.parameters as { rows: number; set: Record<string, string | number> };
    const preset = row.preset ?? '';
    const evaluation = this.secret.splitKey(row.id, 'evaluation');
    const outDir = join(folder, 'version');
    let told = 0;
    const manifest = await generateDataset({
      preset,
      parameters: parseParameters(preset, set),
      rows,
      splitKeys: { development: this.secret.splitKey(row.id, 'development'), evaluation },
      outDir,
      onProgress: (fraction: number) => {
        if (fraction - told < 0.05) return;
        told = fraction;
        void this.database.asSystem((tx) =>
          tx.update(DatasetVersionRow, { id: row.id }, { progress: fraction * 0.9 }),
        );
      },
    });
    const parts = manifest.files.flatMap((file): Part[] =>
      (file.split === 'development' || file.split === 'evaluation') && isTable(file.table)
        ? [{ split: file.split, table: file.table, path: join(outDir, file.path), rows: file.rows }]
        : [],
    );
    const datasheet = JSON.parse(await readFile(join(outDir, 'datasheet.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    await this.keep(row, parts, {
      columns: manifest.columns.map((column) => ({ ...column })),
      datasheet: { ...datasheet, seed: undefined },
      commitment: commitmentTo(evaluation),
    });
  }

  private async takeApart(row: DatasetVersionRow, folder: string): Promise<void> {
    const { sha256, evaluationFrom } = row.parameters as { sha256: string; evaluationFrom: string | null };
    const { parts, columns } = await splitTable({
      path: this.stores.imports.path(sha256),
      columns: row.columns,
      evaluationFrom,
      outDir: folder,
    });
    await this.keep(row, parts, {
      columns: columns.map((column) => ({ ...column })),
      datasheet: null,
      commitment: null,
    });
  }

  /** Puts every part into the store that its kind belongs to, and makes the version READY in one transaction. */
  private async keep(
    row: DatasetVersionRow,
    parts: readonly Part[],
    version: {
      columns: DatasetColumnDocument[];
      datasheet: Record<string, unknown> | null;
      commitment: string | null;
    },
  ): Promise<void> {
    const kept: (Part & { sha256: string; bytes: number })[] = [];
    for (const part of parts) {
      const stored = await put(this.stores[part.table], part.path);
      if (part.split === 'development') await put(this.stores.development, part.path);
      kept.push({ ...part, ...stored });
    }
    const identity = digest(
      canonicalJson({
        schema: 'sandbox-dataset-version/1',
        columns: version.columns.map((column) => ({ ...column })),
        objects: kept
          .map(({ split, table, sha256 }) => ({ split, table, sha256 }))
          .sort((a, b) => (`${a.split}/${a.table}` < `${b.split}/${b.table}` ? -1 : 1)),
      }),
    );
    await this.database.asSystem(async (tx) => {
      const [, changed] = await tx.query<[unknown[], number]>(
        `UPDATE sandbox.dataset_version
         SET state = 'READY', progress = 1, digest = $2, commitment = $3, columns = $4, datasheet = $5, ready_at = now()
         WHERE id = $1 AND state = 'PREPARING'`,
        [
          row.id,
          identity,
          version.commitment,
          JSON.stringify(version.columns),
          version.datasheet === null ? null : JSON.stringify(version.datasheet),
        ],
      );
      if (changed === 0) return;
      for (const object of kept) await record(tx, row.id, object);
      await appendAudit(tx, {
        actor: { power: 'evaluator' },
        action: 'prepareDataset',
        subject: `datasetVersion:${row.id}`,
        details: { digest: identity, commitment: version.commitment },
      });
    });
  }

  private async fail(id: string, code: string, message: string): Promise<void> {
    await this.database.asSystem(async (tx) => {
      await tx.query(
        `UPDATE sandbox.dataset_version SET state = 'FAILED', failure_code = $2, failure_message = $3
         WHERE id = $1 AND state = 'PREPARING'`,
        [id, code, message],
      );
      await appendAudit(tx, {
        actor: { power: 'evaluator' },
        action: 'failDataset',
        subject: `datasetVersion:${id}`,
        details: { code },
      });
    });
  }
}

const isTable = (table: string): table is Table => ['features', 'labels', 'protected'].includes(table);

async function put(store: ContentStore, path: string): Promise<{ sha256: string; bytes: number }> {
  const { digest: sha256, bytes } = await store.put(createReadStream(path), { maxBytes: NOTHING_LARGER });
  return { sha256, bytes };
}

async function record(
  tx: EntityManager,
  datasetVersionId: string,
  part: Part & { sha256: string; bytes: number },
): Promise<void> {
  const { split, table, sha256, bytes, rows } = part;
  const row = { datasetVersionId, split, sha256, bytes: String(bytes), rows: String(rows) };
  if (table === 'features')
    await tx.insert(DatasetObjectRow, { ...row, part: 'features', name: 'features.parquet' });
  else {
    await tx.query(
      `INSERT INTO sandbox.blind_object (dataset_version_id, split, part, sha256, bytes, rows) VALUES ($1, $2, $3, $4, $5, $6)`,
      [datasetVersionId, split, table, sha256, bytes, rows],
    );
  }
  if (split === 'development') {
    await tx.insert(DatasetObjectRow, { ...row, part: 'development', name: `${table}.parquet` });
  }
}
