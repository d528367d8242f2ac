import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { CriterionForecast } from '../../../engine/assessment/index.js';

/** What a preflight told of a plan. */
@Entity({ name: 'plan_forecast', schema: 'sandbox' })
export class PlanForecastRow {
  @PrimaryColumn('uuid') runId: string;
  @Column('uuid') planId: string;
  @Column('uuid') tenantId: string;
  /** of the split that the plan will be judged on */
  @Column('bigint') rows: string;
  /** SHA-256 of the plan's document as it was tried: a draft may have changed since */
  @Column('text') planDigest: string;
  @Column('jsonb') criteria: CriterionForecast[];
  @Column('timestamptz', { default: () => 'now()' }) createdAt: Date;
}
