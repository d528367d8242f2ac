import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who works, on which host, and whether it takes jobs: what every API process can tell when nobody does. */
export class Workers1764410000000 implements MigrationInterface {
  readonly name = 'Workers1764410000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of UP) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE sandbox.worker`);
  }
}

/** Each writes of itself alone: no other power can pass for a launcher whose jail holds. */
const POWERS = ['launcher', 'evaluator', 'signer'] as const;

const UP: readonly string[] = [
  `CREATE TABLE sandbox.worker (
     id uuid PRIMARY KEY,
     power text NOT NULL CHECK (power IN ('launcher', 'evaluator', 'signer')),
     host text NOT NULL,
     pid integer NOT NULL,
     state text NOT NULL CHECK (state IN ('READY', 'REFUSED', 'DRAINING')),
     detail text CHECK (length(detail) <= 4000),
     started_at timestamptz NOT NULL DEFAULT now(),
     heartbeat_at timestamptz NOT NULL DEFAULT now(),
     CHECK (state <> 'REFUSED' OR detail IS NOT NULL)
   )`,
  `ALTER TABLE sandbox.worker ENABLE ROW LEVEL SECURITY`,
  `ALTER TABLE sandbox.worker FORCE ROW LEVEL SECURITY`,
  ...POWERS.flatMap((power) => [
    `CREATE POLICY worker_${power} ON sandbox.worker TO sandbox_${power}
       USING (power = '${power}') WITH CHECK (power = '${power}')`,
    `GRANT SELECT, INSERT, DELETE ON sandbox.worker TO sandbox_${power}`,
    `GRANT UPDATE (state, detail, heartbeat_at) ON sandbox.worker TO sandbox_${power}`,
  ]),
  `CREATE POLICY worker_read ON sandbox.worker FOR SELECT TO sandbox_api
     USING (sandbox.scope() IN ('operator', 'system'))`,
  `GRANT SELECT ON sandbox.worker TO sandbox_api`,
];
