import { createUnionType, Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { Failure } from '../../platform/graphql/failure.js';
import { connectionOf } from '../../platform/graphql/pagination.js';
import { DigestScalar, JsonScalar } from '../../platform/graphql/scalars.js';
import { Split } from '../datasets/index.js';
import { CriteriaPackUnmet } from './packs/criteria-pack.type.js';
import { Feed } from './plan-feed.js';

export enum PlanStateName {
  DRAFT = 'DRAFT',
  LOCKED = 'LOCKED',
}

registerEnumType(PlanStateName, {
  name: 'PlanState',
  description: 'Where an evaluation plan stands.',
  valuesMap: {
    DRAFT: { description: 'Can be locked; runs cannot use it yet.' },
    LOCKED: { description: 'Fixed for ever under its digest; runs can use it. A change is a new plan.' },
  },
});

@ObjectType({ description: 'One input of a model and the columns that feed it.' })
export class BoundInput {
  @Field(() => String, { description: 'The input’s name in the graph.' })
  name: string;

  @Field(() => [String], {
    description: 'Columns of the dataset, in the order of the tensor’s second dimension.',
  })
  columns: string[];
}

@ObjectType({ description: 'How a model’s inputs are fed from a dataset’s columns. Immutable.' })
export class ModelInputBinding {
  @Field(() => ID, { description: 'Opaque identifier.' })
  id: string;

  @Field(() => [BoundInput], { description: 'Each input with its columns, in order.' })
  inputs: BoundInput[];

  @Field(() => JsonScalar, {
    nullable: true,
    description: 'Which output holds the score; null for the rule that a graph’s own outputs fit.',
  })
  output: unknown;
}

@ObjectType({ description: 'A criteria pack as a locked plan names it.' })
export class BindingPack {
  @Field(() => DigestScalar, { description: 'SHA-256 of the pack in canonical JSON.' })
  digest: string;

  @Field(() => String, { description: 'The authority that published it.' })
  authority: string;

  @Field(() => String, { description: 'What it is called.' })
  title: string;

  @Field(() => Int, { description: 'Its version.' })
  version: number;
}

export enum PlanChangeKind {
  ADDED = 'ADDED',
  REMOVED = 'REMOVED',
  CHANGED = 'CHANGED',
}

registerEnumType(PlanChangeKind, {
  name: 'PlanChangeKind',
  description: 'What became of a part of a plan.',
  valuesMap: {
    ADDED: { description: 'The later plan has it, the earlier does not.' },
    REMOVED: { description: 'The earlier plan has it, the later does not.' },
    CHANGED: { description: 'Both have it, with other values.' },
  },
});

export enum PlanChangeEffect {
  TIGHTER = 'TIGHTER',
  LOOSER = 'LOOSER',
  OTHER = 'OTHER',
}

registerEnumType(PlanChangeEffect, {
  name: 'PlanChangeEffect',
  description: 'What a change does to what is required.',
  valuesMap: {
    TIGHTER: { description: 'More is required.' },
    LOOSER: { description: 'Less is required.' },
    OTHER: { description: 'Neither can be said.' },
  },
});

@ObjectType({ description: 'One difference between two plans.' })
export class PlanChange {
  @Field(() => String, { description: 'Where, for example `criteria.equal-opportunity.threshold`.' })
  path: string;

  @Field(() => PlanChangeKind, { description: 'What became of it.' })
  kind: PlanChangeKind;

  @Field(() => String, { nullable: true, description: 'What it was, as JSON; null where it was not there.' })
  before: string | null;

  @Field(() => String, { nullable: true, description: 'What it is, as JSON; null where it is gone.' })
  after: string | null;

  @Field(() => PlanChangeEffect, { description: 'What the change does to what is required.' })
  effect: PlanChangeEffect;
}

@ObjectType({ description: 'What will be measured and judged, fixed before the run.' })
export class EvaluationPlan {
  @Field(() => ID, { description: 'Opaque identifier.' })
  id: string;

  @Field(() => String, { description: 'What its tenant calls it.' })
  title: string;

  @Field(() => Split, { description: 'The split that its runs score.' })
  split: Split;

  @Field(() => PlanStateName, { description: 'Where it stands.' })
  state: PlanStateName;

  @Field(() => DigestScalar, {
    nullable: true,
    description:
      'SHA-256 of model, dataset, binding, split and plan in canonical JSON; null until it is locked.',
  })
  digest: string | null;

  @Field(() => Feed, { description: 'How its runs feed the model.' })
  feed: Feed;

  @Field(() => Int, {
    nullable: true,
    description: 'Events that are released at a time; null unless the feed is EVENTS.',
  })
  windowRows: number | null;

  @Field(() => JsonScalar, {
    description: 'The plan document, schema sandbox-plan/1: as `sandbox evaluate --plan` reads it.',
  })
  document: Record<string, unknown>;

  @Field(() => [BindingPack], {
    description: 'The criteria packs that it was locked against; none until then, and where none bound it.',
  })
  criteriaPacks: BindingPack[];

  @Field(() => Date, { description: 'When it was made.' })
  createdAt: Date;

  @Field(() => Date, { nullable: true, description: 'When it was locked; null until then.' })
  lockedAt: Date | null;

  modelVersionId: string;
  datasetVersionId: string;
  inputBindingId: string;
}

@ObjectType({ implements: () => [Failure], description: 'The artefact is not there yet, or was refused.' })
export class ModelVersionNotReady extends Failure {}

@ObjectType({ implements: () => [Failure], description: 'The dataset version is not ready.' })
export class DatasetNotReady extends Failure {}

@ObjectType({
  implements: () => [Failure],
  description: 'The binding does not fit the model or the dataset.',
})
export class BindingInvalid extends Failure {}

@ObjectType({
  implements: () => [Failure],
  description: 'The plan does not hold together; the message lists every problem.',
})
export class PlanInvalid extends Failure {}

@ObjectType({ implements: () => [Failure], description: 'The plan is locked: a change is a new plan.' })
export class PlanAlreadyLocked extends Failure {}

@ObjectType({
  implements: () => [Failure],
  description: 'An authority holds the key of what would be scored: it is blind no more.',
})
export class DatasetRevealed extends Failure {}

export const CreateInputBindingResult = createUnionType({
  name: 'CreateInputBindingResult',
  description: 'What may come of binding a model to a dataset.',
  types: () => [ModelInputBinding, BindingInvalid, ModelVersionNotReady, DatasetNotReady] as const,
});

export const CreateEvaluationPlanResult = createUnionType({
  name: 'CreateEvaluationPlanResult',
  description: 'What may come of making a plan.',
  types: () => [EvaluationPlan, PlanInvalid] as const,
});

export const LockEvaluationPlanResult = createUnionType({
  name: 'LockEvaluationPlanResult',
  description: 'What may come of locking a plan.',
  types: () => [EvaluationPlan, PlanAlreadyLocked, DatasetRevealed, CriteriaPackUnmet] as const,
});

export const ReviseEvaluationPlanResult = createUnionType({
  name: 'ReviseEvaluationPlanResult',
  description: 'What may come of changing a draft.',
  types: () => [EvaluationPlan, PlanInvalid, PlanAlreadyLocked] as const,
});

export const EvaluationPlanConnection = connectionOf(EvaluationPlan, 'EvaluationPlan');
