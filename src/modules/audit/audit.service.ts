import { Injectable } from '@nestjs/common';
import { type AuditRecord, readAudit } from '../../platform/database/audit-trail.js';
import { Database } from '../../platform/database/index.js';
import { badUserInput } from '../../platform/graphql/errors.js';
import type { Connection, PageArguments } from '../../platform/graphql/pagination.js';
import type { Actor } from '../identity/index.js';
import { AuditEvent } from './audit.type.js';

const PAGE = 1_000;

@Injectable()
export class AuditService {
  constructor(private readonly database: Database) {}

  /** A page of the trail, oldest first: its order is what its hashes prove. */
  async events(actor: Actor, page: PageArguments): Promise<Connection<AuditEvent>> {
    const after = page.after == null ? 0 : sequenceOf(page.after);
    const records: AuditRecord[] = [];
    await this.database.within(actor, async (tx) => {
      for await (const record of readAudit(tx, after, page.first + 1)) {
        records.push(record);
        if (records.length > page.first) break;
      }
    });
    const edges = records
      .slice(0, page.first)
      .map((record) => ({ cursor: cursorOf(record.sequence), node: toAuditEvent(record) }));
    return {
      edges,
      pageInfo: {
        hasNextPage: records.length > page.first,
        hasPreviousPage: page.after != null,
        startCursor: edges[0]?.cursor ?? null,
        endCursor: edges.at(-1)?.cursor ?? null,
      },
    };
  }

  /** The whole trail as JSON lines: what `sandbox verify` checks. */
  async *export(actor: Actor): AsyncGenerator<string> {
    for (let last = 0; ;) {
      const page: AuditRecord[] = [];
      // A transaction a page: a slow reader holds none open.
      await this.database.within(actor, async (tx) => {
        for await (const record of readAudit(tx, last, PAGE)) {
          page.push(record);
          if (page.length === PAGE) break;
        }
      });
      for (const record of page) yield `${JSON.stringify(record)}\n`;
      if (page.length < PAGE) return;
      last = page.at(-1)?.sequence ?? last;
    }
  }
}

const cursorOf = (sequence: number): string => Buffer.from(`v1:${sequence}`).toString('base64url');

function sequenceOf(cursor: string): number {
  const found = /^v1:(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1];
  if (found === undefined) throw badUserInput([{ field: 'after', problem: 'is not a cursor of this list' }]);
  return Number(found);
}

function toAuditEvent(record: AuditRecord): AuditEvent {
  return Object.assign(new AuditEvent(), { ...record, at: new Date(record.at) });
}
