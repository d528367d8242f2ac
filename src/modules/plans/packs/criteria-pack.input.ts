import { ArgsType, Field, ID, InputType, Int } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsBoolean,
  IsEnum,
  IsInt,
  IsOptional,
  IsString,
  Length,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { PageArguments } from '../../../platform/graphql/pagination.js';
import { CriterionInput } from '../plan.input.js';
import { UseCaseName } from './criteria-pack.type.js';

@InputType({ description: 'Criteria to publish.' })
export class PublishCriteriaPackInput {
  @Field(() => String, { description: 'What to call them, 1 to 500 characters.' })
  @IsString()
  @Length(1, 500)
  title: string;

  @Field(() => UseCaseName, { description: 'The use case that they are for.' })
  @IsEnum(UseCaseName)
  useCase: UseCaseName;

  @Field(() => String, {
    nullable: true,
    description: 'The cohort that they are for; every cohort without it.',
  })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  cohort?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Rows below which a plan may leave a group unjudged, at most.',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  minimumGroupSizeAtMost?: number | null;

  @Field(() => Int, { nullable: true, description: 'Bootstrap replicates that a plan must take, at least.' })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(10_000)
  replicatesAtLeast?: number | null;

  @Field(() => [CriterionInput], { description: 'The criteria, 1 to 100.' })
  @ArrayNotEmpty()
  @ArrayMaxSize(100)
  @ValidateNested({ each: true })
  @Type(() => CriterionInput)
  criteria: CriterionInput[];
}

@InputType({ description: 'Criteria to withdraw. Plans that were locked against them stay as they are.' })
export class WithdrawCriteriaPackInput {
  @Field(() => ID, { description: 'The pack.' })
  @IsString()
  @MaxLength(100)
  criteriaPackId: string;

  @Field(() => String, { description: 'Why, for the audit trail, 1 to 2,000 characters.' })
  @IsString()
  @Length(1, 2_000)
  reason: string;
}

@InputType({ description: 'Which packs to list; without it all.' })
export class CriteriaPackFilter {
  @Field(() => UseCaseName, { nullable: true, description: 'Those for this use case.' })
  @IsOptional()
  @IsEnum(UseCaseName)
  useCase?: UseCaseName | null;

  @Field(() => Boolean, { nullable: true, description: 'Only those that stand, or only those withdrawn.' })
  @IsOptional()
  @IsBoolean()
  withdrawn?: boolean | null;
}

@ArgsType()
export class CriteriaPacksArguments extends PageArguments {
  @Field(() => CriteriaPackFilter, { nullable: true, description: 'Which; all without it.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => CriteriaPackFilter)
  filter?: CriteriaPackFilter | null;
}
