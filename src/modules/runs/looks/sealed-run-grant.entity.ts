import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An authority's leave to score a model on a sealed split once more. */
@Entity({ name: 'sealed_run_grant', schema: 'sandbox' })
export class SealedRunGrantRow {
  @PrimaryColumn('uuid') id: string;
  @Column('uuid') tenantId: string;
  @Column('uuid') modelId: string;
  @Column('uuid') authorityId: string;
  @Column('text') authority: string;
  @Column('uuid') grantedBy: string;
  @Column('text') reason: string;
  @Column('timestamptz', { default: () => 'now()' }) createdAt: Date;
}
