import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The queue of runs that wait for a slot, the launchers that have slots, the attempts that held one and what they used,
 * the faults of ours, and what a run's log says.
 *
 * Which run is next is decided here and not by the job queue: fairness among tenants has to be exact over several
 * launchers, and quick with a hundred thousand runs waiting.
 */
export class JobEngine1764450000000 implements MigrationInterface {
  readonly name = 'JobEngine1764450000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of UP) await queryRunner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('Logs and the use of compute would be lost: restore a backup instead.');
  }
}

const POWERS = 'sandbox_launcher, sandbox_evaluator, sandbox_signer';
const OWN = `(sandbox.scope() = 'tenant' AND tenant_id = sandbox.tenant())`;

const UP: readonly string[] = [
  `ALTER TABLE sandbox.run
     ADD COLUMN entered_at timestamptz NOT NULL DEFAULT now(),
     ADD COLUMN log_lines integer NOT NULL DEFAULT 0,
     ADD COLUMN model_lines integer NOT NULL DEFAULT 0,
     ADD COLUMN model_bytes integer NOT NULL DEFAULT 0,
     ADD COLUMN model_dropped bigint NOT NULL DEFAULT 0`,
  `CREATE INDEX run_unfinished ON sandbox.run (state, entered_at) WHERE finished_at IS NULL`,
  `GRANT UPDATE (entered_at, log_lines, model_lines, model_bytes, model_dropped) ON sandbox.run TO ${POWERS}`,

  `CREATE TABLE sandbox.launcher (
     id uuid PRIMARY KEY,
     host text NOT NULL,
     lane text NOT NULL CHECK (lane IN ('jail', 'remote')),
     slots integer NOT NULL CHECK (slots > 0),
     draining boolean NOT NULL DEFAULT false,
     started_at timestamptz NOT NULL DEFAULT now(),
     seen_at timestamptz NOT NULL DEFAULT now()
   )`,

  // One row a run that waits for a slot. A run that waits out a back-off is held, and keeps its place in its tenant's row.
  `CREATE TABLE sandbox.run_queue (
     run_id uuid PRIMARY KEY REFERENCES sandbox.run (id),
     tenant_id uuid NOT NULL REFERENCES sandbox.organisation (id),
     lane text NOT NULL CHECK (lane IN ('jail', 'remote')),
     priority smallint NOT NULL DEFAULT 0,
     queued_at timestamptz NOT NULL DEFAULT clock_timestamp(),
     held_until timestamptz
   )`,
  // Finds the next run of a tenant, and the next tenant, without looking at the rest of either's.
  `CREATE INDEX run_queue_next ON sandbox.run_queue (lane, tenant_id, priority DESC, queued_at, run_id) WHERE held_until IS NULL`,
  `CREATE INDEX run_queue_held ON sandbox.run_queue (held_until) WHERE held_until IS NOT NULL`,

  `CREATE TABLE sandbox.run_attempt (
     run_id uuid NOT NULL REFERENCES sandbox.run (id),
     attempt integer NOT NULL CHECK (attempt > 0),
     tenant_id uuid NOT NULL REFERENCES sandbox.organisation (id),
     lane text NOT NULL CHECK (lane IN ('jail', 'remote')),
     launcher_id uuid NOT NULL,
     started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
     ended_at timestamptz,
     outcome text CHECK (outcome IN ('SCORED', 'FAILED', 'LIMIT_EXCEEDED', 'CANCELLED', 'FAULT', 'LOST', 'GIVEN_BACK')),
     device_class text NOT NULL DEFAULT 'cpu',
     cpu_seconds double precision,
     peak_memory_bytes bigint,
     rows bigint NOT NULL DEFAULT 0,
     PRIMARY KEY (run_id, attempt),
     CHECK ((ended_at IS NULL) = (outcome IS NULL))
   )`,
  `CREATE INDEX run_attempt_open ON sandbox.run_attempt (lane, tenant_id) WHERE ended_at IS NULL`,
  `CREATE INDEX run_attempt_launcher ON sandbox.run_attempt (launcher_id) WHERE ended_at IS NULL`,
  `CREATE INDEX run_attempt_served ON sandbox.run_attempt (lane, tenant_id, started_at DESC)`,
  `CREATE INDEX run_attempt_scored ON sandbox.run_attempt (lane, ended_at DESC) WHERE outcome = 'SCORED'`,

  `CREATE TABLE sandbox.run_fault (
     id uuid PRIMARY KEY,
     run_id uuid NOT NULL REFERENCES sandbox.run (id),
     tenant_id uuid NOT NULL REFERENCES sandbox.organisation (id),
     attempt integer NOT NULL,
     stage text NOT NULL CHECK (stage IN ('draw', 'score', 'measure', 'seal')),
     at timestamptz NOT NULL DEFAULT clock_timestamp(),
     host text NOT NULL,
     fault text NOT NULL
   )`,
  `CREATE INDEX run_fault_run ON sandbox.run_fault (run_id, stage)`,

  `CREATE TABLE sandbox.run_log (
     run_id uuid NOT NULL REFERENCES sandbox.run (id),
     sequence integer NOT NULL,
     tenant_id uuid NOT NULL REFERENCES sandbox.organisation (id),
     attempt integer NOT NULL,
     at timestamptz NOT NULL DEFAULT clock_timestamp(),
     source text NOT NULL CHECK (source IN ('PLATFORM', 'MODEL')),
     blind boolean NOT NULL,
     line text NOT NULL CHECK (octet_length(line) <= 2100),
     PRIMARY KEY (run_id, sequence)
   )`,

  ...['launcher', 'run_queue', 'run_attempt', 'run_fault', 'run_log'].flatMap((table) => [
    `ALTER TABLE sandbox.${table} ENABLE ROW LEVEL SECURITY`,
    `ALTER TABLE sandbox.${table} FORCE ROW LEVEL SECURITY`,
    `CREATE POLICY ${table}_powers ON sandbox.${table} TO ${POWERS} USING (true) WITH CHECK (true)`,
  ]),

  // How many slots there are is the platform's affair, asked for estimates alone.
  `CREATE POLICY launcher_read ON sandbox.launcher FOR SELECT TO sandbox_api USING (sandbox.scope() IN ('operator', 'system'))`,
  `GRANT SELECT ON sandbox.launcher TO sandbox_api`,
  `GRANT SELECT, INSERT, UPDATE, DELETE ON sandbox.launcher TO sandbox_launcher`,

  `CREATE POLICY run_queue_read ON sandbox.run_queue FOR SELECT TO sandbox_api
     USING (${OWN} OR sandbox.scope() IN ('operator', 'authority', 'system'))`,
  `CREATE POLICY run_queue_insert ON sandbox.run_queue FOR INSERT TO sandbox_api WITH CHECK (${OWN} OR sandbox.scope() = 'system')`,
  `CREATE POLICY run_queue_delete ON sandbox.run_queue FOR DELETE TO sandbox_api USING (${OWN} OR sandbox.scope() = 'system')`,
  `GRANT SELECT, INSERT, DELETE ON sandbox.run_queue TO sandbox_api, sandbox_evaluator`,
  `GRANT SELECT (run_id), DELETE ON sandbox.run_queue TO sandbox_signer`,
  `GRANT SELECT (runtime) ON sandbox.model_version TO sandbox_evaluator`,
  `GRANT SELECT, INSERT, UPDATE, DELETE ON sandbox.run_queue TO sandbox_launcher`,

  `CREATE POLICY run_attempt_read ON sandbox.run_attempt FOR SELECT TO sandbox_api
     USING (${OWN} OR sandbox.scope() IN ('operator', 'authority', 'system'))`,
  `GRANT SELECT ON sandbox.run_attempt TO sandbox_api, sandbox_evaluator`,
  `GRANT SELECT, INSERT ON sandbox.run_attempt TO sandbox_launcher`,
  `GRANT UPDATE (ended_at, outcome, device_class, cpu_seconds, peak_memory_bytes, rows) ON sandbox.run_attempt TO sandbox_launcher`,

  // What went wrong with us is told to those who run and oversee the sandbox, in our own words to everybody else.
  `CREATE POLICY run_fault_read ON sandbox.run_fault FOR SELECT TO sandbox_api USING (sandbox.scope() IN ('operator', 'authority', 'system'))`,
  `GRANT SELECT ON sandbox.run_fault TO sandbox_api`,
  `GRANT SELECT, INSERT ON sandbox.run_fault TO ${POWERS}`,

  // What a model prints on a blind split could carry rows of it away: authorities alone read that.
  `CREATE POLICY run_log_read ON sandbox.run_log FOR SELECT TO sandbox_api
     USING (sandbox.scope() = 'authority'
       OR ((source = 'PLATFORM' OR NOT blind) AND (${OWN} OR sandbox.scope() IN ('operator', 'system'))))`,
  `CREATE POLICY run_log_insert ON sandbox.run_log FOR INSERT TO sandbox_api
     WITH CHECK (source = 'PLATFORM' AND (${OWN} OR sandbox.scope() = 'system'))`,
  `GRANT SELECT, INSERT ON sandbox.run_log TO sandbox_api`,
  `GRANT INSERT ON sandbox.run_log TO ${POWERS}`,

  // A change is told where a subscriber could see one; lines are told on a channel of their own.
  `DROP TRIGGER run_told ON sandbox.run`,
  `CREATE TRIGGER run_begun_told AFTER INSERT ON sandbox.run FOR EACH ROW EXECUTE FUNCTION sandbox.tell_run_change()`,
  `CREATE TRIGGER run_told AFTER UPDATE ON sandbox.run FOR EACH ROW
     WHEN ((OLD.state, OLD.attempt, OLD.progress) IS DISTINCT FROM (NEW.state, NEW.attempt, NEW.progress))
     EXECUTE FUNCTION sandbox.tell_run_change()`,
  `CREATE FUNCTION sandbox.tell_run_line() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     PERFORM pg_notify('sandbox_run_log', NEW.id::text);
     RETURN NULL;
   END $$`,
  `CREATE TRIGGER run_line_told AFTER UPDATE ON sandbox.run FOR EACH ROW WHEN (OLD.log_lines <> NEW.log_lines)
     EXECUTE FUNCTION sandbox.tell_run_line()`,

  // Whoever works on a run hears at once that it is over, or another attempt's: `run attempt final`.
  `CREATE FUNCTION sandbox.tell_run_lost() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     PERFORM pg_notify('sandbox_run_lost', NEW.id || ' ' || NEW.attempt || ' ' || (NEW.finished_at IS NOT NULL));
     RETURN NULL;
   END $$`,
  `CREATE TRIGGER run_lost_told AFTER UPDATE ON sandbox.run FOR EACH ROW
     WHEN (OLD.attempt <> NEW.attempt OR (OLD.finished_at IS NULL AND NEW.finished_at IS NOT NULL))
     EXECUTE FUNCTION sandbox.tell_run_lost()`,

  `CREATE FUNCTION sandbox.tell_run_queued() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     PERFORM pg_notify('sandbox_run_queue', NEW.lane);
     RETURN NULL;
   END $$`,
  `CREATE TRIGGER run_queue_told AFTER INSERT OR UPDATE ON sandbox.run_queue FOR EACH ROW WHEN (NEW.held_until IS NULL)
     EXECUTE FUNCTION sandbox.tell_run_queued()`,
];
