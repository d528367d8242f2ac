import type { EntityManager } from 'typeorm';
import { appendAudit } from '../../../platform/database/audit-trail.js';
import type { Database } from '../../../platform/database/index.js';
import type { JobLog, JobQueue, QueueName } from '../../../platform/jobs/index.js';
import { move, OUR_FAULT, RUN_DEADLINES, scoringDeadline } from '../run.lifecycle.js';
import { backToQueue, faulted } from './attempts.js';
import { BEAT_SECONDS, SILENCE_SECONDS } from './launchers.js';
import { enqueue } from './run-queue.js';

/** What is younger may be between two steps of somebody's. */
const SETTLED_SECONDS = 20;
const A_FEW = 200;
/** After a first look at a silent launcher: it has said that it is alive by then, if it can. */
const SECOND_LOOK_MS = BEAT_SECONDS * 1_000;

interface Found {
  id: string;
  attempt: number;
}

/**
 * Finds what nobody works on any more, and settles it: attempts of launchers that fell silent, runs that passed a
 * deadline or whose job is nowhere, and other things that wait for a job that is not there. Whatever it does stands in
 * the log and in the audit trail, and doing it twice is doing it once.
 */
export class Sweeper {
  /** launchers that are silent: when they were last seen, and since when we know */
  private silent = new Map<string, { seen: string; since: number }>();

  constructor(
    private readonly database: Database,
    private readonly jobs: JobQueue,
    private readonly wallSeconds: number,
    private readonly log: JobLog & { info(details: object, message: string): void },
  ) {}

  /** Gives the attempts of lost launchers back. Once in seconds: this is how soon a crash is made good. */
  async lostLaunchers(): Promise<void> {
    const rows = await this.database.asSystem((tx) =>
      tx.query<{ id: string; seen: string }[]>(
        `SELECT id, seen_at::text AS seen FROM sandbox.launcher
         WHERE seen_at < clock_timestamp() - make_interval(secs => $1)`,
        [SILENCE_SECONDS],
      ),
    );
    // Where the database was away all were silent: who says nothing for another beat, now that it is back, is lost.
    const now = performance.now();
    const silent = rows.map(({ id, seen }) => {
      const known = this.silent.get(id);
      return { id, seen, since: known?.seen === seen ? known.since : now };
    });
    this.silent = new Map(silent.map(({ id, ...rest }) => [id, rest]));
    const lost = silent.filter(({ since }) => now - since >= SECOND_LOOK_MS).map(({ id }) => id);
    const open = await this.database.asSystem((tx) =>
      tx.query<{ run_id: string; attempt: number }[]>(
        `SELECT a.run_id, a.attempt FROM sandbox.run_attempt a LEFT JOIN sandbox.launcher l ON l.id = a.launcher_id
         WHERE a.ended_at IS NULL AND (l.id IS NULL OR l.id = ANY ($1)) LIMIT $2`,
        [lost, A_FEW],
      ),
    );
    for (const { run_id, attempt } of open)
      await this.settle(run_id, 'launcher lost', (tx) =>
        faulted(tx, run_id, attempt, 'LOST', 'its launcher fell silent'),
      );
    if (lost.length > 0)
      await this.database.asSystem((tx) =>
        tx.query(
          `DELETE FROM sandbox.launcher l WHERE id = ANY ($1) AND seen_at < clock_timestamp() - make_interval(secs => $2)
             AND NOT EXISTS (SELECT 1 FROM sandbox.run_attempt a WHERE a.launcher_id = l.id AND a.ended_at IS NULL)`,
          [lost, SILENCE_SECONDS],
        ),
      );
  }

  /** Everything that may be forgotten by somebody. One sweeper at a time does it. */
  async all(): Promise<void> {
    await this.database.asSystem(async (tx) => {
      const [lock] = await tx.query<{ mine: boolean }[]>(
        `SELECT pg_try_advisory_xact_lock(hashtextextended('sandbox sweeper', 0)) AS mine`,
      );
      if (lock?.mine !== true) return;
      await this.lostLaunchers();
      await this.deadlines();
      await this.withoutSlot();
      await this.withoutJob();
    });
  }

  private async deadlines(): Promise<void> {
    for (const state of ['QUEUED', 'MEASURING', 'SEALING'] as const) {
      const { seconds, code } = RUN_DEADLINES[state];
      const late = await this.find(
        'r.state = $1 AND r.entered_at < clock_timestamp() - make_interval(secs => $2)',
        [state, seconds],
      );
      for (const run of late) await this.settle(run.id, code, async (tx) => this.giveUp(tx, run, code));
    }
    const { seconds, code } = RUN_DEADLINES.STAGING;
    const staging = await this.find(
      `r.state = 'STAGING' AND r.entered_at < clock_timestamp() - make_interval(secs => $1)`,
      [seconds],
    );
    for (const run of staging)
      await this.settle(run.id, code, async (tx) =>
        run.attempt === 0 ? this.giveUp(tx, run, code) : faulted(tx, run.id, run.attempt, 'FAULT', code),
      );
    const scoring = await this.find(
      `r.state = 'SCORING' AND r.entered_at < clock_timestamp() - make_interval(secs => CASE WHEN EXISTS (
         SELECT 1 FROM sandbox.run_attempt a WHERE a.run_id = r.id AND a.attempt = r.attempt AND a.lane = 'remote'
       ) THEN $1::integer ELSE $2::integer END)`,
      [scoringDeadline(this.wallSeconds, true), scoringDeadline(this.wallSeconds, false)],
    );
    for (const run of scoring)
      await this.settle(run.id, RUN_DEADLINES.SCORING.code, (tx) =>
        faulted(tx, run.id, run.attempt, 'FAULT', RUN_DEADLINES.SCORING.code),
      );
  }

  /** Runs that are to be scored, and neither wait for a slot nor have one. */
  private async withoutSlot(): Promise<void> {
    const unattended = await this.find(
      `r.state IN ('STAGING', 'SCORING') AND r.attempt > 0 AND NOT EXISTS (
         SELECT 1 FROM sandbox.run_attempt a WHERE a.run_id = r.id AND a.attempt = r.attempt AND a.ended_at IS NULL)`,
    );
    for (const { id, attempt } of unattended)
      await this.settle(id, 'no attempt', (tx) =>
        backToQueue(tx, id, attempt, 'Nobody worked on it; it is taken up again.'),
      );
    const unqueued = await this.find(
      `r.state = 'QUEUED' AND NOT EXISTS (SELECT 1 FROM sandbox.run_queue q WHERE q.run_id = r.id)
         AND EXISTS (SELECT 1 FROM sandbox.evaluation_plan p WHERE p.id = r.plan_id
           AND (p.split <> 'sealed' OR EXISTS (SELECT 1 FROM sandbox.sealed_draw d WHERE d.plan_id = p.id)))`,
    );
    for (const { id } of unqueued)
      await this.settle(id, 'not in the queue', async (tx) => {
        const [still] = await tx.query<unknown[]>(
          `SELECT 1 FROM sandbox.run WHERE id = $1 AND state = 'QUEUED' FOR UPDATE`,
          [id],
        );
        if (still === undefined) return false;
        await enqueue(tx, id);
        return true;
      });
  }

  /** What waits for a job that the queue does not have. */
  private async withoutJob(): Promise<void> {
    const undrawn = await this.find(
      `r.attempt = 0 AND r.state IN ('QUEUED', 'STAGING') AND EXISTS (
         SELECT 1 FROM sandbox.evaluation_plan p WHERE p.id = r.plan_id AND p.split = 'sealed'
           AND NOT EXISTS (SELECT 1 FROM sandbox.sealed_draw d WHERE d.plan_id = p.id))`,
    );
    await this.resend('draw', 'runId', undrawn, ({ id }) => ({ runId: id }));
    const again = ({ id, attempt }: Found) => ({ runId: id, attempt });
    await this.resend('measure', 'runId', await this.find(`r.state = 'MEASURING'`), again);
    await this.resend('seal', 'runId', await this.find(`r.state = 'SEALING'`), again);
    const waiting = async (sql: string): Promise<Found[]> =>
      (await this.database.asSystem((tx) => tx.query<{ id: string }[]>(sql))).map(({ id }) => ({
        id,
        attempt: 0,
      }));
    await this.resend(
      'inspect',
      'modelVersionId',
      await waiting(`SELECT id FROM sandbox.model_version WHERE state = 'INSPECTING'`),
      ({ id }) => ({ modelVersionId: id }),
    );
    await this.resend(
      'generate',
      'datasetVersionId',
      await waiting(`SELECT id FROM sandbox.dataset_version WHERE state = 'PREPARING'`),
      ({ id }) => ({ datasetVersionId: id }),
    );
  }

  /** Asked in this order, what is found has no job: whoever ends one writes what came of it first. */
  private async resend(
    queue: QueueName,
    member: string,
    found: readonly Found[],
    data: (found: Found) => object,
  ): Promise<void> {
    if (found.length === 0) return;
    const there = await this.jobs.subjects(queue, member);
    for (const one of found.filter(({ id }) => !there.has(id)))
      await this.settle(one.id, `no job to ${queue}`, async (tx) => {
        await this.jobs.send(tx, queue, data(one));
        return true;
      });
  }

  private async giveUp(tx: EntityManager, { id, attempt }: Found, code: string): Promise<boolean> {
    const moved = await move(tx, id, {
      to: 'ERRORED',
      attempt,
      reasonCode: code,
      reason: OUR_FAULT,
      power: 'launcher',
    });
    return moved !== null;
  }

  private async find(where: string, values: unknown[] = []): Promise<Found[]> {
    return this.database.asSystem((tx) =>
      tx.query<Found[]>(
        `SELECT r.id, r.attempt FROM sandbox.run r
         WHERE r.finished_at IS NULL AND r.entered_at < clock_timestamp() - interval '${SETTLED_SECONDS} seconds'
           AND ${where} ORDER BY r.entered_at LIMIT ${A_FEW}`,
        values,
      ),
    );
  }

  private async settle(
    id: string,
    why: string,
    work: (tx: EntityManager) => Promise<boolean>,
  ): Promise<void> {
    const done = await this.database.asSystem(async (tx) => {
      if (!(await work(tx))) return false;
      await appendAudit(tx, { actor: { power: 'launcher' }, action: 'sweep', subject: id, details: { why } });
      return true;
    });
    if (done) this.log.info({ subject: id, why }, 'settled what nobody worked on');
  }
}
