import { Injectable } from '@nestjs/common';
import { readFile } from 'node:fs/promises';
import { JailHost } from '../../engine/isolation/index.js';
import { inspectArtefact, type OnnxInspection, ScoringError } from '../../engine/scoring/index.js';
import { inspectImage, NO_UMOCI, type OciInspection, umoci } from '../../engine/scoring/oci/index.js';
import { inspectPredictions, type PredictionsInspection } from '../../engine/scoring/predictions/index.js';
import { appendAudit } from '../../platform/database/audit-trail.js';
import { Database } from '../../platform/database/index.js';
import { Stores } from '../../platform/storage/stores.js';
import type { RuntimeName } from './model.entity.js';

type Found =
  { inspection: OnnxInspection | OciInspection | PredictionsInspection } | { code: string; message: string };

/** The launcher's look at an uploaded artefact: inside the jail, never outside of it. */
@Injectable()
export class InspectionStage {
  constructor(
    private readonly database: Database,
    private readonly stores: Stores,
    private readonly jail: JailHost,
  ) {}

  /** Settles a version that waits for inspection: READY with what was found, or REFUSED with a code. Repeatable. */
  async inspect(modelVersionId: string): Promise<void> {
    const rows = await this.database.asSystem((tx) =>
      tx.query<{ runtime: RuntimeName; artefact_sha256: string }[]>(
        `SELECT runtime, artefact_sha256 FROM sandbox.model_version WHERE id = $1 AND state = 'INSPECTING'`,
        [modelVersionId],
      ),
    );
    const [version] = rows;
    if (version === undefined) return;
    await this.settle(modelVersionId, await this.look(version.runtime, version.artefact_sha256));
  }

  /** Ends an inspection that no try is left for. */
  async giveUp(modelVersionId: string): Promise<void> {
    await this.settle(modelVersionId, {
      code: 'INSPECTION_FAULT',
      message: 'A fault of the sandbox ended the inspection: create another version and upload again.',
    });
  }

  private async settle(modelVersionId: string, result: Found): Promise<void> {
    await this.database.asSystem(async (tx) => {
      const changed = await tx.query<[unknown[], number]>(
        `UPDATE sandbox.model_version SET state = $2, inspection = $3, refusal_code = $4, refusal_message = $5
         WHERE id = $1 AND state = 'INSPECTING'`,
        [
          modelVersionId,
          'inspection' in result ? 'READY' : 'REFUSED',
          'inspection' in result ? JSON.stringify(result.inspection) : null,
          'inspection' in result ? null : result.code,
          'inspection' in result ? null : result.message,
        ],
      );
      if (changed[1] === 0) return;
      await appendAudit(tx, {
        actor: { power: 'launcher' },
        action: 'inspectArtefact',
        subject: `modelVersion:${modelVersionId}`,
        details: 'inspection' in result ? { state: 'READY' } : { state: 'REFUSED', code: result.code },
      });
    });
  }

  private async look(runtime: RuntimeName, artefact: string): Promise<Found> {
    const file = this.stores.artefacts.path(artefact);
    try {
      if (runtime === 'PREDICTIONS')
        return { inspection: await inspectPredictions(this.jail, await readFile(file)) };
      if (runtime !== 'OCI_IMAGE') return { inspection: await inspectArtefact({ file }, 'ONNX', this.jail) };
      if (umoci() === undefined) return { code: 'OCI_UNAVAILABLE', message: NO_UMOCI };
      return { inspection: await inspectImage(file, this.jail) };
    } catch (error) {
      if (error instanceof ScoringError && error.blame !== 'platform')
        return { code: error.code, message: error.message };
      throw error;
    }
  }
}
