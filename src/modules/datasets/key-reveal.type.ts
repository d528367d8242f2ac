import { createUnionType, Field, ID, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import { IsEnum, IsOptional, IsString, Length, MaxLength } from 'class-validator';
import { Failure } from '../../platform/graphql/failure.js';
import { DigestScalar } from '../../platform/graphql/scalars.js';
import { Split } from './dataset.type.js';

export enum RevealState {
  REQUESTED = 'REQUESTED',
  REVEALED = 'REVEALED',
  FAILED = 'FAILED',
}

registerEnumType(RevealState, {
  name: 'SplitKeyRevealState',
  description: 'Where the revealing of a key stands.',
  valuesMap: {
    REQUESTED: { description: 'The evaluator has been asked.' },
    REVEALED: { description: 'The key is there.' },
    FAILED: { description: 'A fault of the sandbox: nothing was revealed; ask again.' },
  },
});

@ObjectType({
  description: 'The key of a blind split, revealed to authorities, so that they can check what was drawn.',
})
export class SplitKeyReveal {
  @Field(() => ID, { description: 'Opaque identifier.' })
  id: string;

  @Field(() => Split, { description: 'The split.' })
  split: Split;

  @Field(() => ID, {
    nullable: true,
    description: 'The plan that a sealed split was drawn for; null for others.',
  })
  planId: string | null;

  @Field(() => RevealState, { description: 'Where it stands.' })
  state: RevealState;

  @Field(() => DigestScalar, { description: 'The commitment as it was published when the split was drawn.' })
  commitment: string;

  @Field(() => String, {
    nullable: true,
    description: 'The key, 64 hexadecimal digits; null until it is REVEALED.',
  })
  key: string | null;

  @Field(() => String, {
    description: 'How to check the key against the commitment, and the data against the keys.',
  })
  howToCheck: string;

  @Field(() => String, { description: 'Why it was asked for.' })
  reason: string;

  @Field(() => Date, { description: 'When it was asked for.' })
  requestedAt: Date;

  @Field(() => Date, { nullable: true, description: 'When the key came out; null until then.' })
  revealedAt: Date | null;
}

@ObjectType({
  implements: () => [Failure],
  description:
    'No key to reveal: the version is an import or not READY, or the sealed split was never drawn.',
})
export class NoSplitKey extends Failure {}

export const RevealSplitKeyResult = createUnionType({
  name: 'RevealSplitKeyResult',
  description: 'What may come of asking for a key.',
  types: () => [SplitKeyReveal, NoSplitKey] as const,
});

@InputType({ description: 'The split whose key to reveal.' })
export class RevealSplitKeyInput {
  @Field(() => ID, { description: 'The dataset version.' })
  @IsString()
  @MaxLength(100)
  datasetVersionId: string;

  @Field(() => Split, { description: 'The split.' })
  @IsEnum(Split)
  split: Split;

  @Field(() => ID, {
    nullable: true,
    description: 'For SEALED, and only then: the plan that it was drawn for.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  planId?: string | null;

  @Field(() => String, { description: 'Why, for the audit trail, 1 to 2,000 characters.' })
  @IsString()
  @Length(1, 2_000)
  reason: string;
}
