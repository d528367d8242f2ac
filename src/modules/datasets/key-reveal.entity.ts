import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { SplitName } from './dataset.entity.js';

/** A split's key that an authority asked for; only authorities see the row. */
@Entity({ name: 'split_key_reveal', schema: 'sandbox' })
export class SplitKeyRevealRow {
  @PrimaryColumn('uuid') id: string;
  @Column('uuid') datasetVersionId: string;
  @Column('text') split: SplitName;
  /** of a sealed split, which is drawn for one plan */
  @Column('uuid', { nullable: true }) planId: string | null;
  @Column('uuid') authorityId: string;
  @Column('uuid') requestedBy: string;
  @Column('text') reason: string;
  @Column('text') commitment: string;
  @Column('bytea', { nullable: true }) key: Buffer | null;
  @Column('timestamptz', { default: () => 'now()' }) createdAt: Date;
  @Column('timestamptz', { nullable: true }) revealedAt: Date | null;
  @Column('timestamptz', { nullable: true }) failedAt: Date | null;
}
