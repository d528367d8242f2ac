import { Injectable } from '@nestjs/common';
import { canonicalJson, digest } from '../../../engine/reporting/index.js';
import { appendAudit } from '../../../platform/database/audit-trail.js';
import { Database } from '../../../platform/database/index.js';
import { JobQueue } from '../../../platform/jobs/index.js';
import type { Actor } from '../../identity/index.js';
import { EvaluationPlanRow, type PlanInvalid, preflightPlan } from '../../plans/index.js';
import { queueRun } from '../queue/queue-run.js';
import { toRun } from '../run.service.js';
import type { Run } from '../run.type.js';
import { PlanForecastRow } from './plan-forecast.entity.js';
import { CriterionForecast, PlanForecast, type PreflightEvaluationPlanInput } from './plan-forecast.type.js';

/** Trying a plan on open data before it is locked: free, and no look at anything blind. */
@Injectable()
export class PreflightService {
  constructor(
    private readonly database: Database,
    private readonly jobs: JobQueue,
  ) {}

  async start(actor: Actor, { planId }: PreflightEvaluationPlanInput): Promise<Run | PlanInvalid> {
    return this.database.within(actor, async (tx) => {
      const plan = await preflightPlan(tx, actor, planId);
      if (!(plan instanceof EvaluationPlanRow)) return plan;
      const row = await queueRun(tx, this.jobs, actor, plan);
      await appendAudit(tx, {
        actor,
        action: 'preflightEvaluationPlan',
        subject: `run:${row.id}`,
        details: { plan: planId, planDigest: plan.digest },
      });
      return toRun(row);
    });
  }

  /** The newest forecast of each plan, for loaders. */
  async forecasts(actor: Actor, planIds: readonly string[]): Promise<PlanForecast[]> {
    return this.database.within(actor, async (tx) => {
      const rows = await tx
        .createQueryBuilder(PlanForecastRow, 'forecast')
        .distinctOn(['forecast.plan_id'])
        .where('forecast.planId IN (:...planIds)', { planIds })
        .orderBy('forecast.plan_id')
        .addOrderBy('forecast.created_at', 'DESC')
        .getMany();
      if (rows.length === 0) return [];
      const plans = await tx
        .createQueryBuilder(EvaluationPlanRow, 'plan')
        .where('plan.id IN (:...ids)', { ids: rows.map((row) => row.planId) })
        .getMany();
      const documents = new Map(plans.map((plan) => [plan.id, planDigest(plan)]));
      return rows.map((row) =>
        Object.assign(new PlanForecast(), {
          planId: row.planId,
          runId: row.runId,
          rows: Number(row.rows),
          current: documents.get(row.planId) === row.planDigest,
          createdAt: row.createdAt,
          criteria: row.criteria.map(({ id, reason, ...figures }) =>
            Object.assign(new CriterionForecast(), { id, ...rounded(figures), reason: reason ?? null }),
          ),
        }),
      );
    });
  }
}

/**
 * To three decimals, like a report's: development data are measured against the truth, and of that a tenant has only the
 * labels known by the cut-off.
 */
function rounded<T extends Record<string, number | null>>(figures: T): Record<keyof T, number | null> {
  return Object.fromEntries(
    Object.entries(figures).map(([name, figure]) => [
      name,
      figure === null ? null : Math.round(figure * 1_000) / 1_000,
    ]),
  ) as Record<keyof T, number | null>;
}

/** Of what a plan says, whatever it is held against. */
export function planDigest({ document }: Pick<EvaluationPlanRow, 'document'>): string {
  return digest(canonicalJson(document));
}
