import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Database } from '../database/index.js';
import type { WorkerState, WorkingPower } from './worker.entity.js';

const EVERY_MS = 5_000;
/** Rows of workers that were killed are of no more use to anybody after this. */
const FORGOTTEN_SECONDS = 600;
const DETAIL_CHARACTERS = 4_000;

/** Says every few seconds that this worker is there and whether it takes jobs, by the database's clock. */
export class WorkerBeat {
  private readonly id = randomUUID();
  private readonly timer: NodeJS.Timeout;
  private saying: Promise<void> = Promise.resolve();
  private state: WorkerState = 'READY';
  private detail: string | null = null;

  private constructor(
    private readonly database: Database,
    private readonly power: WorkingPower,
    private readonly log: (problem: unknown) => void,
  ) {
    this.timer = setInterval(() => void this.say(), EVERY_MS);
  }

  /**
   * @param refusal why this worker takes no jobs; null: it takes them
   * @param log told of every heartbeat that could not be written; the next one is tried all the same
   */
  static async begin(
    database: Database,
    power: WorkingPower,
    refusal: string | null,
    log: (problem: unknown) => void,
  ): Promise<WorkerBeat> {
    const beat = new WorkerBeat(database, power, log);
    await beat.refuse(refusal);
    return beat;
  }

  /** @param refusal why it takes no jobs from now on; null: it takes them again */
  async refuse(refusal: string | null): Promise<void> {
    this.state = refusal === null ? 'READY' : 'REFUSED';
    this.detail = refusal?.slice(0, DETAIL_CHARACTERS) ?? null;
    await this.say();
  }

  /** It takes no more jobs and finishes those it has; one that refused all goes on refusing. */
  async drain(): Promise<void> {
    if (this.state === 'READY') this.state = 'DRAINING';
    await this.say();
  }

  /** It is gone. */
  async end(): Promise<void> {
    clearInterval(this.timer);
    await this.saying;
    await this.database
      .asSystem((tx) => tx.query(`DELETE FROM sandbox.worker WHERE id = $1`, [this.id]))
      .catch(this.log);
  }

  /** One after the other: an older word never overwrites a newer one. */
  private say(): Promise<void> {
    this.saying = this.saying.then(() => this.write()).catch(this.log);
    return this.saying;
  }

  private async write(): Promise<void> {
    await this.database.asSystem(async (tx) => {
      await tx.query(
        `INSERT INTO sandbox.worker (id, power, host, pid, state, detail) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (id) DO UPDATE SET state = excluded.state, detail = excluded.detail, heartbeat_at = now()`,
        [this.id, this.power, hostname(), process.pid, this.state, this.detail],
      );
      await tx.query(`DELETE FROM sandbox.worker WHERE heartbeat_at < now() - make_interval(secs => $1)`, [
        FORGOTTEN_SECONDS,
      ]);
    });
  }
}
