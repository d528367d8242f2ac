import { Column, Entity, PrimaryColumn } from 'typeorm';

export type ApplicationState = 'SUBMITTED' | 'ADMITTED' | 'DECLINED';

@Entity({ name: 'application', schema: 'sandbox' })
export class ApplicationRow {
  @PrimaryColumn('uuid') id: string;
  @Column('text') organisationName: string;
  @Column('text') contactName: string;
  @Column('text') contactEmail: string;
  @Column('text') useCase: string;
  @Column('text') summary: string;
  @Column('text', { nullable: true }) sponsor: string | null;
  @Column('text', { default: 'SUBMITTED' }) state: ApplicationState;
  @Column('bytea') source: Buffer;
  @Column('uuid', { nullable: true }) admittedAs: string | null;
  @Column('timestamptz', { default: () => 'now()' }) createdAt: Date;
  @Column('timestamptz', { nullable: true }) settledAt: Date | null;
}
