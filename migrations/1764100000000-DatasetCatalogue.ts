import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What a dataset version shows of itself: its files, its audits, how far its generation is, and that it was cancelled.
 *
 * `dataset_file` lists what anybody with a token may download; that no blind split and no truth is among it is a
 * constraint of the table. `dataset_object` keeps what its name says to the launcher: the features of each split.
 */
export class DatasetCatalogue1764100000000 implements MigrationInterface {
  name = 'DatasetCatalogue1764100000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of UP) await queryRunner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('Files listed since would be lost: restore a backup instead.');
  }
}

const UP: readonly string[] = [
  `ALTER TABLE sandbox.dataset_version
     ADD COLUMN stage text,
     ADD COLUMN realism jsonb,
     ADD COLUMN leak_audit jsonb,
     ADD COLUMN development_commitment text CHECK (development_commitment ~ '^[0-9a-f]{64}$'),
     DROP CONSTRAINT dataset_version_state_check,
     ADD CONSTRAINT dataset_version_state_check
       CHECK (state IN ('AWAITING_UPLOAD', 'PREPARING', 'READY', 'FAILED', 'CANCELLED'))`,

  `CREATE TABLE sandbox.dataset_file (
     dataset_version_id uuid NOT NULL REFERENCES sandbox.dataset_version (id),
     path text NOT NULL,
     split text CHECK (split = 'development'),
     table_name text NOT NULL CHECK (table_name <> 'truth'),
     sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
     bytes bigint NOT NULL,
     rows bigint,
     PRIMARY KEY (dataset_version_id, path),
     CHECK (path NOT LIKE 'evaluation/%' AND path NOT LIKE 'sealed/%')
   )`,

  // Row-level security is forced on the owner too: the rows that move are not to be seen until it is lifted.
  `ALTER TABLE sandbox.dataset_object NO FORCE ROW LEVEL SECURITY`,
  `INSERT INTO sandbox.dataset_file (dataset_version_id, path, split, table_name, sha256, bytes, rows)
     SELECT dataset_version_id, 'development/' || name, 'development', replace(name, '.parquet', ''), sha256, bytes, rows
     FROM sandbox.dataset_object WHERE part = 'development'`,
  `DELETE FROM sandbox.dataset_object WHERE part = 'development'`,
  `ALTER TABLE sandbox.dataset_object
     DROP CONSTRAINT dataset_object_pkey,
     DROP COLUMN part,
     DROP COLUMN name,
     ADD PRIMARY KEY (dataset_version_id, split)`,
  `ALTER TABLE sandbox.dataset_object FORCE ROW LEVEL SECURITY`,

  `ALTER TABLE sandbox.dataset_file ENABLE ROW LEVEL SECURITY`,
  `ALTER TABLE sandbox.dataset_file FORCE ROW LEVEL SECURITY`,
  `CREATE POLICY dataset_file_read ON sandbox.dataset_file FOR SELECT TO sandbox_api USING (sandbox.scope() IS NOT NULL)`,
  `CREATE POLICY dataset_file_evaluator ON sandbox.dataset_file TO sandbox_evaluator USING (true) WITH CHECK (true)`,
  `GRANT SELECT ON sandbox.dataset_file TO sandbox_api`,
  `GRANT SELECT, INSERT ON sandbox.dataset_file TO sandbox_evaluator`,

  // The truth behind development labels, which are those known by the cut-off: the evaluator's alone.
  `ALTER TABLE sandbox.blind_object
     DROP CONSTRAINT blind_object_part_check,
     ADD CONSTRAINT blind_object_part_check CHECK (part IN ('labels', 'protected', 'truth'))`,

  `GRANT UPDATE (stage, realism, leak_audit, development_commitment) ON sandbox.dataset_version TO sandbox_evaluator`,
];
