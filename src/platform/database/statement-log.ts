import { AsyncLocalStorage } from 'node:async_hooks';
import type { DataSource, Logger } from 'typeorm';
import { reasonOf } from '../config/platform-error.js';

/** Where the database's complaints go; pino's loggers fit. */
export interface StatementSink {
  warn(details: object, message: string): void;
}

const counting = new AsyncLocalStorage<string[]>();

/** TypeORM's logger: reports failed and slow statements without their parameters, which may hold secrets. */
export class StatementLog implements Logger {
  constructor(private readonly sink?: StatementSink) {}

  logQuery(query: string): void {
    counting.getStore()?.push(query);
  }

  logQueryError(error: string | Error, query: string): void {
    this.sink?.warn({ query, reason: reasonOf(error) }, 'a statement failed');
  }

  logQuerySlow(time: number, query: string): void {
    this.sink?.warn({ query, milliseconds: time }, 'a statement was slow');
  }

  logSchemaBuild(): void {}

  logMigration(): void {}

  log(level: 'log' | 'info' | 'warn', message: unknown): void {
    if (level === 'warn') this.sink?.warn({}, String(message));
  }
}

/**
 * Runs `work` and lists the SQL statements that it, and what it awaits, sent through `dataSource`, transaction
 * control included. Statements of others at the same time are not counted.
 */
export async function countStatements<T>(
  dataSource: DataSource,
  work: () => Promise<T>,
): Promise<{ result: T; statements: string[] }> {
  if (!(dataSource.logger instanceof StatementLog)) {
    throw new TypeError('countStatements needs a data source made by createDataSource');
  }
  const statements: string[] = [];
  const result = await counting.run(statements, work);
  return { result, statements };
}
