import { Field, Float, ID, InputType, Int, registerEnumType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsEnum,
  IsInt,
  IsNumber,
  IsOptional,
  IsString,
  Length,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { MOST_WINDOW_ROWS, WINDOW_ROWS } from '../../engine/assessment/index.js';
import { Split } from '../datasets/index.js';
import { Feed } from './plan-feed.js';

export enum Comparator {
  AT_LEAST = '>=',
  AT_MOST = '<=',
}

registerEnumType(Comparator, {
  name: 'Comparator',
  description: 'Which side of the threshold is good.',
  valuesMap: {
    AT_LEAST: { description: 'The metric must be the threshold or more.' },
    AT_MOST: { description: 'The metric must be the threshold or less.' },
  },
});

export enum SourceStatus {
  IN_FORCE = 'IN_FORCE',
  CONVENTION = 'CONVENTION',
  RESCINDED = 'RESCINDED',
  DRAFT = 'DRAFT',
}

registerEnumType(SourceStatus, {
  name: 'SourceStatus',
  description: 'What standing a threshold’s source has.',
  valuesMap: {
    IN_FORCE: { description: 'A rule that binds today.' },
    CONVENTION: { description: 'A custom of the field, or the tenant’s own choice.' },
    RESCINDED: { description: 'A rule that was withdrawn.' },
    DRAFT: { description: 'A rule that is proposed.' },
  },
});

@InputType({ description: 'One input of the model and the columns that feed it.' })
export class BoundInputInput {
  @Field(() => String, { description: 'The input’s name in the graph.' })
  @IsString()
  @Length(1, 500)
  name: string;

  @Field(() => [String], { description: 'Columns of the dataset, in order.' })
  @ArrayNotEmpty()
  @ArrayMaxSize(2_000)
  @IsString({ each: true })
  columns: string[];
}

@InputType({ description: 'Which output holds the score, where the rule does not say.' })
export class BoundOutputInput {
  @Field(() => String, { description: 'The output’s name in the graph.' })
  @IsString()
  @Length(1, 500)
  name: string;

  @Field(() => Int, { nullable: true, description: 'The column of an [n, k] tensor, from 0.' })
  @IsOptional()
  @IsInt()
  @Min(0)
  column?: number | null;
}

@InputType({ description: 'How to feed a model from a dataset.' })
export class CreateInputBindingInput {
  @Field(() => ID, { description: 'The model version.' })
  @IsString()
  @MaxLength(100)
  modelVersionId: string;

  @Field(() => ID, { description: 'The dataset version.' })
  @IsString()
  @MaxLength(100)
  datasetVersionId: string;

  @Field(() => [BoundInputInput], {
    nullable: true,
    description:
      'Each input with its columns. Without it: all features in the dataset’s order into the only input.',
  })
  @IsOptional()
  @ArrayNotEmpty()
  @ArrayMaxSize(2_000)
  @ValidateNested({ each: true })
  @Type(() => BoundInputInput)
  inputs?: BoundInputInput[] | null;

  @Field(() => BoundOutputInput, { nullable: true, description: 'Which output holds the score.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => BoundOutputInput)
  output?: BoundOutputInput | null;
}

@InputType({ description: 'A group of a protected attribute.' })
export class SliceInput {
  @Field(() => String, { description: 'The attribute’s column.' })
  @IsString()
  @Length(1, 200)
  column: string;

  @Field(() => String, { description: 'The group’s value.' })
  @IsString()
  @Length(1, 200)
  group: string;
}

@InputType({ description: 'Where a threshold comes from.' })
export class ThresholdSourceInput {
  @Field(() => String, { description: 'Title, 1 to 500 characters.' })
  @IsString()
  @Length(1, 500)
  title: string;

  @Field(() => SourceStatus, { description: 'What standing it has.' })
  @IsEnum(SourceStatus)
  status: SourceStatus;

  @Field(() => String, { nullable: true, description: 'Where to read it.' })
  @IsOptional()
  @IsString()
  @MaxLength(1_000)
  url?: string | null;
}

@InputType({ description: 'One criterion: a metric, where, against what, by whose word.' })
export class CriterionInput {
  @Field(() => String, { description: 'Its identifier within the plan, for example "average-precision".' })
  @IsString()
  @Length(1, 100)
  id: string;

  @Field(() => String, {
    description:
      'A metric of the measurement document, for example averagePrecision or equalOpportunityDifference.',
  })
  @IsString()
  @Length(1, 100)
  metric: string;

  @Field(() => SliceInput, { nullable: true, description: 'Measure on this group alone.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => SliceInput)
  slice?: SliceInput | null;

  @Field(() => String, { nullable: true, description: 'For a fairness measure: the attribute’s column.' })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  fairnessColumn?: string | null;

  @Field(() => Comparator, { description: 'Which side is good.' })
  @IsEnum(Comparator)
  comparator: Comparator;

  @Field(() => Float, { description: 'The threshold.' })
  @IsNumber({ allowNaN: false, allowInfinity: false })
  threshold: number;

  @Field(() => ThresholdSourceInput, { description: 'Where the threshold comes from.' })
  @ValidateNested()
  @Type(() => ThresholdSourceInput)
  source: ThresholdSourceInput;

  @Field(() => String, { description: 'Who declared the criterion.' })
  @IsString()
  @Length(1, 200)
  declaredBy: string;
}

@InputType({ description: 'What to measure and judge.' })
export class PlanContentInput {
  @Field(() => String, { description: 'What to call the plan, 1 to 200 characters.' })
  @IsString()
  @Length(1, 200)
  title: string;

  @Field(() => Float, { description: 'Predicted positive at score >= threshold.' })
  @IsNumber({ allowNaN: false, allowInfinity: false })
  threshold: number;

  @Field(() => Int, { defaultValue: 500, description: 'Bootstrap replicates, 100 to 10,000.' })
  @IsInt()
  @Min(100)
  @Max(10_000)
  replicates: number = 500;

  @Field(() => Int, { defaultValue: 1, description: 'Seed of the bootstrap, 0 to 2,147,483,647.' })
  @IsInt()
  @Min(0)
  @Max(2_147_483_647)
  seed: number = 1;

  @Field(() => Int, { defaultValue: 100, description: 'Groups with fewer rows are shown but not judged.' })
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  minimumGroupSize: number = 100;

  @Field(() => Feed, {
    defaultValue: Feed.BATCH,
    description:
      'How the model is fed. EVENTS needs a runtime that holds a state (OCI_IMAGE, REMOTE_RUNNER) and a dataset that keeps its raw events.',
  })
  @IsEnum(Feed)
  feed: Feed = Feed.BATCH;

  @Field(() => Int, {
    defaultValue: WINDOW_ROWS,
    description:
      'For EVENTS: events released at a time, 1 to 65,536. A model can see at most one less of later events. BATCH makes nothing of it.',
  })
  @IsInt()
  @Min(1)
  @Max(MOST_WINDOW_ROWS)
  windowRows: number = WINDOW_ROWS;

  @Field(() => [CriterionInput], { description: 'The criteria, 1 to 100.' })
  @ArrayNotEmpty()
  @ArrayMaxSize(100)
  @ValidateNested({ each: true })
  @Type(() => CriterionInput)
  criteria: CriterionInput[];
}

@InputType({ description: 'A plan to make.' })
export class CreateEvaluationPlanInput {
  @Field(() => ID, { description: 'The binding: it says which model version and which dataset version.' })
  @IsString()
  @MaxLength(100)
  inputBindingId: string;

  @Field(() => Split, { defaultValue: Split.EVALUATION, description: 'The split that its runs score.' })
  @IsEnum(Split)
  split: Split = Split.EVALUATION;

  @Field(() => PlanContentInput, { description: 'What to measure and judge.' })
  @ValidateNested()
  @Type(() => PlanContentInput)
  plan: PlanContentInput;
}

@InputType({ description: 'A draft to change.' })
export class ReviseEvaluationPlanInput {
  @Field(() => ID, { description: 'The plan.' })
  @IsString()
  @MaxLength(100)
  planId: string;

  @Field(() => PlanContentInput, { description: 'What it shall say now, whole.' })
  @ValidateNested()
  @Type(() => PlanContentInput)
  plan: PlanContentInput;
}

@InputType({ description: 'A plan to lock.' })
export class LockEvaluationPlanInput {
  @Field(() => ID, { description: 'The plan.' })
  @IsString()
  @MaxLength(100)
  planId: string;
}
