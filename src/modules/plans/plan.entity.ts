import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Plan } from '../../engine/assessment/index.js';
import type { InputBinding } from '../../engine/scoring/index.js';
import type { SplitName } from '../datasets/index.js';
import type { LockedPack } from './packs/criteria-pack.entity.js';

@Entity({ name: 'input_binding', schema: 'sandbox' })
export class InputBindingRow {
  @PrimaryColumn('uuid') id: string;
  @Column('uuid') tenantId: string;
  @Column('uuid') modelVersionId: string;
  @Column('uuid') datasetVersionId: string;
  @Column('jsonb') document: InputBinding;
  @Column('timestamptz', { default: () => 'now()' }) createdAt: Date;
}

@Entity({ name: 'evaluation_plan', schema: 'sandbox' })
export class EvaluationPlanRow {
  @PrimaryColumn('uuid') id: string;
  @Column('uuid') tenantId: string;
  @Column('uuid') inputBindingId: string;
  @Column('uuid') modelVersionId: string;
  @Column('uuid') datasetVersionId: string;
  @Column('text') split: SplitName;
  @Column('text') title: string;
  @Column('jsonb') document: Plan;
  @Column('text', { default: 'DRAFT' }) state: 'DRAFT' | 'LOCKED';
  @Column('text', { nullable: true }) digest: string | null;
  /** criteria packs that it was locked against */
  @Column('jsonb', { nullable: true }) packs: LockedPack[] | null;
  /** the plan whose criteria it tries on the development split; null for others */
  @Column('uuid', { nullable: true }) preflightOf: string | null;
  @Column('timestamptz', { default: () => 'now()' }) createdAt: Date;
  @Column('timestamptz', { nullable: true }) lockedAt: Date | null;
}
