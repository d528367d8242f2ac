import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../../platform/database/index.js';
import { appendAudit } from '../../platform/database/audit-trail.js';
import { OrganisationKind, Role } from './actor.js';
import { OrganisationRow, PersonRow } from './identity.entity.js';
import * as identities from './identity.repository.js';

const HOUR = 3_600_000;

/** How a sandbox gets its first operator: a token in a file that only its owner reads, good once within the hour. */
@Injectable()
export class FirstOperator {
  constructor(private readonly database: Database) {}

  /**
   * Issues a single-use operator token that expires within the hour, unless an operator has a token of their own. One
   * that was issued before and not used is revoked.
   *
   * @returns the secret, to be written where only the operator reads it; null where none is needed
   */
  async issue(): Promise<string | null> {
    return this.database.asSystem(async (tx) => {
      await tx.query(`SELECT pg_advisory_xact_lock(hashtext('sandbox.first-operator'))`);
      const live = await tx.query<unknown[]>(
        `SELECT 1 FROM sandbox.api_token t JOIN sandbox.organisation o ON o.id = t.tenant_id
         WHERE o.kind = 'OPERATOR' AND NOT t.single_use AND t.revoked_at IS NULL AND t.expires_at > now() LIMIT 1`,
      );
      if (live.length > 0) return null;
      const found = await this.operator(tx);
      await tx.query(
        `UPDATE sandbox.api_token SET revoked_at = now() WHERE person_id = $1 AND single_use AND revoked_at IS NULL`,
        [found.id],
      );
      const { row, token } = await identities.addToken(tx, found, {
        label: 'first operator token',
        roles: [Role.OPERATOR],
        lifetimeMs: HOUR,
        singleUse: true,
      });
      await appendAudit(tx, {
        actor: { system: 'start' },
        action: 'issueFirstOperatorToken',
        subject: `token:${row.id}`,
        details: { expiresAt: row.expiresAt.toISOString() },
      });
      return token.plain;
    });
  }

  /** The operator's organisation and its first person, made when there is none. */
  private async operator(tx: EntityManager): Promise<PersonRow> {
    const existing = await tx
      .createQueryBuilder(PersonRow, 'person')
      .innerJoin(OrganisationRow, 'organisation', 'organisation.id = person.tenantId')
      .where(`organisation.kind = 'OPERATOR'`)
      .orderBy('person.id')
      .getOne();
    if (existing !== null) return existing;
    const organisation = await identities.addOrganisation(tx, {
      kind: OrganisationKind.OPERATOR,
      name: 'Cyberport',
      runQuota: 0,
    });
    return identities.addPerson(tx, organisation, {
      name: 'First operator',
      email: 'operator@sandbox.invalid',
      roles: [Role.OPERATOR],
    });
  }
}
