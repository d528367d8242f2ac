import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The first schema: one whole case from application to decision.
 *
 * Tenancy is a row's `tenant_id`; row-level security is forced on every table, and a policy speaks of two settings
 * that the application makes for each transaction: `app.scope` and `app.tenant_id`. What launches jails
 * (`sandbox_launcher`), what joins labels (`sandbox_evaluator`) and what signs (`sandbox_signer`) have grants of
 * their own: a power reads the columns that its work needs and no more.
 */
export class Foundation1763900000000 implements MigrationInterface {
  name = 'Foundation1763900000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of UP) await queryRunner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('The first migration is not undone: drop the database instead.');
  }
}

const POWERS = 'sandbox_launcher, sandbox_evaluator, sandbox_signer';

/** Rows of a tenant: its own people see and write them, operators and authorities of the sandbox read them. */
function tenantTable(table: string, options: { operatorWrites?: boolean } = {}): string[] {
  const own = `(sandbox.scope() = 'tenant' AND tenant_id = sandbox.tenant())`;
  const writers =
    options.operatorWrites === true
      ? `${own} OR sandbox.scope() IN ('operator', 'system')`
      : `${own} OR sandbox.scope() = 'system'`;
  return [
    `ALTER TABLE sandbox.${table} ENABLE ROW LEVEL SECURITY`,
    `ALTER TABLE sandbox.${table} FORCE ROW LEVEL SECURITY`,
    `CREATE POLICY ${table}_read ON sandbox.${table} FOR SELECT TO sandbox_api
       USING (${own} OR sandbox.scope() IN ('operator', 'authority', 'system'))`,
    `CREATE POLICY ${table}_insert ON sandbox.${table} FOR INSERT TO sandbox_api WITH CHECK (${writers})`,
    `CREATE POLICY ${table}_update ON sandbox.${table} FOR UPDATE TO sandbox_api USING (${writers}) WITH CHECK (${writers})`,
    `CREATE POLICY ${table}_powers ON sandbox.${table} TO ${POWERS} USING (true) WITH CHECK (true)`,
  ];
}

/** Rows that belong to no tenant: everyone with a role reads what grants allow, the named scopes write. */
function sharedTable(table: string, writers: readonly string[]): string[] {
  const may =
    writers.length === 0
      ? 'false'
      : `sandbox.scope() IN (${writers.map((scope) => `'${scope}'`).join(', ')})`;
  return [
    `ALTER TABLE sandbox.${table} ENABLE ROW LEVEL SECURITY`,
    `ALTER TABLE sandbox.${table} FORCE ROW LEVEL SECURITY`,
    `CREATE POLICY ${table}_read ON sandbox.${table} FOR SELECT TO sandbox_api USING (sandbox.scope() IS NOT NULL)`,
    `CREATE POLICY ${table}_write ON sandbox.${table} FOR INSERT TO sandbox_api WITH CHECK (${may})`,
    `CREATE POLICY ${table}_change ON sandbox.${table} FOR UPDATE TO sandbox_api
       USING (${may}) WITH CHECK (${may})`,
    `CREATE POLICY ${table}_powers ON sandbox.${table} TO ${POWERS} USING (true) WITH CHECK (true)`,
  ];
}

const UP: readonly string[] = [
  `CREATE FUNCTION sandbox.scope() RETURNS text LANGUAGE sql STABLE
     AS $$ SELECT nullif(current_setting('app.scope', true), '') $$`,
  `CREATE FUNCTION sandbox.tenant() RETURNS uuid LANGUAGE sql STABLE
     AS $$ SELECT nullif(current_setting('app.tenant_id', true), '')::uuid $$`,

  `CREATE TABLE sandbox.organisation (
     id uuid PRIMARY KEY,
     tenant_id uuid NOT NULL,
     kind text NOT NULL CHECK (kind IN ('TENANT', 'OPERATOR', 'AUTHORITY')),
     name text NOT NULL,
     run_quota integer NOT NULL DEFAULT 0 CHECK (run_quota >= 0),
     created_at timestamptz NOT NULL DEFAULT now(),
     CHECK (tenant_id = id)
   )`,
  `CREATE UNIQUE INDEX organisation_name ON sandbox.organisation (kind, lower(name))`,
  `CREATE TABLE sandbox.person (
     id uuid PRIMARY KEY,
     tenant_id uuid NOT NULL REFERENCES sandbox.organisation (id),
     name text NOT NULL,
     email text NOT NULL,
     roles text[] NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now()
   )`,
  `CREATE UNIQUE INDEX person_email ON sandbox.person (tenant_id, lower(email))`,
  `CREATE TABLE sandbox.api_token (
     id uuid PRIMARY KEY,
     tenant_id uuid NOT NULL REFERENCES sandbox.organisation (id),
     person_id uuid NOT NULL REFERENCES sandbox.person (id),
     label text NOT NULL,
     roles text[] NOT NULL,
     prefix text NOT NULL,
     hash bytea NOT NULL UNIQUE,
     single_use boolean NOT NULL DEFAULT false,
     created_at timestamptz NOT NULL DEFAULT now(),
     expires_at timestamptz NOT NULL,
     last_used_at timestamptz,
     revoked_at timestamptz
   )`,
  `CREATE INDEX api_token_person ON sandbox.api_token (person_id, id)`,
  `CREATE TABLE sandbox.application (
     id uuid PRIMARY KEY,
     organisation_name text NOT NULL,
     contact_name text NOT NULL,
     contact_email text NOT NULL,
     use_case text NOT NULL,
     summary text NOT NULL,
     sponsor text,
     state text NOT NULL DEFAULT 'SUBMITTED' CHECK (state IN ('SUBMITTED', 'ADMITTED', 'DECLINED')),
     source bytea NOT NULL,
     admitted_as uuid REFERENCES sandbox.organisation (id),
     created_at timestamptz NOT NULL DEFAULT now(),
     settled_at timestamptz
   )`,
  `CREATE INDEX application_source ON sandbox.application (source, created_at)`,

  `CREATE TABLE sandbox.model (
     id uuid PRIMARY KEY,
     tenant_id uuid NOT NULL REFERENCES sandbox.organisation (id),
     name text NOT NULL,
     purpose text NOT NULL,
     owner text NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now()
   )`,
  `CREATE UNIQUE INDEX model_name ON sandbox.model (tenant_id, lower(name))`,
  `CREATE TABLE sandbox.model_version (
     id uuid PRIMARY KEY,
     tenant_id uuid NOT NULL REFERENCES sandbox.organisation (id),
     model_id uuid NOT NULL REFERENCES sandbox.model (id),
     label text NOT NULL,
     runtime text NOT NULL CHECK (runtime IN ('ONNX')),
     artefact_sha256 text NOT NULL CHECK (artefact_sha256 ~ '^[0-9a-f]{64}$'),
     artefact_bytes bigint NOT NULL CHECK (artefact_bytes > 0),
     card jsonb,
     state text NOT NULL CHECK (state IN ('AWAITING_UPLOAD', 'INSPECTING', 'READY', 'REFUSED')),
     inspection jsonb,
     refusal_code text,
     refusal_message text,
     created_at timestamptz NOT NULL DEFAULT now()
   )`,
  `CREATE UNIQUE INDEX model_version_label ON sandbox.model_version (model_id, lower(label))`,
  `CREATE TABLE sandbox.upload (
     id uuid PRIMARY KEY,
     tenant_id uuid NOT NULL REFERENCES sandbox.organisation (id),
     secret_hash bytea NOT NULL UNIQUE,
     purpose text NOT NULL CHECK (purpose IN ('MODEL_VERSION', 'DATASET')),
     subject_id uuid NOT NULL,
     expected_sha256 text NOT NULL CHECK (expected_sha256 ~ '^[0-9a-f]{64}$'),
     expected_bytes bigint NOT NULL CHECK (expected_bytes > 0),
     created_at timestamptz NOT NULL DEFAULT now(),
     expires_at timestamptz NOT NULL,
     completed_at timestamptz
   )`,

  `CREATE TABLE sandbox.dataset_version (
     id uuid PRIMARY KEY,
     name text NOT NULL,
     source text NOT NULL CHECK (source IN ('GENERATED', 'IMPORTED')),
     preset text,
     parameters jsonb NOT NULL,
     columns jsonb NOT NULL,
     state text NOT NULL CHECK (state IN ('AWAITING_UPLOAD', 'PREPARING', 'READY', 'FAILED')),
     progress real NOT NULL DEFAULT 0,
     failure_code text,
     failure_message text,
     digest text CHECK (digest ~ '^[0-9a-f]{64}$'),
     commitment text CHECK (commitment ~ '^[0-9a-f]{64}$'),
     datasheet jsonb,
     created_at timestamptz NOT NULL DEFAULT now(),
     ready_at timestamptz
   )`,
  `CREATE TABLE sandbox.dataset_object (
     dataset_version_id uuid NOT NULL REFERENCES sandbox.dataset_version (id),
     split text NOT NULL CHECK (split IN ('development', 'evaluation')),
     part text NOT NULL CHECK (part IN ('features', 'development')),
     sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
     bytes bigint NOT NULL,
     rows bigint NOT NULL,
     name text NOT NULL,
     PRIMARY KEY (dataset_version_id, split, part, name)
   )`,
  `CREATE TABLE sandbox.blind_object (
     dataset_version_id uuid NOT NULL REFERENCES sandbox.dataset_version (id),
     split text NOT NULL CHECK (split IN ('development', 'evaluation')),
     part text NOT NULL CHECK (part IN ('labels', 'protected')),
     sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
     bytes bigint NOT NULL,
     rows bigint NOT NULL,
     PRIMARY KEY (dataset_version_id, split, part)
   )`,

  `CREATE TABLE sandbox.input_binding (
     id uuid PRIMARY KEY,
     tenant_id uuid NOT NULL REFERENCES sandbox.organisation (id),
     model_version_id uuid NOT NULL REFERENCES sandbox.model_version (id),
     dataset_version_id uuid NOT NULL REFERENCES sandbox.dataset_version (id),
     document jsonb NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now()
   )`,
  `CREATE TABLE sandbox.evaluation_plan (
     id uuid PRIMARY KEY,
     tenant_id uuid NOT NULL REFERENCES sandbox.organisation (id),
     input_binding_id uuid NOT NULL REFERENCES sandbox.input_binding (id),
     model_version_id uuid NOT NULL REFERENCES sandbox.model_version (id),
     dataset_version_id uuid NOT NULL REFERENCES sandbox.dataset_version (id),
     split text NOT NULL CHECK (split IN ('development', 'evaluation')),
     title text NOT NULL,
     document jsonb NOT NULL,
     state text NOT NULL DEFAULT 'DRAFT' CHECK (state IN ('DRAFT', 'LOCKED')),
     digest text CHECK (digest ~ '^[0-9a-f]{64}$'),
     created_at timestamptz NOT NULL DEFAULT now(),
     locked_at timestamptz,
     CHECK ((state = 'LOCKED') = (digest IS NOT NULL AND locked_at IS NOT NULL))
   )`,
  // A locked plan is immutable whoever asks: also for a role that could otherwise update the row.
  `CREATE FUNCTION sandbox.refuse_locked_plan() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     IF OLD.state = 'LOCKED' THEN
       RAISE EXCEPTION 'evaluation plan % is locked', OLD.id USING ERRCODE = 'integrity_constraint_violation';
     END IF;
     RETURN NEW;
   END $$`,
  `CREATE TRIGGER evaluation_plan_locked BEFORE UPDATE OR DELETE ON sandbox.evaluation_plan
     FOR EACH ROW EXECUTE FUNCTION sandbox.refuse_locked_plan()`,

  `CREATE TABLE sandbox.run (
     id uuid PRIMARY KEY,
     tenant_id uuid NOT NULL REFERENCES sandbox.organisation (id),
     plan_id uuid NOT NULL REFERENCES sandbox.evaluation_plan (id),
     model_version_id uuid NOT NULL REFERENCES sandbox.model_version (id),
     dataset_version_id uuid NOT NULL REFERENCES sandbox.dataset_version (id),
     started_by uuid NOT NULL REFERENCES sandbox.person (id),
     state text NOT NULL CHECK (state IN
       ('QUEUED', 'STAGING', 'SCORING', 'MEASURING', 'SEALING', 'SUCCEEDED', 'FAILED', 'ERRORED', 'LIMIT_EXCEEDED', 'CANCELLED')),
     attempt integer NOT NULL DEFAULT 0,
     progress real NOT NULL DEFAULT 0,
     reason_code text,
     reason text,
     created_at timestamptz NOT NULL DEFAULT now(),
     started_at timestamptz,
     finished_at timestamptz,
     CHECK ((finished_at IS NOT NULL) = (state IN ('SUCCEEDED', 'FAILED', 'ERRORED', 'LIMIT_EXCEEDED', 'CANCELLED')))
   )`,
  `CREATE INDEX run_tenant ON sandbox.run (tenant_id, id)`,
  `CREATE TABLE sandbox.run_score (
     run_id uuid PRIMARY KEY REFERENCES sandbox.run (id),
     attempt integer NOT NULL,
     sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
     rows bigint NOT NULL,
     execution jsonb NOT NULL,
     environment jsonb NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now()
   )`,
  `CREATE TABLE sandbox.run_measurement (
     run_id uuid PRIMARY KEY REFERENCES sandbox.run (id),
     attempt integer NOT NULL,
     measurement jsonb NOT NULL,
     verdicts jsonb NOT NULL,
     execution jsonb NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now()
   )`,
  `CREATE TABLE sandbox.report (
     id uuid PRIMARY KEY,
     tenant_id uuid NOT NULL REFERENCES sandbox.organisation (id),
     run_id uuid NOT NULL UNIQUE REFERENCES sandbox.run (id),
     digest text NOT NULL UNIQUE CHECK (digest ~ '^[0-9a-f]{64}$'),
     evidence_digest text NOT NULL CHECK (evidence_digest ~ '^[0-9a-f]{64}$'),
     envelope_digest text NOT NULL CHECK (envelope_digest ~ '^[0-9a-f]{64}$'),
     html_digest text NOT NULL CHECK (html_digest ~ '^[0-9a-f]{64}$'),
     tenant_digest text NOT NULL CHECK (tenant_digest ~ '^[0-9a-f]{64}$'),
     tenant_html_digest text NOT NULL CHECK (tenant_html_digest ~ '^[0-9a-f]{64}$'),
     key_id text NOT NULL,
     verdicts jsonb NOT NULL,
     tenant_verdicts jsonb NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now()
   )`,

  `CREATE TABLE sandbox.review (
     id uuid PRIMARY KEY,
     tenant_id uuid NOT NULL REFERENCES sandbox.organisation (id),
     report_id uuid NOT NULL REFERENCES sandbox.report (id),
     authority_id uuid NOT NULL REFERENCES sandbox.organisation (id),
     authority text NOT NULL,
     opened_by uuid NOT NULL REFERENCES sandbox.person (id),
     report_digest text NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now(),
     UNIQUE (report_id, authority_id)
   )`,
  `CREATE TABLE sandbox.decision (
     id uuid PRIMARY KEY,
     tenant_id uuid NOT NULL REFERENCES sandbox.organisation (id),
     review_id uuid NOT NULL REFERENCES sandbox.review (id),
     authority_id uuid NOT NULL REFERENCES sandbox.organisation (id),
     outcome text NOT NULL CHECK (outcome IN ('APPROVED', 'APPROVED_WITH_CONDITIONS', 'DECLINED')),
     scope text NOT NULL,
     reason text NOT NULL,
     conditions jsonb NOT NULL DEFAULT '[]',
     expires_at timestamptz,
     state text NOT NULL DEFAULT 'PROPOSED' CHECK (state IN ('PROPOSED', 'CONFIRMED')),
     proposed_by uuid NOT NULL REFERENCES sandbox.person (id),
     confirmed_by uuid REFERENCES sandbox.person (id),
     created_at timestamptz NOT NULL DEFAULT now(),
     confirmed_at timestamptz,
     CHECK (confirmed_by IS NULL OR confirmed_by <> proposed_by),
     CHECK ((state = 'CONFIRMED') = (confirmed_by IS NOT NULL AND confirmed_at IS NOT NULL))
   )`,
  `CREATE UNIQUE INDEX decision_open ON sandbox.decision (review_id) WHERE state = 'PROPOSED'`,
  `CREATE UNIQUE INDEX decision_final ON sandbox.decision (review_id) WHERE state = 'CONFIRMED'`,

  `CREATE TABLE sandbox.audit_event (
     sequence bigint PRIMARY KEY,
     at timestamptz NOT NULL,
     actor jsonb NOT NULL,
     action text NOT NULL,
     subject text NOT NULL,
     details jsonb NOT NULL,
     previous_hash bytea NOT NULL,
     hash bytea NOT NULL UNIQUE
   )`,
  `CREATE FUNCTION sandbox.refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     RAISE EXCEPTION 'audit events are append-only' USING ERRCODE = 'integrity_constraint_violation';
   END $$`,
  `CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE ON sandbox.audit_event
     FOR EACH ROW EXECUTE FUNCTION sandbox.refuse_audit_change()`,
  `CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON sandbox.audit_event
     FOR EACH STATEMENT EXECUTE FUNCTION sandbox.refuse_audit_change()`,

  // Every change of a run is told to whoever listens: this feeds the GraphQL subscription on every API process.
  `CREATE FUNCTION sandbox.tell_run_change() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     PERFORM pg_notify('sandbox_run', NEW.id::text);
     RETURN NULL;
   END $$`,
  `CREATE TRIGGER run_told AFTER INSERT OR UPDATE ON sandbox.run
     FOR EACH ROW EXECUTE FUNCTION sandbox.tell_run_change()`,

  ...tenantTable('organisation', { operatorWrites: true }),
  ...tenantTable('person', { operatorWrites: true }),
  ...tenantTable('api_token', { operatorWrites: true }),
  ...tenantTable('model'),
  ...tenantTable('model_version'),
  ...tenantTable('upload', { operatorWrites: true }),
  ...tenantTable('input_binding'),
  ...tenantTable('evaluation_plan'),
  ...tenantTable('run'),
  ...tenantTable('report'),
  ...sharedTable('application', ['operator', 'system']),
  ...sharedTable('dataset_version', ['operator', 'system']),
  ...sharedTable('dataset_object', []),

  // Applications are for the operator's eyes: a tenant has no business in the round's other applicants.
  `DROP POLICY application_read ON sandbox.application`,
  `CREATE POLICY application_read ON sandbox.application FOR SELECT TO sandbox_api USING (sandbox.scope() IN ('operator', 'system'))`,

  // Blind objects: no policy for the API at all, only the evaluator's.
  `ALTER TABLE sandbox.blind_object ENABLE ROW LEVEL SECURITY`,
  `ALTER TABLE sandbox.blind_object FORCE ROW LEVEL SECURITY`,
  `CREATE POLICY blind_object_evaluator ON sandbox.blind_object TO sandbox_evaluator USING (true) WITH CHECK (true)`,

  ...['run_score', 'run_measurement'].flatMap((table) => [
    `ALTER TABLE sandbox.${table} ENABLE ROW LEVEL SECURITY`,
    `ALTER TABLE sandbox.${table} FORCE ROW LEVEL SECURITY`,
    `CREATE POLICY ${table}_powers ON sandbox.${table} TO ${POWERS} USING (true) WITH CHECK (true)`,
  ]),

  // Reviews and decisions: an authority writes its own, the tenant concerned and the others read them.
  ...['review', 'decision'].flatMap((table) => [
    `ALTER TABLE sandbox.${table} ENABLE ROW LEVEL SECURITY`,
    `ALTER TABLE sandbox.${table} FORCE ROW LEVEL SECURITY`,
    `CREATE POLICY ${table}_read ON sandbox.${table} FOR SELECT TO sandbox_api
       USING ((sandbox.scope() = 'tenant' AND tenant_id = sandbox.tenant()) OR sandbox.scope() IN ('operator', 'authority', 'system'))`,
    `CREATE POLICY ${table}_insert ON sandbox.${table} FOR INSERT TO sandbox_api
       WITH CHECK (sandbox.scope() = 'authority' AND authority_id = sandbox.tenant())`,
    `CREATE POLICY ${table}_update ON sandbox.${table} FOR UPDATE TO sandbox_api
       USING (sandbox.scope() = 'authority' AND authority_id = sandbox.tenant())
       WITH CHECK (sandbox.scope() = 'authority' AND authority_id = sandbox.tenant())`,
  ]),

  `ALTER TABLE sandbox.audit_event ENABLE ROW LEVEL SECURITY`,
  `ALTER TABLE sandbox.audit_event FORCE ROW LEVEL SECURITY`,
  // Whoever appends has to read the last event; outside of a transaction of ours nobody reads any.
  `CREATE POLICY audit_event_read ON sandbox.audit_event FOR SELECT TO sandbox_api, ${POWERS}
     USING (sandbox.scope() IS NOT NULL)`,
  `CREATE POLICY audit_event_append ON sandbox.audit_event FOR INSERT TO sandbox_api, ${POWERS} WITH CHECK (true)`,

  `GRANT USAGE ON SCHEMA sandbox TO sandbox_api, ${POWERS}`,
  `GRANT SELECT, INSERT ON sandbox.audit_event TO sandbox_api, ${POWERS}`,
  `GRANT SELECT, INSERT, UPDATE ON sandbox.organisation, sandbox.person, sandbox.api_token, sandbox.application,
     sandbox.model, sandbox.model_version, sandbox.upload, sandbox.dataset_version, sandbox.evaluation_plan,
     sandbox.run, sandbox.review, sandbox.decision TO sandbox_api`,
  `GRANT SELECT, INSERT ON sandbox.input_binding TO sandbox_api`,
  `GRANT SELECT ON sandbox.dataset_object, sandbox.report TO sandbox_api`,

  // The launcher: what it stages and scores, and the run's own state.
  `GRANT SELECT ON sandbox.evaluation_plan, sandbox.input_binding, sandbox.dataset_object, sandbox.run TO sandbox_launcher`,
  `GRANT SELECT (id, tenant_id, model_id, runtime, artefact_sha256, artefact_bytes, state, inspection) ON sandbox.model_version TO sandbox_launcher`,
  `GRANT SELECT (id, state, columns) ON sandbox.dataset_version TO sandbox_launcher`,
  `GRANT UPDATE (state, inspection, refusal_code, refusal_message) ON sandbox.model_version TO sandbox_launcher`,
  `GRANT SELECT, INSERT ON sandbox.run_score TO sandbox_launcher`,
  `GRANT UPDATE (state, attempt, progress, reason_code, reason, started_at, finished_at) ON sandbox.run TO ${POWERS}`,

  // The evaluator: labels, protected attributes, scores, and what it measures.
  `GRANT SELECT ON sandbox.evaluation_plan, sandbox.run, sandbox.run_score, sandbox.dataset_version, sandbox.dataset_object, sandbox.upload TO sandbox_evaluator`,
  `GRANT INSERT ON sandbox.dataset_object TO sandbox_evaluator`,
  `GRANT SELECT, INSERT ON sandbox.blind_object, sandbox.run_measurement TO sandbox_evaluator`,
  `GRANT UPDATE (state, progress, failure_code, failure_message, digest, commitment, datasheet, columns, ready_at) ON sandbox.dataset_version TO sandbox_evaluator`,

  // The signer: everything a report states, and nothing that a label could be read from.
  `GRANT SELECT ON sandbox.organisation, sandbox.person, sandbox.model, sandbox.model_version, sandbox.dataset_version,
     sandbox.dataset_object, sandbox.input_binding, sandbox.evaluation_plan, sandbox.run, sandbox.run_score, sandbox.run_measurement TO sandbox_signer`,
  `GRANT SELECT, INSERT ON sandbox.report TO sandbox_signer`,
];
