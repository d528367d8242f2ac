import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Sealed splits: drawn by the evaluator for one locked plan, so that its key is bound to model and plan. What the
 * launcher may read of a draw, what everybody may know of it, and what only the evaluator reads are kept apart by
 * columns and tables; reference models are scored on the same draw.
 */
export class SealedSplits1764300000000 implements MigrationInterface {
  name = 'SealedSplits1764300000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of UP) await queryRunner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('Sealed runs would lose what they were scored on: restore a backup instead.');
  }
}

const UP: readonly string[] = [
  `ALTER TABLE sandbox.evaluation_plan
     DROP CONSTRAINT evaluation_plan_split_check,
     ADD CONSTRAINT evaluation_plan_split_check CHECK (split IN ('development', 'evaluation', 'sealed'))`,

  `CREATE TABLE sandbox.sealed_draw (
     plan_id uuid PRIMARY KEY REFERENCES sandbox.evaluation_plan (id),
     tenant_id uuid NOT NULL REFERENCES sandbox.organisation (id),
     dataset_version_id uuid NOT NULL REFERENCES sandbox.dataset_version (id),
     commitment text NOT NULL CHECK (commitment ~ '^[0-9a-f]{64}$'),
     rows bigint NOT NULL,
     features_sha256 text NOT NULL CHECK (features_sha256 ~ '^[0-9a-f]{64}$'),
     created_at timestamptz NOT NULL DEFAULT now(),
     revealed_at timestamptz
   )`,
  `CREATE TABLE sandbox.sealed_blind_object (
     plan_id uuid NOT NULL REFERENCES sandbox.sealed_draw (plan_id),
     part text NOT NULL CHECK (part IN ('labels', 'protected', 'truth')),
     sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
     bytes bigint NOT NULL,
     rows bigint NOT NULL,
     PRIMARY KEY (plan_id, part)
   )`,
  `CREATE TABLE sandbox.run_comparison (
     run_id uuid NOT NULL REFERENCES sandbox.run (id),
     name text NOT NULL,
     attempt integer NOT NULL,
     artefact_sha256 text NOT NULL CHECK (artefact_sha256 ~ '^[0-9a-f]{64}$'),
     sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
     score_type text NOT NULL CHECK (score_type IN ('float32', 'float64')),
     PRIMARY KEY (run_id, name)
   )`,
  `ALTER TABLE sandbox.run_measurement ADD COLUMN comparison jsonb`,

  ...['sealed_draw', 'sealed_blind_object', 'run_comparison'].flatMap((table) => [
    `ALTER TABLE sandbox.${table} ENABLE ROW LEVEL SECURITY`,
    `ALTER TABLE sandbox.${table} FORCE ROW LEVEL SECURITY`,
    `CREATE POLICY ${table}_evaluator ON sandbox.${table} TO sandbox_evaluator USING (true) WITH CHECK (true)`,
  ]),
  `CREATE POLICY sealed_draw_read ON sandbox.sealed_draw FOR SELECT TO sandbox_api
     USING ((sandbox.scope() = 'tenant' AND tenant_id = sandbox.tenant()) OR sandbox.scope() IN ('operator', 'authority', 'system'))`,
  `CREATE POLICY sealed_draw_powers ON sandbox.sealed_draw FOR SELECT TO sandbox_launcher, sandbox_signer USING (true)`,
  `CREATE POLICY run_comparison_launcher ON sandbox.run_comparison TO sandbox_launcher USING (true) WITH CHECK (true)`,

  // What a draw consists of is the launcher's and the evaluator's business; that it was drawn is everybody's concerned.
  `GRANT SELECT (plan_id, tenant_id, dataset_version_id, commitment, rows, created_at, revealed_at)
     ON sandbox.sealed_draw TO sandbox_api, sandbox_signer`,
  `GRANT SELECT (plan_id, features_sha256, rows) ON sandbox.sealed_draw TO sandbox_launcher`,
  `GRANT SELECT, INSERT ON sandbox.sealed_draw, sandbox.sealed_blind_object TO sandbox_evaluator`,
  `GRANT UPDATE (revealed_at) ON sandbox.sealed_draw TO sandbox_evaluator`,
  `GRANT SELECT (id, artefact_sha256) ON sandbox.model_version TO sandbox_evaluator`,
  `GRANT SELECT (preset) ON sandbox.dataset_version TO sandbox_launcher`,
  `GRANT SELECT, INSERT ON sandbox.run_comparison TO sandbox_launcher`,
  `GRANT SELECT ON sandbox.run_comparison TO sandbox_evaluator`,
];
