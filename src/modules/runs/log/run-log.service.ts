import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../../../platform/database/index.js';
import { badUserInput } from '../../../platform/graphql/errors.js';
import type { Actor } from '../../identity/index.js';
import { SEQUENCE_STEP } from '../run.lifecycle.js';
import type { Batch } from './model-log.js';
import { type LogArguments, type LogSource, RunLogConnection, RunLogLine } from './run-log.type.js';

const encode = (sequence: number): string => Buffer.from(`l1:${sequence}`).toString('base64url');

function decode(cursor: string): number {
  const [, digits] = /^l1:(\d{1,10})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (digits === undefined) throw badUserInput([{ field: 'after', problem: 'is not a cursor of this list' }]);
  return Number(digits);
}

/** Keeps what a model printed, as long as its attempt is the run's. */
export async function keepModelLines(
  tx: EntityManager,
  runId: string,
  attempt: number,
  blind: boolean,
  { lines, bytes, dropped }: Batch,
): Promise<void> {
  await tx.query(
    `WITH kept AS (
       UPDATE sandbox.run SET model_lines = model_lines + $4, model_bytes = model_bytes + $5, model_dropped = model_dropped + $6
       WHERE id = $1 AND attempt = $2 AND state IN ('STAGING', 'SCORING')
       RETURNING id, tenant_id, log_lines * ${SEQUENCE_STEP} + model_lines - $4 AS before
     ), told AS (
       INSERT INTO sandbox.run_log (run_id, sequence, tenant_id, attempt, source, blind, line)
       SELECT id, before + place, tenant_id, $2, 'MODEL', $3, line FROM kept, unnest($7::text[]) WITH ORDINALITY AS said (line, place)
     )
     SELECT pg_notify('sandbox_run_log', id::text) FROM kept`,
    [runId, attempt, blind, lines.length, bytes, dropped, lines],
  );
}

@Injectable()
export class RunLogService {
  constructor(private readonly database: Database) {}

  /** A page of each run's log; what of it the caller may see, the database decides. */
  async pages(
    actor: Actor,
    runIds: readonly string[],
    { first, after }: LogArguments,
  ): Promise<Map<string, RunLogConnection>> {
    const from = after == null ? 0 : decode(after);
    const lines = await this.lines(actor, runIds, from, first + 1);
    return new Map(
      runIds.map((id) => {
        const all = lines.filter(({ runId }) => runId === id);
        const edges = all.slice(0, first).map((node) => ({ cursor: encode(node.sequence), node }));
        const pageInfo = {
          hasNextPage: all.length > first,
          hasPreviousPage: after != null,
          startCursor: edges[0]?.cursor ?? null,
          endCursor: edges.at(-1)?.cursor ?? null,
        };
        return [id, Object.assign(new RunLogConnection(), { edges, pageInfo })];
      }),
    );
  }

  /** The lines of each run after a sequence, at most so many of each, oldest first. */
  async lines(actor: Actor, runIds: readonly string[], after: number, most: number): Promise<RunLogLine[]> {
    const rows = await this.database.within(actor, (tx) =>
      tx.query<
        { run_id: string; sequence: number; at: Date; attempt: number; source: LogSource; line: string }[]
      >(
        `SELECT l.* FROM unnest($1::uuid[]) AS asked (id)
         CROSS JOIN LATERAL (
           SELECT run_id, sequence, at, attempt, source, line FROM sandbox.run_log
           WHERE run_id = asked.id AND sequence > $2 ORDER BY sequence LIMIT $3
         ) l
         ORDER BY l.run_id, l.sequence`,
        [runIds, after, most],
      ),
    );
    return rows.map(({ run_id: runId, ...row }) => Object.assign(new RunLogLine(), { runId, ...row }));
  }
}
