import { readFile } from 'node:fs/promises';
import type { JailHost } from '../../../engine/isolation/index.js';
import {
  type FeatureBatch,
  type InputBinding,
  inspectOnnx,
  type OnnxInspection,
  type RuntimeManifest,
  scoreOnnx,
  streamColumns,
} from '../../../engine/scoring/index.js';
import { TableFile } from '../../../engine/tables/index.js';
import type { Stores } from '../../../platform/storage/stores.js';
import type { Scored, Scorer, ScoringRequest, ScoringSettings } from './scorer.js';

const READ_ROWS = 16_384;

/** ONNX graphs, run by ONNX Runtime inside our jail. */
export class OnnxScorer implements Scorer {
  constructor(
    private readonly stores: Stores,
    private readonly jail: JailHost,
    private readonly settings: ScoringSettings,
  ) {}

  async score(request: ScoringRequest): Promise<Scored> {
    const { artefactSha256, inspection } = request.model;
    await this.stores.artefacts.verify(artefactSha256);
    const model = await readFile(this.stores.artefacts.path(artefactSha256));
    return this.scoreModel(model, request, inspection as OnnxInspection);
  }

  /** @param inspection what reading `model` told; it is read anew without */
  async scoreModel(
    model: Uint8Array,
    request: Pick<ScoringRequest, 'features' | 'signal' | 'onProgress'> &
      Partial<Pick<ScoringRequest, 'onStderr'>> & { binding: InputBinding },
    inspection?: OnnxInspection,
  ): Promise<Scored> {
    const { features, binding, signal, onProgress, onStderr } = request;
    await this.stores.features.verify(features.sha256);
    const table = await TableFile.open(this.stores.features.path(features.sha256));
    try {
      const graph = inspection ?? inspectOnnx(model);
      const { scores, runtime, usage, latency, batchRows } = await scoreOnnx({
        model,
        binding,
        inspection: graph,
        batches: table.batches(streamColumns(binding, graph), READ_ROWS) as AsyncIterable<FeatureBatch>,
        rows: features.rows,
        jail: this.jail,
        limits: this.settings.limits,
        lanes: this.settings.lanes,
        signal,
        onProgress,
        ...(onStderr === undefined ? {} : { onStderr }),
      });
      return {
        scores,
        usage,
        firstScoreSeconds: latency.firstScoreSeconds,
        rowsPerSecond: latency.rowsPerSecond,
        layers: this.jail.layers,
        hostClass: `${runtime.architecture} ${runtime.cpu}`,
        environment: this.environment(runtime, batchRows),
      };
    } finally {
      table.close();
    }
  }

  private environment(runtime: RuntimeManifest, batch: number): Record<string, unknown> {
    return {
      node: runtime.node,
      onnxruntime: runtime.onnxruntime,
      arrow: this.settings.arrowVersion,
      batch,
      threads: 1,
      cpuClass: `${runtime.architecture}/${runtime.cpu}`,
      cpuFeatures: runtime.cpuFeatures,
    };
  }
}
