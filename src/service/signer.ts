import { join } from 'node:path';
import { SignerModule } from '../app.module.js';
import { FileSigner } from '../engine/reporting/index.js';
import { SealingStage } from '../modules/reports/index.js';
import { keepingFaults, settleErrored } from '../modules/runs/index.js';
import { jobsOnly, type StartPart, text, whole } from './part.js';

/** The signer: writes reports and seals them with a key that no other power reads. */
export const startSigner: StartPart = async (foundation, { dataFolder, buildDigest }) => {
  const { jobs, database } = foundation;
  const signer = await FileSigner.open(
    join(dataFolder, 'secrets', 'signing', 'key.pem'),
    join(dataFolder, 'keys'),
  );
  return jobsOnly(SignerModule.with(foundation, { signer, buildDigest }), async (app) => {
    const sealing = app.get(SealingStage);
    await jobs.work('seal', ({ data }) => {
      const [runId, attempt] = [text(data, 'runId'), whole(data, 'attempt')];
      return keepingFaults(database, runId, 'seal', attempt, () => sealing.seal(runId, attempt));
    });
    await jobs.workDead('seal', ({ data }) =>
      settleErrored(database, text(data, 'runId'), 'seal', 'signer', whole(data, 'attempt')),
    );
  });
};
