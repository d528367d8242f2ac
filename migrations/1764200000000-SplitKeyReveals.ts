import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Keys of blind splits that an authority had revealed. The evaluator alone writes a key, authorities alone read it, and
 * a version whose key is out says so to everybody: nothing is evaluated on it any more.
 */
export class SplitKeyReveals1764200000000 implements MigrationInterface {
  name = 'SplitKeyReveals1764200000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of UP) await queryRunner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('What has been revealed stays revealed: restore a backup instead.');
  }
}

const UP: readonly string[] = [
  `ALTER TABLE sandbox.dataset_version ADD COLUMN revealed_at timestamptz`,
  `GRANT UPDATE (revealed_at) ON sandbox.dataset_version TO sandbox_evaluator`,

  `CREATE TABLE sandbox.split_key_reveal (
     id uuid PRIMARY KEY,
     dataset_version_id uuid NOT NULL REFERENCES sandbox.dataset_version (id),
     split text NOT NULL CHECK (split IN ('development', 'evaluation', 'sealed')),
     plan_id uuid REFERENCES sandbox.evaluation_plan (id),
     authority_id uuid NOT NULL REFERENCES sandbox.organisation (id),
     requested_by uuid NOT NULL REFERENCES sandbox.person (id),
     reason text NOT NULL,
     commitment text NOT NULL CHECK (commitment ~ '^[0-9a-f]{64}$'),
     key bytea CHECK (octet_length(key) = 32),
     created_at timestamptz NOT NULL DEFAULT now(),
     revealed_at timestamptz,
     failed_at timestamptz,
     CHECK ((split = 'sealed') = (plan_id IS NOT NULL)),
     CHECK ((key IS NULL) = (revealed_at IS NULL)),
     CHECK (revealed_at IS NULL OR failed_at IS NULL)
   )`,
  // Asked for once, by whichever authority; again only where the evaluator could not answer.
  `CREATE UNIQUE INDEX split_key_reveal_once ON sandbox.split_key_reveal (dataset_version_id, split, plan_id)
     NULLS NOT DISTINCT WHERE failed_at IS NULL`,

  `ALTER TABLE sandbox.split_key_reveal ENABLE ROW LEVEL SECURITY`,
  `ALTER TABLE sandbox.split_key_reveal FORCE ROW LEVEL SECURITY`,
  `CREATE POLICY split_key_reveal_read ON sandbox.split_key_reveal FOR SELECT TO sandbox_api
     USING (sandbox.scope() = 'authority')`,
  `CREATE POLICY split_key_reveal_ask ON sandbox.split_key_reveal FOR INSERT TO sandbox_api
     WITH CHECK (sandbox.scope() = 'authority' AND authority_id = sandbox.tenant())`,
  `CREATE POLICY split_key_reveal_evaluator ON sandbox.split_key_reveal TO sandbox_evaluator USING (true) WITH CHECK (true)`,
  `GRANT SELECT ON sandbox.split_key_reveal TO sandbox_api, sandbox_evaluator`,
  // Whoever asks writes no key.
  `GRANT INSERT (id, dataset_version_id, split, plan_id, authority_id, requested_by, reason, commitment, created_at)
     ON sandbox.split_key_reveal TO sandbox_api`,
  `GRANT UPDATE (key, revealed_at, failed_at) ON sandbox.split_key_reveal TO sandbox_evaluator`,
];
