import { Column, Entity, PrimaryColumn } from 'typeorm';

export type DecisionOutcome = 'APPROVED' | 'APPROVED_WITH_CONDITIONS' | 'DECLINED';

/** A condition as a decision imposes it. */
export interface ConditionDocument {
  text: string;
  /** ISO 8601 in UTC */
  dueAt: string;
}

@Entity({ name: 'review', schema: 'sandbox' })
export class ReviewRow {
  @PrimaryColumn('uuid') id: string;
  @Column('uuid') tenantId: string;
  @Column('uuid') reportId: string;
  @Column('uuid') authorityId: string;
  @Column('text') authority: string;
  @Column('uuid') openedBy: string;
  @Column('text') reportDigest: string;
  @Column('timestamptz', { default: () => 'now()' }) createdAt: Date;
}

@Entity({ name: 'decision', schema: 'sandbox' })
export class DecisionRow {
  @PrimaryColumn('uuid') id: string;
  @Column('uuid') tenantId: string;
  @Column('uuid') reviewId: string;
  @Column('uuid') authorityId: string;
  @Column('text') outcome: DecisionOutcome;
  @Column('text') scope: string;
  @Column('text') reason: string;
  @Column('jsonb', { default: [] }) conditions: ConditionDocument[];
  @Column('timestamptz', { nullable: true }) expiresAt: Date | null;
  @Column('text', { default: 'PROPOSED' }) state: 'PROPOSED' | 'CONFIRMED';
  @Column('uuid') proposedBy: string;
  @Column('uuid', { nullable: true }) confirmedBy: string | null;
  @Column('timestamptz', { default: () => 'now()' }) createdAt: Date;
  @Column('timestamptz', { nullable: true }) confirmedAt: Date | null;
}
