import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What authorities require of plans, what a plan is likely to come to, and who may look at a sealed split again.
 *
 * `criteria_pack` is append-only but for its withdrawal: a plan was locked against one and names its digest.
 * `plan_forecast` is what the evaluator told from a preflight. `sealed_run_grant` is an authority's leave to score a model
 * on a sealed split once more.
 */
export class PlansAndLooks1764500000000 implements MigrationInterface {
  readonly name = 'PlansAndLooks1764500000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('What plans were locked against would be lost: restore a backup instead.');
  }
}

const OWN = `(sandbox.scope() = 'tenant' AND tenant_id = sandbox.tenant())`;
const DIGEST = `CHECK (digest ~ '^[0-9a-f]{64}$')`;

/** Rows of an authority that everybody with a token reads, and it alone writes. */
function authorityTable(table: string, readers: string): string[] {
  return [
    `ALTER TABLE sandbox.${table} ENABLE ROW LEVEL SECURITY`,
    `ALTER TABLE sandbox.${table} FORCE ROW LEVEL SECURITY`,
    `CREATE POLICY ${table}_read ON sandbox.${table} FOR SELECT TO sandbox_api USING (${readers})`,
    `CREATE POLICY ${table}_insert ON sandbox.${table} FOR INSERT TO sandbox_api
       WITH CHECK (sandbox.scope() = 'authority' AND authority_id = sandbox.tenant())`,
  ];
}

const UP: readonly string[] = [
  `ALTER TABLE sandbox.organisation ADD COLUMN cohort text CHECK (length(cohort) BETWEEN 1 AND 200)`,

  `CREATE TABLE sandbox.criteria_pack (
     id uuid PRIMARY KEY,
     authority_id uuid NOT NULL REFERENCES sandbox.organisation (id),
     authority text NOT NULL,
     use_case text NOT NULL CHECK (use_case IN ('FRAUD', 'LAUNDERING', 'CREDIT')),
     cohort text CHECK (length(cohort) BETWEEN 1 AND 200),
     version integer NOT NULL CHECK (version > 0),
     document jsonb NOT NULL,
     digest text NOT NULL ${DIGEST},
     published_by uuid NOT NULL REFERENCES sandbox.person (id),
     created_at timestamptz NOT NULL DEFAULT now(),
     withdrawn_at timestamptz
   )`,
  `CREATE UNIQUE INDEX criteria_pack_version
     ON sandbox.criteria_pack (authority_id, use_case, cohort, version) NULLS NOT DISTINCT`,
  `CREATE INDEX criteria_pack_for ON sandbox.criteria_pack (use_case) WHERE withdrawn_at IS NULL`,
  ...authorityTable('criteria_pack', 'sandbox.scope() IS NOT NULL'),
  `CREATE POLICY criteria_pack_withdraw ON sandbox.criteria_pack FOR UPDATE TO sandbox_api
     USING (sandbox.scope() = 'authority' AND authority_id = sandbox.tenant())
     WITH CHECK (sandbox.scope() = 'authority' AND authority_id = sandbox.tenant())`,
  `GRANT SELECT, INSERT ON sandbox.criteria_pack TO sandbox_api`,
  `GRANT UPDATE (withdrawn_at) ON sandbox.criteria_pack TO sandbox_api`,

  // The packs that a plan was locked against, and the plan that a preflight is of.
  `ALTER TABLE sandbox.evaluation_plan
     ADD COLUMN packs jsonb,
     ADD COLUMN preflight_of uuid REFERENCES sandbox.evaluation_plan (id),
     ADD CONSTRAINT evaluation_plan_preflight CHECK (preflight_of IS NULL OR (split = 'development' AND state = 'LOCKED'))`,
  `CREATE INDEX evaluation_plan_preflights ON sandbox.evaluation_plan (preflight_of) WHERE preflight_of IS NOT NULL`,

  `CREATE TABLE sandbox.plan_forecast (
     run_id uuid PRIMARY KEY REFERENCES sandbox.run (id),
     plan_id uuid NOT NULL REFERENCES sandbox.evaluation_plan (id),
     tenant_id uuid NOT NULL REFERENCES sandbox.organisation (id),
     rows bigint NOT NULL CHECK (rows > 0),
     plan_digest text NOT NULL CHECK (plan_digest ~ '^[0-9a-f]{64}$'),
     criteria jsonb NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now()
   )`,
  `CREATE INDEX plan_forecast_newest ON sandbox.plan_forecast (plan_id, created_at DESC)`,
  `ALTER TABLE sandbox.plan_forecast ENABLE ROW LEVEL SECURITY`,
  `ALTER TABLE sandbox.plan_forecast FORCE ROW LEVEL SECURITY`,
  `CREATE POLICY plan_forecast_read ON sandbox.plan_forecast FOR SELECT TO sandbox_api
     USING (${OWN} OR sandbox.scope() IN ('operator', 'authority', 'system'))`,
  `CREATE POLICY plan_forecast_evaluator ON sandbox.plan_forecast TO sandbox_evaluator USING (true) WITH CHECK (true)`,
  `GRANT SELECT ON sandbox.plan_forecast TO sandbox_api`,
  `GRANT SELECT, INSERT ON sandbox.plan_forecast TO sandbox_evaluator`,

  `CREATE TABLE sandbox.sealed_run_grant (
     id uuid PRIMARY KEY,
     tenant_id uuid NOT NULL REFERENCES sandbox.organisation (id),
     model_id uuid NOT NULL REFERENCES sandbox.model (id),
     authority_id uuid NOT NULL REFERENCES sandbox.organisation (id),
     authority text NOT NULL,
     granted_by uuid NOT NULL REFERENCES sandbox.person (id),
     reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
     created_at timestamptz NOT NULL DEFAULT now()
   )`,
  `CREATE INDEX sealed_run_grant_model ON sandbox.sealed_run_grant (model_id)`,
  ...authorityTable('sealed_run_grant', `${OWN} OR sandbox.scope() IN ('operator', 'authority', 'system')`),
  `GRANT SELECT, INSERT ON sandbox.sealed_run_grant TO sandbox_api`,
  `GRANT SELECT ON sandbox.sealed_run_grant TO sandbox_signer`,
  `CREATE POLICY sealed_run_grant_signer ON sandbox.sealed_run_grant FOR SELECT TO sandbox_signer USING (true)`,
];
