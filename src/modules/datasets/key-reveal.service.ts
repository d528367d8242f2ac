import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v7 as uuid, validate as isUuid } from 'uuid';
import { appendAudit } from '../../platform/database/audit-trail.js';
import { Database } from '../../platform/database/index.js';
import { notFound } from '../../platform/graphql/errors.js';
import { JobQueue } from '../../platform/jobs/index.js';
import type { Actor } from '../identity/index.js';
import { type DatasetVersionRow, SealedDrawRow } from './dataset.entity.js';
import { findDatasetVersion } from './dataset.service.js';
import { Split } from './dataset.type.js';
import { SplitKeyRevealRow } from './key-reveal.entity.js';
import { NoSplitKey, RevealSplitKeyInput, RevealState, SplitKeyReveal } from './key-reveal.type.js';

const HOW_TO_CHECK =
  'SHA-256 of the text "sandbox commitment/1 ", its last space included, followed by the 32 bytes of the key must be ' +
  'the commitment: { printf "sandbox commitment/1 "; printf KEY | xxd -r -p; } | sha256sum. With the keys of its ' +
  'splits, and the version’s preset, parameters and rows, the same version of the generator gives the same files: ' +
  'sandbox generate PRESET --rows N --set NAME=VALUE --split-key development=KEY,evaluation=KEY --out DIR.';

/** What authorities ask of the secret draws. The API never holds the secret: it asks the evaluator. */
@Injectable()
export class KeyRevealService {
  constructor(
    private readonly database: Database,
    private readonly jobs: JobQueue,
  ) {}

  /** Asks the evaluator for a split's key. A key that was asked for already is not asked for again. */
  async reveal(actor: Actor, input: RevealSplitKeyInput): Promise<SplitKeyReveal | NoSplitKey> {
    const planId = input.planId ?? null;
    return this.database.within(actor, async (tx) => {
      const version = await findDatasetVersion(tx, input.datasetVersionId);
      if (version === null) throw notFound('DatasetVersion');
      const commitment = await commitmentOf(tx, version, input.split, planId);
      if (commitment instanceof NoSplitKey) return commitment;
      const id = uuid();
      const [inserted] = await tx.query<{ id: string }[]>(
        `INSERT INTO sandbox.split_key_reveal
           (id, dataset_version_id, split, plan_id, authority_id, requested_by, reason, commitment, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now()) ON CONFLICT DO NOTHING RETURNING id`,
        [id, version.id, input.split, planId, actor.organisationId, actor.personId, input.reason, commitment],
      );
      const reveals = await tx
        .createQueryBuilder(SplitKeyRevealRow, 'reveal')
        .where('reveal.datasetVersionId = :id AND reveal.split = :split', {
          id: version.id,
          split: input.split,
        })
        .andWhere('reveal.planId IS NOT DISTINCT FROM :planId', { planId })
        .getMany();
      const row = reveals.find(({ failedAt }) => failedAt === null);
      if (row === undefined) throw new Error('the reveal that was asked for is not there');
      if (inserted !== undefined) {
        await this.jobs.send(tx, 'reveal', { revealId: id });
        await appendAudit(tx, {
          actor,
          action: 'revealSplitKey',
          subject: `datasetVersion:${version.id}`,
          details: { split: input.split, planId, reason: input.reason, commitment },
        });
      }
      return toReveal(row);
    });
  }

  async reveals(actor: Actor, datasetVersionId: string): Promise<SplitKeyReveal[]> {
    return this.database.within(actor, async (tx) => {
      if ((await findDatasetVersion(tx, datasetVersionId)) === null) throw notFound('DatasetVersion');
      const rows = await tx.find(SplitKeyRevealRow, { where: { datasetVersionId }, order: { id: 'ASC' } });
      return rows.map(toReveal);
    });
  }
}

async function commitmentOf(
  tx: EntityManager,
  version: DatasetVersionRow,
  split: Split,
  planId: string | null,
): Promise<string | NoSplitKey> {
  if ((split === Split.SEALED) !== (planId !== null)) {
    return new NoSplitKey(
      'NO_SPLIT_KEY',
      'A sealed split is named by its plan, and no other split is: give planId with SEALED only.',
    );
  }
  if (split === Split.SEALED) {
    const draw = isUuid(planId)
      ? await tx.findOneBy(SealedDrawRow, { planId: planId ?? '', datasetVersionId: version.id })
      : null;
    return (
      draw?.commitment ??
      new NoSplitKey('NO_SPLIT_KEY', 'No sealed split of this dataset has been drawn for that plan.')
    );
  }
  const commitment = split === Split.DEVELOPMENT ? version.developmentCommitment : version.commitment;
  return (
    commitment ??
    new NoSplitKey(
      'NO_SPLIT_KEY',
      `Dataset ${version.name} is ${version.source === 'IMPORTED' ? 'an import' : version.state}: there is no key to reveal.`,
    )
  );
}

function toReveal(row: SplitKeyRevealRow): SplitKeyReveal {
  return Object.assign(new SplitKeyReveal(), {
    id: row.id,
    split: row.split as Split,
    planId: row.planId,
    state:
      row.key !== null
        ? RevealState.REVEALED
        : row.failedAt !== null
          ? RevealState.FAILED
          : RevealState.REQUESTED,
    commitment: row.commitment,
    key: row.key?.toString('hex') ?? null,
    howToCheck: HOW_TO_CHECK,
    reason: row.reason,
    requestedAt: row.createdAt,
    revealedAt: row.revealedAt,
  });
}
