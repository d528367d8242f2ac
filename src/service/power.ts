import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { ENTITIES, type Foundation } from '../app.module.js';
import { createDataSource, Database } from '../platform/database/index.js';
import { JobQueue } from '../platform/jobs/index.js';
import type { Power } from '../platform/powers/index.js';
import { type StoreName, Stores } from '../platform/storage/stores.js';
import { WorkerBeat } from '../platform/workers/index.js';
import { startApi } from './api.js';
import { startEvaluator } from './evaluator.js';
import { startLauncher } from './launcher.js';
import type { Part, PowerSettings, StartPart } from './part.js';
import { startSigner } from './signer.js';

export interface RunningPower {
  /** where the API listens; null for the others */
  url: string | null;
  /** the first operator's token, once, where one was issued; null otherwise */
  operatorToken: string | null;
  /** where runners at tenants' sites are awaited, and what they pin; null where none are */
  gateway: Part['gateway'];
  /** the service is about to stop: health says so from now on */
  draining(): void;
  /** finishes what is under way, or gives it back; told to hurry, also while it finishes, gives back at once */
  stop(hurry?: boolean): Promise<void>;
}

interface PowerPlan {
  start: StartPart;
  writes: readonly StoreName[];
  reads: readonly StoreName[];
}

/** How long a part that may take no jobs waits before it tries to begin again. */
const AGAIN_MS = 60_000;

/** What each power does, which stores it writes and which it reads. */
const PLANS: Readonly<Record<Power, PowerPlan>> = {
  api: { start: startApi, writes: ['artefacts', 'imports'], reads: ['development', 'reports'] },
  launcher: { start: startLauncher, writes: ['scores'], reads: ['artefacts', 'features'] },
  evaluator: {
    start: startEvaluator,
    writes: ['features', 'labels', 'protected', 'development'],
    reads: ['scores', 'imports'],
  },
  signer: { start: startSigner, writes: ['reports'], reads: [] },
};

/**
 * Opens what a power may use, starts its part of the service, and takes its jobs until `stop`.
 *
 * @param start another way to start the part than the power's own
 */
export async function startPower(
  power: Power,
  settings: PowerSettings,
  logger: Logger,
  start: StartPart = PLANS[power].start,
): Promise<RunningPower> {
  const { writes, reads } = PLANS[power];
  const dataSource = await createDataSource(settings.database, ENTITIES, {
    poolSize: settings.configuration.databasePoolSize,
    log: logger,
  }).initialize();
  const jobs = await JobQueue.start(settings.jobs, { log: logger, supervise: power !== 'api' });
  const foundation: Foundation = {
    database: new Database(dataSource),
    jobs,
    stores: await Stores.open(settings.dataFolder, writes, reads),
  };
  let part = await start(foundation, settings, logger);
  if (part.refusal !== null) logger.error({ refusal: part.refusal }, `the ${power} takes no job`);
  const beat =
    power === 'api'
      ? null
      : await WorkerBeat.begin(foundation.database, power, part.refusal, (problem) =>
          logger.warn({ err: problem }, 'a heartbeat could not be written'),
        );
  const stopping = new AbortController();
  const trying = part.refusal === null ? Promise.resolve() : tryAgain();
  /** What keeps a part from taking jobs may pass: it begins anew, whole, until it may. */
  async function tryAgain(): Promise<void> {
    while (part.refusal !== null) {
      await sleep(AGAIN_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      part = await start(foundation, settings, logger);
      await beat?.refuse(part.refusal);
    }
    logger.info(`the ${power} takes jobs now`);
  }
  return {
    url: part.url,
    operatorToken: part.operatorToken,
    gateway: part.gateway,
    draining: () => part.draining(),
    stop: async (hurry = false) => {
      if (stopping.signal.aborted) return part.drain(0);
      stopping.abort();
      await trying;
      await beat?.drain();
      await part.closeFirst();
      const graceMs = hurry ? 0 : settings.configuration.drainSeconds * 1_000;
      await Promise.all([part.drain(graceMs), jobs.stop(graceMs)]);
      await part.close();
      await beat?.end();
      await dataSource.destroy();
    },
  };
}
