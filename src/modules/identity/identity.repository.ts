import type { EntityManager } from 'typeorm';
import { v7 as uuid, validate as isUuid } from 'uuid';
import type { OrganisationKind, Role } from './actor.js';
import { ApiTokenRow, OrganisationRow, PersonRow } from './identity.entity.js';
import { type NewToken, newToken } from './token.js';

const DAY = 86_400_000;

export async function findOrganisation(tx: EntityManager, id: string): Promise<OrganisationRow | null> {
  return isUuid(id) ? tx.findOneBy(OrganisationRow, { id }) : null;
}

export async function findPerson(tx: EntityManager, id: string): Promise<PersonRow | null> {
  return isUuid(id) ? tx.findOneBy(PersonRow, { id }) : null;
}

export async function organisationNamed(
  tx: EntityManager,
  kind: OrganisationKind,
  name: string,
): Promise<OrganisationRow | null> {
  return tx
    .createQueryBuilder(OrganisationRow, 'organisation')
    .where('organisation.kind = :kind AND lower(organisation.name) = lower(:name)', { kind, name })
    .getOne();
}

export async function personWithEmail(
  tx: EntityManager,
  organisationId: string,
  email: string,
): Promise<PersonRow | null> {
  return tx
    .createQueryBuilder(PersonRow, 'person')
    .where('person.tenantId = :organisationId AND lower(person.email) = lower(:email)', {
      organisationId,
      email,
    })
    .getOne();
}

export async function addOrganisation(
  tx: EntityManager,
  fields: { kind: OrganisationKind; name: string; runQuota: number; cohort?: string | null },
): Promise<OrganisationRow> {
  const id = uuid();
  return tx.save(tx.create(OrganisationRow, { id, tenantId: id, createdAt: new Date(), ...fields }));
}

export async function addPerson(
  tx: EntityManager,
  organisation: OrganisationRow,
  fields: { name: string; email: string; roles: Role[] },
): Promise<PersonRow> {
  return tx.save(
    tx.create(PersonRow, { id: uuid(), tenantId: organisation.id, createdAt: new Date(), ...fields }),
  );
}

export async function addToken(
  tx: EntityManager,
  person: PersonRow,
  fields: { label: string; roles: Role[]; lifetimeMs: number; singleUse?: boolean },
): Promise<{ row: ApiTokenRow; token: NewToken }> {
  const token = newToken();
  const row = await tx.save(
    tx.create(ApiTokenRow, {
      id: uuid(),
      tenantId: person.tenantId,
      personId: person.id,
      label: fields.label,
      roles: fields.roles,
      prefix: token.prefix,
      hash: token.hash,
      singleUse: fields.singleUse ?? false,
      createdAt: new Date(),
      expiresAt: new Date(Date.now() + fields.lifetimeMs),
      lastUsedAt: null,
      revokedAt: null,
    }),
  );
  return { row, token };
}

export const days = (count: number): number => count * DAY;
