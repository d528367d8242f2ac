import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How what leaves here leaves: to an endpoint, to the tenant's runner, or by hand for scores to be handed in. */
export type OutsideTier = 'B' | 'C' | 'D';

/** Blind rows that were sent outside. Append-only. */
@Entity({ name: 'blindness_exposure', schema: 'sandbox' })
export class BlindnessExposureRow {
  @PrimaryColumn('uuid') id: string;
  @Column('uuid') tenantId: string;
  @Column('uuid') datasetVersionId: string;
  @Column('text') split: 'evaluation' | 'sealed';
  /** whose draw it was; null unless sealed */
  @Column('uuid', { nullable: true }) planId: string | null;
  @Column('text') tier: OutsideTier;
  /** null where it was sent for no one run */
  @Column('uuid', { nullable: true }) runId: string | null;
  @Column('text') what: 'features' | 'events';
  @Column('timestamptz', { default: () => 'now()' }) at: Date;
}
