import { Column, Entity, PrimaryColumn } from 'typeorm';

export type DatasetState = 'AWAITING_UPLOAD' | 'PREPARING' | 'READY' | 'FAILED' | 'CANCELLED';
export type SplitName = 'development' | 'evaluation' | 'sealed';

/** What a column is to an evaluation. */
export type ColumnRole =
  'key' | 'entity' | 'time' | 'feature' | 'label' | 'protected' | 'control' | 'information';

/** A column as the catalogue describes it. */
export interface DatasetColumnDocument {
  name: string;
  type: string;
  table: 'features' | 'labels' | 'protected';
  role: ColumnRole;
  definition: string;
  unit: string;
  window?: string;
  /** the words that it may hold */
  dictionary?: readonly string[];
  optional?: boolean;
}

@Entity({ name: 'dataset_version', schema: 'sandbox' })
export class DatasetVersionRow {
  @PrimaryColumn('uuid') id: string;
  @Column('text') name: string;
  @Column('text') source: 'GENERATED' | 'IMPORTED';
  @Column('text', { nullable: true }) preset: string | null;
  @Column('jsonb') parameters: Record<string, unknown>;
  @Column('jsonb') columns: DatasetColumnDocument[];
  @Column('text') state: DatasetState;
  @Column('real', { default: 0 }) progress: number;
  @Column('text', { nullable: true }) stage: string | null;
  @Column('text', { nullable: true }) failureCode: string | null;
  @Column('text', { nullable: true }) failureMessage: string | null;
  @Column('text', { nullable: true }) digest: string | null;
  /** to the key of the evaluation split */
  @Column('text', { nullable: true }) commitment: string | null;
  @Column('text', { nullable: true }) developmentCommitment: string | null;
  @Column('jsonb', { nullable: true }) datasheet: Record<string, unknown> | null;
  @Column('jsonb', { nullable: true }) realism: Record<string, unknown> | null;
  @Column('jsonb', { nullable: true }) leakAudit: Record<string, unknown> | null;
  @Column('timestamptz', { default: () => 'now()' }) createdAt: Date;
  @Column('timestamptz', { nullable: true }) readyAt: Date | null;
  /** since when authorities hold a key of it */
  @Column('timestamptz', { nullable: true }) revealedAt: Date | null;
}

/** The features of a split, or the raw events behind them: what the launcher hands to models. */
@Entity({ name: 'dataset_object', schema: 'sandbox' })
export class DatasetObjectRow {
  @PrimaryColumn('uuid') datasetVersionId: string;
  @PrimaryColumn('text') split: SplitName;
  @PrimaryColumn('text') part: 'features' | 'events';
  @Column('text') sha256: string;
  @Column('bigint') bytes: string;
  @Column('bigint') rows: string;
}

/** A file that anybody with a token may download: of the development split, or of the version as a whole. */
@Entity({ name: 'dataset_file', schema: 'sandbox' })
export class DatasetFileRow {
  @PrimaryColumn('uuid') datasetVersionId: string;
  @PrimaryColumn('text') path: string;
  @Column('text', { nullable: true }) split: 'development' | null;
  @Column('text') tableName: string;
  @Column('text') sha256: string;
  @Column('bigint') bytes: string;
  /** null where it is no table */
  @Column('bigint', { nullable: true }) rows: string | null;
}

/** A sealed split, drawn for one locked plan: what may be known of it, and nothing that it consists of. */
@Entity({ name: 'sealed_draw', schema: 'sandbox' })
export class SealedDrawRow {
  @PrimaryColumn('uuid') planId: string;
  @Column('uuid') tenantId: string;
  @Column('uuid') datasetVersionId: string;
  @Column('text') commitment: string;
  @Column('bigint') rows: string;
  /** the launcher's and the evaluator's: no other power has the right to ask for it */
  @Column('text', { select: false }) featuresSha256?: string;
  @Column('text', { select: false, nullable: true }) eventsSha256?: string | null;
  @Column('timestamptz', { default: () => 'now()' }) createdAt: Date;
  @Column('timestamptz', { nullable: true }) revealedAt: Date | null;
}
