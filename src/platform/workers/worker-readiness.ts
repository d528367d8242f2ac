import type { Database } from '../database/index.js';
import type { WorkerState, WorkingPower } from './worker.entity.js';

/** Longer than a few heartbeats: one that a busy machine swallowed alarms nobody. */
const HEARD_SECONDS = 30;

/**
 * What every API process knows of those who take jobs, wherever they run: a service that accepts runs which nobody may
 * score is not ready.
 *
 * @returns null when one takes jobs, otherwise what is wrong, in words for the operator
 */
export async function workersProblem(database: Database, power: WorkingPower): Promise<string | null> {
  const heard = await database.asSystem((tx) =>
    tx.query<{ host: string; pid: number; state: WorkerState; detail: string | null }[]>(
      `SELECT host, pid, state, detail FROM sandbox.worker
        WHERE power = $1 AND heartbeat_at > now() - make_interval(secs => $2) ORDER BY host, pid`,
      [power, HEARD_SECONDS],
    ),
  );
  if (heard.some(({ state }) => state === 'READY')) return null;
  const refusing = heard.filter(({ state }) => state === 'REFUSED');
  if (refusing.length > 0) {
    return refusing
      .map(({ host, pid, detail }) => `the ${power} on ${host} (process ${pid}) takes no job: ${detail}`)
      .join('; ');
  }
  return heard.length > 0
    ? `every ${power} is about to stop`
    : `no ${power} was heard for ${HEARD_SECONDS} seconds`;
}
