import { ArgsType, Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { IsInt, Max, Min } from 'class-validator';
import { Split } from '../datasets/index.js';
import { AssuranceTierName } from '../models/index.js';

export enum ExposedRows {
  FEATURES = 'features',
  EVENTS = 'events',
}

registerEnumType(ExposedRows, {
  name: 'ExposedRows',
  description: 'What of a split was sent outside.',
  valuesMap: {
    FEATURES: { description: 'Its features.' },
    EVENTS: { description: 'Its raw events.' },
  },
});

@ObjectType({
  description:
    'Rows of a blind split that were sent outside the sandbox for a tenant: it is no longer blind for that tenant, for ever.',
})
export class BlindnessExposure {
  @Field(() => ID, { description: 'Opaque identifier.' })
  id: string;

  @Field(() => Date, { description: 'When the first row was about to leave.' })
  at: Date;

  @Field(() => AssuranceTierName, { description: 'By which way it left: B, C or D.' })
  tier: AssuranceTierName;

  @Field(() => Split, { description: 'The split.' })
  split: Split;

  @Field(() => ExposedRows, { description: 'What of it.' })
  what: ExposedRows;

  @Field(() => ID, { description: 'The tenant that it was sent for.' })
  tenantId: string;

  @Field(() => ID, {
    nullable: true,
    description: 'The run that it was sent for; null where it was for no one run.',
  })
  runId: string | null;

  @Field(() => String, { description: 'The same in a sentence.' })
  sentence: string;
}

@ObjectType({
  description: 'Something that whoever locks or reads a plan should know; nothing is refused for it.',
})
export class PlanWarning {
  @Field(() => String, { description: 'Stable code: NO_LONGER_BLIND or SENDS_ROWS_OUTSIDE.' })
  code: string;

  @Field(() => String, { description: 'What is the matter.' })
  message: string;
}

@ArgsType()
export class ExposuresArguments {
  @Field(() => Int, { defaultValue: 20, description: 'How many of the first, 1 to 100.' })
  @IsInt()
  @Min(1)
  @Max(100)
  first: number = 20;
}
