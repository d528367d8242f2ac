import { createUnionType, Field, ID, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import { IsString, Length, MaxLength } from 'class-validator';
import { Failure } from '../../platform/graphql/failure.js';
import { CountScalar, DigestScalar } from '../../platform/graphql/scalars.js';

export enum ReleaseState {
  REQUESTED = 'REQUESTED',
  RELEASED = 'RELEASED',
  FAILED = 'FAILED',
}

registerEnumType(ReleaseState, {
  name: 'FeatureReleaseState',
  description: 'Where the release of blind features stands.',
  valuesMap: {
    REQUESTED: { description: 'The evaluator has been asked.' },
    RELEASED: { description: 'The file can be downloaded.' },
    FAILED: { description: 'A fault of the sandbox: nothing was released; ask again.' },
  },
});

@ObjectType({
  description:
    'The features of a blind evaluation split, released to one tenant so that it can hand in predictions.',
})
export class FeatureRelease {
  @Field(() => ID, { description: 'Opaque identifier.' })
  id: string;

  @Field(() => ID, { description: 'The dataset version.' })
  datasetVersionId: string;

  @Field(() => ReleaseState, { description: 'Where it stands.' })
  state: ReleaseState;

  @Field(() => String, {
    nullable: true,
    description: 'Where its tenant downloads the Parquet file, with its token; null until it is RELEASED.',
  })
  url: string | null;

  @Field(() => DigestScalar, {
    nullable: true,
    description: 'SHA-256 of the file; null until it is RELEASED.',
  })
  sha256: string | null;

  @Field(() => CountScalar, { nullable: true, description: 'Bytes of the file; null until it is RELEASED.' })
  sizeBytes: number | null;

  @Field(() => CountScalar, { nullable: true, description: 'Rows of the file; null until it is RELEASED.' })
  rows: number | null;

  @Field(() => String, { description: 'Why it was asked for.' })
  reason: string;

  @Field(() => Date, { description: 'When it was asked for.' })
  requestedAt: Date;

  @Field(() => Date, {
    nullable: true,
    description: 'Since when the split is blind no more for this tenant; null until then.',
  })
  releasedAt: Date | null;
}

@ObjectType({
  implements: () => [Failure],
  description: 'There is nothing to release: the version is not READY, or has no evaluation split.',
})
export class NothingToRelease extends Failure {}

export const ReleaseBlindFeaturesResult = createUnionType({
  name: 'ReleaseBlindFeaturesResult',
  description: 'What may come of asking for blind features.',
  types: () => [FeatureRelease, NothingToRelease] as const,
});

@InputType({ description: 'The dataset version whose blind features to release.' })
export class ReleaseBlindFeaturesInput {
  @Field(() => ID, { description: 'The dataset version.' })
  @IsString()
  @MaxLength(100)
  datasetVersionId: string;

  @Field(() => String, { description: 'Why, for the audit trail, 1 to 2,000 characters.' })
  @IsString()
  @Length(1, 2_000)
  reason: string;
}
