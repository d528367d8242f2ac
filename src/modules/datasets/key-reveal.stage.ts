import { Injectable } from '@nestjs/common';
import { appendAudit } from '../../platform/database/audit-trail.js';
import { Database } from '../../platform/database/index.js';
import type { SplitName } from './dataset.entity.js';
import { BlindSecret, commitmentTo } from './split-keys.js';

interface Asked {
  dataset_version_id: string;
  split: SplitName;
  plan_id: string | null;
  commitment: string;
  plan_digest: string | null;
  artefact_sha256: string | null;
}

/** The evaluator's answer to an authority that asks for a key: it alone can compute one. */
@Injectable()
export class KeyRevealStage {
  constructor(
    private readonly database: Database,
    private readonly secret: BlindSecret,
  ) {}

  /**
   * Writes the key where authorities read it, and with it that what was drawn from it is blind no more. Repeatable.
   *
   * @throws Error where the secret does not give the key that was committed to: it is not the one of then
   */
  async reveal(revealId: string): Promise<void> {
    await this.database.asSystem(async (tx) => {
      const [asked] = await tx.query<Asked[]>(
        `SELECT k.dataset_version_id, k.split, k.plan_id, k.commitment, p.digest AS plan_digest, v.artefact_sha256
         FROM sandbox.split_key_reveal k
         LEFT JOIN sandbox.evaluation_plan p ON p.id = k.plan_id
         LEFT JOIN sandbox.model_version v ON v.id = p.model_version_id
         WHERE k.id = $1 AND k.key IS NULL AND k.failed_at IS NULL`,
        [revealId],
      );
      if (asked === undefined) return;
      const { dataset_version_id: version, split, plan_id: planId, commitment } = asked;
      const key =
        split === 'sealed'
          ? this.secret.sealedKey(version, asked.artefact_sha256 ?? '', asked.plan_digest ?? '')
          : this.secret.splitKey(version, split);
      if (commitmentTo(key) !== commitment)
        throw new Error(
          `the secret does not give the key of ${split} of dataset ${version} that was committed to`,
        );
      await tx.query(`UPDATE sandbox.split_key_reveal SET key = $2, revealed_at = now() WHERE id = $1`, [
        revealId,
        Buffer.from(key),
      ]);
      await tx.query(
        split === 'sealed'
          ? `UPDATE sandbox.sealed_draw SET revealed_at = now() WHERE plan_id = $1`
          : `UPDATE sandbox.dataset_version SET revealed_at = coalesce(revealed_at, now()) WHERE id = $1`,
        [split === 'sealed' ? planId : version],
      );
      await appendAudit(tx, {
        actor: { power: 'evaluator' },
        action: 'handOutSplitKey',
        subject: `datasetVersion:${version}`,
        details: { split, planId, commitment },
      });
    });
  }

  /** Ends a reveal that no try is left for. */
  async giveUp(revealId: string): Promise<void> {
    await this.database.asSystem((tx) =>
      tx.query(
        `UPDATE sandbox.split_key_reveal SET failed_at = now() WHERE id = $1 AND key IS NULL AND failed_at IS NULL`,
        [revealId],
      ),
    );
  }
}
