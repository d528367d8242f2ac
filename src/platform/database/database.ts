import { setTimeout as pause } from 'node:timers/promises';
import {
  type DataSource,
  type EntityManager,
  QueryFailedError,
  QueryRunnerAlreadyReleasedError,
  QueryRunnerProviderAlreadyReleasedError,
} from 'typeorm';
import { PlatformError } from '../config/platform-error.js';

/** What a transaction may see: one tenant's rows, or what row-level security opens to that party. */
export type Scope = 'tenant' | 'operator' | 'authority' | 'system';

/** Who acts, as far as the database needs to know. */
export interface DatabaseActor {
  readonly personId: string;
  readonly organisationId: string;
  readonly scope: Scope;
}

export interface TransactionOptions {
  /** Default `READ COMMITTED`. */
  isolation?: 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE';
  /**
   * Whether the work may be run again from its start when the database gave it up for another transaction
   * (serialization failure, deadlock). It must have no effect but its statements. Default false.
   */
  idempotent?: boolean;
  /**
   * For how many seconds the work is tried again where the server is away. It must be as good when done twice: a commit
   * whose answer was lost may have been one. Default 0.
   */
  awaitSeconds?: number;
}

export type Work<T> = (tx: EntityManager) => Promise<T>;

/** PostgreSQL's codes for "try again": serialization_failure, deadlock_detected. */
const RETRYABLE = ['40001', '40P01'];
const ATTEMPTS = 5;
/** PostgreSQL's classes and codes for "not now": connection exceptions, shutdowns and starts, too many connections. */
const AWAY = /^(08...|57P0[1-3]|53300)$/;
/** What a connection says that is not there, or is there no more. */
const UNREACHABLE = /^(ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT)$/;
const CUT_OFF = /^Connection terminated|^timeout exceeded when trying to connect|not queryable/;
const AWAY_PAUSE_MS = 250;

/**
 * The only way to the tables. Each method opens a transaction, tells it who acts (`app.tenant_id`,
 * `app.person_id`, `app.scope`, for this transaction alone) and leaves the rest to row-level security; outside
 * of one of them those settings are empty and the policies show nothing.
 */
export class Database {
  constructor(readonly dataSource: DataSource) {}

  /** The rows of the actor's own organisation. */
  async inTenant<T>(actor: DatabaseActor, work: Work<T>, options: TransactionOptions = {}): Promise<T> {
    if (actor.organisationId === '') throw wrongScope('inTenant', actor);
    return this.transact('tenant', actor.organisationId, actor.personId, work, options);
  }

  /** What Cyberport may see. */
  async asOperator<T>(actor: DatabaseActor, work: Work<T>, options: TransactionOptions = {}): Promise<T> {
    if (actor.scope !== 'operator') throw wrongScope('asOperator', actor);
    return this.transact('operator', actor.organisationId, actor.personId, work, options);
  }

  /** What a reviewing authority may see. */
  async asAuthority<T>(actor: DatabaseActor, work: Work<T>, options: TransactionOptions = {}): Promise<T> {
    if (actor.scope !== 'authority') throw wrongScope('asAuthority', actor);
    return this.transact('authority', actor.organisationId, actor.personId, work, options);
  }

  /** As the actor's own scope says: for what several parties may ask alike. */
  async within<T>(actor: DatabaseActor, work: Work<T>, options: TransactionOptions = {}): Promise<T> {
    switch (actor.scope) {
      case 'tenant':
        return this.inTenant(actor, work, options);
      case 'operator':
        return this.asOperator(actor, work, options);
      case 'authority':
        return this.asAuthority(actor, work, options);
      case 'system':
        throw wrongScope('within', actor);
    }
  }

  /** The service itself, on nobody's behalf: workers, start-up, looking up a token. */
  async asSystem<T>(work: Work<T>, options: TransactionOptions = {}): Promise<T> {
    return this.transact('system', '', '', work, options);
  }

  private async transact<T>(
    scope: Scope,
    organisationId: string,
    personId: string,
    work: Work<T>,
    options: TransactionOptions,
  ): Promise<T> {
    const told: Work<T> = async (tx) => {
      await tx.query(
        `SELECT set_config('app.scope', $1, true), set_config('app.tenant_id', $2, true),
                set_config('app.person_id', $3, true)`,
        [scope, organisationId, personId],
      );
      return work(tx);
    };
    const { isolation } = options;
    const once = (): Promise<T> =>
      isolation === undefined
        ? this.dataSource.transaction(told)
        : this.dataSource.transaction(isolation, told);
    const patient = performance.now() + (options.awaitSeconds ?? 0) * 1_000;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await once();
      } catch (error) {
        if (performance.now() < patient && isAway(error)) {
          await pause(AWAY_PAUSE_MS);
          continue;
        }
        if (options.idempotent !== true || attempt >= ATTEMPTS || !isRetryable(error)) throw error;
        // Unequal pauses, or the same two would meet again.
        await pause(2 ** attempt * 5 * (0.5 + Math.random()));
      }
    }
  }
}

/** Whether a statement failed because the server could not be reached, and not because of what it asked. */
export function isAway(error: unknown): boolean {
  // A connection that broke between two statements of a transaction.
  if (
    error instanceof QueryRunnerAlreadyReleasedError ||
    error instanceof QueryRunnerProviderAlreadyReleasedError
  )
    return true;
  const { code, message } = (error instanceof QueryFailedError ? error.driverError : error) as {
    code?: unknown;
    message?: unknown;
  };
  return AWAY.test(String(code)) || UNREACHABLE.test(String(code)) || CUT_OFF.test(String(message));
}

function isRetryable(error: unknown): boolean {
  const code = sqlState(error);
  return code !== undefined && RETRYABLE.includes(code);
}

/** The five-character SQLSTATE of a failed statement, for example `23505` for a unique violation. */
export function sqlState(error: unknown): string | undefined {
  if (!(error instanceof QueryFailedError)) return undefined;
  const cause: unknown = error.driverError;
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : undefined;
}

function wrongScope(method: string, actor: DatabaseActor): PlatformError {
  return new PlatformError('WRONG_SCOPE', `${method} was called for an actor of scope ${actor.scope}`);
}
