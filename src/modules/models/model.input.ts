import { Field, ID, InputType } from '@nestjs/graphql';
import {
  IsEnum,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  MaxLength,
  Min,
} from 'class-validator';
import { CountScalar, DigestScalar, JsonScalar } from '../../platform/graphql/scalars.js';
import { Runtime } from './model.type.js';

@InputType({ description: 'A model to register.' })
export class RegisterModelInput {
  @Field(() => String, { description: 'Its name, unique within the tenant, 1 to 200 characters.' })
  @IsString()
  @Length(1, 200)
  name: string;

  @Field(() => String, { description: 'What it is for, 1 to 2,000 characters.' })
  @IsString()
  @Length(1, 2_000)
  purpose: string;

  @Field(() => String, { description: 'The person accountable for it, 1 to 200 characters.' })
  @IsString()
  @Length(1, 200)
  owner: string;
}

@InputType({ description: 'A version to create: say the artefact’s digest and size first, then upload it.' })
export class CreateModelVersionInput {
  @Field(() => ID, { description: 'The model.' })
  @IsString()
  @MaxLength(100)
  modelId: string;

  @Field(() => String, { description: 'What to call it, unique within the model, for example "1.4.0".' })
  @IsString()
  @Length(1, 100)
  label: string;

  @Field(() => Runtime, {
    defaultValue: Runtime.ONNX,
    description:
      'How it is scored. For REMOTE_RUNNER nothing is uploaded: digest and size are those of the model at its site.',
  })
  @IsEnum(Runtime)
  runtime: Runtime = Runtime.ONNX;

  @Field(() => DigestScalar, { description: 'SHA-256 of the artefact (`sha256sum model.onnx`).' })
  @Matches(/^[0-9a-f]{64}$/)
  artefactSha256: string;

  @Field(() => CountScalar, { description: 'Size of the artefact in bytes (`stat -c %s model.onnx`).' })
  @IsInt()
  @Min(1)
  artefactBytes: number;

  @Field(() => JsonScalar, {
    nullable: true,
    description: 'A model card (CycloneDX modelCard), as declared.',
  })
  @IsOptional()
  @IsObject()
  card?: Record<string, unknown> | null;
}
