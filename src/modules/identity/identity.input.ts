import { Field, ID, InputType, Int } from '@nestjs/graphql';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  ArrayUnique,
  IsEmail,
  IsEnum,
  IsInt,
  IsOptional,
  IsString,
  Length,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { Role } from './actor.js';

@InputType({ description: 'Whom to invite.' })
export class InvitePersonInput {
  @Field(() => String, { description: 'Full name, 1 to 200 characters.' })
  @IsString()
  @Length(1, 200)
  name: string;

  @Field(() => String, { description: 'Address for notices.' })
  @IsEmail()
  @MaxLength(320)
  email: string;

  @Field(() => [Role], { description: 'What the person may do: roles of the organisation’s kind.' })
  @ArrayNotEmpty()
  @ArrayMaxSize(4)
  @ArrayUnique()
  @IsEnum(Role, { each: true })
  roles: Role[];

  @Field(() => ID, {
    nullable: true,
    description: 'For operators: the organisation; the caller’s own without it.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  organisationId?: string | null;
}

@InputType({ description: 'The token to issue.' })
export class IssueTokenInput {
  @Field(() => ID, { nullable: true, description: 'Whose token; the caller’s own without it.' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  personId?: string | null;

  @Field(() => String, { description: 'What its owner calls it, 1 to 100 characters.' })
  @IsString()
  @Length(1, 100)
  label: string;

  @Field(() => [Role], { nullable: true, description: 'Some of the person’s roles; all of them without it.' })
  @IsOptional()
  @ArrayNotEmpty()
  @ArrayUnique()
  @IsEnum(Role, { each: true })
  roles?: Role[] | null;

  @Field(() => Int, { defaultValue: 90, description: 'Days until it expires, 1 to 366.' })
  @IsInt()
  @Min(1)
  @Max(366)
  expiresInDays: number = 90;
}

@InputType({ description: 'The token to revoke.' })
export class RevokeTokenInput {
  @Field(() => ID, { description: 'Which token.' })
  @IsString()
  @MaxLength(100)
  tokenId: string;
}

@InputType({ description: 'An authority that will review reports.' })
export class RegisterAuthorityInput {
  @Field(() => String, { description: 'The authority’s name, 1 to 200 characters.' })
  @IsString()
  @Length(1, 200)
  name: string;

  @Field(() => String, { description: 'Its first reviewer’s name.' })
  @IsString()
  @Length(1, 200)
  reviewerName: string;

  @Field(() => String, { description: 'Its first reviewer’s address.' })
  @IsEmail()
  @MaxLength(320)
  reviewerEmail: string;
}
