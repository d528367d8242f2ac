import { createUnionType, Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { Failure } from '../../../platform/graphql/failure.js';
import { connectionOf } from '../../../platform/graphql/pagination.js';
import { DigestScalar, JsonScalar } from '../../../platform/graphql/scalars.js';

export enum UseCaseName {
  FRAUD = 'FRAUD',
  LAUNDERING = 'LAUNDERING',
  CREDIT = 'CREDIT',
}

registerEnumType(UseCaseName, {
  name: 'UseCase',
  description: 'What a model is for, as criteria are published for it.',
  valuesMap: {
    FRAUD: { description: 'Finding fraud among payments.' },
    LAUNDERING: { description: 'Finding laundering among transfers.' },
    CREDIT: { description: 'Telling the risk of default of applications for credit.' },
  },
});

@ObjectType({
  description:
    'Criteria that an authority requires of every plan for a use case: a plan may tighten them, never loosen. Immutable: a change is a new version.',
})
export class CriteriaPack {
  @Field(() => ID, { description: 'Opaque identifier.' })
  id: string;

  @Field(() => String, { description: 'What it is called.' })
  title: string;

  @Field(() => String, { description: 'The authority that published it.' })
  authority: string;

  @Field(() => UseCaseName, { description: 'The use case that it is for.' })
  useCase: UseCaseName;

  @Field(() => String, { nullable: true, description: 'The cohort that it is for; null for every cohort.' })
  cohort: string | null;

  @Field(() => Int, {
    description: 'Counts from 1 for an authority, use case and cohort; the newest that stands binds.',
  })
  version: number;

  @Field(() => DigestScalar, { description: 'SHA-256 of its document in canonical JSON.' })
  digest: string;

  @Field(() => JsonScalar, { description: 'The pack, schema sandbox-criteria-pack/1.' })
  document: Record<string, unknown>;

  @Field(() => Date, { description: 'When it was published.' })
  createdAt: Date;

  @Field(() => Date, { nullable: true, description: 'When it was withdrawn; null while it stands.' })
  withdrawnAt: Date | null;
}

@ObjectType({
  implements: () => [Failure],
  description: 'The pack does not hold together; the message lists every problem.',
})
export class CriteriaPackInvalid extends Failure {}

@ObjectType({ implements: () => [Failure], description: 'The pack is withdrawn already.' })
export class CriteriaPackWithdrawn extends Failure {}

@ObjectType({
  implements: () => [Failure],
  description: 'The plan leaves out or loosens what an authority requires.',
})
export class CriteriaPackUnmet extends Failure {
  @Field(() => [String], { description: 'Every criterion that is missing or loosened, a line each.' })
  problems: string[];
}

@ObjectType({
  description: 'A plan to start from, with the sources of its levels. Every level is a convention.',
})
export class PlanSuite {
  @Field(() => String, { description: 'Its name, as `sandbox plan show` takes it.' })
  name: string;

  @Field(() => UseCaseName, { description: 'The use case that it is for.' })
  useCase: UseCaseName;

  @Field(() => String, { description: 'What it looks at.' })
  about: string;

  @Field(() => JsonScalar, { description: 'The plan, schema sandbox-plan/1.' })
  document: Record<string, unknown>;
}

export const PublishCriteriaPackResult = createUnionType({
  name: 'PublishCriteriaPackResult',
  description: 'What may come of publishing criteria.',
  types: () => [CriteriaPack, CriteriaPackInvalid] as const,
});

export const WithdrawCriteriaPackResult = createUnionType({
  name: 'WithdrawCriteriaPackResult',
  description: 'What may come of withdrawing criteria.',
  types: () => [CriteriaPack, CriteriaPackWithdrawn] as const,
});

export const CriteriaPackConnection = connectionOf(CriteriaPack, 'CriteriaPack');
