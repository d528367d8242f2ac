import type { EntityManager } from 'typeorm';
import pg from 'pg';
import { type Db, type Job, PgBoss } from 'pg-boss';
import { PlatformError, reasonOf } from '../config/platform-error.js';
import type { ConnectionAddress } from '../database/connection.js';
import { APPLICATION_ROLES, JOBS_SCHEMA } from '../database/roles.js';

/** What there is to do, in the order in which a case needs it. */
export const QUEUES = ['inspect', 'generate', 'reveal', 'release', 'draw', 'measure', 'seal'] as const;
export type QueueName = (typeof QUEUES)[number];

export interface JobQueueOptions {
  /** Receives what the queue cannot throw at anybody: lost connections, failed jobs. pino's loggers fit. */
  log?: JobLog;
  /** Connections at most. Default 10. */
  poolSize?: number;
  /** How often a worker looks for itself, should a notification be lost. Default 5 s. */
  pollingSeconds?: number;
  /** Looks after everybody's jobs: lost workers, retries, clean-up. At least one process must. Default true. */
  supervise?: boolean;
  /** A worker that has been silent for this long has lost its job to the next. At least 10 s, the default. */
  heartbeatSeconds?: number;
}

export interface JobLog {
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

export interface SendOptions {
  /** UUID of the job; the same id is taken once. */
  id?: string;
  /** Whose job it is, a tenant's id. */
  group?: string;
  /** Higher goes first. Default 0. */
  priority?: number;
  /** Not before so many seconds. */
  delaySeconds?: number;
}

export interface WorkOptions {
  /** Jobs of this queue at a time in this process. Default 1. */
  concurrency?: number;
}

export interface QueuedJob {
  id: string;
  queue: QueueName;
  data: Readonly<Record<string, unknown>>;
  group: string | undefined;
  /** 1 the first time. A job may come again although its last attempt still runs somewhere: fence by this. */
  attempt: number;
  /** Aborted when the job was cancelled, has expired or belongs to another worker now, and at a forced stop. */
  signal: AbortSignal;
}

/** Done when it returns, tried again later when it throws. A tenant's failure is a result, not a throw. */
export type JobHandler = (job: QueuedJob) => Promise<void>;

/** Channel on which a cancellation reaches the process that runs the job. */
const CANCEL_CHANNEL = 'sandbox_job_cancelled';

const RETRY = { retryLimit: 3, retryDelay: 2, retryBackoff: true, retryDelayMax: 60 } as const;
/** Longer than any job may take: a lost worker is noticed by its silence, not by this. */
const EXPIRE_SECONDS = 23 * 60 * 60;

/**
 * Jobs kept in PostgreSQL by pg-boss, delivered at least once.
 *
 * A job is sent in the caller's transaction, so that it exists if and only if what it is about does, and workers
 * are woken by NOTIFY when that transaction commits. pg-boss has a role of its own, which owns the schema
 * `pgboss` and nothing else; the application's roles may insert jobs there and read back their ids, no more.
 */
export class JobQueue {
  private readonly running = new Map<string, AbortController>();
  private listening: { close(): Promise<void> } | undefined;

  private constructor(
    private readonly boss: PgBoss,
    private readonly options: JobQueueOptions,
  ) {}

  /**
   * Opens the queue, and makes its tables when they are not there; several processes may do so at once.
   *
   * @param address of the role `sandbox_jobs`
   */
  static async start(address: ConnectionAddress, options: JobQueueOptions = {}): Promise<JobQueue> {
    const supervise = options.supervise ?? true;
    const boss = new PgBoss({
      ...address,
      schema: JOBS_SCHEMA,
      application_name: 'sandbox jobs',
      max: options.poolSize ?? 10,
      // The schema is there, and the role may not make one.
      createSchema: false,
      migrate: true,
      useListenNotify: true,
      schedule: false,
      supervise,
      superviseIntervalSeconds: 5,
      monitorIntervalSeconds: 5,
      registerInstance: false,
    });
    boss.on('error', (error) => options.log?.error({ reason: reasonOf(error) }, 'the job queue failed'));
    boss.on('warning', (warning) => options.log?.warn({ ...warning }, 'the job queue warns'));
    const queue = new JobQueue(boss, options);
    try {
      await boss.start();
      await queue.ensureQueues(address);
      await queue.listenForCancellation();
      return queue;
    } catch (error) {
      await boss.stop({ graceful: false }).catch(() => undefined);
      throw new PlatformError('JOB_QUEUE_FAILED', `the job queue does not start: ${reasonOf(error)}`, {
        cause: error,
      });
    }
  }

  /**
   * Sends a job in the caller's transaction.
   *
   * @param data identifiers of what to work on, never the thing itself and never a secret
   * @returns the job's id, a UUID; a job of the same id that is there already stays as it is
   */
  async send(tx: EntityManager, queue: QueueName, data: object, options: SendOptions = {}): Promise<string> {
    const id = options.id ?? crypto.randomUUID();
    await this.boss.send(queue, data, {
      id,
      db: overTransaction(tx),
      ...(options.group === undefined ? {} : { group: { id: options.group } }),
      ...(options.priority === undefined ? {} : { priority: options.priority }),
      ...(options.delaySeconds === undefined ? {} : { startAfter: options.delaySeconds }),
    });
    return id;
  }

  /** Works on the queue until `stop`. */
  async work(queue: QueueName, handler: JobHandler, options: WorkOptions = {}): Promise<void> {
    await this.consume(queue, queue, handler, { localConcurrency: options.concurrency ?? 1 });
  }

  /**
   * Takes the jobs of a queue that failed at their last attempt, or whose workers were lost that often, so that
   * whatever they were about comes to an end too.
   */
  async workDead(queue: QueueName, handler: JobHandler): Promise<void> {
    await this.consume(deadLetter(queue), queue, handler, { localConcurrency: 1 });
  }

  /** Cancels a job wherever it stands; one that runs has its signal aborted. */
  async cancel(queue: QueueName, id: string): Promise<void> {
    await this.boss.cancel(queue, id);
    await this.boss.getDb().executeSql('SELECT pg_notify($1, $2)', [CANCEL_CHANNEL, id]);
  }

  /** How many jobs of a queue wait and run: for health and metrics. */
  async depth(queue: QueueName): Promise<{ waiting: number; running: number }> {
    const { rows } = await this.boss.getDb().executeSql(
      `SELECT count(*) FILTER (WHERE state IN ('created', 'retry'))::int AS waiting,
                count(*) FILTER (WHERE state = 'active')::int AS running
           FROM ${JOBS_SCHEMA}.job WHERE name = $1`,
      [queue],
    );
    const [row] = rows as { waiting: number; running: number }[];
    return row ?? { waiting: 0, running: 0 };
  }

  /** The same of all queues at once; `dead`: given up, and what they were about is still to be ended. */
  async depths(): Promise<{ queue: QueueName; state: 'waiting' | 'running' | 'dead'; count: number }[]> {
    const { rows } = await this.boss.getDb().executeSql(
      `SELECT name, state::text AS state, count(*)::int AS count FROM ${JOBS_SCHEMA}.job
       WHERE name = ANY ($1) AND state IN ('created', 'retry', 'active') GROUP BY name, state`,
      [QUEUES.flatMap((queue) => [queue, deadLetter(queue)])],
    );
    const found = rows as { name: string; state: string; count: number }[];
    const sum = (name: string, states: readonly string[]): number =>
      found
        .filter((row) => row.name === name && states.includes(row.state))
        .reduce((total, { count }) => total + count, 0);
    return QUEUES.flatMap((queue) => [
      { queue, state: 'waiting' as const, count: sum(queue, ['created', 'retry']) },
      { queue, state: 'running' as const, count: sum(queue, ['active']) },
      { queue, state: 'dead' as const, count: sum(deadLetter(queue), ['created', 'retry', 'active']) },
    ]);
  }

  /** What the jobs of a queue that wait, run or are about to be given up are about: the values of one member of their data. */
  async subjects(queue: QueueName, member: string): Promise<Set<string>> {
    const { rows } = await this.boss.getDb().executeSql(
      `SELECT DISTINCT data->>$2 AS subject FROM ${JOBS_SCHEMA}.job
       WHERE name = ANY ($1) AND state IN ('created', 'retry', 'active')`,
      [[queue, deadLetter(queue)], member],
    );
    return new Set((rows as { subject: string }[]).map(({ subject }) => subject));
  }

  /**
   * Fetches no more, waits for the jobs that run, at most `timeoutMs` (default 30 000), then aborts their signals
   * and gives them back to be tried by others.
   */
  async stop(timeoutMs = 30_000): Promise<void> {
    await this.listening?.close();
    await this.boss.stop({ graceful: true, close: true, timeout: timeoutMs });
  }

  private async consume(
    name: string,
    queue: QueueName,
    handler: JobHandler,
    concurrency: { localConcurrency: number },
  ): Promise<void> {
    const polling = this.options.pollingSeconds ?? 5;
    const heartbeat = this.options.heartbeatSeconds ?? 10;
    const worker = await this.boss.work<Record<string, unknown>>(
      name,
      {
        batchSize: 1,
        pollingIntervalSeconds: polling,
        notifyPollingIntervalSeconds: polling,
        heartbeatRefreshSeconds: Math.floor(heartbeat / 3),
        ...concurrency,
      },
      async (jobs) => {
        try {
          for (const job of jobs) await this.handle(job, queue, handler);
        } finally {
          // Several notifications while a job ran have become one: look again until nothing waits.
          this.boss.notifyWorker(worker);
        }
      },
    );
  }

  private async handle(
    job: Job<Record<string, unknown>>,
    queue: QueueName,
    handler: JobHandler,
  ): Promise<void> {
    const cancelled = new AbortController();
    this.running.set(job.id, cancelled);
    const attempt = job.retryCount + 1;
    try {
      await handler({
        id: job.id,
        queue,
        data: job.data,
        group: job.groupId ?? undefined,
        attempt,
        signal: AbortSignal.any([job.signal, cancelled.signal]),
      });
    } catch (error) {
      this.options.log?.warn({ queue, job: job.id, attempt, reason: reasonOf(error) }, 'a job failed');
      throw error;
    } finally {
      this.running.delete(job.id);
    }
  }

  private async ensureQueues(address: ConnectionAddress): Promise<void> {
    const heartbeatSeconds = this.options.heartbeatSeconds ?? 10;
    const common = { expireInSeconds: EXPIRE_SECONDS, notify: true, heartbeatSeconds };
    for (const queue of QUEUES) {
      // Ending a dead job must not fail for a passing reason: its retries go on for about a day.
      const dead = { ...common, ...RETRY, retryLimit: 50, retryDelayMax: 1_800 };
      const live = { ...common, ...RETRY, deadLetter: deadLetter(queue) };
      await this.boss.createQueue(deadLetter(queue), dead);
      await this.boss.createQueue(queue, live);
      await this.boss.updateQueue(deadLetter(queue), dead);
      await this.boss.updateQueue(queue, live);
    }
    // One connection of its own: both statements in one transaction, whatever the pool does.
    const client = new pg.Client(address);
    client.on('error', () => undefined);
    await client.connect();
    try {
      const roles = APPLICATION_ROLES.join(', ');
      await client.query('BEGIN');
      await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('sandbox job grants', 0))`);
      await client.query(`GRANT INSERT ON ${JOBS_SCHEMA}.job, ${JOBS_SCHEMA}.job_common TO ${roles}`);
      // What the insert returns and compares, and not the jobs' data.
      await client.query(
        `GRANT SELECT (id, name, start_after) ON ${JOBS_SCHEMA}.job, ${JOBS_SCHEMA}.job_common TO ${roles}`,
      );
      await client.query(`GRANT SELECT ON ${JOBS_SCHEMA}.queue TO ${roles}`);
      await client.query('COMMIT');
    } finally {
      await client.end();
    }
  }

  private async listenForCancellation(): Promise<void> {
    const db = this.boss.getDb();
    // A cancellation missed while the connection was down is found by the next heartbeat.
    this.listening = await db.listen?.(
      CANCEL_CHANNEL,
      (id) => this.running.get(id)?.abort(new Error(`job ${id} was cancelled`)),
      () => undefined,
    );
  }
}

function deadLetter(queue: QueueName): string {
  return `${queue}.dead`;
}

/** Lets pg-boss speak through the caller's transaction. */
function overTransaction(tx: EntityManager): Db {
  return {
    executeSql: async (text, values) => {
      const result: unknown = await tx.query(text, values);
      return { rows: Array.isArray(result) ? (result as unknown[]) : [] };
    },
  };
}
