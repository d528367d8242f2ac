import { Field, ObjectType } from '@nestjs/graphql';
import { connectionOf } from '../../platform/graphql/pagination.js';
import { CountScalar, DigestScalar, JsonScalar } from '../../platform/graphql/scalars.js';

@ObjectType({
  description: 'Something that happened: append-only, each event chained to the one before by its hash.',
})
export class AuditEvent {
  @Field(() => CountScalar, { description: '1, 2, 3 … without gaps.' })
  sequence: number;

  @Field(() => Date, { description: 'When.' })
  at: Date;

  @Field(() => JsonScalar, {
    description: 'Who: a person with organisation and roles, or a power of the service.',
  })
  actor: unknown;

  @Field(() => String, { description: 'What was done, for example lockEvaluationPlan.' })
  action: string;

  @Field(() => String, { description: 'To what, as kind:identifier.' })
  subject: string;

  @Field(() => JsonScalar, { description: 'Particulars; never a secret.' })
  details: unknown;

  @Field(() => DigestScalar, { description: 'Hash of the event before; zeros for the first.' })
  previousHash: string;

  @Field(() => DigestScalar, {
    description: 'SHA-256 over this event in canonical JSON, the hash before it included.',
  })
  hash: string;
}

export const AuditEventConnection = connectionOf(AuditEvent, 'AuditEvent');
