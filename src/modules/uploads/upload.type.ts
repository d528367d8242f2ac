import { Field, ObjectType } from '@nestjs/graphql';
import { CountScalar, DigestScalar } from '../../platform/graphql/scalars.js';

@ObjectType({
  description: 'Where to PUT a file. The URL itself is the permission: it needs no token and works once.',
})
export class UploadTarget {
  @Field(() => String, { description: 'Path below the service’s address: `PUT` the raw bytes there.' })
  url: string;

  @Field(() => Date, { description: 'When the URL stops working.' })
  expiresAt: Date;

  @Field(() => DigestScalar, { description: 'The digest that the bytes must have.' })
  sha256: string;

  @Field(() => CountScalar, { description: 'How many bytes there must be.' })
  sizeBytes: number;
}
