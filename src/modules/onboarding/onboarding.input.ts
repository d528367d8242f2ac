import { Field, ID, InputType, Int } from '@nestjs/graphql';
import { IsEmail, IsInt, IsOptional, IsString, Length, Max, MaxLength, Min } from 'class-validator';

@InputType({ description: 'A startup’s request to be admitted.' })
export class ApplyForAdmissionInput {
  @Field(() => String, { description: 'The organisation that applies, 1 to 200 characters.' })
  @IsString()
  @Length(1, 200)
  organisationName: string;

  @Field(() => String, { description: 'Who speaks for it.' })
  @IsString()
  @Length(1, 200)
  contactName: string;

  @Field(() => String, { description: 'Where to reach them.' })
  @IsEmail()
  @MaxLength(320)
  contactEmail: string;

  @Field(() => String, { description: 'What the model is for, in a phrase: 1 to 200 characters.' })
  @IsString()
  @Length(1, 200)
  useCase: string;

  @Field(() => String, { description: 'What is proposed and why it is new: 1 to 5,000 characters.' })
  @IsString()
  @Length(1, 5_000)
  summary: string;

  @Field(() => String, { nullable: true, description: 'The sponsoring bank, where there is one.' })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  sponsor?: string | null;
}

@InputType({ description: 'Which application to admit, and with what.' })
export class AdmitTenantInput {
  @Field(() => ID, { description: 'The application.' })
  @IsString()
  @MaxLength(100)
  applicationId: string;

  @Field(() => Int, {
    nullable: true,
    description: 'Runs that the tenant may start in all; the service’s default without it.',
  })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(1_000_000)
  runQuota?: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'The cohort that it joins, by name: criteria packs of that cohort bind its plans.',
  })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  cohort?: string | null;
}
