import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { appendAudit } from '../../platform/database/audit-trail.js';
import { Database } from '../../platform/database/index.js';
import { notFound, unauthenticated } from '../../platform/graphql/errors.js';
import { type Connection, keysetPage, type PageArguments } from '../../platform/graphql/pagination.js';
import { type Actor, OrganisationKind, Role, ROLES_OF_KIND, SCOPE_OF_KIND } from './actor.js';
import { ApiTokenRow, OrganisationRow, PersonRow } from './identity.entity.js';
import type {
  InvitePersonInput,
  IssueTokenInput,
  RegisterAuthorityInput,
  RevokeTokenInput,
} from './identity.input.js';
import * as identities from './identity.repository.js';
import {
  type ApiToken,
  AuthorityRegistered,
  EmailTaken,
  NameTaken,
  type Organisation,
  type Person,
  RoleNotAvailable,
  TokenIssued,
  TokenStillLive,
  type Viewer,
} from './identity.type.js';
import { bearerToken, hashToken } from './token.js';

const FIRST_TOKEN_DAYS = 90;

@Injectable()
export class IdentityService {
  constructor(private readonly database: Database) {}

  /**
   * Who sends this `Authorization` header; null without one.
   *
   * One statement finds the token, notes its use (to the minute, so that reading costs no write a request) and
   * spends it where it works once: two requests cannot both spend it.
   *
   * @throws CodedError `UNAUTHENTICATED` for a token that is malformed, unknown, expired, revoked or spent
   */
  async authenticate(authorization: string | undefined): Promise<Actor | null> {
    if (authorization === undefined || authorization === '') return null;
    const plain = bearerToken(authorization);
    if (plain === null) throw unauthenticated();
    const rows = await this.database.asSystem((tx) =>
      tx.query<AuthenticatedRow[]>(
        `WITH live AS (
           SELECT t.id, t.single_use, t.last_used_at, t.roles, p.id AS person_id, o.id AS organisation_id, o.name, o.kind
           FROM sandbox.api_token t
           JOIN sandbox.person p ON p.id = t.person_id
           JOIN sandbox.organisation o ON o.id = t.tenant_id
           WHERE t.hash = $1 AND t.revoked_at IS NULL AND t.expires_at > now()
         ), used AS (
           UPDATE sandbox.api_token t
           SET last_used_at = now(), revoked_at = CASE WHEN t.single_use THEN now() END
           FROM live
           WHERE t.id = live.id AND t.revoked_at IS NULL
             AND (live.single_use OR live.last_used_at IS NULL OR live.last_used_at < now() - interval '1 minute')
           RETURNING t.id
         )
         SELECT live.* FROM live WHERE NOT single_use OR EXISTS (SELECT 1 FROM used)`,
        [hashToken(plain)],
      ),
    );
    const row = rows[0];
    if (row === undefined)
      throw unauthenticated('This API token is unknown, expired, revoked or already spent.');
    return {
      personId: row.person_id,
      organisationId: row.organisation_id,
      organisationName: row.name,
      scope: SCOPE_OF_KIND[row.kind],
      roles: row.roles,
      tokenId: row.id,
    };
  }

  /** For what outlives a request: whether its token still holds. @throws CodedError `UNAUTHENTICATED` once it does not */
  async stillHolds(actor: Actor): Promise<void> {
    const rows = await this.database.within(actor, (tx) =>
      tx.query<unknown[]>(
        `SELECT 1 FROM sandbox.api_token WHERE id = $1 AND revoked_at IS NULL AND expires_at > now()`,
        [actor.tokenId],
      ),
    );
    if (rows.length === 0) throw unauthenticated('This API token has expired or was revoked.');
  }

  async viewer(actor: Actor): Promise<Viewer> {
    return this.database.within(actor, async (tx) => {
      const person = await tx.findOneByOrFail(PersonRow, { id: actor.personId });
      const organisation = await tx.findOneByOrFail(OrganisationRow, { id: actor.organisationId });
      return {
        person: toPerson(person),
        organisation: toOrganisation(organisation),
        roles: [...actor.roles],
      };
    });
  }

  async people(actor: Actor, page: PageArguments): Promise<Connection<Person>> {
    return this.database.within(actor, (tx) =>
      keysetPage(tx.createQueryBuilder(PersonRow, 'person'), page, toPerson),
    );
  }

  async tokens(actor: Actor, page: PageArguments): Promise<Connection<ApiToken>> {
    return this.database.within(actor, (tx) =>
      keysetPage(
        tx
          .createQueryBuilder(ApiTokenRow, 'token')
          .where('token.tenantId = :organisation', { organisation: actor.organisationId }),
        page,
        toApiToken,
      ),
    );
  }

  async invitePerson(
    actor: Actor,
    input: InvitePersonInput,
  ): Promise<TokenIssued | EmailTaken | RoleNotAvailable> {
    return this.database.within(actor, async (tx) => {
      const organisation = await identities.findOrganisation(
        tx,
        input.organisationId ?? actor.organisationId,
      );
      if (organisation === null) throw notFound('Organisation');
      const wrong = input.roles.filter((role) => !ROLES_OF_KIND[organisation.kind].includes(role));
      if (wrong.length > 0) {
        return new RoleNotAvailable(
          'ROLE_NOT_AVAILABLE',
          `${wrong.join(', ')} is not a role of ${organisation.name}; its people can be ${ROLES_OF_KIND[organisation.kind].join(' or ')}.`,
        );
      }
      if ((await identities.personWithEmail(tx, organisation.id, input.email)) !== null) {
        return new EmailTaken(
          'EMAIL_TAKEN',
          `${organisation.name} already has somebody with the address ${input.email}.`,
        );
      }
      const issued = await this.admitPerson(tx, organisation, input);
      await appendAudit(tx, {
        actor,
        action: 'invitePerson',
        subject: `person:${issued.person.id}`,
        details: { organisation: organisation.id, roles: input.roles },
      });
      return issued;
    });
  }

  async issueToken(
    actor: Actor,
    input: IssueTokenInput,
  ): Promise<TokenIssued | RoleNotAvailable | TokenStillLive> {
    return this.database.within(actor, async (tx) => {
      const person = await identities.findPerson(tx, input.personId ?? actor.personId);
      if (person === null) throw notFound('Person');
      if (person.tenantId !== actor.organisationId) {
        const live = await tx
          .createQueryBuilder(ApiTokenRow, 'token')
          .where('token.personId = :person AND token.revokedAt IS NULL AND token.expiresAt > now()', {
            person: person.id,
          })
          .getCount();
        if (live > 0) {
          return new TokenStillLive(
            'TOKEN_STILL_LIVE',
            `${person.name} holds a live token: only their own organisation issues them another.`,
          );
        }
      }
      const roles = input.roles ?? person.roles;
      const wrong = roles.filter((role) => !person.roles.includes(role));
      if (wrong.length > 0) {
        return new RoleNotAvailable(
          'ROLE_NOT_AVAILABLE',
          `${person.name} does not have the role ${wrong.join(', ')}.`,
        );
      }
      const { row, token } = await identities.addToken(tx, person, {
        label: input.label,
        roles,
        lifetimeMs: identities.days(input.expiresInDays),
      });
      await appendAudit(tx, {
        actor,
        action: 'issueToken',
        subject: `token:${row.id}`,
        details: { person: person.id, roles, expiresAt: row.expiresAt.toISOString() },
      });
      return issue(token.plain, row, person);
    });
  }

  async revokeToken(actor: Actor, input: RevokeTokenInput): Promise<ApiToken> {
    return this.database.within(actor, async (tx) => {
      const row = isUuid(input.tokenId) ? await tx.findOneBy(ApiTokenRow, { id: input.tokenId }) : null;
      const own =
        row !== null && (row.tenantId === actor.organisationId || actor.roles.includes(Role.OPERATOR));
      if (!own) throw notFound('Token');
      row.revokedAt ??= new Date();
      await tx.save(row);
      await appendAudit(tx, { actor, action: 'revokeToken', subject: `token:${row.id}`, details: {} });
      return toApiToken(row);
    });
  }

  async registerAuthority(
    actor: Actor,
    input: RegisterAuthorityInput,
  ): Promise<AuthorityRegistered | NameTaken> {
    return this.database.within(actor, async (tx) => {
      if ((await identities.organisationNamed(tx, OrganisationKind.AUTHORITY, input.name)) !== null) {
        return new NameTaken('NAME_TAKEN', `The authority ${input.name} is registered already.`);
      }
      const organisation = await identities.addOrganisation(tx, {
        kind: OrganisationKind.AUTHORITY,
        name: input.name,
        runQuota: 0,
      });
      const issued = await this.admitPerson(tx, organisation, {
        name: input.reviewerName,
        email: input.reviewerEmail,
        roles: [Role.REVIEWER],
      });
      await appendAudit(tx, {
        actor,
        action: 'registerAuthority',
        subject: `organisation:${organisation.id}`,
        details: { name: input.name, reviewer: issued.person.id },
      });
      return Object.assign(new AuthorityRegistered(), { organisation: toOrganisation(organisation), issued });
    });
  }

  /** Adds somebody with a first token: for invitations, and for the module that admits tenants. */
  async admitPerson(
    tx: EntityManager,
    organisation: OrganisationRow,
    fields: { name: string; email: string; roles: Role[] },
  ): Promise<TokenIssued> {
    const person = await identities.addPerson(tx, organisation, {
      name: fields.name,
      email: fields.email,
      roles: fields.roles,
    });
    const { row, token } = await identities.addToken(tx, person, {
      label: 'first token',
      roles: fields.roles,
      lifetimeMs: identities.days(FIRST_TOKEN_DAYS),
    });
    return issue(token.plain, row, person);
  }

  /** Registers a tenant with its administrator. @returns null when the name is taken */
  async addTenant(
    tx: EntityManager,
    fields: {
      name: string;
      runQuota: number;
      cohort: string | null;
      administrator: { name: string; email: string };
    },
  ): Promise<{ organisation: Organisation; issued: TokenIssued } | null> {
    if ((await identities.organisationNamed(tx, OrganisationKind.TENANT, fields.name)) !== null) return null;
    const organisation = await identities.addOrganisation(tx, {
      kind: OrganisationKind.TENANT,
      name: fields.name,
      runQuota: fields.runQuota,
      cohort: fields.cohort,
    });
    const issued = await this.admitPerson(tx, organisation, {
      ...fields.administrator,
      roles: [Role.TENANT_ADMINISTRATOR, Role.TENANT_DEVELOPER],
    });
    return { organisation: toOrganisation(organisation), issued };
  }

  /** Runs that a tenant may start in all. */
  async runQuota(tx: EntityManager, tenantId: string): Promise<number> {
    return (await tx.findOneByOrFail(OrganisationRow, { id: tenantId })).runQuota;
  }

  /** Organisations by id, for loaders. */
  async organisationsById(actor: Actor, ids: readonly string[]): Promise<Organisation[]> {
    return this.database.within(actor, async (tx) => {
      const rows = await tx
        .createQueryBuilder(OrganisationRow, 'organisation')
        .where('organisation.id IN (:...ids)', { ids })
        .getMany();
      return rows.map(toOrganisation);
    });
  }

  /** People by id, for loaders. */
  async peopleById(actor: Actor, ids: readonly string[]): Promise<Person[]> {
    return this.database.within(actor, async (tx) => {
      const rows = await tx
        .createQueryBuilder(PersonRow, 'person')
        .where('person.id IN (:...ids)', { ids })
        .getMany();
      return rows.map(toPerson);
    });
  }
}

interface AuthenticatedRow {
  id: string;
  roles: Role[];
  person_id: string;
  organisation_id: string;
  name: string;
  kind: OrganisationKind;
}

function issue(secret: string, row: ApiTokenRow, person: PersonRow): TokenIssued {
  return Object.assign(new TokenIssued(), { secret, token: toApiToken(row), person: toPerson(person) });
}

export function toOrganisation(row: OrganisationRow): Organisation {
  const { id, name, kind, runQuota, cohort, createdAt } = row;
  return { id, name, kind, runQuota, cohort, createdAt };
}

function toPerson(row: PersonRow): Person {
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    roles: row.roles,
    createdAt: row.createdAt,
    organisationId: row.tenantId,
  };
}

function toApiToken(row: ApiTokenRow): ApiToken {
  return {
    id: row.id,
    label: row.label,
    prefix: row.prefix,
    roles: row.roles,
    createdAt: row.createdAt,
    expiresAt: row.expiresAt,
    lastUsedAt: row.lastUsedAt,
    revokedAt: row.revokedAt,
  };
}
