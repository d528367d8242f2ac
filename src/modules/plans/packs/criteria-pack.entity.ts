import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { CriteriaPack, UseCase } from '../../../engine/assessment/index.js';

@Entity({ name: 'criteria_pack', schema: 'sandbox' })
export class CriteriaPackRow {
  @PrimaryColumn('uuid') id: string;
  @Column('uuid') authorityId: string;
  @Column('text') authority: string;
  @Column('text') useCase: UseCase;
  /** null: every cohort */
  @Column('text', { nullable: true }) cohort: string | null;
  @Column('integer') version: number;
  @Column('jsonb') document: CriteriaPack;
  @Column('text') digest: string;
  @Column('uuid') publishedBy: string;
  @Column('timestamptz', { default: () => 'now()' }) createdAt: Date;
  @Column('timestamptz', { nullable: true }) withdrawnAt: Date | null;
}

/** A pack as a locked plan names it. */
export interface LockedPack {
  digest: string;
  authority: string;
  title: string;
  version: number;
}
