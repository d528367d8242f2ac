import { join } from 'node:path';
import type { Logger } from 'pino';
import { type Foundation, LauncherModule } from '../app.module.js';
import { JailHost } from '../engine/isolation/index.js';
import { runEscapeSuite } from '../engine/scoring/index.js';
import { InspectionStage } from '../modules/models/index.js';
import { BEAT_SECONDS, Launching, PredictionsScorer, ScoringStage, Sweeper } from '../modules/runs/index.js';
import { ChangeListener } from '../platform/database/change-listener.js';
import { projectRoot } from '../platform/database/index.js';
import { delegatedCgroup } from '../platform/powers/index.js';
import { Rounds } from '../platform/jobs/index.js';
import { jobsOnly, type Part, type PowerSettings, refusing, type StartPart, text } from './part.js';
import { openGateway } from './runner-gateway.js';

const MIB = 1024 * 1024;
/** Runs that a launcher waits for at tenants' own sites, at a time: each holds a connection or two and no jail. */
const REMOTE_SLOTS = 32;
const SWEEP_SECONDS = 60;

/** The launcher: inspects and scores inside jails, once it has tried in vain to get out of one. */
export const startLauncher: StartPart = (foundation, settings, logger) => {
  const { slots } = settings;
  const cgroupParent = delegatedCgroup();
  const jail = (): JailHost =>
    new JailHost({
      ...(slots === null ? {} : { slots }),
      ...(cgroupParent === undefined ? {} : { cgroupParent }),
    });
  return launcherIn(jail)(foundation, settings, logger);
};

/**
 * The launcher in jails of this making. Where none can be made, or one attempt gets out of it, it takes no job, and says
 * which attempt it was.
 */
export const launcherIn =
  (made: () => JailHost): StartPart =>
  async (foundation, settings, logger) => {
    let jail: JailHost;
    try {
      jail = made();
    } catch (error) {
      return refusing(`no jail can be made: ${error instanceof Error ? error.message : String(error)}`);
    }
    const out = (await runEscapeSuite(jail)).filter(({ held }) => !held);
    if (out.length > 0) {
      // What got out may name things of this machine, which is the log's business and nobody else's.
      logger.error({ escapes: out }, 'the jail does not hold');
      return refusing(`the jail does not hold against: ${out.map(({ name }) => name).join('; ')}`);
    }
    return takeJobs(jail, foundation, settings, logger);
  };

async function takeJobs(
  jail: JailHost,
  foundation: Foundation,
  settings: PowerSettings,
  logger: Logger,
): Promise<Part> {
  const { configuration, versions, database: address } = settings;
  const { jobs, database } = foundation;
  const scoring = {
    limits: {
      wallSeconds: configuration.jobWallSeconds,
      cpuSeconds: configuration.jobCpuSeconds,
      cores: configuration.jobCores,
      memoryBytes: configuration.jobMemoryMib * MIB,
    },
    lanes: 1,
    arrowVersion: versions.arrow,
    references: join(projectRoot(), 'src', 'baselines'),
  };
  const remote = await openGateway(foundation, settings, logger);
  const scorers = {
    PREDICTIONS: new PredictionsScorer(database, foundation.stores, jail, scoring.limits),
    ...remote?.scorers,
  };
  const part = await jobsOnly(LauncherModule.with(foundation, { jail, scoring, scorers }), async (app) => {
    const inspection = app.get(InspectionStage);
    await jobs.work('inspect', ({ data }) => inspection.inspect(text(data, 'modelVersionId')));
    await jobs.workDead('inspect', ({ data }) => inspection.giveUp(text(data, 'modelVersionId')));
    const stage = app.get(ScoringStage);
    const listener = new ChangeListener(address, logger);
    const launching = await Launching.start({
      database,
      score: (claim, signal) => stage.score(claim, signal),
      listener,
      slots: { jail: configuration.slots, remote: remote === null ? 0 : REMOTE_SLOTS },
      tenantSlots: configuration.tenantSlots,
      log: logger,
    });
    const sweeper = new Sweeper(database, jobs, configuration.jobWallSeconds, logger);
    const rounds = [
      new Rounds('the sweeper', SWEEP_SECONDS, () => sweeper.all(), logger),
      new Rounds('the look after lost launchers', BEAT_SECONDS, () => sweeper.lostLaunchers(), logger),
    ];
    return {
      drain: async (graceMs) => {
        await launching.stop(graceMs);
        await Promise.all(rounds.map((each) => each.end()));
        await listener.close();
      },
    };
  });
  if (remote === null) return part;
  const { address: listening, fingerprint } = remote.gateway;
  return { ...part, gateway: { address: listening, fingerprint }, closeFirst: remote.close };
}
