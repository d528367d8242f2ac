import { join } from 'node:path';
import { EvaluatorModule } from '../app.module.js';
import { BlindSecret, KeyRevealStage, PreparationStage, Scratch } from '../modules/datasets/index.js';
import {
  DrawingStage,
  FeatureReleaseStage,
  keepingFaults,
  LostRuns,
  MeasuringStage,
  settleErrored,
} from '../modules/runs/index.js';
import { ChangeListener } from '../platform/database/change-listener.js';
import { readBlindSecret } from './blind-secret.js';
import { jobsOnly, type StartPart, text, whole } from './part.js';

const THREADS = 2;

/** The evaluator: draws datasets from its secret, joins scores with labels, measures and judges. */
export const startEvaluator: StartPart = async (foundation, { dataFolder, database: address }, logger) => {
  const { jobs, database } = foundation;
  const scratch = await Scratch.open(join(dataFolder, 'scratch'));
  const secret = new BlindSecret(await readBlindSecret(join(dataFolder, 'secrets', 'blind', 'secret')));
  return jobsOnly(EvaluatorModule.with(foundation, { secret, scratch, threads: THREADS }), async (app) => {
    const preparation = app.get(PreparationStage);
    const measuring = app.get(MeasuringStage);
    await jobs.work('generate', ({ data, signal }) =>
      preparation.prepare(text(data, 'datasetVersionId'), signal),
    );
    await jobs.workDead('generate', ({ data }) => preparation.giveUp(text(data, 'datasetVersionId')));
    const reveals = app.get(KeyRevealStage);
    await jobs.work('reveal', ({ data }) => reveals.reveal(text(data, 'revealId')));
    await jobs.workDead('reveal', ({ data }) => reveals.giveUp(text(data, 'revealId')));
    const releases = app.get(FeatureReleaseStage);
    await jobs.work('release', ({ data }) => releases.release(text(data, 'releaseId')));
    await jobs.workDead('release', ({ data }) => releases.giveUp(text(data, 'releaseId')));
    const drawing = app.get(DrawingStage);
    const listener = new ChangeListener(address, logger);
    const runs = await LostRuns.listen(listener);
    await jobs.work('draw', ({ data, signal }) => {
      const runId = text(data, 'runId');
      return keepingFaults(database, runId, 'draw', 0, () =>
        runs.whileWanted(runId, 0, signal, (wanted) => drawing.draw(runId, wanted)),
      );
    });
    await jobs.workDead('draw', ({ data }) =>
      settleErrored(database, text(data, 'runId'), 'draw', 'evaluator', 0),
    );
    await jobs.work('measure', ({ data, signal }) => {
      const [runId, attempt] = [text(data, 'runId'), whole(data, 'attempt')];
      return keepingFaults(database, runId, 'measure', attempt, () =>
        runs.whileWanted(runId, attempt, signal, (wanted) => measuring.measure(runId, attempt, wanted)),
      );
    });
    await jobs.workDead('measure', ({ data }) =>
      settleErrored(database, text(data, 'runId'), 'measure', 'evaluator', whole(data, 'attempt')),
    );
    // Until what is under way has ended: a run that is cancelled meanwhile ends at once all the same.
    return { close: () => listener.close() };
  });
};
