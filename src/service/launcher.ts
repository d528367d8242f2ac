import { join } from 'node:path';
import { LauncherModule } from '../app.module.js';
import { JailHost, runEscapeChecks } from '../engine/isolation/index.js';
import { InspectionStage } from '../modules/models/index.js';
import { ScoringStage, settleErrored } from '../modules/runs/index.js';
import { projectRoot } from '../platform/database/index.js';
import { delegatedCgroup } from '../platform/powers/index.js';
import { jobsOnly, type StartPart, text } from './part.js';

const MIB = 1024 * 1024;

/** The launcher: inspects and scores inside jails, once it has tried in vain to get out of one. */
export const startLauncher: StartPart = async (foundation, { configuration, slots, versions }) => {
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
    const stage = app.get(ScoringStage);
    await jobs.work('inspect', ({ data }) => inspection.inspect(text(data, 'modelVersionId')));
    await jobs.workDead('inspect', ({ data }) => inspection.giveUp(text(data, 'modelVersionId')));
    await jobs.work('score', ({ data, signal }) => stage.score(text(data, 'runId'), signal), {
      concurrency: configuration.slots,
      perGroup: Math.max(1, Math.ceil(configuration.slots / 2)),
    });
    await jobs.workDead('score', ({ data }) =>
      settleErrored(database, text(data, 'runId'), 'score', 'launcher'),
    );
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
