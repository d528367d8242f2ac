import { ArgsType, Field, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { PageInfo } from '../../../platform/graphql/pagination.js';

export enum LogSource {
  PLATFORM = 'PLATFORM',
  MODEL = 'MODEL',
}

registerEnumType(LogSource, {
  name: 'LogSource',
  description: 'Who wrote a line.',
  valuesMap: {
    PLATFORM: { description: 'The sandbox.' },
    MODEL: {
      description:
        'The model, on its standard error. On blind splits authorities alone see such lines, since they could carry rows away.',
    },
  },
});

@ObjectType({
  description: 'A line of a run’s log: secrets are struck out, control characters shown as codes.',
})
export class RunLogLine {
  @Field(() => Int, { description: 'Orders the lines of a run; not every number is there.' })
  sequence: number;

  @Field(() => Date, { description: 'When it was written.' })
  at: Date;

  @Field(() => Int, { description: 'During which attempt; 0 before the first.' })
  attempt: number;

  @Field(() => LogSource, { description: 'Who wrote it.' })
  source: LogSource;

  @Field(() => String, { description: 'The line, at most 2 KiB; a longer one ends in a mark.' })
  line: string;

  runId: string;
}

@ObjectType('RunLogEdge', { description: 'One line of a page.' })
export class RunLogEdge {
  @Field(() => String, { description: 'Opaque position in the log.' })
  cursor: string;

  @Field(() => RunLogLine, { description: 'The line itself.' })
  node: RunLogLine;
}

@ObjectType('RunLogConnection', { description: 'A page of a log, oldest first.' })
export class RunLogConnection {
  @Field(() => [RunLogEdge], { description: 'The page.' })
  edges: RunLogEdge[];

  @Field(() => PageInfo, { description: 'Where the page ends.' })
  pageInfo: PageInfo;
}

@ArgsType()
export class LogArguments {
  @Field(() => Int, { defaultValue: 100, description: 'How many, 1 to 500.' })
  @IsInt()
  @Min(1)
  @Max(500)
  first: number = 100;

  @Field(() => String, {
    nullable: true,
    description: 'The `endCursor` of the page before; the log’s beginning without it.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  after?: string | null;
}
