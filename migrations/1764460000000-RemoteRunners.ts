import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Models that are scored at their tenant's site, and predictions that are handed in.
 *
 * `runner` is a certificate that a tenant enrolled for its site; `runner_gateway` is where such runners connect to, told
 * by the launcher that listens. `feature_release` remembers that a tenant asked for the features of a blind split: the
 * evaluator alone answers, and the tenant alone downloads what came of it.
 */
export class RemoteRunners1764460000000 implements MigrationInterface {
  readonly name = 'RemoteRunners1764460000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('Enrolments and releases would be forgotten: restore a backup instead.');
  }
}

const OWN = `(sandbox.scope() = 'tenant' AND tenant_id = sandbox.tenant())`;

/** Rows of a tenant: its own people see and write them, operators and authorities read them. */
function tenantTable(table: string): string[] {
  return [
    `ALTER TABLE sandbox.${table} ENABLE ROW LEVEL SECURITY`,
    `ALTER TABLE sandbox.${table} FORCE ROW LEVEL SECURITY`,
    `CREATE POLICY ${table}_read ON sandbox.${table} FOR SELECT TO sandbox_api
       USING (${OWN} OR sandbox.scope() IN ('operator', 'authority', 'system'))`,
    `CREATE POLICY ${table}_insert ON sandbox.${table} FOR INSERT TO sandbox_api WITH CHECK (${OWN})`,
    `CREATE POLICY ${table}_update ON sandbox.${table} FOR UPDATE TO sandbox_api USING (${OWN}) WITH CHECK (${OWN})`,
  ];
}

const UP: readonly string[] = [
  `CREATE TABLE sandbox.runner (
     id uuid PRIMARY KEY,
     tenant_id uuid NOT NULL REFERENCES sandbox.organisation (id),
     name text NOT NULL,
     fingerprint text NOT NULL UNIQUE CHECK (fingerprint ~ '^[0-9a-f]{64}$'),
     certificate text NOT NULL,
     not_before timestamptz NOT NULL,
     not_after timestamptz NOT NULL,
     enrolled_by uuid NOT NULL REFERENCES sandbox.person (id),
     created_at timestamptz NOT NULL DEFAULT now(),
     revoked_at timestamptz,
     last_seen_at timestamptz,
     version text,
     host_name text,
     run_id uuid REFERENCES sandbox.run (id)
   )`,
  `CREATE INDEX runner_tenant ON sandbox.runner (tenant_id, id)`,
  ...tenantTable('runner'),
  `CREATE POLICY runner_launcher ON sandbox.runner TO sandbox_launcher USING (true) WITH CHECK (true)`,
  `GRANT SELECT ON sandbox.runner TO sandbox_api`,
  `GRANT INSERT (id, tenant_id, name, fingerprint, certificate, not_before, not_after, enrolled_by, created_at)
     ON sandbox.runner TO sandbox_api`,
  `GRANT UPDATE (revoked_at) ON sandbox.runner TO sandbox_api`,
  // Who may connect is the tenant's to say; the launcher says what it saw.
  `GRANT SELECT (id, tenant_id, fingerprint, not_before, not_after, revoked_at, run_id) ON sandbox.runner TO sandbox_launcher`,
  `GRANT UPDATE (last_seen_at, version, host_name, run_id) ON sandbox.runner TO sandbox_launcher`,

  `CREATE TABLE sandbox.runner_gateway (
     singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
     address text NOT NULL,
     fingerprint text NOT NULL CHECK (fingerprint ~ '^[0-9a-f]{64}$'),
     protocol integer NOT NULL,
     since timestamptz NOT NULL DEFAULT now()
   )`,
  `ALTER TABLE sandbox.runner_gateway ENABLE ROW LEVEL SECURITY`,
  `ALTER TABLE sandbox.runner_gateway FORCE ROW LEVEL SECURITY`,
  `CREATE POLICY runner_gateway_read ON sandbox.runner_gateway FOR SELECT TO sandbox_api USING (sandbox.scope() IS NOT NULL)`,
  `CREATE POLICY runner_gateway_launcher ON sandbox.runner_gateway TO sandbox_launcher USING (true) WITH CHECK (true)`,
  `GRANT SELECT ON sandbox.runner_gateway TO sandbox_api`,
  `GRANT SELECT, INSERT, UPDATE ON sandbox.runner_gateway TO sandbox_launcher`,

  `CREATE TABLE sandbox.feature_release (
     id uuid PRIMARY KEY,
     tenant_id uuid NOT NULL REFERENCES sandbox.organisation (id),
     dataset_version_id uuid NOT NULL REFERENCES sandbox.dataset_version (id),
     requested_by uuid NOT NULL REFERENCES sandbox.person (id),
     reason text NOT NULL,
     sha256 text CHECK (sha256 ~ '^[0-9a-f]{64}$'),
     bytes bigint,
     rows bigint,
     created_at timestamptz NOT NULL DEFAULT now(),
     released_at timestamptz,
     failed_at timestamptz,
     CHECK ((released_at IS NULL) = (sha256 IS NULL)),
     CHECK (released_at IS NULL OR failed_at IS NULL)
   )`,
  // Asked for once by a tenant; again only where the evaluator could not answer.
  `CREATE UNIQUE INDEX feature_release_once ON sandbox.feature_release (tenant_id, dataset_version_id)
     WHERE failed_at IS NULL`,
  ...tenantTable('feature_release'),
  `CREATE POLICY feature_release_evaluator ON sandbox.feature_release TO sandbox_evaluator USING (true) WITH CHECK (true)`,
  `GRANT SELECT ON sandbox.feature_release TO sandbox_api, sandbox_evaluator`,
  // Whoever asks releases nothing.
  `GRANT INSERT (id, tenant_id, dataset_version_id, requested_by, reason, created_at) ON sandbox.feature_release TO sandbox_api`,
  `GRANT UPDATE (sha256, bytes, rows, released_at, failed_at) ON sandbox.feature_release TO sandbox_evaluator`,
];
