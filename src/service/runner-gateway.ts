import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Foundation } from '../app.module.js';
import { RunnerDesk, RunnerGatewayServer } from '../modules/runners/index.js';
import { RemoteScorer, type Scorers, sweepKeptScores } from '../modules/runs/index.js';
import { Rounds } from '../platform/jobs/index.js';
import { keptSelfSigned } from '../platform/tls/index.js';
import type { PowerSettings } from './part.js';

const CERTIFICATE_DAYS = 3_650;
const SWEEP_SECONDS = 600;

/** Where this machine takes runners: the gateway, and the scorer of the runs that they score. */
export async function openGateway(
  { database, stores }: Foundation,
  { configuration, dataFolder, versions }: PowerSettings,
  logger: Logger,
): Promise<{ gateway: RunnerGatewayServer; scorers: Scorers; close: () => Promise<void> } | null> {
  const { runnerHost: host, runnerPort: port, runnerAddress, runnerBatchRows: batchRows } = configuration;
  if (port === undefined) return null;
  const identity = await keptSelfSigned(
    join(dataFolder, 'secrets', 'gateway', 'gateway.pem'),
    'sandbox runner gateway',
    CERTIFICATE_DAYS,
  );
  const folder = join(dataFolder, 'remote');
  const desk = new RunnerDesk();
  const scorer = new RemoteScorer(database, stores, desk, {
    folder,
    batchRows,
    absentSeconds: configuration.runnerAbsentSeconds,
    wallSeconds: configuration.runnerWallSeconds,
    arrowVersion: versions.arrow,
  });
  const gateway = await RunnerGatewayServer.open(
    { host, port, publicAddress: runnerAddress ?? null, identity },
    database,
    desk,
    logger,
  );
  const rounds = new Rounds(
    'the sweeper of kept scores',
    SWEEP_SECONDS,
    () => sweepKeptScores(database, folder),
    logger,
  );
  const close = async (): Promise<void> => {
    await rounds.end();
    await gateway.close();
  };
  return { gateway, scorers: { REMOTE_RUNNER: scorer }, close };
}
