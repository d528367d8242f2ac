import { registerEnumType } from '@nestjs/graphql';

/** What a person may do. A token carries some of its person's roles. */
export enum Role {
  TENANT_DEVELOPER = 'TENANT_DEVELOPER',
  TENANT_ADMINISTRATOR = 'TENANT_ADMINISTRATOR',
  OPERATOR = 'OPERATOR',
  REVIEWER = 'REVIEWER',
}

registerEnumType(Role, {
  name: 'Role',
  description: 'What a person may do here.',
  valuesMap: {
    TENANT_DEVELOPER: {
      description: 'Registers models, locks plans, starts runs, reads reports of its tenant.',
    },
    TENANT_ADMINISTRATOR: { description: 'Invites people of its tenant, issues and revokes their tokens.' },
    OPERATOR: { description: 'Cyberport: admits tenants, publishes datasets, watches use.' },
    REVIEWER: { description: 'An authority: reads sealed reports, reviews and decides.' },
  },
});

export enum OrganisationKind {
  TENANT = 'TENANT',
  OPERATOR = 'OPERATOR',
  AUTHORITY = 'AUTHORITY',
}

registerEnumType(OrganisationKind, {
  name: 'OrganisationKind',
  description: 'Which side of the sandbox an organisation is on.',
  valuesMap: {
    TENANT: { description: 'A fintech startup whose models are evaluated.' },
    OPERATOR: { description: 'Who runs the sandbox.' },
    AUTHORITY: { description: 'Who reviews reports and decides.' },
  },
});

/** Which roles an organisation's people can have. */
export const ROLES_OF_KIND: Readonly<Record<OrganisationKind, readonly Role[]>> = {
  TENANT: [Role.TENANT_DEVELOPER, Role.TENANT_ADMINISTRATOR],
  OPERATOR: [Role.OPERATOR],
  AUTHORITY: [Role.REVIEWER],
};

/** The scope that row-level security speaks of. */
export type Scope = 'tenant' | 'operator' | 'authority';

export const SCOPE_OF_KIND: Readonly<Record<OrganisationKind, Scope>> = {
  TENANT: 'tenant',
  OPERATOR: 'operator',
  AUTHORITY: 'authority',
};

/** Who asks: comes first in every call that reads or writes for somebody. */
export interface Actor {
  readonly personId: string;
  readonly organisationId: string;
  readonly organisationName: string;
  readonly scope: Scope;
  readonly roles: readonly Role[];
  readonly tokenId: string;
}
