import type { EntityManager } from 'typeorm';
import { v7 as uuid } from 'uuid';
import type { JobQueue } from '../../../platform/jobs/index.js';
import type { Actor } from '../../identity/index.js';
import type { EvaluationPlanRow } from '../../plans/index.js';
import { RunRow } from '../run.entity.js';
import { enqueue } from './run-queue.js';

/** A run of a locked plan, and its job: they stand or fall together. */
export async function queueRun(
  tx: EntityManager,
  jobs: JobQueue,
  actor: Actor,
  plan: EvaluationPlanRow,
): Promise<RunRow> {
  const row = await tx.save(
    tx.create(RunRow, {
      id: uuid(),
      tenantId: actor.organisationId,
      planId: plan.id,
      modelVersionId: plan.modelVersionId,
      datasetVersionId: plan.datasetVersionId,
      startedBy: actor.personId,
      state: 'QUEUED',
      attempt: 0,
      progress: 0,
      reasonCode: null,
      reason: null,
      createdAt: new Date(),
      startedAt: null,
      finishedAt: null,
      enteredAt: new Date(),
      logLines: 0,
      modelLines: 0,
      modelBytes: 0,
      modelDropped: '0',
    }),
  );
  if (plan.split === 'sealed') {
    // Tenants take turns: the first draw of one goes before the second of another, however early that came.
    const ahead = await drawsWaiting(tx, row);
    await jobs.send(tx, 'draw', { runId: row.id }, { group: actor.organisationId, priority: -ahead });
  } else {
    await enqueue(tx, row.id);
  }
  return row;
}

/** How many other runs of a tenant wait for their sealed split to be drawn. */
async function drawsWaiting(tx: EntityManager, { id, tenantId }: RunRow): Promise<number> {
  const [waiting] = await tx.query<{ count: number }[]>(
    `SELECT count(*)::int AS count FROM sandbox.run r JOIN sandbox.evaluation_plan p ON p.id = r.plan_id
     WHERE r.tenant_id = $1 AND r.id <> $2 AND p.split = 'sealed' AND r.state IN ('QUEUED', 'STAGING') AND r.attempt = 0
       AND NOT EXISTS (SELECT 1 FROM sandbox.sealed_draw d WHERE d.plan_id = p.id)`,
    [tenantId, id],
  );
  return waiting?.count ?? 0;
}
