import { createUnionType, Field, ID, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsDate,
  IsEnum,
  IsOptional,
  IsString,
  Length,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { Failure } from '../../platform/graphql/failure.js';
import { connectionOf } from '../../platform/graphql/pagination.js';
import { DigestScalar } from '../../platform/graphql/scalars.js';

export enum DecisionOutcomeName {
  APPROVED = 'APPROVED',
  APPROVED_WITH_CONDITIONS = 'APPROVED_WITH_CONDITIONS',
  DECLINED = 'DECLINED',
}

registerEnumType(DecisionOutcomeName, {
  name: 'DecisionOutcome',
  description: 'What an authority decides.',
  valuesMap: {
    APPROVED: { description: 'For the scope stated, until the expiry stated.' },
    APPROVED_WITH_CONDITIONS: { description: 'The same, while its conditions are kept.' },
    DECLINED: { description: 'Not approved; the reason says why.' },
  },
});

export enum DecisionStateName {
  PROPOSED = 'PROPOSED',
  CONFIRMED = 'CONFIRMED',
}

registerEnumType(DecisionStateName, {
  name: 'DecisionState',
  description: 'Where a decision stands.',
  valuesMap: {
    PROPOSED: { description: 'One person proposed it; a second has to confirm.' },
    CONFIRMED: { description: 'A second person confirmed it: it holds.' },
  },
});

@ObjectType({ description: 'A condition that a decision imposes.' })
export class Condition {
  @Field(() => String, { description: 'What has to be done.' })
  text: string;

  @Field(() => Date, { description: 'By when.' })
  dueAt: Date;
}

@ObjectType({ description: 'A decision by two people of an authority.' })
export class Decision {
  @Field(() => ID, { description: 'Opaque identifier.' })
  id: string;

  @Field(() => DecisionOutcomeName, { description: 'What is decided.' })
  outcome: DecisionOutcomeName;

  @Field(() => String, { description: 'What it covers: product, customers, volume.' })
  scope: string;

  @Field(() => String, { description: 'Why.' })
  reason: string;

  @Field(() => [Condition], { description: 'Conditions imposed; none for other outcomes.' })
  conditions: Condition[];

  @Field(() => Date, { nullable: true, description: 'When an approval ends; null for a decline.' })
  expiresAt: Date | null;

  @Field(() => DecisionStateName, { description: 'Where it stands.' })
  state: DecisionStateName;

  @Field(() => Date, { description: 'When it was proposed.' })
  createdAt: Date;

  @Field(() => Date, { nullable: true, description: 'When it was confirmed; null until then.' })
  confirmedAt: Date | null;
}

@ObjectType({ description: 'An authority’s review of one report.' })
export class Review {
  @Field(() => ID, { description: 'Opaque identifier.' })
  id: string;

  @Field(() => String, { description: 'The authority.' })
  authority: string;

  @Field(() => DigestScalar, { description: 'Digest of the report as it was when the review was opened.' })
  reportDigest: string;

  @Field(() => Date, { description: 'When it was opened.' })
  createdAt: Date;

  reportId: string;
}

@ObjectType({
  implements: () => [Failure],
  description: 'This authority has a review of the report already.',
})
export class ReviewExists extends Failure {}

@ObjectType({ implements: () => [Failure], description: 'The review has a decision, proposed or confirmed.' })
export class DecisionExists extends Failure {}

@ObjectType({
  implements: () => [Failure],
  description: 'Who proposed a decision cannot confirm it: it takes two people.',
})
export class SecondPersonNeeded extends Failure {}

@ObjectType({
  implements: () => [Failure],
  description: 'The decision does not hold together; the message says why.',
})
export class DecisionInvalid extends Failure {}

export const OpenReviewResult = createUnionType({
  name: 'OpenReviewResult',
  description: 'What may come of opening a review.',
  types: () => [Review, ReviewExists] as const,
});

export const ProposeDecisionResult = createUnionType({
  name: 'ProposeDecisionResult',
  description: 'What may come of proposing a decision.',
  types: () => [Decision, DecisionExists, DecisionInvalid] as const,
});

export const ConfirmDecisionResult = createUnionType({
  name: 'ConfirmDecisionResult',
  description: 'What may come of confirming a decision.',
  types: () => [Decision, SecondPersonNeeded, DecisionExists] as const,
});

export const ReviewConnection = connectionOf(Review, 'Review');

@InputType({ description: 'The report to review.' })
export class OpenReviewInput {
  @Field(() => ID, { description: 'The report.' })
  @IsString()
  @MaxLength(100)
  reportId: string;
}

@InputType({ description: 'A condition to impose.' })
export class ConditionInput {
  @Field(() => String, { description: 'What has to be done, 1 to 2,000 characters.' })
  @IsString()
  @Length(1, 2_000)
  text: string;

  @Field(() => Date, { description: 'By when.' })
  @IsDate()
  dueAt: Date;
}

@InputType({ description: 'The decision to propose.' })
export class ProposeDecisionInput {
  @Field(() => ID, { description: 'The review.' })
  @IsString()
  @MaxLength(100)
  reviewId: string;

  @Field(() => DecisionOutcomeName, { description: 'What to decide.' })
  @IsEnum(DecisionOutcomeName)
  outcome: DecisionOutcomeName;

  @Field(() => String, { description: 'What it covers, 1 to 2,000 characters.' })
  @IsString()
  @Length(1, 2_000)
  scope: string;

  @Field(() => String, { description: 'Why, 1 to 5,000 characters.' })
  @IsString()
  @Length(1, 5_000)
  reason: string;

  @Field(() => Date, { nullable: true, description: 'When an approval ends; needed for approvals.' })
  @IsOptional()
  @IsDate()
  expiresAt?: Date | null;

  @Field(() => [ConditionInput], {
    defaultValue: [],
    description: 'Needed for APPROVED_WITH_CONDITIONS, none for others.',
  })
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  @Type(() => ConditionInput)
  conditions: ConditionInput[] = [];
}

@InputType({ description: 'The decision to confirm.' })
export class ConfirmDecisionInput {
  @Field(() => ID, { description: 'The decision.' })
  @IsString()
  @MaxLength(100)
  decisionId: string;
}
