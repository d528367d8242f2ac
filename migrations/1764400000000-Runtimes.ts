import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Versions that are scored otherwise than by ONNX Runtime here: images, runners at the tenant's site, handed-in scores. */
export class Runtimes1764400000000 implements MigrationInterface {
  readonly name = 'Runtimes1764400000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE sandbox.model_version DROP CONSTRAINT model_version_runtime_check`);
    await runner.query(
      `ALTER TABLE sandbox.model_version ADD CONSTRAINT model_version_runtime_check
         CHECK (runtime IN ('ONNX', 'OCI_IMAGE', 'REMOTE_RUNNER', 'PREDICTIONS'))`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE sandbox.model_version DROP CONSTRAINT model_version_runtime_check`);
    await runner.query(
      `ALTER TABLE sandbox.model_version ADD CONSTRAINT model_version_runtime_check CHECK (runtime IN ('ONNX'))`,
    );
  }
}
