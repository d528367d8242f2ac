import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { MigrationInterface } from 'typeorm';
import { PlatformError, reasonOf } from '../config/platform-error.js';
import type { ConnectionAddress } from './connection.js';
import { createDataSource, type Entities } from './data-source.js';
import { SCHEMA } from './roles.js';

const MIGRATION_LOCK = 'sandbox migrations';
const FILE_NAME = /^(\d{10,17})-([A-Za-z][A-Za-z0-9]*)\.ts$/;

export interface MigrationFile {
  /** `<timestamp>-<Name>`, the file without its ending. */
  name: string;
  file: string;
  /** SHA-256 of the file, hexadecimal. */
  digest: string;
}

/** The folder of this project: the nearest one above with a package.json. */
export function projectRoot(): string {
  let folder = import.meta.dirname;
  while (!fs.existsSync(path.join(folder, 'package.json'))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error(`no package.json above ${import.meta.dirname}`);
    folder = parent;
  }
  return folder;
}

/** @throws PlatformError `MIGRATION_MISNAMED` */
export function listMigrations(folder = path.join(projectRoot(), 'migrations')): MigrationFile[] {
  const files = fs.readdirSync(folder).filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'));
  const migrations = files.map((file) => {
    const match = FILE_NAME.exec(file);
    if (match === null) {
      throw new PlatformError(
        'MIGRATION_MISNAMED',
        `migrations/${file} is not named <timestamp>-<Name>.ts, for example 1764000000000-Identity.ts`,
      );
    }
    const content = fs.readFileSync(path.join(folder, file));
    return {
      name: file.slice(0, -3),
      file: path.join(folder, file),
      digest: createHash('sha256').update(content).digest('hex'),
      order: Number(match[1]),
    };
  });
  migrations.sort((a, b) => a.order - b.order || (a.name < b.name ? -1 : 1));
  return migrations.map(({ name, file, digest }) => ({ name, file, digest }));
}

/**
 * Brings the database up to the migrations in the folder, each in a transaction of its own, as the schema's
 * owner. Several processes may call this at once: the first does the work, the others wait and find it done.
 *
 * @returns the names of those that ran now
 * @throws PlatformError `MIGRATION_CHANGED` when a file differs from what ran, `MIGRATION_UNKNOWN` when the
 *   database is ahead of this program, `MIGRATION_OUT_OF_ORDER`, `MIGRATION_FAILED` with the file's name
 */
export async function runMigrations(
  owner: ConnectionAddress,
  migrations: readonly MigrationFile[] = listMigrations(),
): Promise<string[]> {
  const dataSource = await createDataSource(owner, [], { poolSize: 1, statementTimeoutMs: 0 }).initialize();
  const runner = dataSource.createQueryRunner();
  const ran: string[] = [];
  try {
    // Session-level: it spans the transactions and ends with the connection, whatever happens.
    await runner.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [MIGRATION_LOCK]);
    await runner.query(
      `CREATE TABLE IF NOT EXISTS ${SCHEMA}.migration (
         name text PRIMARY KEY, digest text NOT NULL, ran_at timestamptz NOT NULL DEFAULT now())`,
    );
    const done = (await runner.query(`SELECT name, digest FROM ${SCHEMA}.migration ORDER BY name`)) as {
      name: string;
      digest: string;
    }[];
    const pending = pendingMigrations(migrations, done);
    for (const migration of pending) {
      const instance = await load(migration);
      await runner.startTransaction();
      try {
        await instance.up(runner);
        await runner.query(`INSERT INTO ${SCHEMA}.migration (name, digest) VALUES ($1, $2)`, [
          migration.name,
          migration.digest,
        ]);
        await runner.commitTransaction();
      } catch (error) {
        await runner.rollbackTransaction();
        throw new PlatformError(
          'MIGRATION_FAILED',
          `migrations/${migration.name}.ts failed: ${reasonOf(error)}`,
          {
            cause: error,
          },
        );
      }
      ran.push(migration.name);
    }
    return ran;
  } finally {
    await runner.release();
    await dataSource.destroy();
  }
}

function pendingMigrations(
  migrations: readonly MigrationFile[],
  done: readonly { name: string; digest: string }[],
): MigrationFile[] {
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const { name, digest } of done) {
    const migration = known.get(name);
    if (migration === undefined) {
      throw new PlatformError(
        'MIGRATION_UNKNOWN',
        `the database holds migration ${name}, which this version of the sandbox does not know; run a newer one`,
      );
    }
    if (migration.digest !== digest) {
      throw new PlatformError(
        'MIGRATION_CHANGED',
        `migrations/${name}.ts was changed after it ran; restore it and write a new migration instead`,
      );
    }
  }
  const ran = new Set(done.map(({ name }) => name));
  const last = migrations.findLastIndex(({ name }) => ran.has(name));
  const late = migrations.slice(0, last + 1).find(({ name }) => !ran.has(name));
  if (late !== undefined) {
    throw new PlatformError(
      'MIGRATION_OUT_OF_ORDER',
      `migrations/${late.name}.ts is older than a migration that already ran; give it a newer timestamp`,
    );
  }
  return migrations.slice(last + 1);
}

/** Node imports the TypeScript file as it is, by leaving out its types. */
async function load(migration: MigrationFile): Promise<MigrationInterface> {
  const module = (await import(pathToFileURL(migration.file).href)) as Record<string, unknown>;
  const classes = Object.values(module).filter((value) => typeof value === 'function');
  const [only] = classes as (new () => Partial<MigrationInterface>)[];
  const instance = classes.length === 1 && only !== undefined ? new only() : undefined;
  if (instance?.up === undefined) {
    throw new PlatformError(
      'MIGRATION_FAILED',
      `migrations/${migration.name}.ts must export exactly one class that implements MigrationInterface`,
    );
  }
  return instance as MigrationInterface;
}

/**
 * What the entities need and the database does not have: the SQL that would make them agree, a line a statement;
 * empty when they do. Run as the schema's owner after `runMigrations`.
 *
 * One way only: constraints, partial indexes and tables that migrations declare and no entity mentions are no
 * drift, so statements that would drop an index or a constraint are left out.
 */
export async function schemaDrift(owner: ConnectionAddress, entities: Entities): Promise<string[]> {
  const dataSource = await createDataSource(owner, entities, { poolSize: 2 }).initialize();
  try {
    const sql = await dataSource.driver.createSchemaBuilder().log();
    return sql.upQueries
      .map(({ query }) => query.replace(/\s+/g, ' ').trim())
      .filter((query) => !/^DROP INDEX |^ALTER TABLE \S+ DROP CONSTRAINT /.test(query));
  } finally {
    await dataSource.destroy();
  }
}
