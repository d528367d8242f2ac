import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { CriterionVerdict } from '../../engine/assessment/index.js';
import type { VerdictEvidence } from '../../engine/reporting/index.js';

@Entity({ name: 'report', schema: 'sandbox' })
export class ReportRow {
  @PrimaryColumn('uuid') id: string;
  @Column('uuid') tenantId: string;
  @Column('uuid') runId: string;
  @Column('text') digest: string;
  @Column('text') evidenceDigest: string;
  @Column('text') envelopeDigest: string;
  @Column('text') htmlDigest: string;
  @Column('text') tenantDigest: string;
  @Column('text') tenantHtmlDigest: string;
  @Column('text') keyId: string;
  @Column('jsonb') verdicts: CriterionVerdict[];
  @Column('jsonb') tenantVerdicts: VerdictEvidence[];
  @Column('timestamptz', { default: () => 'now()' }) createdAt: Date;
}
