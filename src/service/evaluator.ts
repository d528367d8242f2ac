import { join } from 'node:path';
import { EvaluatorModule } from '../app.module.js';
import { BlindSecret, PreparationStage, Scratch } from '../modules/datasets/index.js';
import { MeasuringStage, settleErrored } from '../modules/runs/index.js';
import { readBlindSecret } from './blind-secret.js';
import { jobsOnly, type StartPart, text, whole } from './part.js';

const THREADS = 2;

/** The evaluator: draws datasets from its secret, joins scores with labels, measures and judges. */
export const startEvaluator: StartPart = async (foundation, { dataFolder }) => {
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
    await jobs.work('measure', ({ data }) => measuring.measure(text(data, 'runId'), whole(data, 'attempt')));
    await jobs.workDead('measure', ({ data }) =>
      settleErrored(database, text(data, 'runId'), 'measure', 'evaluator', whole(data, 'attempt')),
    );
  });
};
