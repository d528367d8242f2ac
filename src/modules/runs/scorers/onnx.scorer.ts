import { readFile } from 'node:fs/promises';
import type { JailHost } from '../../../engine/isolation/index.js';
import {
  type InputBinding,
  inspectOnnx,
  type OnnxInspection,
  type RuntimeManifest,
  scoreOnnx,
  streamColumns,
} from '../../../engine/scoring/index.js';
import type { Stores } from '../../../platform/storage/stores.js';
import { KeptFeatures } from './kept-features.js';
import type { Scored, Scorer, ScoringRequest, ScoringSettings } from './scorer.js';

/** ONNX graphs, run by ONNX Runtime inside our jail. */
export class OnnxScorer implements Scorer {
  private features: KeptFeatures | undefined;

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
    const graph = inspection ?? inspectOnnx(model);
    this.features ??= new KeptFeatures(this.stores.features);
    const table = await this.features.open(features.sha256, streamColumns(binding, graph));
    try {
      const { scores, runtime, usage, latency, batchRows } = await scoreOnnx({
        model,
        binding,
        inspection: graph,
        batches: table.batches,
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
