import { createUnionType, Field, ID, ObjectType, registerEnumType } from '@nestjs/graphql';
import { Failure } from '../../platform/graphql/failure.js';
import { connectionOf } from '../../platform/graphql/pagination.js';
import { NameTaken, Organisation, TokenIssued } from '../identity/index.js';

export enum ApplicationStateName {
  SUBMITTED = 'SUBMITTED',
  ADMITTED = 'ADMITTED',
  DECLINED = 'DECLINED',
}

registerEnumType(ApplicationStateName, {
  name: 'ApplicationState',
  description: 'Where an application stands.',
  valuesMap: {
    SUBMITTED: { description: 'Waits for the operator.' },
    ADMITTED: { description: 'The organisation is a tenant.' },
    DECLINED: { description: 'The operator declined it.' },
  },
});

@ObjectType({ description: 'A startup’s request to be admitted.' })
export class Application {
  @Field(() => ID, { description: 'Opaque identifier: quote it when asking about the application.' })
  id: string;

  @Field(() => String, { description: 'The organisation that applies.' })
  organisationName: string;

  @Field(() => String, { description: 'Who speaks for it; becomes its first administrator.' })
  contactName: string;

  @Field(() => String, { description: 'Where to reach them.' })
  contactEmail: string;

  @Field(() => String, { description: 'What the model is for, in a phrase.' })
  useCase: string;

  @Field(() => String, { description: 'What is proposed and why it is new.' })
  summary: string;

  @Field(() => String, { nullable: true, description: 'The sponsoring bank; null where there is none.' })
  sponsor: string | null;

  @Field(() => ApplicationStateName, { description: 'Where it stands.' })
  state: ApplicationStateName;

  @Field(() => Date, { description: 'When it was submitted.' })
  createdAt: Date;
}

@ObjectType({ description: 'That an application arrived.' })
export class ApplicationReceipt {
  @Field(() => ID, { description: 'The application’s identifier.' })
  applicationId: string;

  @Field(() => Date, { description: 'When it arrived.' })
  receivedAt: Date;
}

@ObjectType({ description: 'An admitted tenant with its administrator’s token, shown this once.' })
export class TenantAdmitted {
  @Field(() => Organisation, { description: 'The tenant.' })
  tenant: Organisation;

  @Field(() => TokenIssued, { description: 'Its administrator’s token, to be handed over by a safe way.' })
  issued: TokenIssued;
}

@ObjectType({
  implements: () => [Failure],
  description: 'Too many applications from one address within the hour.',
})
export class TooManyApplications extends Failure {}

@ObjectType({ implements: () => [Failure], description: 'The application was admitted or declined before.' })
export class ApplicationSettled extends Failure {}

export const ApplyForAdmissionResult = createUnionType({
  name: 'ApplyForAdmissionResult',
  description: 'What may come of applying.',
  types: () => [ApplicationReceipt, TooManyApplications] as const,
});

export const AdmitTenantResult = createUnionType({
  name: 'AdmitTenantResult',
  description: 'What may come of admitting.',
  types: () => [TenantAdmitted, ApplicationSettled, NameTaken] as const,
});

export const ApplicationConnection = connectionOf(Application, 'Application');
