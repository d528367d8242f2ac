import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { EvaluatorModule, type Foundation, ENTITIES, LauncherModule, SignerModule } from '../app.module.js';
import { JailHost, runEscapeChecks } from '../engine/isolation/index.js';
import { FileSigner } from '../engine/reporting/index.js';
import { BlindSecret, PreparationStage } from '../modules/datasets/index.js';
import { InspectionStage } from '../modules/models/index.js';
import { SealingStage } from '../modules/reports/index.js';
import { MeasuringStage, ScoringStage, settleErrored } from '../modules/runs/index.js';
import type { Configuration } from '../platform/config/index.js';
import { type ConnectionAddress, createDataSource, Database } from '../platform/database/index.js';
import { JobQueue } from '../platform/jobs/index.js';
import { delegatedCgroup, type Power } from '../platform/powers/index.js';
import { type StoreName, Stores } from '../platform/storage/stores.js';
import { readBlindSecret } from './blind-secret.js';
import { startApi } from './power-api.js';

/** What the supervisor tells a power: its own ways in, and nobody else's. */
export interface PowerSettings {
  configuration: Configuration;
  dataFolder: string;
  database: ConnectionAddress;
  jobs: ConnectionAddress;
  /** users that jails may run as; null: found by the launcher itself */
  slots: { first: number; count: number } | null;
  buildDigest: string;
  versions: { arrow: string };
}

export interface RunningPower {
  /** where the API listens; null for the others */
  url: string | null;
  /** the first operator's token, once, where one was issued; null otherwise */
  operatorToken: string | null;
  stop(): Promise<void>;
}

/** Which stores a power writes and which it reads. */
const STORES: Readonly<Record<Power, { writes: readonly StoreName[]; reads: readonly StoreName[] }>> = {
  api: { writes: ['artefacts', 'imports'], reads: ['development', 'reports'] },
  launcher: { writes: ['scores'], reads: ['artefacts', 'features'] },
  evaluator: { writes: ['features', 'labels', 'protected', 'development'], reads: ['scores', 'imports'] },
  signer: { writes: ['reports'], reads: [] },
};

const MIB = 1024 * 1024;

/** Opens what a power may use, starts its part of the service, and takes its jobs until `stop`. */
export async function startPower(
  power: Power,
  settings: PowerSettings,
  logger: Logger,
): Promise<RunningPower> {
  const dataSource = await createDataSource(settings.database, ENTITIES, {
    poolSize: settings.configuration.databasePoolSize,
    log: logger,
  }).initialize();
  const jobs = await JobQueue.start(settings.jobs, { log: logger, supervise: power !== 'api' });
  const { writes, reads } = STORES[power];
  const foundation: Foundation = {
    database: new Database(dataSource),
    jobs,
    stores: await Stores.open(settings.dataFolder, writes, reads),
  };
  const part = await PARTS[power](foundation, settings, logger);
  return {
    url: part.url,
    operatorToken: part.operatorToken ?? null,
    stop: async () => {
      await part.closeFirst?.();
      await jobs.stop();
      await part.close();
      await dataSource.destroy();
    },
  };
}

interface Part {
  url: string | null;
  operatorToken?: string | null;
  /** what takes work from outside, before the queue drains */
  closeFirst?: () => Promise<void>;
  close(): Promise<void>;
}

type StartPart = (foundation: Foundation, settings: PowerSettings, logger: Logger) => Promise<Part>;

const PARTS: Readonly<Record<Power, StartPart>> = {
  api: startApi,

  launcher: async (foundation, { configuration, slots, versions }) => {
    const jail = new JailHost({
      ...(slots === null ? {} : { slots }),
      ...optional('cgroupParent', delegatedCgroup()),
    });
    const app = await context(
      LauncherModule.with(foundation, {
        jail,
        scoring: {
          limits: {
            wallSeconds: configuration.jobWallSeconds,
            cpuSeconds: configuration.jobCpuSeconds,
            memoryBytes: configuration.jobMemoryMib * MIB,
          },
          lanes: 1,
          arrowVersion: versions.arrow,
        },
      }),
    );
    await refuseUnlessHeld(jail);
    const { jobs, database } = foundation;
    const inspection = app.get(InspectionStage);
    const scoring = app.get(ScoringStage);
    await jobs.work('inspect', ({ data }) => inspection.inspect(text(data, 'modelVersionId')), {
      concurrency: 1,
    });
    await jobs.workDead('inspect', ({ data }) => inspection.giveUp(text(data, 'modelVersionId')));
    await jobs.work('score', ({ data, signal }) => scoring.score(text(data, 'runId'), signal), {
      concurrency: configuration.slots,
      perGroup: Math.max(1, Math.ceil(configuration.slots / 2)),
    });
    await jobs.workDead('score', ({ data }) =>
      settleErrored(database, text(data, 'runId'), 'score', 'launcher'),
    );
    return { url: null, close: () => app.close() };
  },

  evaluator: async (foundation, { dataFolder }) => {
    const scratch = join(dataFolder, 'scratch');
    await mkdir(scratch, { recursive: true, mode: 0o700 });
    const secret = new BlindSecret(await readBlindSecret(join(dataFolder, 'secrets', 'blind', 'secret')));
    const app = await context(EvaluatorModule.with(foundation, { secret, scratch, threads: 2 }));
    const { jobs, database } = foundation;
    const preparation = app.get(PreparationStage);
    const measuring = app.get(MeasuringStage);
    await jobs.work('generate', ({ data }) => preparation.prepare(text(data, 'datasetVersionId')));
    await jobs.workDead('generate', ({ data }) => preparation.giveUp(text(data, 'datasetVersionId')));
    await jobs.work('measure', ({ data }) => measuring.measure(text(data, 'runId'), whole(data, 'attempt')));
    await jobs.workDead('measure', ({ data }) =>
      settleErrored(database, text(data, 'runId'), 'measure', 'evaluator', whole(data, 'attempt')),
    );
    return { url: null, close: () => app.close() };
  },

  signer: async (foundation, { dataFolder, buildDigest }) => {
    const signer = await FileSigner.open(
      join(dataFolder, 'secrets', 'signing', 'key.pem'),
      join(dataFolder, 'keys'),
    );
    const app = await context(SignerModule.with(foundation, { signer, buildDigest }));
    const { jobs, database } = foundation;
    const sealing = app.get(SealingStage);
    await jobs.work('seal', ({ data }) => sealing.seal(text(data, 'runId'), whole(data, 'attempt')));
    await jobs.workDead('seal', ({ data }) =>
      settleErrored(database, text(data, 'runId'), 'seal', 'signer', whole(data, 'attempt')),
    );
    return { url: null, close: () => app.close() };
  },
};

/** A launcher whose jail lets one attack out takes no job: it never becomes ready, and says which. */
async function refuseUnlessHeld(jail: JailHost): Promise<void> {
  const out = (await runEscapeChecks(jail)).filter(({ held }) => !held);
  if (out.length > 0) {
    throw new Error(`the jail does not hold, no job is taken: ${out.map(({ name }) => name).join(', ')}`);
  }
}

function context(module: ReturnType<typeof LauncherModule.with>): Promise<INestApplicationContext> {
  return NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
}

function text(data: Readonly<Record<string, unknown>>, name: string): string {
  const value = data[name];
  if (typeof value !== 'string') throw new Error(`the job names no ${name}`);
  return value;
}

function whole(data: Readonly<Record<string, unknown>>, name: string): number {
  const value = data[name];
  if (typeof value !== 'number') throw new Error(`the job names no ${name}`);
  return value;
}

function optional<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [key]: value } as Partial<Record<K, V>>);
}
