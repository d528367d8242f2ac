import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import { IsString, Length, MaxLength } from 'class-validator';

@ObjectType({ description: 'An authority’s leave to score a model on a sealed split once more.' })
export class SealedRunGrant {
  @Field(() => ID, { description: 'Opaque identifier.' })
  id: string;

  @Field(() => String, { description: 'The authority that gave it.' })
  authority: string;

  @Field(() => String, { description: 'Why.' })
  reason: string;

  @Field(() => Date, { description: 'When it was given.' })
  createdAt: Date;

  modelId: string;
}

@InputType({ description: 'Leave for one more sealed run of a model.' })
export class GrantSealedRunInput {
  @Field(() => ID, { description: 'The model, whatever its version.' })
  @IsString()
  @MaxLength(100)
  modelId: string;

  @Field(() => String, {
    description: 'Why another look is warranted, 1 to 2,000 characters; reports print it.',
  })
  @IsString()
  @Length(1, 2_000)
  reason: string;
}
