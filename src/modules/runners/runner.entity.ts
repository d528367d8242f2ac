import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A certificate by which a tenant's site may connect. */
@Entity({ name: 'runner', schema: 'sandbox' })
export class RunnerRow {
  @PrimaryColumn('uuid') id: string;
  @Column('uuid') tenantId: string;
  @Column('text') name: string;
  /** SHA-256 of the certificate's DER */
  @Column('text') fingerprint: string;
  /** PEM */
  @Column('text') certificate: string;
  @Column('timestamptz') notBefore: Date;
  @Column('timestamptz') notAfter: Date;
  @Column('uuid') enrolledBy: string;
  @Column('timestamptz', { default: () => 'now()' }) createdAt: Date;
  @Column('timestamptz', { nullable: true }) revokedAt: Date | null;
  /** told by the launcher, as are the next three */
  @Column('timestamptz', { nullable: true }) lastSeenAt: Date | null;
  @Column('text', { nullable: true }) version: string | null;
  @Column('text', { nullable: true }) hostName: string | null;
  @Column('uuid', { nullable: true }) runId: string | null;
}

/** Where runners connect to: one row, or none where no launcher listens. */
@Entity({ name: 'runner_gateway', schema: 'sandbox' })
export class RunnerGatewayRow {
  @PrimaryColumn('boolean', { default: true }) singleton: boolean;
  @Column('text') address: string;
  @Column('text') fingerprint: string;
  @Column('integer') protocol: number;
  @Column('timestamptz', { default: () => 'now()' }) since: Date;
}
