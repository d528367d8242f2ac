import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { OnnxInspection } from '../../engine/scoring/index.js';
import type { OciInspection } from '../../engine/scoring/oci/index.js';
import type { PredictionsInspection } from '../../engine/scoring/predictions/index.js';

/** How a version is scored. */
export const RUNTIMES = ['ONNX', 'OCI_IMAGE', 'REMOTE_RUNNER', 'PREDICTIONS'] as const;
export type RuntimeName = (typeof RUNTIMES)[number];

export type ModelVersionState = 'AWAITING_UPLOAD' | 'INSPECTING' | 'READY' | 'REFUSED';

@Entity({ name: 'model', schema: 'sandbox' })
export class ModelRow {
  @PrimaryColumn('uuid') id: string;
  @Column('uuid') tenantId: string;
  @Column('text') name: string;
  @Column('text') purpose: string;
  @Column('text') owner: string;
  @Column('timestamptz', { default: () => 'now()' }) createdAt: Date;
}

@Entity({ name: 'model_version', schema: 'sandbox' })
export class ModelVersionRow {
  @PrimaryColumn('uuid') id: string;
  @Column('uuid') tenantId: string;
  @Column('uuid') modelId: string;
  @Column('text') label: string;
  @Column('text') runtime: RuntimeName;
  @Column('text') artefactSha256: string;
  @Column('bigint') artefactBytes: string;
  @Column('jsonb', { nullable: true }) card: Record<string, unknown> | null;
  @Column('text') state: ModelVersionState;
  /** in the form of its runtime */
  @Column('jsonb', { nullable: true }) inspection:
    OnnxInspection | OciInspection | PredictionsInspection | null;
  @Column('text', { nullable: true }) refusalCode: string | null;
  @Column('text', { nullable: true }) refusalMessage: string | null;
  @Column('timestamptz', { default: () => 'now()' }) createdAt: Date;
}
