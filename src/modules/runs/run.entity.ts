import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { RunState } from './run.lifecycle.js';

@Entity({ name: 'run', schema: 'sandbox' })
export class RunRow {
  @PrimaryColumn('uuid') id: string;
  @Column('uuid') tenantId: string;
  @Column('uuid') planId: string;
  @Column('uuid') modelVersionId: string;
  @Column('uuid') datasetVersionId: string;
  @Column('uuid') startedBy: string;
  @Column('text') state: RunState;
  @Column('integer', { default: 0 }) attempt: number;
  @Column('real', { default: 0 }) progress: number;
  @Column('text', { nullable: true }) reasonCode: string | null;
  @Column('text', { nullable: true }) reason: string | null;
  @Column('timestamptz', { default: () => 'now()' }) createdAt: Date;
  @Column('timestamptz', { nullable: true }) startedAt: Date | null;
  @Column('timestamptz', { nullable: true }) finishedAt: Date | null;
  /** when it came to its state */
  @Column('timestamptz', { default: () => 'now()' }) enteredAt: Date;
  /** lines of its log so far: the sequence of the last */
  @Column('integer', { default: 0 }) logLines: number;
  /** of those, what the model printed, … */
  @Column('integer', { default: 0 }) modelLines: number;
  @Column('integer', { default: 0 }) modelBytes: number;
  /** … and its lines that were not kept */
  @Column('bigint', { default: 0 }) modelDropped: string;
}

/** What scoring left: written once, by the attempt that came through. */
@Entity({ name: 'run_score', schema: 'sandbox' })
export class RunScoreRow {
  @PrimaryColumn('uuid') runId: string;
  @Column('integer') attempt: number;
  @Column('text') sha256: string;
  @Column('bigint') rows: string;
  @Column('jsonb') execution: Record<string, unknown>;
  @Column('jsonb') environment: Record<string, unknown>;
  @Column('timestamptz', { default: () => 'now()' }) createdAt: Date;
}

/** What a reference model's scores came to. */
export interface ReferenceMeasurement {
  name: string;
  artefactSha256: string;
  measurement: Record<string, unknown>;
}

/** A reference model's scores on the draw of a sealed run. */
@Entity({ name: 'run_comparison', schema: 'sandbox' })
export class RunComparisonRow {
  @PrimaryColumn('uuid') runId: string;
  @PrimaryColumn('text') name: string;
  @Column('integer') attempt: number;
  @Column('text') artefactSha256: string;
  @Column('text') sha256: string;
  @Column('text') scoreType: 'float32' | 'float64';
}

/** What measuring left: full precision, for the signer alone. */
@Entity({ name: 'run_measurement', schema: 'sandbox' })
export class RunMeasurementRow {
  @PrimaryColumn('uuid') runId: string;
  @Column('integer') attempt: number;
  @Column('jsonb') measurement: Record<string, unknown>;
  @Column('jsonb') verdicts: Record<string, unknown>[];
  /** of the reference models on the same draw; null where none was scored */
  @Column('jsonb', { nullable: true }) comparison: ReferenceMeasurement[] | null;
  @Column('jsonb') execution: Record<string, unknown>;
  @Column('timestamptz', { default: () => 'now()' }) createdAt: Date;
}
