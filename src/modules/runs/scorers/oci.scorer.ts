import type { JailHost } from '../../../engine/isolation/index.js';
import { boundColumns, type FeatureBatch } from '../../../engine/scoring/index.js';
import {
  type ImageEnvironment,
  imageFields,
  type ImageScoreOptions,
  scoreImage,
} from '../../../engine/scoring/oci/index.js';
import { TableFile, TypedTable } from '../../../engine/tables/index.js';
import type { Stores } from '../../../platform/storage/stores.js';
import type { Scored, Scorer, ScoringRequest, ScoringSettings } from './scorer.js';

const READ_ROWS = 16_384;

interface Input {
  feed: Pick<ImageScoreOptions, 'columns' | 'batches' | 'rows' | 'messageRows' | 'lockstep'>;
  close: () => void;
}

/** Container images, their entrypoints run inside our jail. */
export class OciScorer implements Scorer {
  constructor(
    private readonly stores: Stores,
    private readonly jail: JailHost,
    private readonly settings: ScoringSettings,
  ) {}

  async score(request: ScoringRequest): Promise<Scored> {
    const { model, signal, onProgress, onStderr } = request;
    const input = await this.input(request);
    try {
      const { scores, usage, latency, environment } = await scoreImage({
        archive: () => this.artefact(model.artefactSha256),
        sha256: model.artefactSha256,
        ...input.feed,
        jail: this.jail,
        limits: this.settings.limits,
        signal,
        onProgress,
        onStderr,
      });
      return {
        scores,
        usage,
        firstScoreSeconds: latency.firstScoreSeconds,
        rowsPerSecond: latency.rowsPerSecond,
        layers: this.jail.layers,
        hostClass: `${environment.machine.architecture} ${environment.machine.cpu}`,
        environment: this.environment(environment),
      };
    } finally {
      input.close();
    }
  }

  /** What the image is fed: the bound columns of the features, or window by window every column of the events. */
  private async input({ feed, features, binding }: ScoringRequest): Promise<Input> {
    if (feed.kind === 'EVENTS') {
      const { sha256, rows } = feed.events;
      await this.stores.features.verify(sha256);
      const events = await TypedTable.open(this.stores.features.path(sha256));
      return {
        feed: {
          columns: events.fields,
          batches: events.batches(),
          rows,
          messageRows: feed.windowRows,
          lockstep: {},
        },
        close: () => events.close(),
      };
    }
    await this.stores.features.verify(features.sha256);
    const table = await TableFile.open(this.stores.features.path(features.sha256));
    const columns = boundColumns(binding);
    return {
      feed: {
        columns: imageFields(table.columns, columns),
        batches: table.batches(columns, READ_ROWS) as AsyncIterable<FeatureBatch>,
        rows: features.rows,
      },
      close: () => table.close(),
    };
  }

  /** The archive, once its bytes are known to be those of its name. */
  private async artefact(sha256: string): Promise<string> {
    await this.stores.artefacts.verify(sha256);
    return this.stores.artefacts.path(sha256);
  }

  private environment({ image, batch, machine }: ImageEnvironment): Record<string, unknown> {
    return {
      arrow: this.settings.arrowVersion,
      batch,
      cpuClass: `${machine.architecture}/${machine.cpu}`,
      cpuFeatures: machine.cpuFeatures,
      image: { ...image, isolation: this.jail.layers },
    };
  }
}
