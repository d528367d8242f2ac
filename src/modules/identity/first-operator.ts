import { Injectable } from '@nestjs/common';
import { open, rename } from 'node:fs/promises';
import { Database } from '../../platform/database/index.js';
import { appendAudit } from '../../platform/database/audit-trail.js';
import { OrganisationKind, Role } from './actor.js';
import { PersonRow } from './identity.entity.js';
import * as identities from './identity.repository.js';

const HOUR = 3_600_000;

/** How a sandbox gets its first operator: a token in a file that only its owner reads, good once within the hour. */
@Injectable()
export class FirstOperator {
  constructor(private readonly database: Database) {}

  /**
   * Writes a single-use operator token to a 0600 file, unless an operator already has a token of their own.
   *
   * @param path where to; an older file there is replaced, its token revoked
   * @param options.anyway also when operators have tokens: for an operator who lost theirs
   * @returns whether a token was written
   */
  async writeToken(path: string, options: { anyway?: boolean } = {}): Promise<boolean> {
    const secret = await this.database.asSystem(async (tx) => {
      await tx.query(`SELECT pg_advisory_xact_lock(hashtext('sandbox.first-operator'))`);
      const live = await tx.query<unknown[]>(
        `SELECT 1 FROM sandbox.api_token t JOIN sandbox.organisation o ON o.id = t.tenant_id
         WHERE o.kind = 'OPERATOR' AND NOT t.single_use AND t.revoked_at IS NULL AND t.expires_at > now() LIMIT 1`,
      );
      if (live.length > 0 && options.anyway !== true) return null;
      const person = await this.operator();
      const found = await tx.findOneBy(PersonRow, { id: person });
      if (found === null) throw new Error('the first operator vanished');
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
    if (secret === null) return false;
    const temporary = `${path}.${process.pid}.new`;
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.chmod(0o600);
      await file.writeFile(`${secret}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    return true;
  }

  /** The operator's organisation and its first person, made when there is none. */
  private async operator(): Promise<string> {
    return this.database.asSystem(async (tx) => {
      const existing = await tx.query<{ id: string }[]>(
        `SELECT p.id FROM sandbox.person p JOIN sandbox.organisation o ON o.id = p.tenant_id
         WHERE o.kind = 'OPERATOR' ORDER BY p.id LIMIT 1`,
      );
      if (existing[0] !== undefined) return existing[0].id;
      const organisation = await identities.addOrganisation(tx, {
        kind: OrganisationKind.OPERATOR,
        name: 'Cyberport',
        runQuota: 0,
      });
      const person = await identities.addPerson(tx, organisation, {
        name: 'First operator',
        email: 'operator@sandbox.invalid',
        roles: [Role.OPERATOR],
      });
      return person.id;
    });
  }
}
