import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { InputError } from '../../engine/input-error.js';
import { Database } from '../../platform/database/index.js';
import { Lifeline } from '../../platform/jobs/index.js';
import { DatasetVersionRow, SealedDraws, type SealedSubject } from '../datasets/index.js';
import { EvaluationPlanRow } from '../plans/index.js';
import { enqueue } from './queue/run-queue.js';
import { RunRow } from './run.entity.js';
import { walk } from './run.lifecycle.js';

/** Attempts are those of scoring: a draw is the same however often it is made, and needs no number of its own. */
const BEFORE_SCORING = 0;

/** The evaluator's stage before the scoring of a sealed split: neither the API nor the launcher could draw it. */
@Injectable()
export class DrawingStage {
  constructor(
    private readonly database: Database,
    private readonly draws: SealedDraws,
  ) {}

  /**
   * Draws the sealed split of a run's plan, publishes the commitment to its key, and hands the run on to be scored.
   * Repeatable: a draw that an earlier run of the plan left is taken as it is.
   *
   * @param stop ends the work, for another worker to take it up
   */
  async draw(runId: string, stop: AbortSignal): Promise<void> {
    const task = await this.database.asSystem((tx) => this.take(tx, runId));
    if (task === null) return;
    const lifeline = new Lifeline((share) => this.note(runId, share));
    try {
      await this.draws.draw(task, lifeline.tell, AbortSignal.any([stop, lifeline.signal]), (tx) =>
        this.handOn(tx, runId),
      );
    } catch (error) {
      if (lifeline.signal.aborted) return;
      if (!(error instanceof InputError)) throw error;
      await this.refuse(runId, error.code);
    } finally {
      await lifeline.end();
    }
  }

  /** @returns what to draw; null where the run has gone on, or needs no draw any more and is handed on */
  private async take(tx: EntityManager, runId: string): Promise<SealedSubject | null> {
    const begun = await walk(tx, runId, {
      to: 'STAGING',
      attempt: BEFORE_SCORING,
      progress: 0,
      power: 'evaluator',
    });
    if (!begun) return null;
    const run = await tx.findOneByOrFail(RunRow, { id: runId });
    const plan = await tx.findOneByOrFail(EvaluationPlanRow, { id: run.planId });
    const version = await tx.findOneByOrFail(DatasetVersionRow, { id: run.datasetVersionId });
    const [model] = await tx.query<{ artefact_sha256: string }[]>(
      'SELECT artefact_sha256 FROM sandbox.model_version WHERE id = $1',
      [run.modelVersionId],
    );
    if (plan.digest === null || model === undefined)
      throw new Error(`run ${runId} has no locked plan or model`);
    const drawn = await tx.query<unknown[]>('SELECT 1 FROM sandbox.sealed_draw WHERE plan_id = $1', [
      plan.id,
    ]);
    if (drawn.length > 0) {
      await this.handOn(tx, runId);
      return null;
    }
    return {
      planId: plan.id,
      tenantId: run.tenantId,
      version,
      artefactSha256: model.artefact_sha256,
      planDigest: plan.digest,
    };
  }

  /** @returns whether the run still waits for its draw */
  private async note(runId: string, share: number): Promise<boolean> {
    const [, waiting] = await this.database.asSystem((tx) =>
      tx.query<[unknown[], number]>(
        `UPDATE sandbox.run SET progress = $3 WHERE id = $1 AND state = 'STAGING' AND attempt = $2`,
        [runId, BEFORE_SCORING, share],
      ),
    );
    return waiting > 0;
  }

  /** @returns whether the run still waits for its draw; then it waits for a slot, once however often this is said */
  private async handOn(tx: EntityManager, runId: string): Promise<boolean> {
    const waiting = await walk(tx, runId, {
      to: 'QUEUED',
      attempt: BEFORE_SCORING,
      progress: 1,
      power: 'evaluator',
    });
    if (!waiting) return false;
    await enqueue(tx, runId);
    return true;
  }

  private async refuse(runId: string, code: string): Promise<void> {
    await this.database.asSystem((tx) =>
      walk(tx, runId, {
        to: 'ERRORED',
        attempt: BEFORE_SCORING,
        reasonCode: code,
        reason:
          'No sealed split can be drawn for this plan. It does not count against the quota: lock another plan, whose draw is another.',
        power: 'evaluator',
      }),
    );
  }
}
