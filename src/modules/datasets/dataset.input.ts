import { Field, ID, InputType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsDate,
  IsEnum,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { CountScalar, DigestScalar, JsonScalar } from '../../platform/graphql/scalars.js';
import { ColumnRoleName } from './dataset.type.js';

@InputType({
  description: 'A synthetic dataset to generate; its blind split is drawn from the platform’s secret.',
})
export class GenerateDatasetInput {
  @Field(() => String, { description: 'What to call it, 1 to 200 characters.' })
  @IsString()
  @Length(1, 200)
  name: string;

  @Field(() => String, { description: 'A preset, for example hk-retail-payments.' })
  @IsString()
  @Length(1, 100)
  preset: string;

  @Field(() => CountScalar, { description: 'Rows over all splits, 1,000 to 100,000,000.' })
  @IsInt()
  @Min(1_000)
  @Max(100_000_000)
  rows: number;

  @Field(() => JsonScalar, {
    nullable: true,
    description: 'Parameters of the preset by name; its defaults without them.',
  })
  @IsOptional()
  @IsObject()
  parameters?: Record<string, string | number> | null;
}

@InputType({ description: 'The generation to cancel.' })
export class CancelDatasetGenerationInput {
  @Field(() => ID, { description: 'The dataset version.' })
  @IsString()
  @MaxLength(100)
  datasetVersionId: string;
}

@InputType({ description: 'A column of the file to import.' })
export class ImportColumnInput {
  @Field(() => String, { description: 'Its name in the file.' })
  @IsString()
  @Length(1, 200)
  name: string;

  @Field(() => ColumnRoleName, {
    description: 'What it is to an evaluation. Columns not named are left out.',
  })
  @IsEnum(ColumnRoleName)
  role: ColumnRoleName;

  @Field(() => String, { description: 'What it says, 1 to 1,000 characters.' })
  @IsString()
  @Length(1, 1_000)
  definition: string;

  @Field(() => String, { defaultValue: '', description: 'Its unit.' })
  @IsString()
  @Length(0, 100)
  unit: string = '';
}

@InputType({ description: 'A dataset to import: Parquet, or CSV with a header.' })
export class ImportDatasetInput {
  @Field(() => String, { description: 'What to call it, 1 to 200 characters.' })
  @IsString()
  @Length(1, 200)
  name: string;

  @Field(() => DigestScalar, { description: 'SHA-256 of the file.' })
  @Matches(/^[0-9a-f]{64}$/)
  sha256: string;

  @Field(() => CountScalar, { description: 'Size of the file in bytes.' })
  @IsInt()
  @Min(1)
  sizeBytes: number;

  @Field(() => [ImportColumnInput], {
    description: 'Exactly one LABEL, at least one FEATURE, at most one KEY, ENTITY and TIME.',
  })
  @ArrayNotEmpty()
  @ArrayMaxSize(2_000)
  @ValidateNested({ each: true })
  @Type(() => ImportColumnInput)
  columns: ImportColumnInput[];

  @Field(() => Date, {
    nullable: true,
    description:
      'Rows before this are development, the rest evaluation; needs a TIME column. Without it all is evaluation.',
  })
  @IsOptional()
  @IsDate()
  evaluationFrom?: Date | null;
}
