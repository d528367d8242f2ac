import { Column, Entity, PrimaryColumn } from 'typeorm';

export type DatasetState = 'AWAITING_UPLOAD' | 'PREPARING' | 'READY' | 'FAILED';
export type SplitName = 'development' | 'evaluation';

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
  @Column('text', { nullable: true }) failureCode: string | null;
  @Column('text', { nullable: true }) failureMessage: string | null;
  @Column('text', { nullable: true }) digest: string | null;
  @Column('text', { nullable: true }) commitment: string | null;
  @Column('jsonb', { nullable: true }) datasheet: Record<string, unknown> | null;
  @Column('timestamptz', { default: () => 'now()' }) createdAt: Date;
  @Column('timestamptz', { nullable: true }) readyAt: Date | null;
}

/** An object that others than the evaluator may read: features of every split, and files of the development split. */
@Entity({ name: 'dataset_object', schema: 'sandbox' })
export class DatasetObjectRow {
  @PrimaryColumn('uuid') datasetVersionId: string;
  @PrimaryColumn('text') split: SplitName;
  @PrimaryColumn('text') part: 'features' | 'development';
  @PrimaryColumn('text') name: string;
  @Column('text') sha256: string;
  @Column('bigint') bytes: string;
  @Column('bigint') rows: string;
}
