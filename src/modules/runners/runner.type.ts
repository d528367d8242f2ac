import { createUnionType, Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { IsString, Length, MaxLength } from 'class-validator';
import { Failure } from '../../platform/graphql/failure.js';
import { connectionOf } from '../../platform/graphql/pagination.js';
import { DigestScalar } from '../../platform/graphql/scalars.js';

export enum RunnerStateName {
  ENROLLED = 'ENROLLED',
  EXPIRED = 'EXPIRED',
  REVOKED = 'REVOKED',
}

registerEnumType(RunnerStateName, {
  name: 'RunnerState',
  description: 'Whether a runner may connect.',
  valuesMap: {
    ENROLLED: { description: 'It may.' },
    EXPIRED: { description: 'Its certificate has expired: enrol another.' },
    REVOKED: { description: 'Its tenant revoked it, for ever.' },
  },
});

@ObjectType({
  description:
    'A runner at a tenant’s site, known by its certificate. It connects outward, takes blind batches of features and returns scores; neither labels nor the model cross.',
})
export class Runner {
  @Field(() => ID, { description: 'Opaque identifier.' })
  id: string;

  @Field(() => String, { description: 'What its tenant calls it.' })
  name: string;

  @Field(() => DigestScalar, { description: 'SHA-256 of its certificate.' })
  fingerprint: string;

  @Field(() => RunnerStateName, { description: 'Whether it may connect.' })
  state: RunnerStateName;

  @Field(() => Date, { description: 'Since when its certificate is valid.' })
  validFrom: Date;

  @Field(() => Date, { description: 'Until when its certificate is valid.' })
  validUntil: Date;

  @Field(() => Date, { description: 'When it was enrolled.' })
  enrolledAt: Date;

  @Field(() => Date, { nullable: true, description: 'When it was revoked; null unless it is REVOKED.' })
  revokedAt: Date | null;

  @Field(() => Date, { nullable: true, description: 'When it last asked for something; null until it did.' })
  lastSeenAt: Date | null;

  @Field(() => String, { nullable: true, description: 'Its version, as it says; null until it connects.' })
  version: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Its host’s name, as it says; null until it connects.',
  })
  hostName: string | null;

  @Field(() => ID, { nullable: true, description: 'The run that it scores now; null while it has none.' })
  currentRunId: string | null;
}

@ObjectType({ description: 'Where runners at tenants’ sites connect to.' })
export class RunnerGateway {
  @Field(() => String, { description: 'HOST:PORT, for `sandbox runner --gateway`.' })
  address: string;

  @Field(() => DigestScalar, {
    description: 'SHA-256 of the gateway’s certificate, for `sandbox runner --pin`.',
  })
  fingerprint: string;

  @Field(() => Int, { description: 'Version of the protocol that it speaks.' })
  protocol: number;
}

@ObjectType({ implements: () => [Failure], description: 'No certificate that can be enrolled.' })
export class CertificateInvalid extends Failure {}

@ObjectType({ implements: () => [Failure], description: 'This certificate was enrolled before.' })
export class CertificateTaken extends Failure {}

@ObjectType({ implements: () => [Failure], description: 'The runner was revoked before.' })
export class RunnerAlreadyRevoked extends Failure {}

export const EnrolRunnerResult = createUnionType({
  name: 'EnrolRunnerResult',
  description: 'What may come of enrolling a runner.',
  types: () => [Runner, CertificateInvalid, CertificateTaken] as const,
});

export const RevokeRunnerResult = createUnionType({
  name: 'RevokeRunnerResult',
  description: 'What may come of revoking a runner.',
  types: () => [Runner, RunnerAlreadyRevoked] as const,
});

export const RunnerConnection = connectionOf(Runner, 'Runner');

@InputType({ description: 'The runner to enrol.' })
export class EnrolRunnerInput {
  @Field(() => String, { description: 'What to call it, for example the site, 1 to 100 characters.' })
  @IsString()
  @Length(1, 100)
  name: string;

  @Field(() => String, {
    description: 'Its certificate as PEM, as `sandbox runner init` wrote it. Never the private key.',
  })
  @IsString()
  @MaxLength(16_384)
  certificate: string;
}

@InputType({ description: 'The runner to revoke.' })
export class RevokeRunnerInput {
  @Field(() => ID, { description: 'The runner.' })
  @IsString()
  @MaxLength(100)
  runnerId: string;
}
