export type { ConnectionAddress } from './connection.js';
export { createDataSource, type DataSourceSettings, type Entities } from './data-source.js';
export {
  Database,
  type DatabaseActor,
  type Scope,
  sqlState,
  type TransactionOptions,
  type Work,
} from './database.js';
export { DatabaseServer, type DatabaseServerOptions, parseDatabaseUrl } from './database-server.js';
export { EmbeddedPostgres, type EmbeddedPostgresOptions } from './embedded-postgres.js';
export { listMigrations, type MigrationFile, projectRoot, runMigrations, schemaDrift } from './migrations.js';
export { PostgresNamingStrategy } from './naming-strategy.js';
export {
  APPLICATION_ROLES,
  bootstrapRoles,
  DATABASE_ROLES,
  type DatabaseRole,
  JOBS_ROLE,
  JOBS_SCHEMA,
  OWNER_ROLE,
  SCHEMA,
} from './roles.js';
export { countStatements, StatementLog, type StatementSink } from './statement-log.js';
export {
  appendAudit,
  AUDIT_GENESIS,
  type AuditEntry,
  type AuditRecord,
  type ChainVerification,
  hashAuditEvent,
  readAudit,
  verifyChain,
} from './audit-trail.js';
