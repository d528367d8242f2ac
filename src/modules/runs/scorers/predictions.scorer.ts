import { readFile } from 'node:fs/promises';
import type { JailHost, JailLimits, JailOutcome } from '../../../engine/isolation/index.js';
import { ScoringError } from '../../../engine/scoring/index.js';
import {
  joinPredictions,
  type Misfit,
  type PredictionsInspection,
  readPredictions,
} from '../../../engine/scoring/predictions/index.js';
import { TableFile } from '../../../engine/tables/index.js';
import { Database } from '../../../platform/database/index.js';
import type { Stores } from '../../../platform/storage/stores.js';
import type { DatasetColumnDocument } from '../../datasets/index.js';
import type { Scored, Scorer, ScoringRequest } from './scorer.js';

/** Scores that were handed in, read inside a jail and joined with the split by its key. Nothing of a model is seen. */
export class PredictionsScorer implements Scorer {
  constructor(
    private readonly database: Database,
    private readonly stores: Stores,
    private readonly jail: JailHost,
    private readonly limits: Partial<JailLimits>,
  ) {}

  async score({ runId, model, features, onProgress }: ScoringRequest): Promise<Scored> {
    const { format, rows } = model.inspection as PredictionsInspection;
    await this.stores.artefacts.verify(model.artefactSha256);
    const file = await readFile(this.stores.artefacts.path(model.artefactSha256));
    const { ids, scores, usage } = await readPredictions(this.jail, file, rows, this.limits);
    const joined = joinPredictions(await this.keys(runId, features.sha256), ids, scores);
    if (!(joined instanceof Float64Array)) {
      const outcome: JailOutcome = { kind: 'completed', usage };
      throw new ScoringError('PREDICTIONS_UNFIT', misfitIn(joined), 'model', outcome, misfitIn(joined));
    }
    onProgress(features.rows);
    return {
      scores: joined,
      usage,
      firstScoreSeconds: null,
      rowsPerSecond: null,
      layers: this.jail.layers,
      hostClass: 'not known',
      environment: { cpuFeatures: [], known: { 'File of predictions': `${format}, ${rows} rows` } },
    };
  }

  private async keys(runId: string, featuresSha256: string): Promise<Float64Array> {
    const [dataset] = await this.database.asSystem((tx) =>
      tx.query<{ columns: DatasetColumnDocument[] }[]>(
        `SELECT d.columns FROM sandbox.dataset_version d JOIN sandbox.run r ON r.dataset_version_id = d.id WHERE r.id = $1`,
        [runId],
      ),
    );
    const key = dataset?.columns.find(({ role }) => role === 'key')?.name;
    if (key === undefined) throw new Error(`the dataset of run ${runId} has no key`);
    await this.stores.features.verify(featuresSha256);
    const table = await TableFile.open(this.stores.features.path(featuresSha256));
    try {
      return await table.numbers(key);
    } finally {
      table.close();
    }
  }
}

/** Counts, and an id that the tenant itself wrote: of the split's own ids none is told. */
function misfitIn({ missing, unknown, firstUnknown }: Misfit): string {
  const first = firstUnknown === null ? '' : `, the first of them row_id ${firstUnknown}`;
  return `The predictions do not fit the split: ${missing} of its rows have none, and ${unknown} are for rows that it does not have${first}.`;
}
