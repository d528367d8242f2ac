import { createUnionType, Field, Float, ID, InputType, ObjectType } from '@nestjs/graphql';
import { IsString, MaxLength } from 'class-validator';
import { CountScalar } from '../../../platform/graphql/scalars.js';
import { PlanInvalid } from '../../plans/index.js';
import { Run } from '../run.type.js';

@ObjectType({
  description:
    'How a criterion is likely to end on the split that its plan will be judged on. Figures have three decimals.',
})
export class CriterionForecast {
  @Field(() => ID, { description: 'The criterion’s identifier in the plan.' })
  id: string;

  @Field(() => Float, {
    nullable: true,
    description: 'Its value on the development split; null where there is none.',
  })
  value: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Half the interval to be expected; null where it cannot be told.',
  })
  expectedHalfWidth: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Chance of PASS, 0 to 1; null where it cannot be told.',
  })
  pass: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Chance of FAIL, 0 to 1; null where it cannot be told.',
  })
  fail: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Chance that it stays INCONCLUSIVE, 0 to 1; null where it cannot be told.',
  })
  inconclusive: number | null;

  @Field(() => String, { nullable: true, description: 'Why nothing can be told; null where it can.' })
  reason: string | null;
}

@ObjectType({
  description:
    'What a preflight on the development split tells of a plan. It takes the splits to be alike: drift, and labels that development data lack, move what comes.',
})
export class PlanForecast {
  @Field(() => [CriterionForecast], { description: 'In the plan’s order.' })
  criteria: CriterionForecast[];

  @Field(() => CountScalar, { description: 'Rows of the split that the plan will be judged on.' })
  rows: number;

  @Field(() => Boolean, { description: 'Whether the plan still says what was tried.' })
  current: boolean;

  @Field(() => Date, { description: 'When it was told.' })
  createdAt: Date;

  planId: string;
  runId: string;
}

@InputType({ description: 'The plan to try on the development split.' })
export class PreflightEvaluationPlanInput {
  @Field(() => ID, { description: 'The plan, a draft or locked.' })
  @IsString()
  @MaxLength(100)
  planId: string;
}

export const PreflightEvaluationPlanResult = createUnionType({
  name: 'PreflightEvaluationPlanResult',
  description: 'What may come of trying a plan.',
  types: () => [Run, PlanInvalid] as const,
});
