import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How many runs of one tenant launchers take at a time: without it nobody could tell when a tenant's next one begins. */
export class TenantSlots1764470000000 implements MigrationInterface {
  readonly name = 'TenantSlots1764470000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      `ALTER TABLE sandbox.launcher ADD COLUMN tenant_slots integer CHECK (tenant_slots > 0)`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE sandbox.launcher DROP COLUMN tenant_slots`);
  }
}
