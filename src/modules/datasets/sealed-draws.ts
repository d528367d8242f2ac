import { Injectable } from '@nestjs/common';
import { join } from 'node:path';
import type { EntityManager } from 'typeorm';
import { InputError } from '../../engine/input-error.js';
import { generateDataset, GENERATOR_VERSION, parseParameters } from '../../engine/synthesis/index.js';
import { appendAudit } from '../../platform/database/audit-trail.js';
import type { DatasetVersionRow } from './dataset.entity.js';
import { DatasetKeeper, isBlind, type KeptFile } from './dataset-keeper.js';
import { Scratch } from './scratch.js';
import { BlindSecret, commitmentTo } from './split-keys.js';

/** What a sealed split is drawn for. */
export interface SealedSubject {
  planId: string;
  tenantId: string;
  version: DatasetVersionRow;
  artefactSha256: string;
  planDigest: string;
}

/**
 * Draws sealed splits: the same world as the version's other splits, gone on with a key that model and plan are bound
 * to. A draw is a function of its subject, so drawing again gives the same.
 */
@Injectable()
export class SealedDraws {
  constructor(
    private readonly keeper: DatasetKeeper,
    private readonly secret: BlindSecret,
    private readonly scratch: Scratch,
    private readonly threads: number,
  ) {}

  /**
   * Draws a split and names it, with its commitment, in one transaction with what `settle` does.
   *
   * @param settle false: nobody waits for the draw any more, and nothing of it is kept
   * @throws InputError where no such split can be drawn, for example `LEAK_AUDIT_FAILED`
   */
  async draw(
    subject: SealedSubject,
    onProgress: (share: number, stage: string) => void,
    signal: AbortSignal,
    settle: (tx: EntityManager) => Promise<boolean>,
  ): Promise<void> {
    const { version, artefactSha256, planDigest } = subject;
    const { rows, set } = version.parameters as { rows: number; set: Record<string, string | number> };
    const preset = version.preset ?? '';
    if (!canBeDrawnFrom(version))
      throw new InputError('GENERATOR_CHANGED', `dataset ${version.name} was made by another generator`);
    const key = this.secret.sealedKey(version.id, artefactSha256, planDigest);
    await this.scratch.within(async (folder) => {
      const outDir = join(folder, 'sealed');
      const { files } = await generateDataset({
        preset,
        parameters: parseParameters(preset, set, rows),
        rows,
        splits: ['sealed'],
        splitKeys: {
          development: this.secret.splitKey(version.id, 'development'),
          evaluation: this.secret.splitKey(version.id, 'evaluation'),
          sealed: key,
        },
        threads: this.threads,
        outDir,
        onProgress,
        signal,
      });
      const drawn = files.flatMap((file) =>
        file.split === 'sealed'
          ? [
              {
                path: file.path,
                split: file.split,
                table: file.table,
                hindsight: file.hindsight,
                events: file.events,
                place: join(outDir, file.path),
                rows: file.rows,
              },
            ]
          : [],
      );
      if (!drawn.some(({ table, rows: count }) => table === 'features' && count > 0))
        throw new InputError('EMPTY_SPLIT', `preset ${preset}: the sealed split has no row`);
      await this.keeper.keep(drawn, signal, async (tx, kept) => {
        if (!(await settle(tx))) return false;
        await name(tx, subject, kept, commitmentTo(key));
        return true;
      });
    });
  }
}

/** Whether the generator of today would go on with the very world of a version: another one would draw another. */
export function canBeDrawnFrom({ source, datasheet }: DatasetVersionRow): boolean {
  return source === 'GENERATED' && datasheet?.['generatorVersion'] === GENERATOR_VERSION;
}

async function name(
  tx: EntityManager,
  { planId, tenantId, version, artefactSha256, planDigest }: SealedSubject,
  kept: readonly KeptFile[],
  commitment: string,
): Promise<void> {
  const features = kept.find(({ table }) => table === 'features');
  if (features === undefined) throw new Error(`the sealed split of plan ${planId} has no features`);
  const events = kept.find((file) => file.events)?.sha256 ?? null;
  const made = await tx.query<unknown[]>(
    `INSERT INTO sandbox.sealed_draw (plan_id, tenant_id, dataset_version_id, commitment, rows, features_sha256, events_sha256)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (plan_id) DO NOTHING RETURNING plan_id`,
    [planId, tenantId, version.id, commitment, features.rows, features.sha256, events],
  );
  if (made.length === 0) return;
  for (const { table, sha256, bytes, rows } of kept.filter(isBlind)) {
    await tx.query(
      `INSERT INTO sandbox.sealed_blind_object (plan_id, part, sha256, bytes, rows) VALUES ($1, $2, $3, $4, $5)`,
      [planId, table, sha256, bytes, rows],
    );
  }
  await appendAudit(tx, {
    actor: { power: 'evaluator' },
    action: 'drawSealedSplit',
    subject: `evaluationPlan:${planId}`,
    details: { datasetVersion: version.id, artefactSha256, planDigest, commitment },
  });
}
