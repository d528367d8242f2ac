import { DataSource, type EntitySchema } from 'typeorm';
import type { ConnectionAddress } from './connection.js';
import { PostgresNamingStrategy } from './naming-strategy.js';
import { PreparingClient } from './preparing-client.js';
import { SCHEMA } from './roles.js';
import { StatementLog, type StatementSink } from './statement-log.js';

/** Entity classes or schemas, as TypeORM takes them. */
export type Entities = readonly (EntitySchema | (new () => object))[];

export interface DataSourceSettings {
  /** Connections at most. Default 10. */
  poolSize?: number;
  /** Receives failed and slow statements. */
  log?: StatementSink;
  /** A statement is ended by the server after this. Default 30 000 ms, 0 for never. */
  statementTimeoutMs?: number;
}

/**
 * A TypeORM data source of one role, not yet initialised. The tables are changed by migrations only.
 *
 * Eight-byte integers arrive as decimal strings (they do not fit a number), timestamps as `Date` in UTC.
 */
export function createDataSource(
  address: ConnectionAddress,
  entities: Entities,
  settings: DataSourceSettings = {},
): DataSource {
  const timeout = settings.statementTimeoutMs ?? 30_000;
  return new DataSource({
    type: 'postgres',
    host: address.host,
    port: address.port,
    username: address.user,
    password: address.password,
    database: address.database,
    ...(address.ssl === undefined ? {} : { ssl: address.ssl }),
    schema: SCHEMA,
    entities: [...entities],
    synchronize: false,
    migrationsRun: false,
    installExtensions: false,
    uuidExtension: 'pgcrypto',
    namingStrategy: new PostgresNamingStrategy(),
    logger: new StatementLog(settings.log),
    maxQueryExecutionTime: 2_000,
    applicationName: `sandbox ${address.user}`,
    poolSize: settings.poolSize ?? 10,
    connectTimeoutMS: 15_000,
    extra: {
      Client: PreparingClient,
      // The schema alone: an unqualified name can never mean a table that somebody put into `public`.
      options: `-c search_path=${SCHEMA},pg_temp -c timezone=UTC -c statement_timeout=${timeout} -c idle_in_transaction_session_timeout=60000`,
    },
  });
}
