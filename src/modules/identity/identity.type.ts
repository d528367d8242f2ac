import { createUnionType, Field, ID, Int, ObjectType } from '@nestjs/graphql';
import { Failure } from '../../platform/graphql/failure.js';
import { connectionOf } from '../../platform/graphql/pagination.js';
import { OrganisationKind, Role } from './actor.js';

@ObjectType({ description: 'A startup, the operator, or an authority.' })
export class Organisation {
  @Field(() => ID, { description: 'Opaque identifier.' })
  id: string;

  @Field(() => String, { description: 'Its name, as registered.' })
  name: string;

  @Field(() => OrganisationKind, { description: 'Which side of the sandbox it is on.' })
  kind: OrganisationKind;

  @Field(() => Int, { description: 'Runs that a tenant may start in all; 0 for others.' })
  runQuota: number;

  @Field(() => String, {
    nullable: true,
    description: 'The cohort that a tenant was admitted in; null for others, and where none was named.',
  })
  cohort: string | null;

  @Field(() => Date, { description: 'When it was registered.' })
  createdAt: Date;
}

@ObjectType({ description: 'Somebody who acts here, always for one organisation.' })
export class Person {
  @Field(() => ID, { description: 'Opaque identifier.' })
  id: string;

  @Field(() => String, { description: 'Full name.' })
  name: string;

  @Field(() => String, { description: 'Address for notices; unique within the organisation.' })
  email: string;

  @Field(() => [Role], { description: 'What the person may do.' })
  roles: Role[];

  @Field(() => Date, { description: 'When the person was invited.' })
  createdAt: Date;

  organisationId: string;
}

@ObjectType({ description: 'An API token, without its secret: that is shown once, when it is issued.' })
export class ApiToken {
  @Field(() => ID, { description: 'Opaque identifier.' })
  id: string;

  @Field(() => String, { description: 'What its owner calls it.' })
  label: string;

  @Field(() => String, { description: 'Its first characters, by which to know it again.' })
  prefix: string;

  @Field(() => [Role], { description: 'The roles it carries: some of its person’s.' })
  roles: Role[];

  @Field(() => Date, { description: 'When it was issued.' })
  createdAt: Date;

  @Field(() => Date, { description: 'When it stops working.' })
  expiresAt: Date;

  @Field(() => Date, { nullable: true, description: 'Last use, to the minute; null before the first.' })
  lastUsedAt: Date | null;

  @Field(() => Date, { nullable: true, description: 'When it was revoked; null while it was not.' })
  revokedAt: Date | null;
}

@ObjectType({ description: 'Who this request is from.' })
export class Viewer {
  @Field(() => Person, { description: 'The person behind the token.' })
  person: Person;

  @Field(() => Organisation, { description: 'Whom the person acts for.' })
  organisation: Organisation;

  @Field(() => [Role], { description: 'The roles of this token.' })
  roles: Role[];
}

@ObjectType({ description: 'A new token. `secret` is shown this once and stored nowhere.' })
export class TokenIssued {
  @Field(() => String, { description: 'Send it as `Authorization: Bearer <secret>`.' })
  secret: string;

  @Field(() => ApiToken, { description: 'What stays of it.' })
  token: ApiToken;

  @Field(() => Person, { description: 'Whose it is.' })
  person: Person;
}

@ObjectType({ description: 'A new organisation with its first person.' })
export class AuthorityRegistered {
  @Field(() => Organisation, { description: 'The authority.' })
  organisation: Organisation;

  @Field(() => TokenIssued, { description: 'The first reviewer’s token.' })
  issued: TokenIssued;
}

@ObjectType({
  implements: () => [Failure],
  description: 'The organisation already has somebody with this address.',
})
export class EmailTaken extends Failure {}

@ObjectType({
  implements: () => [Failure],
  description: 'An organisation of this kind and name exists already.',
})
export class NameTaken extends Failure {}

@ObjectType({
  implements: () => [Failure],
  description: 'The role is not one that this person or organisation can have.',
})
export class RoleNotAvailable extends Failure {}

@ObjectType({
  implements: () => [Failure],
  description: 'An operator issues tokens to people of other organisations only while they hold no live one.',
})
export class TokenStillLive extends Failure {}

export const InvitePersonResult = createUnionType({
  name: 'InvitePersonResult',
  description: 'What may come of inviting somebody.',
  types: () => [TokenIssued, EmailTaken, RoleNotAvailable] as const,
});

export const IssueTokenResult = createUnionType({
  name: 'IssueTokenResult',
  description: 'What may come of issuing a token.',
  types: () => [TokenIssued, RoleNotAvailable, TokenStillLive] as const,
});

export const RegisterAuthorityResult = createUnionType({
  name: 'RegisterAuthorityResult',
  description: 'What may come of registering an authority.',
  types: () => [AuthorityRegistered, NameTaken] as const,
});

export const PersonConnection = connectionOf(Person, 'Person');
export const ApiTokenConnection = connectionOf(ApiToken, 'ApiToken');
