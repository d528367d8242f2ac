import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The two feeds, and the memory of blindness.
 *
 * A split keeps its raw events beside its features, for models that are fed in time order: the launcher's to read, like
 * features. `blindness_exposure` remembers what of a blind split was sent outside, to whom and by which tier: what was
 * once sent is blind for that tenant no more. It is append-only.
 */
export class FeedsAndExposures1764440000000 implements MigrationInterface {
  name = 'FeedsAndExposures1764440000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of UP) await queryRunner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('What was sent outside would be forgotten: restore a backup instead.');
  }
}

const POWERS = 'sandbox_launcher, sandbox_evaluator, sandbox_signer';

const UP: readonly string[] = [
  `ALTER TABLE sandbox.dataset_object
     ADD COLUMN part text NOT NULL DEFAULT 'features' CHECK (part IN ('features', 'events')),
     DROP CONSTRAINT dataset_object_pkey,
     ADD PRIMARY KEY (dataset_version_id, split, part)`,
  `ALTER TABLE sandbox.dataset_object ALTER COLUMN part DROP DEFAULT`,
  `ALTER TABLE sandbox.sealed_draw ADD COLUMN events_sha256 text CHECK (events_sha256 ~ '^[0-9a-f]{64}$')`,
  `GRANT SELECT (events_sha256) ON sandbox.sealed_draw TO sandbox_launcher`,

  `CREATE TABLE sandbox.blindness_exposure (
     id uuid PRIMARY KEY,
     tenant_id uuid NOT NULL REFERENCES sandbox.organisation (id),
     dataset_version_id uuid NOT NULL REFERENCES sandbox.dataset_version (id),
     split text NOT NULL CHECK (split IN ('evaluation', 'sealed')),
     plan_id uuid REFERENCES sandbox.evaluation_plan (id),
     tier text NOT NULL CHECK (tier IN ('B', 'C', 'D')),
     run_id uuid REFERENCES sandbox.run (id),
     what text NOT NULL CHECK (what IN ('features', 'events')),
     at timestamptz NOT NULL DEFAULT now(),
     CHECK ((split = 'sealed') = (plan_id IS NOT NULL))
   )`,
  `CREATE UNIQUE INDEX blindness_exposure_once
     ON sandbox.blindness_exposure (tenant_id, dataset_version_id, split, plan_id, tier, run_id) NULLS NOT DISTINCT`,
  `CREATE FUNCTION sandbox.refuse_exposure_change() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     RAISE EXCEPTION 'exposures are append-only' USING ERRCODE = 'integrity_constraint_violation';
   END $$`,
  `CREATE TRIGGER blindness_exposure_append_only BEFORE UPDATE OR DELETE ON sandbox.blindness_exposure
     FOR EACH ROW EXECUTE FUNCTION sandbox.refuse_exposure_change()`,
  `CREATE TRIGGER blindness_exposure_no_truncate BEFORE TRUNCATE ON sandbox.blindness_exposure
     FOR EACH STATEMENT EXECUTE FUNCTION sandbox.refuse_exposure_change()`,

  `ALTER TABLE sandbox.blindness_exposure ENABLE ROW LEVEL SECURITY`,
  `ALTER TABLE sandbox.blindness_exposure FORCE ROW LEVEL SECURITY`,
  `CREATE POLICY blindness_exposure_read ON sandbox.blindness_exposure FOR SELECT TO sandbox_api
     USING ((sandbox.scope() = 'tenant' AND tenant_id = sandbox.tenant()) OR sandbox.scope() IN ('operator', 'authority', 'system'))`,
  `CREATE POLICY blindness_exposure_write ON sandbox.blindness_exposure FOR INSERT TO sandbox_api
     WITH CHECK ((sandbox.scope() = 'tenant' AND tenant_id = sandbox.tenant()) OR sandbox.scope() = 'system')`,
  `CREATE POLICY blindness_exposure_powers ON sandbox.blindness_exposure TO ${POWERS} USING (true) WITH CHECK (true)`,
  // Whatever hands blind rows out remembers it; the signer reads what a report has to say.
  `GRANT SELECT, INSERT ON sandbox.blindness_exposure TO sandbox_api, sandbox_launcher, sandbox_evaluator`,
  `GRANT SELECT ON sandbox.blindness_exposure TO sandbox_signer`,
];
