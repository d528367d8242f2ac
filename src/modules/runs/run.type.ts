import {
  ArgsType,
  createUnionType,
  Field,
  Float,
  ID,
  InputType,
  Int,
  ObjectType,
  registerEnumType,
} from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { IsEnum, IsOptional, IsString, MaxLength, ValidateNested } from 'class-validator';
import { Failure } from '../../platform/graphql/failure.js';
import { connectionOf, PageArguments } from '../../platform/graphql/pagination.js';
import { CountScalar, DigestScalar } from '../../platform/graphql/scalars.js';
import { DatasetRevealed } from '../plans/index.js';

export enum RunStateName {
  QUEUED = 'QUEUED',
  STAGING = 'STAGING',
  SCORING = 'SCORING',
  MEASURING = 'MEASURING',
  SEALING = 'SEALING',
  SUCCEEDED = 'SUCCEEDED',
  FAILED = 'FAILED',
  ERRORED = 'ERRORED',
  LIMIT_EXCEEDED = 'LIMIT_EXCEEDED',
  CANCELLED = 'CANCELLED',
}

registerEnumType(RunStateName, {
  name: 'RunState',
  description: 'Where a run stands. Every run comes to one of the last five.',
  valuesMap: {
    QUEUED: { description: 'Waits for a slot.' },
    STAGING: { description: 'Its model and features are made ready; a sealed split is drawn.' },
    SCORING: { description: 'The model scores inside the jail.' },
    MEASURING: { description: 'Scores are joined with labels and measured.' },
    SEALING: { description: 'The report is written and signed.' },
    SUCCEEDED: { description: 'Final: there is a report.' },
    FAILED: { description: 'Final: the model’s fault; `reasonCode` says which.' },
    ERRORED: { description: 'Final: our fault; does not count against the quota.' },
    LIMIT_EXCEEDED: { description: 'Final: a limit of time, memory, processes or output was passed.' },
    CANCELLED: { description: 'Final: cancelled by its tenant.' },
  },
});

@ObjectType({ description: 'One evaluation of a model version by a locked plan.' })
export class Run {
  @Field(() => ID, { description: 'Opaque identifier.' })
  id: string;

  @Field(() => RunStateName, { description: 'Where it stands.' })
  state: RunStateName;

  @Field(() => Float, { description: 'How far the whole run is, 0 to 1.' })
  progress: number;

  @Field(() => Int, {
    description: 'Which attempt this is: more than one means that a fault of ours was retried.',
  })
  attempt: number;

  @Field(() => String, {
    nullable: true,
    description: 'Stable code of what ended it; null unless it ended badly.',
  })
  reasonCode: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'What ended it, in the platform’s words; null unless it ended badly.',
  })
  reason: string | null;

  @Field(() => Date, { description: 'When it was asked for.' })
  createdAt: Date;

  @Field(() => Date, { nullable: true, description: 'When a worker took it up; null while it is queued.' })
  startedAt: Date | null;

  @Field(() => Date, { nullable: true, description: 'When it became final; null until then.' })
  finishedAt: Date | null;

  planId: string;
  modelVersionId: string;
  datasetVersionId: string;
  tenantId: string;
}

@ObjectType({
  description: 'A sealed split: drawn for one locked plan, with a key that model and plan are bound to.',
})
export class SealedDraw {
  @Field(() => DigestScalar, {
    description: 'Commitment to its key, published before anything was scored on it.',
  })
  commitment: string;

  @Field(() => CountScalar, { description: 'Rows in it.' })
  rows: number;

  @Field(() => Date, { description: 'When it was drawn.' })
  drawnAt: Date;

  @Field(() => Date, {
    nullable: true,
    description: 'Since when authorities hold its key; null while none does.',
  })
  revealedAt: Date | null;

  planId: string;
}

@ObjectType({ implements: () => [Failure], description: 'The tenant has used up its runs.' })
export class QuotaExceeded extends Failure {
  @Field(() => Int, { description: 'Runs that the tenant may start in all.' })
  quota: number;
}

@ObjectType({ implements: () => [Failure], description: 'A run needs a locked plan.' })
export class PlanNotLocked extends Failure {}

@ObjectType({
  implements: () => [Failure],
  description: 'A sealed split is scored once for a model, unless a fault of ours ended the run.',
})
export class SealedRunTaken extends Failure {
  @Field(() => ID, { description: 'The run that it was.' })
  runId: string;
}

@ObjectType({ implements: () => [Failure], description: 'The run is final already.' })
export class RunAlreadyFinal extends Failure {}

export const StartRunResult = createUnionType({
  name: 'StartRunResult',
  description: 'What may come of starting a run.',
  types: () => [Run, QuotaExceeded, PlanNotLocked, DatasetRevealed, SealedRunTaken] as const,
});

export const CancelRunResult = createUnionType({
  name: 'CancelRunResult',
  description: 'What may come of cancelling a run.',
  types: () => [Run, RunAlreadyFinal] as const,
});

export const RunConnection = connectionOf(Run, 'Run');

@InputType({ description: 'The run to start.' })
export class StartRunInput {
  @Field(() => ID, { description: 'The locked plan.' })
  @IsString()
  @MaxLength(100)
  planId: string;
}

@InputType({ description: 'The run to cancel.' })
export class CancelRunInput {
  @Field(() => ID, { description: 'The run.' })
  @IsString()
  @MaxLength(100)
  runId: string;
}

@InputType({ description: 'Which runs.' })
export class RunFilter {
  @Field(() => [RunStateName], { nullable: true, description: 'In one of these states; in any without it.' })
  @IsOptional()
  @IsEnum(RunStateName, { each: true })
  states?: RunStateName[] | null;

  @Field(() => ID, { nullable: true, description: 'Of this model version.' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  modelVersionId?: string | null;
}

@ArgsType()
export class RunsArguments extends PageArguments {
  @Field(() => RunFilter, { nullable: true, description: 'Which; all without it.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => RunFilter)
  filter?: RunFilter | null;
}
