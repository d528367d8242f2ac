import { join } from 'node:path';
import { LauncherModule } from '../app.module.js';
import { JailHost, runEscapeChecks } from '../engine/isolation/index.js';
import { InspectionStage } from '../modules/models/index.js';
import { BEAT_SECONDS, Launching, ScoringStage, Sweeper } from '../modules/runs/index.js';
import { ChangeListener } from '../platform/database/change-listener.js';
import { projectRoot } from '../platform/database/index.js';
import { delegatedCgroup } from '../platform/powers/index.js';
import { Rounds } from '../platform/jobs/index.js';
import { jobsOnly, type StartPart, text } from './part.js';

const MIB = 1024 * 1024;
/** Runs that a launcher waits for at tenants' own sites, at a time: each holds a connection or two and no jail. */
const REMOTE_SLOTS = 32;
const SWEEP_SECONDS = 60;

/** The launcher: inspects and scores inside jails, once it has tried in vain to get out of one. */
export const startLauncher: StartPart = async (
  foundation,
  { configuration, slots, versions, database: address },
  logger,
) => {
  const { jobs, database } = foundation;
  const cgroupParent = delegatedCgroup();
  const jail = new JailHost({
    ...(slots === null ? {} : { slots }),
    ...(cgroupParent === undefined ? {} : { cgroupParent }),
  });
  await refuseUnlessHeld(jail);
  const scoring = {
    limits: {
      wallSeconds: configuration.jobWallSeconds,
      cpuSeconds: configuration.jobCpuSeconds,
      memoryBytes: configuration.jobMemoryMib * MIB,
    },
    lanes: 1,
    arrowVersion: versions.arrow,
    references: join(projectRoot(), 'src', 'baselines'),
  };
  return jobsOnly(LauncherModule.with(foundation, { jail, scoring }), async (app) => {
    const inspection = app.get(InspectionStage);
    await jobs.work('inspect', ({ data }) => inspection.inspect(text(data, 'modelVersionId')));
    await jobs.workDead('inspect', ({ data }) => inspection.giveUp(text(data, 'modelVersionId')));
    const stage = app.get(ScoringStage);
    const listener = new ChangeListener(address, logger);
    const launching = await Launching.start({
      database,
      score: (claim, signal) => stage.score(claim, signal),
      listener,
      slots: { jail: configuration.slots, remote: REMOTE_SLOTS },
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
};

/** A launcher whose jail lets one attack out takes no job: it never becomes ready, and says which. */
async function refuseUnlessHeld(jail: JailHost): Promise<void> {
  const out = (await runEscapeChecks(jail)).filter(({ held }) => !held);
  if (out.length > 0) {
    const which = out.map(({ name, detail }) => `${name} (${detail})`).join('; ');
    throw new Error(`the jail does not hold, no job is taken: ${which}`);
  }
}
