import { Field, Float, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { CountScalar } from '../../../platform/graphql/scalars.js';

export enum AttemptOutcomeName {
  SCORED = 'SCORED',
  FAILED = 'FAILED',
  LIMIT_EXCEEDED = 'LIMIT_EXCEEDED',
  CANCELLED = 'CANCELLED',
  FAULT = 'FAULT',
  LOST = 'LOST',
  GIVEN_BACK = 'GIVEN_BACK',
}

registerEnumType(AttemptOutcomeName, {
  name: 'AttemptOutcome',
  description: 'How an attempt to score a run ended. The last three are ours and are billed to nobody.',
  valuesMap: {
    SCORED: { description: 'Every row has its score.' },
    FAILED: { description: 'The model’s fault: there is no further attempt.' },
    LIMIT_EXCEEDED: { description: 'The model passed a limit: there is no further attempt.' },
    CANCELLED: { description: 'The run was cancelled meanwhile.' },
    FAULT: { description: 'A fault of the sandbox.' },
    LOST: { description: 'The machine that scored it fell silent.' },
    GIVEN_BACK: { description: 'The machine that scored it was stopped by its operator.' },
  },
});

@ObjectType({ description: 'One attempt to score a run, and what it used: also where it came to nothing.' })
export class RunAttempt {
  @Field(() => Int, { description: 'Its number, from 1.' })
  attempt: number;

  @Field(() => Date, { description: 'When it took a slot.' })
  startedAt: Date;

  @Field(() => Date, { nullable: true, description: 'When it left the slot; null while it holds it.' })
  endedAt: Date | null;

  @Field(() => AttemptOutcomeName, { nullable: true, description: 'How it ended; null while it goes on.' })
  outcome: AttemptOutcomeName | null;

  @Field(() => String, {
    description:
      'Class of the device that it held: `cpu` here, `remote` where its tenant’s own site scored it.',
  })
  deviceClass: string;

  @Field(() => Float, { description: 'Seconds for which it held the device, so far.' })
  deviceSeconds: number;

  @Field(() => Float, {
    nullable: true,
    description:
      'CPU seconds of the jailed model, whole ones to a tenant on a blind split; null where none was told.',
  })
  cpuSeconds: number | null;

  @Field(() => CountScalar, {
    nullable: true,
    description:
      'Most memory of the jailed model at one time, bytes, in steps of 64 MiB to a tenant on a blind split; null where none was told.',
  })
  peakMemoryBytes: number | null;

  @Field(() => CountScalar, { description: 'Rows scored.' })
  rows: number;

  @Field(() => Boolean, {
    description: 'Whether its use counts: not where it, or its run, ended by a fault of ours.',
  })
  billable: boolean;

  runId: string;
}

@ObjectType({ description: 'What a run used of the machines, faults of ours left out.' })
export class RunUsage {
  @Field(() => String, {
    description: 'Class of the device: `cpu` here, `remote` where its tenant’s own site scored it.',
  })
  deviceClass: string;

  @Field(() => Float, { description: 'Seconds for which it held a device.' })
  deviceSeconds: number;

  @Field(() => Float, {
    nullable: true,
    description:
      'CPU seconds of the jailed model, whole ones to a tenant on a blind split; null where none was told.',
  })
  cpuSeconds: number | null;

  @Field(() => CountScalar, {
    nullable: true,
    description:
      'Most memory of the jailed model at one time, bytes, in steps of 64 MiB to a tenant on a blind split; null where none was told.',
  })
  peakMemoryBytes: number | null;

  @Field(() => CountScalar, { description: 'Rows scored.' })
  rows: number;

  @Field(() => Float, { description: 'Device seconds lost to faults of ours: not billed.' })
  faultSeconds: number;
}

@ObjectType({ description: 'A fault of the sandbox during a run, for those who run and oversee it.' })
export class RunFault {
  @Field(() => String, { description: 'At which stage: `draw`, `score`, `measure` or `seal`.' })
  stage: string;

  @Field(() => Int, { description: 'During which attempt; 0 before the first.' })
  attempt: number;

  @Field(() => Date, { description: 'When.' })
  at: Date;

  @Field(() => String, { description: 'On which machine it was noticed.' })
  host: string;

  @Field(() => String, { description: 'What went wrong, in the program’s words.' })
  fault: string;

  runId: string;
}
