import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A tenant asked for the features of a blind split, to make predictions for it. */
@Entity({ name: 'feature_release', schema: 'sandbox' })
export class FeatureReleaseRow {
  @PrimaryColumn('uuid') id: string;
  @Column('uuid') tenantId: string;
  @Column('uuid') datasetVersionId: string;
  @Column('uuid') requestedBy: string;
  @Column('text') reason: string;
  /** of the object; the next two are the evaluator's as well */
  @Column('text', { nullable: true }) sha256: string | null;
  @Column('bigint', { nullable: true }) bytes: string | null;
  @Column('bigint', { nullable: true }) rows: string | null;
  @Column('timestamptz', { default: () => 'now()' }) createdAt: Date;
  @Column('timestamptz', { nullable: true }) releasedAt: Date | null;
  @Column('timestamptz', { nullable: true }) failedAt: Date | null;
}

/** Where the tenant that asked finds what was released, among a version's files. */
export const RELEASED_PATH = 'evaluation/features.parquet';
