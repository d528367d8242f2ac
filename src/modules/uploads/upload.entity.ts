import { Column, Entity, PrimaryColumn } from 'typeorm';

export type UploadPurpose = 'MODEL_VERSION' | 'DATASET';

@Entity({ name: 'upload', schema: 'sandbox' })
export class UploadRow {
  @PrimaryColumn('uuid') id: string;
  @Column('uuid') tenantId: string;
  @Column('bytea') secretHash: Buffer;
  @Column('text') purpose: UploadPurpose;
  @Column('uuid') subjectId: string;
  @Column('text') expectedSha256: string;
  @Column('bigint') expectedBytes: string;
  @Column('timestamptz', { default: () => 'now()' }) createdAt: Date;
  @Column('timestamptz') expiresAt: Date;
  @Column('timestamptz', { nullable: true }) completedAt: Date | null;
}
