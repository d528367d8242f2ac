import { Column, Entity, PrimaryColumn } from 'typeorm';

/** READY takes jobs; REFUSED may not, and `detail` says why; DRAINING finishes what it has. */
export type WorkerState = 'READY' | 'REFUSED' | 'DRAINING';

/** The powers that take jobs. */
export type WorkingPower = 'launcher' | 'evaluator' | 'signer';

/** A process that takes jobs, as it last said of itself. */
@Entity({ name: 'worker', schema: 'sandbox' })
export class WorkerRow {
  @PrimaryColumn('uuid') id: string;
  @Column('text') power: WorkingPower;
  @Column('text') host: string;
  @Column('integer') pid: number;
  @Column('text') state: WorkerState;
  @Column('text', { nullable: true }) detail: string | null;
  @Column('timestamptz', { default: () => 'now()' }) startedAt: Date;
  @Column('timestamptz', { default: () => 'now()' }) heartbeatAt: Date;
}
