import * as path from 'node:path';
import pg from 'pg';
import { parse } from 'pg-connection-string';
import { PlatformError } from '../config/platform-error.js';
import type { ConnectionAddress } from './connection.js';
import { EmbeddedPostgres } from './embedded-postgres.js';
import { listMigrations, type MigrationFile, runMigrations } from './migrations.js';
import { bootstrapRoles, connect, type DatabaseRole, OWNER_ROLE, roleAddress } from './roles.js';

const DATABASE = 'sandbox';

export interface DatabaseServerOptions {
  /** Holds the embedded server (`postgres/`) and the roles' passwords (`secrets/database/`). */
  dataFolder: string;
  /** A PostgreSQL to use instead of an embedded one; its role must be allowed to create roles and schemas. */
  databaseUrl?: string | undefined;
  /** Settings of the embedded server beside our own. */
  settings?: Readonly<Record<string, string>>;
}

/** The PostgreSQL of this installation, set up: roles, schemas, and with `migrate` the tables. */
export class DatabaseServer {
  private constructor(
    private readonly server: ConnectionAddress,
    private readonly secretsFolder: string,
    private readonly embedded: EmbeddedPostgres | undefined,
  ) {}

  static async open(options: DatabaseServerOptions): Promise<DatabaseServer> {
    const secretsFolder = path.join(options.dataFolder, 'secrets', 'database');
    if (options.databaseUrl !== undefined) {
      const admin = parseDatabaseUrl(options.databaseUrl);
      await bootstrapRoles({ admin, secretsFolder, renewLostPasswords: false });
      return new DatabaseServer(admin, secretsFolder, undefined);
    }
    const embedded = await EmbeddedPostgres.start({
      folder: path.join(options.dataFolder, 'postgres'),
      passwordFile: path.join(secretsFolder, 'postgres'),
      ...(options.settings === undefined ? {} : { settings: options.settings }),
    });
    try {
      await ensureDatabase(embedded.address, DATABASE);
      const admin = { ...embedded.address, database: DATABASE };
      await bootstrapRoles({ admin, secretsFolder, renewLostPasswords: true });
      return new DatabaseServer(admin, secretsFolder, embedded);
    } catch (error) {
      await embedded.stop();
      throw error;
    }
  }

  /** The way in of one role. Hand a process the address of its own role only. */
  address(role: DatabaseRole): ConnectionAddress {
    return roleAddress(this.server, role, this.secretsFolder);
  }

  /** The way in of the role that set the database up: for tests and maintenance, never for the service. */
  get admin(): ConnectionAddress {
    return this.server;
  }

  /** @returns the names of the migrations that ran now */
  async migrate(migrations: readonly MigrationFile[] = listMigrations()): Promise<string[]> {
    return runMigrations(this.address(OWNER_ROLE), migrations);
  }

  /** Gives the server up; an embedded one shuts down when nobody else uses it. Close the data sources first. */
  async stop(): Promise<void> {
    await this.embedded?.stop();
  }
}

/** @throws PlatformError `DATABASE_URL_INVALID`; the message holds no password */
export function parseDatabaseUrl(url: string): ConnectionAddress {
  const refuse = (reason: string): PlatformError =>
    new PlatformError(
      'DATABASE_URL_INVALID',
      `DATABASE_URL ${reason}; expected postgres://user:password@host:port/database`,
    );
  if (!/^postgres(ql)?:\/\//.test(url)) throw refuse('does not begin with postgres://');
  let parsed;
  try {
    parsed = parse(url);
  } catch {
    throw refuse('is not a URL');
  }
  if (parsed.user === undefined || parsed.user === '') throw refuse('names no user');
  if (parsed.database == null || parsed.database === '') throw refuse('names no database');
  return {
    host: parsed.host == null || parsed.host === '' ? 'localhost' : parsed.host,
    port: parsed.port == null || parsed.port === '' ? 5432 : Number(parsed.port),
    user: parsed.user,
    password: parsed.password ?? '',
    database: parsed.database,
    ...(parsed.ssl === undefined ? {} : { ssl: parsed.ssl as NonNullable<ConnectionAddress['ssl']> }),
  };
}

async function ensureDatabase(admin: ConnectionAddress, name: string): Promise<void> {
  const client = await connect(admin);
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  } catch (error) {
    // Another process that starts at the same moment may have been first.
    const code = error instanceof pg.DatabaseError ? error.code : undefined;
    if (code !== '42P04' && code !== '23505') throw error;
  } finally {
    await client.end();
  }
}
