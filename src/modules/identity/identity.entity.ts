import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { OrganisationKind, Role } from './actor.js';

@Entity({ name: 'organisation', schema: 'sandbox' })
export class OrganisationRow {
  @PrimaryColumn('uuid') id: string;
  @Column('uuid') tenantId: string;
  @Column('text') kind: OrganisationKind;
  @Column('text') name: string;
  @Column('integer', { default: 0 }) runQuota: number;
  /** the round that a tenant was admitted in; null for others, and where none was named */
  @Column('text', { nullable: true }) cohort: string | null;
  @Column('timestamptz', { default: () => 'now()' }) createdAt: Date;
}

@Entity({ name: 'person', schema: 'sandbox' })
export class PersonRow {
  @PrimaryColumn('uuid') id: string;
  @Column('uuid') tenantId: string;
  @Column('text') name: string;
  @Column('text') email: string;
  @Column('text', { array: true }) roles: Role[];
  @Column('timestamptz', { default: () => 'now()' }) createdAt: Date;
}

@Entity({ name: 'api_token', schema: 'sandbox' })
export class ApiTokenRow {
  @PrimaryColumn('uuid') id: string;
  @Column('uuid') tenantId: string;
  @Column('uuid') personId: string;
  @Column('text') label: string;
  @Column('text', { array: true }) roles: Role[];
  @Column('text') prefix: string;
  @Column('bytea') hash: Buffer;
  @Column('boolean', { default: false }) singleUse: boolean;
  @Column('timestamptz', { default: () => 'now()' }) createdAt: Date;
  @Column('timestamptz') expiresAt: Date;
  @Column('timestamptz', { nullable: true }) lastUsedAt: Date | null;
  @Column('timestamptz', { nullable: true }) revokedAt: Date | null;
}
