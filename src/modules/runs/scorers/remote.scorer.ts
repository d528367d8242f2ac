import type { JailOutcome } from '../../../engine/isolation/index.js';
import { boundColumns, ScoringError } from '../../../engine/scoring/index.js';
import { PROTOCOL_VERSION } from '../../../engine/scoring/remote/index.js';
import { TableFile, TypedTable } from '../../../engine/tables/index.js';
import { Database } from '../../../platform/database/index.js';
import type { Stores } from '../../../platform/storage/stores.js';
import { KeptScores, RemoteFailure, type RunnerDesk } from '../../runners/index.js';
import { recordExposure } from '../exposure.js';
import { boundFeatures, FeatureBatches } from './feature-batches.js';
import type { Scored, Scorer, ScoringRequest } from './scorer.js';

export interface RemoteSettings {
  /** where scores are kept as they come */
  folder: string;
  batchRows: number;
  /** A run that no runner works on for so long is given up, … */
  absentSeconds: number;
  /** … and one that takes longer than this in all. */
  wallSeconds: number;
  arrowVersion: string;
}

const NOTHING_RAN_HERE: JailOutcome = {
  kind: 'completed',
  usage: {
    ...{ wallSeconds: 0, cpuSeconds: null, peakMemoryBytes: null },
    ...{ peakProcesses: null, peakOpenFiles: null, outputBytes: 0 },
  },
};

/**
 * Models at their tenant's site: features go out batch by batch, scores come back, and what came is kept, so that another
 * attempt goes on where this one stood. Nothing of the model runs here.
 */
export class RemoteScorer implements Scorer {
  constructor(
    private readonly database: Database,
    private readonly stores: Stores,
    private readonly desk: RunnerDesk,
    private readonly settings: RemoteSettings,
  ) {}

  async score(request: ScoringRequest): Promise<Scored> {
    const { runId, attempt, tenantId, model, binding, features, feed, signal, onProgress } = request;
    const { folder, absentSeconds, wallSeconds } = this.settings;
    const object = feed.kind === 'EVENTS' ? feed.events : features;
    const batchRows = feed.kind === 'EVENTS' ? feed.windowRows : this.settings.batchRows;
    await this.stores.features.verify(object.sha256);
    const path = this.stores.features.path(object.sha256);
    const source =
      feed.kind === 'EVENTS'
        ? await TypedTable.open(path)
        : boundFeatures(await TableFile.open(path), boundColumns(binding));
    const batches = new FeatureBatches(source, object.rows, batchRows);
    const kept = await KeptScores.open(folder, runId, {
      objectSha256: object.sha256,
      artefactSha256: model.artefactSha256,
      rows: object.rows,
      batchRows,
    });
    try {
      await this.desk.serve(
        {
          ...{ runId, attempt, tenantId, artefactSha256: model.artefactSha256 },
          feed: feed.kind === 'EVENTS' ? { kind: 'EVENTS', windowRows: feed.windowRows } : feed,
          columns: batches.fields,
          rows: object.rows,
          batchRows,
          batch: (n) => batches.batch(n),
          kept,
          aboutToSend: () => this.remember(request),
          onProgress,
        },
        { absentMs: absentSeconds * 1_000, wallMs: wallSeconds * 1_000 },
        signal,
      );
      return {
        scores: await kept.all(),
        usage: null,
        firstScoreSeconds: null,
        rowsPerSecond: null,
        layers: [],
        hostClass: 'the tenant’s site',
        environment: this.environment(batchRows),
      };
    } catch (error) {
      if (!(error instanceof RemoteFailure)) throw error;
      throw new ScoringError(error.code, error.message, error.blame, NOTHING_RAN_HERE);
    } finally {
      await batches.close();
      await kept.close();
    }
  }

  /** What the site ran on is its tenant's word at best, and stands in no evidence. */
  private environment(batchRows: number): Record<string, unknown> {
    return {
      arrow: this.settings.arrowVersion,
      batch: batchRows,
      cpuFeatures: [],
      known: { 'Runner’s protocol': `version ${PROTOCOL_VERSION}` },
    };
  }

  private async remember({ runId, tenantId, split, feed }: ScoringRequest): Promise<void> {
    await this.database.asSystem(async (tx) => {
      const [run] = await tx.query<{ plan_id: string; dataset_version_id: string }[]>(
        `SELECT plan_id, dataset_version_id FROM sandbox.run WHERE id = $1`,
        [runId],
      );
      if (run === undefined) throw new Error(`there is no run ${runId}`);
      await recordExposure(tx, {
        ...{ tenantId, split: split as Parameters<typeof recordExposure>[1]['split'], runId },
        ...{ datasetVersionId: run.dataset_version_id, planId: run.plan_id },
        ...{ tier: 'C', what: feed.kind === 'EVENTS' ? 'events' : 'features', power: 'launcher' },
      });
    });
  }
}

/** Removes the kept scores of runs that are past their scoring. To be called when the launcher starts, and now and then. */
export function sweepKeptScores(database: Database, folder: string): Promise<void> {
  return KeptScores.sweep(
    folder,
    async (runIds) =>
      new Set(
        (
          await database.asSystem((tx) =>
            tx.query<{ id: string }[]>(
              `SELECT id FROM sandbox.run WHERE id::text = ANY($1) AND state IN ('QUEUED', 'STAGING', 'SCORING')`,
              [runIds],
            ),
          )
        ).map(({ id }) => id),
      ),
  );
}
